"""The rows of a table of runs with groups and nested runs: everything unfolded, and which of it is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.analysis.grouping import Grouping
from bakehouse.analysis.order import stable_places

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outline:
    """Groups and runs in the order of the table, all int32[k]; a row's inside follows it."""

    runs: Ints
    """The frame's row, -1 for a group."""
    groups: Ints
    """The group's number in the Grouping, -1 for a run."""
    depths: Ints
    sizes: Ints
    """How many rows the row takes with all that lies in it, at least 1."""

    @property
    def foldable(self) -> Mask:
        """bool[k]: which rows have something in them."""
        return self.sizes > 1

    def shown(self, is_open: Mask) -> Ints:
        """int32[v]: the places of the rows to be seen when only the rows of `is_open` (bool[k]) are unfolded."""
        folded = np.flatnonzero(self.foldable & ~is_open)
        if not len(folded):
            return np.arange(len(self.runs), dtype=np.int32)
        edges = np.zeros(len(self.runs) + 1, np.int32)
        np.add.at(edges, folded + 1, 1)
        np.subtract.at(edges, folded + self.sizes[folded], 1)
        return np.flatnonzero(np.cumsum(edges[:-1]) == 0).astype(np.int32)

    def rows_above(self) -> Ints:
        """int32[k]: the place of the row that each lies directly in, -1 at the top."""
        above = np.full(len(self.runs), -1, np.int32)
        for depth in range(1, int(self.depths.max(initial=0)) + 1):
            places = np.flatnonzero(self.depths == depth)
            over = np.flatnonzero(self.depths == depth - 1)
            above[places] = over[np.searchsorted(over, places) - 1]
        return above


def flat(order: Ints) -> Outline:
    """The outline of runs (int32[k], in their order) without groups and nesting."""
    size = len(order)
    return Outline(order, np.full(size, -1, np.int32), np.zeros(size, np.int32), np.ones(size, np.int32))


def outline(
    order: Ints, parents: Ints | None, depths: Ints | None, grouping: Grouping | None, ranks: Sequence[Places]
) -> Outline:
    """Everything unfolded.

    `order` int32[m]: the runs to be shown, sorted; whoever lies under another has that one among them. `parents` and
    `depths` int32[n]: a forest that crosses no group. `ranks`: for each level of `grouping` the positions of its groups
    in the order wanted; the runs of `order` that are not in `grouping.runs` stand in the groups of their kin.
    """
    if grouping is None and parents is None:
        return flat(order)
    count = grouping.count if grouping is not None else 0
    levels = len(grouping.levels) if grouping is not None else 0
    size = count + len(order)
    above = np.full(size, -1, np.int32)
    groups = np.full(size, -1, np.int32)
    runs = np.full(size, -1, np.int32)
    deep = np.full(size, levels, np.int32)
    runs[count:] = order
    if grouping is not None:
        above[count:] = _place_groups(grouping, ranks, above, groups, deep, order)
    if parents is not None and depths is not None:
        node_of = np.full(len(parents), -1, np.int32)
        node_of[order] = np.arange(count, size, dtype=np.int32)
        over = parents[order]
        above[count:] = np.where(over >= 0, node_of[over], above[count:])
        deep[count:] += depths[order]
    starts, sizes = preorder(above, deep)
    places = np.empty(size, np.int64)
    places[starts] = np.arange(size)
    return Outline(runs[places], groups[places], deep[places], sizes[places])


def _place_groups(
    grouping: Grouping, ranks: Sequence[Places], above: Ints, groups: Ints, deep: Ints, order: Ints
) -> Ints:
    """Make the groups the first nodes, those of each level in the order of `ranks`; the answer is over each run."""
    node_of = np.zeros(1, np.int32)
    for level, offset, depth, wanted in zip(
        grouping.levels, grouping.offsets, range(len(grouping.levels)), ranks, strict=False
    ):
        nodes = slice(offset, offset + len(wanted))
        groups[nodes] = offset + wanted
        deep[nodes] = depth
        if depth:
            above[nodes] = node_of[level.parents[wanted]]
        node_of = np.empty(len(wanted), np.int32)
        node_of[wanted] = np.arange(offset, offset + len(wanted), dtype=np.int32)
    innermost = grouping.levels[-1].starts
    kin = grouping.kin[grouping.runs[innermost]]
    return node_of[np.searchsorted(kin, grouping.kin[order])]


def preorder(above: Ints, depths: Ints) -> tuple[Ints, Ints]:
    """Where each node of a forest comes when everything stands below what it lies in, and how many nodes each holds.

    `above` int32[k]: the node over each, -1 at the top; `depths` int32[k]. Siblings keep their order. A step for each
    depth, whatever the number of nodes.
    """
    size = len(above)
    by_depth = [np.flatnonzero(depths == depth).astype(np.int32) for depth in range(int(depths.max(initial=0)) + 1)]
    sizes = np.ones(size, np.int32)
    for nodes in reversed(by_depth[1:]):
        sizes += np.bincount(above[nodes], weights=sizes[nodes], minlength=size).astype(np.int32)
    starts = np.zeros(size, np.int32)
    for depth, nodes in enumerate(by_depth):
        # Nodes of one depth side by side with their siblings, each behind what the earlier ones hold.
        ordered = nodes[stable_places(above[nodes])] if depth else nodes
        held = np.cumsum(sizes[ordered], dtype=np.int32) - sizes[ordered]
        if depth:
            over = above[ordered]
            first = np.ones(len(ordered), np.bool_)
            first[1:] = over[1:] != over[:-1]
            family = np.cumsum(first) - 1
            starts[ordered] = starts[over] + 1 + held - held[np.flatnonzero(first)][family]
        else:
            starts[ordered] = held
    return starts, sizes
