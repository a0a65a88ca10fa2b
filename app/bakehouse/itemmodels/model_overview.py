"""All registered models as a table: filtered by a search, ordered by any column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.figures import MISSING, moment_text, when_text
from bakehouse.analysis.registry_rows import ModelRow, numbers_text
from bakehouse.analysis.registry_search import RegistrySearch
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.cell_roles import LEFT, RIGHT, CellRole, Look
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.itemmodels.registry_models import ModelKey, key_of

_CELL_CHARACTERS = 300
_FULL_CHARACTERS = 2000


class OverviewColumn(IntEnum):
    """Columns of the overview, in their order on screen."""

    NAME = 0
    LATEST = 1
    STAGING = 2
    PRODUCTION = 3
    ALIASES = 4
    VERSIONS = 5
    CHANGED = 6
    DESCRIPTION = 7
    TAGS = 8

    @property
    def title(self) -> str:
        return (
            "Name", "Latest", "Staging", "Production", "Aliases", "Versions", "Changed", "Description", "Tags"
        )[self]  # fmt: skip


_NUMBERS = (OverviewColumn.LATEST, OverviewColumn.VERSIONS)
_QUIET = (OverviewColumn.CHANGED, OverviewColumn.DESCRIPTION, OverviewColumn.TAGS)
_FALLING = (*_NUMBERS, OverviewColumn.STAGING, OverviewColumn.PRODUCTION, OverviewColumn.CHANGED)
_DOTS = {OverviewColumn.STAGING: "warn", OverviewColumn.PRODUCTION: "good"}


class ModelOverviewModel(QAbstractTableModel):
    """Owns the rows shown, their order and the search. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: Sequence[ModelRow] = ()
        self._shown: list[ModelRow] = []
        self._places: dict[ModelKey, int] = {}
        self._search = RegistrySearch("")
        self._sorted_by = (int(OverviewColumn.NAME), Qt.SortOrder.AscendingOrder)
        self._now_ms = 0
        self._relative_times = True
        self._several_workspaces = False

    @property
    def rows(self) -> Sequence[ModelRow]:
        """In the order shown."""
        return self._shown

    @property
    def every(self) -> Sequence[ModelRow]:
        """All models, shown or not."""
        return self._all

    @property
    def size(self) -> int:
        """How many models there are, shown or not."""
        return len(self._all)

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        return self._sorted_by

    def is_descending_first(self, column: int) -> bool:
        return column in _FALLING

    def show(self, rows: Sequence[ModelRow], now_ms: int) -> None:
        """Show these models; `now_ms` is what "ago" counts from."""
        self.beginResetModel()
        self._all, self._now_ms = rows, now_ms
        self._several_workspaces = len({row.model.workspace for row in rows}) > 1
        self._arrange()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show only the models that the search finds."""
        self.beginResetModel()
        self._search = RegistrySearch(text)
        self._arrange()
        self.endResetModel()

    def show_times(self, *, relative: bool) -> None:
        """Say how long ago models were changed, or when."""
        self._relative_times = relative
        self.count_from(self._now_ms)

    def count_from(self, now_ms: int) -> None:
        """Bring "5 min ago" up to date."""
        self._now_ms = now_ms
        if self._shown:
            last = self.index(len(self._shown) - 1, OverviewColumn.CHANGED)
            self.dataChanged.emit(self.index(0, OverviewColumn.CHANGED), last)

    def row_of(self, key: ModelKey) -> int:
        """The row of a model, -1 when it is not shown."""
        return self._places.get(key, -1)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [key_of(self._shown[index.row()].model) for index in before]
        self._arrange()
        after = [self.index(self._places[key], index.column()) for key, index in zip(kept, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        """Ties stand by name; missing stands last in both directions."""
        search = self._search
        found = [row for row in self._all if search.matches(row.search)] if not search.is_empty else list(self._all)
        column, order = self._sorted_by
        key = _SORT_KEYS[OverviewColumn(column)]
        found.sort(key=_by_name)
        keyed = [(key(row), row) for row in found]
        present = [one for one in keyed if one[0] is not None]
        present.sort(key=lambda one: one[0], reverse=order == Qt.SortOrder.DescendingOrder)
        self._shown = [row for _, row in present] + [row for value, row in keyed if value is None]
        self._places = {key_of(row.model): place for place, row in enumerate(self._shown)}

    def look(self, line: int, column: int) -> Look:
        """How a cell is painted."""
        which = OverviewColumn(column)
        token = "muted" if which in _QUIET else "text"
        return Look(self._text(which, self._shown[line]), token, which in _NUMBERS, None, _DOTS.get(which))

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(OverviewColumn)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return OverviewColumn(section).title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in _NUMBERS else LEFT
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], OverviewColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(column, row)
        if role == CellRole.TOKEN:
            return "muted" if column in _QUIET else "text"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column in _NUMBERS else LEFT
        if role == CellRole.FULL:
            return self._full(column, row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row) if column is OverviewColumn.NAME else self._text(column, row)
        return None

    def _text(self, column: OverviewColumn, row: ModelRow) -> str:
        match column:
            case OverviewColumn.NAME:
                name = visible(row.model.name, _CELL_CHARACTERS)
                return f"{name}  ·  {visible(row.model.workspace, 40)}" if self._several_workspaces else name
            case OverviewColumn.LATEST:
                return MISSING if row.latest is None else f"{row.latest}"
            case OverviewColumn.STAGING:
                return numbers_text(row.staging)
            case OverviewColumn.PRODUCTION:
                return numbers_text(row.production)
            case OverviewColumn.ALIASES:
                return visible("  ".join(f"@{alias}" for alias, _ in row.aliases[:20]), _CELL_CHARACTERS)
            case OverviewColumn.VERSIONS:
                return f"{len(row.model.versions):,}"
            case OverviewColumn.CHANGED:
                at = row.changed_ms
                return MISSING if at is None else when_text(at, self._now_ms, relative=self._relative_times)
            case OverviewColumn.DESCRIPTION:
                return row.first_line
            case OverviewColumn.TAGS:
                return visible(row.tags, _CELL_CHARACTERS)

    def _full(self, column: OverviewColumn, row: ModelRow) -> str:
        match column:
            case OverviewColumn.CHANGED:
                return "" if row.changed_ms is None else moment_text(row.changed_ms)
            case OverviewColumn.ALIASES:
                return "\n".join(f"@{alias}: version {version}" for alias, version in row.aliases)
            case OverviewColumn.STAGING:
                return ", ".join(map(str, row.staging))
            case OverviewColumn.PRODUCTION:
                return ", ".join(map(str, row.production))
            case OverviewColumn.DESCRIPTION:
                return row.model.description[:_FULL_CHARACTERS]
            case OverviewColumn.TAGS:
                return row.tags[:_FULL_CHARACTERS]
        return self._text(column, row)

    def _spoken(self, row: ModelRow) -> str:
        words = [visible(row.model.name, _CELL_CHARACTERS), counted(len(row.model.versions), "version")]
        for stage, numbers in (("Production", row.production), ("Staging", row.staging)):
            if numbers:
                words.append(f"version {numbers_text(numbers)} in {stage}")
        return ", ".join(words)


def _by_name(row: ModelRow) -> tuple[str, str, str]:
    return row.model.name.casefold(), row.model.name, row.model.workspace


_SORT_KEYS: dict[OverviewColumn, Callable[[ModelRow], Any]] = {
    OverviewColumn.NAME: _by_name,
    OverviewColumn.LATEST: lambda row: row.latest,
    OverviewColumn.STAGING: lambda row: row.staging or None,
    OverviewColumn.PRODUCTION: lambda row: row.production or None,
    OverviewColumn.ALIASES: lambda row: [alias.casefold() for alias, _ in row.aliases] or None,
    OverviewColumn.VERSIONS: lambda row: len(row.model.versions),
    OverviewColumn.CHANGED: lambda row: row.changed_ms,
    OverviewColumn.DESCRIPTION: lambda row: row.first_line.casefold() or None,
    OverviewColumn.TAGS: lambda row: row.tags.casefold() or None,
}
"""What a column sorts by; None where a model has nothing there."""
