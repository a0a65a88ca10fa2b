"""A table of columns in memory, and what its cells are as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

# Rows that are turned into text at a time: enough to be quick, few enough to notice a cancel soon.
PAGE = 2_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TextCells:
    """`codes` int32[n] into `categories`, -1 where there is no value."""

    codes: npt.NDArray[np.int32]
    categories: Sequence[str]


@dataclass(frozen=True, slots=True)
class NumberCells:
    """`values` float64[n] where `present` bool[n]; NaN and infinities are values."""

    values: npt.NDArray[np.float64]
    present: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TimeCells:
    """`times_ms` float64[n]: milliseconds since 1970 (UTC), NaN where there is none."""

    times_ms: npt.NDArray[np.float64]


Cells: TypeAlias = TextCells | NumberCells | TimeCells


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of `size` rows each."""

    names: tuple[str, ...]
    cells: tuple[Cells, ...]
    size: int

    def pages(self) -> Iterator[tuple[int, int]]:
        """(start, stop) of the pages of rows."""
        for start in range(0, self.size, PAGE):
            yield start, min(start + PAGE, self.size)


def cell_texts(cells: Cells, start: int, stop: int) -> list[str]:
    """The cells of the rows from `start` to before `stop` as text; what is missing is empty."""
    if isinstance(cells, TextCells):
        categories = cells.categories
        return [categories[code] if code >= 0 else "" for code in cells.codes[start:stop].tolist()]
    if isinstance(cells, NumberCells):
        pairs = zip(cells.values[start:stop].tolist(), cells.present[start:stop].tolist(), strict=True)
        return [number_text(value) if present else "" for value, present in pairs]
    return ["" if math.isnan(ms) else time_text(ms) for ms in cells.times_ms[start:stop].tolist()]


def number_text(value: float) -> str:
    """`repr`, but `NaN`; infinities are `inf` and `-inf`."""
    return "NaN" if math.isnan(value) else repr(value)


def time_text(ms: float) -> str:
    """ISO 8601 in UTC with milliseconds (`2026-11-22T20:28:54.123Z`); the bare number where no calendar reaches it."""
    try:
        moment = _EPOCH + timedelta(milliseconds=int(ms))
    except OverflowError:
        return str(int(ms)) if math.isfinite(ms) else repr(ms)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
