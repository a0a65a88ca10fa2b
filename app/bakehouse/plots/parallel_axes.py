"""Paints what is not lines in a parallel-coordinates plot: axes, titles, ticks, lanes and brushes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bakehouse.analysis.axes import Axis, AxisLane, Tick
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.text import visible
from bakehouse.plots.readout import small_font

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bakehouse.plots.parallel_layout import ParallelLayout
    from bakehouse.theme import Theme

_LANE_TEXTS = {AxisLane.MISSING: "missing", AxisLane.NOT_FINITE: "NaN, ±inf", AxisLane.NOT_POSITIVE: "zero or less"}
_KIND_TEXTS = {ScaleKind.LOG: " · log", ScaleKind.PERCENTILE: " · rank"}
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
        _paint_title(painter, theme, layout, index, axis)
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


def title_text(axis: Axis) -> tuple[str, str]:
    """The name of an axis, and what is to be said of its scale."""
    return visible(axis.data.title, 300), _KIND_TEXTS.get(axis.kind, "") + (" ↓" if axis.is_flipped else "")


def _paint_title(painter: QPainter, theme: Theme, layout: ParallelLayout, index: int, axis: Axis) -> None:
    box = title_box(layout, index)
    metrics = QFontMetricsF(painter.font())
    name, suffix = title_text(axis)
    behind = metrics.horizontalAdvance(suffix)
    text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(20.0, box.width() - behind))
    width = metrics.horizontalAdvance(text)
    left = box.center().x() - (width + behind) / 2
    align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    painter.setPen(theme.color("text"))
    painter.drawText(QRectF(left, box.top(), width, box.height()), align, text)
    painter.setPen(theme.color("muted"))
    painter.drawText(QRectF(left + width, box.top(), behind, box.height()), align, suffix)


def paint_moved_title(painter: QPainter, theme: Theme, layout: ParallelLayout, axis: Axis, x: float, gap: int) -> None:
    """An axis on its way: its title under the pointer at `x`, and a mark before the axis `gap` where it would go."""
    places = layout.axis_x
    half = layout.gap / 2
    mark = places[0] - half if gap <= 0 else places[-1] + half if gap >= len(places) else places[gap] - half
    mark = min(max(mark, 3.0), layout.width - 3.0)
    painter.setPen(QPen(theme.color("accent"), 2))
    painter.drawLine(QLineF(mark, 6.0, mark, layout.band[1]))
    metrics = QFontMetricsF(painter.font())
    text = metrics.elidedText(title_text(axis)[0], Qt.TextElideMode.ElideMiddle, 200.0)
    width = metrics.horizontalAdvance(text) + 16
    box = QRectF(min(max(x - width / 2, 2.0), layout.width - width - 2.0), 9.5, width, 24)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("accent"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(theme.color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


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
    for tick, y in _labelled(layout, axis, metrics.height()):
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


def _labelled(layout: ParallelLayout, axis: Axis, height: float) -> Iterator[tuple[Tick, float]]:
    """The ticks that have a label, from top to bottom: thinned only where labels would overlap."""
    free_below = -1e9
    for tick in sorted(axis.ticks, key=lambda tick: -tick.position):
        y = layout.y_of(tick.position)
        if y - height / 2 >= free_below:
            free_below = y + height / 2 + 1
            yield tick, y


def category_at(layout: ParallelLayout, axis: Axis, y: float) -> str:
    """The category nearest to height `y`, empty where the axis has none near it."""
    if axis.categories is None:
        return ""
    places = layout.bottom - axis.category_positions() * (layout.bottom - layout.top)
    nearest = int(np.argmin(np.abs(places - y)))
    return axis.categories[nearest] if abs(places[nearest] - y) <= 12 else ""


def paint_brush(painter: QPainter, theme: Theme, x: float, upper: float, lower: float, *, chosen: bool = False) -> None:
    """The box of a brush around the axis at `x`; `chosen`: the one that keys move."""
    accent = theme.color("accent")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    box = QRectF(x - 8, round(upper) + 0.5, 16, max(2.0, round(lower - upper)))
    # Brushed lines have the accent's hue too: a rim and a veil of the panel's colour set the box apart.
    painter.setPen(QPen(faded(theme.color("panel"), 0.9), 1))
    painter.setBrush(faded(theme.color("panel"), 0.3))
    painter.drawRect(box.adjusted(-1, -1, 1, 1))
    painter.setPen(QPen(accent, 2 if chosen else 1))
    painter.setBrush(faded(accent, 0.22))
    painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
