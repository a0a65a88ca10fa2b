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
NO_COLOUR = 255
"""In place of a colour's number: the run has no value."""


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
    if axis.categories is None:
        known = ~np.isnan(axis.positions)
        rgb = _filled(theme.color("muted"), count)
        ordered = theme.ordered_map(256)
        rgb[known] = ordered[np.rint(axis.positions[known] * 255).astype(np.int64).clip(0, 255)]
        return replace(number_legend(axis), rgb=rgb)
    slots, table, legend = category_slots(axis, theme)
    # Runs without the value look as those of the rarer categories do.
    return replace(legend, rgb=table[np.minimum(slots, np.uint8(len(table) - 1))])


def number_legend(axis: Axis) -> PointColours:
    """The legend alone of a column of numbers."""
    ticks = sorted(axis.ticks)
    ends = (ticks[0].text, ticks[-1].text) if ticks else None
    return PointColours(np.empty((0, 3), np.uint8), axis.data.title, ends)


def category_slots(axis: Axis, theme: Theme) -> tuple[NDArray[np.uint8], NDArray[np.uint8], PointColours]:
    """uint8[k]: the colour of each run's category, `NO_COLOUR` without one; uint8[c, 3]: these colours, the last one
    for all categories beyond the most frequent; and the legend alone.
    """
    names = axis.categories or ()
    codes = _category_codes(axis)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    frequent = sorted(np.argsort(-counts, kind="stable")[: len(theme.runs)].tolist())
    colours = [*(QColor(colour) for colour, _ in zip(theme.runs, frequent, strict=False)), theme.color("muted")]
    slot_of = np.full(len(names) + 1, len(frequent), np.uint8)
    slot_of[frequent] = np.arange(len(frequent))
    slot_of[-1] = NO_COLOUR  # of code -1
    entries = [(colour, names[index]) for colour, index in zip(colours, frequent, strict=False)]
    if len(names) > len(frequent):
        entries.append((colours[-1], f"{len(names) - len(frequent):,} others"))
    table = np.array([_channels(colour) for colour in colours], np.uint8)
    legend = PointColours(np.empty((0, 3), np.uint8), axis.data.title, None, tuple(entries))
    return slot_of[codes], table, legend


def _category_codes(axis: Axis) -> NDArray[np.int32]:
    """int32[k]: each run's place among the axis's categories, which lie at equal distances; -1 for none."""
    places = axis.category_positions()
    if not len(places):
        return np.full(len(axis.positions), -1, np.int32)
    step = (places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else 1.0
    at = np.rint((axis.positions - np.float32(places[0])) * np.float32(1.0 / step))
    at[np.isnan(at)] = -1.0
    codes: NDArray[np.int32] = at.clip(-1, len(places) - 1).astype(np.int32)
    return codes


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
