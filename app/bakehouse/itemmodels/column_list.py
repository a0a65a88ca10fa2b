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
    folded: str = ""
    """What is searched in."""


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
        self._hidden: frozenset[ColumnKey] = frozenset()
        self._known: dict[ColumnKey, _Line] = {}
        """Lines made before: making 12,000 titles visible takes longer than a popup may."""

    @property
    def chosen(self) -> list[ColumnKey]:
        """The checked columns: in the order they had, later ones behind their group's others."""
        return sorted(self._chosen, key=lambda key: key.kind)

    def show(self, keys: Sequence[ColumnKey], chosen: Sequence[ColumnKey], fill: Mapping[ColumnKey, int]) -> None:
        """Show `keys`, those of `chosen` checked; `fill` says how many runs have each."""
        self._make_lines(keys)
        known = self._known
        self._all = sorted(
            keys, key=lambda key: (key.kind, "" if key.kind is ColumnKind.ATTRIBUTE else known[key].folded)
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
        known, hidden, search = self._known, self._hidden, self._search
        for kind in ColumnKind:
            lines = [known[key] for key in self._all if key.kind is kind and key not in hidden]
            found = [line for line in lines if search in line.folded] if search else lines
            if found:
                count = f"{len(lines):,}" if len(found) == len(lines) else f"{len(found):,} of {len(lines):,}"
                self._lines.append(_Line(kind, None, f"{kind.title}  {count}"))
                self._lines += found
        self.endResetModel()

    def add(self, key: ColumnKey) -> None:
        """Offer one more column (a figure of a metric) behind those of its name, and check it."""
        if key not in self._all:
            self._make_lines([key])
            kin = [place for place, other in enumerate(self._all) if other.latest == key.latest]
            self._all.insert(kin[-1] + 1 if kin else len(self._all), key)
        self._chosen[key] = None
        self.search(self._search)
        self.chosen_changed.emit()

    def _make_lines(self, keys: Sequence[ColumnKey]) -> None:
        for key in keys:
            if key not in self._known:
                title = column_title(key)
                folded = f"{title}\n{key.search_name}".casefold()
                self._known[key] = _Line(key.kind, key, title, folded)

    def leave_out(self, hidden: frozenset[ColumnKey]) -> None:
        """Do not offer these columns; those of them that are checked stay so."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.search(self._search)

    def toggle_group(self, index: Index) -> None:
        """Check all columns found in the group of a heading, or uncheck them where all of them are."""
        kind = self._lines[index.row()].kind
        keys = [line.key for line in self._lines if line.kind is kind and line.key is not None]
        checked = not all(key in self._chosen for key in keys)
        for key in keys:
            self._put(key, checked)
        self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))
        self.chosen_changed.emit()

    def group_state(self, index: Index) -> str:
        """Of a heading: "all" when every column found in its group is checked, else "none" or "some"."""
        kind = self._lines[index.row()].kind
        chosen = [line.key in self._chosen for line in self._lines if line.kind is kind and line.key is not None]
        return "all" if all(chosen) else "some" if any(chosen) else "none"

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
