"""The view of the run table: fixed rows, sampled widths, one shared selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QToolTip, QWidget
from typing_extensions import override

from bakehouse.analysis.folding import GroupPath
from bakehouse.analysis.order import SortKey
from bakehouse.domain.columns import END_TIME, RUN_NAME, START_TIME, ColumnKey
from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.run_table import RunTableModel, column_title
from bakehouse.itemmodels.selection import RunSelection, RunSelectionModel
from bakehouse.theme import ROW_HEIGHT, Theme
from bakehouse.widgets.cell_places import PADDING
from bakehouse.widgets.frozen_table import FrozenTableView
from bakehouse.widgets.grouped_header import ARROW
from bakehouse.widgets.name_cells import Part, name_width, part_at
from bakehouse.widgets.run_cells import RowPainter, tabular

_WIDTH_SAMPLE = 200
_WIDTH_TEXTS = 40_000
"""So many texts are looked at for the widths of all columns: of 12,000 columns only a few rows each."""
_NAME_WIDTHS = (140, 320)
_WIDTHS = (64, 240)
_FITTED_AT_MOST = 900
_MEASURED_AT_MOST = 60
"""So many columns from the left have the width that their values want."""


class RunTableView(FrozenTableView):
    """Shows a RunTableModel; a click on a header sorts by it, a second one turns the order round, Shift adds a key.

    Keeps the place of the scroll bars, the current run and the widths of columns when the table's rows are replaced.
    """

    space_pressed = Signal()
    run_hovered = Signal(str)
    """The run under the pointer, empty for none."""
    copy_requested = Signal()
    menu_requested = Signal(int, int, QPoint)
    """Visible row and section of the cell, and the place on the screen."""
    star_requested = Signal(list)
    """Ids of runs that shall have a star, or lose it where all have one; none: the selected ones."""
    sorted_by = Signal(object, bool)
    """The column's key, and whether descending."""
    column_menu_requested = Signal(int, QPoint)
    """Section, and the place on the screen."""
    column_moved = Signal(int, int)
    """A column was dropped before another one (or behind the last)."""
    widths_changed = Signal()
    """The person has set the width of a column."""

    def __init__(
        self, model: RunTableModel, selection: RunSelection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, theme, parent)
        self.setObjectName("run_table")
        self.setAccessibleName("Runs")
        self._table = model
        self._widths: dict[ColumnKey, int] = {}
        self._sampled: set[ColumnKey] = set()
        self._chosen: set[ColumnKey] = set()
        self._kept: tuple[int, int, str | GroupPath] = (0, 0, "")
        self._hovered = -1
        self._hovered_elsewhere = -1
        self._measured_for: tuple[object, ...] = ()
        self._sized: list[ColumnKey] | None = None
        """The columns that have their widths."""
        self._runs = RunSelectionModel(model, selection)
        self.setSelectionModel(self._runs)
        self._painter = RowPainter(model, theme, selection.colors)
        self._set_up()
        self._letter = self.fontMetrics().averageCharWidth()
        selection.changed.connect(self.viewport().update)
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._restore_place)
        model.dataChanged.connect(self._measure_arrived)
        model.layoutChanged.connect(self._header.viewport().update)
        self._header.sectionClicked.connect(self._sort_by_section)
        self._header.sectionResized.connect(self._remember_width)
        self._header.menu_requested.connect(self.column_menu_requested)
        self._header.column_moved.connect(self.column_moved)
        self._header.fit_requested.connect(self.fit)
        self.verticalScrollBar().valueChanged.connect(self._show_window)

    def _set_up(self) -> None:
        self.setFont(tabular(self.font()))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setStyleSheet("QAbstractScrollArea::corner { background: transparent; border: none; }")
        self._header.use_no_selection()
        vertical = self.verticalHeader()
        vertical.setSelectionModel(QItemSelectionModel(self._table, vertical))
        vertical.setSectionResizeMode(vertical.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(ROW_HEIGHT)
        vertical.setDefaultSectionSize(ROW_HEIGHT)
        vertical.hide()

    def set_theme(self, theme: Theme) -> None:
        self._painter.set_theme(theme)
        self._header.set_theme(theme)
        self.viewport().update()

    @property
    def table(self) -> RunTableModel:
        """What is shown."""
        return self._table

    @property
    def runs(self) -> RunSelectionModel:
        """The selection model over runs."""
        return self._runs

    def show_run(self, run_id: str) -> None:
        """Scroll to a run and make its row the current one, if it is visible; what it is folded into opens."""
        self._table.uncover(run_id)
        place = self._table.place_of(run_id)
        if place >= 0:
            self._runs.setCurrentIndex(self._table.index(place, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(self._table.index(place, 0))

    def go_to_column(self, section: int) -> None:
        """Put the keyboard into another column of the row it is in, and scroll there."""
        row = max(self.currentIndex().row(), 0)
        if row < len(self._table.rows):
            index = self._table.index(row, section)
            self._runs.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)

    # Order

    def _sort_by_section(self, section: int) -> None:
        """Sort by a column, or turn its order round; with Shift as a further key behind those there are."""
        key = self._table.columns[section]
        adding = bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        keys = list(self._table.sort_keys) if adding else self._table.sort_keys[:1]
        present = next((one for one in keys if one.column == key), None)
        # Numbers are looked for at their best end first, names from A on.
        first_descending = self._table.cell(section).is_right or key in (START_TIME, END_TIME)
        self.sort_column(key, first_descending if present is None else not present.descending, adding=adding)

    def sort_column(self, key: ColumnKey, descending: bool, *, adding: bool = False) -> None:
        """Sort by a column; with `adding` as a further key behind those there are, or in the place it has."""
        keys = list(self._table.sort_keys) if adding else []
        place = next((place for place, one in enumerate(keys) if one.column == key), None)
        chosen = SortKey(key, descending)
        if place is None:
            keys = [*keys, chosen]
        else:
            keys = [*keys[:place], chosen, *keys[place + 1 :]]
        self._table.sort_by(keys)
        self._runs.show_window(*self.shown_rows())
        self.sorted_by.emit(key, descending)

    # Place and widths

    @contextmanager
    def keeping_runs(self) -> Iterator[None]:
        """While inside, the model may come to show a grown frame: the same runs stay under the eyes, where they were.

        At the top the table stays at the top, so that new runs are seen as they come.
        """
        bar = self.verticalScrollBar()
        row, top = max(self.rowAt(0), 0), bar.value()
        name = self._table.row_name(row) if top > 0 and row < len(self._table.rows) else ""
        offset = top - row * ROW_HEIGHT
        yield
        place = self._table.row_named(name) if name else -1
        if place >= 0:
            bar.setValue(place * ROW_HEIGHT + offset)

    def _keep_place(self) -> None:
        index = self.currentIndex()
        current = self._table.row_name(index.row()) if index.isValid() else ""
        self._kept = (self.horizontalScrollBar().value(), self.verticalScrollBar().value(), current)

    def _restore_place(self) -> None:
        self._apply_widths()
        self.updateGeometries()
        across, down, current = self._kept
        if current and (place := self._table.row_named(current)) >= 0:
            self._runs.setCurrentIndex(self._table.index(place, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.horizontalScrollBar().setValue(across)
        self.verticalScrollBar().setValue(down)
        self._show_window()

    def _apply_widths(self) -> None:
        arranged = self._table.arranged
        looks = (arranged.arrangement, arranged.grouping is None, arranged.nested)
        if looks != self._measured_for and RUN_NAME not in self._chosen:
            # Indents and the values of groups want another width than plain names.
            self._measured_for = looks
            self._widths.pop(RUN_NAME, None)
            self._sampled.discard(RUN_NAME)
        if self._has_widths():
            return
        header = self._header
        header.blockSignals(True)
        header.setUpdatesEnabled(False)
        for section, key in enumerate(self._table.columns):
            width = self._width_of(section, key)
            if width != header.sectionSize(section):
                header.resizeSection(section, width)
        header.setUpdatesEnabled(True)
        header.blockSignals(False)
        self._sized = self._table.columns
        self.updateGeometries()

    def _has_widths(self) -> bool:
        """Whether the columns are those that were given their widths last, and measured: other rows change nothing."""
        columns = self._table.columns
        return self._sized is columns and all(key in self._sampled for key in columns[:_MEASURED_AT_MOST])

    def _width_of(self, section: int, key: ColumnKey) -> int:
        known = self._widths.get(key)
        if section >= _MEASURED_AT_MOST:
            # Far to the right of a very wide table: by the length of the title, which costs nothing.
            return known or min(
                max(len(column_title(key)) * self._letter + 2 * PADDING + ARROW, _WIDTHS[0]), _WIDTHS[1]
            )
        if known is None or (key not in self._sampled and self._table.is_shown(key)):
            known = self._widths[key] = self._sampled_width(section)
        return known

    def _measure_arrived(self, first: QModelIndex, last: QModelIndex) -> None:
        """A column has arrived: give it the width its values want, unless the person chose one."""
        section = first.column()
        if section != last.column():
            return
        key = self._table.columns[section]
        if key not in self._sampled and (width := self._width_of(section, key)) != self._header.sectionSize(section):
            self._header.blockSignals(True)
            self._header.resizeSection(section, width)
            self._header.blockSignals(False)
            self.updateGeometries()

    def _sampled_width(self, section: int, at_most: int = 0) -> int:
        key = self._table.columns[section]
        metrics = self.fontMetrics()
        width = self._header.title_width(section)
        if self._table.is_shown(key) and len(self._table.rows):
            self._sampled.add(key)
            wanted_rows = max(8, min(_WIDTH_SAMPLE, _WIDTH_TEXTS // max(1, len(self._table.columns))))
            rows = range(0, len(self._table.rows), max(1, len(self._table.rows) // wanted_rows))
            if key == RUN_NAME:
                places = len(self._table.arranged.outline.runs)
                every = range(0, places, max(1, places // _WIDTH_SAMPLE))
                wanted = [name_width(self._table, metrics, place) for place in every]
            else:
                texts = {self._table.text_at(row, section)[:80] for row in rows}
                wanted = [metrics.horizontalAdvance(text) + 2 * PADDING for text in texts]
            width = max([width, *(pixels + 2 for pixels in wanted)])
        low, high = _NAME_WIDTHS if key == RUN_NAME else _WIDTHS
        return min(max(width, low), at_most or high)

    def forget_widths(self) -> None:
        """Other runs are shown: measure the columns again, but for those the person has set."""
        self._sized = None
        self._sampled &= self._chosen
        self._widths = {key: width for key, width in self._widths.items() if key in self._chosen}

    def _remember_width(self, section: int, _old: int, new: int) -> None:
        key = self._table.columns[section]
        self._widths[key] = new
        self._sampled.add(key)
        self._chosen.add(key)
        self.widths_changed.emit()

    @property
    def chosen_widths(self) -> dict[ColumnKey, int]:
        """The widths that the person has set, of shown columns and others."""
        return {key: self._widths[key] for key in self._chosen if key in self._widths}

    def set_chosen_widths(self, widths: Mapping[ColumnKey, int]) -> None:
        """Exactly these columns have a width of the person's; the others are measured."""
        self._sized = None
        dropped = self._chosen - set(widths)
        self._chosen = set(widths)
        self._sampled = (self._sampled - dropped) | self._chosen
        self._widths = {key: width for key, width in self._widths.items() if key not in dropped} | dict(widths)
        self._apply_widths()

    def fit(self, section: int) -> None:
        """Give a column the width at which its title and (a sample of) its values are whole."""
        self._header.resizeSection(section, self._sampled_width(section, _FITTED_AT_MOST))

    def forget_width(self, section: int) -> None:
        """Let a column have the width that the table gives by itself."""
        key = self._table.columns[section]
        self.set_chosen_widths({other: width for other, width in self.chosen_widths.items() if other != key})
        self.widths_changed.emit()

    def shown_rows(self) -> tuple[int, int]:
        """The first and the last row in the window."""
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else len(self._table.rows) - 1

    def _show_window(self, _value: int = 0) -> None:
        self._runs.show_window(*self.shown_rows())

    # What Qt asks

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        area, offset = event.rect(), self.verticalOffset()
        first = max((area.top() + offset) // ROW_HEIGHT, 0)
        last = min((area.bottom() + offset) // ROW_HEIGHT, len(self._table.rows) - 1)
        current = self.currentIndex().row() if self.hasFocus() else -1
        painter = QPainter(self.viewport())
        rows = range(first, last + 1)
        for part, places in self.parts(area):
            painter.setClipRect(part)
            marked = current if part.left() == 0 else -1
            self._painter.paint(
                painter, part, first * ROW_HEIGHT - offset, rows, places, self._runs.mask, marked, self._hovered
            )
        painter.setClipping(False)
        if self._hovered_elsewhere in rows:
            ground = self._painter.theme.color("accent")
            ground.setAlphaF(0.16)
            top = self._hovered_elsewhere * ROW_HEIGHT - offset
            painter.fillRect(area.left(), top, area.width(), ROW_HEIGHT - 1, ground)
        if (edge := self._header.frozen_width()) > 0:
            self._painter.paint_edge(painter, edge, area, is_over=self.horizontalOffset() > 0)
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._painter.set_font(self.font())

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self._repaint()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._header.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._header.viewport().update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_window()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.space_pressed.emit()
        elif event.key() == Qt.Key.Key_S and not event.modifiers():
            self.star_requested.emit([])
        elif self._fold_by_key(event.key(), row):
            event.accept()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            place = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
            self.menu_requested.emit(index.row(), index.column(), place)

    @override
    def selectAll(self) -> None:
        """Select every run that the filter lets through, folded ones too, and no parent that is only kept."""
        self._runs.select_runs(self._table.visible_runs())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and not index.isValid():
            event.accept()  # a click beside the rows keeps what is selected
            return
        if event.button() == Qt.MouseButton.LeftButton and self._click_part(index, event.position().toPoint()):
            event.accept()
            return
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and not self._click_part(index, event.position().toPoint()):
            self._turn(index.row())
        event.accept()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()
            self.run_hovered.emit(self._table.run_id(row) if 0 <= row < len(self._table.rows) else "")

    def show_hovered(self, run_id: str) -> None:
        """The pointer is over this run somewhere else (empty: over none)."""
        place = self._table.place_of(run_id) if run_id else -1
        if place != self._hovered_elsewhere:
            self._hovered_elsewhere = place
            self.viewport().update()

    def _click_part(self, index: QModelIndex, where: QPoint) -> bool:
        """Do what a click on an arrow or a star does; whether it was one."""
        if index.column() != self._table.tree_section:
            return False
        left, width = self._header.left_of(index.column()), self._header.sectionSize(index.column())
        part = part_at(self._table, index.row(), where.x() - left, width)
        if part is Part.ARROW:
            self._turn(index.row())
        elif part is Part.STAR:
            self.star_requested.emit([self._table.run_id(index.row())])
        return part is not Part.NAME

    # Folding

    def _turn(self, row: int) -> None:
        if self._table.is_foldable(row):
            self.set_open(row, not self._table.is_open(row))

    def set_open(self, row: int, is_open: bool) -> None:
        """Fold or unfold a visible row; a current row inside it hands over to it."""
        current = self.currentIndex()
        if not is_open and row < current.row() <= row + self._table.shown_inside(row):
            self._make_current(row)
        self._table.set_open(row, is_open)

    def _make_current(self, row: int) -> None:
        self._runs.setCurrentIndex(self._table.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _fold_by_key(self, key: int, row: int) -> bool:
        """What the arrow keys, plus, minus and the asterisk do in a tree; whether there was something to do."""
        table = self._table
        if key == Qt.Key.Key_Asterisk:
            table.set_all_open(True)
        elif row < 0 or (not table.arranged.nested and table.arranged.grouping is None):
            return False
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Plus) and table.is_foldable(row) and not table.is_open(row):
            self.set_open(row, True)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Minus) and table.is_foldable(row) and table.is_open(row):
            self.set_open(row, False)
        elif key == Qt.Key.Key_Left and table.arranged.row_above(row) >= 0:
            self._go_to(table.arranged.row_above(row))
        elif key == Qt.Key.Key_Right and table.is_foldable(row) and table.shown_inside(row):
            self._go_to(row + 1)
        else:
            return False
        return True

    def _go_to(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag
        self._runs.setCurrentIndex(self._table.index(row, 0), flags.ClearAndSelect | flags.Rows)
        self.scrollTo(self._table.index(row, 0))

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            text = self._tooltip(index.row(), index.column()) if index.isValid() else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return super().viewportEvent(event)

    def _tooltip(self, row: int, column: int) -> str:
        if self._table.group_at(row) >= 0:
            return self._table.groups.tooltip(self._table.group_at(row), self._table.cell(column))
        key, full = self._table.columns[column], self._table.full_text_at(row, column)
        failure = self._table.frame.failures.get(key)
        if failure:
            return failure
        if key == RUN_NAME:
            return f"{full}\n{self._table.run_id(row)}" if full else self._table.run_id(row)
        return full
