"""Columns as a searchable list to pick one from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.itemmodels.run_table import column_title


class ColumnPicksModel(QAbstractListModel):
    """One line a column, its group at `UserRole`; first, where it is allowed, that there shall be none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ColumnKey | None] = []
        self._found: list[ColumnKey | None] = []
        self._none = ""

    def show(self, keys: Sequence[ColumnKey], none: str) -> None:
        """Offer `keys` in their order; `none` names the choice of no column, empty where there must be one."""
        self._none = none
        self._all = [*([None] if none else []), *keys]
        self.search("")

    def search(self, text: str) -> None:
        """Show only columns whose name contains `text`, without regard to case."""
        wanted = text.strip().casefold()
        self.beginResetModel()
        self._found = [
            key
            for key in self._all
            if not wanted or (key is not None and (wanted in column_title(key).casefold() or wanted in key.search_name))
        ]
        self.endResetModel()

    def key_at(self, row: int) -> ColumnKey | None:
        """The column of a line."""
        return self._found[row]

    def row_of(self, key: ColumnKey | None) -> int:
        """The line of a column, -1 where it is not found."""
        return self._found.index(key) if key in self._found else -1

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._found)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        key = self._found[index.row()] if index.isValid() else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._none if key is None else column_title(key)
        if role == Qt.ItemDataRole.UserRole:
            return "" if key is None else _GROUPS[key.kind]
        return None


_GROUPS = {
    ColumnKind.ATTRIBUTE: "run",
    ColumnKind.PARAM: "param",
    ColumnKind.METRIC: "metric",
    ColumnKind.TAG: "tag",
}
