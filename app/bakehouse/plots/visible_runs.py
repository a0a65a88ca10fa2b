"""Which runs of a table a plot draws: a place among them stands for a row of the table, a row for a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class VisibleRuns:
    """`rows` int32[k] are the visible rows, rising, of a table with `ids` and `names` (None: no names) by row; a place
    is an index into them.
    """

    ids: Sequence[str]
    names: Sequence[str] | None
    rows: NDArray[np.int32]

    def run_id(self, place: int) -> str:
        return self.ids[int(self.rows[place])]

    def title(self, place: int) -> str:
        """The name of the run, its id where it has none."""
        return (self.names[int(self.rows[place])] if self.names is not None else "") or self.run_id(place)

    def place_of(self, row: int) -> int | None:
        """The place of the run in `row`, None where it is not visible."""
        place = int(np.searchsorted(self.rows, row))
        return place if place < len(self.rows) and self.rows[place] == row else None

    def places_of(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """int64[m]: the places of those of `rows` that are visible, in their order."""
        places = np.full(len(self.ids), -1, dtype=np.int64)
        places[self.rows] = np.arange(len(self.rows))
        found = places[rows[rows < len(places)]]
        return found[found >= 0]
