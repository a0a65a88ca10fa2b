"""What plots of runs say in words: one sentence on what is drawn, who stands on a lane, and one run's values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisLane, format_values
from bakehouse.analysis.figures import MISSING, moment_text
from bakehouse.domain.columns import END_TIME, START_TIME, ColumnKind
from bakehouse.domain.text import counted, visible
from bakehouse.plots.readout import ReadoutLine

if TYPE_CHECKING:
    from collections.abc import Sequence


def status_sentence(axes: Sequence[Axis], total: int, brushed: int | None, filtered_out: int = 0) -> str:
    """How many of `total` runs are drawn or brushed (None: no brush), how many more there are, who lies on a lane."""
    if brushed is not None:
        text = f"{brushed:,} of {total:,} runs brushed"
    else:
        text = f"{counted(total, 'run')} drawn"
    if filtered_out:
        text += f", {filtered_out:,} filtered out"
    notes = [f"{axis.missing:,} without {visible(axis.data.title, 40)}" for axis in axes if axis.missing]
    if len(notes) > 2:
        notes = [f"values missing on {len(notes)} axes"]
    elif notes:
        notes = [" and ".join(notes) + " in their own lane"]
    odd = sum(axis.not_finite for axis in axes)
    if odd:
        notes.append(f"{counted(odd, 'value')} NaN or infinite")
    notes += [
        f"{axis.not_positive:,} with {visible(axis.data.title, 40)} ≤ 0, which a logarithm has no place for"
        for axis in axes
        if axis.not_positive
    ]
    return "; ".join([text, *notes])


def lane_notes(axes: Sequence[Axis]) -> list[str]:
    """How many runs stand on a lane of each of these axes, and why; an axis that is there twice counts once."""
    notes = []
    for axis in dict.fromkeys(axes):
        name = visible(axis.data.title, 40)
        for count, words in (
            (axis.missing, f"without {name}"),
            (axis.not_finite, f"NaN or infinite in {name}"),
            (axis.not_positive, f"with {name} ≤ 0"),
        ):
            notes += [f"{count:,} {words}"] if count else []
    return notes


def run_lines(axes: Sequence[Axis], colour: Axis | None, row: int) -> list[ReadoutLine]:
    """The values of the run in `row` on every axis, and its colour's value when that is no axis."""
    shown = list(axes)
    if colour is not None and all(axis.data.key != colour.data.key for axis in axes):
        shown.append(colour)
    return [ReadoutLine(None, axis.data.title, value_text(axis, row)) for axis in shown]


def category_lines(axis: Axis, name: str) -> list[ReadoutLine]:
    """How many of the runs have the category `name`."""
    place = axis.category_position((axis.categories or ()).index(name))
    count = int(np.count_nonzero(np.abs(axis.positions - np.float32(place)) < 1e-6))
    return [ReadoutLine(None, visible(axis.data.title, 60), counted(count, "run"))]


def value_text(axis: Axis, row: int) -> str:
    """One run's value on `axis` as the readout says it."""
    data = axis.data
    if not data.present[row]:
        return MISSING
    if data.codes is not None and data.categories is not None:
        return data.categories[int(data.codes[row])]
    value = float(data.values[row])
    if data.lanes()[row] == AxisLane.NOT_FINITE:
        return "NaN" if np.isnan(value) else str(value)
    if data.key in (START_TIME, END_TIME):
        return moment_text(value)
    if data.key.kind is ColumnKind.ATTRIBUTE:
        return format_values([value], data.key)[0]
    return f"{value:.6g}"
