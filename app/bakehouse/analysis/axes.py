"""Axes of parallel coordinates: which values a column gives, where each run crosses, and what the ticks say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bakehouse.analysis.columns import dense_ranks
from bakehouse.analysis.figures import duration_text
from bakehouse.analysis.scales import Scale, ScaleKind, make_scale, suggested_kind
from bakehouse.analysis.ticks import moment_label
from bakehouse.domain.columns import DURATION, END_TIME, START_TIME, ColumnKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.columns import Column

_MOST_TICKS = 1000
_MOST_POWERS, _CLEAR = 5, 0.08
# Where a column holds numbers and other texts, the numbers lie below and the texts above, with a gap between.
_NUMBERS_TOP, _TEXTS_FROM = 0.62, 0.74


class AxisLane(IntEnum):
    """Where a run goes on an axis: on the scale, or on one of the lanes below it."""

    SCALE = 0
    MISSING = 1
    NOT_FINITE = 2
    NOT_POSITIVE = 3
    """Zero and less, on a logarithmic scale."""


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
    numeric: int = 0
    """How many categories, from the first on, are numbers."""

    @property
    def is_mixed(self) -> bool:
        """Whether some of the texts are numbers and others are not."""
        return self.categories is not None and 0 < self.numeric < len(self.categories)

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
        categories, numeric = column.categories, column.numeric_categories
        return AxisData(key, key.title, column.numbers(), present, categories, column.codes(), numeric)
    return AxisData(key, key.title, column.numbers(), present)


class Tick(NamedTuple):
    """A label of an axis at `position` 0 (bottom) to 1 (top)."""

    position: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One axis over some of the runs: `positions` float32[k] from 0 (bottom) to 1 (top), NaN on a lane, and `lanes`
    uint8[k]. `low` and `high` bound the finite values of these runs (0 and 1 when there are none); `categories` are
    those that occur, drawn from top to bottom. Numbers lie from 0 to `numbers_top` along `scale` (None: there are
    none), texts from `texts_from` to 1; a flipped axis has all that upside down. `values` float64[k] are the runs'
    numbers, NaN where there is none.
    """

    data: AxisData
    positions: NDArray[np.float32]
    lanes: NDArray[np.uint8]
    low: float
    high: float
    categories: tuple[str, ...] | None
    ticks: tuple[Tick, ...]
    values: NDArray[np.float64]
    scale: Scale | None = None
    numbers_top: float = 1.0
    texts_from: float = 0.0
    is_flipped: bool = False

    missing: int = field(init=False)
    """How many of the runs lie on each of the lanes."""
    not_finite: int = field(init=False)
    not_positive: int = field(init=False)

    def __post_init__(self) -> None:
        # Counted once, on the thread that makes the axis.
        object.__setattr__(self, "missing", int(np.count_nonzero(self.lanes == AxisLane.MISSING)))
        object.__setattr__(self, "not_finite", int(np.count_nonzero(self.lanes == AxisLane.NOT_FINITE)))
        object.__setattr__(self, "not_positive", int(np.count_nonzero(self.lanes == AxisLane.NOT_POSITIVE)))

    @property
    def kind(self) -> ScaleKind:
        """How its values are laid out."""
        return ScaleKind.CATEGORY if self.scale is None else self.scale.kind

    def value_at(self, position: float) -> float:
        """The number at `position`; the ends of the numbers give `low` and `high` exactly."""
        scale = self.scale or Scale(ScaleKind.LINEAR, self.low, self.high)
        return scale.value_at((1.0 - position if self.is_flipped else position) / self.numbers_top)

    def position_of(self, value: float) -> float:
        """Where the number `value` lies, cut to the numbers' part of the axis."""
        scale = self.scale or Scale(ScaleKind.LINEAR, self.low, self.high)
        if scale.kind is ScaleKind.LOG and value <= 0:
            position = 0.0
        else:
            position = float(scale.positions(np.array([value]))[0].clip(0.0, 1.0)) * self.numbers_top
        return 1.0 - position if self.is_flipped else position

    @property
    def numbers_span(self) -> tuple[float, float]:
        """From which position to which the numbers lie."""
        return (1.0 - self.numbers_top, 1.0) if self.is_flipped else (0.0, self.numbers_top)

    def category_position(self, index: int) -> float:
        """Where the category with that index in `categories` lies: the first one at the top."""
        return float(self.category_positions()[index])

    def category_positions(self) -> NDArray[np.float64]:
        """float64[c]: where the categories lie, falling unless flipped."""
        places = _category_places(len(self.categories or ()), self.texts_from)
        return 1.0 - places if self.is_flipped else places

    def flipped(self) -> Axis:
        """The same axis upside down."""
        ticks = tuple(Tick(1.0 - tick.position, tick.text) for tick in self.ticks)
        upside_down = np.float32(1.0) - self.positions
        return replace(self, positions=upside_down, ticks=ticks, is_flipped=not self.is_flipped)

    @property
    def texts_shown(self) -> bool:
        """Whether texts lie on it."""
        return self.categories is not None and self.data.codes is not None

    @property
    def numbers_shown(self) -> bool:
        """Whether numbers lie on it, on a scale or each as a category."""
        return self.scale is not None or self.data.codes is None


def make_axis(data: AxisData, rows: NDArray[np.int32], kind: ScaleKind | None = None) -> Axis:
    """The axis of `data` over the runs `rows` int32[k], in their order.

    Without `kind` texts are categories and numbers lie on a linear scale. With one of numbers, texts that are no
    number stand apart above them.
    """
    if kind is None:
        kind = ScaleKind.LINEAR if data.codes is None else ScaleKind.CATEGORY
    lanes = data.lanes()[rows]
    values = data.values[rows]
    if data.codes is not None and data.categories is not None:
        if kind is ScaleKind.CATEGORY or not data.numeric:
            return _category_axis(data, data.codes[rows], data.categories, lanes, values)
        return _mixed_axis(data, data.codes[rows], values, lanes, kind)
    if kind is ScaleKind.CATEGORY:
        on_scale = lanes == AxisLane.SCALE
        ranks, distinct = dense_ranks(values[on_scale])
        codes = np.full(len(rows), -1, np.int32)
        codes[on_scale] = distinct - 1 - ranks  # the first category stands at the top: the greatest number does
        known = np.empty(distinct)
        known[codes[on_scale]] = values[on_scale]
        return _category_axis(data, codes, tuple(map(_plain, known.tolist())), lanes, values)
    scale = _laned_scale(kind, values, lanes)
    positions = _scale_positions(scale, values, lanes)
    ticks = scale_ticks(scale, data.key) if np.any(lanes == AxisLane.SCALE) else ()
    return Axis(data, positions, lanes, scale.low, scale.high, None, ticks, values, scale)


def axis_kind(data: AxisData) -> ScaleKind:
    """The kind of scale that suits a column: by its numbers where it has some."""
    if data.codes is not None and not data.numeric:
        return ScaleKind.CATEGORY
    return suggested_kind(data.values[data.present & np.isfinite(data.values)])


def _laned_scale(kind: ScaleKind, values: NDArray[np.float64], lanes: NDArray[np.uint8]) -> Scale:
    """The scale of the values that lie on it; for LOG those of zero and less go to their lane in `lanes`."""
    if kind is ScaleKind.LOG:
        lanes[(lanes == AxisLane.SCALE) & (values <= 0)] = AxisLane.NOT_POSITIVE
    return make_scale(kind, values[lanes == AxisLane.SCALE])


def _scale_positions(scale: Scale, values: NDArray[np.float64], lanes: NDArray[np.uint8]) -> NDArray[np.float32]:
    on_scale = lanes == AxisLane.SCALE
    positions = np.full(len(values), np.nan, dtype=np.float32)
    positions[on_scale] = scale.positions(values[on_scale])
    return positions


def _mixed_axis(
    data: AxisData,
    codes: NDArray[np.int32],
    values: NDArray[np.float64],
    lanes: NDArray[np.uint8],
    kind: ScaleKind,
) -> Axis:
    """Numbers below, texts above; one of the two has the whole axis where these runs have only it."""
    is_text = codes >= data.numeric
    is_number = (codes >= 0) & ~is_text
    if not is_text.any():
        scale = _laned_scale(kind, values, lanes)
        ticks = scale_ticks(scale, data.key) if is_number.any() else ()
        return Axis(
            data, _scale_positions(scale, values, lanes), lanes, scale.low, scale.high, None, ticks, values, scale
        )
    alone = not is_number.any()
    text_codes = np.where(is_text, codes, np.int32(-1))
    texts = _category_axis(data, text_codes, data.categories or (), lanes, values, 0.0 if alone else _TEXTS_FROM)
    if alone:
        return texts
    number_lanes = np.where(is_number, lanes, np.uint8(AxisLane.MISSING))
    scale = _laned_scale(kind, values, number_lanes)
    positions = _scale_positions(scale, values, number_lanes) * np.float32(_NUMBERS_TOP)
    positions[is_text] = texts.positions[is_text]
    lanes = np.where(is_number, number_lanes, lanes)
    ticks = tuple(Tick(p * _NUMBERS_TOP, t) for p, t in scale_ticks(scale, data.key)) + texts.ticks
    ends = (scale.low, scale.high)
    return Axis(data, positions, lanes, *ends, texts.categories, ticks, values, scale, _NUMBERS_TOP, _TEXTS_FROM)


def _category_axis(
    data: AxisData,
    codes: NDArray[np.int32],
    names: tuple[str, ...],
    lanes: NDArray[np.uint8],
    values: NDArray[np.float64],
    lowest: float = 0.0,
) -> Axis:
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    used = np.flatnonzero(counts)
    place = np.full(len(names) + 1, np.nan, dtype=np.float32)  # the last one serves code -1
    place[used] = _category_places(len(used), lowest)
    categories = tuple(names[i] for i in used)
    # More labels than any screen has rows for are not made; the painter thins the rest where they would overlap.
    shown = np.linspace(0, len(used) - 1, min(len(used), _MOST_TICKS)).astype(np.int64)
    ticks = tuple(Tick(float(place[i]), names[i]) for i in used[shown])
    return Axis(data, place[codes], lanes, 0.0, 1.0, categories, ticks, values, texts_from=lowest)


def _category_places(count: int, lowest: float) -> NDArray[np.float64]:
    """float64[count]: from 1 down to `lowest`; a single one in the middle."""
    return np.linspace(1.0, lowest, count) if count > 1 else np.full(count, (1.0 + lowest) / 2)


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def scale_ticks(scale: Scale, key: ColumnKey | None = None) -> tuple[Tick, ...]:
    """Few labels: least and greatest value and the middle or powers of ten between them (one when they are equal)."""
    if scale.high <= scale.low:
        return (Tick(0.5, format_values([scale.low], key)[0]),)
    if scale.kind is ScaleKind.LINEAR:
        return number_ticks(scale.low, scale.high, key)
    if scale.kind is ScaleKind.LOG:
        return _log_ticks(scale)
    values = [scale.value_at(place) for place in (0.0, 0.5, 1.0)]
    return tuple(Tick(p, t) for p, t in zip((0.0, 0.5, 1.0), format_values(values, key), strict=True))


def _log_ticks(scale: Scale) -> tuple[Tick, ...]:
    """Both ends and few powers of ten between them, the middle where there is none."""
    ends = (Tick(0.0, f"{scale.low:.3g}"), Tick(1.0, f"{scale.high:.3g}"))
    powers = list(range(ceil(log10(scale.low)), floor(log10(scale.high)) + 1))
    powers = powers[:: max(1, ceil(len(powers) / _MOST_POWERS))]
    places = scale.positions(np.array([10.0**power for power in powers])).tolist() if powers else []
    between = [
        Tick(place, f"{10.0**power:g}" if -4 <= power <= 5 else f"1e{power}")
        for place, power in zip(places, powers, strict=True)
        if _CLEAR < place < 1.0 - _CLEAR
    ]
    between = between or [Tick(0.5, f"{scale.value_at(0.5):.3g}")]
    return (ends[0], *between, ends[1])


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
