"""Tables of columns, whole in memory or page by page, and what their cells are as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

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

    def part(self, start: int, stop: int) -> TextCells:
        """The rows from `start` to before `stop`; a view."""
        return TextCells(self.codes[start:stop], self.categories)


@dataclass(frozen=True, slots=True)
class NumberCells:
    """`values` float64[n] where `present` bool[n]; NaN and infinities are values."""

    values: npt.NDArray[np.float64]
    present: npt.NDArray[np.bool_]

    def part(self, start: int, stop: int) -> NumberCells:
        """The rows from `start` to before `stop`; a view."""
        return NumberCells(self.values[start:stop], self.present[start:stop])


@dataclass(frozen=True, slots=True)
class WholeCells:
    """`values` int64[n], none of them missing."""

    values: npt.NDArray[np.int64]

    def part(self, start: int, stop: int) -> WholeCells:
        """The rows from `start` to before `stop`; a view."""
        return WholeCells(self.values[start:stop])


@dataclass(frozen=True, slots=True)
class TimeCells:
    """`times_ms` float64[n]: milliseconds since 1970 (UTC), NaN where there is none."""

    times_ms: npt.NDArray[np.float64]

    def part(self, start: int, stop: int) -> TimeCells:
        """The rows from `start` to before `stop`; a view."""
        return TimeCells(self.times_ms[start:stop])


Cells: TypeAlias = TextCells | NumberCells | WholeCells | TimeCells
CellKind: TypeAlias = type[TextCells] | type[NumberCells] | type[WholeCells] | type[TimeCells]


class TableSource(Protocol):
    """Rows that a writer takes page by page; it may be asked for its pages once."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def kinds(self) -> tuple[CellKind, ...]: ...
    @property
    def size(self) -> int | None:
        """How many rows there are; None where that is known only at the end (the source then reports progress)."""

    def pages(self) -> Iterator[Table]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of `size` rows each."""

    names: tuple[str, ...]
    cells: tuple[Cells, ...]
    size: int

    @property
    def kinds(self) -> tuple[CellKind, ...]:
        return tuple(type(cells) for cells in self.cells)

    def pages(self) -> Iterator[Table]:
        """The rows in tables of at most PAGE rows, as views."""
        for start in range(0, self.size, PAGE):
            stop = min(start + PAGE, self.size)
            yield Table(self.names, tuple(cells.part(start, stop) for cells in self.cells), stop - start)


def is_number(kind: CellKind) -> bool:
    """Whether cells of this kind stand at the right of their column."""
    return kind in (NumberCells, WholeCells)


def cell_texts(cells: Cells) -> list[str]:
    """Every cell as text; what is missing is empty."""
    if isinstance(cells, TextCells):
        categories = cells.categories
        return [categories[code] if code >= 0 else "" for code in cells.codes.tolist()]
    if isinstance(cells, NumberCells):
        pairs = zip(cells.values.tolist(), cells.present.tolist(), strict=True)
        return [number_text(value) if present else "" for value, present in pairs]
    if isinstance(cells, WholeCells):
        return list(map(str, cells.values.tolist()))
    return ["" if math.isnan(ms) else time_text(ms) for ms in cells.times_ms.tolist()]


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


def coded(texts: Sequence[str | None]) -> TextCells:
    """Cells of these texts; None is missing, the empty text a value."""
    known: dict[str, int] = {}
    codes = (-1 if text is None else known.setdefault(text, len(known)) for text in texts)
    return TextCells(np.fromiter(codes, np.int32, len(texts)), list(known))
