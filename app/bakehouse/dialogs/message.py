"""One sentence and its answers, always as plain text."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class MessageDialog(QDialog):
    """A title, a sentence and buttons; `answer` is the text of the button that was pressed, "" when dismissed."""

    def __init__(
        self, title: str, sentence: str, buttons: tuple[str, ...] = ("Close",), parent: QWidget | None = None
    ) -> None:
        """The first of `buttons` is the primary one; "Cancel" and "Close" dismiss."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.answer = ""
        heading = PlainLabel(title, "title")
        said = PlainLabel(sentence)
        said.setObjectName("message_sentence")
        said.setWordWrap(True)
        said.setMinimumWidth(420)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addStretch(1)
        for text in reversed(buttons):
            button = QPushButton(text)
            button.setProperty("primary", "true" if text == buttons[0] else "false")
            button.setDefault(text == buttons[0])
            button.clicked.connect(self._answered)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(heading)
        layout.addWidget(said)
        layout.addStretch(1)
        layout.addLayout(row)

    def _answered(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            text = button.text()
            self.answer = "" if text in ("Cancel", "Close") else text
        if self.answer:
            self.accept()
        else:
            self.reject()
