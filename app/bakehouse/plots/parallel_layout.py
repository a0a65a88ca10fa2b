"""Where things lie in a parallel-coordinates plot: axes, scale, lanes, and back from a place to what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisLane

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

LEFT, RIGHT = 70.0, 76.0
TITLES = 44.0
LANE_GAP = 34.0
LEGEND = 26.0
_LOWEST_FIRST = (AxisLane.NOT_FINITE, AxisLane.NOT_POSITIVE)
GRAB = 9.0
"""Pixels to either side of an axis within which a press begins a brush."""


@dataclass(frozen=True, slots=True, eq=False)
class ParallelLayout:
    """Places in logical pixels of the widget. `top` and `bottom` bound the scale, `lanes` are the rows below it."""

    width: float
    height: float
    axis_x: tuple[float, ...]
    top: float
    bottom: float
    lanes: Mapping[AxisLane, float] = field(default_factory=dict)

    @property
    def band(self) -> tuple[float, float]:
        """Upper and lower edge of everything that lines reach."""
        lowest = max([self.bottom, *self.lanes.values()])
        return float(floor(self.top - 3.0)), float(ceil(lowest + 3.0))

    @property
    def gap(self) -> float:
        """Pixels between two axes (the whole inner width when there is one)."""
        if len(self.axis_x) < 2:
            return self.width - LEFT - RIGHT
        return self.axis_x[1] - self.axis_x[0]

    def y_of(self, position: float) -> float:
        return self.bottom - position * (self.bottom - self.top)

    def position_at(self, y: float) -> float:
        """The position on the scale at height `y`; beyond 0..1 outside it."""
        return (self.bottom - y) / max(1.0, self.bottom - self.top)

    def heights(self, axis: Axis) -> NDArray[np.float32]:
        """float32[k]: where each run crosses `axis`, lanes included."""
        heights = np.float32(self.bottom) - axis.positions * np.float32(self.bottom - self.top)
        for lane, y in self.lanes.items():
            heights[axis.lanes == lane] = y
        return heights

    def title_at(self, x: float, y: float) -> int | None:
        """The axis whose title lies at (x, y)."""
        if not self.axis_x or y > self.top - 8:
            return None
        index = int(np.argmin([abs(x - a) for a in self.axis_x]))
        return index if abs(x - self.axis_x[index]) <= max(20.0, self.gap / 2) else None

    def axis_at(self, x: float, y: float) -> int | None:
        """The axis that a press at (x, y) takes hold of."""
        upper, lower = self.band
        if not self.axis_x or not upper - 6 <= y <= lower + 6:
            return None
        index = int(np.argmin([abs(x - a) for a in self.axis_x]))
        return index if abs(x - self.axis_x[index]) <= GRAB else None

    def lanes_between(self, first: float, second: float) -> tuple[AxisLane, ...]:
        """The lanes whose neighbourhood heights `first` to `second` (in either order) touch."""
        low, high = min(first, second), max(first, second)
        return tuple(lane for lane, y in self.lanes.items() if low <= y + 10 and high >= y - 10)


def make_layout(
    width: float, height: float, axes: int, lanes: Iterable[AxisLane] = (), *, legend: bool
) -> ParallelLayout:
    """The layout of `axes` axes in a widget of that size; `lanes` below that of missing values."""
    base = height - (LEGEND if legend else 14.0)
    places_of: dict[AxisLane, float] = {}
    for lane in (*(one for one in _LOWEST_FIRST if one in set(lanes)), AxisLane.MISSING):
        places_of[lane] = base - 6.0
        base -= 20.0
    base += 20.0
    bottom = max(TITLES + 20.0, base - 6.0 - LANE_GAP)
    inner = max(10.0, width - LEFT - RIGHT)
    if axes == 1:
        places: tuple[float, ...] = (round(LEFT + inner / 2) + 0.5,)
    else:
        # Whole steps, so that all gaps are alike and the axes stay on pixel centres.
        step = max(1, int(inner // max(1, axes - 1)))
        places = tuple(LEFT + 0.5 + i * step for i in range(axes))
    return ParallelLayout(width, height, places, TITLES, bottom, places_of)
