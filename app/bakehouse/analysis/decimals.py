"""The shortest decimal that lies between two numbers."""

from __future__ import annotations

import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

_MOST_DIGITS = 17
_GREATEST = sys.float_info.max


def shortest_between(low: float, high: float, wanted: float, *, open_low: bool) -> float:
    """The number with the fewest digits from `low` to `high`, the nearest to `wanted` among those.

    With `open_low` `low` itself does not count and `high` does, else it is the other way round; low < high. The
    greatest float stands for infinity: an open bound keeps clear of it.
    """
    low, high = max(low, -_GREATEST), min(high, _GREATEST)
    near = min(max(wanted, low), high)
    for digits in range(1, _MOST_DIGITS + 1):
        fitting = [value for value in _rounded(near, digits) if _is_inside(value, low, high, open_low)]
        if fitting:
            return min(fitting, key=lambda value: abs(Decimal(value) - Decimal(near)))
    return high if open_low else low


def _rounded(value: float, digits: int) -> list[float]:
    exact = Decimal(value)
    found = [float(Context(prec=digits, rounding=way).plus(exact)) for way in (ROUND_FLOOR, ROUND_CEILING)]
    return [min(max(one, -_GREATEST), _GREATEST) for one in found]


def _is_inside(value: float, low: float, high: float, open_low: bool) -> bool:
    return low < value <= high if open_low else low <= value < high
