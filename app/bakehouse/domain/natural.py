"""Names in the order a person expects: digits by value, letters without case."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"([0-9]{1,18})")


def natural_key(name: str) -> list[str | int]:
    """Sorts digits by value and letters without case. Text stands at even places, numbers at odd ones."""
    pieces: list[str | int] = list(_DIGITS.split(name.casefold()))
    pieces[1::2] = map(int, pieces[1::2])
    return pieces
