"""The many lines of a parallel-coordinates plot as images: exact coverage for few runs, density for many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log1p
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from bakehouse.analysis.axes import AxisLane
from bakehouse.analysis.coverage import line_coverage
from bakehouse.analysis.density import (
    BINS,
    Projection,
    axis_bins,
    bin_rows,
    pair_bins,
    pair_histogram,
    projection,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.axes import Axis
    from bakehouse.plots.parallel_layout import ParallelLayout

MOST_LINES = 2000
"""Up to so many runs are drawn line by line, more as a density."""

_LIVE_SAMPLES = 350_000
_DENSITY_COLUMNS = 160
_DENSITY_ROWS = 480
_FEW_PLACES = 40
"""Axes with at most so many occupied bins get sharp lines: there is room between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Where k runs cross each axis: `heights` float32[k] an axis in logical pixels, `pairs` int32[k] a gap, and
    `colours` float32[k] from 0 to 1 (NaN: none) or None.
    """

    heights: tuple[NDArray[np.float32], ...]
    pairs: tuple[NDArray[np.int32], ...]
    colours: NDArray[np.float32] | None

    @property
    def count(self) -> int:
        return len(self.heights[0]) if self.heights else 0

    def only(self, mask: NDArray[np.bool_]) -> Crossings:
        """The runs in `mask` bool[k]."""
        return Crossings(
            tuple(h[mask] for h in self.heights),
            tuple(p[mask] for p in self.pairs),
            None if self.colours is None else self.colours[mask],
        )


def crossings(layout: ParallelLayout, axes: tuple[Axis, ...], colours: NDArray[np.float32] | None) -> Crossings:
    """All runs of `axes`; density pairs are made only when there are more than MOST_LINES."""
    heights = tuple(layout.heights(axis) for axis in axes)
    if heights and len(heights[0]) <= MOST_LINES:
        return Crossings(heights, (), colours)
    bins = [axis_bins(axis) for axis in axes]
    pairs = tuple(pair_bins(a, b) for a, b in pairwise(bins))
    return Crossings(heights, pairs, colours)


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """How lines look. `tones` uint8[256, 3] goes from a single line to a crowd; `by_value` uint8[256, 3], when runs
    have colour values, from low to high instead. Opacities: `line` of one line where lines are drawn one by one,
    `faint` and `strong` of one run and of a crowd in a density.
    """

    tones: NDArray[np.uint8]
    by_value: NDArray[np.uint8] | None
    line: float
    faint: float
    strong: float
    crowd: int
    """How many runs on one spot make a crowd."""


def tone_map(single: QColor, crowd: QColor) -> NDArray[np.uint8]:
    """uint8[256, 3] from one colour to the other."""
    ends = np.array([[c.red(), c.green(), c.blue()] for c in (single, crowd)], dtype=np.float64)
    share = np.linspace(0.0, 1.0, 256)[:, None]
    tones: NDArray[np.uint8] = np.rint(ends[0] * (1 - share) + ends[1] * share).astype(np.uint8)
    return tones


class Layer:
    """A transparent image of the whole plot at the screen's own pixels, filled gap by gap."""

    def __init__(self, layout: ParallelLayout, ratio: float) -> None:
        self.layout = layout
        self.ratio = ratio
        self.image = QImage(
            max(1, round(layout.width * ratio)),
            max(1, round(layout.height * ratio)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        self.image.setDevicePixelRatio(ratio)
        self.image.fill(Qt.GlobalColor.transparent)

    def draw(self, runs: Crossings, ink: Ink, *, live: bool = False) -> Iterator[None]:
        """Add `runs`, yielding after each piece of work (about 10 to 20 ms); `live` draws coarser to be quick."""
        if runs.count == 0:
            return
        parts = [(runs, ink)]
        if runs.colours is not None and ink.by_value is not None:
            known = np.isfinite(runs.colours)
            if not known.all():  # Runs without a value of the colour column lie below, in the plain colour.
                plain = Ink(ink.tones, None, ink.line, ink.faint, ink.strong, ink.crowd)
                parts = [(runs.only(~known), plain), (runs.only(known), ink)]
        for part, part_ink in parts:
            if part.count == 0:
                continue
            for gap in range(len(self.layout.axis_x) - 1):
                if part.count <= MOST_LINES:
                    self._draw_lines(part, gap, part_ink, live)
                else:
                    self._draw_density(part, gap, part_ink, live)
                yield None

    def draw_selected(self, runs: Crossings, colours: list[QColor], width: float) -> None:
        """Each run as one line of its own colour on top of everything (few runs: QPainter draws these)."""
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in reversed(range(runs.count)):
            painter.setPen(QPen(colours[index], width))
            painter.drawPolyline(self.polyline(runs, index))
        painter.end()

    def polyline(self, runs: Crossings, index: int) -> QPolygonF:
        """The line of one run."""
        pairs = zip(self.layout.axis_x, runs.heights, strict=True)
        return QPolygonF([QPointF(x, float(heights[index])) for x, heights in pairs])

    def _draw_lines(self, runs: Crossings, gap: int, ink: Ink, live: bool) -> None:
        weights = runs.colours if ink.by_value is not None else None
        columns = None
        if live:
            gaps = len(self.layout.axis_x) - 1
            columns = max(24, _LIVE_SAMPLES // max(1, runs.count * gaps))
        amount, sums = self._coverage(gap, runs.heights[gap], runs.heights[gap + 1], weights, columns)
        # Each line covers what is below it by `line`: any order of equal colours gives the same picture.
        strong = np.float32(ink.strong)
        alpha = strong - strong * np.exp(amount * np.float32(np.log1p(-min(ink.line / ink.strong, 0.999))))
        strength = np.log1p(np.maximum(amount - np.float32(1.0), 0)) / np.float32(log1p(ink.crowd))
        self._place(gap, alpha, amount if sums is not None else strength, sums, ink)

    def _coverage(
        self,
        gap: int,
        left: NDArray[np.float32],
        right: NDArray[np.float32],
        weights: NDArray[np.float32] | None,
        columns: int | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Exact lines between heights, at the screen's pixels or, when `columns` bounds the work, coarser."""
        ratio = np.float32(self.ratio if columns is None else 1.0)
        upper, lower = self.layout.band
        x, end = self.layout.axis_x[gap], self.layout.axis_x[gap + 1]
        wide = max(1, round((end - x) * float(ratio)))
        rows = max(1, round((lower - upper) * float(ratio)))
        above = np.float32(upper)
        wide = wide if columns is None else min(wide, columns)
        thickness = max(1.0, 0.75 * float(ratio))
        return line_coverage((left - above) * ratio, (right - above) * ratio, wide, rows, weights, thickness)

    def _draw_density(self, runs: Crossings, gap: int, ink: Ink, live: bool) -> None:
        pairs = runs.pairs[gap]
        counts = pair_histogram(pairs)
        values = pair_histogram(pairs, runs.colours) if ink.by_value is not None else None
        used = np.flatnonzero(counts)
        few = max(len(np.unique(used // BINS)), len(np.unique(used % BINS))) <= _FEW_PLACES
        if few and not live:
            amount, sums = self._few_pairs(gap, used, counts[used], None if values is None else values[used])
        else:
            lines = self._projection()
            every = (3 if values is None else 4) if live else 1
            # A crossing leaves half of a run on its row; one run counts as one where it lies alone.
            amount = lines.image(counts, every) * np.float32(2.0)
            sums = None if values is None else lines.image(values, every) * np.float32(2.0)
        strength = np.minimum(np.log1p(amount) / np.float32(log1p(ink.crowd)), np.float32(1.0))
        strength *= np.sqrt(strength)  # the logarithm alone lifts the thin parts until all looks alike
        alpha = np.float32(ink.faint) + strength * np.float32(ink.strong - ink.faint)
        # The soft edge of a single run's line; a whole run is never fainter than `faint`.
        alpha *= np.minimum(amount, np.float32(1.0))
        self._place(gap, alpha, amount if sums is not None else strength, sums, ink)

    def _few_pairs(
        self, gap: int, used: NDArray[np.int64], counts: NDArray[np.float64], values: NDArray[np.float64] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """A sharp line for each pair of bins, where categories or few distinct values leave only some."""
        rows = bin_rows(*self._scale_rows(0.0, 1.0))
        left, right = rows[used // BINS], rows[used % BINS]
        amount, _ = self._counted(gap, left, right, counts)
        return amount, None if values is None else self._counted(gap, left, right, values)[0]

    def _counted(
        self, gap: int, left: NDArray[np.float32], right: NDArray[np.float32], counts: NDArray[np.float64]
    ) -> tuple[NDArray[np.float32], None]:
        _, sums = self._coverage(gap, left, right, counts.astype(np.float32))
        assert sums is not None
        return sums, None

    def _scale_rows(self, origin: float, scale: float) -> tuple[float, float, float, float]:
        """Top and bottom of the scale and both lanes as rows of a picture that begins at height `origin`."""
        layout = self.layout
        missing = layout.lanes.get(AxisLane.MISSING, layout.bottom)
        places = (layout.top, layout.bottom, missing, layout.lanes.get(AxisLane.NOT_FINITE, missing))
        top, bottom, missing, not_finite = ((y - origin) * scale for y in places)
        return top, bottom, missing, not_finite

    def _projection(self) -> Projection:
        upper, lower = self.layout.band
        scale = min(1.0, _DENSITY_ROWS / (lower - upper))
        rows = max(2, round((lower - upper) * scale))
        columns = int(min(_DENSITY_COLUMNS, max(24, self.layout.gap)))
        return projection(columns, rows, *self._scale_rows(upper, scale))

    def _place(
        self,
        gap: int,
        alpha: NDArray[np.float32],
        amount: NDArray[np.float32],
        sums: NDArray[np.float32] | None,
        ink: Ink,
    ) -> None:
        """Colour the [columns, rows] arrays and lay them into their gap: by the mean value `sums` / `amount`, or
        without `sums` by the strength `amount` from 0 to 1.
        """
        if sums is not None and ink.by_value is not None:
            share = np.divide(sums, amount, out=np.zeros_like(alpha), where=amount > 1e-3)
            colours = ink.by_value
        else:
            share, colours = amount, ink.tones
        share = np.clip(share * np.float32(255.0) + np.float32(0.5), 0, 255)
        index = np.ascontiguousarray(share.astype(np.uint8).T)
        alpha = np.ascontiguousarray(alpha.T)
        pixels = np.empty((*alpha.shape, 4), dtype=np.uint8)
        for channel in range(3):
            pixels[..., 2 - channel] = colours[:, channel][index] * alpha + np.float32(0.5)
        pixels[..., 3] = alpha * np.float32(255) + np.float32(0.5)
        height, width = alpha.shape
        picture = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        upper, lower = self.layout.band
        x, end = self.layout.axis_x[gap], self.layout.axis_x[gap + 1]
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(x, upper, end - x, lower - upper), picture)
        painter.end()
