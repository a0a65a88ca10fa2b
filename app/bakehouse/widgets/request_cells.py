"""How a transition request looks in a list: model and version, the move as a pill, when and how it ended."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.request_list import LINE_ROLE, RequestLine
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.focus import paint_focus

ROW = 76
_MARK = 3
_SMALL_PX = 12
_PILL, _PILL_PAD = 17, 8
_TINT = 30
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_CENTER = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)


class RequestDelegate(QStyledItemDelegate):
    """Paints one RequestLine on three short lines."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme, line = option.rect, self.theme, index.data(LINE_ROLE)
        if not isinstance(line, RequestLine):
            return
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
            painter.fillRect(rect.left(), rect.top(), _MARK, rect.height(), theme.color("accent"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        paint_focus(painter, option, theme)
        inner = rect.adjusted(2 * GRID, 9, -GRID, -9)
        self._paint_name(painter, QRect(inner.left(), inner.top(), inner.width(), 20), line)
        small = QFont(painter.font())
        small.setPixelSize(_SMALL_PX)
        painter.setFont(small)
        self._paint_move(painter, QRect(inner.left(), inner.top() + 21, inner.width(), 19), line)
        self._paint_times(painter, QRect(inner.left(), inner.top() + 40, inner.width(), 18), line)
        painter.restore()

    def _paint_name(self, painter: QPainter, room: QRect, line: RequestLine) -> None:
        plain, bold = QFont(painter.font()), QFont(painter.font())
        bold.setBold(True)
        version = f" version {line.version}"
        painter.setFont(plain)
        taken = painter.fontMetrics().horizontalAdvance(version)
        painter.setFont(bold)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(visible(line.model, 200), Qt.TextElideMode.ElideMiddle, max(40, room.width() - taken))
        painter.setPen(self.theme.color("text"))
        painter.drawText(room, _LEFT, name)
        painter.setFont(plain)
        painter.drawText(room.adjusted(metrics.horizontalAdvance(name), 0, 0, 0), _LEFT, version)

    def _paint_move(self, painter: QPainter, room: QRect, line: RequestLine) -> None:
        ink = self.theme.color("accent")
        ground = QColor(ink)
        ground.setAlpha(_TINT)
        width = min(room.width(), painter.fontMetrics().horizontalAdvance(line.move) + 2 * _PILL_PAD)
        pill = QRectF(room.left(), room.center().y() - _PILL / 2 + 1, width, _PILL)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        # The panel's colour first: on a selected row the tint alone would leave the words under 4.5:1.
        for colour in (self.theme.color("panel"), ground):
            painter.setBrush(colour)
            painter.drawRoundedRect(pill, _PILL / 2, _PILL / 2)
        painter.setPen(ink)
        painter.drawText(pill, _CENTER, line.move)
        rest = room.adjusted(int(width) + 7, 0, 0, 0)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(rest, _LEFT, _cut(painter, line.side_effect, rest))

    def _paint_times(self, painter: QPainter, room: QRect, line: RequestLine) -> None:
        if line.outcome:
            painter.setPen(self.theme.color(line.token))
            outcome = _cut(painter, line.outcome, room)
            painter.drawText(room, _RIGHT, outcome)
            room = room.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(outcome) - GRID, 0)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(room, _LEFT, _cut(painter, line.when, room))


def _cut(painter: QPainter, text: str, room: QRect) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
