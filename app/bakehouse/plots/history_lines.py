"""Paints one line of a history: its envelope, the raw points behind it, its band, marks of odd and best values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from bakehouse.analysis.envelope import Polyline, Series, envelope
from bakehouse.plots.history_legend import dashed
from bakehouse.plots.history_window import Curve, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.theme import Theme

_DENSE = 3.0
_MANY_CORNERS = 200
_FAINT, _BAND = 0.3, 0.18


def paint_below(painter: QPainter, curve: Curve, window: Window, columns: int, *, crowded: bool) -> None:
    """Paint what lies below all lines: a group's band, and the raw points of a smoothed line."""
    line = curve.line
    if line.band is not None:
        _paint_band(painter, curve, window)
    if line.raw is not None:
        faint = QColor(curve.colour)
        faint.setAlphaF(_FAINT)
        paint_points(painter, _envelope(line.raw, window, columns), faint, window, columns, crowded=crowded)


def paint_curve(painter: QPainter, curve: Curve, window: Window, columns: int, *, crowded: bool) -> Polyline:
    """Paint a line and the marks of its odd values, `columns` device pixels wide; gives what was drawn of it.

    A `crowded` picture (very many points) is drawn without antialiasing, which is many times faster.
    """
    points = _envelope(curve.series, window, columns)
    paint_points(painter, points, curve.colour, window, columns, crowded=crowded, dash=curve.dash)
    _paint_odd(painter, curve, window)
    return points


def _envelope(series: Series, window: Window, columns: int) -> Polyline:
    return envelope(series, window.x_low, window.x_high, columns)


def paint_points(
    painter: QPainter,
    line: Polyline,
    colour: QColor,
    window: Window,
    columns: int,
    *,
    crowded: bool = False,
    width: float = 1.0,
    dash: tuple[float, ...] = (),
) -> None:
    """Paint `line`, broken by `dash` pixels of stroke and gap; points that no line touches become dots."""
    if not len(line.x):
        return
    points = np.stack([window.x_pixels(line.x), window.y_pixels(line.y)], axis=1)
    # A crowd of upright strokes needs no antialiasing and is many times faster without.
    crowded = crowded or len(points) > _DENSE * columns
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not crowded)
    if width > 1:
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin)
    else:
        pen = QPen(colour, 0 if crowded else 1)  # 0: one pixel of the device, as the envelope has them
    shifts = [(0.0, 0.0)]
    if width > 1 and len(points) > _MANY_CORNERS:
        # Qt needs ten times as long for a wide stroke of very many corners as for thin ones beside each other.
        device = painter.device()
        shifts = _shifts(width, device.devicePixelRatioF() if device is not None else 1.0)
        pen = QPen(colour, 0)
    painter.setPen(dashed(pen, dash))
    ends = np.flatnonzero(~line.connect) + 1
    for first, last in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        if last - first > 1:
            polygon = _polygon(points[first:last])
            for dx, dy in shifts:
                painter.drawPolyline(polygon.translated(dx, dy) if dx or dy else polygon)
    dots = line.isolated()
    if dots.any():
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(colour, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(_polygon(points[dots]))


def _shifts(width: float, ratio: float) -> list[tuple[float, float]]:
    """Where lines of one device pixel stand around a line, so that together they are `width` pixels wide."""
    reach = (round(width * ratio) - 1) / 2
    places = [(place - reach) / ratio for place in range(round(width * ratio))]
    return [(0.0, place) for place in places] + [(place, 0.0) for place in places]


def _paint_band(painter: QPainter, curve: Curve, window: Window) -> None:
    band = curve.line.band
    if band is None or len(band.x) < 2:
        return
    x = window.x_pixels(band.x)
    upper = np.stack([x, window.y_pixels(band.high)], axis=1)
    lower = np.stack([x, window.y_pixels(band.low)], axis=1)
    colour = QColor(curve.colour)
    colour.setAlphaF(_BAND)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(_polygon(np.concatenate([upper, lower[::-1]])))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_best(painter: QPainter, curve: Curve, window: Window, theme: Theme) -> None:
    """A ring in the run's colour around its best point, where that is visible."""
    best = curve.line.best
    if best is None:
        return
    place = QPointF(window.x_pixels(np.array([best[0]]))[0], window.y_pixels(np.array([best[1]]))[0])
    if not window.plot.adjusted(-2, -2, 2, 2).contains(place):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(theme.color("panel"))
    painter.setPen(QPen(curve.colour, 2))
    painter.drawEllipse(place, 4.0, 4.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)


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
    _paint_off_axes(painter, curve, window)
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


def _paint_off_axes(painter: QPainter, curve: Curve, window: Window) -> None:
    """What a logarithmic axis has no place for: open triangles that point below the foot or beyond the left edge."""
    plot, line = window.plot, curve.line
    series = line.raw if line.raw is not None else line.series
    painter.setPen(QPen(curve.colour, 1.2))
    x = window.x_pixels(series.below_x)
    for place in np.unique(np.rint(x[(x >= plot.left()) & (x <= plot.right())])).tolist():
        foot = plot.bottom() - 1
        painter.drawPolygon([QPointF(place, foot), QPointF(place - 3.5, foot - 6), QPointF(place + 3.5, foot - 6)])
    y = window.y_pixels(series.left_y)
    for place in np.unique(np.rint(y[(y >= plot.top()) & (y <= plot.bottom())])).tolist():
        edge = plot.left() + 1
        painter.drawPolygon([QPointF(edge, place), QPointF(edge + 6, place - 3.5), QPointF(edge + 6, place + 3.5)])
