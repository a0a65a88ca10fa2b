"""Which part of histories is visible and where it lies in the widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from bakehouse.analysis.envelope import Series
from bakehouse.analysis.history_charts import Line

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FAR = 20_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line, its colour, how it is broken (strokes and gaps in pixels) and its y axis."""

    line: Line
    colour: QColor
    dash: tuple[float, ...] = ()
    axis: int = 0

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def series(self) -> Series:
        return self.line.series


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the data that is visible, and `plot`, the rectangle of pixels that shows it."""

    plot: QRectF
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    other_y: tuple[tuple[float, float], ...] = ()
    """What is visible of the second and further y axes."""

    def on(self, axis: int) -> Window:
        """The same part against another y axis."""
        if axis == 0:
            return self
        low, high = self.other_y[axis - 1]
        return Window(self.plot, self.x_low, self.x_high, low, high)

    def x_pixels(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n]: far outside is cut, since the rasteriser works with 16 bits of whole pixels."""
        return np.clip(self.plot.left() + _shares(x, self.x_low, self.x_high) * self.plot.width(), -_FAR, _FAR)

    def y_pixels(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n], cut like x."""
        return np.clip(self.plot.bottom() - _shares(y, self.y_low, self.y_high) * self.plot.height(), -_FAR, _FAR)

    def x_pixel(self, x: float) -> float:
        return float(self.x_pixels(np.array([x]))[0])

    def y_pixel(self, y: float) -> float:
        return float(self.y_pixels(np.array([y]))[0])

    def x_at(self, pixel: float) -> float:
        return self.x_low + (pixel - self.plot.left()) / max(1.0, self.plot.width()) * (self.x_high - self.x_low)


def _shares(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    # Eighths, since the span of two large doubles of opposite sign is infinite; exact but for denormal numbers.
    return (values * 0.125 - low * 0.125) / (high * 0.125 - low * 0.125)
