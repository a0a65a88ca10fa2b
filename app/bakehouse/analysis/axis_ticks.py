"""Labels of the visible part of an axis, at round values of its own scale."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np

from bakehouse.analysis.axes import Axis, Tick, format_values
from bakehouse.analysis.scales import Scale, ScaleKind
from bakehouse.analysis.ticks import moment_places, number_places, seconds_places
from bakehouse.domain.columns import DURATION, END_TIME, START_TIME, ColumnKey


def ticks_between(axis: Axis, low: float, high: float, most: int) -> list[Tick]:
    """About `most` labels of the positions `low` to `high` of `axis`, from low to high; every category has one."""
    ticks = [tick for tick in axis.ticks if axis.categories is not None and tick.text in set(axis.categories)]
    if axis.scale is not None and axis.numbers_top > 0 and low < axis.numbers_top:
        first, last = max(0.0, low) / axis.numbers_top, min(high / axis.numbers_top, 1.0)
        ticks += [
            Tick(tick.position * axis.numbers_top, tick.text)
            for tick in _number_ticks(axis.scale, first, last, most, axis.data.key)
        ]
    return sorted((tick for tick in ticks if low <= tick.position <= high), key=lambda tick: tick.position)


def _number_ticks(scale: Scale, first: float, last: float, most: int, key: ColumnKey) -> list[Tick]:
    if scale.high <= scale.low:
        return [Tick(0.5, format_values([scale.low], key)[0])] if first <= 0.5 <= last else []
    if scale.kind is ScaleKind.PERCENTILE:
        positions = np.linspace(first, last, max(2, most)).tolist()
        texts = format_values([scale.value_at(place) for place in positions], key)
        return [Tick(place, text) for place, text in zip(positions, texts, strict=True)]
    low, high = scale.value_at(first), scale.value_at(last)
    decades = _decades(low, high, most) if scale.kind is ScaleKind.LOG else []
    if decades:
        values = [10.0**exponent for exponent in decades]
        texts = [f"{10.0**e:g}" if -4 <= e <= 5 else f"1e{e}" for e in decades]
    else:
        values = _places(low, high, most, key)
        texts = format_values(values, key)
    positions = scale.positions(np.array(values)).tolist() if values else []
    return [Tick(place, text) for place, text in zip(positions, texts, strict=True)]


def _places(low: float, high: float, most: int, key: ColumnKey) -> list[float]:
    if key in (START_TIME, END_TIME):
        return moment_places(low, high, most)
    if key == DURATION:
        return [1000.0 * place for place in seconds_places(low / 1000.0, high / 1000.0, most)]
    return number_places(low, high, most)


def _decades(low: float, high: float, most: int) -> list[int]:
    """The exponents of the powers of ten from `low` to `high`, evenly thinned; none where there are fewer than two."""
    first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
    if last <= first:
        return []
    return list(range(first, last + 1, max(1, ceil((last - first + 1) / max(2, most)))))
