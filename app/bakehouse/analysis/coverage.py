"""Antialiased coverage of many straight lines between two axes, added up exactly and without an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUB = 4  # rows of a pixel: four steps of antialiasing are enough at one pixel's width
_MARGIN = 4 * _SUB


def line_coverage(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    columns: int,
    rows: int,
    weights: NDArray[np.float32] | None = None,
    thickness: float = 1.0,
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """How much of each pixel the lines from `left` to `right` float32[k] cover.

    The ends are rows in pixels, 0 the upper edge, at the left and right edge of `columns`. Gives float32[columns,
    rows] and, when `weights` float32[k] are given, the same sum with each line times its weight. A line counts
    wholly in each column that it crosses: a column's sum is the sum of the lines' vertical thickness.

    A vertical run of pixels is the difference of two steps, so two counts and one running sum draw any number of
    lines; a pen that does not cover would cost about 50 times more in QPainter (see the design page on hazards).
    """
    height = rows * _SUB + 2 * _MARGIN
    rise = (right - left).astype(np.float32)
    # A line of this thickness cuts a column in a piece that grows with its slope.
    extent = np.maximum(1, np.rint(np.hypot(1.0, rise / columns) * (thickness * _SUB))).astype(np.int64)[:, None]
    start = left.astype(np.float32)[:, None] * _SUB - extent.astype(np.float32) / 2 + (_MARGIN + 0.5)
    middles = ((np.arange(columns) + 0.5) / columns).astype(np.float32)
    offsets = np.arange(columns, dtype=np.int64) * height
    counts = np.zeros(columns * height, dtype=np.int64)
    sums = None if weights is None else np.zeros(columns * height)
    step = max(1, 1_000_000 // columns)
    for first in range(0, len(left), step):
        part = slice(first, first + step)
        places = np.multiply.outer(rise[part] * _SUB, middles)
        places += start[part]
        index = places.astype(np.int64)
        ends = np.clip(index + extent[part], 0, height - 1)
        np.clip(index, 0, height - 1, out=index)
        index += offsets
        ends += offsets
        counts += np.bincount(index.ravel(), minlength=len(counts))
        counts -= np.bincount(ends.ravel(), minlength=len(counts))
        if sums is not None and weights is not None:
            spread = np.repeat(weights[part].astype(np.float64), columns)
            sums += np.bincount(index.ravel(), weights=spread, minlength=len(counts))
            sums -= np.bincount(ends.ravel(), weights=spread, minlength=len(counts))
    return _summed(counts, columns, rows), None if sums is None else _summed(sums, columns, rows)


def _summed(steps: NDArray[np.int64] | NDArray[np.float64], columns: int, rows: int) -> NDArray[np.float32]:
    fine = np.cumsum(steps.reshape(columns, -1), axis=1, dtype=np.float32)
    fine = fine[:, _MARGIN : _MARGIN + rows * _SUB]
    total = fine[:, 0::_SUB] + fine[:, 1::_SUB]
    for k in range(2, _SUB):
        total += fine[:, k::_SUB]
    total *= np.float32(1 / _SUB)
    np.maximum(total, 0.0, out=total)
    return total
