"""A line to search in, with the application's own cross that empties it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget
from typing_extensions import override

_CLEAR = "_q_qlineeditclearaction"
"""What Qt calls the action of its clear button (qtbase, qlineedit.cpp)."""


class SearchField(QLineEdit):
    """Qt takes the cross from the style once, before there is a style sheet; this takes it again at each theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setClearButtonEnabled(True)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            clear = self.findChild(QAction, _CLEAR)
            if clear is not None:
                clear.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_LineEditClearButton, None, self))
