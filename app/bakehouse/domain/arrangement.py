"""How a table arranges its runs: under their parents, in groups of equal values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bakehouse.domain.columns import ColumnKey


class Aggregate(Enum):
    """What a group shows of a metric of its runs."""

    MEAN = "mean"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    DEVIATION = "deviation"
    MEDIAN = "median"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the person has chosen; `group_by` from the outermost level to the innermost."""

    nested: bool = True
    group_by: tuple[ColumnKey, ...] = ()
    aggregate: Aggregate = Aggregate.MEAN
