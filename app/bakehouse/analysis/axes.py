"""Axes of parallel coordinates: which values a column gives, where each run crosses, and what the ticks say."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from math import floor, isfinite, log10
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bakehouse.analysis.figures import duration_text
from bakehouse.analysis.ticks import moment_label
from bakehouse.domain.columns import DURATION, END_TIME, START_TIME, ColumnKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.columns import Column

_MOST_TICKS = 1000


class AxisLane(IntEnum):
    """Where a run goes on an axis: on the scale, or on one of the lanes below it."""

    SCALE = 0
    MISSING = 1
    NOT_FINITE = 2


@dataclass(frozen=True, slots=True, eq=False)
class AxisData:
    """One column as plots take it, all runs of the table in its row order.

    `values` float64[n] is NaN where the run has no value or the value is no number; `present` bool[n] tells these
    two apart. For columns of text `categories` is sorted and `codes` int32[n] points into it (-1 missing).
    """

    key: ColumnKey
    title: str
    values: NDArray[np.float64]
    present: NDArray[np.bool_]
    categories: tuple[str, ...] | None = None
    codes: NDArray[np.int32] | None = None

    @property
    def size(self) -> int:
        return len(self.present)

    def lanes(self) -> NDArray[np.uint8]:
        """uint8[n] of AxisLane."""
        lanes = np.where(self.present, np.uint8(AxisLane.SCALE), np.uint8(AxisLane.MISSING))
        if self.codes is None:
            lanes[self.present & ~np.isfinite(self.values)] = AxisLane.NOT_FINITE
        return lanes


def axis_data(key: ColumnKey, column: Column) -> AxisData:
    """What `column` gives an axis; text that is a number in every run becomes a scale of numbers."""
    present = column.present()
    if column.kind == "text" and not column.is_numeric:
        return AxisData(key, key.title, column.numbers(), present, column.categories, column.codes())
    return AxisData(key, key.title, column.numbers(), present)


class Tick(NamedTuple):
    """A label of an axis at `position` 0 (bottom) to 1 (top)."""

    position: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One axis over some of the runs: `positions` float32[k] from 0 (bottom) to 1 (top), NaN on a lane, and `lanes`
    uint8[k]. `low` and `high` bound the finite values of these runs (0 and 1 when there are none); `categories` are
    those that occur, drawn from top to bottom. A brush keeps data values, so it outlives the axis.
    """

    data: AxisData
    positions: NDArray[np.float32]
    lanes: NDArray[np.uint8]
    low: float
    high: float
    categories: tuple[str, ...] | None
    ticks: tuple[Tick, ...]

    missing: int = field(init=False)
    """How many of the runs lie on each of the two lanes."""
    not_finite: int = field(init=False)

    def __post_init__(self) -> None:
        # Counted once, on the thread that makes the axis.
        object.__setattr__(self, "missing", int(np.count_nonzero(self.lanes == AxisLane.MISSING)))
        object.__setattr__(self, "not_finite", int(np.count_nonzero(self.lanes == AxisLane.NOT_FINITE)))

    def value_at(self, position: float) -> float:
        """The data value at `position`; the ends give `low` and `high` exactly."""
        if position <= 0.0:
            return self.low
        if position >= 1.0:
            return self.high
        return self.low * (1.0 - position) + self.high * position

    def position_of(self, value: float) -> float:
        """Where `value` lies, cut to 0..1."""
        return float(_positions(np.array([value]), self.low, self.high)[0].clip(0.0, 1.0))

    def category_position(self, index: int) -> float:
        """Where the category with that index in `categories` lies: the first one at the top."""
        count = len(self.categories or ())
        return 0.5 if count < 2 else 1.0 - index / (count - 1)


def make_axis(data: AxisData, rows: NDArray[np.int32]) -> Axis:
    """The axis of `data` over the runs `rows` int32[k], in their order."""
    lanes = data.lanes()[rows]
    if data.codes is not None and data.categories is not None:
        return _category_axis(data, data.codes[rows], lanes)
    values = data.values[rows]
    on_scale = lanes == AxisLane.SCALE
    finite = values[on_scale]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    positions = np.full(len(rows), np.nan, dtype=np.float32)
    positions[on_scale] = _positions(finite, low, high)
    ticks: tuple[Tick, ...] = ()
    if len(finite):
        ticks = number_ticks(low, high, data.key)
    return Axis(data, positions, lanes, low, high, None, ticks)


def _category_axis(data: AxisData, codes: NDArray[np.int32], lanes: NDArray[np.uint8]) -> Axis:
    names = data.categories or ()
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    used = np.flatnonzero(counts)
    place = np.full(len(names) + 1, np.nan, dtype=np.float32)  # the last one serves code -1
    place[used] = np.linspace(1.0, 0.0, len(used)) if len(used) > 1 else 0.5
    categories = tuple(names[i] for i in used)
    # More labels than any screen has rows for are not made; the painter thins the rest where they would overlap.
    shown = np.linspace(0, len(used) - 1, min(len(used), _MOST_TICKS)).astype(np.int64)
    ticks = tuple(Tick(float(place[i]), names[i]) for i in used[shown])
    return Axis(data, place[codes], lanes, 0.0, 1.0, categories, ticks)


def _positions(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    if high <= low:
        return np.where(values < low, 0.0, np.where(values > high, 1.0, 0.5))
    if isfinite(high - low):
        return (values - low) / (high - low)
    # Halves, since high - low of two large doubles of opposite sign is infinite.
    return (values * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5)


def number_ticks(low: float, high: float, key: ColumnKey | None = None) -> tuple[Tick, ...]:
    """Few labels: least, middle and greatest value (one when they are equal)."""
    if high <= low:
        return (Tick(0.5, format_values([low], key)[0]),)
    middle = low * 0.5 + high * 0.5
    texts = format_values([low, middle, high], key)
    return tuple(Tick(p, t) for p, t in zip((0.0, 0.5, 1.0), texts, strict=True))


def format_values(values: list[float], key: ColumnKey | None = None) -> list[str]:
    """Short texts of one column's values with the same decimals: numbers, moments (ms) or durations (ms)."""
    finite = [v for v in values if isfinite(v)]
    span = (max(finite) * 0.5 - min(finite) * 0.5) * 2 if finite else 0.0
    if key in (START_TIME, END_TIME):
        return [moment_label(v, span) for v in values]
    if key == DURATION:
        return [duration_text(v) for v in values]
    return _numbers(values, finite, span)


def _numbers(values: list[float], finite: list[float], span: float) -> list[str]:
    greatest = max((abs(v) for v in finite), default=0.0)
    scale = span or greatest
    if not isfinite(span) or greatest >= 1e7 or (greatest and scale < 1e-4):
        return [f"{v:.3g}" for v in values]
    if all(v == floor(v) for v in finite):
        decimals = 0
    else:
        decimals = max(0, 2 - floor(log10(scale))) if scale else 0
    texts = [f"{v:.{decimals}f}" if isfinite(v) else f"{v}" for v in values]
    if decimals and all(t.endswith("0") for t in texts):
        shared = min(len(t) - len(t.rstrip("0")) for t in texts)
        texts = [t[:-shared].removesuffix(".") for t in texts]
    return texts
