"""How one column of the run table is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bakehouse.analysis.columns import Column
from bakehouse.analysis.frame import ColumnState
from bakehouse.analysis.shading import Steps
from bakehouse.domain.columns import ColumnKey


@dataclass(slots=True)
class CellColumn:
    """How one shown column is drawn: made when it is shown or arrives, asked for every painted cell."""

    key: ColumnKey
    text: Callable[[int], str]
    """The text of a run (its row in the frame)."""
    is_right: bool
    is_muted: bool
    state: ColumnState
    low: float = 0.0
    high: float = 0.0
    """The range of the visible runs' finite values; only for the column with bars."""
    column: Column | None = None
    write: Callable[[float], str] | None = None
    """How a number of the column is written; None where it holds texts."""
    shades: Callable[[], Steps] | None = None
    """The shade of each run; only for a column with shading. Worked out when it is first painted."""
