"""Parallel coordinates as a picture to keep: drawn anew at its own ratio and colours, in turns of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QColor, QPainter

from bakehouse.plots.drawing import RATIO, Drawing, is_vector
from bakehouse.plots.parallel_axes import paint_axes, paint_brush
from bakehouse.plots.parallel_layers import ParallelLayers
from bakehouse.plots.parallel_picture import Crossings
from bakehouse.plots.parallel_vectors import ParallelVectors
from bakehouse.plots.point_colours import paint_colour_legend
from bakehouse.theme import Theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bakehouse.plots.parallel_layout import ParallelLayout
    from bakehouse.plots.parallel_runs import ParallelRuns


@dataclass(frozen=True, eq=False)
class ParallelStill:
    """What a plot showed at one moment. `mask` bool[k]: what the brushes let through; `brushes`: axis, upper, lower."""

    runs: ParallelRuns
    layout: ParallelLayout
    mask: NDArray[np.bool_] | None
    selected: NDArray[np.int64]
    """The places of the selected runs."""
    brushes: Sequence[tuple[int, float, float]]
    colour_of: Callable[[Theme, str], QColor]

    def drawing(self, owner: QObject) -> Drawing:
        """As a drawing whose layers are made before it is painted; they live with `owner` meanwhile."""
        made: list[ParallelLayers] = []

        def prepare(theme: Theme, ready: Callable[[], None]) -> None:
            layers = self._layers(theme, owner)
            made[:] = [layers]
            layers.finished.connect(ready)
            layers.show(self.mask, live=False)

        def paint(painter: QPainter, theme: Theme, _ratio: float) -> None:
            if not made:
                made.append(self._layers(theme, owner))
                made[0].show(self.mask, live=False)
                made[0].finish()
            self._paint(painter, theme, made[0])
            made.pop().deleteLater()

        return Drawing(QSize(round(self.layout.width), round(self.layout.height)), paint, prepare)

    def _layers(self, theme: Theme, owner: QObject) -> ParallelLayers:
        layers = ParallelLayers(owner)
        layers.begin(self.layout, self.runs, theme, RATIO)
        layers.select(*self._selected(theme, layers))
        return layers

    def _selected(self, theme: Theme, layers: ParallelLayers) -> tuple[Crossings, list[QColor]]:
        few = self.selected[: ParallelLayers.MOST_SELECTED].tolist()
        colours = [self.colour_of(theme, self.runs.run_id(place)) for place in few]
        return Crossings(tuple(heights[self.selected] for heights in layers.runs.heights), ()), colours

    def _paint(self, painter: QPainter, theme: Theme, layers: ParallelLayers) -> None:
        if is_vector(painter) and ParallelVectors.fit(layers.runs.count):
            ParallelVectors(self.layout, layers, self.mask, *self._selected(theme, layers)).paint(painter)
        else:
            layers.paint(painter, dimmed=self.mask is not None)
        paint_axes(painter, theme, self.layout, self.runs.axes)
        if layers.legend is not None:
            paint_colour_legend(painter, theme, self.layout.width - 14, self.layout.height - 13.0, layers.legend)
        for index, upper, lower in self.brushes:
            paint_brush(painter, theme, self.layout.axis_x[index], upper, lower)
