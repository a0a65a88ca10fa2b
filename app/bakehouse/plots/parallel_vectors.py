"""Parallel coordinates of few runs for SVG and PDF: each run a line of its own, in the inks of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from bakehouse.plots.parallel_picture import MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bakehouse.plots.parallel_layers import ParallelLayers
    from bakehouse.plots.parallel_layout import ParallelLayout
    from bakehouse.plots.parallel_picture import Crossings, Ink

_WIDTH = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class ParallelVectors:
    """All runs faint where `mask` bool[k] lets only some through, those it lets through, and the selected on top."""

    layout: ParallelLayout
    layers: ParallelLayers
    """Which knows runs and inks."""
    mask: NDArray[np.bool_] | None
    selected: Crossings
    colours: Sequence[QColor]

    @staticmethod
    def fit(count: int) -> bool:
        """Whether so many runs are drawn line by line."""
        return count <= MOST_LINES

    def paint(self, painter: QPainter) -> None:
        """Onto a painter of a vector format."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        runs = self.layers.runs
        if self.mask is not None:
            self._lines(painter, runs, self.layers.ground_ink())
        shown = runs if self.mask is None else runs.only(self.mask)
        self._lines(painter, shown, self.layers.top_ink(shown.count))
        width = 2.0 if self.selected.count <= 30 else 1.0
        if len(self.colours) == self.selected.count:
            for place in reversed(range(self.selected.count)):
                painter.setPen(_pen(QColor(self.colours[place]), width))
                painter.drawPolyline(self._line(self.selected, place))
        painter.restore()

    def _lines(self, painter: QPainter, runs: Crossings, ink: Ink) -> None:
        """Runs without a colour of their own lie below."""
        places = np.arange(runs.count) if runs.chosen is None else runs.chosen
        colours = _colours(runs, ink)
        order = np.argsort([colour is not None for colour in colours], kind="stable").tolist()
        plain = QColor(*(int(channel) for channel in ink.tones[0]))
        for at in order:
            colour = QColor(colours[at] or plain)
            colour.setAlphaF(ink.line)
            painter.setPen(_pen(colour, _WIDTH))
            painter.drawPolyline(self._line(runs, int(places[at])))

    def _line(self, runs: Crossings, place: int) -> QPolygonF:
        crossings = zip(self.layout.axis_x, runs.heights, strict=True)
        return QPolygonF([QPointF(x, float(heights[place])) for x, heights in crossings])


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)


def _colours(runs: Crossings, ink: Ink) -> list[QColor | None]:
    """Of each run meant the colour of its value; None where it has none."""
    channels = runs.channels() if ink.by_value is not None else ()
    if not channels or ink.by_value is None:
        return [None] * runs.count
    known = np.isfinite(channels[0])
    if len(channels) == 3:
        rgb = np.stack([np.where(known, channel, 0) for channel in channels], axis=1) * 255
    else:
        rgb = ink.by_value[np.rint(np.where(known, channels[0], 0) * 255).astype(np.int64).clip(0, 255)]
    whole = np.rint(rgb).astype(np.int64).clip(0, 255).tolist()
    return [QColor(*one) if is_known else None for one, is_known in zip(whole, known.tolist(), strict=True)]
