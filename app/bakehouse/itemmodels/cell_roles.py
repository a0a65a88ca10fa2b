"""What flat tables offer beside a cell's text."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import Qt


class CellRole(IntEnum):
    """Roles that the cells of `widgets.flat_table` ask for."""

    TOKEN = Qt.ItemDataRole.UserRole + 1
    """The theme's colour of the text."""
    FULL = Qt.ItemDataRole.UserRole + 2
    """The whole text for tooltip and copy."""
    STAGE = Qt.ItemDataRole.UserRole + 3
    """A stage as stored, for a cell that shows a stage; None elsewhere."""
    DOT = Qt.ItemDataRole.UserRole + 4
    """The theme's colour of a dot before the text; None for no dot."""


LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
