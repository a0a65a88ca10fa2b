"""Paints what is not points in a scatter plot: grid, labels, titles and lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bakehouse.analysis.axes import AxisLane
from bakehouse.analysis.axis_ticks import ticks_between
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.text import visible
from bakehouse.plots.readout import small_font

if TYPE_CHECKING:
    from bakehouse.analysis.axes import Axis, Tick
    from bakehouse.plots.scatter_layout import ScatterLayout
    from bakehouse.theme import Theme

LANE_TEXTS = {AxisLane.MISSING: "missing", AxisLane.NOT_FINITE: "NaN, ±inf", AxisLane.NOT_POSITIVE: "≤ 0"}
_WIDEST_LABEL = 160.0
_GAP_X, _GAP_Y = 110, 56


def axis_title(axis: Axis) -> str:
    """The column's name, with its scale where that is not the plain one."""
    name = visible(axis.data.title, 200)
    return f"{name} ({axis.kind})" if axis.kind in (ScaleKind.LOG, ScaleKind.PERCENTILE) else name


def paint_grid(painter: QPainter, theme: Theme, layout: ScatterLayout, x: Axis, y: Axis) -> None:
    """Grid lines, the labels of x below, titles and lanes; what lies under the points."""
    font = small_font(painter.font())
    metrics = QFontMetricsF(font)
    grid, muted = QPen(theme.color("line"), 1), theme.color("muted")
    painter.save()
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    lowest = max([layout.bottom, *(place + 10 for _, place in layout.low_lanes)])
    free = -1e9
    for tick in _across_ticks(layout, x):
        at = round(layout.x_of(tick.position)) + 0.5
        painter.setPen(grid)
        painter.drawLine(QLineF(at, layout.top, at, layout.bottom))
        text = metrics.elidedText(visible(tick.text, 200), Qt.TextElideMode.ElideRight, _WIDEST_LABEL)
        width = metrics.horizontalAdvance(text)
        left = min(max(at - width / 2, layout.left), layout.right - width)
        if left > free:
            painter.setPen(muted)
            painter.drawText(QRectF(left, lowest + 3, width + 2, metrics.height()), Qt.AlignmentFlag.AlignLeft, text)
            free = left + width + 10
    painter.setPen(grid)
    for tick in _up_ticks(layout, y):
        at = round(layout.y_of(tick.position)) + 0.5
        painter.drawLine(QLineF(layout.left, at, layout.right, at))
    _paint_lane_lines(painter, theme, layout)
    painter.restore()
    _paint_titles(painter, theme, layout, x, y)


def paint_labels(painter: QPainter, theme: Theme, layout: ScatterLayout, y: Axis) -> None:
    """The labels of y and of the lanes, on the points, each on a ground of the panel's colour."""
    font = small_font(painter.font())
    metrics = QFontMetricsF(font)
    ground = QColor(theme.color("panel"))
    ground.setAlphaF(0.82)
    painter.save()
    painter.setFont(font)
    free = 1e9
    for tick in _up_ticks(layout, y):
        at = layout.y_of(tick.position)
        text = metrics.elidedText(visible(tick.text, 200), Qt.TextElideMode.ElideRight, _WIDEST_LABEL)
        box = QRectF(layout.left + 2, at - metrics.height() - 1, metrics.horizontalAdvance(text) + 4, metrics.height())
        if box.bottom() > free or box.top() < layout.top - 4:
            continue
        free = box.top()
        painter.fillRect(box, ground)
        painter.setPen(theme.color("muted"))
        painter.drawText(box.adjusted(2, 0, 2, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    _paint_lane_texts(painter, theme, layout, metrics)
    painter.restore()


def _across_ticks(layout: ScatterLayout, x: Axis) -> list[Tick]:
    low, high = (0.0, 1.0) if layout.across_categories else (layout.view.x_low, layout.view.x_high)
    ticks = ticks_between(x, low, high, int((layout.right - layout.left) / _GAP_X))
    return [tick for tick in ticks if layout.left - 1 <= layout.x_of(tick.position) <= layout.right + 1]


def _up_ticks(layout: ScatterLayout, y: Axis) -> list[Tick]:
    low, high = (0.0, 1.0) if layout.up_categories else (layout.view.y_low, layout.view.y_high)
    ticks = ticks_between(y, low, high, int((layout.bottom - layout.top) / _GAP_Y))
    return [tick for tick in ticks if layout.top - 1 <= layout.y_of(tick.position) <= layout.bottom + 1]


def _paint_titles(painter: QPainter, theme: Theme, layout: ScatterLayout, x: Axis, y: Axis) -> None:
    metrics = QFontMetricsF(painter.font())
    painter.setPen(theme.color("text"))
    room = layout.right - layout.left
    up = metrics.elidedText(f"↑ {axis_title(y)}", Qt.TextElideMode.ElideMiddle, room * 0.45)
    painter.drawText(QRectF(layout.left, 6, room * 0.5, 22), Qt.AlignmentFlag.AlignVCenter, up)
    across = metrics.elidedText(f"{axis_title(x)} →", Qt.TextElideMode.ElideMiddle, room * 0.38)
    painter.drawText(_lowest_row(layout, metrics), Qt.AlignmentFlag.AlignRight, across)


def _lowest_row(layout: ScatterLayout, metrics: QFontMetricsF) -> QRectF:
    return QRectF(layout.left, layout.height - metrics.height() - 4, layout.right - layout.left, metrics.height() + 2)


def _paint_lane_lines(painter: QPainter, theme: Theme, layout: ScatterLayout) -> None:
    pen = QPen(theme.color("muted"), 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    for _, at in layout.low_lanes:
        painter.drawLine(QLineF(layout.left, round(at) + 0.5, layout.right, round(at) + 0.5))
    for _, at in layout.left_lanes:
        painter.drawLine(QLineF(round(at) + 0.5, layout.top, round(at) + 0.5, layout.bottom))


def _paint_lane_texts(painter: QPainter, theme: Theme, layout: ScatterLayout, metrics: QFontMetricsF) -> None:
    for lane, at in layout.low_lanes:
        _paint_lane_text(painter, theme, metrics, LANE_TEXTS[lane], layout.right, at)
    for lane, at in layout.left_lanes:
        painter.save()
        painter.translate(at, layout.top)
        painter.rotate(-90)
        _paint_lane_text(painter, theme, metrics, LANE_TEXTS[lane], 0.0, 0.0)
        painter.restore()


def _paint_lane_text(
    painter: QPainter, theme: Theme, metrics: QFontMetricsF, text: str, right: float, middle: float
) -> None:
    width = metrics.horizontalAdvance(text) + 8
    box = QRectF(right - width, middle - metrics.height() / 2, width, metrics.height())
    painter.fillRect(box, theme.color("panel"))
    painter.setPen(theme.color("muted"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def paint_status(painter: QPainter, theme: Theme, layout: ScatterLayout, text: str) -> None:
    """What is drawn, in words, at the lower left."""
    metrics = QFontMetricsF(painter.font())
    row = _lowest_row(layout, metrics)
    painter.setPen(theme.color("muted"))
    short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, row.width() * 0.6)
    painter.drawText(row, Qt.AlignmentFlag.AlignLeft, short)
