"""Turns whatever a dynamically typed column holds into the type it should have had."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

GREATEST = 1.7976931348623157e308
"""MLflow stores the infinities as the greatest and the least float."""


def as_text(value: Any) -> str:
    """Text as it is, NULL as "", a blob decoded, a number written out."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def as_int(value: Any, default: int = 0) -> int:
    """A whole number, from a float or a text too; `default` for anything else."""
    found = as_optional_int(value)
    return default if found is None else found


def as_optional_int(value: Any) -> int | None:
    """A whole number, from a float or a text too; None for anything else."""
    if isinstance(value, int):
        return value
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def as_float(value: Any) -> float | None:
    """A float, from a text too; None for NULL, blobs and words."""
    if isinstance(value, bytes):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def metric_value(value: Any, is_nan: Any) -> float | None:
    """One metric value as MLflow means it: NaN where `is_nan` is 1, the greatest floats as infinities."""
    if is_nan == 1:
        return math.nan
    number = as_float(value)
    if number is not None and abs(number) >= GREATEST:
        return math.copysign(math.inf, number)
    return number


def metric_expression(table: str, has: Callable[[str, str], bool]) -> str:
    """The SQL for a metric's value with NaN as the text `nan`: one column less to fetch for each of a million rows."""
    return "CASE WHEN is_nan = 1 THEN 'nan' ELSE value END" if has(table, "is_nan") else "value"


class Words(dict[Any, str]):
    """Gives equal texts as one object, for columns where a few words come a hundred thousand times."""

    def __missing__(self, value: Any) -> str:
        word = as_text(value)
        if isinstance(value, str):
            self[value] = word
        return word


def texts(values: Sequence[Any]) -> list[str]:
    """`as_text` of each."""
    return [value if value.__class__ is str else as_text(value) for value in values]
