"""What the runs page reads from the store, in the order in which a person wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.association import relevance
from bakehouse.analysis.columns import Column, build_column
from bakehouse.analysis.frame import ColumnState, RunFrame, attribute_column, frame_of
from bakehouse.analysis.growing import Grown, Step, carry_over
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import PARENT_RUN, ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import Experiment
from bakehouse.store.columns import has_key, list_keys, read_columns
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.increments import Seen, look
from bakehouse.store.runs import read_headers
from bakehouse.tasks import Lane, TaskRunner

T = TypeVar("T")

_SAMPLE_RUNS = 120
_SAMPLE_KEYS = 40
# Columns that nobody looks at are read together, so that each table is gone through once; the group is bounded by the
# memory that its values take on their way (14 bytes each).
_GROUP_VALUES = 8_000_000
_GROUP_KEYS = 400
# A seventh of a table's columns takes two thirds of the time of all: the rest comes with it,
# but not with a single one that was clicked.
_WORTH_THE_REST = 6

EXPERIMENTS, FRAME, SURVEY, VISIBLE, REST, REFRESH, FOLLOW, SWEEP, CATCH_UP = (
    f"runs.{name}"
    for name in ("experiments", "frame", "survey", "visible", "rest", "refresh", "follow", "sweep", "catch_up")
)

Prepare: TypeAlias = Callable[[RunFrame, Token], object]
"""Makes in the task what the page needs to show a frame without waiting; the page knows what it answers."""


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
    """Everything shown, to be put in place of the old at once."""

    experiments: list[Experiment]
    frame: RunFrame
    seen: Seen
    """How far the store was read."""
    grown: Grown | None = None
    """How the frame came from the one before, None when everything was read anew."""
    touched: frozenset[str] | None = None
    """Runs with news beside their attributes, None: any run."""
    prepared: object = None
    """What `Prepare` made of the frame."""

    @property
    def changed(self) -> frozenset[ColumnKey] | None:
        """Columns that differ from those of the frame before; None: any may."""
        return None if self.grown is None else self.grown.changed


def read_frame(
    store: Store, experiment_ids: Sequence[int], names: Mapping[int, str], token: Token, *, deleted: bool = False
) -> RunFrame:
    """The active runs of the experiments (or the deleted ones) with their attributes, and under which run each lies.

    The parents come with the first rows, so that nothing moves under them later; a store without nested runs pays
    one look into an index.
    """
    reader = store.reader()
    headers = read_headers(reader, experiment_ids, token, only_deleted=deleted)
    frame = frame_of(headers, names)
    # Only active runs can be followed by what is new of them.
    frame.rowids = None if deleted else headers.rowids
    if has_key(reader, PARENT_RUN, token):
        parents = build_column(read_columns(reader, [PARENT_RUN], frame.row_of, token)[PARENT_RUN], frame.size)
        if parents.count:
            frame.put(PARENT_RUN, parents)
    return frame


def read_first(
    store: Store, experiment_ids: Sequence[int], names: Mapping[int, str], token: Token, *, deleted: bool = False
) -> tuple[Seen, RunFrame]:
    """As `read_frame`, and how far the store had been written before."""
    seen = look(store.reader(), token)
    return seen, read_frame(store, experiment_ids, names, token, deleted=deleted)


def survey(
    store: Store, experiment_ids: Sequence[int], run_ids: Sequence[str], token: Token, *, deleted: bool = False
) -> Survey:
    """The keys of the experiments, and how relevant the first of them are in a sample of runs."""
    reader = store.reader()
    keys = list_keys(reader, experiment_ids, token, deleted=deleted)
    step = max(1, len(run_ids) // _SAMPLE_RUNS)
    row_of = {run_id: row for row, run_id in enumerate(run_ids[::step][:_SAMPLE_RUNS])}
    sampled: list[ColumnKey] = []
    for kind in (ColumnKind.METRIC, ColumnKind.PARAM):
        of_kind = [key for key in keys if key.kind is kind and not key.name.startswith("system/")]
        sampled += of_kind[:_SAMPLE_KEYS]
    found = read_columns(reader, sampled, row_of, token)
    sample = {key: build_column(found[key], len(row_of)) for key in sampled}
    metrics = [key for key in sample if key.kind is ColumnKind.METRIC]
    main = max(metrics, key=lambda key: sample[key].count, default=None)
    relevant = {
        key: relevance(column, sample[main] if main is not None and key.kind is ColumnKind.PARAM else None)
        for key, column in sample.items()
    }
    constant = (key for key, column in sample.items() if key.kind is ColumnKind.PARAM and not column.varies())
    return Survey(keys, relevant, frozenset(constant))


def load_columns(store: Store, frame: RunFrame, keys: Sequence[ColumnKey], token: Token) -> dict[ColumnKey, Column]:
    """These columns of the frame's runs, those of a table in one go; the frame itself is only read."""
    loaded = {key: attribute_column(frame, key) for key in keys if key.kind is ColumnKind.ATTRIBUTE}
    found = read_columns(store.reader(), [key for key in keys if key not in loaded], frame.row_of, token)
    while found:
        token.check()
        key, values = found.popitem()
        loaded[key] = build_column(values, frame.size, token.check)
    return loaded


def reload(
    store: Store,
    experiment_ids: Sequence[int],
    wanted: Sequence[ColumnKey],
    prepare: Prepare,
    token: Token,
    *,
    deleted: bool = False,
) -> Reloaded:
    """Read experiments, runs, keys and the `wanted` columns anew."""
    reader = store.reader()
    seen = look(reader, token)
    experiments = list_experiments(reader, token)
    names = {one.experiment_id: one.name for one in experiments}
    frame = read_frame(store, experiment_ids, names, token, deleted=deleted)
    frame.know(list_keys(reader, experiment_ids, token, deleted=deleted))
    frame.know_figures(wanted)
    missing = [key for key in wanted if frame.states.get(key) is ColumnState.UNLOADED]
    for key, column in load_columns(store, frame, missing, token).items():
        frame.put(key, column)
    return Reloaded(experiments, frame, seen, prepared=prepare(frame, token))


def bring_up(columns: Mapping[ColumnKey, Column], steps: Sequence[Step], token: Token) -> dict[ColumnKey, Column]:
    """Columns that were read for an earlier frame, over the one that came of it by these steps."""
    brought = dict(columns)
    for step in steps:
        for key, column in brought.items():
            token.check()
            brought[key] = step.column(key, column)
    return brought


def _source(key: ColumnKey) -> tuple[ColumnKind, bool]:
    """What a column is read from: a table of its kind, or the metrics' histories (they come last, being long)."""
    return key.kind, bool(key.figure)


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
        self.deleted = False
        """Whether deleted runs are read instead of active ones."""
        self._frame = RunFrame([])
        self._wanted: list[list[ColumnKey]] = []
        """Groups that are looked at and not there yet, each to be read in one go; the most urgent first."""
        self._loading: dict[str, list[ColumnKey]] = {}
        """What the slots VISIBLE and REST are reading."""
        self._behind: dict[str, list[Step]] = {}
        """How the frame grew while these slots read columns for an earlier one."""
        self.seen: Seen | None = None
        """How far the store was read; None before there are runs."""
        self.experiment_ids: tuple[int, ...] = ()
        self.names: Mapping[int, str] = {}
        self.is_surveyed = False
        """Whether it is known which columns the frame's runs have."""

    @property
    def store(self) -> Store | None:
        """What is read from."""
        return self._store

    @property
    def frame(self) -> RunFrame:
        """The present frame."""
        return self._frame

    def open(self, store: Store) -> None:
        """Read from `store` from now on; its experiments first."""
        self.close()
        self._store = store
        self._start(EXPERIMENTS, lambda token: list_experiments(store.reader(), token), self.experiments_loaded.emit)

    def close(self) -> None:
        """Drop all that is on its way."""
        self._drop(EXPERIMENTS, FRAME, SURVEY, VISIBLE, REST, REFRESH, FOLLOW, SWEEP)
        self._store, self._frame, self._wanted = None, RunFrame([]), []
        self.seen, self.is_surveyed = None, False

    def _drop(self, *slots: str) -> None:
        catching_up = [slot for slot in self._loading if slot.startswith(CATCH_UP)]
        for slot in (*slots, *catching_up):
            self._tasks.cancel(slot)
        self._loading.clear()
        self._behind.clear()

    def load_runs(self, experiment_ids: Sequence[int], names: Mapping[int, str], *, deleted: bool = False) -> None:
        """Read the active runs of these experiments (or the deleted ones), then their keys."""
        store = self._store
        if store is None:
            return
        self._drop(SURVEY, VISIBLE, REST, REFRESH, FOLLOW, SWEEP)
        self.seen, self.is_surveyed = None, False
        ids = list(experiment_ids)
        self.deleted = deleted

        def arrived(read: tuple[Seen, RunFrame]) -> None:
            # Columns of the frame before may have been asked for meanwhile.
            self._drop(VISIBLE, REST)
            self.seen, frame = read
            self.experiment_ids, self.names = tuple(ids), names
            self._frame, self._wanted = frame, []
            self.frame_loaded.emit(frame)
            # Nothing else is read before it is known what will be looked at.
            work = partial(survey, store, ids, frame.run_ids, deleted=deleted)
            self._tasks.start(SURVEY, work, done=self._surveyed, failed=self._not_surveyed)

        work = partial(read_first, store, ids, dict(names), deleted=deleted)
        self._start(FRAME, work, arrived, title="Reading runs")

    def refresh(self, experiment_ids: Sequence[int], wanted: Sequence[ColumnKey], prepare: Prepare) -> None:
        """Read everything anew; what is shown stays until all of `wanted` is there."""
        if self._store is not None:
            self._tasks.cancel(FOLLOW)
            self.experiment_ids = tuple(experiment_ids)
            ids = list(experiment_ids)
            work = partial(reload, self._store, ids, list(wanted), prepare, deleted=self.deleted)
            self._start(REFRESH, work, self._reloaded, title="Refreshing")

    def want(self, keys: Iterable[ColumnKey]) -> None:
        """These columns are looked at: they come before all others, also before those wanted earlier."""
        keys = list(keys)
        self._frame.know_figures(keys)
        running = self._loading.get(VISIBLE, [])
        on_their_way = {*running, *self._catching_up}
        fresh = [key for key in keys if self._is_missing(key) and key not in on_their_way]
        if not fresh:
            return
        if running:
            self._tasks.cancel(VISIBLE)
            del self._loading[VISIBLE]
            for key in running:
                self._frame.mark(key, ColumnState.UNLOADED)
        earlier = [running, *self._wanted]
        # Names and ids are shown without their columns, which only serve order and search.
        sources = sorted(
            {_source(key) for key in fresh}, key=lambda source: (source[0] is ColumnKind.ATTRIBUTE, source)
        )
        known = set(fresh)
        if len(fresh) > 1:
            # What waits in the same tables comes along; a single column, clicked to sort by, does not wait for it.
            fresh += [key for group in earlier for key in group if _source(key) in sources and key not in known]
            known.update(fresh)
        groups = [[key for key in fresh if _source(key) == source] for source in sources]
        # A thousand columns in one piece would arrive in one piece, and hold the window up.
        self._wanted = [
            group[first : first + _GROUP_KEYS] for group in groups for first in range(0, len(group), _GROUP_KEYS)
        ]
        self._wanted += [[key for key in group if key not in known] for group in earlier]
        self._load_next()

    def again(self, key: ColumnKey) -> None:
        """Try a failed column once more."""
        self._frame.mark(key, ColumnState.UNLOADED)
        self.want([key])

    @property
    def columns_left(self) -> int:
        """How many columns the store has not given yet."""
        waiting = (ColumnState.UNLOADED, ColumnState.LOADING)
        return sum(state in waiting for state in self._frame.states.values()) - len(self._catching_up)

    @property
    def _catching_up(self) -> list[ColumnKey]:
        return [key for slot, keys in self._loading.items() if slot.startswith(CATCH_UP) for key in keys]

    def adopt(self, news: Reloaded) -> None:
        """The present frame has grown: go on with that, also with what is being read for the earlier one."""
        self.seen = news.seen
        assert news.grown is not None
        if news.grown.changed:
            behind = carry_over(news.grown, self._frame)
            for steps in self._behind.values():
                steps.append(news.grown.step)
            self._frame = news.frame
            self._catch_up(behind, news.grown.step)
        self.reloaded.emit(news)

    def _catch_up(self, columns: Mapping[ColumnKey, Column], step: Step) -> None:
        """Bring up, behind what is looked at, the columns that the frame was not made to wait for."""
        slots = [CATCH_UP, *(f"{CATCH_UP}.{number}" for number in range(2, len(self._loading) + 3))]
        slot = next(one for one in slots if one not in self._loading)
        if columns:
            self._loading[slot] = list(columns)
            self._behind[slot] = []
            self._read(slot, partial(bring_up, columns, [step]), Lane.BACKGROUND)

    @property
    def is_catching_up(self) -> bool:
        """Whether columns are brought up to a frame that has grown."""
        return bool(self._catching_up)

    def begin_sweep(self) -> None:
        """Columns of the present frame are about to be read once more, for `replace`."""
        self._behind[SWEEP] = []

    def replace(self, columns: Mapping[ColumnKey, Column]) -> None:
        """The store tells these columns otherwise than they were when the sweep began."""
        for key, column in bring_up(columns, self._behind.pop(SWEEP, []), Token()).items():
            if key in self._frame.columns and column.size == self._frame.size:
                self._frame.put(key, column)
                self.column_changed.emit(key)

    def _surveyed(self, result: Survey) -> None:
        self._frame.know(result.keys)
        self.is_surveyed = True
        self.surveyed.emit(result)
        self._load_next()

    def _not_surveyed(self, error: BakehouseError) -> None:
        self._told(error)
        self._load_next()

    def _reloaded(self, result: Reloaded) -> None:
        self._drop(FRAME, SURVEY, VISIBLE, REST, FOLLOW, SWEEP)
        self._frame, self._wanted, self.seen, self.is_surveyed = result.frame, [], result.seen, True
        active = [one for one in result.experiments if one.lifecycle_stage != "deleted"]
        self.names = {one.experiment_id: one.name for one in active}
        self.reloaded.emit(result)
        self._load_next()

    def _is_missing(self, key: ColumnKey) -> bool:
        return self._frame.states.get(key) in (ColumnState.UNLOADED, ColumnState.LOADING)

    def _load_next(self) -> None:
        """Start the next group in the interactive lane; when all that is looked at is there, the others behind it."""
        if self._store is None:
            return
        while VISIBLE not in self._loading and self._wanted:
            group = [key for key in self._wanted.pop(0) if self._is_missing(key)]
            if group:
                chosen = set(group)
                others = [key for key in self._waiting(group[0]) if key not in chosen]
                worth_it = len(group) > 1 and len(others) <= len(group) * _WORTH_THE_REST
                together = [*group, *others] if worth_it else group
                self._load(self._store, VISIBLE, together, Lane.READ)
        if self._loading:
            return
        unloaded = self._frame.unloaded()
        if unloaded:
            self._load(self._store, REST, self._waiting(unloaded[0]), Lane.BACKGROUND)
        else:
            self.columns_settled.emit()

    def _waiting(self, like: ColumnKey) -> list[ColumnKey]:
        """Columns read from where `like` is that nobody has asked for, as many as are read together."""
        most = min(_GROUP_KEYS, max(1, _GROUP_VALUES // max(1, self._frame.size)))
        return [key for key in self._frame.unloaded() if _source(key) == _source(like)][:most]

    def _load(self, store: Store, slot: str, keys: list[ColumnKey], lane: Lane) -> None:
        self._loading[slot] = keys
        self._behind[slot] = []
        self._read(slot, partial(load_columns, store, self._frame, keys), lane)
        for key in keys:
            self._frame.mark(key, ColumnState.LOADING)
            self.column_changed.emit(key)

    def _read(self, slot: str, work: Callable[[Token], dict[ColumnKey, Column]], lane: Lane) -> None:
        self._tasks.start(
            slot,
            work,
            done=partial(self._columns_arrived, slot, lane),
            failed=partial(self._columns_failed, slot),
            lane=lane,
        )

    def _columns_arrived(self, slot: str, lane: Lane, columns: Mapping[ColumnKey, Column]) -> None:
        steps = self._behind.pop(slot, [])
        if steps:
            self._behind[slot] = []
            self._read(slot, partial(bring_up, columns, steps), lane)
            return
        for key in self._loading.pop(slot):
            # A column of the background group may have been wanted in between, and have come first.
            if self._is_missing(key):
                self._frame.put(key, columns[key])
                self.column_changed.emit(key)
        self._load_next()

    def _columns_failed(self, slot: str, error: BakehouseError) -> None:
        for key in self._loading.pop(slot):
            if self._is_missing(key):
                self._frame.mark(key, ColumnState.FAILED, str(error))
                self.column_changed.emit(key)
        self._load_next()

    def _start(self, slot: str, work: Callable[[Token], T], done: Callable[[T], None], *, title: str = "") -> None:
        self._tasks.start(slot, work, done=done, failed=self._told, title=title)

    def _told(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))
