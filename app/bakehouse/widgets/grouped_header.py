"""A table header of two lines: the groups of the columns above their titles; the first columns may stand still."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QToolTip, QWidget
from typing_extensions import override

from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.run_table import RunTableModel, column_title
from bakehouse.theme import HEADER_HEIGHT, Theme
from bakehouse.widgets.cell_places import PADDING
from bakehouse.widgets.header_mouse import HeaderMouse

GROUP_HEIGHT = 20
ARROW = 22
_GRIP = 4
_FROZEN_AT_MOST = 0.6
"""The share of the window that columns standing still may take; with more there would be nothing to scroll."""


class GroupedHeader(QHeaderView):
    """Draws group names over the first visible part of each group; a click on a title sorts, a drag moves the column.

    Its first `frozen` columns stand still: `left_of` and `section_at` say where sections are seen. Mouse and widths
    are its own work, since Qt's header knows no columns that stand still.
    """

    menu_requested = Signal(int, QPoint)
    """Section, and the place on the screen."""
    column_moved = Signal(int, int)
    """A column was dropped before another one (or behind the last)."""
    fit_requested = Signal(int)
    scroll_wanted = Signal(int)

    def __init__(self, model: RunTableModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._model = model
        self._theme = theme
        self._frozen = 0
        self._nothing_selected = QItemSelectionModel(model, self)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSortIndicatorShown(False)
        self.setMinimumSectionSize(56)
        self.setFixedHeight(GROUP_HEIGHT + HEADER_HEIGHT)
        self.setAccessibleName("Columns of the run table")
        self._mouse = HeaderMouse(self, self)
        self._mouse.clicked.connect(self.sectionClicked)
        self._mouse.moved.connect(self.column_moved)
        self._mouse.fitted.connect(self.fit_requested)
        self._mouse.scroll_wanted.connect(self.scroll_wanted)
        self._mouse.resized.connect(self._resize)
        self._mouse.changed.connect(self.viewport().update)

    def use_no_selection(self) -> None:
        """Qt asks whether each column is wholly selected, for minutes on 100,000 rows: give it nothing to ask."""
        self.setSelectionModel(self._nothing_selected)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.viewport().update()

    # Where sections are seen

    def freeze(self, count: int) -> None:
        """Let the first `count` columns stand still."""
        self._frozen = count
        self.viewport().update()

    @property
    def frozen(self) -> int:
        """How many columns stand still now: none where they would take most of the window."""
        count = min(self._frozen, self.count())
        if count <= 0 or count >= self.count():
            return 0
        width = self.sectionPosition(count)
        return count if width <= self.viewport().width() * _FROZEN_AT_MOST else 0

    def frozen_width(self) -> int:
        """The width of the columns that stand still."""
        count = self.frozen
        return self.sectionPosition(count) if count else 0

    def left_of(self, section: int) -> int:
        """Where a section begins in the window; a scrolled one may lie below those that stand still."""
        return self.sectionPosition(section) if section < self.frozen else self.sectionViewportPosition(section)

    def width_of(self, section: int) -> int:
        """The width of a section."""
        return self.sectionSize(section)

    def section_at(self, x: int) -> int:
        """The section that is seen at `x`, -1 for none."""
        return self.logicalIndexAt(x - self.offset() if x < self.frozen_width() else x)

    def handle_at(self, x: int) -> int:
        """The section whose right edge can be dragged at `x`, -1 for none."""
        section = self.section_at(x)
        if section < 0:
            last = self.count() - 1
            return last if last >= 0 and 0 <= x - self.left_of(last) - self.width_of(last) < _GRIP else -1
        left = self.left_of(section)
        if x >= left + self.width_of(section) - _GRIP:
            return section
        hidden_edge = section == self.frozen and left < self.frozen_width()
        return section - 1 if x < left + _GRIP and section > 0 and not hidden_edge else -1

    def sections_width(self) -> int:
        """The width of the window on the sections."""
        return self.viewport().width()

    def section_count(self) -> int:
        return self.count()

    def seen(self) -> Iterator[tuple[range, int, int]]:
        """Parts of the window (sections, left and right edge): the scrolled one, then the one that stands still."""
        frozen, edge = self.frozen, self.frozen_width()
        yield range(frozen, self.count()), edge, self.viewport().width()
        if frozen:
            yield range(frozen), 0, edge

    def in_sight(self, sections: range, left: int, right: int) -> range:
        """Those of a part's sections that are seen between two edges of the window: of 12,000 a few."""
        if sections.start < self.frozen or right <= left:
            return sections
        first, last = self.logicalIndexAt(left), self.logicalIndexAt(right - 1)
        return range(max(first, sections.start), last + 1 if last >= 0 else sections.stop) if first >= 0 else range(0)

    # Painting

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), GROUP_HEIGHT + HEADER_HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = self.viewport().rect()
        current = self._current_section()
        for sections, left, right in self.seen():
            part = QRect(left, 0, right - left, area.height())
            painter.setClipRect(part)
            painter.fillRect(part, self._theme.color("raised"))
            self._paint_groups(painter, sections, left, right)
            for section in self.in_sight(sections, left, right):
                start = self.left_of(section)
                if start < right and start + self.sectionSize(section) > left:
                    self._paint_title(painter, section, start)
                    if section == current:
                        mark = QRect(start, area.bottom() - 1, self.sectionSize(section), 2)
                        painter.fillRect(mark, self._theme.color("accent"))
        painter.setClipping(False)
        painter.setPen(self._theme.color("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if edge := self.frozen_width():
            painter.drawLine(edge - 1, 0, edge - 1, area.bottom())
        if self._mouse.moving >= 0:
            self._paint_move(painter, self._mouse.moving)
        painter.end()

    def _current_section(self) -> int:
        """The column that the keyboard is in, -1 while the keyboard is elsewhere."""
        table = self.parent()
        return table.currentIndex().column() if isinstance(table, QAbstractItemView) and table.hasFocus() else -1

    def _paint_groups(self, painter: QPainter, sections: range, first: int, last: int) -> None:
        """The names of the groups among `sections`, each as often as it begins anew."""
        kinds = [key.kind for key in self._model.columns]
        font = painter.font()
        small = painter.font()
        small.setPixelSize(11)
        painter.setFont(small)
        start, stop = sections.start, min(len(kinds), sections.stop)
        while start < stop:
            end = start
            while end + 1 < stop and kinds[end + 1] == kinds[start]:
                end += 1
            left = self.left_of(start)
            right = self.left_of(end) + self.sectionSize(end)
            goes_on = start > 0 and kinds[start - 1] == kinds[start]
            if start and not goes_on:
                painter.setPen(self._theme.color("line"))
                painter.drawLine(left - 1, 0, left - 1, GROUP_HEIGHT - 1)
            painter.setPen(self._theme.color("muted"))
            # The name stays in sight while its group is scrolled through.
            shown = QRect(max(left, first) + PADDING, 1, right - max(left, first) - PADDING, GROUP_HEIGHT)
            if shown.width() > 0 and left < last and not goes_on:
                painter.drawText(shown, int(Qt.AlignmentFlag.AlignVCenter), kinds[start].title)
            start = end + 1
        painter.setFont(font)

    def _paint_title(self, painter: QPainter, section: int, left: int) -> None:
        cell = self._model.cell(section)
        keys = self._model.sort_keys
        rank, sort = next(((n, key) for n, key in enumerate(keys, 1) if key.column == cell.key), (0, None))
        rect = QRect(left, GROUP_HEIGHT, self.sectionSize(section), HEADER_HEIGHT)
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if section == self._mouse.moving:
            painter.fillRect(rect, self._theme.color("selection"))
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

    def _paint_move(self, painter: QPainter, section: int) -> None:
        """The title under the mouse, and where the column would go."""
        place = self._mouse.drop_place()
        if place < self.count():
            x = max(self.left_of(place), self.frozen_width() if place >= self.frozen else 0)
        else:
            x = self.left_of(self.count() - 1) + self.sectionSize(self.count() - 1)
        accent = self._theme.color("accent")
        width = self.sectionSize(section)
        ghost = QRect(self._mouse.x - self._mouse.grabbed_at, GROUP_HEIGHT, width, HEADER_HEIGHT - 2)
        painter.setOpacity(0.9)
        painter.fillRect(ghost, self._theme.color("panel"))
        painter.setPen(accent)
        painter.drawRect(ghost.adjusted(0, 0, -1, -1))
        painter.setPen(self._theme.color("text"))
        title = painter.fontMetrics().elidedText(
            column_title(self._model.columns[section]), Qt.TextElideMode.ElideRight, width - 2 * PADDING
        )
        painter.drawText(ghost.adjusted(PADDING, 0, -PADDING, 0), int(Qt.AlignmentFlag.AlignVCenter), title)
        painter.setOpacity(1.0)
        if place not in (section, section + 1):
            painter.fillRect(min(max(x - 1, 0), self.viewport().width() - 2), 0, 2, self.viewport().height(), accent)

    # Widths

    @override
    def sectionSizeFromContents(self, logicalIndex: int) -> QSize:
        return QSize(self.title_width(logicalIndex), GROUP_HEIGHT + HEADER_HEIGHT)

    def title_width(self, section: int) -> int:
        """The width at which the title with its arrow is whole, in logical pixels."""
        title = column_title(self._model.columns[section])
        return self.fontMetrics().horizontalAdvance(title) + 2 * PADDING + ARROW

    def _resize(self, section: int, width: int) -> None:
        self.resizeSection(section, max(width, self.minimumSectionSize()))

    # Mouse

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._mouse.press(event.position().toPoint().x())
        event.accept()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().toPoint().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            was_moving = self._mouse.moving >= 0
            self._mouse.move(x)
            if self._mouse.moving >= 0 and not was_moving:
                self.grabKeyboard()  # Escape takes the move back
        self.viewport().setCursor(self._mouse.cursor(x))
        event.accept()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.releaseKeyboard()
            self._mouse.release(event.position().toPoint().x())
        event.accept()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._mouse.double_click(event.position().toPoint().x())
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._mouse.moving >= 0:
            self.releaseKeyboard()
            self._mouse.cancel()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        section = self.section_at(event.pos().x())
        if section >= 0:
            self.menu_requested.emit(section, event.globalPos())

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            section = self.section_at(event.pos().x())
            if 0 <= section < len(self._model.columns):
                key = self._model.columns[section]
                text = column_title(key) if key.search_name == key.name else key.search_name
                failure = self._model.frame.failures.get(key)
                QToolTip.showText(event.globalPos(), plain_tooltip(f"{text}\n{failure}" if failure else text), self)
            return True
        return super().viewportEvent(event)
