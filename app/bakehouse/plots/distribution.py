"""How the values of a column are spread over the visible runs: a histogram, or a box for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.axes import format_values
from bakehouse.analysis.axis_ticks import ticks_between
from bakehouse.analysis.distribution import Boxes, Histogram, boxes, histogram
from bakehouse.analysis.ticks import number_places
from bakehouse.domain.text import counted, visible
from bakehouse.plots.canvas import PlotCanvas, is_adding
from bakehouse.plots.parallel_words import lane_notes
from bakehouse.plots.readout import ReadoutLine, paint_readout, small_font
from bakehouse.plots.scatter_axes import axis_title
from bakehouse.theme import Theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.plots.distribution_runs import DistributionRuns

_LEFT, _TOP, _RIGHT, _BOTTOM = 16.0, 34.0, 16.0, 44.0
_GAP_X, _GAP_Y = 110, 48
_ROW, _BOX, _NAMES = 26.0, 14.0, 170.0
_OUTSIDE_AT_MOST = 3_000


class DistributionPlot(PlotCanvas):
    """Owns the runs shown and their counts or boxes; GUI thread only. A click on a bar or box selects its runs."""

    runs_selected = Signal(object, bool)
    """list[str] of run ids; whether they add to the selection."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("distribution_plot", "Distribution", parent)
        self._theme = theme
        self._runs: DistributionRuns | None = None
        self._bars: Histogram | None = None
        self._boxes: Boxes | None = None
        self._waiting = ""
        self._hovered = -1
        self._pointer = QPointF()
        self._pixmap: QPixmap | None = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.repaint_whole()

    def set_runs(self, runs: DistributionRuns | None) -> None:
        """Show these runs (None: none yet)."""
        self._runs, self._bars, self._boxes, self._hovered = runs, None, None, -1
        if runs is not None and runs.grouped_by is None:
            self._bars = histogram(runs.values)
        elif runs is not None:
            self._boxes = boxes(runs.values.positions, runs.groups, len(runs.group_names))
        self.repaint_whole()

    def set_waiting(self, sentence: str) -> None:
        """What to say while there is nothing to draw yet."""
        self._waiting = sentence
        self.update()

    def status(self) -> str:
        """What is drawn, counted, and what cannot be and why."""
        runs = self._runs
        if runs is None or not len(runs.rows):
            return ""
        parts = [counted(len(runs.rows), "run"), *lane_notes((runs.values,))]
        hidden = len(runs.group_names) - self._groups_shown()
        parts += [f"{hidden:,} smaller groups do not fit here"] if hidden > 0 else []
        return "; ".join(parts)

    # Picture

    @override
    def repaint_whole(self) -> None:
        self._pixmap = None
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.repaint_whole()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        runs = self._runs
        if runs is None or not self.has_picture:
            nothing = "No runs to draw: the filter lets none through."
            if runs is None:
                nothing = "Choose a column."
            elif len(runs.rows):
                nothing = f"None of these runs has a value of {visible(runs.values.data.title, 60)} to draw."
            self.paint_empty(painter, self._theme, self._waiting or nothing)
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(self.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(self._theme.color("panel"))
            still = QPainter(self._pixmap)
            still.setFont(self.font())
            self._paint_still(still, runs)
            still.end()
        painter.drawPixmap(0, 0, self._pixmap)
        if self._hovered >= 0:
            title, lines = self._read(runs, self._hovered)
            paint_readout(painter, self._theme, QRectF(self.rect()), self._pointer, title, lines)
        painter.end()

    @property
    @override
    def has_picture(self) -> bool:
        runs = self._runs
        return runs is not None and len(runs.rows) > 0 and bool(np.any(~np.isnan(runs.values.positions)))

    @override
    def paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        if self._runs is None:
            return
        shown = self._theme, self._hovered
        self._theme, self._hovered = theme, -1
        try:
            self._paint_still(painter, self._runs)
            self._paint_status(painter)
        finally:
            self._theme, self._hovered = shown

    def _area(self) -> QRectF:
        left = _LEFT + (_NAMES if self._boxes is not None else 0.0)
        return QRectF(left, _TOP, max(40.0, self.width() - left - _RIGHT), max(40.0, self.height() - _TOP - _BOTTOM))

    def _paint_still(self, painter: QPainter, runs: DistributionRuns) -> None:
        area = self._area()
        self._paint_across(painter, runs, area)
        if self._bars is not None:
            self._paint_bars(painter, area, self._bars)
        elif self._boxes is not None:
            self._paint_boxes(painter, area, runs, self._boxes)
        metrics, row = QFontMetricsF(painter.font()), self._lowest_row(painter)
        painter.setPen(self._theme.color("text"))
        text = metrics.elidedText(f"{axis_title(runs.values)} →", Qt.TextElideMode.ElideMiddle, row.width() * 0.38)
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, text)

    def _lowest_row(self, painter: QPainter) -> QRectF:
        height = QFontMetricsF(painter.font()).height()
        return QRectF(_LEFT, self.height() - height - 4, self.width() - _LEFT - _RIGHT, height + 2)

    def _paint_status(self, painter: QPainter) -> None:
        """In a picture to keep; on screen the panel says it."""
        row = self._lowest_row(painter)
        painter.setPen(self._theme.color("muted"))
        elide = Qt.TextElideMode.ElideRight
        text = QFontMetricsF(painter.font()).elidedText(self.status(), elide, row.width() * 0.6)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, text)

    def _paint_across(self, painter: QPainter, runs: DistributionRuns, area: QRectF) -> None:
        """Grid and labels of the values."""
        font = small_font(painter.font())
        metrics = QFontMetricsF(font)
        painter.save()
        painter.setFont(font)
        free = -1e9
        for tick in ticks_between(runs.values, 0.0, 1.0, int(area.width() / _GAP_X)):
            x = round(area.left() + self._inside(tick.position) * area.width()) + 0.5
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            text = metrics.elidedText(visible(tick.text, 200), Qt.TextElideMode.ElideRight, 160.0)
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, area.left()), area.right() - width)
            if left > free:
                painter.setPen(self._theme.color("muted"))
                box = QRectF(left, area.bottom() + 3, width + 2, metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)
                free = left + width + 10
        painter.restore()

    def _inside(self, position: float) -> float:
        """A position with a little room at both ends, so that the outermost marks are whole."""
        return 0.01 + position * 0.98

    def _paint_bars(self, painter: QPainter, area: QRectF, bars: Histogram) -> None:
        most = max(1, int(bars.counts.max()))
        font = small_font(painter.font())
        metrics = QFontMetricsF(font)
        for place in range(len(bars.counts)):
            colour = self._theme.color("value_bar" if place != self._hovered else "accent")
            painter.fillRect(self._bar_box(area, bars, place, most), colour)
        painter.save()
        painter.setFont(font)
        for count in number_places(0, most, max(2, int(area.height() / _GAP_Y)), whole=True):
            y = round(area.bottom() - count / most * (area.height() - 8)) + 0.5
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            if count:
                text = f"{count:,.0f}"
                box = QRectF(
                    area.left() + 2, y - metrics.height() - 1, metrics.horizontalAdvance(text) + 4, metrics.height()
                )
                ground = QColor(self._theme.color("panel"))
                ground.setAlphaF(0.82)
                painter.fillRect(box, ground)
                painter.setPen(self._theme.color("muted"))
                painter.drawText(box.adjusted(2, 0, 2, 0), Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRectF(area.left(), 6, area.width(), 22), Qt.AlignmentFlag.AlignVCenter, "↑ runs")

    def _bar_box(self, area: QRectF, bars: Histogram, place: int, most: int) -> QRectF:
        count = len(bars.counts)
        categories = len((self._runs.values.categories or ()) if self._runs is not None else ())
        if categories > 1 and self._runs is not None and self._runs.values.scale is None:
            middle = area.left() + self._inside(place / max(1, count - 1)) * area.width()
            half = min(40.0, area.width() * 0.4 / count)
            left, right = middle - half, middle + half
        else:
            left = area.left() + self._inside(place / count) * area.width()
            right = area.left() + self._inside((place + 1) / count) * area.width() - 1
        height = bars.counts[place] / most * (area.height() - 8)
        if bars.counts[place]:
            height = max(2.0, height)  # a single run is seen beside a crowd
        return QRectF(left, area.bottom() - height, max(1.0, right - left), height)

    def _groups_shown(self) -> int:
        groups = len(self._runs.group_names) if self._runs is not None else 0
        return min(groups, max(1, int(self._area().height() / _ROW)))

    def _row_height(self) -> float:
        return min(3 * _ROW, self._area().height() / max(1, self._groups_shown()))

    def _paint_boxes(self, painter: QPainter, area: QRectF, runs: DistributionRuns, found: Boxes) -> None:
        metrics = QFontMetricsF(painter.font())
        shown, height = self._groups_shown(), self._row_height()
        accent, text, muted = (self._theme.color(token) for token in ("accent", "text", "muted"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for group in range(shown):
            y = area.top() + (group + 0.5) * height
            name = visible(runs.group_names[group], 200) or '""'
            count = f"{int(found.counts[group]):,}"
            room = QRectF(_LEFT, y - height / 2, _NAMES - 12, height)
            painter.setPen(muted)
            align = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | align, count)
            painter.setPen(text)
            short = metrics.elidedText(
                name, Qt.TextElideMode.ElideRight, _NAMES - 24 - metrics.horizontalAdvance(count)
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | align, short)
            if not found.counts[group]:
                continue
            low, first, middle, third, high = (
                area.left() + self._inside(float(ends[group])) * area.width()
                for ends in (found.low, found.first, found.middle, found.third, found.high)
            )
            painter.setPen(QPen(muted, 1))
            painter.drawLine(QLineF(low, y, first, y))
            painter.drawLine(QLineF(third, y, high, y))
            for end in (low, high):
                painter.drawLine(QLineF(end, y - 4, end, y + 4))
            box = QRectF(first, y - _BOX / 2, max(1.0, third - first), _BOX)
            painter.fillRect(box, self._theme.color("value_bar"))
            painter.setPen(QPen(accent, 2))
            painter.drawLine(QLineF(middle, box.top(), middle, box.bottom()))
        self._paint_outside(painter, area, runs, found, shown, height)
        painter.setPen(text)
        by = visible(runs.grouped_by.title, 100) if runs.grouped_by is not None else ""
        painter.drawText(QRectF(_LEFT, 6, area.right() - _LEFT, 22), Qt.AlignmentFlag.AlignVCenter, by)

    def _paint_outside(
        self, painter: QPainter, area: QRectF, runs: DistributionRuns, found: Boxes, shown: int, height: float
    ) -> None:
        outside = found.outside[runs.groups[found.outside] < shown]
        outside = outside[:: max(1, len(outside) // _OUTSIDE_AT_MOST)]
        colour = QColor(self._theme.color("accent"))
        colour.setAlphaF(0.55)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for place in outside.tolist():
            x = area.left() + self._inside(float(runs.values.positions[place])) * area.width()
            y = area.top() + (int(runs.groups[place]) + 0.5) * height
            painter.drawEllipse(QPointF(x, y), 2.0, 2.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _read(self, runs: DistributionRuns, place: int) -> tuple[str, list[ReadoutLine]]:
        """What the readout says of a bar or box."""
        axis = runs.values
        if self._bars is not None:
            count = len(self._bars.counts)
            if axis.scale is None and axis.categories is not None:
                title = visible(axis.categories[len(axis.categories) - 1 - place], 80) if axis.categories else ""
            else:
                ends = format_values([axis.value_at(place / count), axis.value_at((place + 1) / count)], axis.data.key)
                title = " to ".join(dict.fromkeys(ends))
            return title, [ReadoutLine(None, "runs", f"{int(self._bars.counts[place]):,}")]
        assert self._boxes is not None
        found = self._boxes
        names = ("greatest but outliers", "third quartile", "median", "first quartile", "least but outliers")
        figures = [float(f[place]) for f in (found.high, found.third, found.middle, found.first, found.low)]
        texts = format_values([axis.value_at(figure) for figure in figures], axis.data.key)
        lines = [ReadoutLine(None, name, text) for name, text in zip(names, texts, strict=True)]
        return runs.group_names[place], [ReadoutLine(None, "runs", f"{int(found.counts[place]):,}"), *lines]

    # Pointer

    def _place_at(self, at: QPointF) -> int:
        """The bar or box under the pointer, -1 for none."""
        area, runs = self._area(), self._runs
        if runs is None or not area.top() <= at.y() <= area.bottom():
            return -1
        if self._bars is not None:
            most = max(1, int(self._bars.counts.max()))
            for place in range(len(self._bars.counts)):
                box = self._bar_box(area, self._bars, place, most)
                if box.left() <= at.x() <= box.right() + 1 and self._bars.counts[place]:
                    return place
            return -1
        group = int((at.y() - area.top()) / self._row_height())
        known = self._boxes is not None and group < self._groups_shown() and self._boxes.counts[group] > 0
        return group if known else -1

    def _runs_at(self, place: int) -> NDArray[np.bool_]:
        assert self._runs is not None
        of = self._bars.bins if self._bars is not None else self._runs.groups
        chosen: NDArray[np.bool_] = of == place
        return chosen

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        place = self._place_at(self._pointer)
        if place != self._hovered:
            self._hovered = place
            if self._bars is not None:
                self._pixmap = None
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0 and self._runs is not None:
            self.runs_selected.emit(self._runs.run_ids(self._runs_at(place)), is_adding(event))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.repaint_whole()
        super().leaveEvent(event)
