"""What the cells of a group's row say: its value, and figures over its runs."""

from __future__ import annotations

import math

import numpy as np

from bakehouse.analysis.columns import Column, Floats, Ints, NumberColumn, TextColumn
from bakehouse.analysis.figures import MISSING
from bakehouse.analysis.frame import ColumnState
from bakehouse.analysis.grouping import Grouping, figure
from bakehouse.analysis.run_rows import RunRows, is_aggregated
from bakehouse.domain.arrangement import Aggregate
from bakehouse.domain.columns import END_TIME, RUN_ID, START_TIME
from bakehouse.domain.text import visible
from bakehouse.itemmodels.cell_column import CellColumn

_CHARACTERS = 200
_FIGURES = (
    ("mean", Aggregate.MEAN),
    ("minimum", Aggregate.MINIMUM),
    ("median", Aggregate.MEDIAN),
    ("maximum", Aggregate.MAXIMUM),
    ("deviation", Aggregate.DEVIATION),
)


class GroupCells:
    """Works a column's figures out when the first of its cells is looked at, and keeps them with the grouping."""

    def __init__(self, arranged: RunRows) -> None:
        self._arranged = arranged
        self._grouping: Grouping | None = None
        self._sizes: list[int] = []
        self._figures: dict[tuple[int, Aggregate], tuple[Column, Floats]] = {}
        self._values: dict[int, tuple[Column, Ints, Ints]] = {}

    def label(self, group: int) -> tuple[str, str]:
        """A group's key and its value, made visible; the value is empty where the runs have none."""
        key, text = self._present().path(group)[-1]
        return visible(key.name, _CHARACTERS), "" if text is None else visible(text, _CHARACTERS) or '""'

    def size(self, group: int) -> int:
        """How many runs are in a group, without parents that are only kept."""
        self._present()
        return self._sizes[group]

    def title(self, group: int) -> str:
        """The group's row in words."""
        key, value = self.label(group)
        return f"{key} {value} ({_counted(self.size(group))})" if value else f"no {key} ({_counted(self.size(group))})"

    def text(self, group: int, cell: CellColumn) -> str:
        """The text of a group's cell in a shown column."""
        column, key = cell.column, cell.key
        if column is None:
            return "" if cell.state is ColumnState.COMPLETE else cell.text(0)
        if isinstance(column, TextColumn):
            return "" if key == RUN_ID else self._shared(group, column)
        if key in (START_TIME, END_TIME):
            value = self._figure(column, Aggregate.MAXIMUM)[group]
        else:
            how = self._arranged.arrangement.aggregate
            value = self._figure(column, how)[group]
            if how is Aggregate.COUNT:
                return f"{int(value):,}"
        return MISSING if math.isnan(value) or cell.write is None else cell.write(float(value))

    def bar_value(self, group: int, cell: CellColumn) -> float | None:
        """The number that a bar behind a group's cell stands for."""
        how = self._arranged.arrangement.aggregate
        if cell.column is None or how in (Aggregate.COUNT, Aggregate.DEVIATION):
            return None
        value = float(self._figure(cell.column, how)[group])
        return None if math.isnan(value) else value

    def tooltip(self, group: int, cell: CellColumn) -> str:
        """All figures of a group's cell, and how many of its runs have no value or none that can be reckoned with."""
        grouping, column, key = self._present(), cell.column, cell.key
        runs = grouping.members(group)
        lines = [f"{_counted(len(runs))} in this group"]
        if not isinstance(column, NumberColumn) or cell.write is None:
            lacking = len(runs) - int(np.count_nonzero(column.present()[runs])) if column is not None else 0
            lines += [f"{_counted(lacking)} without a value"] if lacking else []
            return "\n".join([self.text(group, cell), *lines]).lstrip("\n")
        values, present = column.numbers()[runs], column.present()[runs]
        finite, start = int(np.count_nonzero(np.isfinite(values))), np.zeros(1, np.int64)
        figures = _FIGURES if is_aggregated(key) else (("first", Aggregate.MINIMUM), ("last", Aggregate.MAXIMUM))
        for name, how in figures:
            value = float(figure(values, start, how)[0])
            if not math.isnan(value):
                lines.append(f"{name} {cell.write(value)}")
        lacking = len(runs) - int(np.count_nonzero(present))
        if lacking:
            lines.append(f"{_counted(lacking)} without a value")
        if len(runs) - lacking > finite:
            lines.append(f"{_counted(len(runs) - lacking - finite)} with NaN or an infinite value, left out")
        return "\n".join(lines)

    def _shared(self, group: int, column: TextColumn) -> str:
        """The text that all runs of the group have, or how many different ones there are."""
        grouping = self._present()
        known = self._values.get(id(column))
        if known is None or known[0] is not column:
            known = (column, *grouping.values(column))
            self._values[id(column)] = known
        code, many = int(known[1][group]), int(known[2][group])
        if many > 1:
            # Lacking it is no value to be counted, but the group is not of one value either.
            many -= code < 0
            return f"{many:,} {'value' if many == 1 else 'values'}"
        return visible(column.categories[code], _CHARACTERS) or '""' if code >= 0 else MISSING

    def _figure(self, column: Column, how: Aggregate) -> Floats:
        grouping = self._present()
        known = self._figures.get((id(column), how))
        if known is None or known[0] is not column:
            known = (column, grouping.figures(column, how))
            self._figures[(id(column), how)] = known
        return known[1]

    def _present(self) -> Grouping:
        grouping = self._arranged.grouping
        if grouping is None:
            raise LookupError("the runs are not grouped")
        if grouping is not self._grouping:
            self._grouping = grouping
            self._sizes = grouping.sizes().tolist()
            self._figures.clear()
            self._values.clear()
        return grouping


def _counted(runs: int) -> str:
    return f"{runs:,} {'run' if runs == 1 else 'runs'}"
