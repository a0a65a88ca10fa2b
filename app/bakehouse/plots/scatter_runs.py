"""The runs of a scatter plot: which rows of the table, and where each lies across, up, in colour and in size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, make_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bakehouse.analysis.scales import ScaleKind


@dataclass(frozen=True, slots=True, eq=False)
class ScatterRuns:
    """`rows` int32[k] are the visible rows of a table with `ids` and `names` by row; a place is an index into them."""

    ids: Sequence[str]
    names: Sequence[str]
    rows: NDArray[np.int32]
    x: Axis
    y: Axis
    colour: Axis | None
    size: Axis | None

    @classmethod
    def over(
        cls,
        x: tuple[AxisData, ScaleKind | None],
        y: tuple[AxisData, ScaleKind | None],
        colour: AxisData | None,
        size: AxisData | None,
        ids: Sequence[str],
        names: Sequence[str],
        rows: NDArray[np.int32],
    ) -> ScatterRuns:
        """Make the axes over the runs `rows`; for many runs in a worker thread."""
        return cls(
            ids,
            names,
            rows,
            make_axis(x[0], rows, x[1]),
            make_axis(y[0], rows, y[1]),
            None if colour is None else make_axis(colour, rows),
            None if size is None else make_axis(size, rows),
        )

    def run_id(self, place: int) -> str:
        return self.ids[int(self.rows[place])]

    def title(self, place: int) -> str:
        """The name of the run, its id where it has none."""
        return self.names[int(self.rows[place])] or self.run_id(place)

    def place_of(self, row: int) -> int | None:
        """The place of the run in `row`, None where it is not visible; visible rows rise."""
        place = int(np.searchsorted(self.rows, row))
        return place if place < len(self.rows) and self.rows[place] == row else None

    def places_of(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """int64[m]: the places of those of `rows` that are visible, in their order."""
        places = np.full(len(self.ids), -1, dtype=np.int64)
        places[self.rows] = np.arange(len(self.rows))
        found = places[rows[rows < len(places)]]
        return found[found >= 0]
