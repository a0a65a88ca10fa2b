"""What the dialogs of an edit share: a sentence that says live what will happen, and one button that does it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel

_WIDTH = 560
_TEXT_HEIGHT = 76

Sections = tuple[tuple[str, tuple[QWidget, ...]], ...]
"""(title, what lies below it)."""


class QuestionDialog(QDialog):
    """Collects answers only, never writes: whoever extends it emits `decided` once they are given. GUI thread."""

    decided = Signal(object)
    """The request, once, just before the dialog closes."""

    def __init__(self, name: str, title: str, button: str, parent: QWidget | None = None) -> None:
        """`name` is the dialog's object name, `button` that of the button that decides."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.consequence = PlainLabel()
        self.consequence.setObjectName("consequence")
        self.consequence.setWordWrap(True)
        self.button = QPushButton()
        self.button.setObjectName(button)
        self.button.setProperty("primary", "true")
        self.button.setDefault(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        self._column.setSpacing(GRID)

    def lay_out(
        self,
        head: tuple[QWidget, ...],
        sections: Sections,
        after: Sections = (),
        beside: QWidget | None = None,
    ) -> None:
        """Put the head, the titled sections, the consequence, the sections `after` it and the buttons below each other.

        `beside` stands at the right of the titled sections. Called once.
        """
        for widget in head:
            self._column.addWidget(widget)
        if beside is None:
            self._add(sections)
        else:
            self._add_beside(sections, beside)
        box = QFrame()
        box.setObjectName("notice_box")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(12, GRID, 12, GRID)
        inside.addWidget(self.consequence)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.button)
        self._column.addSpacing(GRID)
        self._column.addWidget(box)
        self._add(after)
        if beside is None:
            self._column.addStretch(1)
        self._column.addSpacing(GRID)
        self._column.addLayout(buttons)

    def _add_beside(self, sections: Sections, beside: QWidget) -> None:
        left = QVBoxLayout()
        left.setSpacing(GRID)
        self._add(sections, left)
        left.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(3 * GRID)
        row.addLayout(left, 1)
        right = QVBoxLayout()
        right.addSpacing(GRID)
        right.addWidget(beside)
        row.addLayout(right, 1)
        self._column.addLayout(row, 1)

    def _add(self, sections: Sections, column: QVBoxLayout | None = None) -> None:
        column = column or self._column
        for title, widgets in sections:
            column.addSpacing(GRID)
            column.addWidget(PlainLabel(title, "section"))
            for widget in widgets:
                column.addWidget(widget)

    def say(self, sentence: str, *, is_problem: bool, allowed: bool) -> None:
        """What the answers given so far would do, or why they cannot be taken."""
        self.consequence.setText(sentence)
        self.consequence.set_role("bad" if is_problem else "")
        self.button.setEnabled(allowed)
        self._grow()

    def decide(self, request: object) -> None:
        """Close with this answer."""
        self.accept()
        self.decided.emit(request)

    def _grow(self) -> None:
        """Make room for wrapped labels that changed, which Qt forgets; never take it away."""
        box = self.consequence.parentWidget()
        for layout in (box.layout() if box is not None else None, self._column):
            if layout is not None:
                layout.invalidate()
                layout.activate()
        needed = self._column.totalHeightForWidth(max(self.width(), self.minimumWidth()))
        self.setMinimumHeight(max(self.minimumHeight(), needed))


def text_field(name: str, label: str, hint: str) -> QPlainTextEdit:
    """A field for a few lines of text; `label` is its name for screen readers."""
    field = QPlainTextEdit()
    field.setObjectName(name)
    field.setProperty("input", "true")
    field.setTabChangesFocus(True)
    field.setPlaceholderText(hint)
    field.setAccessibleName(label)
    field.setFixedHeight(_TEXT_HEIGHT)
    return field
