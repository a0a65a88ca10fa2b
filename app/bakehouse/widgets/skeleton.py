"""Rows without words: what stands where a table is on its way."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.theme import HEADER_HEIGHT, ROW_HEIGHT, Theme

_LEFTS = (16, 216, 306, 406, 516, 636, 736, 846)
# Shares of a column's width, in a pattern that repeats itself only after many rows.
_SHARES = (0.8, 0.55, 0.7, 0.45, 0.65, 0.9, 0.5)
_BAR = 8


class Skeleton(QWidget):
    """Quiet bars in the rows' places; nothing moves. The owner shows it only after a moment."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The runs are being read")
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        line, top, row = self._theme.color("line"), 2 * HEADER_HEIGHT, 0
        painter.fillRect(0, top - 1, self.width(), 1, line)
        while top < self.height():
            painter.fillRect(0, top + ROW_HEIGHT - 1, self.width(), 1, line)
            painter.setBrush(line)
            for place, left in enumerate(_LEFTS):
                room = (_LEFTS[place + 1] if place + 1 < len(_LEFTS) else self.width()) - left - 24
                width = min(room, 160) * _SHARES[(row * 3 + place * 2) % len(_SHARES)]
                if width > _BAR:
                    painter.drawRoundedRect(QRectF(left, top + (ROW_HEIGHT - _BAR) / 2, width, _BAR), 4, 4)
            top, row = top + ROW_HEIGHT, row + 1
