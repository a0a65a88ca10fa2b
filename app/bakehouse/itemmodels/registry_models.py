"""The registry as item models: registered models as a searchable list, one model's versions as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.figures import MISSING, moment_text, when_text
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.indexes import ROOT, Index

ModelKey = tuple[str, str]
"""(workspace, name): what tells a registered model from all others."""

_CELL_CHARACTERS = 300


class ModelRole(IntEnum):
    """What the list offers beside a model's name."""

    COUNT = Qt.ItemDataRole.UserRole + 1
    """How many versions, as text."""
    STAGES = Qt.ItemDataRole.UserRole + 2
    """tuple of (stage, greatest version number in it) for Production and Staging, where there is one."""
    WORKSPACE = Qt.ItemDataRole.UserRole + 3
    """The workspace when the store has several, else empty."""


def key_of(model: RegisteredModel) -> ModelKey:
    return (model.workspace, model.name)


class ModelListModel(QAbstractListModel):
    """Registered models by name whose name or tags contain the search. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[RegisteredModel] = []
        self._shown: list[RegisteredModel] = []
        self._stages: dict[ModelKey, tuple[tuple[str, int], ...]] = {}
        self._search = ""
        self._several_workspaces = False

    @property
    def all(self) -> Sequence[RegisteredModel]:
        return self._all

    @property
    def shown(self) -> Sequence[RegisteredModel]:
        return self._shown

    def show(self, models: Sequence[RegisteredModel]) -> None:
        """Show the models of a store."""
        self._all = sorted(models, key=lambda model: (model.name.casefold(), model.name, model.workspace))
        self._stages = {key_of(model): _latest_by_stage(model) for model in models}
        self._several_workspaces = len({model.workspace for model in models}) > 1
        self._select()

    def search(self, text: str) -> None:
        """Show only models whose name or tags contain `text`, without regard to case."""
        self._search = text.strip().casefold()
        self._select()

    def row_of(self, key: ModelKey) -> int:
        """The row of a model, -1 when it is not shown."""
        return next((row for row, model in enumerate(self._shown) if key_of(model) == key), -1)

    def _select(self) -> None:
        self.beginResetModel()
        self._shown = [model for model in self._all if self._matches(model)]
        self.endResetModel()

    def _matches(self, model: RegisteredModel) -> bool:
        texts = (model.name, *(f"{key}: {value}" for key, value in model.tags))
        return any(self._search in text.casefold() for text in texts)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        model = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(model.name, _CELL_CHARACTERS)
        if role == ModelRole.COUNT:
            return f"{len(model.versions):,}"
        if role == ModelRole.STAGES:
            return self._stages[key_of(model)]
        if role == ModelRole.WORKSPACE:
            return visible(model.workspace, 40) if self._several_workspaces else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            stages = "".join(f", version {number} in {stage}" for stage, number in self._stages[key_of(model)])
            return f"{visible(model.name, _CELL_CHARACTERS)}, {counted(len(model.versions), 'version')}{stages}"
        return None


class VersionColumn(IntEnum):
    """Columns of the versions table, in their order on screen."""

    VERSION = 0
    STAGE = 1
    ALIASES = 2
    RUN = 3
    CREATED = 4
    UPDATED = 5
    DESCRIPTION = 6

    @property
    def title(self) -> str:
        return ("Version", "Stage", "Aliases", "Source run", "Created", "Updated", "Description")[self]


STAGE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The stage of the row's version, as stored."""

_STAGE_ORDER = {stage.value: place for place, stage in enumerate(Stage)}


class VersionTableModel(QAbstractTableModel):
    """The versions of one registered model, sorted by any column. GUI thread.

    `run_names` turns run ids into names as they become known; until then a run shows as the start of its id.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._versions: list[ModelVersion] = []
        self._run_names: Mapping[str, str] = {}
        self._sorted_by = (VersionColumn.VERSION, Qt.SortOrder.DescendingOrder)
        self._now_ms = 0
        self._relative_times = True

    @property
    def versions(self) -> Sequence[ModelVersion]:
        """In the order shown."""
        return self._versions

    @property
    def sorted_by(self) -> tuple[VersionColumn, Qt.SortOrder]:
        return self._sorted_by

    def show(self, versions: Sequence[ModelVersion], now_ms: int) -> None:
        """Show these versions; `now_ms` is what "ago" counts from."""
        self.beginResetModel()
        self._versions = list(versions)
        self._now_ms = now_ms
        self._order()
        self.endResetModel()

    def show_times(self, *, relative: bool) -> None:
        """Say how long ago versions were made and changed, or when."""
        self._relative_times = relative
        self.count_from(self._now_ms)

    def count_from(self, now_ms: int) -> None:
        """Bring "5 min ago" up to date."""
        self._now_ms = now_ms
        if self._versions:
            last = self.index(len(self._versions) - 1, VersionColumn.UPDATED)
            self.dataChanged.emit(self.index(0, VersionColumn.CREATED), last)

    def name_runs(self, names: Mapping[str, str]) -> None:
        """The names of source runs are known now."""
        self._run_names = names
        if self._sorted_by[0] == VersionColumn.RUN:
            self.sort(*self._sorted_by)
        if self._versions:
            last = self.index(len(self._versions) - 1, VersionColumn.RUN)
            self.dataChanged.emit(self.index(0, VersionColumn.RUN), last)

    def row_of(self, version: int) -> int:
        """The row of the version with that number, -1 when there is none."""
        return next((row for row, found in enumerate(self._versions) if found.version == version), -1)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (VersionColumn(column), order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self._versions[index.row()].version for index in before]
        self._order()
        after = [self.index(self.row_of(v), index.column()) for v, index in zip(kept, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _order(self) -> None:
        """Ties stand newest first; missing stands last in both directions."""
        column, order = self._sorted_by
        key, is_missing = self._sort_key(column)
        self._versions.sort(key=lambda version: -version.version)
        missing = [version for version in self._versions if is_missing(version)]
        present = [version for version in self._versions if not is_missing(version)] if missing else self._versions
        present.sort(key=key, reverse=order == Qt.SortOrder.DescendingOrder)
        self._versions = present + missing

    def _sort_key(self, column: VersionColumn) -> tuple[Callable[[ModelVersion], Any], Callable[[ModelVersion], bool]]:
        """What a column sorts by, and whether a version has nothing there."""
        keys: dict[VersionColumn, tuple[Callable[[ModelVersion], Any], Callable[[ModelVersion], bool]]] = {
            VersionColumn.VERSION: (lambda v: v.version, lambda _: False),
            VersionColumn.STAGE: (
                lambda v: (_STAGE_ORDER.get(v.stage, len(_STAGE_ORDER)), v.stage),
                lambda v: not v.stage,
            ),
            VersionColumn.ALIASES: (lambda v: [alias.casefold() for alias in v.aliases], lambda v: not v.aliases),
            VersionColumn.RUN: (lambda v: self._run_text(v).casefold(), lambda v: not v.run_id),
            VersionColumn.CREATED: (lambda v: v.creation_time_ms, lambda v: v.creation_time_ms is None),
            VersionColumn.UPDATED: (lambda v: v.last_updated_time_ms, lambda v: v.last_updated_time_ms is None),
            VersionColumn.DESCRIPTION: (lambda v: v.description.casefold(), lambda v: not v.description),
        }
        return keys[column]

    def _run_text(self, version: ModelVersion) -> str:
        if not version.run_id:
            return MISSING
        return self._run_names.get(version.run_id) or version.run_id[:8]

    def _when(self, time_ms: int | None) -> str:
        return MISSING if time_ms is None else when_text(time_ms, self._now_ms, relative=self._relative_times)

    def _text(self, column: VersionColumn, version: ModelVersion) -> str:
        match column:
            case VersionColumn.VERSION:
                return str(version.version)
            case VersionColumn.STAGE:
                return version.stage
            case VersionColumn.ALIASES:
                return ", ".join(version.aliases)
            case VersionColumn.RUN:
                return self._run_text(version)
            case VersionColumn.CREATED:
                return self._when(version.creation_time_ms)
            case VersionColumn.UPDATED:
                return self._when(version.last_updated_time_ms)
            case VersionColumn.DESCRIPTION:
                return version.description

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._versions)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(VersionColumn)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return VersionColumn(section).title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        version = self._versions[index.row()]
        column = VersionColumn(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return visible(self._text(column, version), _CELL_CHARACTERS)
        if role == STAGE_ROLE:
            return version.stage
        return None


def moment(time_ms: int | None) -> str:
    """A time to the second, or the sign for missing."""
    return MISSING if time_ms is None else moment_text(time_ms)


def _latest_by_stage(model: RegisteredModel) -> tuple[tuple[str, int], ...]:
    latest: dict[str, int] = {}
    for version in model.versions:
        latest[version.stage] = max(version.version, latest.get(version.stage, 0))
    wanted = (Stage.PRODUCTION.value, Stage.STAGING.value)
    return tuple((stage, latest[stage]) for stage in wanted if stage in latest)
