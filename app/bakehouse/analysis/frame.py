"""The runs of the chosen experiments as columns, with what is known of each column's loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import Column, NumberColumn, TextColumn, dense_ranks
from bakehouse.domain.columns import (
    ATTRIBUTES,
    DURATION,
    END_TIME,
    EXPERIMENT,
    RUN_ID,
    RUN_NAME,
    START_TIME,
    STATUS,
    USER,
    ColumnKey,
    ColumnKind,
)

if TYPE_CHECKING:
    from bakehouse.store.runs import RunHeaders


class ColumnState(Enum):
    """How far a column is on its way from the store."""

    UNLOADED = "unloaded"
    LOADING = "loading"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True)
class Glimpse:
    """The values of a few runs, to be shown until the whole column is there; never sorted, filtered or plotted by."""

    column: Column
    rows: frozenset[int]
    """The rows that were asked for; where one of them has no value there is none."""


class RunFrame:
    """Runs by row and their columns.

    Made on a worker thread by `frame_of`; from then on only the GUI thread puts columns in. Rows never change; a
    refresh makes a new frame. Columns are immutable, so work in threads takes the columns and not the frame.
    """

    def __init__(self, run_ids: Sequence[str], names: Sequence[str] | None = None) -> None:
        self.run_ids = list(run_ids)
        self.names = list(names) if names is not None else [""] * len(self.run_ids)
        """The runs' names; empty where a run has none."""
        self.row_of = {run_id: row for row, run_id in enumerate(self.run_ids)}
        self.size = len(self.run_ids)
        self.rowids: npt.NDArray[np.int64] | None = None
        """Where the store keeps each run, rising; None for runs that are not followed."""
        self.columns: dict[ColumnKey, Column] = {}
        self.states: dict[ColumnKey, ColumnState] = {}
        self._keys: list[ColumnKey] = []
        self.failures: dict[ColumnKey, str] = {}
        """Why a column could not be read, one sentence."""
        self.glimpses: dict[ColumnKey, Glimpse] = {}
        """What is known of columns that are still on their way."""

    def over_same_runs(self, names: list[str]) -> RunFrame:
        """Another frame without columns over the very same runs."""
        frame = RunFrame([])
        frame.run_ids, frame.names, frame.row_of, frame.size = self.run_ids, names, self.row_of, self.size
        frame.rowids = self.rowids
        return frame

    def with_more(self, run_ids: list[str], names: list[str]) -> RunFrame:
        """Another frame without columns over these runs and more behind them; `names` are of all."""
        frame = self.over_same_runs(names)
        frame.run_ids = self.run_ids + run_ids
        frame.size = len(frame.run_ids)
        frame.row_of = dict(self.row_of)
        frame.row_of.update(zip(run_ids, range(self.size, frame.size), strict=True))
        return frame

    @property
    def keys(self) -> list[ColumnKey]:
        """Every column there is, loaded or not, by group and then in the order they were made known."""
        if len(self._keys) != len(self.states):  # none ever goes
            self._keys = sorted(self.states, key=lambda key: key.kind)
        return list(self._keys)

    def know(self, keys: Iterable[ColumnKey]) -> None:
        """Make columns known that can be loaded."""
        for key in keys:
            self.states.setdefault(key, ColumnState.UNLOADED)

    def know_figures(self, keys: Iterable[ColumnKey]) -> None:
        """Make those of `keys` known that are figures over known metrics: they are loaded only when wanted."""
        self.know(key for key in keys if key.figure and key.latest in self.states)

    def put(self, key: ColumnKey, column: Column) -> None:
        """A column has arrived whole."""
        if column.size != self.size:
            raise ValueError(f"column of {column.size} rows in a frame of {self.size}")
        self.columns[key] = column
        self.states[key] = ColumnState.COMPLETE
        self.glimpses.pop(key, None)
        self.failures.pop(key, None)

    def mark(self, key: ColumnKey, state: ColumnState, sentence: str = "") -> None:
        """Note how far a column is; `sentence` says why it failed."""
        self.states[key] = state
        if sentence:
            self.failures[key] = sentence

    def column(self, key: ColumnKey) -> Column | None:
        """The column, None unless it is complete."""
        return self.columns.get(key)

    def texts_of(self, key: ColumnKey) -> Sequence[str]:
        """The distinct texts of a column, none unless it is complete and one of texts."""
        column = self.columns.get(key)
        return column.categories if isinstance(column, TextColumn) else ()

    def state(self, key: ColumnKey) -> ColumnState:
        """How far a column is; a column that no run of these has is complete and empty to the eye: UNLOADED here."""
        return self.states.get(key, ColumnState.UNLOADED)

    def can_load(self, key: ColumnKey) -> bool:
        """Whether a column is not there yet and would come if it were wanted."""
        if key.figure and key not in self.states:
            return key.latest in self.states
        return self.states.get(key) in (ColumnState.UNLOADED, ColumnState.LOADING)

    def unloaded(self) -> list[ColumnKey]:
        """The columns nobody has asked for yet."""
        return [key for key in self.keys if self.states[key] is ColumnState.UNLOADED]

    def name(self, row: int) -> str:
        """The name of a run, its id where it has none."""
        return self.names[row] or self.run_ids[row]


def frame_of(headers: RunHeaders, experiment_names: Mapping[int, str]) -> RunFrame:
    """A frame with the attribute columns of `headers`, for a worker thread.

    Name and id are there to be shown, but as columns they stay unloaded: sorting 100,000 distinct texts would keep
    the first rows waiting (`attribute_column`).
    """
    frame = RunFrame(headers.run_ids, headers.names)
    codes, _ = dense_ranks(headers.experiment_ids)
    numbers = sorted(set(headers.experiment_ids.tolist()))
    experiments = [experiment_names.get(number, str(number)) for number in numbers]
    every_row = np.arange(frame.size, dtype=np.int32)
    made: dict[ColumnKey, Column] = {
        START_TIME: NumberColumn.whole(headers.start_times_ms),
        DURATION: NumberColumn.whole(headers.end_times_ms - headers.start_times_ms),
        STATUS: TextColumn.of_texts(headers.statuses, numeric=False),
        EXPERIMENT: TextColumn(every_row, codes, experiments, frame.size, numeric=False),
        USER: TextColumn.of_texts(headers.users, numeric=False),
        END_TIME: NumberColumn.whole(headers.end_times_ms),
    }
    frame.know(ATTRIBUTES)
    for key, column in made.items():
        frame.put(key, column)
    frame.columns[START_TIME].directed_ranks(
        descending=True
    )  # the table's first order: ranked here, not while it waits
    return frame


def attribute_column(frame: RunFrame, key: ColumnKey) -> Column:
    """The runs' names or ids as a column; sorts, so it belongs on a worker thread."""
    if key == RUN_NAME:
        return TextColumn.of_texts(frame.names)
    if key == RUN_ID:
        return TextColumn.of_texts(frame.run_ids, numeric=False)
    raise ValueError(f"{key.name} is no column made from the frame itself")


def default_columns(
    frame: RunFrame,
    relevance: Mapping[ColumnKey, float],
    constant: frozenset[ColumnKey] = frozenset(),
    *,
    params: int = 4,
    metrics: int = 3,
) -> list[ColumnKey]:
    """The columns a table of these runs starts with, from how relevant each key is and which are the same in all.

    Name, start and duration; then the most relevant params that vary and metrics, by name among equals. When no
    param varies, none are left out; `system/...` metrics always are.
    """
    chosen: list[ColumnKey] = [RUN_NAME, START_TIME, DURATION]
    for kind, most in ((ColumnKind.PARAM, params), (ColumnKind.METRIC, metrics)):
        known = (key for key in frame.states if key.kind is kind and not key.figure)
        keys = [key for key in known if not key.name.startswith("system/")]
        varied = [key for key in keys if key not in constant]
        chosen += sorted(varied or keys, key=lambda key: (-relevance.get(key, 0), key.name))[:most]
    return chosen
