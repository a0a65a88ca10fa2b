"""The runs of a distribution plot: where each lies along the values, and in which group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, make_axis
from bakehouse.analysis.scales import ScaleKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class DistributionRuns:
    """`rows` int32[k] are the visible rows of a table with `ids` by row.

    `groups` int64[k] number the names of `group_names`, the most frequent first; the last one is that of the runs
    without a value, where there are any. Without a grouping there is one group and no name.
    """

    ids: Sequence[str]
    rows: NDArray[np.int32]
    values: Axis
    grouped_by: AxisData | None
    group_names: tuple[str, ...]
    groups: NDArray[np.int64]

    @classmethod
    def over(
        cls,
        values: tuple[AxisData, ScaleKind | None],
        grouped_by: AxisData | None,
        ids: Sequence[str],
        rows: NDArray[np.int32],
    ) -> DistributionRuns:
        """Lay out and group the runs `rows`; for many runs in a worker thread."""
        axis = make_axis(values[0], rows, values[1])
        if grouped_by is None:
            return cls(ids, rows, axis, None, (), np.zeros(len(rows), np.int64))
        by = make_axis(grouped_by, rows, ScaleKind.CATEGORY)
        names = by.categories or ()
        places = np.array([by.category_position(index) for index in range(len(names))])
        known = ~np.isnan(by.positions)
        codes = np.full(len(rows), len(names), np.int64)
        if len(names):
            # Categories stand from 1 down.
            codes[known] = len(names) - 1 - np.searchsorted(places[::-1], by.positions[known] - 1e-6)
        counts = np.bincount(codes, minlength=len(names) + 1)
        order = np.argsort(-counts[:-1], kind="stable")
        place = np.empty(len(names) + 1, np.int64)
        place[order], place[-1] = np.arange(len(names)), len(names)
        texts = [names[index] for index in order.tolist()]
        return cls(ids, rows, axis, grouped_by, (*texts, *(["without it"] if counts[-1] else [])), place[codes])

    def run_ids(self, chosen: NDArray[np.bool_]) -> list[str]:
        """The ids of the runs in `chosen` bool[k]."""
        return [self.ids[row] for row in self.rows[chosen].tolist()]
