"""The rows of the run table: runs and groups in an order, behind a filter, folded and unfolded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.analysis.folding import GroupPath
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.order import SortKey
from bakehouse.analysis.run_rows import RunRows


class ArrangedRows(QAbstractTableModel):
    """What the run table knows of its rows; who extends it has the columns. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame = RunFrame([])
        self.arranged = RunRows()
        """What `rows` is made by: order, nesting, groups and folding."""
        self.rows: Ints = self.arranged.rows
        """int32[v]: the frame's row of every visible row, -1 where it is a group. All runs that the filter lets
        through, folded ones too: `visible_runs`."""
        self.sort_keys: tuple[SortKey, ...] = ()
        self._mask: Mask | None = None
        self.starred: Mask = np.zeros(0, np.bool_)
        """bool[n]: the runs with a star."""
        self._stars: frozenset[str] = frozenset()
        self._starred_frame = self.frame

    def places_of(self, runs: Sequence[int]) -> list[int]:
        """The visible rows of runs (rows of the frame), -1 where hidden."""
        inverse = np.full(self.frame.size + 1, -1, np.int32)
        inverse[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        return [int(inverse[run]) for run in runs]

    def place_of(self, run_id: str) -> int:
        """The visible row of a run, -1 where it is hidden or unknown."""
        run = self.frame.row_of.get(run_id)
        return -1 if run is None else self.places_of([run])[0]

    def run_id(self, row: int) -> str:
        """The run in a visible row, empty for a group."""
        run = int(self.rows[row])
        return self.frame.run_ids[run] if run >= 0 else ""

    def row_name(self, row: int) -> str | GroupPath:
        """What a visible row stays known by when the rows are made anew: the run's id, the group's path."""
        group = self.group_at(row)
        return self.run_id(row) if group < 0 or self.arranged.grouping is None else self.arranged.grouping.path(group)

    def row_named(self, name: str | GroupPath) -> int:
        """The visible row of that `row_name`, -1 when there is none."""
        if isinstance(name, str):
            return self.place_of(name)
        group = self.arranged.grouping.find(name) if self.arranged.grouping is not None else -1
        return self.arranged.rows_of([self.frame.size + group])[0] if group >= 0 else -1

    def visible_runs(self) -> Ints:
        """int32[m]: the runs that the filter lets through in the table's order, folded ones too, kept parents not."""
        return self.arranged.matching_runs()

    def group_at(self, row: int) -> int:
        """The number of the group in a visible row, -1 for a run."""
        return int(self.arranged.outline.groups[self.arranged.places[row]])

    def show_stars(self, run_ids: frozenset[str]) -> None:
        """Show a star at these runs, whether they are here or not."""
        self._stars = run_ids
        self._find_stars()
        if len(self.rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, 0))

    def _find_stars(self) -> None:
        self._starred_frame = self.frame
        self.starred = np.zeros(self.frame.size, np.bool_)
        self.starred[[row for run_id in self._stars if (row := self.frame.row_of.get(run_id)) is not None]] = True

    def _arrange(self) -> None:
        if self._starred_frame is not self.frame:
            self._find_stars()
        self.arranged.arrange(self.frame, self._mask, self.sort_keys)
        self.rows = self.arranged.rows

    # Folding

    def is_foldable(self, row: int) -> bool:
        """Whether a visible row has others in it, folded or not."""
        return bool(self.arranged.outline.sizes[self.arranged.places[row]] > 1)

    def is_open(self, row: int) -> bool:
        """Whether a visible row that is foldable is unfolded."""
        return bool(self.arranged.open[self.arranged.places[row]])

    def depth(self, row: int) -> int:
        """How many rows a visible row lies in."""
        return int(self.arranged.outline.depths[self.arranged.places[row]])

    def folded_runs(self, row: int) -> int:
        """How many runs are folded away in a visible row that is a run's."""
        place = self.arranged.places[row]
        return 0 if self.arranged.open[place] else int(self.arranged.outline.sizes[place]) - 1

    def shown_inside(self, row: int) -> int:
        """How many visible rows follow a visible row as its inside."""
        place = int(self.arranged.places[row])
        end = place + int(self.arranged.outline.sizes[place])
        return int(np.searchsorted(self.arranged.places, end)) - row - 1

    def set_open(self, row: int, is_open: bool) -> None:
        """Fold or unfold one visible row."""
        if not self.arranged.set_open(row, is_open):
            return
        growth = self.arranged.growth()
        if growth > 0:
            self.beginInsertRows(QModelIndex(), row + 1, row + growth)
        else:
            self.beginRemoveRows(QModelIndex(), row + 1, row - growth)
        self.arranged.fold()
        self.rows = self.arranged.rows
        if growth > 0:
            self.endInsertRows()
        else:
            self.endRemoveRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def set_all_open(self, is_open: bool) -> None:
        """Fold or unfold every row."""
        self.beginResetModel()
        self.arranged.folding.set_all(is_open)
        self._fold()

    def uncover(self, run_id: str) -> None:
        """Unfold all that a run lies in."""
        run = self.frame.row_of.get(run_id)
        if run is not None and self.arranged.uncover(run):
            self.beginResetModel()
            self._fold()

    def _fold(self) -> None:
        self.arranged.fold()
        self.rows = self.arranged.rows
        self.endResetModel()
