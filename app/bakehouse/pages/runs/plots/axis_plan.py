"""Which columns a parallel-coordinates plot draws and how, and what a task makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bakehouse.analysis.axes import AxisData, axis_data, axis_kind
from bakehouse.analysis.columns import Column, Ints
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey
from bakehouse.pages.runs.plots.axis_terms import split_terms
from bakehouse.pages.runs.visible_runs import Answer, TermMask
from bakehouse.plots.parallel_canvas import ShownBrush
from bakehouse.plots.parallel_runs import AxisChoice, ParallelRuns


@dataclass(frozen=True, slots=True)
class AxisPlan:
    """Which columns are drawn and how: `axes`, the colour if there is one, the scales chosen and the axes flipped."""

    axes: tuple[ColumnKey, ...] = ()
    colour: ColumnKey | None = None
    kinds: tuple[tuple[ColumnKey, ScaleKind], ...] = ()
    flipped: frozenset[ColumnKey] = frozenset()

    @property
    def columns(self) -> tuple[ColumnKey, ...]:
        """All columns, each once."""
        return tuple(dict.fromkeys((*self.axes, *(() if self.colour is None else (self.colour,)))))

    def choices(self, data: Mapping[ColumnKey, Made]) -> tuple[list[AxisChoice], AxisChoice | None]:
        """The axes and the colour as the plot takes them, of the columns that `data` has."""
        chosen = dict(self.kinds)
        axes = [
            AxisChoice(made.data, chosen.get(key, made.kind), key in self.flipped)
            for key in self.axes
            if (made := data.get(key)) is not None
        ]
        colour = data.get(self.colour) if self.colour is not None else None
        if colour is None:
            return axes, None
        # Texts beside numbers have no place on an ordered map.
        return axes, AxisChoice(colour.data, ScaleKind.CATEGORY if colour.data.codes is not None else colour.kind)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a column gives a plot."""

    column: Column
    data: AxisData
    kind: ScaleKind
    """The scale that suits it."""

    @classmethod
    def of(cls, key: ColumnKey, column: Column) -> Made:
        """For many runs in a worker thread."""
        data = axis_data(key, column)
        return cls(column, data, axis_kind(data))


@dataclass(frozen=True, eq=False)
class PreparedAxes:
    """A frame's axes and runs, made in a task before the frame is shown."""

    frame: RunFrame
    plan: AxisPlan
    made: dict[ColumnKey, Made]
    runs: ParallelRuns
    terms: tuple[TermMask, ...]
    brushes: dict[ColumnKey, ShownBrush]


def made_of(columns: Mapping[ColumnKey, Column], known: Mapping[ColumnKey, Made]) -> dict[ColumnKey, Made]:
    """What `columns` give, what is `known` of the very same ones kept."""
    return {
        key: known[key] if key in known and known[key].column is column else Made.of(key, column)
        for key, column in columns.items()
    }


def prepared_axes(
    plan: AxisPlan,
    known: dict[ColumnKey, Made],
    shown: ParallelRuns,
    frame: RunFrame,
    answer: Answer | None,
    token: Token,
) -> PreparedAxes | None:
    """None while a column is missing; the runs that are shown where nothing about them is new."""
    columns: dict[ColumnKey, Column] = {}
    for key in plan.columns:
        column = frame.column(key)
        if column is not None:
            columns[key] = column
        elif frame.can_load(key):
            return None
    made: dict[ColumnKey, Made] = {}
    for key, column in columns.items():
        token.check()
        made |= made_of({key: column}, known)
    axes, colour = plan.choices(made)
    terms = () if answer is None else answer.terms
    brushes, rows = split_terms(terms, plan.axes, frame.size)
    if shown.names is frame.names and shown.is_made_of(axes, colour, frame.run_ids, rows):
        return PreparedAxes(frame, plan, made, shown, terms, brushes)
    runs = ParallelRuns.over(axes, colour, frame.run_ids, frame.names, rows)
    return PreparedAxes(frame, plan, made, runs, terms, brushes)


def made_runs(
    plan: AxisPlan,
    columns: Mapping[ColumnKey, Column],
    known: Mapping[ColumnKey, Made],
    ids: Sequence[str],
    names: Sequence[str],
    rows: Ints,
    _token: Token,
) -> tuple[dict[ColumnKey, Made], ParallelRuns]:
    made = made_of(columns, known)
    axes, colour = plan.choices(made)
    return made, ParallelRuns.over(axes, colour, ids, names, rows)
