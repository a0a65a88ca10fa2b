"""Runs in groups of equal values: who belongs to which group, and the figures of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import Column, Floats, Ints, Mask, TextColumn, dense_ranks
from bakehouse.analysis.order import stable_places
from bakehouse.domain.arrangement import Aggregate
from bakehouse.domain.columns import ColumnKey

Places = npt.NDArray[np.int64]

# Up to so many cells for every run, equal codes are found through a table instead of by sorting.
_TABLE_FACTOR = 8


@dataclass(frozen=True, slots=True)
class Level:
    """The groups by one key, in the order of their values (missing last) inside the groups of the level above."""

    key: ColumnKey
    column: TextColumn
    starts: Places
    """int64[g]: where each group's runs begin in `Grouping.runs`."""
    codes: Ints
    """int32[g]: each group's value in `column.categories`, -1 for the runs without one."""
    parents: Places
    """int64[g]: the group of the level above; all 0 at the outermost."""


class Grouping:
    """Runs parted by the values of text columns; never changes once made.

    Groups are numbered level by level, the outermost first; a group's runs are one stretch of `runs`.
    """

    def __init__(self, columns: Sequence[tuple[ColumnKey, TextColumn]], rows: Ints) -> None:
        """`columns` from the outermost level to the innermost, at least one; `rows` int32[m]: the runs to be parted."""
        size = columns[0][1].size
        ids = np.zeros(size, np.int64)
        level_ids: list[Ints] = []
        codes_of: list[Ints] = []
        for _, column in columns:
            codes, values = column.codes(), len(column.categories) + 1
            # A missing value comes behind all others.
            ids = ids * values + np.where(codes < 0, values - 1, codes)
            dense = _dense(ids)
            level_ids.append(dense)
            codes_of.append(codes)
            ids = dense.astype(np.int64)
        self.kin: Ints = level_ids[-1]
        """int32[n] of every run of the frame, parted or not: equal in the same innermost group."""
        self.runs: Ints = rows[stable_places(self.kin[rows])]
        """int32[m]: the runs group by group, inside a group in the order given."""
        levels: list[Level] = []
        for (key, column), dense, codes in zip(columns, level_ids, codes_of, strict=True):
            starts = _starts(dense[self.runs])
            above = levels[-1].starts if levels else np.zeros(1, np.int64)
            parents = np.searchsorted(above, starts, side="right") - 1
            levels.append(Level(key, column, starts, codes[self.runs[starts]], parents))
        self.levels = tuple(levels)
        self.offsets = [0, *np.cumsum([len(level.starts) for level in levels]).tolist()]
        """The number of each level's first group; the last is how many groups there are."""

    @property
    def count(self) -> int:
        """How many groups there are on all levels."""
        return int(self.offsets[-1])

    def level_of(self, group: int) -> int:
        """The level of a group, 0 for the outermost."""
        return next(place for place in range(len(self.levels)) if group < self.offsets[place + 1])

    def span(self, group: int) -> tuple[int, int]:
        """Where a group's runs begin and end in `runs`."""
        place = self.level_of(group)
        starts, position = self.levels[place].starts, group - self.offsets[place]
        stop = int(starts[position + 1]) if position + 1 < len(starts) else len(self.runs)
        return int(starts[position]), stop

    def members(self, group: int) -> Ints:
        """int32[k]: the runs of a group."""
        start, stop = self.span(group)
        return self.runs[start:stop]

    def members_of(self, groups: Ints) -> Ints:
        """int32[k]: the runs that are in any of these groups, each once."""
        starts = np.concatenate([level.starts for level in self.levels])
        edges = np.zeros(len(self.runs) + 1, np.int32)
        np.add.at(edges, starts[groups], 1)
        np.subtract.at(edges, starts[groups] + self.sizes()[groups], 1)
        return self.runs[np.cumsum(edges[:-1]) > 0]

    def whole(self, mask: Mask) -> Mask:
        """bool[groups]: which groups have all their runs in `mask` (bool[n])."""
        inside = mask[self.runs]
        parts = [np.logical_and.reduceat(inside, level.starts) for level in self.levels if len(level.starts)]
        return np.concatenate(parts) if parts else np.empty(0, np.bool_)

    def sizes(self) -> Places:
        """int64[groups]: how many runs each has."""
        parts = [np.diff(np.append(level.starts, len(self.runs))) for level in self.levels]
        return np.concatenate(parts)

    def path(self, group: int) -> tuple[tuple[ColumnKey, str | None], ...]:
        """A group's keys and values from the outermost level on; None for the missing value."""
        place = self.level_of(group)
        position, parts = group - self.offsets[place], []
        for level in reversed(self.levels[: place + 1]):
            code = int(level.codes[position])
            parts.append((level.key, level.column.categories[code] if code >= 0 else None))
            position = int(level.parents[position])
        return tuple(reversed(parts))

    def find(self, path: Sequence[tuple[ColumnKey, str | None]]) -> int:
        """The group with this `path`, -1 when there is none."""
        position = group = -1
        for place, (level, (key, text)) in enumerate(zip(self.levels, path, strict=False)):
            if level.key != key or (text is not None and text not in level.column.categories):
                return -1
            code = -1 if text is None else level.column.categories.index(text)
            found = np.flatnonzero((level.codes == code) & ((level.parents == position) | (place == 0)))
            if not len(found):
                return -1
            position = int(found[0])
            group = int(self.offsets[place]) + position
        return group if len(path) <= len(self.levels) else -1

    def figures(self, column: Column, how: Aggregate) -> Floats:
        """float64[groups]: `how` over the finite values of each group's runs; NaN where it has none (see `figure`)."""
        values = column.numbers()[self.runs]
        return np.concatenate([figure(values, level.starts, how) for level in self.levels])

    def latest(self, column: Column) -> Floats:
        """float64[groups]: the greatest number of each group, NaN where it has none."""
        return self.figures(column, Aggregate.MAXIMUM)

    def values(self, column: TextColumn) -> tuple[Ints, Ints]:
        """Of each group the one code that all its runs have (-1: they lack it), and how many different ones.

        int32[groups] each. Lacking it counts as one; where there are several, the code is -1 when some lack it.
        """
        codes = column.codes()[self.runs]
        by_code = stable_places((codes + 1).astype(np.int32))
        single, many = [], []
        for level in self.levels:
            owner = np.repeat(np.arange(len(level.starts), dtype=np.int32), _lengths(level.starts, len(codes)))
            places = by_code[stable_places(owner[by_code])]
            ordered = codes[places]
            fresh = np.ones(len(codes), np.bool_)
            fresh[1:] = ordered[1:] != ordered[:-1]
            fresh[level.starts] = True
            many.append(_reduced(np.add, fresh.astype(np.int32), level.starts))
            single.append(ordered[level.starts])
        return np.concatenate(single).astype(np.int32), np.concatenate(many).astype(np.int32)

    def first_ranks(self, ranks: Ints, level: Level) -> Ints:
        """int32[g]: the least of `ranks` (int32[n], by run) in each group of a level."""
        return np.asarray(_reduced(np.minimum, ranks[self.runs], level.starts), np.int32)


def figure(values: Floats, starts: Places, how: Aggregate) -> Floats:
    """`how` over the finite ones of each stretch of `values` (float64[m]) that begins at `starts`; NaN without one.

    The deviation is that of a sample (n - 1), NaN for a single value.
    """
    if not len(starts):
        return np.empty(0)
    finite = np.isfinite(values)
    count = np.add.reduceat(finite.astype(np.int64), starts)
    if how is Aggregate.COUNT:
        return count.astype(np.float64)
    if how in (Aggregate.MINIMUM, Aggregate.MAXIMUM):
        least = how is Aggregate.MINIMUM
        filled = np.where(finite, values, np.inf if least else -np.inf)
        found = (np.minimum if least else np.maximum).reduceat(filled, starts)
        return np.where(count > 0, found, np.nan)
    lengths = _lengths(starts, len(values))
    if how is Aggregate.MEDIAN:
        return _medians(np.where(finite, values, np.inf), starts, lengths, count)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        plain = np.where(finite, values, 0.0)
        means = np.add.reduceat(plain, starts) / count
        if bool(np.isinf(means).any()):
            means = np.add.reduceat(plain / np.repeat(np.maximum(count, 1), lengths), starts)
        means[count == 0] = np.nan
        if how is Aggregate.MEAN:
            return means
        away = np.where(finite, values - np.repeat(means, lengths), 0.0)
        return np.where(count > 1, np.sqrt(np.add.reduceat(away * away, starts) / (count - 1)), np.nan)


def _medians(values: Floats, starts: Places, lengths: Places, count: Places) -> Floats:
    owner = np.repeat(np.arange(len(starts)), lengths)
    ordered = values[np.lexsort((values, owner))]
    low = starts + np.maximum(count - 1, 0) // 2
    high = starts + np.minimum(count // 2, np.maximum(count - 1, 0))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(count > 0, ordered[low] / 2 + ordered[high] / 2, np.nan)


def _lengths(starts: Places, size: int) -> Places:
    return np.diff(np.append(starts, size))


def _reduced(ufunc: np.ufunc, values: npt.NDArray[np.int32], starts: Places) -> npt.NDArray[np.int32]:
    return ufunc.reduceat(values, starts) if len(starts) else values[:0]


def _starts(ids: Ints) -> Places:
    """Where a new id begins in sorted `ids`."""
    fresh = np.ones(len(ids), np.bool_)
    fresh[1:] = ids[1:] != ids[:-1]
    return np.flatnonzero(fresh)


def _dense(ids: npt.NDArray[np.int64]) -> Ints:
    """int32[n]: ids from 0 on in the same order."""
    most = int(ids.max()) + 1 if len(ids) else 0
    if most > _TABLE_FACTOR * len(ids) + 1024:
        return dense_ranks(ids)[0]
    seen = np.zeros(most, np.bool_)
    seen[ids] = True
    return (np.cumsum(seen, dtype=np.int32) - 1)[ids].astype(np.int32)
