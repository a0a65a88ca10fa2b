"""Paints what is not lines in a parallel-coordinates plot: axes, titles, ticks, lanes, brushes and the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from bakehouse.analysis.axes import Axis, AxisLane
from bakehouse.domain.text import visible
from bakehouse.plots.readout import small_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bakehouse.plots.parallel_layout import ParallelLayout
    from bakehouse.theme import Theme

_LANE_TEXTS = {AxisLane.MISSING: "missing", AxisLane.NOT_FINITE: "NaN, ±inf"}
_MARKS = 60


def faded(colour: QColor, alpha: float) -> QColor:
    """`colour` with that opacity, 0 to 1."""
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result


def paint_axes(painter: QPainter, theme: Theme, layout: ParallelLayout, axes: Sequence[Axis]) -> None:
    """Titles, axis lines, tick labels on a ground of the panel's colour, and the lanes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _paint_lanes(painter, theme, layout)
    axis_pen = QPen(theme.color("muted"), 1)
    for index, (x, axis) in enumerate(zip(layout.axis_x, axes, strict=True)):
        painter.setPen(axis_pen)
        painter.drawLine(QLineF(x, layout.top, x, layout.bottom))
        _paint_title(painter, theme, layout, index, axis.data.title)
        _paint_ticks(painter, theme, layout, index, axis)


def _paint_lanes(painter: QPainter, theme: Theme, layout: ParallelLayout) -> None:
    if not layout.axis_x:
        return
    pen = QPen(faded(theme.color("text"), 0.7), 1)
    pen.setDashPattern([3, 3])
    font = small_font(painter.font())
    metrics = QFontMetricsF(font)
    painter.save()
    painter.setFont(font)
    reach = min(30.0, layout.gap / 4)
    for lane, y in layout.lanes.items():
        row = round(y) + 0.5
        painter.setPen(pen)
        painter.drawLine(QLineF(layout.axis_x[0] - reach, row, layout.axis_x[-1] + reach, row))
        painter.setPen(theme.color("muted"))
        text = _LANE_TEXTS[lane]
        box = QRectF(8, row - metrics.height() - 2, metrics.horizontalAdvance(text) + 2, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def title_box(layout: ParallelLayout, index: int) -> QRectF:
    """Where the title of an axis stands; the outer ones may reach to the edge."""
    x = layout.axis_x[index]
    half = layout.gap / 2 - 6
    left = x - half if index else max(4.0, x - max(half, x - 4.0))
    right = x + half if index < len(layout.axis_x) - 1 else layout.width - 4.0
    reach = min(x - left, right - x) if 0 < index < len(layout.axis_x) - 1 else min(half, x - left, right - x)
    reach = max(reach, 20.0)
    return QRectF(x - reach, 8, 2 * reach, layout.top - 18)


def _paint_title(painter: QPainter, theme: Theme, layout: ParallelLayout, index: int, title: str) -> None:
    box = title_box(layout, index)
    metrics = QFontMetricsF(painter.font())
    text = metrics.elidedText(visible(title, 300), Qt.TextElideMode.ElideMiddle, box.width())
    painter.setPen(theme.color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)


def _paint_ticks(painter: QPainter, theme: Theme, layout: ParallelLayout, index: int, axis: Axis) -> None:
    x = layout.axis_x[index]
    font = small_font(painter.font())
    metrics = QFontMetricsF(font)
    painter.save()
    painter.setFont(font)
    last = index == len(layout.axis_x) - 1
    room = layout.width - x - 12 if last else layout.gap - 20
    ground = faded(theme.color("panel"), 0.82)
    marks = QPen(theme.color("muted"), 1)
    if axis.categories is not None and len(axis.categories) <= _MARKS:
        painter.setPen(marks)
        for tick in axis.ticks:
            y = layout.y_of(tick.position)
            painter.drawLine(QLineF(x - 2, y, x + 2, y))
    painter.setPen(theme.color("muted"))
    free_below = -1e9
    for tick in sorted(axis.ticks, key=lambda tick: -tick.position):
        y = layout.y_of(tick.position)
        if y - metrics.height() / 2 < free_below:  # thinned only where labels would overlap
            continue
        free_below = y + metrics.height() / 2 + 1
        name = visible(tick.text, 200)
        # What does not fit beside the last axis stands before it.
        before = last and metrics.horizontalAdvance(name) > room
        fits = max(24.0, layout.gap - 20 if before else room)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, fits)
        width = metrics.horizontalAdvance(text)
        left = x - 12 - width if before else x + 8  # clear of a brush's box
        box = QRectF(left, y - metrics.height() / 2, width + 4, metrics.height())
        painter.fillRect(box, ground)
        painter.drawText(box.adjusted(2, 0, 2, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def paint_brush(painter: QPainter, theme: Theme, x: float, upper: float, lower: float) -> None:
    """The box of a brush around the axis at `x`."""
    accent = theme.color("accent")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    box = QRectF(x - 8, round(upper) + 0.5, 16, max(2.0, round(lower - upper)))
    # Brushed lines have the accent's hue too: a rim and a veil of the panel's colour set the box apart.
    painter.setPen(QPen(faded(theme.color("panel"), 0.9), 1))
    painter.setBrush(faded(theme.color("panel"), 0.3))
    painter.drawRect(box.adjusted(-1, -1, 1, 1))
    painter.setPen(QPen(accent, 1))
    painter.setBrush(faded(accent, 0.22))
    painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_legend(painter: QPainter, theme: Theme, layout: ParallelLayout, colour: Axis) -> None:
    """The ordered map with its least and greatest value and the column's name, at the lower right."""
    ends = sorted(colour.ticks)
    if not ends:
        return
    font = small_font(painter.font())
    metrics = QFontMetricsF(font)
    painter.save()
    painter.setFont(font)
    low, high, title = (
        metrics.elidedText(visible(text, 200), Qt.TextElideMode.ElideMiddle, widest)
        for text, widest in ((ends[0].text, 110), (ends[-1].text, 110), (colour.data.title, 200))
    )
    y = layout.height - 13.0
    bar = QRectF(0, y - 4, 96, 8)
    x = layout.width - 14
    align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.color("muted"))
    for text in (high, None, low, title):
        if text is None:
            bar.moveRight(x)
            scale = np.empty((1, 96, 4), dtype=np.uint8)
            scale[0, :, :3] = theme.ordered_map(96)[:, ::-1]
            scale[..., 3] = 255
            painter.drawImage(bar, QImage(scale.data, 96, 1, 96 * 4, QImage.Format.Format_RGB32))
            x = bar.left() - 6
            continue
        if text is title:
            x -= 6
            painter.setPen(theme.color("text"))
        width = metrics.horizontalAdvance(text) + 1
        painter.drawText(QRectF(x - width, y - 8, width, 16), align, text)
        x -= width + 6
    painter.restore()
