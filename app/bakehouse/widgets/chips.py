"""Short texts as rounded chips that wrap like words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import Theme

_HEIGHT, _GAP, _PAD = 22, 6, 10
_CHARACTERS = 120


class ChipList(QWidget):
    """Draws texts as chips over as many lines as its width asks for; tooltips hold the whole text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: list[str] = []
        self._places: list[QRect] = []
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_texts(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self.setAccessibleDescription("; ".join(visible(text, _CHARACTERS) for text in self._texts[:50]))
        self._arrange()

    def show_tags(self, tags: Iterable[tuple[str, str]]) -> None:
        """`team: pricing`; the key alone where a tag has no value."""
        self.show_texts([f"{key}: {value}" if value else key for key, value in tags])

    def _arrange(self) -> None:
        metrics, x, y = self.fontMetrics(), 0, 0
        self._places = []
        for text in self._texts:
            width = min(metrics.horizontalAdvance(visible(text, _CHARACTERS)) + 2 * _PAD, max(self.width(), 40))
            if x and x + width > self.width():
                x, y = 0, y + _HEIGHT + _GAP
            self._places.append(QRect(x, y, width, _HEIGHT))
            x += width + _GAP
        self.setFixedHeight(y + _HEIGHT if self._texts else 0)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._arrange()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        for text, place in zip(self._texts, self._places, strict=True):
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.setBrush(self._theme.color("raised"))
            box = QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, _HEIGHT / 2 - 0.5, _HEIGHT / 2 - 0.5)
            painter.setPen(self._theme.color("text"))
            inner = place.adjusted(_PAD, 0, -_PAD + 2, 0)
            shown = metrics.elidedText(visible(text, _CHARACTERS), Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        painter.end()

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pairs = zip(self._texts, self._places, strict=True)
            text = next((text for text, place in pairs if place.contains(event.pos())), "")
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return super().event(event)
