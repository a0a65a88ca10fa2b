"""How the runs page keeps up with other writers: what is new is read and made ready in a task, then shown at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.analysis.columns import Column, TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.growing import grow
from bakehouse.analysis.order import SortKey
from bakehouse.analysis.patching import equal
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import STATUS, ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.pages.runs.loading import FOLLOW, SWEEP, Prepare, Reloaded, RunLoader, load_columns
from bakehouse.store.columns import read_columns
from bakehouse.store.handle import Store
from bakehouse.store.increments import Increment, Seen, read_increment
from bakehouse.tasks import Lane, TaskRunner

_RUNNING_AT_MOST = 300
"""So many of the latest running runs are read whole each time; of others new rows and status are noticed anyway."""
_SWEEP_TICK_MS = 5_000
_SWEEP_EVERY_S = 20.0
_SWEEP_REST = 10


@dataclass(frozen=True)
class Question:
    """What is shown when a look for news begins; columns are a copy, so that the GUI thread may go on."""

    experiment_ids: tuple[int, ...]
    names: Mapping[int, str]
    frame: RunFrame
    columns: Mapping[ColumnKey, Column]
    seen: Seen
    watched: Mapping[str, int]
    """Runs to be read whole, with their rowids."""
    sort_keys: tuple[SortKey, ...]
    prepare: Prepare
    wanted: frozenset[ColumnKey] | None
    """The columns that are looked at, which must be there at the swap; None: all."""


def watched_runs(frame: RunFrame, on_screen: Iterable[int], others: Iterable[str]) -> dict[str, int]:
    """The runs in these rows of the frame, the latest running ones, and `others`; with their rowids."""
    if frame.rowids is None:
        return {}
    rows = dict.fromkeys(on_screen)
    rows.update((row, None) for run in others if (row := frame.row_of.get(run)) is not None)
    status = frame.column(STATUS)
    if isinstance(status, TextColumn) and "RUNNING" in status.categories:
        running = np.flatnonzero(status.codes() == status.categories.index("RUNNING"))
        rows.update(dict.fromkeys(running[-_RUNNING_AT_MOST:].tolist()))
    return {frame.run_ids[row]: int(frame.rowids[row]) for row in rows}


def read_news(store: Store, asked: Question, token: Token) -> Reloaded | None:
    """The frame with what came since; None when everything has to be read anew."""
    reader = store.reader()
    increment = read_increment(reader, asked.seen, asked.experiment_ids, asked.frame.row_of, asked.watched, token)
    if increment is None:
        return None
    names = {one.experiment_id: one.name for one in increment.experiments if one.lifecycle_stage != "deleted"}
    if any(names.get(number) != asked.names.get(number) for number in asked.experiment_ids):
        return None
    figures = _figures(store, asked, increment, token)
    grown = grow(asked.frame, asked.columns, increment, names, figures, token.check, asked.wanted)
    prepared = None
    if grown.changed:
        for sort in asked.sort_keys:
            if (column := grown.frame.column(sort.column)) is not None:
                column.directed_ranks(sort.descending)  # cached in the column: it is sorted by when it is shown
        prepared = asked.prepare(grown.frame, token)
    return Reloaded(increment.experiments, grown.frame, increment.seen, grown, increment.touched, prepared)


def _figures(store: Store, asked: Question, increment: Increment, token: Token) -> dict[ColumnKey, Mapping[str, float]]:
    """What the history columns say of runs that have new points of their metric."""
    found: dict[ColumnKey, Mapping[str, float]] = {}
    for key in asked.columns:
        if key.figure:
            runs = sorted({run for run, name in increment.pointed if name == key.name})
            values = read_columns(store.reader(), [key], {run: row for row, run in enumerate(runs)}, token)[key]
            told = dict(zip(values.rows.tolist(), getattr(values, "values", ()), strict=True))
            found[key] = {run: float(told[row]) for row, run in enumerate(runs) if row in told}
    return found


def read_again(
    store: Store, frame: RunFrame, columns: Mapping[ColumnKey, Column], token: Token
) -> dict[ColumnKey, Column]:
    """Those of `columns` (of this frame) that the store tells otherwise by now."""
    found = load_columns(store, frame, list(columns), token)
    return {key: column for key, column in found.items() if not equal(column, columns[key])}


class RunFollower(QObject):
    """Asks for news of what the loader has loaded, and sweeps when there is nothing to do. GUI thread.

    Increments find new rows, status changes and all about running and visible runs. Tags that were overwritten, names
    and deletions elsewhere leave no trace in rowids: a sweep compares every run's attributes, all tags and what is
    visible with the store, some time after it changed.
    """

    anew_wanted = Signal()
    """The news cannot be told apart: load everything anew."""
    ended = Signal()
    """A look for news is over, with or without any."""
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, loader: RunLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._loader = tasks, loader
        self._shown: Callable[[], Sequence[ColumnKey]] = list
        self.is_stale = False
        """Whether somebody wrote since the last sweep."""
        self._exact = False
        self._swept = 0.0
        self._took = 0.0
        self._tick = QTimer(self, interval=_SWEEP_TICK_MS)
        self._tick.timeout.connect(self.sweep_if_due)

    def open(self, shown: Callable[[], Sequence[ColumnKey]]) -> None:
        """Sweep from now on; `shown` tells which columns are looked at."""
        self._shown = shown
        self.is_stale = self._exact = False
        self._swept = time.monotonic()
        self._tick.start()

    def close(self) -> None:
        """Read nothing any more."""
        self._tick.stop()
        for slot in (FOLLOW, SWEEP):
            self._tasks.cancel(slot)

    def note_change(self) -> None:
        """Somebody wrote: the next sweep has something to look for."""
        self.is_stale = True

    @property
    def can_follow(self) -> bool:
        """Whether what is shown is known well enough to look only for what is new."""
        return self._loader.is_surveyed and self._loader.seen is not None and self._loader.frame.rowids is not None

    def look(
        self,
        watched: Mapping[str, int],
        sort_keys: Sequence[SortKey],
        prepare: Prepare,
        wanted: frozenset[ColumnKey] | None = None,
    ) -> None:
        """Read what is new; the loader tells the page when there is something to show."""
        loader = self._loader
        store, seen = loader.store, loader.seen
        if store is None or seen is None:
            self.ended.emit()
            return
        if self._exact:
            seen, self._exact = Seen(seen.marks), False
        asked = Question(
            loader.experiment_ids, loader.names, loader.frame, dict(loader.frame.columns), seen, watched,
            tuple(sort_keys), prepare, None if loader.is_catching_up else wanted,
        )  # fmt: skip
        self._tasks.start(
            FOLLOW, partial(read_news, store, asked), done=partial(self._arrived, asked.frame), failed=self._told
        )

    def _arrived(self, before: RunFrame, news: Reloaded | None) -> None:
        if news is None:
            self.anew_wanted.emit()
        else:
            if before is self._loader.frame:
                self._loader.adopt(news)
            self.ended.emit()

    def _told(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))

    # Sweeping

    def sweep_if_due(self) -> None:
        """Compare with the store what leaves no trace, when it changed some time ago and nothing else is read."""
        rested = time.monotonic() - self._swept
        if not self.is_stale or rested < max(_SWEEP_EVERY_S, self._took * _SWEEP_REST):
            return
        if not self.can_follow or self._loader.columns_left or self._loader.store is None:
            return
        self.is_stale, self._exact = False, True
        self._swept = time.monotonic()
        frame, shown = self._loader.frame, set(self._shown())
        columns = {
            key: column
            for key, column in frame.columns.items()
            if key.kind is ColumnKind.TAG or (key in shown and key.kind is not ColumnKind.ATTRIBUTE)
        }
        self._loader.begin_sweep()
        self._tasks.start(
            SWEEP,
            partial(read_again, self._loader.store, frame, columns),
            done=self._swept_up,
            failed=self._not_swept,
            lane=Lane.BACKGROUND,
        )

    def _swept_up(self, changed: Mapping[ColumnKey, Column]) -> None:
        self._took = time.monotonic() - self._swept
        self._loader.replace(changed)

    def _not_swept(self, _error: BakehouseError) -> None:
        self.is_stale = True
