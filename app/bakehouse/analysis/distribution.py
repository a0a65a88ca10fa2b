"""How the values of a column are spread: counts in bins, and five figures a group."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.axes import Axis

_BINS = (8, 60)
_FOR_ONE_VALUE = 9
_WHISKER = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """`counts` int64[b]: the runs in bins of equal width between positions 0 and 1; `bins` int64[k]: the bin of each
    run, -1 for a run on a lane."""

    counts: NDArray[np.int64]
    bins: NDArray[np.int64]


def histogram(axis: Axis) -> Histogram:
    """One bin a category, from the last to the first. Of numbers as many as the runs bear: twice the cube root of how
    many there are (Rice's rule), 8 to 60; equal values lie in the middle one of nine.
    """
    known = ~np.isnan(axis.positions)
    number = int(np.count_nonzero(known))
    wanted = _FOR_ONE_VALUE if axis.high <= axis.low else min(max(ceil(2 * number ** (1 / 3)), _BINS[0]), _BINS[1])
    bins = np.full(len(axis.positions), -1, np.int64)
    places = axis.positions[known].astype(np.float64)
    if axis.scale is None and axis.categories:
        wanted = len(axis.categories)
        bins[known] = np.rint(places * (wanted - 1)).astype(np.int64) if wanted > 1 else 0
    else:
        bins[known] = np.minimum((places * wanted).astype(np.int64), wanted - 1)
    return Histogram(np.bincount(bins[known], minlength=wanted), bins)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Figures of each of g groups in positions along the axis of values, NaN for a group without a value.

    `low`, `first`, `middle`, `third`, `high` float64[g]: the least and greatest value within one and a half box
    lengths of the box, and the quartiles (Tukey 1977); `counts` int64[g]. `outside` int64[m]: the runs beyond.
    """

    counts: NDArray[np.int64]
    low: NDArray[np.float64]
    first: NDArray[np.float64]
    middle: NDArray[np.float64]
    third: NDArray[np.float64]
    high: NDArray[np.float64]
    outside: NDArray[np.int64]


def boxes(positions: NDArray[np.float32], groups: NDArray[np.int64], count: int) -> Boxes:
    """The figures of `positions` float32[k] (NaN: none) in `groups` int64[k] from 0 to `count` - 1 (-1: in none)."""
    used = np.flatnonzero(~np.isnan(positions) & (groups >= 0))
    order = used[np.lexsort((positions[used], groups[used]))]
    values, of = positions[order].astype(np.float64), groups[order]
    counts = np.bincount(of, minlength=count)
    starts = np.cumsum(counts) - counts
    first, middle, third = (_quantiles(values, starts, counts, share) for share in (0.25, 0.5, 0.75))
    reach = _WHISKER * (third - first)
    inside = (values >= (first - reach)[of]) & (values <= (third + reach)[of])
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    filled = np.flatnonzero(np.bincount(of[inside], minlength=count))
    if len(filled):
        kept, groups_kept = values[inside], of[inside]
        edges = np.searchsorted(groups_kept, filled)
        low[filled], high[filled] = np.minimum.reduceat(kept, edges), np.maximum.reduceat(kept, edges)
    return Boxes(counts, low, first, middle, third, high, order[~inside])


def _quantiles(
    values: NDArray[np.float64], starts: NDArray[np.int64], counts: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    """float64[g]: between neighbours in proportion, as numpy's default does."""
    found = np.full(len(counts), np.nan)
    some = counts > 0
    place = (counts[some] - 1) * share
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, counts[some] - 1)
    part = place - below
    found[some] = values[starts[some] + below] * (1 - part) + values[starts[some] + above] * part
    return found
