"""The runs of a frame as a table: columns that are in memory as they are, the others read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bakehouse.analysis.columns import Column, Ints, NumberColumn
from bakehouse.analysis.figures import moment_text
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import DURATION, END_TIME, RUN_ID, RUN_NAME, START_TIME, ColumnKey, ColumnKind
from bakehouse.domain.errors import ExportError
from bakehouse.exports.run_source import pair_cells
from bakehouse.exports.tables import Cells, NumberCells, Table, TextCells, TimeCells, coded
from bakehouse.store.columns import read_columns
from bakehouse.store.reading import Reader

MOST_CELLS = 100_000_000
"""Rows times columns of one table of runs: about a gigabyte while it is written."""


def search_name(key: ColumnKey) -> str:
    """As MLflow's search_runs heads a column; a duration says its unit."""
    return "duration_ms" if key == DURATION else key.search_name


@dataclass(frozen=True)
class RunRows:
    """Runs in an order with those of their columns that are in memory; made on the GUI thread, used on any."""

    run_ids: Sequence[str]
    names: Sequence[str]
    rows: Ints
    """int32[k]: the chosen runs in their order, as places in the other fields."""
    columns: Mapping[ColumnKey, Column] = field(default_factory=dict)

    @classmethod
    def of_frame(cls, frame: RunFrame, rows: Ints, keys: Sequence[ColumnKey]) -> RunRows:
        """The runs at `rows` with what is loaded of `keys`."""
        loaded = {key: column for key in keys if (column := frame.column(key)) is not None}
        return cls(frame.run_ids, frame.names, np.asarray(rows, np.int32), loaded)

    def chosen_ids(self) -> list[str]:
        """The ids of the chosen runs, in their order."""
        return [self.run_ids[row] for row in self.rows.tolist()]

    def chosen_names(self) -> list[str]:
        """The names of the chosen runs, empty where there is none."""
        return [self.names[row] for row in self.rows.tolist()]

    def first(self, count: int) -> RunRows:
        """Only the first of the chosen runs."""
        return RunRows(self.run_ids, self.names, self.rows[:count], self.columns)


def run_table(
    runs: RunRows,
    keys: Sequence[ColumnKey],
    reader: Callable[[], Reader],
    token: Token,
    *,
    title: Callable[[ColumnKey], str] = search_name,
    local_times: bool = False,
) -> Table:
    """The columns `keys` of `runs`; `reader` is asked for only when one of them is not in memory.

    With `local_times` moments are texts of the local clock instead of UTC times. Raises ExportError for more than
    MOST_CELLS, Cancelled, StoreError kin.
    """
    size = len(runs.rows)
    if size * len(keys) > MOST_CELLS:
        raise ExportError(
            f"{size:,} runs with {len(keys):,} columns are more than fit into one table; choose fewer of either."
        )
    made = {key: cells for key in keys if (cells := _in_memory(runs, key, local_times=local_times)) is not None}
    missing = [key for key in keys if key not in made]
    if missing:
        row_of = {run_id: place for place, run_id in enumerate(runs.chosen_ids())}
        for key, values in read_columns(reader(), missing, row_of, token).items():
            made[key] = pair_cells(values, size)
    nothing = NumberCells(np.full(size, np.nan), np.zeros(size, np.bool_)), TextCells(np.full(size, -1, np.int32), [])
    whole = tuple(made.get(key, nothing[key.kind is not ColumnKind.METRIC]) for key in keys)
    return Table(tuple(map(title, keys)), whole, size)


def _in_memory(runs: RunRows, key: ColumnKey, *, local_times: bool) -> Cells | None:
    if key == RUN_ID:
        return TextCells(runs.rows, runs.run_ids)
    if key == RUN_NAME:
        named = np.fromiter((bool(runs.names[row]) for row in runs.rows.tolist()), np.bool_, len(runs.rows))
        return TextCells(np.where(named, runs.rows, np.int32(-1)), runs.names)
    column = runs.columns.get(key)
    if column is None:
        return None
    if not isinstance(column, NumberColumn):
        return TextCells(column.codes()[runs.rows], column.categories)
    numbers, present = column.numbers()[runs.rows], column.present()[runs.rows]
    if key not in (START_TIME, END_TIME):
        return NumberCells(numbers, present)
    if not local_times:
        return TimeCells(numbers)
    pairs = zip(numbers.tolist(), present.tolist(), strict=True)
    return coded([moment_text(value) if there else None for value, there in pairs])
