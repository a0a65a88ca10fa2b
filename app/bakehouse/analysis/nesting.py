"""Which run lies under which: the row of every run's parent, safe against cycles and endless depth."""

from __future__ import annotations

import numpy as np

from bakehouse.analysis.columns import Ints, Mask, TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.order import stable_places
from bakehouse.domain.columns import PARENT_RUN

DEEPEST = 64
"""Runs nested deeper stand together at this depth: no sweep is that deep, and no chain may cost a step a run."""


def parent_rows(frame: RunFrame) -> Ints | None:
    """int32[n]: the row of each run's parent, -1 at the top; None while no run of `frame` is known to have one there.

    A parent that is not among the runs (deleted, of another experiment) leaves its children at the top.
    """
    column = frame.column(PARENT_RUN)
    if not isinstance(column, TextColumn) or not column.count:
        return None
    row_of = frame.row_of
    rows = [row_of.get(run_id, -1) for run_id in column.categories]
    parents = np.array([*rows, -1], np.int32)[column.codes()]
    return sane_parents(parents) if bool((parents >= 0).any()) else None


def sane_parents(parents: Ints) -> Ints:
    """`parents` as a forest at most `DEEPEST` deep: the runs of a cycle stand at the top, what hangs on them stays."""
    depths, reached = _climb(parents)
    if len(reached):
        parents = parents.copy()
        parents[reached] = -1
        depths, _ = _climb(parents)
    deep = np.flatnonzero(depths > DEEPEST)
    if len(deep):
        parents = parents.copy()
        parents[deep] = _ancestors(parents, deep, depths[deep] - DEEPEST + 1)
    return parents


def depths_of(parents: Ints) -> Ints:
    """int32[n]: how many runs each lies under; `parents` is a forest."""
    return _climb(parents)[0]


def with_ancestors(mask: Mask, parents: Ints) -> Mask:
    """bool[n]: the runs of `mask` and all that they lie under."""
    shown = mask.copy()
    fresh = np.flatnonzero(mask).astype(np.int32)
    while len(fresh):
        above = parents[fresh]
        above = above[above >= 0]
        fresh = above[~shown[above]]
        shown[fresh] = True
    return shown


def family_order(order: Ints, parents: Ints, depths: Ints, lacking: Mask) -> Ints:
    """`order` (int32[m]) with the runs of `lacking` (bool[n]) moved to where the first of their children stands.

    A sweep's parent seldom has the metric that is sorted by: its family must not lie last for that. `parents` and
    `depths` int32[n]; only runs of `order` count.
    """
    place = np.full(len(parents), len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    deep = depths[order]
    for depth in range(int(deep.max(initial=0)), 0, -1):
        runs = order[deep == depth]
        over = parents[runs]
        moved = lacking[over]
        np.minimum.at(place, over[moved], place[runs[moved]])
    return order[stable_places(place[order])]


def _climb(parents: Ints) -> tuple[Ints, Ints]:
    """Depths (meaningless in cycles and below them), and the rows that lie in a cycle.

    Each round doubles the way that every row has climbed; after as many as the number of rows has bits, who is not
    above the top has come into a cycle, and every row of a cycle has been come to.
    """
    size = len(parents)
    jump = np.append(np.where(parents < 0, size, parents), size).astype(np.int32)
    depths = (jump != size).astype(np.int32)
    for _ in range(size.bit_length() + 1):
        if bool((jump == size).all()):
            return depths[:size], np.empty(0, np.int32)
        depths = depths + depths[jump]
        jump = jump[jump]
    came_to = np.zeros(size + 1, np.bool_)
    came_to[jump] = True
    return depths[:size], np.flatnonzero(came_to[:size]).astype(np.int32)


def _ancestors(parents: Ints, rows: Ints | np.ndarray[tuple[int], np.dtype[np.int64]], steps: Ints) -> Ints:
    """The rows so many steps above `rows`."""
    size = len(parents)
    jump = np.append(np.where(parents < 0, size, parents), size).astype(np.int32)
    place = rows.astype(np.int32)
    for bit in range(int(steps.max()).bit_length()):
        place = np.where((steps >> bit) & 1, jump[place], place)
        jump = jump[jump]
    return place
