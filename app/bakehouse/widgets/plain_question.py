"""A question in the house's look: a bold line, the words that explain it, buttons that say what they do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QMessageBox, QSizePolicy, QSpacerItem, QWidget

from bakehouse.theme import GRID

_WIDTH = 440


class PlainQuestion(QMessageBox):
    """Takes nothing for markup, wears no icon and is wide enough to be read; gone when closed. Shown with `open()`."""

    def __init__(self, name: str, title: str, text: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setIcon(QMessageBox.Icon.NoIcon)
        self.setWindowTitle(title)
        self.setText(text)
        self.setInformativeText(words)
        layout = self.layout()
        if isinstance(layout, QGridLayout):
            layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
            spread = QSpacerItem(_WIDTH, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
            layout.addItem(spread, layout.rowCount(), 0, 1, layout.columnCount())
