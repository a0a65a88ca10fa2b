"""The question of a decision about a request: what it does, and why it is made."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.domain.requests import comment_problem
from bakehouse.widgets.labels import ElidedLabel, PlainLabel


class DecideDialog(QuestionDialog):
    """Asks for the reason of one decision; `decided` carries it without blanks around it."""

    def __init__(
        self,
        title: str,
        subject: str,
        consequence: str,
        button: str,
        *,
        comment_required: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("decide", title, "decide_button", parent)
        self._consequence, self._required = consequence, comment_required
        hint = "Why (the policy asks for it)" if comment_required else "Why (optional; signed with the decision)"
        self._comment = text_field("decision_comment", "Reason", hint)
        self.button.setText(button)
        self.lay_out((PlainLabel(title, "title"), ElidedLabel(subject, "muted")), (("REASON", (self._comment,)),))
        self._comment.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._comment.setFocus()
        self._say()

    @property
    def comment(self) -> str:
        return self._comment.toPlainText().strip()

    def _say(self) -> None:
        problem = comment_problem(self.comment, required=self._required)
        # An empty field is no mistake yet.
        self.say(problem or self._consequence, is_problem=bool(problem and self.comment), allowed=not problem)

    def _decide(self) -> None:
        if not comment_problem(self.comment, required=self._required):
            self.decide(self.comment)
