"""How numbers and times are written in a table: the same decimals down a column, short and honest."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from bakehouse.analysis.columns import Floats

MISSING = "–"
_SIGNIFICANT = 4
_DECIMALS_AT_MOST = 6
_PLAIN_BELOW = 1e7
_INTEGER_BELOW = 1e15


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of one column are written."""

    decimals: int
    scientific: bool = False
    is_chosen: bool = False
    """Whether a person chose the decimals: then numbers too small for them are rounded like all others."""

    def text(self, value: float) -> str:
        """`value` as this column writes it; NaN and infinities as such."""
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
        if self.scientific:
            return f"{value:.{_SIGNIFICANT - 1}e}"
        size = abs(value)
        is_lost = not self.is_chosen and size < 0.5 * 10.0**-self.decimals and value != 0
        if is_lost or size >= _INTEGER_BELOW:
            return f"{value:.2e}"
        return f"{value:.{self.decimals}f}"


def number_style(sample: Floats) -> NumberStyle:
    """The style that fits a sample of a column: about four significant digits, none that say nothing.

    Whole numbers get no decimals; columns of very small or very large numbers are written in powers of ten.
    """
    values = np.abs(sample[np.isfinite(sample)])
    values = values[values > 0]
    if not len(values):
        return NumberStyle(0)
    values = np.sort(values)
    largest, typical = float(values[-1]), float(values[round(0.95 * (len(values) - 1))])
    if largest < _INTEGER_BELOW and bool((values == np.rint(values)).all()):
        return NumberStyle(0)
    if typical >= _PLAIN_BELOW or typical < 10.0 ** -(_DECIMALS_AT_MOST - 1):
        return NumberStyle(0, scientific=True)
    most = min(max(_SIGNIFICANT - 1 - math.floor(math.log10(typical)), 1), _DECIMALS_AT_MOST)
    for decimals in range(1, most):
        scaled = values * 10.0**decimals
        if bool((np.abs(scaled - np.rint(scaled)) < 1e-6 * np.maximum(scaled, 1e-3)).all()):
            return NumberStyle(decimals)
    return NumberStyle(most)


def duration_text(milliseconds: float) -> str:
    """`350 ms`, `27 s`, `12 min`, `3.4 h`, `2.5 d`."""
    if math.isnan(milliseconds):
        return MISSING
    if milliseconds < 0:
        return f"-{duration_text(-milliseconds)}"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} d"


def ago_text(time_ms: float, now_ms: float) -> str:
    """`5 min ago`, `3 h ago`, `12 d ago`; the date when it is longer ago than a month or lies ahead."""
    if math.isnan(time_ms):
        return MISSING
    seconds = (now_ms - time_ms) / 1000
    if -60 <= seconds < 60:
        return "just now"
    if 0 <= seconds < 3600:
        return f"{seconds / 60:.0f} min ago"
    if 0 <= seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h ago"
    if 0 <= seconds < 30 * 86400:
        return f"{seconds / 86400:.0f} d ago"
    return moment_text(time_ms)[:10]


def when_text(time_ms: float, now_ms: float, *, relative: bool) -> str:
    """How long ago a moment was, or its local date and time to the minute."""
    return ago_text(time_ms, now_ms) if relative else moment_text(time_ms)[:16]


def moment_text(time_ms: float) -> str:
    """The local date and time to the second, `2024-03-12 14:05:09`."""
    if not math.isfinite(time_ms):
        return MISSING
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time_ms / 1000))
    except (OverflowError, ValueError, OSError):
        return f"{time_ms:.0f} ms"
