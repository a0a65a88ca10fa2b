"""Where the cells of the run table stand, and how wide their texts are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from bakehouse.theme import ROW_HEIGHT

PADDING = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shown column stands in the viewport, in logical pixels."""

    section: int
    left: int
    width: int


class TextRuler:
    """Widths of short texts from the widths of their characters: good to a pixel, and cheap enough for every cell."""

    def __init__(self, font: QFont) -> None:
        self.metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}
        self.baseline = float(round((ROW_HEIGHT - 1 - self.metrics.height()) / 2 + self.metrics.ascent()))
        """Where text stands in a row, from its top."""

    def width(self, text: str) -> float:
        widths = self._widths
        total = 0.0
        for character in text:
            width = widths.get(character)
            if width is None:
                width = widths[character] = self.metrics.horizontalAdvance(character)
            total += width
        return total

    def fitted(self, text: str, room: float) -> tuple[str, float]:
        """`text` cut to `room` where it must be, and its width."""
        width = self.width(text)
        if width <= room:
            return text, width
        cut = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        return cut, self.width(cut)
