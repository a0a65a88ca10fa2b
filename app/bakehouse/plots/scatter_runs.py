"""The runs of a scatter plot: which rows of the table, and where each lies across, up, in colour and in size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.axes import Axis, AxisData, make_axis
from bakehouse.plots.visible_runs import VisibleRuns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bakehouse.analysis.scales import ScaleKind


@dataclass(frozen=True, slots=True, eq=False)
class ScatterRuns(VisibleRuns):
    """The visible runs with their axes."""

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
