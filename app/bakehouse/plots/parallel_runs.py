"""The runs of a parallel-coordinates plot: which rows of the table, over which axes, and where each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, make_axis
from bakehouse.plots.parallel_inks import NO_INKS, RunInks
from bakehouse.plots.parallel_picture import density_pairs
from bakehouse.plots.point_colours import PointColours, category_slots, number_legend
from bakehouse.plots.visible_runs import VisibleRuns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bakehouse.analysis.scales import ScaleKind
    from bakehouse.theme import Theme


class AxisChoice(NamedTuple):
    """A column as an axis: on which kind of scale, and whether upside down."""

    data: AxisData
    kind: ScaleKind | None = None
    is_flipped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ParallelRuns(VisibleRuns):
    """`axes` and `colour` are over the visible runs; `choices` and `colour_choice`, what they are made of, over all
    rows.
    """

    choices: tuple[AxisChoice, ...]
    colour_choice: AxisChoice | None
    axes: tuple[Axis, ...]
    colour: Axis | None
    pairs: tuple[NDArray[np.int32], ...]
    """Of each gap between axes, for a density; see `density_pairs`."""

    @classmethod
    def over(
        cls,
        choices: Sequence[AxisChoice],
        colour: AxisChoice | None,
        ids: Sequence[str],
        names: Sequence[str] | None,
        rows: NDArray[np.int32],
    ) -> ParallelRuns:
        """Make the axes over the runs `rows`; for many runs in a worker thread."""
        axes = tuple(_axis(one, rows) for one in choices)
        colour_axis = None if colour is None else _axis(colour, rows)
        return cls(ids, names, rows, tuple(choices), colour, axes, colour_axis, density_pairs(axes))

    def is_made_of(
        self, choices: Sequence[AxisChoice], colour: AxisChoice | None, ids: Sequence[str], rows: NDArray[np.int32]
    ) -> bool:
        """Whether these are the very objects and the same rows, so that nothing has to be drawn anew."""
        return (
            len(choices) == len(self.choices)
            and all(_is_same(a, b) for a, b in zip(choices, self.choices, strict=True))
            and _is_same(colour, self.colour_choice)
            and ids is self.ids
            and np.array_equal(rows, self.rows)
        )

    def colours(self, theme: Theme) -> tuple[RunInks, PointColours | None]:
        """The colours of the runs, and the legend."""
        axis = self.colour
        if axis is None:
            return NO_INKS, None
        if axis.categories is None:
            return RunInks(shares=axis.positions), number_legend(axis)
        slots, table, legend = category_slots(axis, theme)
        return RunInks(slots=slots, table=table.astype(np.float32) / np.float32(255.0)), legend


def _axis(choice: AxisChoice, rows: NDArray[np.int32]) -> Axis:
    axis = make_axis(choice.data, rows, choice.kind)
    return axis.flipped() if choice.is_flipped else axis


def _is_same(one: AxisChoice | None, other: AxisChoice | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.data is other.data and one[1:] == other[1:]


NO_RUNS = ParallelRuns((), None, np.empty(0, dtype=np.int32), (), None, (), None, ())
