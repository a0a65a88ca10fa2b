"""Asks for one line of text: a name, a number."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class LineDialog(QDialog):
    """A title, a field and a sentence on why its text will not do; `answered` gets the text. Shown with `open()`."""

    def __init__(
        self,
        name: str,
        title: str,
        label: str,
        button: str,
        parent: QWidget,
        *,
        text: str = "",
        remark: Callable[[str], tuple[bool, str]] = lambda text: (bool(text), ""),
        answered: Callable[[str], object],
    ) -> None:
        """`remark` answers for a text (without blanks around it) whether it will do, and a sentence about it or ""."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._remark, self._tell = remark, answered
        self.field = QLineEdit(text)
        self.field.setObjectName("line")
        self.field.setAccessibleName(label)
        self.field.setMaxLength(200)
        self.field.selectAll()
        self._sentence = PlainLabel("", "muted")
        self._sentence.setObjectName("remark")
        self._sentence.setWordWrap(True)
        self.button = QPushButton(button)
        self.button.setProperty("primary", "true")
        self.button.setDefault(True)
        cancel = QPushButton("Cancel")
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(PlainLabel(title, "title"))
        layout.addWidget(PlainLabel(label, "muted"))
        layout.addWidget(self.field)
        layout.addWidget(self._sentence)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.button.clicked.connect(self._answer)
        cancel.clicked.connect(self.reject)
        self.field.textChanged.connect(self._check)
        self._check()

    def _check(self, _text: str = "") -> None:
        allowed, sentence = self._remark(self.field.text().strip())
        self.button.setEnabled(allowed)
        self._sentence.setText(sentence)
        self._sentence.set_role("muted" if allowed else "bad")

    def _answer(self) -> None:
        text = self.field.text().strip()
        self.accept()
        self._tell(text)
