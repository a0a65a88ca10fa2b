"""What several runs have in common: one value, several values, a range; column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bakehouse.analysis.columns import Column, Floats, Ints, NumberColumn
from bakehouse.domain.columns import (
    DURATION,
    EXPERIMENT,
    START_TIME,
    STATUS,
    USER,
    ColumnKey,
    ColumnKind,
)


@dataclass(frozen=True)
class SharedTexts:
    """A param or tag over the runs: `text` is the one value they share, None when there are several."""

    key: ColumnKey
    text: str | None
    distinct: int
    without: int
    """How many of the runs have no value."""
    low: float | None = None
    high: float | None = None
    """The range where every value is a number."""


@dataclass(frozen=True)
class SharedNumbers:
    """A metric over the runs; the figures are of the finite values, None when there is none."""

    key: ColumnKey
    mean: float | None
    low: float | None
    high: float | None
    without: int
    not_finite: int


@dataclass(frozen=True)
class SharedRuns:
    """Several runs at once."""

    count: int
    missing: int
    """How many of the chosen runs are not in the table (deleted, of another experiment)."""
    statuses: tuple[tuple[str, int], ...]
    users: tuple[tuple[str, int], ...]
    experiments: tuple[tuple[str, int], ...]
    first_start_ms: float
    last_start_ms: float
    """NaN when no run has a start."""
    total_duration_ms: float
    timed: int
    """How many runs have a duration."""
    texts: tuple[SharedTexts, ...]
    numbers: tuple[SharedNumbers, ...]


def shared_runs(
    columns: Mapping[ColumnKey, Column],
    row_of: Mapping[str, int],
    run_ids: Sequence[str],
    check: Callable[[], None] = lambda: None,
) -> SharedRuns:
    """Look at every loaded column over the runs `run_ids`; for a worker thread. `check` is called for each column."""
    known = [row_of[run_id] for run_id in run_ids if run_id in row_of]
    rows = np.fromiter(known, np.int32, len(known))
    texts: list[SharedTexts] = []
    numbers: list[SharedNumbers] = []
    for key in sorted(columns, key=lambda one: one.name):
        check()
        if key.kind is ColumnKind.ATTRIBUTE or key.figure:
            continue
        column = columns[key]
        if isinstance(column, NumberColumn):
            found = _numbers(key, column, rows)
            numbers += [found] if found is not None else []
        else:
            shared = _texts(key, column.codes()[rows], column.categories, column.category_numbers)
            texts += [shared] if shared is not None else []
    starts = _finite(columns.get(START_TIME), rows)
    durations = _finite(columns.get(DURATION), rows)
    return SharedRuns(
        count=len(rows),
        missing=len(run_ids) - len(rows),
        statuses=_counts(columns.get(STATUS), rows),
        users=_counts(columns.get(USER), rows),
        experiments=_counts(columns.get(EXPERIMENT), rows),
        first_start_ms=float(starts.min()) if len(starts) else float("nan"),
        last_start_ms=float(starts.max()) if len(starts) else float("nan"),
        total_duration_ms=float(durations.sum()),
        timed=len(durations),
        texts=tuple(texts),
        numbers=tuple(numbers),
    )


def _texts(key: ColumnKey, codes: Ints, categories: Sequence[str], of_category: Floats) -> SharedTexts | None:
    present = codes[codes >= 0]
    if not len(present):
        return None
    used = np.flatnonzero(np.bincount(present, minlength=len(categories)))
    without = len(codes) - len(present)
    if len(used) == 1:
        return SharedTexts(key, categories[int(used[0])], 1, without)
    values = of_category[used]
    if np.isfinite(values).all():
        return SharedTexts(key, None, len(used), without, float(values.min()), float(values.max()))
    return SharedTexts(key, None, len(used), without)


def _numbers(key: ColumnKey, column: NumberColumn, rows: Ints) -> SharedNumbers | None:
    present = column.present()[rows]
    values = column.numbers()[rows][present]
    if not len(values):
        return None
    finite = values[np.isfinite(values)]
    without = len(rows) - len(values)
    if not len(finite):
        return SharedNumbers(key, None, None, None, without, len(values))
    low, high = float(finite.min()), float(finite.max())
    # Halves keep the sum of values near the greatest floats finite.
    mean = float(finite.mean()) if high < 1e300 and low > -1e300 else float((finite / len(finite)).sum())
    return SharedNumbers(key, mean, low, high, without, len(values) - len(finite))


def _finite(column: Column | None, rows: Ints) -> Floats:
    values = np.empty(0) if column is None else column.numbers()[rows]
    return values[np.isfinite(values)]


def _counts(column: Column | None, rows: Ints) -> tuple[tuple[str, int], ...]:
    """(text, number of runs), the most frequent first; the empty text for runs without one."""
    if column is None or isinstance(column, NumberColumn):
        return ()
    codes = column.codes()[rows]
    found = np.bincount(codes + 1, minlength=len(column.categories) + 1).tolist()
    counted = Counter({("", *column.categories)[place]: number for place, number in enumerate(found) if number})
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
