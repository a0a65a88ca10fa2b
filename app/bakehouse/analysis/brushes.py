"""Brushes: what one axis lets through, kept in data values as a filter says it, and where that lies on the axis."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, AxisLane
from bakehouse.analysis.decimals import shortest_between
from bakehouse.analysis.scales import ScaleKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

GREATEST = sys.float_info.max
"""What an infinity is stored as and compares as."""

_HALF_A_SINGLE = 0.1


class Interval(NamedTuple):
    """The numbers from `low` to `high`; both ends belong to it, None is no end."""

    low: float | None = None
    high: float | None = None

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """bool[n]; NaN lies in no interval, an infinity is the greatest float."""
        low = -GREATEST if self.low is None else self.low
        high = GREATEST if self.high is None else self.high
        values = np.clip(values, -GREATEST, GREATEST)
        inside: NDArray[np.bool_] = (values >= low) & (values <= high)
        return inside

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends, infinite where there is none."""
        return -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high


@dataclass(frozen=True, slots=True)
class Brush:
    """Lets a run through when its value lies in one of `intervals`, is one of `categories` (with `excluded`: is any
    other text), or is of a kind that has a lane.
    """

    intervals: tuple[Interval, ...] = ()
    categories: frozenset[str] = frozenset()
    excluded: bool = False
    missing: bool = False
    nan: bool = False
    infinite: tuple[bool, bool] = (False, False)
    """Whether -inf and +inf are let through."""

    @classmethod
    def between(cls, low: float | None, high: float | None) -> Brush:
        """One interval."""
        return cls((Interval(low, high),))

    @property
    def is_empty(self) -> bool:
        """Whether it lets nothing through by what it is."""
        return self == Brush()

    def mask(self, data: AxisData) -> NDArray[np.bool_]:
        """bool[n]: the runs of `data` inside."""
        mask = np.zeros(data.size, dtype=np.bool_)
        if data.codes is not None and data.categories is not None and (self.categories or self.excluded):
            wanted = np.array([(name in self.categories) != self.excluded for name in data.categories], np.bool_)
            mask = np.append(wanted, np.False_)[data.codes]  # the last one serves code -1
        for interval in self.intervals:
            mask |= interval.holds(data.values)
        if self.missing:
            mask |= ~data.present
        if self.nan and data.codes is None:
            mask |= data.present & np.isnan(data.values)
        below, above = self.infinite
        if below:
            mask |= data.values <= -GREATEST
        if above:
            mask |= data.values >= GREATEST
        return mask

    def joined(self, other: Brush) -> Brush:
        """What either lets through."""
        if self.excluded and other.excluded:
            categories = self.categories & other.categories
        elif self.excluded or other.excluded:
            without, with_these = (self, other) if self.excluded else (other, self)
            categories = without.categories - with_these.categories
        else:
            categories = self.categories | other.categories
        return Brush(
            merged(self.intervals + other.intervals),
            categories,
            self.excluded or other.excluded,
            self.missing or other.missing,
            self.nan or other.nan,
            (self.infinite[0] or other.infinite[0], self.infinite[1] or other.infinite[1]),
        )


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The intervals in order, those that touch as one; ones that hold nothing are left out."""
    found: list[Interval] = []
    for one in sorted((i for i in intervals if i.ends[0] <= i.ends[1]), key=lambda i: i.ends):
        if found and one.ends[0] <= found[-1].ends[1]:
            if one.ends[1] > found[-1].ends[1]:
                found[-1] = Interval(found[-1].low, one.high)
        else:
            found.append(one)
    return tuple(found)


def brush_between(axis: Axis, first: float, second: float, lanes: Iterable[AxisLane] = ()) -> Brush | None:
    """The brush over positions `first` to `second` of `axis` (in either order, NaN: nothing of the scale) and over
    `lanes`; None when it covers neither.

    The ends of an interval are the shortest decimals that fall between the last run inside and the first one outside,
    the nearest of them to the place itself; where no run lies outside there is no end.
    """
    brush = _lane_brush(axis, frozenset(lanes))
    low, high = min(first, second), max(first, second)
    if not (np.isnan(first) or np.isnan(second) or high < 0.0 or low > 1.0):
        brush = brush.joined(_scale_brush(axis, low, high))
    return None if brush.is_empty else brush


def _lane_brush(axis: Axis, lanes: frozenset[AxisLane]) -> Brush:
    brush = Brush(missing=AxisLane.MISSING in lanes)
    if AxisLane.NOT_FINITE in lanes:
        values = axis.values[axis.lanes == AxisLane.NOT_FINITE]
        infinite = (bool(np.any(values == -np.inf)), bool(np.any(values == np.inf)))
        brush = replace(brush, nan=bool(np.isnan(values).any()) or infinite == (False, False), infinite=infinite)
    if AxisLane.NOT_POSITIVE in lanes:
        below = bool(np.any(axis.values == -np.inf))
        lowest = axis.values[axis.lanes == AxisLane.NOT_POSITIVE].min(initial=0.0)
        brush = replace(brush, intervals=(Interval(float(lowest) if below else None, 0.0),))
    return brush


def _scale_brush(axis: Axis, low: float, high: float) -> Brush:
    brush = Brush()
    if axis.texts_shown:
        names, places = axis.categories or (), axis.category_positions()
        inside = np.flatnonzero((places >= low) & (places <= high)).tolist()
        brush = Brush(categories=frozenset(names[i] for i in inside))
    first, last = axis.numbers_span
    if axis.numbers_shown and low <= last and high >= first:
        brush = brush.joined(Brush((_interval(axis, max(low, first), min(high, last)),)))
    return brush


def tidied(axis: Axis, brush: Brush) -> Brush:
    """The same brush over the texts of `axis`, told by those inside or by those outside, whichever is shorter."""
    names = frozenset(axis.categories or ()) if axis.texts_shown else frozenset()
    if not names or not (brush.categories or brush.excluded):
        return brush
    inside = names - brush.categories if brush.excluded else names & brush.categories
    outside = names - inside
    unseen = frozenset() if brush.excluded else brush.categories - names
    # Beside numbers NOT IN would let all of these through: it compares their texts.
    if inside and not unseen and not axis.numbers_shown and _length(outside) < _length(inside):
        return replace(brush, categories=outside, excluded=True)
    return replace(brush, categories=inside | unseen, excluded=False)


def _length(names: frozenset[str]) -> int:
    return sum(len(name) + 4 for name in names)


def _interval(axis: Axis, low: float, high: float) -> Interval:
    values, positions = axis.values, axis.positions
    numbers = axis.lanes == AxisLane.SCALE
    if axis.texts_shown:
        bottom, top = axis.numbers_span
        numbers &= (positions >= np.float32(bottom)) & (positions <= np.float32(top))
    inside = values[numbers & (positions >= np.float32(low)) & (positions <= np.float32(high))]
    at_low, at_high = sorted((axis.value_at(low), axis.value_at(high)))
    if not len(inside) and (axis.kind is ScaleKind.CATEGORY or at_low >= at_high):
        return Interval(1.0, 0.0)  # between two categories, or beside a single value, lies nothing
    if axis.kind is ScaleKind.CATEGORY:
        at_low, at_high = float(inside.min()), float(inside.max())
    first, last = (inside.min(), inside.max()) if len(inside) else (at_high, at_low)
    known = values[~np.isnan(values)]
    before, behind = known[known < first], known[known > last]
    bounded = bool(len(before) or len(behind))
    start = end = None
    if len(before) or not bounded:
        before_it = float(before.max(initial=-np.inf))
        start = shortest_between(before_it, float(first), at_low, open_low=True)
    if len(behind) or not bounded:
        behind_it = float(behind.min(initial=np.inf))
        end = shortest_between(float(last), behind_it, at_high, open_low=False)
    return Interval(start, end)


class Span(NamedTuple):
    """One painted piece of a brush on the scale: positions `low` to `high`, and what of the brush it stands for."""

    low: float
    high: float
    piece: Brush


def spans(axis: Axis, brush: Brush) -> list[Span]:
    """The pieces of `brush` that lie on the scale of `axis`, from low to high; neighbouring categories are one."""
    found: list[Span] = []
    if axis.numbers_shown:
        for interval in brush.intervals:
            place = _interval_places(axis, interval)
            if place is not None:
                found.append(Span(*place, Brush((interval,))))
    if axis.texts_shown and (brush.categories or brush.excluded):
        found += _category_spans(axis, brush)
    return sorted(found, key=lambda span: span[:2])


def _interval_places(axis: Axis, interval: Interval) -> tuple[float, float] | None:
    low, high = interval.ends
    if axis.kind is ScaleKind.CATEGORY:
        names = [float(name) for name in axis.categories or ()]
        known = axis.category_positions()
        places = [float(known[i]) for i, value in enumerate(names) if low <= value <= high]
        return (min(places), max(places)) if places else None
    if high < axis.low or low > axis.high or low > high:
        return None
    if axis.high <= axis.low:
        middle = sum(axis.numbers_span) / 2
        return middle - _HALF_A_SINGLE, middle + _HALF_A_SINGLE
    ends = axis.position_of(max(low, axis.low)), axis.position_of(min(high, axis.high))
    return min(ends), max(ends)


def _category_spans(axis: Axis, brush: Brush) -> list[Span]:
    names = axis.categories or ()
    chosen = [(name in brush.categories) != brush.excluded for name in names]
    places = axis.category_positions().tolist()
    found: list[Span] = []
    start: int | None = None
    for place, is_in in enumerate([*chosen, False]):
        if is_in and start is None:
            start = place
        elif not is_in and start is not None:
            piece = Brush(categories=frozenset(names[start:place]))
            ends = places[place - 1], places[start]
            found.append(Span(min(ends), max(ends), piece))
            start = None
    return found


def without_piece(axis: Axis, brush: Brush, piece: Brush) -> Brush:
    """`brush` less one of its spans, or less the lanes of `piece`."""
    categories, excluded = brush.categories, brush.excluded
    if piece.categories:
        names = frozenset(axis.categories or ())
        categories = (names - categories if excluded else categories) - piece.categories
        excluded = False
    return Brush(
        tuple(interval for interval in brush.intervals if interval not in piece.intervals),
        categories,
        excluded,
        brush.missing and not piece.missing,
        brush.nan and not piece.nan,
        (brush.infinite[0] and not piece.infinite[0], brush.infinite[1] and not piece.infinite[1]),
    )


def lanes_of(axis: Axis, brush: Brush) -> dict[AxisLane, Brush]:
    """The lanes that `brush` covers on `axis`, each with its piece."""
    found: dict[AxisLane, Brush] = {}
    if brush.missing:
        found[AxisLane.MISSING] = Brush(missing=True)
    if brush.nan or any(brush.infinite):
        found[AxisLane.NOT_FINITE] = Brush(nan=brush.nan, infinite=brush.infinite)
    if axis.kind is ScaleKind.LOG:
        low_ones = tuple(one for one in brush.intervals if one.ends[0] <= 0.0)
        if low_ones:
            found[AxisLane.NOT_POSITIVE] = Brush(low_ones)
    return found
