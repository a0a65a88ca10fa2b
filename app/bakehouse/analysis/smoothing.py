"""Smoothing of a metric's history: an exponential moving average that weighs by distance along x."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRONGEST = 0.99
_UNITS = 1_000.0
_GREATEST_WEIGHT = 0.999
_EXPONENT = 200.0
"""Weights inside one block of the sum stay below e to this power."""


def smoothed(x: NDArray[np.float64], y: NDArray[np.float64], strength: float, span: float) -> NDArray[np.float64]:
    """float64[n]: the average of each point and all before it, older ones fading with their distance along x.

    `x` is ascending and `y` finite; equal x fade nothing, so that repeated steps are averaged evenly. `strength`
    is 0 (nothing happens) to 0.99; `span` is the length of x over which it counts, the same for all runs of a
    picture, so that dense and sparse runs are smoothed alike.

    Time-weighted exponential moving average with its debiasing term as W&B states it
    (https://docs.wandb.ai/guides/app/features/panels/line-plot/smoothing): with w = min(sqrt(strength), 0.999) and
    d = 1000 (x[i] - x[i-1]) / span, s = s w^d + y[i], n = n w^d + 1, and the average is s / n. Here the sums are
    made block by block: inside a block s w^-X is a running sum of y w^-X.
    """
    weight = min(max(strength, 0.0) ** 0.5, _GREATEST_WEIGHT)
    if weight <= 0.0 or len(x) < 2:
        return y
    fade = -np.log(weight) * _UNITS
    length = span if span > 0 else 1.0
    # Divided before they are subtracted: the difference of two large doubles may be infinite.
    exponents = (x / length - x[0] / length) * fade
    greatest = float(np.abs(y).max()) or 1.0
    result = np.empty(len(y))
    total = count = last = 0.0
    first = 0
    while first < len(x):
        start = float(exponents[first])
        end = int(np.searchsorted(exponents, start + _EXPONENT, side="right"))
        carried = np.exp(last - start) if first else 0.0
        growth = np.exp(exponents[first:end] - start)
        sums = np.cumsum(y[first:end] / greatest * growth) + total * carried
        counts = np.cumsum(growth) + count * carried
        result[first:end] = sums / counts * greatest
        total, count = float(sums[-1] / growth[-1]), float(counts[-1] / growth[-1])
        last, first = float(exponents[end - 1]), end
    # Rounding may carry an average past what it is an average of.
    return np.clip(result, np.minimum.accumulate(y), np.maximum.accumulate(y))
