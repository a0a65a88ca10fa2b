"""Paints metric histories in pixels: grid, labels, envelope lines, marks of odd values, names, crosshair."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from bakehouse.analysis.axes import format_values
from bakehouse.analysis.envelope import Polyline, value_at
from bakehouse.analysis.history_charts import Chart, HistoryLook
from bakehouse.analysis.ticks import (
    log_places,
    moment_label,
    moment_places,
    number_places,
    seconds_places,
    seconds_text,
)
from bakehouse.domain.text import visible
from bakehouse.plots.history_crosshair import HistoryCrosshair
from bakehouse.plots.history_legend import Legend, lay_out_legend, paint_legend
from bakehouse.plots.history_lines import paint_below, paint_best, paint_curve, paint_points
from bakehouse.plots.history_pointer import DrawnLines
from bakehouse.plots.history_window import Curve, Window
from bakehouse.plots.readout import small_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bakehouse.theme import Theme

_MOST_NAMES = 14
_WIDEST_NAME = 150.0
_CROWD = 40_000
"""More points of a picture than these are drawn without antialiasing."""
_REACH = 6.0
_LEFT, _TOP, _BOTTOM = 12.0, 40.0, 26.0
_HEAD = 9.0
_SWATCH = 14.0
_PARTS = 4
_MANY_HIGHLIGHTED = 12
_BESIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AXIS_NAMES = {"step": "step", "time": "time", "relative": "since start"}


class Labels(NamedTuple):
    """Pixels and texts of the labels of the left and the right y axis."""

    left: list[tuple[float, str]]
    right: list[tuple[float, str]]


def metric_colour(theme: Theme, metric: int) -> QColor:
    """The colour of the metric at this place, where colours tell metrics apart."""
    return QColor(theme.runs[metric % len(theme.runs)])


class HistoryPicture:
    """Everything of a HistoryPlot that is painted; keeps the lines of the last picture for the pointer."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.chart = Chart("", HistoryLook(), ())
        self.curves: list[Curve] = []
        self.crosshair = HistoryCrosshair(self.chart, (), theme)
        self._lines: dict[int, Polyline] = {}
        self._drawn: tuple[Window, DrawnLines] | None = None
        self._measured: tuple[object, float, Legend] | None = None

    def show(self, chart: Chart, curves: list[Curve], theme: Theme) -> None:
        """Paint these lines in these colours from now on."""
        self.chart, self.curves, self.theme = chart, curves, theme
        self.crosshair = HistoryCrosshair(chart, curves, theme)
        self._drawn = self._measured = None

    @property
    def look(self) -> HistoryLook:
        return self.chart.look

    @property
    def _tells_by_colour(self) -> bool:
        """Whether colours stand for metrics, because there is only one run."""
        return bool(self.chart.metrics) and not any(curve.dash for curve in self.curves)

    @property
    def _lists_runs(self) -> bool:
        """Whether runs are listed beside the plot; with several metrics each of them has several ends."""
        return bool(self.chart.metrics) and not self._tells_by_colour

    def plot_in(self, size: QSizeF, font: QFont) -> QRectF:
        """The rectangle of the axes in a widget of `size`: names stand beside it, title or legend above."""
        key = (size.width(), font.key(), font.pixelSize(), font.pointSizeF())
        if self._measured is None or self._measured[0] != key:
            names = min(self._names_width(font), size.width() * 0.3)
            legend = lay_out_legend(self.chart, size.width() - 2 * _LEFT, QFontMetricsF(small_font(font)))
            self._measured = key, names, legend
        _, names, legend = self._measured
        top = _TOP if not self.chart.metrics else max(_TOP, _HEAD + legend.height + 12.0)
        return QRectF(_LEFT, top, size.width() - _LEFT - names - 8.0, size.height() - top - _BOTTOM)

    def _names_width(self, font: QFont) -> float:
        """Pixels that the runs' names need beside the plot."""
        metrics = QFontMetricsF(small_font(font))
        swatch = _SWATCH if self._lists_runs else 0.0
        every = self._names()
        names = [visible(name, 100) for name, _ in every[:_MOST_NAMES]]
        # Where not all fit the rest is counted; how many that are is not known yet.
        names += [f"and {len(every):,} more"] if len(every) > 2 else []
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(widest + swatch, _WIDEST_NAME) + 10.0

    def _names(self) -> list[tuple[str, Curve]]:
        """What is said beside the plot: the runs, or the metrics of the only one."""
        metrics = self.chart.metrics
        if not metrics:
            return [(curve.name, curve) for curve in self.curves]
        if self._tells_by_colour:
            return [(metrics[curve.line.metric].name, curve) for curve in self.curves]
        first: dict[tuple[object, ...], Curve] = {}
        for curve in self.curves:
            first.setdefault((curve.colour.rgb(), curve.line.tone) if self.chart.is_grouped else curve.line.ids, curve)
        return [(curve.name, curve) for curve in first.values()]

    def curve_at(self, window: Window, at: QPointF) -> int | None:
        """The place in `curves` of the line that passes within 6 px of `at`."""
        if self._drawn is None or self._drawn[0] != window:
            self._drawn = window, DrawnLines(self._lines, self.curves, window)
        return self._drawn[1].nearest(at, _REACH)

    def metric_at(self, at: QPointF) -> int | None:
        """The metric whose name in the head lies under `at`."""
        if not self.chart.metrics or self._measured is None:
            return None
        return self._measured[2].metric_at(at - QPointF(_LEFT, _HEAD))

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
        self._drawn = None
        while done < self.turns and (done == first or perf_counter() - began < seconds):
            place = count - 1 - done % count
            curve = self.curves[place]
            part = window.on(curve.axis)
            if done < count:
                paint_below(painter, curve, part, columns, crowded=crowded)
            else:
                self._lines[place] = paint_curve(painter, curve, part, columns, crowded=crowded)
            done += 1
        painter.restore()
        return done

    def paint_words(
        self,
        painter: QPainter,
        window: Window,
        labels: Labels,
        highlighted: Sequence[int] = (),
        metric: int | None = None,
    ) -> None:
        """What stands on top of the lines: marks of best values, labels, names, the legend of metrics.

        `metric` is the one under the pointer, `highlighted` are the places of lines that stand out.
        """
        painter.setFont(small_font(painter.font()))
        for curve in reversed(self.curves):
            paint_best(painter, curve, window.on(curve.axis), self.theme)
        if self.chart.axes > 2:
            pointed = self.curves[highlighted[0]].line.metric if metric is None and highlighted else metric
            if pointed is not None:
                axis = self.chart.metrics[pointed].axis
                labels = Labels(self._y_places(window.on(axis)), [])
        self._paint_y_labels(painter, window.plot, labels)
        if self._lists_runs:
            self._paint_runs(painter, window)
        else:
            self._paint_names(painter, window)
        if self.chart.metrics and self._measured is not None:
            colours = [metric_colour(self.theme, place) for place in range(len(self.chart.metrics))]
            corner = QPointF(_LEFT, _HEAD)
            told = colours if self._tells_by_colour else None
            paint_legend(painter, self._measured[2], corner, self.theme, told, metric)

    def paint_highlight(self, painter: QPainter, window: Window, places: Sequence[int]) -> None:
        """Some lines on top of the others, wider; very many of them as they are."""
        painter.save()
        painter.setClipRect(window.plot.adjusted(-1, -1, 1, 1))
        columns = max(1, round(window.plot.width()))
        many = len(places) > _MANY_HIGHLIGHTED
        for place in places:
            line = self._lines.get(place)
            if line is not None and place < len(self.curves):
                curve = self.curves[place]
                part, width = window.on(curve.axis), 1.0 if many else 2.0
                paint_points(painter, line, curve.colour, part, columns, crowded=many, width=width, dash=curve.dash)
        painter.restore()

    def paint_grid(self, painter: QPainter, window: Window) -> Labels:
        """Grid lines, x labels and the title; gives the y labels, which stand on top of the lines."""
        plot = window.plot
        if not self.chart.metrics:
            self._paint_title(painter, plot)
        painter.setFont(small_font(painter.font()))
        self._paint_x(painter, window)
        painter.setPen(QPen(self.theme.color("line"), 1))
        if self.chart.axes > 2:
            # None of the axes is everybody's: lines at even places, numbers for the metric under the pointer.
            for part in range(1, _PARTS):
                y = round(plot.bottom() - plot.height() * part / _PARTS) + 0.5
                painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            return Labels([], [])
        left = self._y_places(window)
        for y, _ in left:
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
        right = self._y_places(window.on(1)) if self.chart.axes == 2 else []
        painter.setPen(QPen(self.theme.color("muted"), 1))
        for y, _ in right:
            painter.drawLine(QLineF(plot.right() - 5, y, plot.right(), y))
        return Labels(left, right)

    def _paint_title(self, painter: QPainter, plot: QRectF) -> None:
        """The metric's name, and beside it, smaller, what cannot be seen in its place."""
        metrics = QFontMetricsF(painter.font())
        title = metrics.elidedText(visible(self.chart.key, 300), Qt.TextElideMode.ElideMiddle, plot.width() * 0.8)
        painter.setPen(self.theme.color("text"))
        painter.drawText(QRectF(plot.left(), 6, plot.width(), 22), Qt.AlignmentFlag.AlignVCenter, title)
        used = metrics.horizontalAdvance(title) + 14
        painter.save()
        painter.setFont(small_font(painter.font()))
        painter.setPen(self.theme.color("muted"))
        beside = QRectF(plot.left() + used, 7, plot.right() - plot.left() - used, 22)
        note = QFontMetricsF(painter.font()).elidedText(self.chart.said(), Qt.TextElideMode.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()

    def _paint_x(self, painter: QPainter, window: Window) -> None:
        plot = window.plot
        metrics = QFontMetricsF(painter.font())
        muted = self.theme.color("muted")
        places = self._x_places(window.x_low, window.x_high, max(2, int(plot.width() / 110)))
        end = plot.right() - metrics.horizontalAdvance(_AXIS_NAMES[self.look.x_mode])
        for place, text in places:
            x = round(window.x_pixel(place)) + 0.5
            painter.setPen(QPen(self.theme.color("line"), 1))
            painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
            width = metrics.horizontalAdvance(text)
            box = QRectF(max(plot.left(), x - width / 2), plot.bottom() + 4, width + 2, metrics.height())
            if box.right() < end - 10:
                painter.setPen(muted)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(muted)
        name = QRectF(end - 2, plot.bottom() + 4, plot.right() - end + 4, metrics.height())
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft, _AXIS_NAMES[self.look.x_mode])

    def _y_places(self, window: Window) -> list[tuple[float, str]]:
        """Pixels and texts of round values on the window's y axis."""
        most = max(2, int(window.plot.height() / 60))
        if self.look.log_y:
            values, texts = _unzipped(log_places(window.y_low, window.y_high, most))
        else:
            values = number_places(window.y_low, window.y_high, most)
            texts = format_values(values)
        return [(round(window.y_pixel(value)) + 0.5, text) for value, text in zip(values, texts, strict=True)]

    def _x_places(self, low: float, high: float, most: int) -> list[tuple[float, str]]:
        if self.look.log_x:
            return log_places(low, high, most)
        if self.look.x_mode == "time":
            return [(p, moment_label(p, high - low)) for p in moment_places(low, high, most)]
        if self.look.x_mode == "relative":
            return [(p, seconds_text(p, high - low)) for p in seconds_places(low, high, most)]
        places = number_places(low, high, most, whole=True)
        return [(p, f"{p:,.0f}") for p in places]

    def _paint_y_labels(self, painter: QPainter, plot: QRectF, labels: Labels) -> None:
        metrics = QFontMetricsF(painter.font())
        ground = QColor(self.theme.color("panel"))
        ground.setAlphaF(0.82)
        for is_right, (y, text) in [*((False, one) for one in labels.left), *((True, one) for one in labels.right)]:
            if y - metrics.height() < plot.top() - 8:
                continue
            width = metrics.horizontalAdvance(text) + 4
            left = plot.right() - 7 - width if is_right else plot.left() + 2
            box = QRectF(left, y - metrics.height() - 1, width, metrics.height())
            painter.fillRect(box, ground)
            painter.setPen(self.theme.color("muted"))
            painter.drawText(box.adjusted(2, 0, 2, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_runs(self, painter: QPainter, window: Window) -> None:
        """The runs with their colours, one below the other."""
        metrics = QFontMetricsF(painter.font())
        step = metrics.height() + 3
        names = self._names()
        room = max(1, int(window.plot.height() / step))
        listed = names if len(names) <= room else names[: room - 1]
        left, top = window.plot.right() + 6, window.plot.top()
        for row, (name, curve) in enumerate(listed):
            box = QRectF(left, top + row * step, _WIDEST_NAME, step)
            painter.fillRect(QRectF(box.left(), box.center().y() - 4, 8, 8), curve.colour)
            text = metrics.elidedText(visible(name, 200), Qt.TextElideMode.ElideRight, _WIDEST_NAME - _SWATCH)
            painter.setPen(self.theme.color("text"))
            painter.drawText(box.adjusted(_SWATCH, 0, 4, 0), _BESIDE, text)
        if len(names) > len(listed):
            painter.setPen(self.theme.color("muted"))
            box = QRectF(left, top + len(listed) * step, _WIDEST_NAME, step)
            painter.drawText(box, _BESIDE, f"and {len(names) - len(listed):,} more")

    def _paint_names(self, painter: QPainter, window: Window) -> None:
        """Each run's name beside its line's end, pushed apart where they would overlap."""
        plot = window.plot
        metrics = QFontMetricsF(painter.font())
        step = metrics.height() + 1
        ends: list[tuple[float, str, Curve]] = []
        room = int(plot.height() / step)
        for name, curve in self._names()[: min(_MOST_NAMES, max(1, room - 1))]:
            point = value_at(curve.series, window.x_high)
            y = plot.bottom() if point is None else window.on(curve.axis).y_pixel(point[1])
            ends.append((min(max(y, plot.top() + step / 2), plot.bottom() - step / 2), name, curve))
        places = _apart([y for y, _, _ in ends], step, plot.top() + step / 2, plot.bottom() - step / 2)
        for (_, name, curve), y in zip(ends, places, strict=True):
            text = metrics.elidedText(visible(name, 200), Qt.TextElideMode.ElideRight, _WIDEST_NAME)
            painter.setPen(curve.colour)
            box = QRectF(plot.right() + 6, y - metrics.height() / 2, _WIDEST_NAME + 4, metrics.height())
            painter.drawText(box, _BESIDE, text)
        left = len(self.curves) - len(ends)
        if left > 0:
            painter.setPen(self.theme.color("muted"))
            box = QRectF(plot.right() + 6, plot.top() - step - 6, _WIDEST_NAME, step)
            painter.drawText(box, _BESIDE, f"and {left:,} more")


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
