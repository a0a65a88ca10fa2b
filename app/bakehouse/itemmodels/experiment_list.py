"""The experiments of a store as a searchable list with counts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.domain.runs import Experiment
from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index

_NAME_CHARACTERS = 200


class ExperimentRole(IntEnum):
    COUNT = Qt.ItemDataRole.UserRole + 1


class ExperimentListModel(QAbstractListModel):
    """Active experiments by name whose name contains the search; deleted ones are only counted. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Experiment] = []
        self._shown: list[Experiment] = []
        self._search = ""
        self.deleted = 0
        """How many deleted experiments the store holds."""

    @property
    def shown(self) -> Sequence[Experiment]:
        return self._shown

    @property
    def active(self) -> Sequence[Experiment]:
        """Every active experiment, whatever the search."""
        return self._all

    def show(self, experiments: Sequence[Experiment]) -> None:
        """Show the experiments of a store."""
        active = [one for one in experiments if one.lifecycle_stage != "deleted"]
        self.deleted = len(experiments) - len(active)
        # MLflow makes "Default" in every store; it stands last unless it is used.
        active.sort(key=lambda one: (one.experiment_id == 0 and not one.active_runs, one.name.casefold(), one.name))
        self._all = active
        self._select()

    def search(self, text: str) -> None:
        """Show only names that contain `text`, without regard to case."""
        self._search = text.strip().casefold()
        self._select()

    def row_of(self, experiment_id: int) -> int:
        """The row of an experiment, -1 when it is not shown."""
        return next((row for row, one in enumerate(self._shown) if one.experiment_id == experiment_id), -1)

    def _select(self) -> None:
        self.beginResetModel()
        self._shown = [one for one in self._all if self._search in one.name.casefold()]
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        experiment = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(experiment.name, _NAME_CHARACTERS)
        if role == ExperimentRole.COUNT:
            return f"{experiment.active_runs:,}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{visible(experiment.name, _NAME_CHARACTERS)}, {experiment.active_runs:,} runs"
        return None
