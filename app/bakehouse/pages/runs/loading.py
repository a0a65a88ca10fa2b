"""What the runs page reads from the store, in the order in which a person wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.association import relevance
from bakehouse.analysis.columns import Column, build_column
from bakehouse.analysis.frame import ColumnState, RunFrame, attribute_column, frame_of
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import Experiment
from bakehouse.store.columns import list_keys, read_column
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.runs import read_headers
from bakehouse.tasks import Lane, TaskRunner

T = TypeVar("T")

_SAMPLE_RUNS = 120
_SAMPLE_KEYS = 40

EXPERIMENTS, FRAME, SURVEY, VISIBLE, REST, REFRESH = (
    f"runs.{name}" for name in ("experiments", "frame", "survey", "visible", "rest", "refresh")
)


@dataclass(frozen=True)
class Survey:
    """Which columns there are, and what a sample of the runs says about them."""

    keys: list[ColumnKey]
    relevance: dict[ColumnKey, float]
    """Of the sampled keys, how full they are and how much they go along with the fullest metric."""
    constant: frozenset[ColumnKey]
    """Params that are the same in all sampled runs that have them."""


@dataclass(frozen=True)
class Reloaded:
    """Everything shown, read anew, to be put in place of the old at once."""

    experiments: list[Experiment]
    frame: RunFrame


def read_frame(store: Store, experiment_ids: Sequence[int], names: Mapping[int, str], token: Token) -> RunFrame:
    """The active runs of the experiments with their attributes."""
    return frame_of(read_headers(store.reader(), experiment_ids, token), names)


def survey(store: Store, experiment_ids: Sequence[int], run_ids: Sequence[str], token: Token) -> Survey:
    """The keys of the experiments, and how relevant the first of them are in a sample of runs."""
    reader = store.reader()
    keys = list_keys(reader, experiment_ids, token)
    step = max(1, len(run_ids) // _SAMPLE_RUNS)
    row_of = {run_id: row for row, run_id in enumerate(run_ids[::step][:_SAMPLE_RUNS])}
    sample: dict[ColumnKey, Column] = {}
    for kind in (ColumnKind.METRIC, ColumnKind.PARAM):
        for key in [key for key in keys if key.kind is kind and not key.name.startswith("system/")][:_SAMPLE_KEYS]:
            sample[key] = build_column(read_column(reader, key, row_of, token), len(row_of))
    metrics = [key for key in sample if key.kind is ColumnKind.METRIC]
    main = max(metrics, key=lambda key: sample[key].count, default=None)
    relevant = {
        key: relevance(column, sample[main] if main is not None and key.kind is ColumnKind.PARAM else None)
        for key, column in sample.items()
    }
    constant = (key for key, column in sample.items() if key.kind is ColumnKind.PARAM and not column.varies())
    return Survey(keys, relevant, frozenset(constant))


def load_column(store: Store, frame: RunFrame, key: ColumnKey, token: Token) -> Column:
    """One column of the frame's runs; the frame itself is only read."""
    if key.kind is ColumnKind.ATTRIBUTE:
        return attribute_column(frame, key)
    return build_column(read_column(store.reader(), key, frame.row_of, token), frame.size)


def reload(store: Store, experiment_ids: Sequence[int], wanted: Sequence[ColumnKey], token: Token) -> Reloaded:
    """Read experiments, runs, keys and the `wanted` columns anew."""
    reader = store.reader()
    experiments = list_experiments(reader, token)
    frame = read_frame(store, experiment_ids, {one.experiment_id: one.name for one in experiments}, token)
    frame.know(list_keys(reader, experiment_ids, token))
    for key in wanted:
        if frame.states.get(key) is ColumnState.UNLOADED:
            frame.put(key, load_column(store, frame, key, token))
    return Reloaded(experiments, frame)


class RunLoader(QObject):
    """Asks the task runner for experiments, runs and columns of one store, wanted columns first. GUI thread.

    Made by the page; a new frame drops what was asked for the old one.
    """

    experiments_loaded = Signal(object)
    frame_loaded = Signal(object)
    surveyed = Signal(object)
    column_changed = Signal(object)
    """The key of a column that is on its way, complete or failed."""
    columns_settled = Signal()
    """Every column is loaded or failed."""
    reloaded = Signal(object)
    failed = Signal(str)
    """A sentence on why experiments or runs could not be read."""

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._store: Store | None = None
        self._frame = RunFrame([])
        self._wanted: list[ColumnKey] = []
        self._loading: set[str] = set()

    def open(self, store: Store) -> None:
        """Read from `store` from now on; its experiments first."""
        self.close()
        self._store = store
        self._start(EXPERIMENTS, lambda token: list_experiments(store.reader(), token), self.experiments_loaded.emit)

    def close(self) -> None:
        """Drop all that is on its way."""
        for slot in (EXPERIMENTS, FRAME, SURVEY, VISIBLE, REST, REFRESH):
            self._tasks.cancel(slot)
        self._loading.clear()
        self._store, self._frame, self._wanted = None, RunFrame([]), []

    def load_runs(self, experiment_ids: Sequence[int], names: Mapping[int, str]) -> None:
        """Read the runs of these experiments, then their keys."""
        store = self._store
        if store is None:
            return
        for slot in (SURVEY, VISIBLE, REST, REFRESH):
            self._tasks.cancel(slot)
        self._loading.clear()
        ids = list(experiment_ids)

        def arrived(frame: RunFrame) -> None:
            self._frame, self._wanted = frame, []
            self.frame_loaded.emit(frame)
            self._start(SURVEY, partial(survey, store, ids, frame.run_ids), self._surveyed)
            self._load_next(REST)

        self._start(FRAME, partial(read_frame, store, ids, dict(names)), arrived, title="Runs read")

    def refresh(self, experiment_ids: Sequence[int], wanted: Sequence[ColumnKey]) -> None:
        """Read everything anew; what is shown stays until all of `wanted` is there."""
        if self._store is not None:
            work = partial(reload, self._store, list(experiment_ids), list(wanted))
            self._start(REFRESH, work, self._reloaded, title="Refreshed")

    def want(self, keys: Iterable[ColumnKey]) -> None:
        """These columns are looked at: they come before the others."""
        fresh = [key for key in keys if self._frame.states.get(key) is ColumnState.UNLOADED]
        self._wanted = fresh + [key for key in self._wanted if key not in fresh]
        self._load_next(VISIBLE)

    def again(self, key: ColumnKey) -> None:
        """Try a failed column once more."""
        self._frame.mark(key, ColumnState.UNLOADED)
        self.want([key])

    @property
    def columns_left(self) -> int:
        """How many columns are not there yet."""
        waiting = (ColumnState.UNLOADED, ColumnState.LOADING)
        return sum(state in waiting for state in self._frame.states.values())

    def _surveyed(self, result: Survey) -> None:
        self._frame.know(result.keys)
        self.surveyed.emit(result)
        self._load_next(REST)

    def _reloaded(self, result: Reloaded) -> None:
        for slot in (FRAME, SURVEY, VISIBLE, REST):
            self._tasks.cancel(slot)
        self._loading.clear()
        self._frame, self._wanted = result.frame, []
        self.reloaded.emit(result)
        self._load_next(REST)

    def _load_next(self, slot: str) -> None:
        """Start the next column of a slot that rests: a wanted one in the interactive lane, or any behind them."""
        if slot in self._loading or self._store is None:
            return
        frame = self._frame
        if slot == VISIBLE:
            self._wanted = [key for key in self._wanted if frame.states.get(key) is ColumnState.UNLOADED]
            waiting = self._wanted
        else:
            waiting = frame.unloaded()
        if not waiting:
            if not self._loading and not frame.unloaded():
                self.columns_settled.emit()
            return
        key = waiting[0]
        self._loading.add(slot)
        frame.mark(key, ColumnState.LOADING)
        self.column_changed.emit(key)
        self._tasks.start(
            slot,
            partial(load_column, self._store, frame, key),
            done=partial(self._column_arrived, slot, key),
            failed=partial(self._column_failed, slot, key),
            lane=Lane.READ if slot == VISIBLE else Lane.BACKGROUND,
        )

    def _column_arrived(self, slot: str, key: ColumnKey, column: Column) -> None:
        self._loading.discard(slot)
        self._frame.put(key, column)
        self.column_changed.emit(key)
        self._load_next(slot)

    def _column_failed(self, slot: str, key: ColumnKey, error: BakehouseError) -> None:
        self._loading.discard(slot)
        self._frame.mark(key, ColumnState.FAILED, str(error))
        self.column_changed.emit(key)
        self._load_next(slot)

    def _start(self, slot: str, work: Callable[[Token], T], done: Callable[[T], None], *, title: str = "") -> None:
        self._tasks.start(slot, work, done=done, failed=self._told, title=title)

    def _told(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))
