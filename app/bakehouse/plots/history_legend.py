"""The head of a canvas of several metrics: how the lines of each are drawn, and against which axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bakehouse.analysis.axes import format_values
from bakehouse.domain.text import visible

if TYPE_CHECKING:
    from bakehouse.analysis.history_charts import Chart
    from bakehouse.theme import Theme

DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (6, 3),
    (1.5, 2.5),
    (9, 3, 1.5, 3),
    (14, 4),
    (5, 2.5, 1.5, 2.5, 1.5, 2.5),
)
"""Strokes and gaps in pixels, told apart at a glance; with more metrics they come again."""
_SAMPLE, _GAP, _BETWEEN = 26.0, 6.0, 18.0
_ROW = 18.0
_WIDEST = 220.0
_ROWS_AT_MOST = 3


def dash_of(metric: int) -> tuple[float, ...]:
    """How the lines of the metric at this place are broken; empty for unbroken."""
    return DASHES[metric % len(DASHES)]


def dashed(pen: QPen, dash: Sequence[float]) -> QPen:
    """`pen` with strokes and gaps of so many pixels."""
    if dash:
        width = max(1.0, pen.widthF())
        pen.setDashPattern([part / width for part in dash])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One metric's place in the head, its name as it fits and what is said behind it."""

    metric: int
    box: QRectF
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Legend:
    """Entries beside and below each other from the top left corner, `height` pixels in all."""

    entries: tuple[LegendEntry, ...]
    left_out: int
    height: float

    def metric_at(self, at: QPointF) -> int | None:
        """The metric whose entry lies under `at`, measured from the head's corner."""
        return next((entry.metric for entry in self.entries if entry.box.contains(at)), None)


def lay_out_legend(chart: Chart, width: float, metrics: QFontMetricsF) -> Legend:
    """Each metric's entry in at most three rows of `width` pixels."""
    entries: list[LegendEntry] = []
    x, row = 0.0, 0
    for place, metric in enumerate(chart.metrics):
        name = metrics.elidedText(visible(metric.name, 200), Qt.TextElideMode.ElideMiddle, min(_WIDEST, width / 2))
        said = _said(chart, place)
        length = _SAMPLE + _GAP + metrics.horizontalAdvance(name)
        length += metrics.horizontalAdvance(f" {said}") if said else 0.0
        if x and x + length > width:
            if row == _ROWS_AT_MOST - 1:
                break
            x, row = 0.0, row + 1
        entries.append(LegendEntry(place, QRectF(x, row * _ROW, length, _ROW), name, said))
        x += length + _BETWEEN
    return Legend(tuple(entries), len(chart.metrics) - len(entries), (row + 1) * _ROW)


def paint_legend(
    painter: QPainter,
    legend: Legend,
    corner: QPointF,
    theme: Theme,
    colours: Sequence[QColor] | None,
    highlighted: int | None,
) -> None:
    """Paint in the painter's font. `colours`: of each metric where the lines of all are unbroken, else None."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    metrics = QFontMetricsF(painter.font())
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    for entry in legend.entries:
        box = entry.box.translated(corner)
        faded = highlighted is not None and highlighted != entry.metric
        pen = QPen(theme.color("muted" if faded else "text") if colours is None else colours[entry.metric], 1.6)
        painter.setPen(dashed(pen, dash_of(entry.metric) if colours is None else ()))
        middle = round(box.center().y()) + 0.5
        painter.drawLine(QLineF(box.left(), middle, box.left() + _SAMPLE, middle))
        painter.setPen(theme.color("muted" if faded else "text"))
        painter.drawText(box.adjusted(_SAMPLE + _GAP, 0, 4, 0), flags, entry.name)
        if entry.said:
            painter.setPen(theme.color("muted"))
            left = _SAMPLE + _GAP + metrics.horizontalAdvance(f"{entry.name} ")
            painter.drawText(box.adjusted(left, 0, 4, 0), flags, entry.said)
    if legend.left_out and legend.entries:
        box = legend.entries[-1].box.translated(corner)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(box.right() + _GAP, box.top(), 90, _ROW), flags, f"and {legend.left_out} more")


def _said(chart: Chart, place: int) -> str:
    metric = chart.metrics[place]
    if chart.axes == 2:
        return "right" if metric.axis else "left"
    if chart.axes < 2 or metric.reach is None:
        return ""
    low, high = (10.0 ** min(end, 308.25) if chart.look.log_y else end for end in metric.reach)
    return " to ".join(format_values([low, high])) if low != high else format_values([low])[0]
