"""Metrics one below the other: name, the small curve of its history, and three figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.envelope import Polyline
from bakehouse.analysis.figures import MISSING, number_style
from bakehouse.domain.runs import MetricSummary
from bakehouse.theme import Theme
from bakehouse.widgets.fact_list import Fact, FactList

_CURVE_WIDTH, _CURVE_GAP, _DOT = 44, 6, 1.8
_NAME_WIDTH = 64  # less room for the name than this, and the curve makes way


class MetricRows(FactList):
    """A list of facts with a curve in each line that has one. A click on a line asks for its history."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, 3, parent)
        self._lines: Mapping[str, Polyline] = {}
        self.set_clickable(True)

    def show_lines(self, lines: Mapping[str, Polyline]) -> None:
        """The curves by metric, x and y from 0 to 1."""
        self._lines = lines
        self.update()

    @override
    def _paint_before(self, painter: QPainter, line: QRect, fact: Fact, left: int, /) -> int:
        curve = self._lines.get(fact.name)
        if curve is None or left < _NAME_WIDTH + _CURVE_WIDTH:
            return left
        place = QRectF(left - _CURVE_WIDTH, line.top() + 5.5, _CURVE_WIDTH - _CURVE_GAP, line.height() - 12)
        self._paint_curve(painter, place, curve)
        return round(place.left())

    def _paint_curve(self, painter: QPainter, place: QRectF, curve: Polyline) -> None:
        xs = place.left() + curve.x * place.width()
        ys = place.bottom() - curve.y * place.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.color("muted")
        painter.setPen(QPen(colour, 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        # A stroke goes on as long as its points join the one after them: gaps are where NaN was logged.
        ends = np.flatnonzero(~curve.connect)
        first = 0
        for end in ends.tolist():
            points = [QPointF(xs[place], ys[place]) for place in range(first, end + 1)]
            if len(points) > 1:
                painter.drawPolyline(QPolygonF(points))
            elif points:
                painter.drawPoint(points[0])
            first = end + 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawEllipse(QPointF(float(xs[-1]), float(ys[-1])), _DOT, _DOT)
        painter.restore()


def metric_facts(metrics: tuple[MetricSummary, ...]) -> list[Fact]:
    """One line a metric: last, min and max with the same decimals; `system/...` behind the others."""
    ordered = sorted(metrics, key=lambda one: (one.key.startswith("system/"), one.key))
    return [_metric_fact(one) for one in ordered]


def _metric_fact(one: MetricSummary) -> Fact:
    ends = [value for value in (one.minimum, one.maximum) if value is not None]
    style = number_style(np.array([one.value, *ends]))
    lowest, highest = (MISSING if value is None else style.text(value) for value in (one.minimum, one.maximum))
    last = "NaN" if math.isnan(one.value) else repr(one.value)
    full = f"last {last} at step {one.step}, min {one.minimum}, max {one.maximum}, {one.points:,} points"
    return Fact(one.key, style.text(one.value), (lowest, highest), full, copy=last)
