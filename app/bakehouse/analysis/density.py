"""Density of very many lines between two axes: their 2-D histogram, projected onto pixels by one fixed map.

What the picture between two axes shows depends on the runs only through how many go from each bin of the left axis to
each bin of the right one. 128 bins a scale, and one for each lane, are finer than the eye needs in the crowd that a
density image is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisLane

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

SCALE_BINS = 128
LANES = (AxisLane.MISSING, AxisLane.NOT_FINITE, AxisLane.NOT_POSITIVE)
BINS = SCALE_BINS + len(LANES)
_COLUMNS_A_TURN = 40


def axis_bins(axis: Axis) -> NDArray[np.int32]:
    """int32[k]: the bin of each run; the first and last bin lie on the ends of the scale, so extremes stay in place."""
    bins = np.rint(np.nan_to_num(axis.positions) * (SCALE_BINS - 1)).astype(np.int32)
    for place, lane in enumerate(LANES):
        bins[axis.lanes == lane] = SCALE_BINS + place
    return bins


def pair_bins(left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.int32]:
    """int32[k]: one number for each run's pair of bins on two adjacent axes."""
    pairs: NDArray[np.int32] = left * np.int32(BINS) + right
    return pairs


def pair_histogram(pairs: NDArray[np.int32], weights: NDArray[np.float32] | None = None) -> NDArray[np.float64]:
    """float64[BINS * BINS]: how many runs (or their weights' sum) go along each pair."""
    return np.bincount(pairs, weights=weights, minlength=BINS * BINS).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Where the line of each pair of bins crosses each column: `index` int16[columns, BINS * BINS] of rows."""

    columns: int
    rows: int
    index: NDArray[np.int16]

    def image(self, histogram: NDArray[np.float64], every: int = 1) -> NDArray[np.float32]:
        """float32[columns, rows]: the sum of `histogram` over the lines through each pixel.

        A crossing takes half of its row and a quarter of each neighbour, so that steep lines do not fall apart. Every
        column adds up to the histogram's sum. With `every` above 1 only every so many-th column is made and those
        between are blended from their neighbours: quick, and hard to see in a crowd.
        """
        used = np.flatnonzero(histogram)
        index = self.index[:: max(1, every)]
        if len(used) > 0.6 * len(histogram):
            weights = histogram
        else:
            weights, index = histogram[used], index[:, used]
        out = np.empty((len(index), self.rows))
        for column, places in enumerate(index):
            out[column] = np.bincount(places, weights=weights, minlength=self.rows)
        image = _spread(out)
        return image if every <= 1 else _blended(image, every, self.columns)


def fine_images(
    histograms: Sequence[NDArray[np.float64]], columns: int, rows: int, nodes: NDArray[np.float32], first: float
) -> Generator[None, None, list[NDArray[np.float32]]]:
    """float32[columns, rows] of each histogram as `Projection.image` makes it, at any size and without a map: slower,
    so it pauses every few milliseconds. The first histogram counts, what it lacks the others lack too; `nodes` as
    `bin_rows` gives them.
    """
    used = np.flatnonzero(histograms[0])
    weights = [histogram[used] for histogram in histograms]
    left = np.clip(nodes[used // BINS], 0, rows - 1)
    rise = np.clip(nodes[used % BINS], 0, rows - 1) - left
    images = [np.empty((columns, rows)) for _ in histograms]
    for column in range(columns):
        places = (left + rise * np.float32((column + first) / columns)).astype(np.intp)
        for image, weight in zip(images, weights, strict=True):
            image[column] = np.bincount(places, weights=weight, minlength=rows)[:rows]
        if column % _COLUMNS_A_TURN == 0:
            yield
    return [_spread(image) for image in images]


def _blended(image: NDArray[np.float32], every: int, columns: int) -> NDArray[np.float32]:
    """float32[columns, rows] from each `every`-th column."""
    after = np.concatenate([image[1:], image[-1:]])
    share = (np.arange(every, dtype=np.float32) / np.float32(every))[None, :, None]
    whole: NDArray[np.float32] = image[:, None, :] * (1 - share) + after[:, None, :] * share
    return whole.reshape(-1, image.shape[1])[:columns]


def _spread(image: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each row's value shared with its neighbours as 1:2:1, at the edges kept: no run is lost."""
    spread = image * 0.5
    quarter = image * 0.25
    spread[:, 1:] += quarter[:, :-1]
    spread[:, :-1] += quarter[:, 1:]
    spread[:, 0] += quarter[:, 0]
    spread[:, -1] += quarter[:, -1]
    return spread.astype(np.float32)


def bin_rows(top: float, bottom: float, lanes: tuple[float, ...]) -> NDArray[np.float32]:
    """float32[BINS]: the row of each bin on a scale from `bottom` (low) up to `top` (high) and with rows for LANES."""
    return np.concatenate([np.linspace(bottom, top, SCALE_BINS), lanes]).astype(np.float32)


@lru_cache(maxsize=4)
def projection(
    columns: int, rows: int, top: float, bottom: float, lanes: tuple[float, ...], first: float = 0.5
) -> Projection:
    """The map for a picture of `columns` × `rows` whose scale runs from row `bottom` (low) up to row `top` (high) and
    whose LANES lie at the rows `lanes`; the first column is sampled `first` behind the left axis.
    About 2 bytes × columns × 17,200; kept for the next picture.
    """
    nodes = bin_rows(top, bottom, lanes)
    share = ((np.arange(columns) + first) / columns).astype(np.float32)[:, None, None]
    index = np.empty((columns, BINS * BINS), dtype=np.int16)
    for begin in range(0, columns, 16):
        part = share[begin : begin + 16]
        places = nodes[:, None] * (1 - part) + nodes[None, :] * part
        index[begin : begin + 16] = np.clip(places, 0, rows - 1).reshape(len(part), -1)
    return Projection(columns, rows, index)
