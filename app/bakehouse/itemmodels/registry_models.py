"""Registered models as a searchable list."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.figures import MISSING, moment_text
from bakehouse.domain.models import RegisteredModel, Stage
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
        self._by_key: dict[ModelKey, RegisteredModel] = {}
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
        self._by_key = {key_of(model): model for model in models}
        self._stages = {key_of(model): _latest_by_stage(model) for model in models}
        self._several_workspaces = len({model.workspace for model in models}) > 1
        self._select()

    def find(self, key: ModelKey) -> RegisteredModel | None:
        """The model with this key, shown or not; None when there is none."""
        return self._by_key.get(key)

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


def moment(time_ms: int | None) -> str:
    """A time to the second, or the sign for missing."""
    return MISSING if time_ms is None else moment_text(time_ms)


def _latest_by_stage(model: RegisteredModel) -> tuple[tuple[str, int], ...]:
    latest: dict[str, int] = {}
    for version in model.versions:
        latest[version.stage] = max(version.version, latest.get(version.stage, 0))
    wanted = (Stage.PRODUCTION.value, Stage.STAGING.value)
    return tuple((stage, latest[stage]) for stage in wanted if stage in latest)
