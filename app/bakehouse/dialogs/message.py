"""One sentence and its answers, always as plain text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class MessageDialog(QDialog):
    """A title, a sentence and buttons, shown over `parent` without stopping the application.

    The first of `buttons` is the primary one; "Cancel" and "Close" dismiss. `answered` gets the text of any other
    button that was pressed; a dismissed question calls nothing.
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        parent: QWidget,
        buttons: tuple[str, ...] = ("Close",),
        answered: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._tell = answered
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
        answer = button.text() if isinstance(button, QPushButton) else ""
        self.close()
        if self._tell is not None and answer not in ("", "Cancel", "Close"):
            self._tell(answer)
