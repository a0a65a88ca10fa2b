"""Which points lie inside a drawn outline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def inside_polygon(x: NDArray[Any], y: NDArray[Any], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """bool[n]: which points (x, y) lie inside the closed polygon `corners` float64[m, 2], by the even-odd rule.

    Points outside the polygon's bounding box cost nothing but that comparison.
    """
    inside = np.zeros(len(x), np.bool_)
    if len(corners) < 3:
        return inside
    low, high = corners.min(axis=0), corners.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    at_x, at_y = np.asarray(x[near], np.float64), np.asarray(y[near], np.float64)
    odd = np.zeros(len(near), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (at_y >= min(y1, y2)) & (at_y < max(y1, y2))
        odd ^= crosses & (at_x < x1 + (at_y - y1) * ((x2 - x1) / (y2 - y1)))
    inside[near] = odd
    return inside
