"""What of a history's lines lies under the pointer: the nearest line, and every line's value at one x."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from bakehouse.analysis.envelope import Polyline, Series, value_at
from bakehouse.analysis.ragged import Ragged
from bakehouse.plots.history_window import Curve, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COPIED_AT_MOST = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A point (x, y) of each of some lines; `places` intp[k] says which."""

    places: NDArray[np.intp]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


class LineValues:
    """Finds the point of each line that is nearest to an x, of thousands of lines in a fraction of a millisecond."""

    def __init__(self, series: Sequence[Series]) -> None:
        self._series = [(place, one) for place, one in enumerate(series) if len(one.x)]
        self._places = np.array([place for place, _ in self._series], np.intp)
        self._x: Ragged | None = None
        self._y = np.empty(0)
        if sum(len(one.x) for _, one in self._series) <= _COPIED_AT_MOST and self._series:
            self._x = Ragged.of([one.x for _, one in self._series])
            self._y = np.concatenate([one.y for _, one in self._series])

    def at(self, x: float) -> Points:
        """As `value_at` of each line that has points."""
        lines = self._x
        if lines is None:
            found = [value_at(one, x) or (np.nan, np.nan) for _, one in self._series]
            pairs = np.array(found, np.float64).reshape(-1, 2)
            return Points(self._places, pairs[:, 0], pairs[:, 1])
        place = lines.first(x, beyond=True)
        after, before = np.minimum(place, lines.ends - 1), np.maximum(place - 1, lines.starts)
        near_before = np.abs(lines.values[before] - x) <= np.abs(lines.values[after] - x)
        nearest = lines.values[np.where(near_before, before, after)]
        last = lines.first(nearest, beyond=True) - 1
        return Points(self._places, nearest, self._y[last])


class DrawnLines:
    """The lines of one picture, for the question which of them passes where the pointer is."""

    def __init__(self, drawn: Mapping[int, Polyline], curves: Sequence[Curve], window: Window) -> None:
        kept = [(place, line) for place, line in sorted(drawn.items()) if place < len(curves) and len(line.x)]
        self._window = window
        self._places = np.array([place for place, _ in kept], np.intp)
        self._axes = np.array([curves[place].axis for place, _ in kept], np.intp)
        self._x = Ragged.of([line.x for _, line in kept])
        self._y = np.concatenate([line.y for _, line in kept]) if kept else np.empty(0)
        self._joins = np.concatenate([line.connect for _, line in kept]) if kept else np.empty(0, np.bool_)

    def nearest(self, at: QPointF, reach: float) -> int | None:
        """The place of the line that passes within `reach` pixels, the nearest one; None where none does.

        Only points about as near as that along x become pixels: of a million points there are some thousand.
        """
        window = self._window
        first = np.maximum(self._x.first(window.x_at(at.x() - reach)) - 1, self._x.starts)
        last = np.minimum(self._x.first(window.x_at(at.x() + reach), beyond=True) + 1, self._x.ends)
        counts = np.maximum(last - first, 0)
        total = int(counts.sum())
        if not total:
            return None
        points = np.arange(total) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        dx, dy = window.x_pixels(self._x.values[points]) - at.x(), self._heights(points, counts) - at.y()
        distance = np.hypot(dx, dy)
        joined = self._joins[points] & (points + 1 < np.repeat(last, counts))
        begins = np.flatnonzero(joined)
        if len(begins):
            distance[begins] = np.minimum(distance[begins], _to_segments(dx, dy, begins))
        best = int(distance.argmin())
        if distance[best] > reach:
            return None
        return int(self._places[np.searchsorted(np.cumsum(counts), best, side="right")])

    def _heights(self, points: NDArray[np.intp], counts: NDArray[np.intp]) -> NDArray[np.float64]:
        """float64[n]: the y pixels of some points, each against its line's axis."""
        values = self._y[points]
        heights = self._window.y_pixels(values)
        axes = np.repeat(self._axes, counts)
        for axis in range(1, len(self._window.other_y) + 1):
            heights[axes == axis] = self._window.on(axis).y_pixels(values[axes == axis])
        return heights


def _to_segments(dx: NDArray[np.float64], dy: NDArray[np.float64], begins: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64[k]: from the origin to each segment that begins at one of these points and ends at the next."""
    x, y = dx[begins], dy[begins]
    along_x, along_y = dx[begins + 1] - x, dy[begins + 1] - y
    length = np.maximum(along_x * along_x + along_y * along_y, 1e-12)
    share = np.clip(-(x * along_x + y * along_y) / length, 0.0, 1.0)
    return np.hypot(x + share * along_x, y + share * along_y)
