"""A frame of runs made from an earlier one and what came since, instead of from everything anew."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import Column, Floats, Ints, Mask, NumberColumn, TextColumn
from bakehouse.analysis.frame import ColumnState, Glimpse, RunFrame
from bakehouse.analysis.patching import appended, moved, patched_numbers, patched_texts
from bakehouse.domain.columns import (
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
    from bakehouse.store.increments import Cells, Increment
    from bakehouse.store.runs import RunHeaders

_NO_ROWS = np.empty(0, np.int32)


@dataclass(frozen=True, eq=False)
class Patch:
    """What one column gets: a value for each of `rows`, nothing in the others of `gone`."""

    rows: Ints
    values: Floats | list[str]
    gone: Ints = field(default_factory=lambda: _NO_ROWS)

    def part(self, rows: Mask, gone: Mask | None = None) -> Patch:
        """What it does to these rows, given as masks over its `rows` and `gone` (None: nothing is gone)."""
        if isinstance(self.values, list):
            values: Floats | list[str] = [self.values[place] for place in np.flatnonzero(rows).tolist()]
        else:
            values = self.values[rows]
        return Patch(self.rows[rows], values, _NO_ROWS if gone is None else self.gone[gone])

    def of(self, column: Column) -> Column:
        """`column` with the patch; itself when nothing differs."""
        if isinstance(column, NumberColumn):
            return patched_numbers(column, self.rows, np.asarray(self.values, np.float64), self.gone)
        return patched_texts(column, self.rows, [str(text) for text in self.values], self.gone)


_NO_PATCH = Patch(_NO_ROWS, [])


@dataclass(frozen=True, eq=False)
class Step:
    """How one frame came from the one before; a column that was read for the earlier one is brought up by it."""

    places: Ints | None
    """int32[n]: the earlier row of each row, -1 for a new run; None: the rows are the same."""
    size: int
    patches: Mapping[ColumnKey, Patch]
    whole_tags: Ints
    """Rows whose tags are all in `patches`."""
    only_appends: bool = False
    """Whether the new rows stand behind all earlier ones, of which none is gone."""

    def column(self, key: ColumnKey, column: Column) -> Column:
        """The column over the later frame; itself when nothing in it changed. For any thread."""
        patch = self.patches.get(key)
        if patch is None:
            patch = Patch(_NO_ROWS, [], self.whole_tags) if key.kind is ColumnKind.TAG else _NO_PATCH
        if self.only_appends:
            before = column.size
            new = patch.part(patch.rows >= before)
            column = appended(column, self.size, new.rows, new.values)
            patch = patch.part(patch.rows < before, patch.gone < before)
        elif self.places is not None:
            column = moved(column, self.places)
        return patch.of(column) if len(patch.rows) or len(patch.gone) else column

    def glimpse(self, key: ColumnKey, glimpse: Glimpse) -> Glimpse:
        """The same for what is known of a few runs."""
        if self.places is None:
            return Glimpse(self.column(key, glimpse.column), glimpse.rows)
        rows = np.flatnonzero(np.isin(self.places, np.fromiter(glimpse.rows, np.int32, len(glimpse.rows))))
        return Glimpse(self.column(key, glimpse.column), frozenset(rows.tolist()))

    @property
    def is_empty(self) -> bool:
        """Whether it leaves every column as it is."""
        return self.places is None and not self.patches and not len(self.whole_tags)


@dataclass(frozen=True, eq=False)
class Grown:
    """A frame with what came since; not yet on screen."""

    frame: RunFrame
    step: Step
    changed: frozenset[ColumnKey]
    """Columns that differ from the earlier frame's; every one when rows came or went."""
    behind: frozenset[ColumnKey] = frozenset()
    """Columns of the earlier frame that were left for later: the step brings them up."""


def grow(
    frame: RunFrame,
    columns: Mapping[ColumnKey, Column],
    increment: Increment,
    names: Mapping[int, str],
    figures: Mapping[ColumnKey, Mapping[str, float]] | None = None,
    check: Callable[[], None] = lambda: None,
    wanted: Container[ColumnKey] | None = None,
) -> Grown:
    """`frame` with `increment`; for a worker thread. `columns` are a copy of the frame's, `names` those of experiments.

    `figures` say for columns over metrics' histories what they are now in the runs with new points.
    Keys that are new come as columns; those that the frame knows and has not loaded stay as they are. When rows came
    or went, only `wanted` columns are brought up (None: all of them).
    """
    if frame.rowids is None:
        raise ValueError("this frame does not know where the store keeps its runs")
    places, rowids, headers = _new_rows(frame, increment)
    grown = _frame_of_rows(frame, places, increment.headers, headers)
    grown.rowids = rowids
    patches = _attribute_patches(increment.headers, headers, names)
    for kind, cells in increment.cells.items():
        patches.update(_cell_patches(grown, kind, cells))
    patches.update(_figure_patches(grown, increment, figures or {}))
    whole = np.array([row for run in increment.whole if (row := grown.row_of.get(run)) is not None], np.int32)
    patches = {
        key: replace(patch, gone=whole) if key.kind is ColumnKind.TAG else patch for key, patch in patches.items()
    }
    step = Step(places, grown.size, patches, whole, _only_appends(places, frame.size))
    grown.states = dict(frame.states)
    changed = {RUN_NAME} if grown.names is not frame.names else set()
    behind = frozenset(columns if wanted is not None and places is not None else ())
    behind -= {key for key in behind if wanted is not None and key in wanted}
    changed |= behind
    for key, column in columns.items():
        check()
        if key in behind:
            continue
        brought = step.column(key, column)
        grown.put(key, brought)
        if brought is not column:
            changed.add(key)
    for key, patch in patches.items():
        if key.kind is not ColumnKind.ATTRIBUTE and key not in grown.states and len(patch.rows):
            grown.put(key, _new_column(patch, grown.size))
            changed.add(key)
    return Grown(grown, step, frozenset(changed), behind)


def carry_over(grown: Grown, before: RunFrame) -> dict[ColumnKey, Column]:
    """Take over what happened to the earlier frame while the later one was made. GUI thread, at the swap.

    Gives the earlier frame's columns that are still to be brought up by the step: here that would take too long.
    """
    frame = grown.frame
    behind: dict[ColumnKey, Column] = {}
    for key, state in before.states.items():
        if key in frame.columns:
            continue
        column = before.columns.get(key)
        if column is not None:
            behind[key] = column
            frame.states[key] = ColumnState.LOADING
            continue
        frame.states[key] = state
        if key in before.failures and state is ColumnState.FAILED:
            frame.failures[key] = before.failures[key]
        if key in before.glimpses:
            frame.glimpses[key] = grown.step.glimpse(key, before.glimpses[key])
    return behind


def attributes_differ(before: RunFrame, after: RunFrame, run_id: str) -> bool:
    """Whether a run has come, gone, or got another name, status or time."""
    row, now = before.row_of.get(run_id), after.row_of.get(run_id)
    if row is None or now is None:
        return row is not now
    if before.names[row] != after.names[now]:
        return True
    pairs = ((before.column(key), after.column(key)) for key in (STATUS, START_TIME, END_TIME, USER))
    return any(
        one is not other and (one is None or other is None or one.text(row) != other.text(now)) for one, other in pairs
    )


def _new_rows(frame: RunFrame, increment: Increment) -> tuple[Ints | None, npt.NDArray[np.int64], list[int]]:
    """Places (see Step), rowids, and which of the increment's headers stand where (their new rows, -1: left out)."""
    assert frame.rowids is not None
    headers, old = increment.headers, frame.rowids
    covered = np.zeros(frame.size, np.bool_)
    for first, last in increment.ranges:
        start, end = np.searchsorted(old, first, side="left"), np.searchsorted(old, last, side="right")
        covered[start:end] = True
    single = np.array(increment.rowids, np.int64)
    places = np.searchsorted(old, single)
    there = places < frame.size
    there[there] = old[places[there]] == single[there]
    covered[places[there]] = True
    known = np.fromiter((frame.row_of.get(run, -1) for run in headers.run_ids), np.int32, len(headers.run_ids))
    # An undecodable id may read like one that stands elsewhere: the first one counts.
    taken = (known < 0) | covered[known] if frame.size else np.ones(len(known), np.bool_)
    kept = np.flatnonzero(~covered).astype(np.int32)
    sources = np.concatenate((kept, known[taken]))
    rowids = np.concatenate((old[kept], headers.rowids[taken]))
    order = np.argsort(rowids, kind="stable")
    rows = np.full(len(sources), -1, np.int32)
    rows[order] = np.arange(len(order), dtype=np.int32)
    at = np.full(len(known), -1, np.int32)
    at[taken] = rows[len(kept) :]
    earlier = sources[order].astype(np.int32)
    same = len(earlier) == frame.size and bool((earlier == np.arange(frame.size)).all())
    return None if same else earlier, rowids[order], at.tolist()


def _only_appends(places: Ints | None, before: int) -> bool:
    return (
        places is not None
        and len(places) > before
        and bool((places[:before] == np.arange(before)).all() and (places[before:] < 0).all())
    )


def _frame_of_rows(frame: RunFrame, places: Ints | None, headers: RunHeaders, at: Sequence[int]) -> RunFrame:
    if places is None:
        names = frame.names
        changed = [(row, name) for row, name in zip(at, headers.names, strict=True) if row >= 0 and names[row] != name]
        if changed:
            names = list(names)
            for row, name in changed:
                names[row] = name
        return frame.over_same_runs(names)
    if _only_appends(places, frame.size):
        fresh = sorted(
            (row, run_id, name)
            for row, run_id, name in zip(at, headers.run_ids, headers.names, strict=True)
            if row >= frame.size
        )
        names = list(frame.names)
        for row, name in zip(at, headers.names, strict=True):
            if 0 <= row < frame.size:
                names[row] = name
        return frame.with_more([run_id for _, run_id, _ in fresh], names + [name for _, _, name in fresh])
    ids = [frame.run_ids[place] if place >= 0 else "" for place in places.tolist()]
    names = [frame.names[place] if place >= 0 else "" for place in places.tolist()]
    for row, run_id, name in zip(at, headers.run_ids, headers.names, strict=True):
        if row >= 0:
            ids[row], names[row] = run_id, name
    return RunFrame(ids, names)


def _attribute_patches(
    headers: RunHeaders, at: Sequence[int], experiment_names: Mapping[int, str]
) -> dict[ColumnKey, Patch]:
    rows = np.array(at, np.int32)
    stands = rows >= 0
    rows = rows[stands]
    if not len(rows):
        return {}
    chosen = np.flatnonzero(stands).tolist()

    def texts(values: Sequence[str]) -> Patch:
        filled = [place for place, here in enumerate(chosen) if values[here]]
        return Patch(rows[filled], [values[chosen[place]] for place in filled], rows)

    def numbers(values: Floats) -> Patch:
        mine = values[stands]
        known = ~np.isnan(mine)
        return Patch(rows[known], mine[known], rows)

    experiments = [experiment_names.get(number, str(number)) for number in headers.experiment_ids.tolist()]
    return {
        RUN_NAME: texts(headers.names),
        RUN_ID: texts(headers.run_ids),
        STATUS: texts(headers.statuses),
        USER: texts(headers.users),
        EXPERIMENT: texts(experiments),
        START_TIME: numbers(headers.start_times_ms),
        END_TIME: numbers(headers.end_times_ms),
        DURATION: numbers(headers.end_times_ms - headers.start_times_ms),
    }


def _cell_patches(grown: RunFrame, kind: ColumnKind, cells: Cells) -> dict[ColumnKey, Patch]:
    rows = np.fromiter(map(grown.row_of.get, cells.run_ids, repeat(-1)), np.int32, len(cells.run_ids))
    code_of = {name: code for code, name in enumerate(dict.fromkeys(cells.keys))}
    codes = np.fromiter(map(code_of.__getitem__, cells.keys), np.int32, len(cells.keys))
    values: npt.NDArray[Any] = np.empty(len(rows), np.float64 if kind is ColumnKind.METRIC else object)
    values[:] = cells.values
    # By key and row, the last of what came twice behind the others.
    order = np.lexsort((rows, codes))
    order = order[rows[order] >= 0]
    rows, codes, values = rows[order], codes[order], values[order]
    last = np.ones(len(rows), np.bool_)
    last[:-1] = (rows[1:] != rows[:-1]) | (codes[1:] != codes[:-1])
    rows, codes, values = rows[last], codes[last], values[last]
    ends = np.searchsorted(codes, np.arange(len(code_of) + 1)).tolist()
    found = {}
    for (name, _), first, end in zip(code_of.items(), ends, ends[1:], strict=False):
        if first < end:
            given = values[first:end]
            is_metric = kind is ColumnKind.METRIC
            found[ColumnKey(kind, name)] = Patch(rows[first:end], given if is_metric else given.tolist())
    return found


def _figure_patches(
    grown: RunFrame, increment: Increment, figures: Mapping[ColumnKey, Mapping[str, float]]
) -> dict[ColumnKey, Patch]:
    found = {}
    for key, values in figures.items():
        told = {row: value for run, value in values.items() if (row := grown.row_of.get(run)) is not None}
        pointed = {
            row for run, name in increment.pointed if name == key.name and (row := grown.row_of.get(run)) is not None
        }
        rows = np.fromiter(told, np.int32, len(told))
        numbers = np.fromiter(told.values(), np.float64, len(told))
        found[key] = Patch(rows, numbers, np.fromiter(pointed, np.int32, len(pointed)))
    return found


def _new_column(patch: Patch, size: int) -> Column:
    if isinstance(patch.values, list):
        known = {text: code for code, text in enumerate(dict.fromkeys(patch.values))}
        codes = np.fromiter(map(known.__getitem__, patch.values), np.int32, len(patch.values))
        return TextColumn(patch.rows, codes, list(known), size)
    return NumberColumn(patch.rows, patch.values, size)
