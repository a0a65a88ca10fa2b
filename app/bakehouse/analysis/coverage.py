"""Antialiased coverage of many straight lines between two axes, added up exactly and without an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MARGIN = 4


def line_coverage(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    columns: int,
    rows: int,
    weights: Sequence[NDArray[np.float32]] = (),
    *,
    thickness: float = 1.0,
    first: float = 0.5,
    steps: int = 4,
) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
    """How much of each pixel the lines from `left` to `right` float32[k] cover.

    The ends are rows in pixels, 0 the upper edge; they lie `columns` apart, and the first column is sampled `first`
    behind the left one. Gives float32[columns, rows] and, for each of `weights` float32[k], the same sum with each line
    times its weight. A line counts wholly in each column that it crosses: a column's sum is the sum of the
    lines' vertical thickness. `steps` of a pixel are told apart: four are enough for the eye at a pixel's width.

    A vertical run of pixels is the difference of two steps, so two counts and one running sum draw any number of
    lines; a pen that does not cover would cost about 50 times more in QPainter (see the design page on hazards).
    """
    margin = _MARGIN * steps
    height = rows * steps + 2 * margin
    rise = (right - left).astype(np.float32)
    # A line of this thickness cuts a column in a piece that grows with its slope.
    extent = np.maximum(1, np.rint(np.hypot(1.0, rise / columns) * (thickness * steps))).astype(np.int64)[:, None]
    start = left.astype(np.float32)[:, None] * steps - extent.astype(np.float32) / 2 + (margin + 0.5)
    middles = ((np.arange(columns) + first) / columns).astype(np.float32)
    offsets = np.arange(columns, dtype=np.int64) * height
    size = columns * height
    counts = np.zeros(size, dtype=np.int64)
    sums = [np.zeros(size) for _ in weights]
    piece = max(1, 100_000 // columns)
    edges = np.concatenate([start[:, 0], start[:, 0] + rise * steps])
    is_inside = len(left) > 0 and edges.min() >= 1 and edges.max() + extent.max() < height - 1
    for begin in range(0, len(left), piece):
        part = slice(begin, begin + piece)
        places = np.multiply.outer(rise[part] * steps, middles)
        places += start[part]
        index = places.astype(np.int64)
        ends = index + extent[part]
        if not is_inside:
            np.clip(ends, 0, height - 1, out=ends)
            np.clip(index, 0, height - 1, out=index)
        index += offsets
        ends += offsets
        counts += np.bincount(index.ravel(), minlength=size)
        counts -= np.bincount(ends.ravel(), minlength=size)
        for total, one in zip(sums, weights, strict=True):
            spread = np.repeat(one[part].astype(np.float64), columns)
            total += np.bincount(index.ravel(), weights=spread, minlength=size)
            total -= np.bincount(ends.ravel(), weights=spread, minlength=size)
    inner = slice(margin, margin + rows * steps)
    amount = _summed(counts.reshape(columns, height), inner, steps)
    return amount, [_summed(one.reshape(columns, height), inner, steps) for one in sums]


def _summed(changes: NDArray[np.int64] | NDArray[np.float64], inner: slice, steps: int) -> NDArray[np.float32]:
    fine = np.cumsum(changes, axis=1, dtype=np.float32)[:, inner]
    total = fine[:, 0::steps].copy()
    for k in range(1, steps):
        total += fine[:, k::steps]
    total *= np.float32(1 / steps)
    np.maximum(total, 0.0, out=total)
    return total
