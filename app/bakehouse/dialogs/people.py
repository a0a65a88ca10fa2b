"""The question of roles: who is known to the trail by which key, and what each may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bakehouse.dialogs.question import QuestionDialog
from bakehouse.domain.policy import Role
from bakehouse.domain.text import visible
from bakehouse.theme import GRID
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_HEIGHT = 240
_KEY = 64


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A key that has signed something or was given a role."""

    key: str
    name: str
    role: Role


class PeopleDialog(QuestionDialog):
    """Asks for roles; `decided` carries the list of KnownPerson whose role is to change.

    `me` is this person's own key, which others need to give a role; `obstacle` why this person cannot give any.
    """

    def __init__(self, people: Sequence[KnownPerson], me: str, obstacle: str, parent: QWidget | None = None) -> None:
        super().__init__("people", "People and roles", "set_roles", parent)
        self._people, self._me, self._obstacle = list(people), me, obstacle
        self._combos: list[QComboBox] = []
        self._key, self._name = QLineEdit(), QLineEdit()
        self._key.setObjectName("new_key")
        self._key.setPlaceholderText("Key (64 hexadecimal digits, from that person's own dialog)")
        self._key.setAccessibleName("Key")
        self._name.setObjectName("new_person")
        self._name.setPlaceholderText("Name")
        self._name.setAccessibleName("Name")
        self._role = _roles(Role.REVIEWER)
        self._role.setObjectName("new_role")
        self.button.setText("Set roles")
        self._lay_out()
        self._key.textChanged.connect(self._say)
        self._name.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._say()

    @property
    def changes(self) -> list[KnownPerson]:
        """Whose role would change, and to which."""
        changed = [
            KnownPerson(one.key, one.name, Role(combo.currentData()))
            for one, combo in zip(self._people, self._combos, strict=True)
            if Role(combo.currentData()) is not one.role
        ]
        key, name = self._key.text().strip().lower(), self._name.text().strip()
        if key and not self._key_problem:
            changed.append(KnownPerson(key, name, Role(self._role.currentData())))
        # Managers first: a new one must be there before the last one gives the role up.
        return sorted(changed, key=lambda one: one.role, reverse=True)

    @property
    def _key_problem(self) -> str:
        key = self._key.text().strip().lower()
        if not key:
            return ""
        if len(key) != _KEY or not set(key) <= set("0123456789abcdef"):
            return f"A key has {_KEY} hexadecimal digits; this one has {len(key)} characters."
        if any(one.key == key for one in self._people):
            return "This key is in the list already."
        return "" if self._name.text().strip() else "A new key needs a name."

    def _say(self) -> None:
        problem = self._obstacle or self._key_problem
        changes = self.changes
        words = ", ".join(f"{visible(one.name, 40)} becomes {one.role.word}" for one in changes[:6])
        self.say(
            problem or (f"{words}." if changes else "Who has no role is an editor: requests, comments, no approvals "
            "under a policy that asks for a reviewer."),
            is_problem=bool(problem),
            allowed=bool(changes) and not problem,
        )  # fmt: skip

    def _decide(self) -> None:
        if self.changes and not self._key_problem and not self._obstacle:
            self.decide(self.changes)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._me)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, GRID, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, one in enumerate(self._people):
            mine = " (you)" if one.key == self._me else ""
            combo = _roles(one.role)
            combo.setAccessibleName(f"Role of {visible(one.name, 60)}")
            combo.setObjectName(f"role_{one.key[:8]}")
            combo.setEnabled(not self._obstacle)
            combo.currentIndexChanged.connect(self._say)
            self._combos.append(combo)
            key = ElidedLabel(one.key, "muted", mode=Qt.TextElideMode.ElideMiddle)
            grid.addWidget(PlainLabel(visible(one.name, 60) + mine), row, 0)
            grid.addWidget(key, row, 1)
            grid.addWidget(combo, row, 2)
        body = QWidget()
        body.setObjectName("panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        scroll.setMinimumHeight(min(_HEIGHT, 44 * max(len(self._people), 1)))
        copy = QPushButton("Copy my key")
        copy.setObjectName("copy_key")
        copy.setEnabled(bool(self._me))
        copy.setToolTip("" if self._me else "Your key is made with your first signed act.")
        copy.clicked.connect(self._copy)
        new, own = QWidget(), QWidget()
        row_new, row_own = QHBoxLayout(new), QHBoxLayout(own)
        for line in (row_new, row_own):
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(GRID)
        row_new.addWidget(self._key, 3)
        row_new.addWidget(self._name, 2)
        row_new.addWidget(self._role)
        row_own.addWidget(ElidedLabel(self._me or "made with your first signed act", "muted"), 1)
        row_own.addWidget(copy)
        new.setEnabled(not self._obstacle)
        self.setMinimumWidth(680)
        self.lay_out(
            (PlainLabel("People and roles", "title"), PlainLabel("Each change is an entry of the trail", "muted")),
            (("KNOWN TO THE TRAIL", (scroll,)), ("A NEW KEY", (new,)), ("YOUR KEY", (own,))),
        )


def _roles(chosen: Role) -> QComboBox:
    combo = QComboBox()
    for role in Role:
        combo.addItem(role.word, int(role))
    combo.setCurrentIndex(combo.findData(int(chosen)))
    return combo
