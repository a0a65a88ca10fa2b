"""Brushes: one choice of values per axis, kept in data values, and the runs that it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, AxisLane

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from bakehouse.domain.columns import ColumnKey


@dataclass(frozen=True, slots=True)
class Brush:
    """What one axis lets through: an interval of values (both ends belong to it) or a set of categories, and the
    lanes. Nothing of the scale when `low` and `categories` are None.
    """

    low: float | None = None
    high: float | None = None
    categories: frozenset[str] | None = None
    missing: bool = False
    not_finite: bool = False

    def mask(self, data: AxisData) -> NDArray[np.bool_]:
        """bool[n]: the runs of `data` inside. A brush of another kind (interval on text) lets no value through."""
        mask = np.zeros(data.size, dtype=np.bool_)
        if data.codes is not None and data.categories is not None:
            if self.categories is not None:
                wanted = np.zeros(len(data.categories) + 1, dtype=np.bool_)  # the last one serves code -1
                wanted[: len(data.categories)] = [name in self.categories for name in data.categories]
                mask = wanted[data.codes]
        elif self.low is not None and self.high is not None:
            # A comparison with NaN is false; infinities lie on a lane, not on the scale.
            mask = (data.values >= self.low) & (data.values <= self.high) & np.isfinite(data.values)
        if self.missing:
            mask |= ~data.present
        if self.not_finite:
            mask |= data.lanes() == AxisLane.NOT_FINITE
        return mask


def brush_between(axis: Axis, first: float, second: float, lanes: Iterable[AxisLane] = ()) -> Brush | None:
    """The brush over positions `first` to `second` of `axis` (in either order, NaN: nothing of the scale) and over
    `lanes`; None when it covers neither.
    """
    missing = AxisLane.MISSING in (chosen := frozenset(lanes))
    not_finite = AxisLane.NOT_FINITE in chosen
    low, high = min(first, second), max(first, second)
    if np.isnan(first) or np.isnan(second) or high < 0.0 or low > 1.0:
        return Brush(missing=missing, not_finite=not_finite) if chosen else None
    if axis.categories is not None:
        steps = len(axis.categories) - 1  # the first one lies at the top
        first_inside, last_inside = ceil((1.0 - min(high, 1.0)) * steps), floor((1.0 - max(low, 0.0)) * steps)
        if steps <= 0:
            first_inside, last_inside = (0, steps) if low <= 0.5 <= high else (0, -1)
        inside = frozenset(axis.categories[first_inside : last_inside + 1])
        return Brush(categories=inside, missing=missing, not_finite=not_finite)
    if axis.high <= axis.low:  # one distinct value in the middle: above or below it nothing lies
        if low <= 0.5 <= high:
            return Brush(axis.low, axis.high, None, missing, not_finite)
        return Brush(missing=missing, not_finite=not_finite) if chosen else None
    return Brush(axis.value_at(low), axis.value_at(high), None, missing, not_finite)


def brush_extent(axis: Axis, brush: Brush) -> tuple[float, float] | None:
    """The positions (low, high) that `brush` covers on `axis`, None when it lies wholly outside the scale."""
    if axis.categories is not None:
        if not brush.categories:
            return None
        places = [axis.category_position(i) for i, c in enumerate(axis.categories) if c in brush.categories]
        return (min(places), max(places)) if places else None
    if brush.low is None or brush.high is None or brush.high < axis.low or brush.low > axis.high:
        return None
    if axis.high <= axis.low:
        return 0.4, 0.6
    return axis.position_of(brush.low), axis.position_of(brush.high)


def combined_mask(
    axes: Iterable[AxisData], brushes: Mapping[ColumnKey, Brush], size: int, *, without: ColumnKey | None = None
) -> NDArray[np.bool_]:
    """bool[size]: the runs inside every brush (`without` one axis), all when there is none."""
    mask = np.ones(size, dtype=np.bool_)
    for data in axes:
        brush = brushes.get(data.key)
        if brush is not None and data.key != without:
            mask &= brush.mask(data)
    return mask
