"""Min/max envelope of one metric's history: every point counts at every zoom, in a few points per pixel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.pyramid import BLOCK, Pyramid, extremes, make_pyramid

if TYPE_CHECKING:
    from numpy.typing import NDArray


LONG = 200_000
"""More points than these have their extremes kept by blocks."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One history ready to be drawn: finite points `x`, `y` float64[m], x ascending (equal x in their own order).

    `breaks` bool[m] is True where a value that is not finite lies between a point and the one before it (and at the
    first point). `nan_x`, `plus_x`, `minus_x`: where NaN, +inf and -inf lie.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    breaks: NDArray[np.bool_]
    nan_x: NDArray[np.float64]
    plus_x: NDArray[np.float64]
    minus_x: NDArray[np.float64]
    below_x: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    """Where, on a logarithmic scale, values of zero or less lie."""
    left_y: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    """The values of points that lie at zero or less of a logarithmic x."""
    pyramid: Pyramid | None = None
    """For long series."""

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """Least and greatest x (of all points) and y (of finite ones; 0 and 0 when none is), None without points."""
        placed = (self.x, self.nan_x, self.plus_x, self.minus_x, self.below_x)
        ends = [e for a in placed if len(a) for e in (a[0], a[-1])]
        if not ends:
            return None
        y = self.y if self.pyramid is None else np.concatenate([self.pyramid.lows, self.pyramid.highs])
        low, high = (float(y.min()), float(y.max())) if len(y) else (0.0, 0.0)
        return float(min(ends)), float(max(ends)), low, high


def make_series(x: NDArray[np.float64], y: NDArray[np.float64]) -> Series:
    """A series of the points (x, y) float64[n]; sorted by x, stable, when they are not."""
    if len(x) > 1 and np.any(x[1:] < x[:-1]):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    finite = np.isfinite(y)
    if finite.all():
        breaks = np.zeros(len(x), dtype=np.bool_)
        breaks[:1] = True
        none = np.empty(0)
        return Series(x, y, breaks, none, none, none)
    kept = np.flatnonzero(finite)
    breaks = np.ones(len(kept), dtype=np.bool_)
    breaks[1:] = np.diff(kept) > 1
    return Series(x[kept], y[kept], breaks, x[np.isnan(y)], x[y == np.inf], x[y == -np.inf])


def on_log(series: Series, *, log_x: bool, log_y: bool) -> Series:
    """`series` with decadic logarithms in place of x, y or both.

    What has none is kept aside: values of zero or less break the line and go to `below_x`, points at x of zero or
    less to `left_y`; the marks of odd values there have no place and are left out (`off_log` counts them).
    """
    if not log_x and not log_y:
        return series
    x, y, breaks = series.x, series.y, series.breaks
    right, above = (x > 0 if log_x else np.ones(len(x), np.bool_)), (y > 0 if log_y else np.ones(len(y), np.bool_))
    nan_x, plus_x, minus_x = series.nan_x, series.plus_x, series.minus_x
    if log_x:
        nan_x, plus_x, minus_x = (np.log10(a[a > 0]) for a in (nan_x, plus_x, minus_x))
    kept = right & above
    below = x[right & ~above]
    left = y[~right & above]
    if not kept.all():
        # A break stays where it was, also when the point behind it has gone.
        counts = np.cumsum(breaks | ~kept)
        places = np.flatnonzero(kept)
        x, y = x[places], y[places]
        breaks = np.diff(counts[places], prepend=-1) > 0
    return Series(
        np.log10(x) if log_x else x,
        np.log10(y) if log_y else y,
        breaks,
        nan_x,
        plus_x,
        minus_x,
        below_x=np.log10(below) if log_x else below,
        left_y=np.log10(left) if log_y else left,
    )


def off_log(series: Series, *, log_x: bool, log_y: bool) -> tuple[int, int]:
    """How many points of a series have no place on a logarithmic x, and how many of the others none on y."""
    odd = (series.nan_x, series.plus_x, series.minus_x)
    left = series.x <= 0 if log_x else np.zeros(len(series.x), np.bool_)
    beside = int(left.sum()) + (sum(int((a <= 0).sum()) for a in odd) if log_x else 0)
    return beside, int(((series.y <= 0) & ~left).sum()) if log_y else 0


def with_pyramid(series: Series, known: Series | None = None) -> Series:
    """`series` ready for quick pictures when it is long; `known` is the same before points were appended."""
    if len(series.y) <= LONG:
        return series
    same = 0
    if known is not None and known.pyramid is not None and len(known.y) <= len(series.y):
        kept = len(known.y)
        same = kept if np.array_equal(known.y, series.y[:kept], equal_nan=True) else 0
    return replace(series, pyramid=make_pyramid(series.y, known.pyramid if known is not None else None, same))


@dataclass(frozen=True, slots=True, eq=False)
class Polyline:
    """Points to draw, x ascending: `connect` bool[k] says whether a point joins the one after it."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    connect: NDArray[np.bool_]

    def isolated(self) -> NDArray[np.bool_]:
        """bool[k]: points that no line touches; they need a dot."""
        before = np.concatenate([[False], self.connect[:-1]])
        return ~(before | self.connect)


def envelope(series: Series, low: float, high: float, columns: int) -> Polyline:
    """What a picture `columns` pixels wide from x `low` to `high` shows of `series`.

    Up to four points a column are passed through as they are. Beyond that each column keeps its first, least,
    greatest and last value: drawn with a pen of one pixel that equals drawing all of them (Jugel et al., M4, VLDB
    2014); least and greatest stand at the column's middle point. One point beyond each side is kept, so that lines
    leave the picture where they should.
    """
    x = series.x
    first = max(0, int(np.searchsorted(x, low, side="left")) - 1)
    last = min(len(x), int(np.searchsorted(x, high, side="right")) + 1)
    if last - first <= 4 * columns or not high > low:
        return _polyline(series, first, last)
    edges = np.linspace(low, high, columns + 1)
    starts = np.searchsorted(x[first:last], edges, side="left") + first
    starts = np.unique(np.append(starts[starts < last], first))
    ends = np.append(starts[1:], last) - 1
    if series.pyramid is not None and last - first > 4 * BLOCK * columns:
        lows, highs = extremes(series.pyramid, series.y, starts, ends + 1)
    else:
        y = series.y[first:last]
        lows, highs = np.minimum.reduceat(y, starts - first), np.maximum.reduceat(y, starts - first)
    middles = x[(starts + ends) // 2]
    xs = np.stack([x[starts], middles, middles, x[ends]], axis=1)
    ys = np.stack([series.y[starts], lows, highs, series.y[ends]], axis=1)
    connect = np.ones(xs.shape, dtype=np.bool_)
    # A column joins the next one unless a break lies between; inside a column all is one stroke.
    connect[:-1, 3] = ~series.breaks[starts[1:]]
    connect[-1, 3] = False
    kept = np.ones(xs.shape, dtype=np.bool_)
    kept[ends == starts, :3] = False
    return Polyline(xs[kept], ys[kept], connect[kept])


def _polyline(series: Series, first: int, last: int) -> Polyline:
    connect = np.zeros(last - first, dtype=np.bool_)
    connect[:-1] = ~series.breaks[first + 1 : last]
    return Polyline(series.x[first:last], series.y[first:last], connect)


def value_at(series: Series, x: float) -> tuple[float, float] | None:
    """The finite point (x, y) nearest to `x`; of several at the same x the last one."""
    if not len(series.x):
        return None
    place = int(np.searchsorted(series.x, x, side="right"))
    after = min(place, len(series.x) - 1)
    before = max(place - 1, 0)
    nearest = before if abs(series.x[before] - x) <= abs(series.x[after] - x) else after
    nearest = int(np.searchsorted(series.x, series.x[nearest], side="right")) - 1
    return float(series.x[nearest]), float(series.y[nearest])
