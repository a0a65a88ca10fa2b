"""The versions of one stage as the cards of a lane."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.domain.models import ModelVersion, Stage
from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.itemmodels.version_facts import VersionFacts

_CHARACTERS = 200


class CardRole(IntEnum):
    """What a card shows beside its version's number."""

    ALIASES = Qt.ItemDataRole.UserRole + 1
    """tuple of texts, `@champion`."""
    RUN = Qt.ItemDataRole.UserRole + 2
    AGE = Qt.ItemDataRole.UserRole + 3
    METRIC = Qt.ItemDataRole.UserRole + 4
    """(metric, value) as texts, None without a metric."""
    STAGE = Qt.ItemDataRole.UserRole + 5
    """The stage as stored, where the lane is that of stages that MLflow does not know; else None."""


class LaneModel(QAbstractListModel):
    """Versions of a stage, newest first; `stage` None takes those in stages that MLflow does not know. GUI thread."""

    def __init__(self, stage: Stage | None, facts: VersionFacts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self._facts = facts
        self._versions: list[ModelVersion] = []

    @property
    def versions(self) -> Sequence[ModelVersion]:
        return self._versions

    def show(self, versions: list[ModelVersion]) -> None:
        """Show these versions, all of them in this lane."""
        if versions == self._versions:
            self.repaint_cells()
            return
        self.beginResetModel()
        self._versions = versions
        self.endResetModel()

    def repaint_cells(self) -> None:
        """What the facts say is another."""
        if self._versions:
            self.dataChanged.emit(self.index(0), self.index(len(self._versions) - 1))

    def row_of(self, version: int) -> int:
        """The row of the version with that number, -1 when it is not here."""
        return next((row for row, found in enumerate(self._versions) if found.version == version), -1)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._versions)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        return usual | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else usual

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        version = self._versions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"Version {version.version}"
        if role == CardRole.ALIASES:
            return tuple(f"@{visible(alias, 40)}" for alias in version.aliases[:20])
        if role == CardRole.RUN:
            return self._facts.run_text(version)
        if role == CardRole.AGE:
            return self._facts.when(version.last_updated_time_ms)
        if role == CardRole.METRIC:
            names = self._facts.metrics
            return (visible(names[0], _CHARACTERS), self._facts.metric_text(names[0], version)) if names else None
        if role == CardRole.STAGE:
            return None if self.stage is not None else version.stage
        if role == Qt.ItemDataRole.AccessibleTextRole:
            aliases = "".join(f", alias {alias}" for alias in version.aliases[:20])
            return visible(f"Version {version.version}{aliases}, run {self._facts.run_text(version)}", _CHARACTERS)
        return None
