"""What a person has folded and unfolded, kept by run and by group value so that it outlives every order and refresh."""

from __future__ import annotations

import numpy as np

from bakehouse.analysis.columns import Mask
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.grouping import Grouping
from bakehouse.analysis.outline import Outline
from bakehouse.domain.columns import ColumnKey

GroupPath = tuple[tuple[ColumnKey, str | None], ...]


class Folding:
    """Runs start unfolded, so that nothing is hidden unasked; groups folded, as the summary they are asked for."""

    def __init__(self) -> None:
        self.runs_open = True
        self.groups_open = False
        self._other_runs: set[str] = set()
        """Runs that are not as `runs_open` says."""
        self._other_groups: set[GroupPath] = set()

    def set_all(self, is_open: bool) -> None:
        """Fold or unfold everything, also what will come."""
        self.runs_open = self.groups_open = is_open
        self._other_runs.clear()
        self._other_groups.clear()

    def forget_groups(self) -> None:
        """Other groups are made: they start folded."""
        self.groups_open = False
        self._other_groups.clear()

    def set(self, place: int, is_open: bool, outline: Outline, frame: RunFrame, grouping: Grouping | None) -> None:
        """Fold or unfold the row at a place of the outline."""
        run = int(outline.runs[place])
        if run >= 0:
            run_id = frame.run_ids[run]
            (self._other_runs.discard if is_open == self.runs_open else self._other_runs.add)(run_id)
        elif grouping is not None:
            path = grouping.path(int(outline.groups[place]))
            (self._other_groups.discard if is_open == self.groups_open else self._other_groups.add)(path)

    def open_rows(self, outline: Outline, frame: RunFrame, grouping: Grouping | None) -> Mask:
        """bool[k]: which rows of the outline are unfolded."""
        is_open = np.where(outline.runs >= 0, self.runs_open, self.groups_open)
        if self._other_runs:
            rows = [row for run_id in self._other_runs if (row := frame.row_of.get(run_id)) is not None]
            other = np.zeros(frame.size + 1, np.bool_)
            other[rows] = True
            is_open ^= other[outline.runs]
        if self._other_groups and grouping is not None:
            other = np.zeros(grouping.count + 1, np.bool_)
            other[[group for path in self._other_groups if (group := grouping.find(path)) >= 0]] = True
            is_open ^= other[outline.groups]
        return is_open
