"""Which rows a table of runs has: order, filter, nesting, groups and folding brought together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import Ints, Mask, NumberColumn, TextColumn
from bakehouse.analysis.folding import Folding
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.grouping import Grouping
from bakehouse.analysis.nesting import depths_of, family_order, parent_rows, with_ancestors
from bakehouse.analysis.order import SortKey, sort_rows
from bakehouse.analysis.outline import Outline, flat, outline
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.columns import DURATION, PARENT_RUN, RUN_NAME, ColumnKey, ColumnKind

Places = npt.NDArray[np.int64]
_EMPTY: Ints = np.empty(0, np.int32)


def is_aggregated(key: ColumnKey) -> bool:
    """Whether a group shows an aggregate of this column, and is sorted by it."""
    return key.kind is ColumnKind.METRIC or key == DURATION


class RunRows:
    """The rows of a frame behind a mask, in an order and an arrangement; what the person folded outlives all of them.

    `arrange` after any change of them; folding alone only picks other rows of the same outline. GUI thread.
    """

    def __init__(self) -> None:
        self.arrangement = Arrangement(nested=False)
        self.folding = Folding()
        self.grouping: Grouping | None = None
        self.outline: Outline = flat(_EMPTY)
        """Everything, unfolded."""
        self.places: Ints = _EMPTY
        """int32[v]: the places in `outline` of the rows to be seen."""
        self.open: Mask = np.empty(0, np.bool_)
        """bool[k], by place in `outline`."""
        self.kept: Mask | None = None
        """bool[n]: runs shown only for what lies under them; None while there are none."""
        self.nested = False
        """Whether a run lies under another here."""
        self._frame = RunFrame([])
        self._known: tuple[object, Ints | None] = (None, None)
        self._parted: tuple[object, ...] = ()

    def arrange(self, frame: RunFrame, mask: Mask | None, keys: Sequence[SortKey]) -> None:
        """Make the rows anew: those of `mask` (bool[n], None for all) sorted by `keys`."""
        self._frame = frame
        matching = np.arange(frame.size, dtype=np.int32) if mask is None else np.flatnonzero(mask).astype(np.int32)
        self.grouping = self._group(frame, mask, matching)
        parents = self._parents(frame) if self.arrangement.nested else None
        if parents is not None and self.grouping is not None:
            kin = self.grouping.kin
            parents = np.where((parents >= 0) & (kin[parents] == kin), parents, -1).astype(np.int32)
        self.kept, candidates = None, matching
        if parents is not None and mask is not None:
            shown = with_ancestors(mask, parents)
            self.kept = shown & ~mask
            candidates = np.flatnonzero(shown).astype(np.int32)
            self.kept = self.kept if len(candidates) > len(matching) else None
        self.nested = parents is not None and bool((parents[candidates] >= 0).any())
        order = sort_rows(frame, keys, candidates)
        ranks = group_order(self.grouping, frame, keys, self.arrangement) if self.grouping is not None else []
        depths = depths_of(parents) if parents is not None and self.nested else None
        first = frame.column(keys[0].column) if keys else None
        if first is not None and parents is not None and depths is not None:
            order = family_order(order, parents, depths, ~first.present())
        self.outline = outline(order, parents if self.nested else None, depths, self.grouping, ranks)
        self.fold()

    def fold(self) -> None:
        """What is folded has changed."""
        self.open = self.folding.open_rows(self.outline, self._frame, self.grouping)
        self.places = self.outline.shown(self.open)

    def growth(self) -> int:
        """How many rows more `fold` will show, negative for fewer."""
        is_open = self.folding.open_rows(self.outline, self._frame, self.grouping)
        return len(self.outline.shown(is_open)) - len(self.places)

    def uncover(self, run: int) -> bool:
        """Unfold all that a run lies in; whether anything was folded. The rows are as before until `fold`."""
        found = np.flatnonzero(self.outline.runs == run)
        if not len(found):
            return False
        inside = np.arange(int(found[0]))
        over = inside[inside + self.outline.sizes[: len(inside)] > int(found[0])]
        folded = over[~self.open[over]].tolist()
        for place in folded:
            self.folding.set(place, True, self.outline, self._frame, self.grouping)
        return bool(folded)

    # The rows to be seen

    @property
    def rows(self) -> Ints:
        """int32[v]: the frame's row of every visible row, -1 for a group."""
        return self.outline.runs[self.places]

    def set_open(self, row: int, is_open: bool) -> bool:
        """Fold or unfold one visible row; whether anything changed. The rows are as before until `fold`."""
        place = int(self.places[row])
        if self.outline.sizes[place] < 2 or bool(self.open[place]) == is_open:
            return False
        self.folding.set(place, is_open, self.outline, self._frame, self.grouping)
        return True

    def row_above(self, row: int) -> int:
        """The visible row that a visible row lies in, -1 at the top."""
        depths = self.outline.depths[self.places[: row + 1]]
        over = np.flatnonzero(depths < depths[row])
        return int(over[-1]) if len(over) else -1

    def ordered_runs(self) -> Ints:
        """int32[k]: all runs in the order of the table, folded ones and kept parents too."""
        runs = self.outline.runs
        return runs[runs >= 0] if self.grouping is not None else runs

    def matching_runs(self) -> Ints:
        """int32[m]: as `ordered_runs`, without the parents that are only kept."""
        runs = self.ordered_runs()
        return runs if self.kept is None else runs[~self.kept[runs]]

    def runs_of_rows(self, first: int, last: int) -> Ints:
        """int32[k]: the runs of the visible rows `first` to `last`: a group stands for its runs, folded or not."""
        places = self.places[first : last + 1]
        runs = self.outline.runs[places]
        groups = self.outline.groups[places]
        groups = groups[groups >= 0]
        if self.grouping is None or not len(groups):
            return runs
        taken = np.zeros(self._frame.size, np.bool_)
        taken[runs[runs >= 0]] = True
        taken[self.grouping.members_of(groups)] = True
        return np.flatnonzero(taken).astype(np.int32)

    def selected_rows(self, mask: Mask, first: int = 0, last: int | None = None) -> Mask:
        """bool[v]: which of the visible rows are selected, when the runs of `mask` are: groups with all their runs."""
        places = self.places[first : None if last is None else last + 1]
        runs = self.outline.runs[places]
        if self.grouping is None:
            return mask[runs]
        whole = np.append(self.grouping.whole(mask), False)[self.outline.groups[places]]
        return np.where(runs >= 0, np.append(mask, False)[runs], whole)

    def ids(self) -> Ints:
        """int32[v]: numbers of the visible rows that stay theirs in another order."""
        runs = self.outline.runs[self.places]
        return np.where(runs >= 0, runs, self._frame.size + self.outline.groups[self.places])

    def rows_of(self, ids: Sequence[int]) -> list[int]:
        """The visible rows with these `ids`, -1 where there is none."""
        count = self.grouping.count if self.grouping is not None else 0
        row_of = np.full(self._frame.size + count, -1, np.int32)
        row_of[self.ids()] = np.arange(len(self.places), dtype=np.int32)
        return [int(row_of[number]) for number in ids]

    # What they are made of

    def waiting(self, frame: RunFrame) -> list[ColumnKey]:
        """The columns that the groups wait for."""
        return [key for key in self.arrangement.group_by if frame.column(key) is None]

    def _group(self, frame: RunFrame, mask: Mask | None, rows: Ints) -> Grouping | None:
        """The present grouping where its columns and the mask are the same as before; None while columns are away."""
        columns = [(key, frame.column(key)) for key in self.arrangement.group_by]
        there = [(key, column) for key, column in columns if isinstance(column, TextColumn)]
        if not there or len(there) < len(columns):
            self._parted = ()
            return None
        made_of = (mask, *(column for _, column in there))
        same = len(made_of) == len(self._parted) and all(
            now is before for now, before in zip(made_of, self._parted, strict=True)
        )
        if not same or self.grouping is None:
            self._parted = made_of
            return Grouping(there, rows)
        return self.grouping

    def _parents(self, frame: RunFrame) -> Ints | None:
        column = frame.column(PARENT_RUN)
        if self._known[0] is not column or column is None:
            self._known = (column, parent_rows(frame))
        return self._known[1]


def group_order(grouping: Grouping, frame: RunFrame, keys: Sequence[SortKey], arrangement: Arrangement) -> list[Places]:
    """For each level the positions of its groups in the order of `keys`.

    Metrics and durations order by their aggregate, groups without one last; the run's name stands for the group's
    value; by any other column a group comes where the first of its runs would.
    """
    orders = []
    for place, level in enumerate(grouping.levels):
        stretch = slice(grouping.offsets[place], grouping.offsets[place + 1])
        ranks: list[npt.NDArray[np.float64] | Ints] = []
        for key in keys:
            column = level.column if key.column == RUN_NAME else frame.column(key.column)
            if column is None:
                continue
            if is_aggregated(key.column) and isinstance(column, NumberColumn):
                values = grouping.figures(column, arrangement.aggregate)[stretch]
                ranks.append(-values if key.descending else values)
            else:
                ranks.append(grouping.first_ranks(column.directed_ranks(key.descending), level))
        count = len(level.starts)
        orders.append(np.lexsort(ranks[::-1]) if ranks else np.arange(count))
    return orders
