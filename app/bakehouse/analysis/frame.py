"""The runs of the chosen experiments as columns, with what is known of each column's loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.columns import Column, NumberColumn, TextColumn
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
    import numpy.typing as npt

    from bakehouse.store.runs import RunHeaders


class ColumnState(Enum):
    """How far a column is on its way from the store."""

    UNLOADED = "unloaded"
    LOADING = "loading"
    COMPLETE = "complete"
    FAILED = "failed"


class RunFrame:
    """Runs by row and their columns.

    Made on a worker thread by `frame_of`; from then on only the GUI thread puts columns in. Rows never change; a
    refresh makes a new frame. Columns are immutable, so work in threads takes the columns and not the frame.
    """

    def __init__(self, run_ids: Sequence[str], experiment_ids: npt.NDArray[np.int64] | None = None) -> None:
        self.run_ids = list(run_ids)
        self.row_of = {run_id: row for row, run_id in enumerate(self.run_ids)}
        self.size = len(self.run_ids)
        self.experiment_ids = np.zeros(self.size, np.int64) if experiment_ids is None else experiment_ids
        self.columns: dict[ColumnKey, Column] = {}
        self.states: dict[ColumnKey, ColumnState] = {}
        self.failures: dict[ColumnKey, str] = {}
        """Why a column could not be read, one sentence."""

    @property
    def keys(self) -> list[ColumnKey]:
        """Every column there is, loaded or not, by group and then in the order they were made known."""
        return sorted(self.states, key=lambda key: key.kind)

    def know(self, keys: Iterable[ColumnKey]) -> None:
        """Make columns known that can be loaded."""
        for key in keys:
            self.states.setdefault(key, ColumnState.UNLOADED)

    def put(self, key: ColumnKey, column: Column) -> None:
        """A column has arrived whole."""
        if column.size != self.size:
            raise ValueError(f"column of {column.size} rows in a frame of {self.size}")
        self.columns[key] = column
        self.states[key] = ColumnState.COMPLETE
        self.failures.pop(key, None)

    def mark(self, key: ColumnKey, state: ColumnState, sentence: str = "") -> None:
        """Note how far a column is; `sentence` says why it failed."""
        self.states[key] = state
        if sentence:
            self.failures[key] = sentence

    def column(self, key: ColumnKey) -> Column | None:
        """The column, None unless it is complete."""
        return self.columns.get(key)

    def state(self, key: ColumnKey) -> ColumnState:
        """How far a column is; a column that no run of these has is complete and empty to the eye: UNLOADED here."""
        return self.states.get(key, ColumnState.UNLOADED)

    def unloaded(self) -> list[ColumnKey]:
        """The columns nobody has asked for yet."""
        return [key for key in self.keys if self.states[key] is ColumnState.UNLOADED]

    def name(self, row: int) -> str:
        """The name of a run, its id where it has none."""
        names = self.columns.get(RUN_NAME)
        return (names.text(row) if names else "") or self.run_ids[row]


def frame_of(headers: RunHeaders, experiment_names: Mapping[int, str]) -> RunFrame:
    """A frame with the attribute columns of `headers`; sorts texts, so it belongs on a worker thread."""
    frame = RunFrame(headers.run_ids, headers.experiment_ids)
    experiments = [experiment_names.get(number, str(number)) for number in headers.experiment_ids.tolist()]
    made: dict[ColumnKey, Column] = {
        RUN_NAME: TextColumn.of_texts(headers.names),
        START_TIME: NumberColumn.whole(headers.start_times_ms),
        DURATION: NumberColumn.whole(headers.end_times_ms - headers.start_times_ms),
        STATUS: TextColumn.of_texts(headers.statuses, numeric=False),
        EXPERIMENT: TextColumn.of_texts(experiments, numeric=False),
        USER: TextColumn.of_texts(headers.users, numeric=False),
        END_TIME: NumberColumn.whole(headers.end_times_ms),
        RUN_ID: TextColumn.of_texts(headers.run_ids, numeric=False),
    }
    for key in ATTRIBUTES:
        frame.put(key, made[key])
    return frame


def default_columns(
    frame: RunFrame, fill: Mapping[ColumnKey, int], constant: frozenset[ColumnKey] = frozenset(), most: int = 5
) -> list[ColumnKey]:
    """The columns a table of these runs starts with, from how many runs have each key and which are the same in all.

    Name, start and duration; then up to `most` params that vary and `most` metrics, the fullest first and by name
    among equals. When no param varies, none are left out; `system/...` metrics always are.
    """
    chosen: list[ColumnKey] = [RUN_NAME, START_TIME, DURATION]
    for kind in (ColumnKind.PARAM, ColumnKind.METRIC):
        keys = [key for key in frame.states if key.kind is kind and not key.name.startswith("system/")]
        varied = [key for key in keys if key not in constant]
        chosen += sorted(varied or keys, key=lambda key: (-fill.get(key, 0), key.name))[:most]
    return chosen
