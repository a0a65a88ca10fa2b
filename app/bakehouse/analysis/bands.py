"""Runs of a group as one line: their mean, and a band around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.envelope import Series, make_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PLACES = 2_000


class BandKind(StrEnum):
    """What a band reaches over."""

    RANGE = "range"
    DEVIATION = "deviation"


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """At `x` float64[m], ascending: the mean of a group's runs, and `low` to `high` around it."""

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def series(self) -> Series:
        """The mean as a line."""
        return make_series(self.x, self.mean)


def make_band(members: Sequence[Series], kind: BandKind) -> Band:
    """The mean of `members` and its band: least to greatest, or one standard deviation (of all members) each way.

    Runs seldom log at the same steps. At every x that a member has, the others are interpolated linearly, but never
    beyond their own ends nor across a gap of NaN; only members that have a value there count. Of several values at
    one x the last one counts. More than 2,000 different x are thinned to as many evenly spaced places.
    """
    with_points = [series for series in members if len(series.x)]
    if not with_points:
        none = np.empty(0)
        return Band(none, none, none, none)
    x = np.unique(np.concatenate([series.x for series in with_points]))
    if len(x) > MOST_PLACES:
        x = np.linspace(x[0], x[-1], MOST_PLACES)
    table = np.stack([_at(series, x) for series in with_points])
    known = np.isfinite(table)
    counts = known.sum(axis=0)
    kept = counts > 0
    x, table, known, counts = x[kept], table[:, kept], known[:, kept], counts[kept]
    mean = np.where(known, table / counts, 0.0).sum(axis=0)
    if kind is BandKind.RANGE:
        low = np.where(known, table, np.inf).min(axis=0)
        high = np.where(known, table, -np.inf).max(axis=0)
    else:
        away = np.where(known, table - mean, 0.0)
        greatest = np.maximum(np.abs(away).max(axis=0), np.finfo(np.float64).tiny)
        deviation = np.sqrt(((away / greatest) ** 2).sum(axis=0) / counts) * greatest
        low, high = mean - deviation, mean + deviation
    return Band(x, mean, low, high)


def _at(series: Series, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[m]: the values of `series` at `x`, NaN beyond its ends and inside its gaps."""
    last = np.append(np.flatnonzero(np.diff(series.x) > 0), len(series.x) - 1)
    own_x, own_y = series.x[last], series.y[last]
    values: NDArray[np.float64] = np.interp(x, own_x, own_y, left=np.nan, right=np.nan)
    if len(own_x) > 1 and series.breaks[1:].any():
        broken = np.logical_or.reduceat(series.breaks, np.append(0, last[:-1] + 1))
        after = np.searchsorted(own_x, x, side="left")
        between = (after > 0) & (after < len(own_x))
        between[between] = own_x[after[between]] != x[between]
        between[between] = broken[after[between]]
        values[between] = np.nan
    return values
