"""Paints metric histories in pixels: grid, labels, envelope lines, marks of odd values, names, crosshair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from bakehouse.analysis.axes import format_values
from bakehouse.analysis.envelope import Polyline, Series, envelope, value_at
from bakehouse.analysis.figures import moment_text
from bakehouse.analysis.ticks import moment_label, moment_places, number_places, seconds_places, seconds_text
from bakehouse.domain.text import visible
from bakehouse.plots.readout import ReadoutLine, paint_readout, small_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.theme import Theme

XMode = Literal["step", "time", "relative"]

_MOST_NAMES = 14
_WIDEST_NAME = 150.0
_DENSE = 3.0
_REACH = 6.0
_FAR = 20_000.0
_AXIS_NAMES = {"step": "step", "time": "time", "relative": "since start"}


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One run's history and how it is called and coloured."""

    run_id: str
    name: str
    colour: QColor
    series: Series


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the data that is visible, and `plot`, the rectangle of pixels that shows it."""

    plot: QRectF
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x_pixels(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n]: far outside is cut, since the rasteriser works with 16 bits of whole pixels."""
        return np.clip(self.plot.left() + _shares(x, self.x_low, self.x_high) * self.plot.width(), -_FAR, _FAR)

    def y_pixels(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n], cut like x."""
        return np.clip(self.plot.bottom() - _shares(y, self.y_low, self.y_high) * self.plot.height(), -_FAR, _FAR)

    def x_at(self, pixel: float) -> float:
        return self.x_low + (pixel - self.plot.left()) / max(1.0, self.plot.width()) * (self.x_high - self.x_low)


def _shares(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    # Eighths, since the span of two large doubles of opposite sign is infinite; exact but for denormal numbers.
    return (values * 0.125 - low * 0.125) / (high * 0.125 - low * 0.125)


class HistoryPicture:
    """Everything of a HistoryPlot that is painted; keeps the lines of the last picture for the pointer."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.title = ""
        self.x_mode: XMode = "step"
        self.curves: list[Curve] = []
        self._lines: list[Polyline] = []

    def names_width(self, font: QFont) -> float:
        """Pixels that the runs' names need beside the plot."""
        metrics = QFontMetricsF(small_font(font))
        names = [visible(curve.name, 100) for curve in self.curves[:_MOST_NAMES]]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(widest, _WIDEST_NAME) + 10.0

    def run_at(self, window: Window, at: QPointF) -> str | None:
        """The run whose line passes within 6 px of `at`."""
        best, found = _REACH, None
        for curve, line in zip(self.curves, self._lines, strict=False):
            if not len(line.x):
                continue
            x, y = window.x_pixels(line.x), window.y_pixels(line.y)
            distance = float(np.hypot(x - at.x(), y - at.y()).min())
            if len(x) > 1:
                distance = min(distance, _distance_to_lines(x, y, line.connect, at))
            if distance < best:
                best, found = distance, curve.run_id
        return found

    def paint(self, painter: QPainter, window: Window, ratio: float) -> None:
        """All that stays while the pointer moves, at `ratio` device pixels a pixel."""
        plot = window.plot
        labels = self._paint_grid(painter, window)
        painter.save()
        painter.setClipRect(plot.adjusted(-1, -1, 1, 1))
        columns = max(1, round(plot.width() * ratio))
        self._lines = [envelope(c.series, window.x_low, window.x_high, columns) for c in self.curves]
        for curve, line in reversed(list(zip(self.curves, self._lines, strict=True))):
            _paint_line(painter, curve, line, window, columns)
            _paint_odd(painter, curve, window)
        painter.restore()
        self._paint_y_labels(painter, plot, labels)
        self._paint_names(painter, window)

    def _paint_grid(self, painter: QPainter, window: Window) -> list[tuple[float, str]]:
        """Grid lines, x labels and titles; gives the y labels, which stand on top of the lines."""
        plot, (x_low, x_high), (y_low, y_high) = (
            window.plot,
            (window.x_low, window.x_high),
            (window.y_low, window.y_high),
        )
        grid = QPen(self.theme.color("line"), 1)
        muted = self.theme.color("muted")
        font = small_font(painter.font())
        metrics = QFontMetricsF(font)
        title = QFontMetricsF(painter.font()).elidedText(
            visible(self.title, 300), Qt.TextElideMode.ElideMiddle, plot.width() * 0.8
        )
        painter.setPen(self.theme.color("text"))
        painter.drawText(QRectF(plot.left(), 6, plot.width(), 22), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(font)
        places = self._x_places(x_low, x_high, max(2, int(plot.width() / 110)))
        end = plot.right() - metrics.horizontalAdvance(_AXIS_NAMES[self.x_mode])
        for place, text in places:
            x = round(float(window.x_pixels(np.array([place]))[0])) + 0.5
            painter.setPen(grid)
            painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
            width = metrics.horizontalAdvance(text)
            box = QRectF(max(plot.left(), x - width / 2), plot.bottom() + 4, width + 2, metrics.height())
            if box.right() < end - 10:
                painter.setPen(muted)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(muted)
        name = QRectF(end - 2, plot.bottom() + 4, plot.right() - end + 4, metrics.height())
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft, _AXIS_NAMES[self.x_mode])
        values = number_places(y_low, y_high, max(2, int(plot.height() / 60)))
        texts = format_values(values)
        labels = []
        for value, text in zip(values, texts, strict=True):
            y = round(float(window.y_pixels(np.array([value]))[0])) + 0.5
            painter.setPen(grid)
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            labels.append((y, text))
        return labels

    def _x_places(self, low: float, high: float, most: int) -> list[tuple[float, str]]:
        if self.x_mode == "time":
            return [(p, moment_label(p, high - low)) for p in moment_places(low, high, most)]
        if self.x_mode == "relative":
            return [(p, seconds_text(p, high - low)) for p in seconds_places(low, high, most)]
        places = number_places(low, high, most, whole=True)
        return [(p, f"{p:,.0f}") for p in places]

    def _paint_y_labels(self, painter: QPainter, plot: QRectF, labels: list[tuple[float, str]]) -> None:
        metrics = QFontMetricsF(painter.font())
        ground = QColor(self.theme.color("panel"))
        ground.setAlphaF(0.82)
        for y, text in labels:
            if y - metrics.height() < plot.top() - 8:
                continue
            box = QRectF(
                plot.left() + 2, y - metrics.height() - 1, metrics.horizontalAdvance(text) + 4, metrics.height()
            )
            painter.fillRect(box, ground)
            painter.setPen(self.theme.color("muted"))
            painter.drawText(box.adjusted(2, 0, 2, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_names(self, painter: QPainter, window: Window) -> None:
        """Each run's name beside its line's end, pushed apart where they would overlap."""
        plot = window.plot
        metrics = QFontMetricsF(painter.font())
        step = metrics.height() + 1
        ends: list[tuple[float, Curve]] = []
        room = int(plot.height() / step)
        for curve in self.curves[: min(_MOST_NAMES, max(1, room - 1))]:
            point = value_at(curve.series, window.x_high)
            y = plot.bottom() if point is None else float(window.y_pixels(np.array([point[1]]))[0])
            ends.append((min(max(y, plot.top() + step / 2), plot.bottom() - step / 2), curve))
        places = _apart([y for y, _ in ends], step, plot.top() + step / 2, plot.bottom() - step / 2)
        for (_, curve), y in zip(ends, places, strict=True):
            text = metrics.elidedText(visible(curve.name, 200), Qt.TextElideMode.ElideRight, _WIDEST_NAME)
            painter.setPen(curve.colour)
            box = QRectF(plot.right() + 6, y - metrics.height() / 2, _WIDEST_NAME + 4, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        left = len(self.curves) - len(ends)
        if left > 0:
            painter.setPen(self.theme.color("muted"))
            box = QRectF(plot.right() + 6, plot.top() - step - 6, _WIDEST_NAME, step)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"and {left:,} more")

    def paint_crosshair(self, painter: QPainter, window: Window, bounds: QRectF, at: QPointF) -> None:
        """Every run's value nearest to the pointer, greatest first."""
        plot, x = window.plot, window.x_at(at.x())
        found = [(curve, point) for curve in self.curves if (point := value_at(curve.series, x)) is not None]
        if not found:
            return
        nearest = min((point[0] for _, point in found), key=lambda place: abs(place - x))
        found.sort(key=lambda pair: -pair[1][1])
        painter.setPen(QPen(self.theme.color("muted"), 1))
        line_x = round(at.x()) + 0.5
        painter.drawLine(QLineF(line_x, plot.top(), line_x, plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for curve, point in found:
            place = QPointF(window.x_pixels(np.array([point[0]]))[0], window.y_pixels(np.array([point[1]]))[0])
            if plot.adjusted(-2, -2, 2, 2).contains(place):
                painter.setPen(QPen(self.theme.color("panel"), 1.5))
                painter.setBrush(curve.colour)
                painter.drawEllipse(place, 3.5, 3.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lines = [ReadoutLine(c.colour, c.name, f"{p[1]:.6g}") for c, p in found[:_MOST_NAMES]]
        if len(found) > _MOST_NAMES:
            lines.append(ReadoutLine(None, f"and {len(found) - _MOST_NAMES:,} more", ""))
        title = self._x_text(nearest)
        paint_readout(painter, self.theme, bounds, at, title, lines)

    def _x_text(self, x: float) -> str:
        if self.x_mode == "time":
            return moment_text(x)
        return seconds_text(x, x) if self.x_mode == "relative" else f"step {x:,.0f}"


def _paint_line(painter: QPainter, curve: Curve, line: Polyline, window: Window, columns: int) -> None:
    if not len(line.x):
        return
    points = np.stack([window.x_pixels(line.x), window.y_pixels(line.y)], axis=1)
    # A crowd of upright strokes needs no antialiasing and is many times faster without.
    crowded = len(points) > _DENSE * columns
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not crowded)
    painter.setPen(QPen(curve.colour, 0 if crowded else 1))  # 0: one pixel of the device, as the envelope has them
    ends = np.flatnonzero(~line.connect) + 1
    for first, last in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        if last - first > 1:
            painter.drawPolyline(_polygon(points[first:last]))
    dots = line.isolated()
    if dots.any():
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(curve.colour, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(_polygon(points[dots]))


def _polygon(points: NDArray[np.float64]) -> QPolygonF:
    """A polygon of float64[n, 2] without an object per point."""
    polygon = QPolygonF()
    polygon.resize(len(points))
    memory: Any = VoidPtr(polygon.data(), points.nbytes, True)  # type: ignore[call-arg, arg-type]
    np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)[:] = points
    return polygon


def _paint_odd(painter: QPainter, curve: Curve, window: Window) -> None:
    """NaN as a cross at the bottom edge, infinities as triangles at the edge that they lie beyond."""
    plot, series = window.plot, curve.series
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for kind, places in (("nan", series.nan_x), ("plus", series.plus_x), ("minus", series.minus_x)):
        if not len(places):
            continue
        x = window.x_pixels(places)
        inside = np.unique(np.rint(x[(x >= plot.left() - 1) & (x <= plot.right() + 1)])).tolist()
        if kind == "nan":
            painter.setPen(QPen(curve.colour, 1))
            y = plot.bottom() - 4
            for place in inside:
                painter.drawLine(QLineF(place - 2.5, y - 2.5, place + 2.5, y + 2.5))
                painter.drawLine(QLineF(place - 2.5, y + 2.5, place + 2.5, y - 2.5))
            continue
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(curve.colour)
        tip, foot = (plot.top(), plot.top() + 6) if kind == "plus" else (plot.bottom(), plot.bottom() - 6)
        for place in inside:
            corners = [QPointF(place, tip), QPointF(place - 3.5, foot), QPointF(place + 3.5, foot)]
            painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _apart(places: list[float], step: float, low: float, high: float) -> list[float]:
    """`places` moved as little as it takes to lie at least `step` apart between `low` and `high`, order kept."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    result = list(places)
    last = low - step
    for i in order:
        last = result[i] = max(result[i], last + step)
    last = high + step
    for i in reversed(order):
        last = result[i] = min(result[i], last - step)
    return result


def _distance_to_lines(
    x: NDArray[np.float64], y: NDArray[np.float64], connect: NDArray[np.bool_], at: QPointF
) -> float:
    dx, dy = np.diff(x), np.diff(y)
    length = np.maximum(dx * dx + dy * dy, 1e-12)
    share = np.clip(((at.x() - x[:-1]) * dx + (at.y() - y[:-1]) * dy) / length, 0.0, 1.0)
    distance = np.hypot(x[:-1] + share * dx - at.x(), y[:-1] + share * dy - at.y())
    distance = distance[connect[:-1]]
    return float(distance.min()) if len(distance) else float("inf")
