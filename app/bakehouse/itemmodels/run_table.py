"""The run table: rows of a frame in an order and behind a filter, one column a key."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, Qt
from typing_extensions import override

from bakehouse.analysis.columns import Column, Ints, Mask, NumberColumn, TextColumn
from bakehouse.analysis.figures import MISSING, NumberStyle, ago_text, duration_text, moment_text, number_style
from bakehouse.analysis.frame import ColumnState, RunFrame
from bakehouse.analysis.order import SortKey, sort_rows
from bakehouse.domain.columns import (
    DURATION,
    END_TIME,
    EXPERIMENT,
    RUN_ID,
    RUN_NAME,
    START_TIME,
    STATUS,
    USER,
    ColumnKey,
    ColumnKind,
)
from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index

_TITLES = {
    RUN_NAME: "Name", RUN_ID: "Run ID", STATUS: "Status", START_TIME: "Started", END_TIME: "Ended",
    DURATION: "Duration", USER: "User", EXPERIMENT: "Experiment",
}  # fmt: skip
_SAMPLE = 2_000
_CELL_CHARACTERS = 200
WAITING = "…"
FAILED = "not read"


def column_title(key: ColumnKey) -> str:
    """How a column is headed: attributes in words, everything else by its (made visible) key."""
    return _TITLES.get(key) or visible(key.title, _CELL_CHARACTERS)


@dataclass(slots=True)
class CellColumn:
    """How one shown column is drawn: made when it is shown or arrives, asked for every painted cell."""

    key: ColumnKey
    text: Callable[[int], str]
    """The text of a run (its row in the frame)."""
    is_right: bool
    is_muted: bool
    state: ColumnState
    low: float = 0.0
    high: float = 0.0
    """The range of the visible runs' finite values; only for the column with bars."""
    column: Column | None = None


class RunTableModel(QAbstractTableModel):
    """Shows a RunFrame in a flat table; `rows` holds the frame's row of every visible row. GUI thread.

    The page tells it what to show (`show_frame`, `show_columns`, `show_mask`) and which column has arrived
    (`column_changed`); the view's header sorts it. It reads no store.
    """

    def __init__(self, parent: QAbstractItemModel | None = None) -> None:
        super().__init__(parent)
        self.frame = RunFrame([])
        self.columns: list[ColumnKey] = []
        self.rows: Ints = np.empty(0, np.int32)
        """int32[k]: the visible runs in their order."""
        self.sort_keys: tuple[SortKey, ...] = ()
        self.now_ms = time.time() * 1000
        self._mask: Mask | None = None
        self._cells: list[CellColumn] = []
        self._waiting_shown = False

    # What is shown

    def show_frame(self, frame: RunFrame, columns: Sequence[ColumnKey], mask: Mask | None = None) -> None:
        """Show other runs, those of `mask` (None: all), in the present order where its columns are loaded."""
        self.beginResetModel()
        self.now_ms = time.time() * 1000
        self.frame, self.columns, self._mask = frame, list(columns), mask
        self._arrange()
        self._cells = [self._cell_column(key) for key in self.columns]
        self._measure_bars()
        self.endResetModel()

    def show_columns(self, columns: Sequence[ColumnKey]) -> None:
        """Show other columns of the same runs."""
        self.beginResetModel()
        self.columns = list(columns)
        self._cells = [self._cell_column(key) for key in self.columns]
        self._measure_bars()
        self.endResetModel()

    def show_mask(self, mask: Mask | None) -> None:
        """Show only the runs of `mask` (bool[runs]), in the present order; None shows all."""
        self.beginResetModel()
        self._mask = mask
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
        if key in self.columns:
            place = self.columns.index(key)
            self._cells[place] = self._cell_column(key)
            if len(self.rows):
                self.dataChanged.emit(self.index(0, place), self.index(len(self.rows) - 1, place))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, place, place)
        if any(sort.column == key for sort in self.sort_keys) and self.frame.column(key) is not None:
            self.sort_by(self.sort_keys)

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
        """Order the visible runs; equal ones as the store has them. Persistent indexes follow their runs."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        runs = [int(self.rows[index.row()]) for index in before]
        self.sort_keys = tuple(keys)
        self._arrange()
        self._measure_bars()
        if before:
            places = self.places_of(runs)
            after = [self.index(row, index.column()) for row, index in zip(places, before, strict=True)]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def places_of(self, runs: Sequence[int]) -> list[int]:
        """The visible rows of runs (rows of the frame), -1 where hidden."""
        inverse = np.full(self.frame.size, -1, np.int32)
        inverse[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        return [int(inverse[run]) for run in runs]

    def place_of(self, run_id: str) -> int:
        """The visible row of a run, -1 where it is hidden or unknown."""
        run = self.frame.row_of.get(run_id)
        return -1 if run is None else self.places_of([run])[0]

    def run_id(self, row: int) -> str:
        """The run in a visible row."""
        return self.frame.run_ids[int(self.rows[row])]

    def _arrange(self) -> None:
        if self._mask is None:
            rows = np.arange(self.frame.size, dtype=np.int32)
        else:
            rows = np.flatnonzero(self._mask).astype(np.int32)
        self.rows = sort_rows(self.frame, self.sort_keys, rows)

    # Cells

    def cell(self, column: int) -> CellColumn:
        """How the shown column is drawn."""
        return self._cells[column]

    def is_shown(self, key: ColumnKey) -> bool:
        """Whether the values of a column are there to be shown."""
        return key in (RUN_NAME, RUN_ID) or self.frame.column(key) is not None

    def text_at(self, row: int, column: int) -> str:
        """The text of a visible cell."""
        return self._cells[column].text(int(self.rows[row]))

    def bar_at(self, row: int, column: int) -> float | None:
        """How long the bar behind a visible cell is, 0 to 1; None without a bar."""
        cell = self._cells[column]
        if cell.high <= cell.low or cell.column is None:
            return None
        value = cell.column.value(int(self.rows[row]))
        if value is None or not cell.low <= value <= cell.high:
            return None
        return (value - cell.low) / (cell.high - cell.low)

    def full_text_at(self, row: int, column: int) -> str:
        """What a copy of the cell holds: numbers with all digits, times as ISO-like local time, missing empty."""
        key, run = self.columns[column], int(self.rows[row])
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
            cell.text = partial(_number_text, column, lambda value: ago_text(value, self.now_ms))
        elif key == DURATION:
            cell.text = partial(_number_text, column, duration_text)
        elif isinstance(column, NumberColumn):
            cell.is_right = True
            cell.text = partial(_number_text, column, _style_of(column).text)
        else:
            cell.is_right = column.is_numeric
            style = _style_of(column) if column.is_numeric else NumberStyle(0)
            # Whole numbers stay as they were written: 007 is not 7.
            cell.text = (
                partial(_number_text, column, style.text)
                if style.decimals or style.scientific
                else partial(_short_text, [visible(text, _CELL_CHARACTERS) for text in column.categories], column)
                if len(column.categories) <= _SAMPLE
                else partial(_long_text, column)
            )
        return cell

    def _run_name(self, run: int) -> str:
        return visible(self.frame.name(run), _CELL_CHARACTERS)

    def _measure_bars(self) -> None:
        """The column sorted by has bars when it is a metric."""
        for cell in self._cells:
            cell.low = cell.high = 0.0
            column = cell.column
            sorted_by = self.sort_keys and self.sort_keys[0].column == cell.key
            if sorted_by and cell.key.kind is ColumnKind.METRIC and column is not None and len(self.rows):
                values = column.numbers()[self.rows]
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
            side = Qt.AlignmentFlag.AlignRight if self._cells[index.column()].is_right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column_title(self.columns[index.column()])}: {self.text_at(index.row(), index.column())}"
        return None

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


def _style_of(column: Column) -> NumberStyle:
    values = column.present_numbers()
    return number_style(values[:: max(1, len(values) // _SAMPLE)])


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
