"""What flat tables offer beside a cell's text."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from PySide6.QtCore import Qt


class CellRole(IntEnum):
    """Roles that the cells of `widgets.flat_table` ask for."""

    TOKEN = Qt.ItemDataRole.UserRole + 1
    """The theme's colour of the text."""
    FULL = Qt.ItemDataRole.UserRole + 2
    """The whole text for tooltip and copy."""


class Look(NamedTuple):
    """A cell as it is painted; asked for once a cell, since every question to an item model costs."""

    text: str
    token: str = "text"
    """The theme's colour of the text."""
    is_right: bool = False
    stage: str | None = None
    """A stage as stored, for a cell that shows a stage as its pill."""
    dot: str | None = None
    """The theme's colour of a dot before the text."""


LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
