"""The three layers of lines in a parallel-coordinates plot and the order in which they are drawn, piece by piece."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainter

from bakehouse.plots.parallel_layout import make_layout
from bakehouse.plots.parallel_picture import MOST_LINES, Crossings, Ink, Layer, tone_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QImage

    from bakehouse.plots.parallel_layout import ParallelLayout
    from bakehouse.plots.parallel_runs import ParallelRuns
    from bakehouse.plots.point_colours import PointColours
    from bakehouse.theme import Theme

_TURN_S = 0.016


class ParallelLayers(QObject):
    """Owns the pictures: `ground` (all runs, faint, while something is brushed), `top` (the brushed runs, or all) and
    `selected`. Used by ParallelPlot on the GUI thread; draws in turns of the event loop of at most about 40 ms, so
    that nothing waits for a hundred thousand runs.
    """

    changed = Signal()
    finished = Signal()

    MOST_SELECTED: ClassVar[int] = 300
    """So many selected runs are drawn in their own colour; past that the selection is not told apart."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs = Crossings((), ())
        self.legend: PointColours | None = None
        """What the colours of the runs mean."""
        self._layout = make_layout(1, 1, 0, legend=False)
        self._ratio = 1.0
        self._theme: Theme | None = None
        self._mask: NDArray[np.bool_] | None = None
        self._ground: Layer | None = None
        self._top: Layer | None = None
        self._selected: Layer | None = None
        self._ground_due = False
        """Whether the ground is still to be drawn, or drawn anew."""
        self._grows = False
        """Whether a picture that is being drawn is in sight meanwhile."""
        self._work: list[Iterator[None]] = []
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._take_turn)

    def begin(
        self,
        layout: ParallelLayout,
        runs: ParallelRuns,
        theme: Theme,
        ratio: float,
        *,
        keep: bool = False,
    ) -> None:
        """Draw everything anew: other runs, axes, size or colours.

        With `keep` (the same axes, other runs) the pictures stay in sight until those that take their place are whole.
        """
        stays = keep and (layout.axis_x, layout.band) == (self._layout.axis_x, self._layout.band)
        if not stays or ratio != self._ratio:
            self._ground = self._top = self._selected = None
        self._ground_due = True
        self._layout, self._theme, self._ratio = layout, theme, ratio
        heights = tuple(layout.heights(axis) for axis in runs.axes)
        colours, self.legend = runs.colours(theme)
        self.runs = Crossings(heights, runs.pairs, colours)
        self._mask = None
        self._work.clear()

    def show(self, mask: NDArray[np.bool_] | None, *, live: bool) -> None:
        """Draw the runs in `mask` bool[k] (None: all) on top; `live`: at once and coarser, for a brush in motion."""
        if self._theme is None:
            return
        self._mask, self._grows = mask, False
        self._work.clear()
        layer = Layer(self._layout, self._ratio)
        shown = self.runs if mask is None else self.runs.only(mask)
        work = layer.draw(shown, self.top_ink(shown.count), live=live)
        if live:
            for _ in work:
                pass
            self._top = layer
            self.changed.emit()
        else:
            if self._top is None:
                self._top, self._grows = layer, True  # nothing to keep on screen meanwhile: let it grow in sight
            self._work.append(self._replace_top(layer, work))
        if self._ground_due:
            self._work.append(self._make_ground())
        if not live and layer.is_coarse(shown):
            fine = Layer(self._layout, self._ratio)
            self._work.append(self._replace_top(fine, fine.draw(shown, self.top_ink(shown.count), fine=True)))
        self._turn.start()

    def select(self, runs: Crossings, colours: list[QColor]) -> None:
        """Draw the selected runs on top of everything."""
        self._selected = None
        if 0 < runs.count <= self.MOST_SELECTED and len(runs.heights) > 1:
            self._selected = Layer(self._layout, self._ratio)
            self._selected.draw_selected(runs, colours, 2.0 if runs.count <= 30 else 1.0)
        self.changed.emit()

    def paint(self, painter: QPainter, *, dimmed: bool) -> None:
        """Lay the pictures over each other; `dimmed`: with the ground of all runs."""
        for layer in (self._ground if dimmed else None, self._top, self._selected):
            if layer is not None:
                painter.drawImage(0, 0, layer.image)

    def flat(self, *, dimmed: bool) -> QImage:
        """The pictures laid over each other as one that nothing here changes any more."""
        image = Layer(self._layout, self._ratio).image
        painter = QPainter(image)
        self.paint(painter, dimmed=dimmed)
        painter.end()
        return image

    def finish(self) -> None:
        """Draw at once what is still under way."""
        while self._work:
            self._step()
        self._turn.stop()
        self.changed.emit()

    @property
    def is_settled(self) -> bool:
        return not self._work

    def nearest(self, x: float, y: float, reach: float) -> int | None:
        """The place of the topmost run whose line passes within `reach` pixels of (x, y), brushed ones only."""
        axis_x = self._layout.axis_x
        if self.runs.count == 0 or len(axis_x) < 2 or not axis_x[0] <= x <= axis_x[-1]:
            return None
        gap = min(max(0, int(np.searchsorted(axis_x, x)) - 1), len(axis_x) - 2)
        width = axis_x[gap + 1] - axis_x[gap]
        share = np.float32((x - axis_x[gap]) / width)
        left, right = self.runs.heights[gap], self.runs.heights[gap + 1]
        rise = right - left
        away = left + rise * share
        away -= np.float32(y)
        near = np.abs(away) <= np.float32(reach * 8)  # beyond a slope of 8 the distance is a sheer guess anyway
        if self._mask is not None:
            near &= self._mask
        places = np.flatnonzero(near)
        if not len(places):
            return None
        distance = np.abs(away[places]) / np.hypot(1.0, rise[places] / np.float32(width))
        nearest = int(np.argmin(distance))
        return int(places[nearest]) if distance[nearest] <= reach else None

    def _replace_top(self, layer: Layer, work: Iterator[None]) -> Iterator[None]:
        yield from work
        self._top, self._grows = layer, False
        self.changed.emit()

    def _make_ground(self) -> Iterator[None]:
        """All runs in the text's colour; made ready behind the first picture, before a brush needs it."""
        layer = Layer(self._layout, self._ratio)
        if self._mask is not None and self._ground is None:
            self._ground, self._grows = layer, True
        yield from layer.draw(self.runs, self.ground_ink())
        self._ground, self._ground_due, self._grows = layer, False, False
        if self._mask is not None:
            self.changed.emit()
        if layer.is_coarse(self.runs) and self._mask is not None:
            fine = Layer(self._layout, self._ratio)
            yield from fine.draw(self.runs, self.ground_ink(), fine=True)
            self._ground = fine
            self.changed.emit()

    def _take_turn(self) -> None:
        until = perf_counter() + _TURN_S
        while self._work and perf_counter() < until:
            self._step()
        if not self._work:
            self._turn.stop()
            self.finished.emit()
        if self._grows:
            self.changed.emit()

    def _step(self) -> None:
        try:
            next(self._work[0])
        except StopIteration:
            self._work.pop(0)

    def top_ink(self, count: int) -> Ink:
        """How the lines of so many runs look that are brushed, or all of them while nothing is."""
        assert self._theme is not None
        line = min(0.9, max(0.3, 12.0 / max(1.0, count) ** 0.5))
        if self.runs.colours:
            muted = self._theme.color("muted")
            by_value = self._theme.ordered_map(256)
            return Ink(tone_map(muted, muted), by_value, line, 0.45, 1.0, self._crowd(count))
        accent = self._theme.color("accent")
        # A crowd stands out from single lines: darker on a light ground, lighter on a dark one.
        if self._theme.is_dark:
            tones = tone_map(accent.darker(135), accent.lighter(118))
        else:
            tones = tone_map(accent.lighter(135), accent.darker(125))
        return Ink(tones, None, line, 0.45, 1.0, self._crowd(count))

    def ground_ink(self) -> Ink:
        """How the lines of all runs look below those that are brushed."""
        assert self._theme is not None
        text = self._theme.color("text")
        line = min(0.16, max(0.05, 2.0 / max(1.0, self.runs.count) ** 0.5))
        return Ink(tone_map(text, text), None, line, 0.05, 0.3, self._crowd(self.runs.count))

    def _crowd(self, count: int) -> int:
        """How many lines on one pixel are the most to be told apart; steady while a brush moves over a density."""
        return max(50, self.runs.count // 16) if count > MOST_LINES else max(8, count // 10)
