"""The question of one text: a run's or an experiment's name, a note, a description."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from typing_extensions import override

from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_NOTE_HEIGHT = 240

Plan = Callable[[str], tuple[str, bool]]
"""From the text typed so far to (what it would do, or why it cannot be taken; whether it can)."""


class NameDialog(QuestionDialog):
    """Asks for a name; `decided` carries it without blanks around it."""

    def __init__(
        self, title: str, subject: str, name: str, button: str, plan: Plan, parent: QWidget | None = None
    ) -> None:
        super().__init__("name_dialog", title, "give_name", parent)
        self._plan = plan
        self._before = name
        self._name = QLineEdit(name)
        self._name.setObjectName("new_name")
        self._name.setAccessibleName("Name")
        self._name.setMaxLength(2_000)
        self._name.selectAll()
        self.button.setText(button)
        self.lay_out((PlainLabel(title, "title"), ElidedLabel(subject, "muted")), (("NAME", (self._name,)),))
        self._name.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._say()

    @property
    def name(self) -> str:
        return self._name.text().strip()

    def _say(self) -> None:
        sentence, allowed = self._plan(self.name)
        self.say(sentence, is_problem=not allowed and self.name != self._before, allowed=allowed)

    def _decide(self) -> None:
        if self._plan(self.name)[1]:
            self.decide(self.name)


class NoteDialog(QuestionDialog):
    """Asks for a text of several lines (Markdown); `decided` carries it as typed.

    Escape leaves only while nothing was typed: a text is never lost by one key.
    """

    def __init__(self, title: str, subject: str, text: str, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__("note_dialog", title, "write_note", parent)
        self._plan = plan
        self._before = text
        self._text: QPlainTextEdit = text_field("note_text", title, "Markdown")
        self._text.setFixedHeight(_NOTE_HEIGHT)
        self._text.setPlainText(text)
        self.button.setText("Save")
        self.lay_out((PlainLabel(title, "title"), ElidedLabel(subject, "muted")), (("TEXT", (self._text,)),))
        self._text.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._text.setFocus()
        self._say()

    @property
    def text(self) -> str:
        return self._text.toPlainText()

    def _say(self) -> None:
        sentence, allowed = self._plan(self.text)
        self.say(sentence, is_problem=not allowed, allowed=allowed)

    def _decide(self) -> None:
        if self._plan(self.text)[1]:
            self.decide(self.text)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or self.text == self._before:
            super().keyPressEvent(event)
