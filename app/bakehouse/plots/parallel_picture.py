"""The many lines of a parallel-coordinates plot as images: exact coverage for few runs, density for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import floor, log1p
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from bakehouse.analysis.coverage import line_coverage
from bakehouse.analysis.density import (
    BINS,
    LANES,
    Projection,
    axis_bins,
    bin_rows,
    fine_images,
    pair_bins,
    pair_histogram,
    projection,
)
from bakehouse.plots.parallel_inks import NO_INKS, RunInks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.axes import Axis
    from bakehouse.plots.parallel_layout import ParallelLayout

MOST_LINES = 2000
"""Up to so many runs are drawn line by line, more as a density."""

_DENSITY_COLUMNS = 200
_MANY_PAIRS = 4000
_DENSITY_ROWS = 480
_FINE_LINES = 400
_FEW_PLACES = 40
"""Axes with at most so many occupied bins get sharp lines: there is room between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Where runs cross each axis: `heights` float32[n] an axis in logical pixels, `pairs` int32[n] a gap, and their
    `colours`. `chosen` int[k] are the runs meant, None all of them.
    """

    heights: tuple[NDArray[np.float32], ...]
    pairs: tuple[NDArray[np.int32], ...]
    colours: RunInks = NO_INKS
    chosen: NDArray[np.intp] | None = None

    @property
    def count(self) -> int:
        if self.chosen is not None:
            return len(self.chosen)
        return len(self.heights[0]) if self.heights else 0

    def only(self, mask: NDArray[np.bool_]) -> Crossings:
        """The runs in `mask` bool[n] of those meant; nothing is copied but their places."""
        chosen = np.flatnonzero(mask) if self.chosen is None else self.chosen[mask[self.chosen]]
        return replace(self, chosen=chosen)

    def height(self, axis: int) -> NDArray[np.float32]:
        """float32[k]: of the runs meant."""
        return self.heights[axis] if self.chosen is None else self.heights[axis].take(self.chosen)

    def pair(self, gap: int) -> NDArray[np.int32]:
        """int32[k]: of the runs meant."""
        return self.pairs[gap] if self.chosen is None else self.pairs[gap].take(self.chosen)

    def channels(self) -> tuple[NDArray[np.float32], ...]:
        """float32[k] each: the colours of the runs meant."""
        return self.colours.channels(self.chosen)


def density_pairs(axes: tuple[Axis, ...]) -> tuple[NDArray[np.int32], ...]:
    """int32[k] a gap: the pair of bins of each run, none where the runs are few enough to be drawn one by one."""
    if not axes or len(axes[0].positions) <= MOST_LINES:
        return ()
    return tuple(pair_bins(left, right) for left, right in pairwise(axis_bins(axis) for axis in axes))


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """How lines look. `tones` uint8[256, 3] goes from a single line to a crowd; `by_value` uint8[256, 3], when runs
    have colours of their own, from low to high instead (of red, green and blue it says only that there are some).
    Opacities: `line` of one line where lines are drawn one by one, `faint` and `strong` of one run and of a crowd in a
    density.
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


@lru_cache(maxsize=12)
def _premultiplied(colours: bytes) -> NDArray[np.uint32]:
    """uint32[256 * 256]: the pixel of each opacity (high byte) and each of 256 colours (low byte)."""
    channels = np.frombuffer(colours, dtype=np.uint8).reshape(256, 3).astype(np.uint32)
    opacity = np.arange(256, dtype=np.uint32)[:, None, None]
    red, green, blue = np.moveaxis((channels[None] * opacity + 127) // 255, 2, 0)
    pixels: NDArray[np.uint32] = ((opacity[..., 0] << 24) | (red << 16) | (green << 8) | blue).ravel()
    return pixels


def _mixed_pixels(opacity: NDArray[np.uint16], means: list[NDArray[np.float32]]) -> NDArray[np.uint32]:
    """uint32[rows, columns] from the opacity and the mean red, green and blue (0 to 1) of [columns, rows]."""
    pixels = opacity.astype(np.uint32) << 24
    for shift, mean in zip((16, 8, 0), means, strict=True):
        channel = np.clip(mean, 0, 1) * opacity + np.float32(0.5)
        pixels |= channel.astype(np.uint32) << shift
    return np.ascontiguousarray(pixels.T)


def _is_sparse(used: NDArray[np.intp]) -> bool:
    """Whether both axes of these pairs of bins are so little filled that sharp lines have room."""
    if len(used) > _FEW_PLACES**2:
        return False
    filled = np.zeros((2, BINS), dtype=np.bool_)
    filled[0, used // BINS] = True
    filled[1, used % BINS] = True
    return bool(filled.sum(axis=1).max() <= _FEW_PLACES)


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

    def draw(self, runs: Crossings, ink: Ink, *, live: bool = False, fine: bool = False) -> Iterator[None]:
        """Add `runs`, yielding after each piece of work (about 10 to 20 ms); `live` draws coarser to be quick, `fine`
        at every pixel of the screen though there are many.
        """
        if runs.count == 0:
            return
        parts = [(runs, ink)]
        if runs.colours and ink.by_value is not None:
            known = runs.colours.known()
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
                    yield from self._draw_density(part, gap, part_ink, live, fine)
                yield None

    def is_coarse(self, runs: Crossings) -> bool:
        """Whether `draw` leaves pixels of the screen out for `runs`."""
        upper, lower = self.layout.band
        is_wide = self.layout.gap * self.ratio > _DENSITY_COLUMNS or (lower - upper) * self.ratio > _DENSITY_ROWS
        return is_wide and runs.count > MOST_LINES

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
        left, right = runs.height(gap), runs.height(gap + 1)
        channels = runs.channels() if ink.by_value is not None else ()
        amount, sums = self._coverage(gap, left, right, channels, live=live)
        # Each line covers what is below it by `line`: any order of equal colours gives the same picture.
        strong = np.float32(ink.strong)
        alpha = strong - strong * np.exp(amount * np.float32(np.log1p(-min(ink.line / ink.strong, 0.999))))
        strength = np.log1p(np.maximum(amount - np.float32(1.0), 0)) / np.float32(log1p(ink.crowd))
        self._place(gap, alpha, amount if sums else strength, tuple(sums), ink)

    def _coverage(
        self,
        gap: int,
        left: NDArray[np.float32],
        right: NDArray[np.float32],
        weights: Sequence[NDArray[np.float32]],
        *,
        live: bool = False,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Exact lines between heights, at the screen's pixels or, when `live`, coarser."""
        ratio = 1.0 if live else self.ratio
        upper, lower = self.layout.band
        columns, first = self._columns(gap, ratio)
        if live and len(left) > 150:
            columns = max(24, columns // 2)
        rows = max(1, round((lower - upper) * ratio))
        left, right = ((heights - np.float32(upper)) * np.float32(ratio) for heights in (left, right))
        thickness = max(1.0, 0.75 * ratio)
        # Where pixels are small or lines are many, finer edges are not seen.
        steps = 2 if live or ratio > 1.4 or len(left) > _FINE_LINES else 4
        return line_coverage(left, right, columns, rows, weights, thickness=thickness, first=first, steps=steps)

    def _columns(self, gap: int, ratio: float) -> tuple[int, float]:
        """How many pixels lie between two axes, and how far behind the left axis the first one's middle is."""
        x = self.layout.axis_x[gap] * ratio
        columns = max(1, round((self.layout.axis_x[gap + 1] - self.layout.axis_x[gap]) * ratio))
        return columns, floor(x) + 0.5 - x

    def _draw_density(self, runs: Crossings, gap: int, ink: Ink, live: bool, fine: bool) -> Iterator[None]:
        pairs = runs.pair(gap)
        is_coloured = ink.by_value is not None
        counts, values = runs.colours.sums(pairs, runs.chosen) if is_coloured else (pair_histogram(pairs), [])
        used = np.flatnonzero(counts)
        # A crossing leaves half of a run on its row; one run counts as one where it lies alone.
        whole = np.float32(2.0)
        if not live and _is_sparse(used):
            amount, *sums = self._few_pairs(gap, used, [counts[used], *(one[used] for one in values)])
        elif fine:
            upper, lower = self.layout.band
            rows = round((lower - upper) * self.ratio)
            columns, first = self._columns(gap, self.ratio)
            nodes = bin_rows(*self._scale_rows(upper, self.ratio))
            amount, *sums = yield from fine_images([counts, *values], columns, rows, nodes, first)
            # Small pixels share a crowd among more of them, which shall not make it look thinner.
            whole *= np.float32(max(1.0, rows / min(lower - upper, _DENSITY_ROWS)))
            amount *= whole
            for one in sums:
                one *= whole
        else:
            lines = self._projection(gap)
            every = 3 + len(values) if live else 2 if len(used) > _MANY_PAIRS else 1
            amount, *sums = (lines.image(one, every) * whole for one in (counts, *values))
        strength = np.minimum(np.log1p(amount) / np.float32(log1p(ink.crowd)), np.float32(1.0))
        strength *= np.sqrt(strength)  # the logarithm alone lifts the thin parts until all looks alike
        alpha = np.float32(ink.faint) + strength * np.float32(ink.strong - ink.faint)
        # The soft edge of a single run's line; a whole run is never fainter than `faint`.
        alpha *= np.minimum(amount, np.float32(1.0))
        self._place(gap, alpha, amount if sums else strength, tuple(sums), ink)

    def _few_pairs(
        self, gap: int, used: NDArray[np.int64], weights: list[NDArray[np.float64]]
    ) -> list[NDArray[np.float32]]:
        """A sharp line for each pair of bins, where categories or few distinct values leave only some."""
        rows = bin_rows(*self._scale_rows(0.0, 1.0))
        left, right = rows[used // BINS], rows[used % BINS]
        return self._coverage(gap, left, right, [one.astype(np.float32) for one in weights])[1]

    def _scale_rows(self, origin: float, scale: float) -> tuple[float, float, tuple[float, ...]]:
        """Top and bottom of the scale and the lanes as rows of a picture that begins at height `origin`."""
        layout = self.layout
        lanes = tuple((layout.lanes.get(lane, layout.bottom) - origin) * scale for lane in LANES)
        return (layout.top - origin) * scale, (layout.bottom - origin) * scale, lanes

    def _projection(self, gap: int) -> Projection:
        upper, lower = self.layout.band
        scale = min(1.0, _DENSITY_ROWS / (lower - upper))
        rows = max(2, round((lower - upper) * scale))
        columns, first = self._columns(gap, 1.0)
        if columns > _DENSITY_COLUMNS:
            columns, first = _DENSITY_COLUMNS, 0.5
        return projection(columns, rows, *self._scale_rows(upper, scale), first)

    def _place(
        self,
        gap: int,
        alpha: NDArray[np.float32],
        amount: NDArray[np.float32],
        sums: tuple[NDArray[np.float32], ...],
        ink: Ink,
    ) -> None:
        """Colour the [columns, rows] arrays and lay them into their gap: by the mean `sums` / `amount` of each channel,
        or without `sums` by the strength `amount` from 0 to 1.
        """
        means = [np.divide(one, amount, out=np.zeros_like(alpha), where=amount > 1e-3) for one in sums]
        opacity = (alpha * np.float32(255.0) + np.float32(0.5)).astype(np.uint16)
        if len(means) == 3:
            pixels = _mixed_pixels(opacity, means)
        else:
            colours = ink.tones if not means or ink.by_value is None else ink.by_value
            share = np.clip((means[0] if means else amount) * np.float32(255.0) + np.float32(0.5), 0, 255)
            index = np.ascontiguousarray(((opacity << 8) | share.astype(np.uint16)).T)
            pixels = _premultiplied(colours.tobytes()).take(index)
        height, width = pixels.shape
        picture = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        upper, lower = self.layout.band
        # On whole pixels of the screen nothing has to be resampled.
        left = floor(self.layout.axis_x[gap] * self.ratio) / self.ratio
        wide = self.layout.axis_x[gap + 1] - self.layout.axis_x[gap]
        painter = QPainter(self.image)
        if (width, height) == (round(wide * self.ratio), round((lower - upper) * self.ratio)):
            picture.setDevicePixelRatio(self.ratio)
            painter.drawImage(QPointF(left, round(upper * self.ratio) / self.ratio), picture)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, upper, wide, lower - upper), picture)
        painter.end()
