"""Logged models as an item model over the columns of a frame."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.columns import Ints, Mask, NumberColumn
from bakehouse.analysis.figures import MISSING, ago_text, moment_text, number_style
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.logged_models import (
    CREATED,
    NAME,
    REGISTERED,
    SOURCE_RUN,
    SOURCE_RUN_ID,
    STATE,
    TYPE,
    matching_rows,
)
from bakehouse.analysis.order import SortKey, sort_rows
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.text import visible
from bakehouse.itemmodels.cell_roles import LEFT, RIGHT, CellRole, Look
from bakehouse.itemmodels.indexes import ROOT, Index

_TITLES = {
    NAME: "Name", STATE: "Status", CREATED: "Created", TYPE: "Type", SOURCE_RUN: "Source run",
    REGISTERED: "Registered as",
}  # fmt: skip
_TOKENS = {"FAILED": "bad", "PENDING": "warn", "READY": "good"}
_SAMPLE = 2_000
_CELL_CHARACTERS = 200


class LoggedModelTableModel(QAbstractTableModel):
    """Rows of a frame of logged models, ordered and masked; `data` only indexes arrays. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame = RunFrame([])
        self.columns: list[ColumnKey] = []
        self.rows: Ints = np.empty(0, np.int32)
        """int32[k]: the frame's row of each line."""
        self.sort_key = SortKey(CREATED, True)
        self._mask: Mask | None = None
        self._texts: list[Callable[[int], str]] = []
        self._now_ms = 0.0

    def show_frame(self, frame: RunFrame, columns: Sequence[ColumnKey]) -> None:
        """Show these models; the order stays where its column is still there."""
        self.beginResetModel()
        self.frame, self.columns, self._mask = frame, list(columns), None
        self._now_ms = time.time() * 1000
        self._texts = [self._writer(key) for key in self.columns]
        self._arrange()
        self.endResetModel()

    def show_mask(self, mask: Mask | None) -> None:
        """Show only the models that `mask` bool[n] lets through."""
        self.beginResetModel()
        self._mask = mask
        self._arrange()
        self.endResetModel()

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.beginResetModel()
        self.sort_key = SortKey(self.columns[column], order == Qt.SortOrder.DescendingOrder)
        self._arrange()
        self.endResetModel()

    def row_of(self, model_id: str) -> int:
        """The line of a model, -1 when it is not shown."""
        row = self.frame.row_of.get(model_id, -1)
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else -1

    def model_id(self, line: int) -> str:
        """The id of the model in a line."""
        return self.frame.run_ids[int(self.rows[line])]

    def source_run_id(self, line: int) -> str:
        """The id of the run that logged the model in a line, empty where none did."""
        column = self.frame.column(SOURCE_RUN_ID)
        return "" if column is None else column.text(int(self.rows[line]))

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        """Column and direction; -1 for a column that is not shown."""
        falls = Qt.SortOrder.DescendingOrder if self.sort_key.descending else Qt.SortOrder.AscendingOrder
        column = self.sort_key.column
        return (self.columns.index(column) if column in self.columns else -1), falls

    def is_descending_first(self, column: int) -> bool:
        return self.is_right(column)

    def is_right(self, column: int) -> bool:
        """Whether the column's values stand at the right: numbers."""
        key = self.columns[column]
        return key.kind is not ColumnKind.ATTRIBUTE and self.frame.columns[key].is_numeric

    def _arrange(self) -> None:
        self.rows = sort_rows(self.frame, [self.sort_key], matching_rows(self.frame, self._mask))

    def _writer(self, key: ColumnKey) -> Callable[[int], str]:
        column = self.frame.columns[key]
        if key == CREATED:
            return lambda row: ago_text(float("nan") if (at := column.value(row)) is None else at, self._now_ms)
        if key == STATE:
            return lambda row: column.text(row).capitalize() or MISSING
        if isinstance(column, NumberColumn) or column.is_numeric:
            style = number_style(column.present_numbers()[:_SAMPLE])
            return lambda row: MISSING if (number := column.value(row)) is None else style.text(number)
        return lambda row: visible(column.text(row), _CELL_CHARACTERS) or MISSING

    def _full(self, row: int, column: int) -> str:
        key = self.columns[column]
        value = self.frame.columns[key].value(row)
        if key == CREATED:
            return "" if value is None else moment_text(value)
        return self.frame.columns[key].text(row)

    def look(self, line: int, column: int) -> Look:
        """How a cell is painted."""
        row = int(self.rows[line])
        return Look(self._texts[column](row), self._token(row, column), self.is_right(column))

    def _token(self, row: int, column: int) -> str:
        key = self.columns[column]
        if key == STATE:
            return _TOKENS.get(self.frame.columns[key].text(row), "muted")
        return "muted" if key in (CREATED, TYPE) else "accent" if key == SOURCE_RUN else "text"

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
        row, column = int(self.rows[index.row()]), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts[column](row)
        if role == CellRole.FULL:
            return self._full(row, column)
        if role == CellRole.TOKEN:
            return self._token(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.is_right(column) else LEFT
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.is_right(section) else LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        key = self.columns[section]
        return _TITLES.get(key) or visible(key.name, _CELL_CHARACTERS)
