"""SQLite's LIKE and ILIKE as MLflow uses them, without a pattern that could take for ever."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

# SQLite's lower() knows the 26 ASCII letters only; MLflow's ILIKE is lower(a) LIKE lower(b).
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def like(pattern: str, *, ignore_case: bool) -> Callable[[str], bool]:
    """A function that tells whether a text matches: `%` is any text, `_` one character; there is no escape.

    The parts between `%` are searched from left to right, each at its first place, so the time grows with the length of
    text times pattern and never with the number of `%`.
    """
    if ignore_case:
        matches = like(pattern.translate(_ASCII_LOWER), ignore_case=False)
        return lambda text: matches(text.translate(_ASCII_LOWER))
    first, *rest = pattern.split("%")
    if not rest:
        whole = _part(first)
        return lambda text: len(text) == len(pattern) and whole.match(text) is not None
    *middle, last = rest
    parts = [_part(part) for part in middle if part]
    start, end = _part(first), _part(last)

    def matches_parts(text: str) -> bool:
        if start.match(text) is None:
            return False
        position = len(first)
        for part in parts:
            found = part.search(text, position)
            if found is None:
                return False
            position = found.end()
        tail = len(text) - len(last)
        return tail >= position and end.match(text, tail) is not None

    return matches_parts


def _part(text: str) -> re.Pattern[str]:
    return re.compile("".join("." if c == "_" else re.escape(c) for c in text), re.DOTALL)
