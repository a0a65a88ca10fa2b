"""Where a scatter plot puts things: its inner rectangle, the lanes beside and below it, and which part is visible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bakehouse.analysis.axes import Axis, AxisLane

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEFT, _TOP, _RIGHT, _BOTTOM = 16.0, 34.0, 16.0, 44.0
_LANE = 22.0
_ROOM = 0.03
_CLOSEST = 1e-6
_SPREAD = 0.6
"""How far the runs of one category are strewn, as a share of the way to the next."""

Lanes = tuple[tuple[AxisLane, float], ...]


@dataclass(frozen=True, slots=True)
class View:
    """The visible positions of both axes; 0 to 1 with a little room shows everything."""

    x_low: float = -_ROOM
    x_high: float = 1.0 + _ROOM
    y_low: float = -_ROOM
    y_high: float = 1.0 + _ROOM

    def zoomed(self, x: float, y: float, across: float, up: float) -> View:
        """Keep the point (x, y) of both axes in place and scale the ranges; never closer than doubles can tell."""
        if (self.x_high - self.x_low) * across < _CLOSEST or (self.y_high - self.y_low) * up < _CLOSEST:
            return self
        return View(
            x - (x - self.x_low) * across,
            x + (self.x_high - x) * across,
            y - (y - self.y_low) * up,
            y + (self.y_high - y) * up,
        ).inside()

    def moved(self, x: float, y: float) -> View:
        """Shift by (x, y) in positions."""
        return View(self.x_low + x, self.x_high + x, self.y_low + y, self.y_high + y).inside()

    def inside(self) -> View:
        """The nearest view that shows nothing but what there is."""
        x, y = _kept(self.x_low, self.x_high), _kept(self.y_low, self.y_high)
        return View(*x, *y)

    @property
    def is_whole(self) -> bool:
        return self == View()


@dataclass(frozen=True, slots=True)
class ScatterLayout:
    """Logical pixels. `left_lanes` give the x of runs that lie on a lane of the x axis, `low_lanes` the y."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    left_lanes: Lanes
    low_lanes: Lanes
    view: View
    across_categories: int = 0
    up_categories: int = 0
    """How many categories an axis has that has nothing else: they get room at both ends, like bars do."""

    def x_of(self, position: float) -> float:
        position = float(squeezed(position, self.across_categories))
        share = (position - self.view.x_low) / (self.view.x_high - self.view.x_low)
        return self.left + share * (self.right - self.left)

    def y_of(self, position: float) -> float:
        position = float(squeezed(position, self.up_categories))
        share = (position - self.view.y_low) / (self.view.y_high - self.view.y_low)
        return self.bottom - share * (self.bottom - self.top)

    def position_at(self, x: float, y: float) -> tuple[float, float]:
        """The positions of both axes at a place in the widget."""
        across = (x - self.left) / max(1.0, self.right - self.left)
        up = (self.bottom - y) / max(1.0, self.bottom - self.top)
        view = self.view
        return (
            view.x_low + across * (view.x_high - view.x_low),
            view.y_low + up * (view.y_high - view.y_low),
        )

    def with_view(self, view: View) -> ScatterLayout:
        return replace(self, view=view)

    def places(self, x: Axis, y: Axis) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        """float32[k], float32[k]: where each run lies in the widget; bool[k]: whether that is in sight."""
        view = self.view
        across, seen_across = _along(x, self.left_lanes, self.left, self.right, view.x_low, view.x_high)
        up, seen_up = _along(y, self.low_lanes, self.bottom, self.top, view.y_low, view.y_high)
        return across, up, seen_across & seen_up


def make_layout(width: float, height: float, x: Axis | None, y: Axis | None, view: View) -> ScatterLayout:
    """The layout for these axes in a widget of that size; lanes that no run needs are left out."""
    left_lanes, low_lanes = _lanes(x), _lanes(y)
    left = _LEFT + _LANE * len(left_lanes)
    bottom = height - _BOTTOM - _LANE * len(low_lanes)
    return ScatterLayout(
        width,
        height,
        left,
        max(left + 40.0, width - _RIGHT),
        _TOP,
        max(_TOP + 40.0, bottom),
        tuple((lane, left - _LANE * (place + 0.6)) for place, lane in enumerate(left_lanes)),
        tuple((lane, bottom + _LANE * (place + 0.6)) for place, lane in enumerate(low_lanes)),
        view,
        _categories(x),
        _categories(y),
    )


def squeezed(position: Any, categories: int) -> Any:
    """A position, or an array of them, with half a category's room at both ends of the axis."""
    return position if categories < 2 else (position * (categories - 1) + 0.5) / categories


def _categories(axis: Axis | None) -> int:
    return len(axis.categories or ()) if axis is not None and axis.scale is None else 0


def _lanes(axis: Axis | None) -> list[AxisLane]:
    if axis is None:
        return []
    counts = {
        AxisLane.NOT_POSITIVE: axis.not_positive,
        AxisLane.NOT_FINITE: axis.not_finite,
        AxisLane.MISSING: axis.missing,
    }
    return [lane for lane, count in counts.items() if count]


def _along(
    axis: Axis, lanes: Lanes, start: float, end: float, low: float, high: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    positions = squeezed(axis.positions.astype(np.float64), _categories(axis)) + strewn(axis)
    pixels = start + (positions - low) / (high - low) * (end - start)
    seen = (positions >= low) & (positions <= high)
    spread = _noise(len(positions)) * (_LANE * 0.5)
    for lane, place in lanes:
        on_lane = axis.lanes == lane
        pixels[on_lane] = place + spread[on_lane]
        seen |= on_lane
    return pixels.astype(np.float32), seen


def strewn(axis: Axis) -> NDArray[np.float64]:
    """float64[k]: how far each run is moved along `axis` so that those of one category do not lie on one line."""
    away = np.zeros(len(axis.positions))
    count = len(axis.categories or ())
    if count > 1:
        # Categories stand above the numbers, where there are any.
        on_category = axis.positions >= (axis.texts_from if axis.scale is not None else 0.0) - 1e-6
        gap = (1.0 - axis.texts_from) / (count - 1 if axis.scale is not None else count)
        away[on_category] = _noise(len(away))[on_category] * gap * _SPREAD
    return away


def _noise(count: int) -> NDArray[np.float64]:
    """float64[count] from -0.5 to 0.5, the same at each call and without pattern (golden ratio)."""
    steps: NDArray[np.float64] = np.arange(count, dtype=np.float64) * 0.6180339887498949
    return np.asarray(steps % 1.0 - 0.5, np.float64)


def _kept(low: float, high: float) -> tuple[float, float]:
    span = high - low
    if span >= 1.0 + 2 * _ROOM - _CLOSEST:
        return -_ROOM, 1.0 + _ROOM
    low = min(max(low, -_ROOM), 1.0 + _ROOM - span)
    return low, low + span
