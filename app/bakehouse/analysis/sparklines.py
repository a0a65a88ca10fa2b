"""Small curves of a run's metrics: each history reduced to what a few dozen pixels can show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bakehouse.analysis.columns import Floats, Ints
from bakehouse.analysis.envelope import Polyline, envelope, make_series

COLUMNS = 96
"""Into how many columns a long history is reduced: two for each pixel of the narrowest row at twofold scale."""


def make_sparklines(
    keys: list[str], codes: Ints, steps: Floats, values: Floats, check: Callable[[], None] = lambda: None
) -> dict[str, Polyline]:
    """The curves of metrics with several steps; x and y run from 0 to 1.

    `codes` int[n] says which of `keys` a point belongs to; steps and values float64[n] come in the order of writing.
    Each column keeps its first, least, greatest and last value (see `envelope`); values that are not finite are gaps.
    A metric with a single step or without a finite value has none.
    """
    order = np.lexsort((steps, codes))
    codes, steps, values = codes[order], steps[order], values[order]
    ends = np.flatnonzero(np.diff(codes, append=-1)) + 1
    lines: dict[str, Polyline] = {}
    first = 0
    for end in ends.tolist():
        check()
        x, y = steps[first:end], values[first:end]
        if end - first > 1 and x[-1] > x[0] and np.isfinite(y).any():
            lines[keys[int(codes[first])]] = _scaled(x, y)
        first = end
    return lines


def _scaled(x: Floats, y: Floats) -> Polyline:
    series = make_series(x, y)
    line = envelope(series, float(x[0]), float(x[-1]), COLUMNS)
    low, high = float(series.y.min()), float(series.y.max())
    # Half the span each, for values near the greatest floats.
    span = high / 2 - low / 2
    ys = (line.y / 2 - low / 2) / span if span > 0 else np.full(len(line.y), 0.5)
    return Polyline((line.x - x[0]) / (x[-1] - x[0]), ys, line.connect)
