"""Least and greatest values of blocks of a long series, so that a picture of all of it reads a fraction of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 64
"""Points a block: two values for each make 3 % of the points' own memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """`lows` and `highs` float64[ceil(n / BLOCK)] of n finite values in their order."""

    lows: NDArray[np.float64]
    highs: NDArray[np.float64]


def make_pyramid(values: NDArray[np.float64], known: Pyramid | None = None, same: int = 0) -> Pyramid:
    """The pyramid of `values` float64[n]; of `known` the blocks of the first `same` values are taken over."""
    kept = 0 if known is None else min(same // BLOCK, len(known.lows))
    starts = np.arange(kept * BLOCK, len(values), BLOCK)
    if not len(starts):
        return Pyramid(np.empty(0), np.empty(0)) if known is None else Pyramid(known.lows[:kept], known.highs[:kept])
    lows, highs = (f.reduceat(values, starts) for f in (np.minimum, np.maximum))
    if known is not None and kept:
        lows, highs = np.concatenate([known.lows[:kept], lows]), np.concatenate([known.highs[:kept], highs])
    return Pyramid(lows, highs)


def extremes(
    pyramid: Pyramid, values: NDArray[np.float64], starts: NDArray[np.intp], ends: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """float64[k] twice: the least and greatest of `values[starts[i]:ends[i]]`, no range empty, exactly."""
    first, last = -(-starts // BLOCK), ends // BLOCK
    lows = _of_ranges(np.minimum, pyramid.lows, first, last, np.inf)
    highs = _of_ranges(np.maximum, pyramid.highs, first, last, -np.inf)
    # What sticks out of whole blocks at either side; of a range inside one or two blocks all of it.
    covered = last > first
    left_end = np.where(covered, first * BLOCK, ends)
    right_start = np.where(covered, last * BLOCK, ends)
    for begins, stops in ((starts, left_end), (right_start, ends)):
        offsets = np.arange(int((stops - begins).max(initial=0)))
        places = begins[:, None] + offsets
        inside = places < stops[:, None]
        taken = values[np.minimum(places, len(values) - 1)]
        lows = np.minimum(lows, np.where(inside, taken, np.inf).min(axis=1, initial=np.inf))
        highs = np.maximum(highs, np.where(inside, taken, -np.inf).max(axis=1, initial=-np.inf))
    return lows, highs


def _of_ranges(
    figure: np.ufunc,
    values: NDArray[np.float64],
    starts: NDArray[np.intp],
    ends: NDArray[np.intp],
    neutral: float,
) -> NDArray[np.float64]:
    result = np.full(len(starts), neutral)
    some = ends > starts
    bounds = np.stack([starts[some], ends[some]], axis=1).ravel()
    if len(bounds):
        # Every second piece is a range, the others lie between ranges; none begins behind the last value.
        within = bounds[:-1] if bounds[-1] >= len(values) else bounds
        result[some] = figure.reduceat(values, within)[::2]
    return result
