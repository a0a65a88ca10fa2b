"""The versions of one registered model as a table: searched, sorted by any column, with metrics of their runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.figures import moment_text
from bakehouse.analysis.registry_rows import first_line
from bakehouse.analysis.registry_search import RegistrySearch, Searchable, searchable
from bakehouse.domain.models import ModelVersion, Stage
from bakehouse.domain.text import visible
from bakehouse.itemmodels.cell_roles import LEFT, RIGHT, CellRole, Look
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.itemmodels.version_facts import VersionFacts

_CELL_CHARACTERS = 300
_FULL_CHARACTERS = 2000


class VersionColumn(IntEnum):
    """Columns of the versions table; the chosen metrics stand behind the source run."""

    VERSION = 0
    STAGE = 1
    ALIASES = 2
    RUN = 3
    CREATED = 4
    UPDATED = 5
    DESCRIPTION = 6
    TAGS = 7

    @property
    def title(self) -> str:
        return ("Version", "Stage", "Aliases", "Source run", "Created", "Updated", "Description", "Tags")[self]


Column = VersionColumn | str
"""A column of the table; a text is the name of a metric."""

_STAGE_ORDER = {stage.value: place for place, stage in enumerate(Stage)}
_QUIET = (VersionColumn.CREATED, VersionColumn.UPDATED, VersionColumn.DESCRIPTION, VersionColumn.TAGS)
_FALLING = (VersionColumn.VERSION, VersionColumn.CREATED, VersionColumn.UPDATED)


class VersionTableModel(QAbstractTableModel):
    """Owns which versions are shown and their order; `facts` knows what is not in the registry. GUI thread."""

    def __init__(self, facts: VersionFacts | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facts = facts or VersionFacts()
        self.columns: list[Column] = list(VersionColumn)
        self._all: Sequence[ModelVersion] = ()
        self._shown: list[ModelVersion] = []
        self._places: dict[int, int] = {}
        self._search = RegistrySearch("")
        self._searchable: dict[int, Searchable] = {}
        self._sorted_by: tuple[Column, Qt.SortOrder] = (VersionColumn.VERSION, Qt.SortOrder.DescendingOrder)

    @property
    def versions(self) -> Sequence[ModelVersion]:
        """Those found, in the order shown."""
        return self._shown

    @property
    def size(self) -> int:
        """How many versions there are, found or not."""
        return len(self._all)

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        column, order = self._sorted_by
        return self.columns.index(column) if column in self.columns else -1, order

    def is_descending_first(self, column: int) -> bool:
        return self.columns[column] in _FALLING or isinstance(self.columns[column], str)

    def show(self, versions: Sequence[ModelVersion]) -> None:
        """Show these versions."""
        self.beginResetModel()
        self._all = versions
        self._searchable = {}
        self._arrange()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show only the versions that the search finds."""
        self.beginResetModel()
        self._search = RegistrySearch(text)
        self._arrange()
        self.endResetModel()

    def take_metrics(self) -> None:
        """The facts hold other metrics now: other columns."""
        self.beginResetModel()
        fixed = list(VersionColumn)
        behind = fixed.index(VersionColumn.RUN) + 1
        self.columns = [*fixed[:behind], *self.facts.metrics, *fixed[behind:]]
        if self._sorted_by[0] not in self.columns:
            self._sorted_by = (VersionColumn.VERSION, Qt.SortOrder.DescendingOrder)
        self._arrange()
        self.endResetModel()

    def take_values(self) -> None:
        """The metrics shown have other values now."""
        if isinstance(self._sorted_by[0], str):
            self.sort(*self.sorted_by)
        self.repaint_cells()

    def take_names(self) -> None:
        """More names of source runs are known now."""
        self._searchable = {}
        if self._sorted_by[0] == VersionColumn.RUN:
            self.sort(*self.sorted_by)
        self.repaint_cells()

    def repaint_cells(self) -> None:
        """What the facts say of times or runs is another."""
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(self.columns) - 1))

    def row_of(self, version: int) -> int:
        """The row of the version with that number, -1 when it is not shown."""
        return self._places.get(version, -1)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns):
            return
        self._sorted_by = (self.columns[column], order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self._shown[index.row()].version for index in before]
        self._arrange()
        after = [self.index(self.row_of(v), index.column()) for v, index in zip(kept, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        """Ties stand newest first; missing stands last in both directions."""
        found = list(self._all)
        if not self._search.is_empty:
            found = [version for version in found if self._search.matches(self._search_text(version))]
        column, order = self._sorted_by
        key = self._sort_key(column)
        found.sort(key=lambda version: -version.version)
        keyed = [(key(version), version) for version in found]
        present = [one for one in keyed if one[0] is not None]
        present.sort(key=lambda one: one[0], reverse=order == Qt.SortOrder.DescendingOrder)
        self._shown = [version for _, version in present] + [version for value, version in keyed if value is None]
        self._places = {version.version: place for place, version in enumerate(self._shown)}

    def _search_text(self, version: ModelVersion) -> Searchable:
        known = self._searchable.get(version.version)
        if known is None:
            texts = (str(version.version), version.description, version.stage)
            run = f"{self.facts.run_text(version)} {version.run_id or ''}"
            known = searchable(texts, [version.stage], version.aliases, version.tags, run)
            self._searchable[version.version] = known
        return known

    def _sort_key(self, column: Column) -> Callable[[ModelVersion], Any]:
        """What a column sorts by; None where a version has nothing there."""
        if isinstance(column, str):
            return lambda v: None if (number := self.facts.metric(column, v)) is None or number != number else number
        keys: dict[VersionColumn, Callable[[ModelVersion], Any]] = {
            VersionColumn.VERSION: lambda v: v.version,
            VersionColumn.STAGE: lambda v: (_STAGE_ORDER.get(v.stage, len(_STAGE_ORDER)), v.stage) if v.stage else None,
            VersionColumn.ALIASES: lambda v: [alias.casefold() for alias in v.aliases] or None,
            VersionColumn.RUN: lambda v: self.facts.run_text(v).casefold() if v.run_id else None,
            VersionColumn.CREATED: lambda v: v.creation_time_ms,
            VersionColumn.UPDATED: lambda v: v.last_updated_time_ms,
            VersionColumn.DESCRIPTION: lambda v: v.description.casefold() or None,
            VersionColumn.TAGS: lambda v: v.tags or None,
        }
        return keys[column]

    def _text(self, column: Column, version: ModelVersion) -> str:
        match column:
            case VersionColumn.VERSION:
                return str(version.version)
            case VersionColumn.STAGE:
                return visible(version.stage, _CELL_CHARACTERS)
            case VersionColumn.ALIASES:
                return visible(", ".join(version.aliases), _CELL_CHARACTERS)
            case VersionColumn.RUN:
                return self.facts.run_text(version)
            case VersionColumn.CREATED:
                return self.facts.when(version.creation_time_ms)
            case VersionColumn.UPDATED:
                return self.facts.when(version.last_updated_time_ms)
            case VersionColumn.DESCRIPTION:
                return first_line(version.description)
            case VersionColumn.TAGS:
                return visible(_tags(version), _CELL_CHARACTERS)
        return self.facts.metric_text(str(column), version)

    def _full(self, column: Column, version: ModelVersion) -> str:
        match column:
            case VersionColumn.CREATED | VersionColumn.UPDATED:
                created = column is VersionColumn.CREATED
                time_ms = version.creation_time_ms if created else version.last_updated_time_ms
                return "" if time_ms is None else moment_text(time_ms)
            case VersionColumn.RUN:
                return f"{self.facts.run_text(version)}\n{version.run_id}" if version.run_id else ""
            case VersionColumn.DESCRIPTION:
                return version.description[:_FULL_CHARACTERS]
            case VersionColumn.TAGS:
                return _tags(version)[:_FULL_CHARACTERS]
            case str():
                value = self.facts.metric(column, version)
                return "" if value is None else repr(value)
        return self._text(column, version)

    def _is_right(self, column: int) -> bool:
        return isinstance(self.columns[column], str)

    def look(self, line: int, column: int) -> Look:
        """How a cell is painted."""
        which, version = self.columns[column], self._shown[line]
        stage = version.stage if which is VersionColumn.STAGE else None
        token = "muted" if which in _QUIET else "text"
        return Look(self._text(which, version), token, isinstance(which, str), stage)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title if isinstance(column, VersionColumn) else visible(column, _CELL_CHARACTERS)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self._is_right(section) else LEFT
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        version, column = self._shown[index.row()], self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(column, version)
        if role == CellRole.TOKEN:
            return "muted" if column in _QUIET else "text"
        if role == CellRole.FULL:
            return self._full(column, version)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self._is_right(index.column()) else LEFT
        return None


def _tags(version: ModelVersion) -> str:
    return ", ".join(f"{key}: {value}" if value else key for key, value in version.tags)
