"""A table header of two lines: the groups of the columns above their titles."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QToolTip, QWidget
from typing_extensions import override

from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.run_table import RunTableModel, column_title
from bakehouse.theme import HEADER_HEIGHT, Theme
from bakehouse.widgets.cell_places import PADDING

GROUP_HEIGHT = 20
_ARROW = 22


class GroupedHeader(QHeaderView):
    """Draws group names over the first visible part of each group; a click on a title sorts."""

    def __init__(self, model: RunTableModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._model = model
        self._theme = theme
        self._nothing_selected = QItemSelectionModel(model, self)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSortIndicatorShown(False)
        self.setMinimumSectionSize(56)
        self.setFixedHeight(GROUP_HEIGHT + HEADER_HEIGHT)
        self.setAccessibleName("Columns of the run table")

    def use_no_selection(self) -> None:
        """Qt asks whether each column is wholly selected, for minutes on 100,000 rows: give it nothing to ask."""
        self.setSelectionModel(self._nothing_selected)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.viewport().update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), GROUP_HEIGHT + HEADER_HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = self.viewport().rect()
        painter.fillRect(area, self._theme.color("raised"))
        self._paint_groups(painter, area)
        for section in range(self.count()):
            left = self.sectionViewportPosition(section)
            if left < area.right() and left + self.sectionSize(section) > 0:
                self._paint_title(painter, section, left)
        painter.setPen(self._theme.color("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.end()

    def _paint_groups(self, painter: QPainter, area: QRect) -> None:
        kinds = [key.kind for key in self._model.columns]
        font = painter.font()
        small = painter.font()
        small.setPixelSize(11)
        painter.setFont(small)
        start = 0
        while start < min(len(kinds), self.count()):
            end = start
            while end + 1 < min(len(kinds), self.count()) and kinds[end + 1] == kinds[start]:
                end += 1
            left = self.sectionViewportPosition(start)
            right = self.sectionViewportPosition(end) + self.sectionSize(end)
            if start:
                painter.setPen(self._theme.color("line"))
                painter.drawLine(left - 1, 0, left - 1, GROUP_HEIGHT - 1)
            painter.setPen(self._theme.color("muted"))
            # The name stays in sight while its group is scrolled through.
            shown = QRect(max(left, 0) + PADDING, 1, right - max(left, 0) - PADDING, GROUP_HEIGHT)
            if shown.width() > 0 and left < area.right():
                painter.drawText(shown, int(Qt.AlignmentFlag.AlignVCenter), kinds[start].title)
            start = end + 1
        painter.setFont(font)

    def _paint_title(self, painter: QPainter, section: int, left: int) -> None:
        cell = self._model.cell(section)
        keys = self._model.sort_keys
        rank, sort = next(((n, key) for n, key in enumerate(keys, 1) if key.column == cell.key), (0, None))
        rect = QRect(left, GROUP_HEIGHT, self.sectionSize(section), HEADER_HEIGHT)
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        token = "bad" if cell.state is ColumnState.FAILED else "text" if sort else "muted"
        painter.setPen(self._theme.color(token))
        arrow = "" if sort is None else " ▾" if sort.descending else " ▴"
        arrow += str(rank) if sort is not None and len(keys) > 1 else ""
        metrics = painter.fontMetrics()
        room = inner.width() - (metrics.horizontalAdvance(arrow) if arrow else 0)
        mode = Qt.TextElideMode.ElideMiddle if cell.is_right else Qt.TextElideMode.ElideRight
        title = metrics.elidedText(column_title(cell.key), mode, room) + arrow
        side = Qt.AlignmentFlag.AlignRight if cell.is_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), title)

    @override
    def sectionSizeFromContents(self, logicalIndex: int) -> QSize:
        return QSize(self.title_width(logicalIndex), GROUP_HEIGHT + HEADER_HEIGHT)

    def title_width(self, section: int) -> int:
        """The width at which the title with its arrow is whole, in logical pixels."""
        title = column_title(self._model.columns[section])
        return self.fontMetrics().horizontalAdvance(title) + 2 * PADDING + _ARROW

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            section = self.logicalIndexAt(event.pos())
            if 0 <= section < len(self._model.columns):
                key = self._model.columns[section]
                text = column_title(key) if key.search_name == key.name else key.search_name
                failure = self._model.frame.failures.get(key)
                QToolTip.showText(event.globalPos(), plain_tooltip(f"{text}\n{failure}" if failure else text), self)
            return True
        return super().viewportEvent(event)
