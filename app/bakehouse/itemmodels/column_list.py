"""The columns of a table as a searchable list with check marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal
from typing_extensions import override

from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.itemmodels.run_table import column_title


@dataclass(frozen=True, slots=True)
class _Line:
    """A group's heading (`key` None) or one column."""

    kind: ColumnKind
    key: ColumnKey | None
    text: str


class ColumnListModel(QAbstractListModel):
    """Columns under the headings of their groups, each with a check mark; made for 12,000 of them."""

    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ColumnKey] = []
        self._fill: Mapping[ColumnKey, int] = {}
        self._chosen: dict[ColumnKey, None] = {}
        self._lines: list[_Line] = []
        self._search = ""

    @property
    def chosen(self) -> list[ColumnKey]:
        """The checked columns: in the order they had, later ones behind their group's others."""
        return sorted(self._chosen, key=lambda key: key.kind)

    def show(self, keys: Sequence[ColumnKey], chosen: Sequence[ColumnKey], fill: Mapping[ColumnKey, int]) -> None:
        """Show `keys`, those of `chosen` checked; `fill` says how many runs have each."""
        self._all = sorted(
            keys, key=lambda key: (key.kind, "" if key.kind is ColumnKind.ATTRIBUTE else key.name.casefold())
        )
        self._fill = fill
        self.choose(chosen)

    def choose(self, chosen: Sequence[ColumnKey]) -> None:
        """Check exactly these; the search is taken back."""
        self._chosen = dict.fromkeys(chosen)
        self.search("")

    def search(self, text: str) -> None:
        """Show only columns whose name contains `text`, without regard to case."""
        self._search = text.strip().casefold()
        self.beginResetModel()
        self._lines = []
        for kind in ColumnKind:
            keys = [key for key in self._all if key.kind is kind]
            found = [
                key for key in keys if self._search in column_title(key).casefold() or self._search in key.search_name
            ]
            if found:
                count = f"{len(keys):,}" if len(found) == len(keys) else f"{len(found):,} of {len(keys):,}"
                self._lines.append(_Line(kind, None, f"{kind.title}  {count}"))
                self._lines += [_Line(kind, key, column_title(key)) for key in found]
        self.endResetModel()

    def set_found(self, checked: bool) -> None:
        """Check or uncheck every column that is found."""
        for line in self._lines:
            if line.key is not None:
                self._put(line.key, checked)
        self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))
        self.chosen_changed.emit()

    def toggle(self, index: Index) -> None:
        """Turn one column's check mark."""
        key = self.key_at(index)
        if key is not None:
            self._put(key, key not in self._chosen)
            self.dataChanged.emit(index, index)
            self.chosen_changed.emit()

    def key_at(self, index: Index) -> ColumnKey | None:
        """The column of a line, None for a heading."""
        return self._lines[index.row()].key if index.isValid() else None

    def first_column(self) -> Index:
        """The first line that is a column."""
        return self.index(1 if self._lines else -1)

    def _put(self, key: ColumnKey, checked: bool) -> None:
        if checked:
            self._chosen[key] = None
        else:
            self._chosen.pop(key, None)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.key_at(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()] if index.isValid() else None
        if line is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == Qt.ItemDataRole.CheckStateRole and line.key is not None:
            return Qt.CheckState.Checked if line.key in self._chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.UserRole and line.key is not None and line.key in self._fill:
            return f"{self._fill[line.key]:,}"
        return None

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or self.key_at(index) is None:
            return False
        self.toggle(index)
        return True
