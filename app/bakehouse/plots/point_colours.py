"""The colours of runs by the value of a column, and the legend that says what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from bakehouse.domain.text import visible
from bakehouse.plots.readout import small_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.axes import Axis
    from bakehouse.theme import Theme

_BAR = 96
_STOPS = 21
_WIDEST = 110.0


@dataclass(frozen=True, slots=True, eq=False)
class PointColours:
    """`rgb` uint8[k, 3] by run. The legend: `ends`, the texts at both ends of the ordered map, or `entries`, colours
    with the texts they stand for."""

    rgb: NDArray[np.uint8]
    title: str = ""
    ends: tuple[str, str] | None = None
    entries: tuple[tuple[QColor, str], ...] = ()


def point_colours(axis: Axis | None, count: int, theme: Theme) -> PointColours:
    """Without `axis` all runs have the accent. Numbers take the ordered map; of categories the most frequent have a
    colour of the runs' palette each and share the muted one beyond that. Runs without the value are muted.
    """
    if axis is None:
        return PointColours(_filled(theme.color("accent"), count))
    rgb = _filled(theme.color("muted"), count)
    known = ~np.isnan(axis.positions)
    if axis.categories is None:
        ordered = theme.ordered_map(256)
        rgb[known] = ordered[np.rint(axis.positions[known] * 255).astype(np.int64).clip(0, 255)]
        return replace(number_legend(axis), rgb=rgb)
    return _by_category(axis, rgb, known, theme)


def number_legend(axis: Axis) -> PointColours:
    """The legend alone of a column of numbers."""
    ticks = sorted(axis.ticks)
    ends = (ticks[0].text, ticks[-1].text) if ticks else None
    return PointColours(np.empty((0, 3), np.uint8), axis.data.title, ends)


def _by_category(axis: Axis, rgb: NDArray[np.uint8], known: NDArray[np.bool_], theme: Theme) -> PointColours:
    names = axis.categories or ()
    places = np.array([axis.category_position(index) for index in range(len(names))], np.float32)
    order = np.argsort(places)
    codes = order[np.searchsorted(places[order], axis.positions[known] - 1e-6).clip(0, len(names) - 1)]
    counts = np.bincount(codes, minlength=len(names))
    frequent = sorted(np.argsort(-counts, kind="stable")[: len(theme.runs)].tolist())
    table = np.full((len(names), 3), rgb[0] if len(rgb) else 0, np.uint8)
    entries = []
    for colour, index in zip(theme.runs, frequent, strict=False):
        table[index] = _channels(QColor(colour))
        entries.append((QColor(colour), names[index]))
    if len(names) > len(frequent):
        entries.append((theme.color("muted"), f"{len(names) - len(frequent):,} others"))
    rgb[known] = table[codes]
    return PointColours(rgb, axis.data.title, None, tuple(entries))


def _filled(colour: QColor, count: int) -> NDArray[np.uint8]:
    rgb = np.empty((count, 3), np.uint8)
    rgb[:] = _channels(colour)
    return rgb


def _channels(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def paint_colour_legend(painter: QPainter, theme: Theme, right: float, middle: float, colours: PointColours) -> None:
    """One line that ends at `right`: the column's name, then its map with both ends, or its categories."""
    font = small_font(painter.font())
    metrics = QFontMetricsF(font)
    painter.save()
    painter.setFont(font)
    x = right

    def write(text: str, token: str, widest: float = _WIDEST) -> None:
        nonlocal x
        short = metrics.elidedText(visible(text, 200), Qt.TextElideMode.ElideMiddle, widest)
        width = metrics.horizontalAdvance(short) + 1
        painter.setPen(theme.color(token))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(x - width, middle - 9, width, 18), align, short)
        x -= width + 6

    if colours.ends is not None:
        low, high = colours.ends
        write(high, "muted")
        bar = QRectF(x - _BAR, middle - 4, _BAR, 8)
        # A gradient instead of an image, so that it stays sharp in SVG and PDF.
        scale = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, colour in enumerate(theme.ordered_map(_STOPS).tolist()):
            scale.setColorAt(place / (_STOPS - 1), QColor(*colour))
        painter.fillRect(bar, scale)
        x -= _BAR + 6
        write(low, "muted")
    for colour, text in reversed(colours.entries):
        write(text, "muted", 90.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(x - 8, middle - 4, 8, 8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x -= 16
    x -= 4
    if colours.title:
        write(colours.title, "text", 160.0)
    painter.restore()
