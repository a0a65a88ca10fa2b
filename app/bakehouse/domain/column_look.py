"""How the person wants one column of a table drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

DECIMALS_AT_MOST = 12


class Ground(Enum):
    """What lies behind the numbers of a column."""

    AUTOMATIC = "automatic"
    """Bars behind the metric that the table is sorted by, nothing behind the others."""
    PLAIN = "plain"
    BARS = "bars"
    SHADING = "shading"
    """A shade that is the deeper the higher a number ranks among the visible runs."""


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """The chosen look; the default is what the table would do by itself."""

    decimals: int | None = None
    """Of numbers: so many decimals in each row of the column, at most `DECIMALS_AT_MOST`; None lets the table see."""
    ground: Ground = Ground.AUTOMATIC


USUAL_LOOK = ColumnLook()
