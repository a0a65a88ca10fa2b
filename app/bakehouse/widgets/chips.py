"""Short texts as rounded chips that wrap like words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import Theme

_HEIGHT, _GAP, _PAD = 22, 6, 10
_CHARACTERS = 120


class ChipList(QWidget):
    """Draws texts as chips over as many lines as its width asks for; tooltips hold the whole text.

    With `set_clickable` a chip answers to a click, and to the arrow keys and Enter.
    """

    chip_clicked = Signal(int)
    """The place of a chip among the texts."""
    menu_requested = Signal(int, QPoint)
    """(place, where on the screen)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: list[str] = []
        self._shown: list[str] = []
        """The texts for the eye: made once, since hundreds of long ones take longer than a frame."""
        self._places: list[QRect] = []
        self._clickable = False
        self._hovered = self._current = -1
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_clickable(self, clickable: bool) -> None:
        """Whether chips answer to a click, and show it."""
        self._clickable = clickable
        self.setMouseTracking(clickable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if clickable else Qt.FocusPolicy.NoFocus)

    def show_texts(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self._shown = [visible(text, _CHARACTERS) for text in self._texts]
        self.setAccessibleDescription("; ".join(self._shown[:50]))
        self._arrange()

    def show_tags(self, tags: Iterable[tuple[str, str]]) -> None:
        """`team: pricing`; the key alone where a tag has no value."""
        self.show_texts([f"{key}: {value}" if value else key for key, value in tags])

    def _arrange(self) -> None:
        metrics, x, y = self.fontMetrics(), 0, 0
        self._places = []
        for text in self._shown:
            width = min(metrics.horizontalAdvance(text) + 2 * _PAD, max(self.width(), 40))
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
        for number, (text, place) in enumerate(zip(self._shown, self._places, strict=True)):
            if not place.intersects(event.rect()):
                continue
            is_marked = self._clickable and (number == self._hovered or (number == self._current and self.hasFocus()))
            painter.setPen(QPen(self._theme.color("accent" if is_marked else "line"), 1))
            painter.setBrush(self._theme.color("raised"))
            box = QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, _HEIGHT / 2 - 0.5, _HEIGHT / 2 - 0.5)
            painter.setPen(self._theme.color("text"))
            inner = place.adjusted(_PAD, 0, -_PAD + 2, 0)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        painter.end()

    def _chip_at(self, where: QPoint) -> int:
        return next((number for number, place in enumerate(self._places) if place.contains(where)), -1)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._chip_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hovered >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._chip_at(event.position().toPoint())
        if self._clickable and number >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chip_clicked.emit(number)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        steps = {keys.Key_Right: 1, keys.Key_Down: 1, keys.Key_Left: -1, keys.Key_Up: -1}
        if event.key() in steps and self._texts:
            self._current = max(0, min(len(self._texts) - 1, self._current + steps[keys(event.key())]))
            self.update()
        elif event.key() in (keys.Key_Return, keys.Key_Enter, keys.Key_Space) and 0 <= self._current < len(self._texts):
            self.chip_clicked.emit(self._current)
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        number = self._current if by_key else self._chip_at(event.pos())
        if 0 <= number < len(self._texts):
            where = self.mapToGlobal(self._places[number].center()) if by_key else event.globalPos()
            self.menu_requested.emit(number, where)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pairs = zip(self._texts, self._places, strict=True)
            text = next((text for text, place in pairs if place.contains(event.pos())), "")
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return super().event(event)
