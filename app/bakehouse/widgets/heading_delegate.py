"""Draws a list of lines with check boxes under small headings."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import GRID, ROW_HEIGHT, Theme

_HEADING_PIXELS = 11
_BOX = GRID + 18


class HeadingDelegate(QStyledItemDelegate):
    """Headings small and muted, other lines with their check box and what stands at the right (UserRole)."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def heading_act(self, _index: Index) -> str:
        """What a click on the heading does, in a word; none."""
        return ""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        if index.data(Qt.ItemDataRole.CheckStateRole) is None:
            self._paint_heading(painter, option.rect.adjusted(GRID, 4, -GRID, 0), index)
        else:
            count = index.data(Qt.ItemDataRole.UserRole) or ""
            room = painter.fontMetrics().horizontalAdvance(count) + 2 * GRID if count else 0
            whole = QRect(option.rect)
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(whole, self.theme.color("selection"))
            option.rect = whole.adjusted(GRID - 4, 0, -room, 0)
            super().paint(painter, option, index)
            painter.setPen(self.theme.color("muted"))
            place = whole.adjusted(0, 0, -GRID, 0)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)
        painter.restore()

    def _paint_heading(self, painter: QPainter, place: QRect, index: Index) -> None:
        font = painter.font()
        font.setPixelSize(_HEADING_PIXELS)
        painter.setFont(font)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), index.data())
        painter.setPen(self.theme.color("accent"))
        act = self.heading_act(index)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), act)


def is_beside_box(view: QListView, index: Index) -> bool:
    """Whether the pointer is on a line beside its check box, which turns itself where it is clicked."""
    where = view.viewport().mapFromGlobal(view.cursor().pos())
    return where.x() > view.visualRect(index).left() + _BOX
