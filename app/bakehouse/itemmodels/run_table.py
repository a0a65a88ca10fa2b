"""The run table: rows of a frame in an order and an arrangement and behind a filter, one column a key."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractItemModel, Qt
from typing_extensions import override

from bakehouse.analysis.columns import Column, Mask, NumberColumn, TextColumn
from bakehouse.analysis.figures import MISSING, NumberStyle, duration_text, moment_text, number_style, when_text
from bakehouse.analysis.frame import ColumnState, RunFrame
from bakehouse.analysis.order import SortKey
from bakehouse.analysis.shading import rank_steps
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.column_look import USUAL_LOOK, ColumnLook, Ground
from bakehouse.domain.columns import (
    DURATION,
    END_TIME,
    EXPERIMENT,
    PARENT_RUN,
    RUN_ID,
    RUN_NAME,
    START_TIME,
    STATUS,
    USER,
    ColumnKey,
    ColumnKind,
)
from bakehouse.domain.text import visible
from bakehouse.itemmodels.arranged_rows import ArrangedRows
from bakehouse.itemmodels.cell_column import CellColumn
from bakehouse.itemmodels.group_cells import GroupCells
from bakehouse.itemmodels.indexes import ROOT, Index

_TITLES = {
    RUN_NAME: "Name", RUN_ID: "Run ID", STATUS: "Status", START_TIME: "Started", END_TIME: "Ended",
    DURATION: "Duration", USER: "User", EXPERIMENT: "Experiment",
}  # fmt: skip
_SAMPLE = 2_000
_CELL_CHARACTERS = 200
_ALWAYS_TOLD = 100
"""So many columns from the left say that they have changed, looked at or not: their widths follow their values."""
WAITING = "…"
FAILED = "not read"


def column_title(key: ColumnKey) -> str:
    """How a column is headed: attributes in words, everything else by its (made visible) key."""
    return _TITLES.get(key) or visible(key.title, _CELL_CHARACTERS)


class RunTableModel(ArrangedRows):
    """Shows a RunFrame in a flat table; `rows` holds the frame's row of every visible row, -1 for a group. GUI thread.

    The page tells it what to show (`show_frame`, `show_columns`, `show_mask`) and which column has arrived
    (`column_changed`); the view's header sorts it. It reads no store.
    """

    def __init__(self, parent: QAbstractItemModel | None = None) -> None:
        super().__init__(parent)
        self.columns: list[ColumnKey] = []
        self.groups = GroupCells(self.arranged)
        self.looks: dict[ColumnKey, ColumnLook] = {}
        """How the person wants columns drawn, shown ones or not."""
        self.now_ms = time.time() * 1000
        self._cells: dict[int, CellColumn] = {}
        """Those of the shown columns that were asked for: of 12,000 a window shows ten."""
        self._places: dict[ColumnKey, int] = {}
        self._waiting_shown = False
        self._relative_times = True

    # What is shown

    def show_frame(self, frame: RunFrame, columns: Sequence[ColumnKey], mask: Mask | None = None) -> None:
        """Show other runs, those of `mask` (None: all), in the present order where its columns are loaded."""
        self.beginResetModel()
        self.now_ms = time.time() * 1000
        self.frame, self._mask = frame, mask
        self._arrange()
        self._take_columns(columns)
        self.endResetModel()

    def show_columns(self, columns: Sequence[ColumnKey]) -> None:
        """Show other columns of the same runs."""
        self.beginResetModel()
        self._take_columns(columns)
        self.endResetModel()

    def _take_columns(self, columns: Sequence[ColumnKey]) -> None:
        self.columns = list(columns)
        self._places = {key: place for place, key in enumerate(self.columns)}
        self._cells.clear()

    def show_looks(self, looks: Mapping[ColumnKey, ColumnLook]) -> None:
        """Draw the columns like this from now on."""
        self.looks = dict(looks)
        self._cells.clear()
        if self.columns and len(self.rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def look(self, key: ColumnKey) -> ColumnLook:
        """How a column is drawn."""
        return self.looks.get(key, USUAL_LOOK)

    def show_mask(self, mask: Mask | None) -> None:
        """Show only the runs of `mask` (bool[runs]), in the present order; None shows all."""
        self.beginResetModel()
        self._mask = mask
        self._arrange()
        self._measure_bars()
        self.endResetModel()

    def arrange_by(self, arrangement: Arrangement) -> None:
        """Nest or group the runs otherwise; columns to group by that are not loaded take effect when they arrive."""
        self.beginResetModel()
        if arrangement.group_by != self.arranged.arrangement.group_by:
            self.arranged.folding.forget_groups()
        self.arranged.arrangement = arrangement
        self._arrange()
        self._measure_bars()
        self.endResetModel()

    def show_waiting(self, shown: bool) -> None:
        """Whether cells of columns on their way say so (after the moment in which nothing shall flicker)."""
        if shown != self._waiting_shown:
            self._waiting_shown = shown
            for key in self.columns:
                if self.frame.state(key) in (ColumnState.UNLOADED, ColumnState.LOADING):
                    self.column_changed(key)

    def column_changed(self, key: ColumnKey) -> None:
        """A column has arrived, failed or is on its way: only its cells are painted again, unless it is sorted by."""
        place = self._places.get(key, -1)
        # Of 12,000 columns most were never looked at: nothing on the screen shows them.
        if 0 <= place < _ALWAYS_TOLD or place in self._cells:
            self._cells.pop(place, None)
            if len(self.rows):
                self.dataChanged.emit(self.index(0, place), self.index(len(self.rows) - 1, place))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, place, place)
        if self.frame.column(key) is None:
            return
        if key == PARENT_RUN or key in self.arranged.arrangement.group_by:
            self.show_mask(self._mask)
        elif any(sort.column == key for sort in self.sort_keys):
            self.sort_by(self.sort_keys)

    def show_times(self, *, relative: bool) -> None:
        """Say how long ago runs started and ended, or when."""
        self._relative_times = relative
        self.tick()

    def tick(self) -> None:
        """Bring "5 min ago" up to date."""
        self.now_ms = time.time() * 1000
        for key in (START_TIME, END_TIME):
            self.column_changed(key)

    # Order

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns):
            self.sort_by((SortKey(self.columns[column], order == Qt.SortOrder.DescendingOrder),))

    def sort_by(self, keys: Sequence[SortKey]) -> None:
        """Order the visible runs; equal ones as the store has them. Persistent indexes follow their rows."""
        self.layoutAboutToBeChanged.emit()
        before, ids = self.persistentIndexList(), self.arranged.ids()
        wanted = [int(ids[index.row()]) for index in before]
        self.sort_keys = tuple(keys)
        self._arrange()
        self._measure_bars()
        if before:
            places = self.arranged.rows_of(wanted)
            after = [self.index(row, index.column()) for row, index in zip(places, before, strict=True)]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # Cells

    def cell(self, column: int) -> CellColumn:
        """How the shown column is drawn."""
        cell = self._cells.get(column)
        if cell is None:
            cell = self._cells[column] = self._cell_column(self.columns[column])
            self._measure_bar(cell)
        return cell

    def is_shown(self, key: ColumnKey) -> bool:
        """Whether the values of a column are there to be shown."""
        return key in (RUN_NAME, RUN_ID) or self.frame.column(key) is not None

    @property
    def tree_section(self) -> int:
        """The shown column that has the names of runs and groups, the indents and the arrows."""
        return self._places.get(RUN_NAME, 0)

    def text_at(self, row: int, column: int) -> str:
        """The text of a visible cell."""
        run = int(self.rows[row])
        if run >= 0:
            return self.cell(column).text(run)
        group = self.group_at(row)
        return self.groups.title(group) if column == self.tree_section else self.groups.text(group, self.cell(column))

    def bar_at(self, row: int, column: int) -> float | None:
        """How long the bar behind a visible cell is, 0 to 1; None without a bar."""
        cell = self.cell(column)
        if cell.high <= cell.low or cell.column is None:
            return None
        run = int(self.rows[row])
        value = cell.column.value(run) if run >= 0 else self.groups.bar_value(self.group_at(row), cell)
        if value is None or not cell.low <= value <= cell.high:
            return None
        return (value - cell.low) / (cell.high - cell.low)

    def full_text_at(self, row: int, column: int) -> str:
        """`full_text` of a visible cell that is a run's; of a group's, its text."""
        run = int(self.rows[row])
        return self.full_text(run, column) if run >= 0 else self.text_at(row, column)

    def full_text(self, run: int, column: int) -> str:
        """What a copy of a run's cell holds: numbers with all digits, times as ISO-like local time, missing empty."""
        key = self.columns[column]
        if key in (RUN_NAME, RUN_ID):
            return (self.frame.names if key == RUN_NAME else self.frame.run_ids)[run]
        loaded = self.frame.column(key)
        if loaded is None:
            return ""
        if key in (START_TIME, END_TIME):
            value = loaded.value(run)
            return "" if value is None else moment_text(value)
        return loaded.text(run)

    def _cell_column(self, key: ColumnKey) -> CellColumn:
        column, state = self.frame.column(key), self.frame.state(key)
        if key in (RUN_NAME, RUN_ID):
            # Shown from the frame itself: as columns they are only there to be sorted and searched.
            text_of = self._run_name if key == RUN_NAME else self.frame.run_ids.__getitem__
            return CellColumn(key, text_of, False, key == RUN_ID, ColumnState.COMPLETE, column=column)
        if column is None:
            waits = self._waiting_shown and state in (ColumnState.LOADING, ColumnState.UNLOADED)
            text = FAILED if state is ColumnState.FAILED else WAITING if waits else ""
            glimpse = self.frame.glimpses.get(key)
            if glimpse is None or state is ColumnState.FAILED:
                return CellColumn(key, lambda _: text, key.kind is ColumnKind.METRIC, True, state)
            cell = self._loaded_cell(key, glimpse.column, state)
            return replace(cell, text=partial(_glimpsed_text, glimpse.rows, cell.text, text), column=None)
        return self._loaded_cell(key, column, state)

    def _loaded_cell(self, key: ColumnKey, column: Column, state: ColumnState) -> CellColumn:
        is_muted = key in (START_TIME, END_TIME, DURATION, USER, RUN_ID, STATUS, EXPERIMENT)
        cell = CellColumn(key, column.text, False, is_muted, state, column=column)
        if key in (START_TIME, END_TIME):
            cell.write = lambda value: when_text(value, self.now_ms, relative=self._relative_times)
            cell.text = partial(_number_text, column, cell.write)
        elif key == DURATION:
            cell.write = duration_text
            cell.text = partial(_number_text, column, cell.write)
        elif isinstance(column, NumberColumn):
            cell.is_right = True
            cell.write = self._style_of(key, column).text
            cell.text = partial(_number_text, column, cell.write)
        else:
            cell.is_right = column.is_numeric
            style = self._style_of(key, column) if column.is_numeric else NumberStyle(0)
            # Whole numbers stay as they were written: 007 is not 7.
            cell.text = (
                partial(_number_text, column, style.text)
                if style.decimals or style.scientific or style.is_chosen
                else partial(_short_text, [visible(text, _CELL_CHARACTERS) for text in column.categories], column)
                if len(column.categories) <= _SAMPLE
                else partial(_long_text, column)
            )
        return cell

    def _run_name(self, run: int) -> str:
        return visible(self.frame.name(run), _CELL_CHARACTERS)

    def _style_of(self, key: ColumnKey, column: Column) -> NumberStyle:
        decimals = self.look(key).decimals
        if decimals is not None:
            return NumberStyle(decimals, is_chosen=True)
        values = column.present_numbers()
        return number_style(values[:: max(1, len(values) // _SAMPLE)])

    def ground(self, key: ColumnKey) -> Ground:
        """What lies behind a column's numbers: as chosen, else bars where it is a metric and the table sorted by it."""
        chosen = self.look(key).ground
        if chosen is not Ground.AUTOMATIC:
            return chosen
        sorted_by = bool(self.sort_keys) and self.sort_keys[0].column == key
        return Ground.BARS if sorted_by and key.kind is ColumnKind.METRIC else Ground.PLAIN

    def _measure_bars(self) -> None:
        """Make bars and shades over the visible runs."""
        for cell in self._cells.values():
            self._measure_bar(cell)

    def _measure_bar(self, cell: CellColumn) -> None:
        cell.low = cell.high = 0.0
        cell.shades = None
        column, ground = cell.column, self.ground(cell.key)
        if column is not None and ground is Ground.SHADING:
            cell.shades = cache(partial(rank_steps, column, self.visible_runs()))
        if ground is Ground.BARS and column is not None and len(self.rows):
            values = column.numbers()[self.visible_runs()]
            values = values[np.isfinite(values)]
            if len(values):
                low, high = float(values.min()), float(values.max())
                # The least value keeps a short bar: nothing drawn would read as missing.
                cell.low, cell.high = low - (high - low) * 0.08, high

    # What Qt asks

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text_at(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.cell(index.column()).is_right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = f"{column_title(self.columns[index.column()])}: {self.text_at(index.row(), index.column())}"
            return said + self._place_said(index.row()) if index.column() == self.tree_section else said
        return None

    def _place_said(self, row: int) -> str:
        """What the indent and the arrow of a row show, for who cannot see them."""
        depth, foldable = self.depth(row), self.is_foldable(row)
        state = f", {'expanded' if self.is_open(row) else 'collapsed'}" if foldable else ""
        return f", level {depth + 1}{state}" if depth or foldable else ""

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        key = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column_title(key)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{key.kind.title}: {column_title(key)}"
        return None


def _number_text(column: Column, write: Callable[[float], str], run: int) -> str:
    value = column.value(run)
    return MISSING if value is None else write(value)


def _glimpsed_text(rows: frozenset[int], text: Callable[[int], str], waiting: str, run: int) -> str:
    return text(run) if run in rows else waiting


def _short_text(texts: list[str], column: TextColumn, run: int) -> str:
    code = column.code(run)
    return texts[code] or '""' if code >= 0 else MISSING


def _long_text(column: TextColumn, run: int) -> str:
    code = column.code(run)
    return visible(column.categories[code], _CELL_CHARACTERS) or '""' if code >= 0 else MISSING
