"""Parallel coordinates as a picture to keep: drawn anew at its own ratio and colours, in turns of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter

from bakehouse.plots.drawing import RATIO, Drawing, is_svg, is_vector, paint_stand_in
from bakehouse.plots.parallel_axes import paint_axes, paint_brush
from bakehouse.plots.parallel_layers import ParallelLayers
from bakehouse.plots.parallel_picture import Crossings
from bakehouse.plots.parallel_vectors import ParallelVectors
from bakehouse.plots.point_colours import PointColours, paint_colour_legend
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
        made: list[ParallelLayers | _Cloud] = []
        clouds: list[QImage] = []
        is_cloud = not ParallelVectors.fit(len(self.runs.rows))

        def keep(layers: ParallelLayers) -> None:
            made[:] = [layers]
            if is_cloud:
                made[:] = [_Cloud(layers.flat(dimmed=self.mask is not None), layers.legend)]
                layers.deleteLater()

        def prepare(theme: Theme, ready: Callable[[], None]) -> None:
            layers = self._layers(theme, owner)

            def finished() -> None:
                keep(layers)
                ready()

            layers.finished.connect(finished)
            layers.show(self.mask, live=False)

        def paint(painter: QPainter, theme: Theme, _ratio: float) -> None:
            if not made:
                layers = self._layers(theme, owner)
                layers.show(self.mask, live=False)
                layers.finish()
                keep(layers)
            one = made.pop()
            clouds[:] = [one.image] if isinstance(one, _Cloud) else []
            self._paint(painter, theme, one)

        def cloud() -> QImage | None:
            return clouds.pop() if clouds else None

        size = QSize(round(self.layout.width), round(self.layout.height))
        return Drawing(size, paint, prepare, in_task=is_cloud, cloud=cloud)

    def _layers(self, theme: Theme, owner: QObject) -> ParallelLayers:
        layers = ParallelLayers(owner)
        layers.begin(self.layout, self.runs, theme, RATIO)
        layers.select(*self._selected(theme, layers))
        return layers

    def _selected(self, theme: Theme, layers: ParallelLayers) -> tuple[Crossings, list[QColor]]:
        few = self.selected[: ParallelLayers.MOST_SELECTED].tolist()
        colours = [self.colour_of(theme, self.runs.run_id(place)) for place in few]
        return Crossings(tuple(heights[self.selected] for heights in layers.runs.heights), ()), colours

    def _paint(self, painter: QPainter, theme: Theme, made: ParallelLayers | _Cloud) -> None:
        if isinstance(made, _Cloud) and is_svg(painter):
            paint_stand_in(painter, QSizeF(self.layout.width, self.layout.height))
        elif isinstance(made, _Cloud):
            painter.drawImage(0, 0, made.image)
        elif is_vector(painter):
            ParallelVectors(self.layout, made, self.mask, *self._selected(theme, made)).paint(painter)
        else:
            made.paint(painter, dimmed=self.mask is not None)
        paint_axes(painter, theme, self.layout, self.runs.axes)
        if made.legend is not None:
            paint_colour_legend(painter, theme, self.layout.width - 14, self.layout.height - 13.0, made.legend)
        for index, upper, lower in self.brushes:
            paint_brush(painter, theme, self.layout.axis_x[index], upper, lower)
        if isinstance(made, ParallelLayers):
            made.deleteLater()


@dataclass(frozen=True, eq=False)
class _Cloud:
    """Very many runs as one image, which any thread may paint."""

    image: QImage
    legend: PointColours | None
