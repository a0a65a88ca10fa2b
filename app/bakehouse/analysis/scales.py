"""Scales of an axis of numbers: linear, logarithmic, and by rank among the values shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, log10
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.columns import dense_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOG_FROM = 1_000.0
"""Positive values that spread by more than this factor are first shown on a logarithmic scale."""

_LOG_WHEN_CROWDED_FROM, _CROWDED_BELOW = 30.0, 0.12
"""Of those that spread less, such as learning rates, the ones half of which a linear scale would crowd at its foot."""


class ScaleKind(StrEnum):
    """How the values of a column are laid along an axis."""

    LINEAR = "linear"
    LOG = "log"
    PERCENTILE = "percentile"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Maps the values from `low` to `high` to positions 0 to 1 and back.

    `values` float64[m] ascending and their `places` float64[m] are the distinct values of a percentile scale.
    """

    kind: ScaleKind
    low: float
    high: float
    values: NDArray[np.float64] | None = None
    places: NDArray[np.float64] | None = None

    def positions(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[n]: beyond 0..1 outside the range of a linear or log scale; values must be finite."""
        if self.values is not None and self.places is not None:
            return np.interp(values, self.values, self.places)
        if self.kind is ScaleKind.LOG:
            shares = _shares(np.log10(values), log10(self.low), log10(self.high))
            # Logarithms of one number can differ in their last bit; what is in the range must not leave the axis.
            inside = (values >= self.low) & (values <= self.high)
            return np.where(inside, np.clip(shares, 0.0, 1.0), shares)
        return _shares(values, self.low, self.high)

    def value_at(self, position: float) -> float:
        """The value at `position`; the ends give `low` and `high` exactly."""
        if position <= 0.0:
            return self.low
        if position >= 1.0:
            return self.high
        if self.values is not None and self.places is not None:
            return float(np.interp(position, self.places, self.values))
        if self.kind is ScaleKind.LOG:
            exponent = log10(self.low) * (1.0 - position) + log10(self.high) * position
            return float(min(max(10.0**exponent, self.low), self.high))
        return min(max(self.low * (1.0 - position) + self.high * position, self.low), self.high)


def make_scale(kind: ScaleKind, values: NDArray[np.float64]) -> Scale:
    """The scale over finite `values` float64[n] (positive ones for LOG); 0 to 1, or 1 to 10, when there are none."""
    if not len(values):
        return Scale(kind, 1.0, 10.0) if kind is ScaleKind.LOG else Scale(kind, 0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if kind is not ScaleKind.PERCENTILE or high <= low:
        return Scale(kind, low, high)
    ranks, distinct = dense_ranks(values)
    counts = np.bincount(ranks, minlength=distinct)
    known = np.empty(distinct)
    known[ranks] = values
    # The middle of the ranks that equal values share, stretched so that the ends lie at the ends.
    middles = np.cumsum(counts) - (counts + 1) / 2
    return Scale(kind, low, high, known, (middles - middles[0]) / (middles[-1] - middles[0]))


def suggested_kind(values: NDArray[np.float64]) -> ScaleKind:
    """LOG for positive values of widely different size, else LINEAR; `values` float64[n] are finite."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if low <= 0:
        return ScaleKind.LINEAR
    spread = high / low
    middle = (float(np.median(values)) - low) / (high - low) if high > low else 0.5
    is_wide = spread > _LOG_FROM or (spread >= _LOG_WHEN_CROWDED_FROM and middle < _CROWDED_BELOW)
    return ScaleKind.LOG if is_wide else ScaleKind.LINEAR


def _shares(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    if high <= low:
        return np.where(values < low, 0.0, np.where(values > high, 1.0, 0.5))
    if isfinite(high - low):
        return (values - low) / (high - low)
    # Halves, since high - low of two large doubles of opposite sign is infinite.
    return (values * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5)
