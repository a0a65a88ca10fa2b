"""The columns of a table as a searchable list with check marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject
from typing_extensions import override

from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.itemmodels.checked_lines import CheckedLines
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.run_table import column_title


class _Line(NamedTuple):
    """One column as it is shown and found."""

    text: str
    folded: str


class ColumnListModel(CheckedLines[ColumnKey]):
    """Columns under the headings of their groups, each with a check mark; made for 12,000 of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ColumnKey] = []
        self._fill: Mapping[ColumnKey, int] = {}
        self._headings: list[int] = []
        """The lines of the headings."""
        self._search = ""
        self._hidden: frozenset[ColumnKey] = frozenset()
        self._known: dict[ColumnKey, _Line] = {}
        """Lines made before: making 12,000 titles visible takes longer than a popup may."""

    @property
    def chosen(self) -> list[ColumnKey]:
        """The checked columns: in the order they had, later ones behind their group's others."""
        return sorted(self.checked, key=lambda key: key.kind)

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
        self.checked = dict.fromkeys(chosen)
        self.search("")

    def search(self, text: str) -> None:
        """Show only columns whose name contains `text`, without regard to case."""
        self._search = text.strip().casefold()
        self.beginResetModel()
        self.lines, self._headings = [], []
        known, hidden, search = self._known, self._hidden, self._search
        for kind in ColumnKind:
            keys = [key for key in self._all if key.kind is kind and key not in hidden]
            found = [key for key in keys if search in known[key].folded] if search else keys
            if found:
                count = f"{len(keys):,}" if len(found) == len(keys) else f"{len(found):,} of {len(keys):,}"
                self._headings.append(len(self.lines))
                self.lines.append((f"{kind.title}  {count}", None))
                self.lines += [(known[key].text, key) for key in found]
        self.endResetModel()

    def add(self, key: ColumnKey) -> None:
        """Offer one more column (a figure of a metric) behind those of its name, and check it."""
        if key not in self._all:
            self._make_lines([key])
            kin = [place for place, other in enumerate(self._all) if other.latest == key.latest]
            self._all.insert(kin[-1] + 1 if kin else len(self._all), key)
        self.checked[key] = None
        self.search(self._search)
        self.chosen_changed.emit()

    def _make_lines(self, keys: Sequence[ColumnKey]) -> None:
        for key in keys:
            if key not in self._known:
                title = column_title(key)
                folded = f"{title}\n{key.search_name}".casefold()
                self._known[key] = _Line(title, folded)

    def leave_out(self, hidden: frozenset[ColumnKey]) -> None:
        """Do not offer these columns; those of them that are checked stay so."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.search(self._search)

    def toggle_group(self, index: Index) -> None:
        """Check all columns found in the group of a heading, or uncheck them where all of them are."""
        keys = self._found_below(index)
        checked = not all(key in self.checked for key in keys)
        for key in keys:
            self._put(key, checked)
        self.tell_all()

    def group_state(self, index: Index) -> str:
        """Of a heading: "all" when every column found in its group is checked, else "none" or "some"."""
        chosen = [key in self.checked for key in self._found_below(index)]
        return "all" if all(chosen) else "some" if any(chosen) else "none"

    def _found_below(self, heading: Index) -> list[ColumnKey]:
        last = next((row for row in self._headings if row > heading.row()), len(self.lines))
        return [key for _, key in self.lines[heading.row() + 1 : last] if key is not None]

    def set_found(self, checked: bool) -> None:
        """Check or uncheck every column that is found."""
        for _, key in self.lines:
            if key is not None:
                self._put(key, checked)
        self.tell_all()

    @override
    def toggle(self, index: Index) -> None:
        """Turn one column's check mark."""
        key = self.key_at(index)
        if key is not None:
            self._put(key, key not in self.checked)
            self.dataChanged.emit(index, index)
            self.chosen_changed.emit()

    def _put(self, key: ColumnKey, checked: bool) -> None:
        if checked:
            self.checked[key] = None
        else:
            self.checked.pop(key, None)

    @override
    def beside(self, key: ColumnKey) -> str | None:
        """How many runs have it."""
        return f"{self._fill[key]:,}" if key in self._fill else None
