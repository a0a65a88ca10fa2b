"""The runs of a parallel-coordinates plot: which rows of the table, over which axes, and where each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, make_axis
from bakehouse.plots.parallel_picture import density_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class ParallelRuns:
    """`rows` int32[k] are the visible rows of a table with `ids` (and `names`, by row); a place is an index into them.

    `axes` and `colour` are over these k runs, `data` and `colour_data` over all rows.
    """

    data: tuple[AxisData, ...]
    colour_data: AxisData | None
    ids: Sequence[str]
    names: Sequence[str] | None
    rows: NDArray[np.int32]
    axes: tuple[Axis, ...]
    colour: Axis | None
    pairs: tuple[NDArray[np.int32], ...]
    """Of each gap between axes, for a density; see `density_pairs`."""

    @classmethod
    def over(
        cls,
        data: Sequence[AxisData],
        colour: AxisData | None,
        ids: Sequence[str],
        names: Sequence[str] | None,
        rows: NDArray[np.int32],
    ) -> ParallelRuns:
        """Make the axes of `data` over the runs `rows`; for many runs in a worker thread."""
        axes = tuple(make_axis(one, rows) for one in data)
        colour_axis = None if colour is None else make_axis(colour, rows)
        return cls(tuple(data), colour, ids, names, rows, axes, colour_axis, density_pairs(axes))

    def is_made_of(
        self, data: Sequence[AxisData], colour: AxisData | None, ids: Sequence[str], rows: NDArray[np.int32]
    ) -> bool:
        """Whether these are the very objects and the same rows, so that nothing has to be drawn anew."""
        return (
            len(data) == len(self.data)
            and all(a is b for a, b in zip(data, self.data, strict=True))
            and colour is self.colour_data
            and ids is self.ids
            and np.array_equal(rows, self.rows)
        )

    def places_of(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """int64[m]: the places of those of `rows` that are visible, in their order."""
        places = np.full(len(self.ids), -1, dtype=np.int64)
        places[self.rows] = np.arange(len(self.rows))
        found = places[rows[rows < len(places)]]
        return found[found >= 0]

    def run_id(self, place: int) -> str:
        return self.ids[int(self.rows[place])]

    def title(self, place: int) -> str:
        """The name of the run, its id where it has none."""
        return (self.names[int(self.rows[place])] if self.names is not None else "") or self.run_id(place)


NO_RUNS = ParallelRuns((), None, (), None, np.empty(0, dtype=np.int32), (), None, ())
