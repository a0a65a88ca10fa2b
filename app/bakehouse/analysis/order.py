"""The order of a table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bakehouse.analysis.columns import Ints
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.columns import ColumnKey


class SortKey(NamedTuple):
    """One column to sort by."""

    column: ColumnKey
    descending: bool = False


def sort_rows(frame: RunFrame, keys: Sequence[SortKey], rows: Ints) -> Ints:
    """`rows` (int32[k]) in the order of `keys`, the first counting most.

    Stable; numbers precede other texts, NaN follows the numbers, and missing comes last in either direction. A
    column that is not loaded leaves the order as it is.
    """
    ordered = rows
    for key in reversed(keys):
        column = frame.column(key.column)
        if column is None:
            continue
        ranks = column.directed_ranks(key.descending)[ordered]
        if len(ranks) and int(ranks.max()) < 2**16:
            ranks = ranks.astype(np.uint16)  # numpy sorts 16 bits by radix, several times faster
        ordered = ordered[np.argsort(ranks, kind="stable")]
    return ordered
