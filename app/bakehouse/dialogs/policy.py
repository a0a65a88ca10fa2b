"""The question of a policy: where it holds and what a move into a stage needs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QPushButton, QWidget

from bakehouse.dialogs.question import QuestionDialog
from bakehouse.domain.models import Stage
from bakehouse.domain.policy import ANY, MOST_APPROVALS, Policy, Role, Scope, policy_sentences
from bakehouse.domain.text import visible
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel

_ROLES = (Role.EDITOR, Role.REVIEWER, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """The policy to put in force in `scope`; None takes away the one that holds there."""

    scope: Scope
    policy: Policy | None


class PolicyDialog(QuestionDialog):
    """Asks for a policy; `decided` carries a PolicyAnswer. `obstacle` is why this person cannot set one, or empty."""

    def __init__(
        self,
        workspace: str,
        model: str,
        stage: str,
        known: Mapping[Scope, Policy],
        obstacle: str,
        parent: QWidget | None = None,
    ) -> None:
        """Opened for a model ("" for none) and a stage; `known` are the policies in force."""
        super().__init__("policy", "Policy", "set_policy", parent)
        self._workspace, self._model, self._known, self._obstacle = workspace, model, known, obstacle
        self._where = QComboBox()
        self._where.setObjectName("policy_where")
        self._where.addItem("All models", ANY)
        if model:
            self._where.addItem(f"Only {visible(model, 60)}", model)
            self._where.setCurrentIndex(1)
        self._stage = QComboBox()
        self._stage.setObjectName("policy_stage")
        self._stage.addItem("Any stage", ANY)
        for one in Stage:
            self._stage.addItem(one.value, one.value)
        self._stage.setCurrentIndex(max(self._stage.findData(stage), 0))
        self._approver, self._direct = _roles("policy_approver"), _roles("policy_direct")
        self._approvals = QComboBox()
        self._approvals.setObjectName("policy_approvals")
        for count in range(1, MOST_APPROVALS + 1):
            self._approvals.addItem(str(count), count)
        self._four_eyes = QCheckBox("Not by the requester (four eyes)")
        self._comment = QCheckBox("A decision needs a comment")
        self._digest = QCheckBox("The model's bytes must still match their digest")
        for box, name in ((self._four_eyes, "four_eyes"), (self._comment, "comment"), (self._digest, "digest")):
            box.setObjectName(f"policy_{name}")
        self._remove = QPushButton("Remove this policy")
        self._remove.setObjectName("remove_policy")
        self._remove.setProperty("link", "true")
        self.button.setText("Set policy")
        self._lay_out()
        for combo in (self._where, self._stage):
            combo.currentIndexChanged.connect(self._load)
        for combo in (self._approver, self._direct, self._approvals):
            combo.currentIndexChanged.connect(self._say)
        for box in (self._four_eyes, self._comment, self._digest):
            box.toggled.connect(self._say)
        self._remove.clicked.connect(self._take_away)
        self.button.clicked.connect(self._decide)
        self._load()

    @property
    def scope(self) -> Scope:
        """Where the policy shall hold."""
        model = str(self._where.currentData())
        return Scope(self._workspace if model else ANY, model, str(self._stage.currentData()))

    @property
    def policy(self) -> Policy:
        """What the answers given so far make."""
        return Policy(
            Role(self._approver.currentData()),
            int(self._approvals.currentData()),
            self._four_eyes.isChecked(),
            self._comment.isChecked(),
            self._digest.isChecked(),
            Role(self._direct.currentData()),
        )

    def _load(self) -> None:
        """Begin with the policy that holds there, else with the usual one."""
        shown = self._known.get(self.scope, Policy())
        for combo, role in ((self._approver, shown.approver), (self._direct, shown.direct)):
            combo.setCurrentIndex(combo.findData(int(role)))
        self._approvals.setCurrentIndex(self._approvals.findData(shown.approvals))
        self._four_eyes.setChecked(shown.four_eyes)
        self._comment.setChecked(shown.comment_required)
        self._digest.setChecked(shown.digest_must_match)
        self._remove.setVisible(self.scope in self._known and not self._obstacle)
        self._say()

    def _say(self) -> None:
        sentence = " ".join(policy_sentences(self.policy))
        is_new = self._known.get(self.scope) != self.policy
        self.say(
            self._obstacle or (sentence if is_new else f"In force now: {sentence}"),
            is_problem=bool(self._obstacle),
            allowed=is_new and not self._obstacle,
        )

    def _decide(self) -> None:
        if not self._obstacle:
            self.decide(PolicyAnswer(self.scope, self.policy))

    def _take_away(self) -> None:
        self.decide(PolicyAnswer(self.scope, None))

    def _lay_out(self) -> None:
        place, rules = QWidget(), QWidget()
        for holder, rows in (
            (place, (("Models", self._where), ("Moves into", self._stage))),
            (
                rules,
                (
                    ("Approved by at least a", self._approver),
                    ("Approvals", self._approvals),
                    ("Moves without a request by at least a", self._direct),
                ),
            ),
        ):
            grid = QGridLayout(holder)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setVerticalSpacing(GRID)
            grid.setColumnStretch(1, 1)
            for row, (text, field) in enumerate(rows):
                label = PlainLabel(text, "muted")
                label.setBuddy(field)
                field.setAccessibleName(text)
                grid.addWidget(label, row, 0)
                grid.addWidget(field, row, 1)
        self.lay_out(
            (PlainLabel("Policy", "title"), PlainLabel("Changing it is itself an entry of the trail", "muted")),
            (
                ("WHERE IT HOLDS", (place,)),
                ("WHAT IT ASKS FOR", (rules, self._four_eyes, self._comment, self._digest)),
            ),
            (("", (self._remove,)),),
        )


def _roles(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    for role in _ROLES:
        combo.addItem(role.word, int(role))
    return combo
