"""The crosshair over a history: where every line is at the pointer's x, as dots and as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from bakehouse.analysis.envelope import value_at
from bakehouse.analysis.figures import moment_text
from bakehouse.analysis.ticks import seconds_text
from bakehouse.plots.history_pointer import LineValues, Points
from bakehouse.plots.history_window import Curve, Window
from bakehouse.plots.readout import ReadoutLine, paint_readout, readout_rows

if TYPE_CHECKING:
    from bakehouse.analysis.history_charts import Chart
    from bakehouse.theme import Theme

_DOT, _RIM = 3.5, 1.5
_LEAST_ROWS, _MOST_ROWS = 6, 40


class HistoryCrosshair:
    """Of one chart in one theme. What it looks up is laid out at the first look; GUI thread."""

    def __init__(self, chart: Chart, curves: Sequence[Curve], theme: Theme) -> None:
        self._chart, self._curves, self._theme = chart, curves, theme
        self._is_of_one_run = bool(chart.metrics) and len({curve.line.ids for curve in curves}) == 1
        self._values: LineValues | None = None
        self._dots: tuple[float, list[QPixmap]] | None = None
        self._axes = np.array([curve.axis for curve in curves], np.intp)

    def paint(
        self, painter: QPainter, window: Window, bounds: QRectF, at: QPointF, highlighted: Sequence[int] = ()
    ) -> None:
        """The dots, and beside the pointer every line's value nearest to it, greatest first by metric."""
        x = window.x_at(at.x())
        points = self.paint_dots(painter, window, x)
        if not len(points.places):
            return
        nearest = float(points.x[np.abs(points.x - x).argmin()])
        rows = min(max(readout_rows(painter.font(), bounds.height()) - 1, _LEAST_ROWS), _MOST_ROWS)
        lines = self._listed(points, rows, frozenset(highlighted))
        paint_readout(painter, self._theme, bounds, at, self._x_text(nearest), lines)

    def paint_dots(self, painter: QPainter, window: Window, x: float) -> Points:
        """An upright line at `x` and a dot on every line; gives the points, none where `x` is not visible."""
        plot = window.plot
        line_x = round(window.x_pixel(x)) + 0.5
        if not plot.left() - 1 <= line_x <= plot.right() + 1:
            return Points(np.empty(0, np.intp), np.empty(0), np.empty(0))
        if self._values is None:
            self._values = LineValues([curve.series for curve in self._curves])
        points = self._values.at(x)
        painter.setPen(QPen(self._theme.color("muted"), 1))
        painter.drawLine(QLineF(line_x, plot.top(), line_x, plot.bottom()))
        plot = plot.adjusted(-2, -2, 2, 2)
        xs, ys = window.x_pixels(points.x), np.empty(len(points.x))
        axes = self._axes[points.places]
        for axis in range(len(window.other_y) + 1):
            ys[axes == axis] = window.on(axis).y_pixels(points.y[axes == axis])
        inside = (xs >= plot.left()) & (xs <= plot.right()) & (ys >= plot.top()) & (ys <= plot.bottom())
        device = painter.device()
        dots = self._dots_at(device.devicePixelRatioF() if device is not None else 1.0)
        corner = _DOT + _RIM
        places = points.places[inside].tolist()
        for place, px, py in zip(places, (xs[inside] - corner).tolist(), (ys[inside] - corner).tolist(), strict=True):
            painter.drawPixmap(QPointF(px, py), dots[place])
        return points

    def _dots_at(self, ratio: float) -> list[QPixmap]:
        """A dot for each line. A thousand ellipses cost 8 ms, a thousand small pictures of one cost 1 ms."""
        if self._dots is None or self._dots[0] != ratio:
            of_colour = {rgb: self._dot(QColor(rgb), ratio) for rgb in {curve.colour.rgb() for curve in self._curves}}
            self._dots = ratio, [of_colour[curve.colour.rgb()] for curve in self._curves]
        return self._dots[1]

    def _dot(self, colour: QColor, ratio: float) -> QPixmap:
        side = round(2 * (_DOT + _RIM) * ratio)
        dot = QPixmap(side, side)
        dot.setDevicePixelRatio(ratio)
        dot.fill(Qt.GlobalColor.transparent)
        painter = QPainter(dot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self._theme.color("panel"), _RIM))
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(_DOT + _RIM, _DOT + _RIM), _DOT, _DOT)
        painter.end()
        return dot

    def _listed(self, points: Points, rows: int, highlighted: frozenset[int]) -> list[ReadoutLine]:
        metrics = self._chart.metrics
        if not metrics:
            return self._sorted(points, rows, highlighted)
        if self._is_of_one_run:
            listed = [self._row(at, points, highlighted) for at in range(len(points.places))][:rows]
            return [*listed, *_more(len(points.places) - len(listed), "metrics")]
        of_metric = np.array([self._curves[place].line.metric for place in points.places.tolist()])
        present = np.unique(of_metric).tolist()
        shown = present[: max(1, rows // 2)]
        each = max(1, (rows - len(shown)) // len(shown) - 1)
        lines: list[ReadoutLine] = []
        for metric in shown:
            kept = of_metric == metric
            part = Points(points.places[kept], points.x[kept], points.y[kept])
            lines.append(ReadoutLine(None, metrics[metric].name, "", is_heading=True))
            lines += self._sorted(part, each, highlighted)
        return [*lines, *_more(len(present) - len(shown), "metrics")]

    def _sorted(self, points: Points, rows: int, highlighted: frozenset[int]) -> list[ReadoutLine]:
        """Greatest first, at most about so many; highlighted ones are among them."""
        order = np.argsort(-points.y, kind="stable").tolist()
        listed = order if len(order) <= rows else order[: rows - 1]
        if len(highlighted) < len(order):
            listed = listed + [at for at in order[len(listed) :] if int(points.places[at]) in highlighted]
        return [*(self._row(at, points, highlighted) for at in listed), *_more(len(order) - len(listed), "")]

    def _row(self, at: int, points: Points, highlighted: frozenset[int]) -> ReadoutLine:
        place, x, y = int(points.places[at]), float(points.x[at]), float(points.y[at])
        curve = self._curves[place]
        text = f"{self._value(y):.6g}"
        band = curve.line.band
        if band is not None and len(band.x):
            near = min(int(np.searchsorted(band.x, x)), len(band.x) - 1)
            text += f"  ({self._value(float(band.low[near])):.4g} to {self._value(float(band.high[near])):.4g})"
        if curve.line.raw is not None and (raw := value_at(curve.line.raw, x)) is not None:
            text += f"  (raw {self._value(raw[1]):.6g})"
        name = self._chart.metrics[curve.line.metric].name if self._is_of_one_run else curve.name
        return ReadoutLine(curve.colour, ("▸ " if place in highlighted else "") + name, text)

    def _value(self, y: float) -> float:
        return power_of_ten(y) if self._chart.look.log_y else y

    def _x_text(self, x: float) -> str:
        look = self._chart.look
        x = power_of_ten(x) if look.log_x else x
        if look.x_mode == "time":
            return moment_text(x)
        return seconds_text(x, x) if look.x_mode == "relative" else f"step {x:,.0f}"


def power_of_ten(exponent: float) -> float:
    """Ten to the power of `exponent`, at most the greatest double."""
    return float(10.0 ** min(exponent, 308.25))


def _more(count: int, what: str) -> list[ReadoutLine]:
    return [ReadoutLine(None, f"and {count:,} more{f' {what}' if what else ''}", "")] if count > 0 else []
