"""The experiments of a store as a searchable list with counts, under the headings pinned, all and deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.domain.runs import Experiment
from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index

_NAME_CHARACTERS = 200
ALL, DELETED = "ALL", "DELETED"


class ExperimentRole(IntEnum):
    COUNT = Qt.ItemDataRole.UserRole + 1
    HEADING = Qt.ItemDataRole.UserRole + 2
    """Whether the row is a heading."""
    DELETED = Qt.ItemDataRole.UserRole + 3


class ExperimentListModel(QAbstractListModel):
    """Experiments by name whose name contains the search: pinned ones, the others, and on demand deleted ones.

    A heading stands between two groups; above the first there is none. GUI thread.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Experiment] = []
        self._deleted: list[Experiment] = []
        self._rows: list[Experiment | str] = []
        self._pins: frozenset[int] = frozenset()
        self._search = ""
        self._shows_deleted = False
        self._has_workspaces = False

    @property
    def shown(self) -> Sequence[Experiment]:
        """The listed experiments, from top to bottom."""
        return [row for row in self._rows if isinstance(row, Experiment)]

    @property
    def active(self) -> Sequence[Experiment]:
        """Every active experiment, whatever the search."""
        return self._all

    @property
    def known(self) -> dict[int, Experiment]:
        """Every experiment that can be chosen, whatever the search, by id."""
        every = (*self._all, *self._deleted) if self._shows_deleted else self._all
        return {one.experiment_id: one for one in every}

    @property
    def deleted(self) -> int:
        """How many deleted experiments the store holds."""
        return len(self._deleted)

    @property
    def shows_deleted(self) -> bool:
        return self._shows_deleted

    @property
    def pins(self) -> frozenset[int]:
        return self._pins

    @property
    def has_pinned(self) -> bool:
        """Whether pinned experiments stand at the top."""
        return bool(self._rows) and isinstance(self._rows[0], Experiment) and self._is_pinned(self._rows[0])

    def show(self, experiments: Sequence[Experiment]) -> None:
        """Show the experiments of a store."""
        # MLflow makes "Default" in every store; it stands last unless it is used.
        order = sorted(
            experiments,
            key=lambda one: (one.experiment_id == 0 and not one.active_runs, one.name.casefold(), one.name),
        )
        self._all = [one for one in order if one.lifecycle_stage != "deleted"]
        self._deleted = [one for one in order if one.lifecycle_stage == "deleted"]
        self._has_workspaces = len({one.workspace for one in experiments}) > 1
        self._select()

    def show_deleted(self, shown: bool) -> None:
        """List deleted experiments too, or not."""
        self._shows_deleted = shown
        self._select()

    def pin(self, experiment_ids: Collection[int]) -> None:
        """Keep these at the top."""
        self._pins = frozenset(experiment_ids)
        self._select()

    def search(self, text: str) -> None:
        """Show only names that contain `text`, without regard to case."""
        self._search = text.strip().casefold()
        self._select()

    def at(self, row: int) -> Experiment | None:
        """The experiment of a row; None for a heading."""
        entry = self._rows[row] if 0 <= row < len(self._rows) else None
        return entry if isinstance(entry, Experiment) else None

    def row_of(self, experiment_id: int) -> int:
        """The row of an experiment, -1 when it is not shown."""
        rows = enumerate(self._rows)
        return next((n for n, one in rows if isinstance(one, Experiment) and one.experiment_id == experiment_id), -1)

    def title_of(self, experiment: Experiment) -> str:
        """Its name for the eye; in a store with several workspaces also its workspace, as names may be equal."""
        name = visible(experiment.name, _NAME_CHARACTERS)
        return f"{name} · {visible(experiment.workspace, 63)}" if self._has_workspaces else name

    def _is_pinned(self, experiment: Experiment) -> bool:
        return experiment.experiment_id in self._pins and experiment.lifecycle_stage != "deleted"

    def _select(self) -> None:
        self.beginResetModel()
        active = [one for one in self._all if self._search in one.name.casefold()]
        pinned = [one for one in active if self._is_pinned(one)]
        others = [one for one in active if not self._is_pinned(one)]
        self._rows = [*pinned, *([ALL] if pinned and others else []), *others]
        gone = [one for one in self._deleted if self._search in one.name.casefold()] if self._shows_deleted else []
        if gone:
            self._rows += [DELETED, *gone]
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.at(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._rows[index.row()]
        if role == ExperimentRole.HEADING:
            return isinstance(entry, str)
        if isinstance(entry, str):
            return entry if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        is_deleted = entry.lifecycle_stage == "deleted"
        count = entry.deleted_runs if is_deleted else entry.active_runs
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title_of(entry)
        if role == ExperimentRole.COUNT:
            return f"{count:,}"
        if role == ExperimentRole.DELETED:
            return is_deleted
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.title_of(entry)}, {count:,} runs{', deleted' if is_deleted else ''}"
        return None
