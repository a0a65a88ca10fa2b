"""Paints metric histories in pixels: grid, labels, envelope lines, marks of odd values, names, crosshair."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from bakehouse.analysis.axes import format_values
from bakehouse.analysis.envelope import Polyline, value_at
from bakehouse.analysis.figures import moment_text
from bakehouse.analysis.history_charts import HistoryLook
from bakehouse.analysis.ticks import (
    log_places,
    moment_label,
    moment_places,
    number_places,
    seconds_places,
    seconds_text,
)
from bakehouse.domain.text import visible
from bakehouse.plots.history_lines import distance_to, paint_below, paint_best, paint_curve, paint_points
from bakehouse.plots.history_window import Curve, Window
from bakehouse.plots.readout import ReadoutLine, paint_readout, small_font

if TYPE_CHECKING:
    from bakehouse.theme import Theme

_MOST_NAMES = 14
_WIDEST_NAME = 150.0
_CROWD = 40_000
"""More points of a picture than these are drawn without antialiasing."""
_REACH = 6.0
_AXIS_NAMES = {"step": "step", "time": "time", "relative": "since start"}


class HistoryPicture:
    """Everything of a HistoryPlot that is painted; keeps the lines of the last picture for the pointer."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.title = ""
        self.note = ""
        """What stands beside the title, smaller."""
        self.look = HistoryLook()
        self.curves: list[Curve] = []
        self._lines: dict[int, Polyline] = {}

    def names_width(self, font: QFont) -> float:
        """Pixels that the runs' names need beside the plot."""
        metrics = QFontMetricsF(small_font(font))
        names = [visible(curve.name, 100) for curve in self.curves[:_MOST_NAMES]]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(widest, _WIDEST_NAME) + 10.0

    def curve_at(self, window: Window, at: QPointF) -> int | None:
        """The place in `curves` of the line that passes within 6 px of `at`."""
        best, found = _REACH, None
        for place in sorted(self._lines):
            if place < len(self.curves):
                distance = distance_to(self._lines[place], window, at, _REACH)
                if distance < best:
                    best, found = distance, place
        return found

    def paint(self, painter: QPainter, window: Window, ratio: float) -> None:
        """All that stays while the pointer moves, at `ratio` device pixels a pixel."""
        labels = self.paint_grid(painter, window)
        self.paint_lines(painter, window, ratio)
        self.paint_words(painter, window, labels)

    @property
    def turns(self) -> int:
        """The pieces of work in painting all lines."""
        return 2 * len(self.curves)

    def paint_lines(self, painter: QPainter, window: Window, ratio: float, first: int = 0, seconds: float = inf) -> int:
        """Paint for so many `seconds`; gives how many of the `turns` are done, `first` of which were before.

        Bands and raw points of all lines come first, the lines above them, that of the first run on top.
        """
        plot = window.plot
        columns = max(1, round(plot.width() * ratio))
        crowded = sum(min(len(curve.series.x), 4 * columns) for curve in self.curves) > _CROWD
        began = perf_counter()
        painter.save()
        painter.setClipRect(plot.adjusted(-1, -1, 1, 1))
        done, count = first, len(self.curves)
        while done < self.turns and (done == first or perf_counter() - began < seconds):
            place = count - 1 - done % count
            if done < count:
                paint_below(painter, self.curves[place], window, columns, crowded=crowded)
            else:
                self._lines[place] = paint_curve(painter, self.curves[place], window, columns, crowded=crowded)
            done += 1
        painter.restore()
        return done

    def paint_words(self, painter: QPainter, window: Window, labels: list[tuple[float, str]]) -> None:
        """What stands on top of the lines: marks of best values, labels and names."""
        painter.setFont(small_font(painter.font()))
        for curve in reversed(self.curves):
            paint_best(painter, curve, window, self.theme)
        self._paint_y_labels(painter, window.plot, labels)
        self._paint_names(painter, window)

    def paint_highlight(self, painter: QPainter, window: Window, place: int) -> None:
        """One line on top of the others, wider."""
        line = self._lines.get(place)
        if line is not None and place < len(self.curves):
            painter.save()
            painter.setClipRect(window.plot.adjusted(-1, -1, 1, 1))
            columns = max(1, round(window.plot.width()))
            paint_points(painter, line, self.curves[place].colour, window, columns, width=2.0)
            painter.restore()

    def paint_grid(self, painter: QPainter, window: Window) -> list[tuple[float, str]]:
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
        used = QFontMetricsF(painter.font()).horizontalAdvance(title) + 14
        painter.setFont(font)
        painter.setPen(muted)
        beside = QRectF(plot.left() + used, 7, plot.right() - plot.left() - used, 22)
        note = metrics.elidedText(self.note, Qt.TextElideMode.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, note)
        places = self._x_places(x_low, x_high, max(2, int(plot.width() / 110)))
        end = plot.right() - metrics.horizontalAdvance(_AXIS_NAMES[self.look.x_mode])
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
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft, _AXIS_NAMES[self.look.x_mode])
        most = max(2, int(plot.height() / 60))
        if self.look.log_y:
            values, texts = _unzipped(log_places(y_low, y_high, most))
        else:
            values = number_places(y_low, y_high, most)
            texts = format_values(values)
        labels = []
        for value, text in zip(values, texts, strict=True):
            y = round(float(window.y_pixels(np.array([value]))[0])) + 0.5
            painter.setPen(grid)
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            labels.append((y, text))
        return labels

    def _x_places(self, low: float, high: float, most: int) -> list[tuple[float, str]]:
        if self.look.log_x:
            return log_places(low, high, most)
        if self.look.x_mode == "time":
            return [(p, moment_label(p, high - low)) for p in moment_places(low, high, most)]
        if self.look.x_mode == "relative":
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

    def paint_crosshair(
        self, painter: QPainter, window: Window, bounds: QRectF, at: QPointF, highlighted: int | None = None
    ) -> None:
        """Every run's value nearest to the pointer, greatest first; the highlighted one is among those listed."""
        found = self._paint_pointer(painter, window, window.x_at(at.x()))
        if not found:
            return
        x = window.x_at(at.x())
        nearest = min((point[0] for _, point in found), key=lambda place: abs(place - x))
        found.sort(key=lambda pair: -pair[1][1])
        listed = found[:_MOST_NAMES]
        if highlighted is not None:
            listed += [pair for pair in found[_MOST_NAMES:] if pair[0] == highlighted]
        lines = [self._readout_line(place, point, place == highlighted) for place, point in listed]
        if len(found) > len(listed):
            lines.append(ReadoutLine(None, f"and {len(found) - len(listed):,} more", ""))
        paint_readout(painter, self.theme, bounds, at, self._x_text(nearest), lines)

    def paint_pointer(self, painter: QPainter, window: Window, x: float) -> None:
        """Where the pointer of another chart is, and the values there as dots."""
        self._paint_pointer(painter, window, x)

    def _paint_pointer(self, painter: QPainter, window: Window, x: float) -> list[tuple[int, tuple[float, float]]]:
        plot = window.plot
        line_x = round(float(window.x_pixels(np.array([x]))[0])) + 0.5
        if not plot.left() - 1 <= line_x <= plot.right() + 1:
            return []
        found = [
            (place, point)
            for place, curve in enumerate(self.curves)
            if (point := value_at(curve.series, x)) is not None
        ]
        painter.setPen(QPen(self.theme.color("muted"), 1))
        painter.drawLine(QLineF(line_x, plot.top(), line_x, plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self.theme.color("panel"), 1.5))
        places = np.array([point for _, point in found]).reshape(-1, 2)
        xs, ys = window.x_pixels(places[:, 0]).tolist(), window.y_pixels(places[:, 1]).tolist()
        inside = plot.adjusted(-2, -2, 2, 2)
        for (place, _), px, py in zip(found, xs, ys, strict=True):
            if inside.contains(QPointF(px, py)):
                painter.setBrush(self.curves[place].colour)
                painter.drawEllipse(QPointF(px, py), 3.5, 3.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return found

    def _readout_line(self, place: int, point: tuple[float, float], highlighted: bool) -> ReadoutLine:
        curve = self.curves[place]
        text = f"{self._value(point[1]):.6g}"
        band = curve.line.band
        if band is not None and len(band.x):
            at = min(int(np.searchsorted(band.x, point[0])), len(band.x) - 1)
            text += f"  ({self._value(float(band.low[at])):.4g} to {self._value(float(band.high[at])):.4g})"
        if curve.line.raw is not None and (raw := value_at(curve.line.raw, point[0])) is not None:
            text += f"  (raw {self._value(raw[1]):.6g})"
        return ReadoutLine(curve.colour, ("▸ " if highlighted else "") + curve.name, text)

    def _value(self, y: float) -> float:
        return _power(y) if self.look.log_y else y

    def _x_text(self, x: float) -> str:
        x = _power(x) if self.look.log_x else x
        if self.look.x_mode == "time":
            return moment_text(x)
        return seconds_text(x, x) if self.look.x_mode == "relative" else f"step {x:,.0f}"


def _power(exponent: float) -> float:
    return float(10.0 ** min(exponent, 308.25))


def _unzipped(places: list[tuple[float, str]]) -> tuple[list[float], list[str]]:
    return [place for place, _ in places], [text for _, text in places]


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
