"""The points of a scatter plot as an image: round and clear for few runs, summed up in pixels for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_DOTS = 3_000
"""Up to so many runs are drawn as dots of their own, more are summed up."""

_FAINTEST = 0.4


def paint_dots(
    painter: QPainter,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    radii: NDArray[np.float32],
    colours: NDArray[np.uint8],
    ground: QColor,
) -> None:
    """One disc a run with a thin edge in the ground's colour; `colours` uint8[k, 3]. The largest lie lowest."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = QColor(ground)
    edge.setAlphaF(0.7)
    painter.setPen(QPen(edge, 0.7))
    alpha = 215 if len(x) <= 500 else 180
    for place in np.argsort(-radii, kind="stable").tolist():
        red, green, blue = colours[place].tolist()
        painter.setBrush(QColor(red, green, blue, alpha))
        radius = float(radii[place])
        painter.drawEllipse(QPointF(x[place], y[place]), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def summed_image(
    size: tuple[int, int],
    ratio: float,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    radii: NDArray[np.float32],
    colours: NDArray[np.uint8],
) -> QImage:
    """An image of `size` logical pixels in which each pixel has the mean colour of the discs over it.

    The more discs the more opaque, but a single one is always clear to see.
    """
    width, height = max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))
    shrink = 0.7 if len(x) < 20_000 else 0.5 if len(x) < 200_000 else 0.3
    count = np.zeros(width * height)
    sums = np.zeros((3, width * height))
    classes = np.maximum(1, np.rint(radii * ratio * shrink)).astype(np.int64)
    columns, rows = np.rint(x * ratio).astype(np.int64), np.rint(y * ratio).astype(np.int64)
    for radius in sorted(set(classes.tolist())):
        chosen = classes == radius
        for across, down in _disc(radius):
            at_x, at_y = columns[chosen] + across, rows[chosen] + down
            inside = (at_x >= 0) & (at_x < width) & (at_y >= 0) & (at_y < height)
            at = at_y[inside] * width + at_x[inside]
            count += np.bincount(at, minlength=len(count))
            for channel in range(3):
                sums[channel] += np.bincount(at, colours[chosen, channel][inside], minlength=len(count))
    return _toned(count, sums, width, height, ratio)


def _toned(count: NDArray[np.float64], sums: NDArray[np.float64], width: int, height: int, ratio: float) -> QImage:
    filled = np.flatnonzero(count)
    pixels = np.zeros(width * height, np.uint32)
    if len(filled):
        amount = count[filled]
        crowd = max(2.0, float(np.quantile(amount, 0.98)))
        opacity = _FAINTEST + (1.0 - _FAINTEST) * np.minimum(1.0, np.log1p(amount - 1) / np.log1p(crowd))
        red, green, blue = (np.rint(sums[c][filled] / amount * opacity).astype(np.uint32) for c in range(3))
        alpha = np.rint(opacity * 255).astype(np.uint32)
        pixels[filled] = (alpha << 24) | (red << 16) | (green << 8) | blue
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _disc(radius: int) -> list[tuple[int, int]]:
    """Offsets of the pixels of a disc."""
    reach = range(-radius, radius + 1)
    return [(dx, dy) for dx in reach for dy in reach if dx * dx + dy * dy <= radius * radius + 1]


def paint_rings(
    painter: QPainter,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    radius: float,
    colours: list[QColor],
    edge: QColor,
) -> None:
    """The selected runs on top: a disc in the run's colour with an edge in the text's."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for at_x, at_y, colour in zip(x.tolist(), y.tolist(), colours, strict=True):
        box = QRectF(at_x - radius, at_y - radius, 2 * radius, 2 * radius)
        painter.setPen(QPen(edge, 1.4))
        painter.setBrush(colour)
        painter.drawEllipse(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
