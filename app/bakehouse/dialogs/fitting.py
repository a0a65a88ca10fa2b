"""Dialogs whose wrapped sentences change while they are open."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog


def grow_to_fit(dialog: QDialog) -> None:
    """Make `dialog` high enough for its wrapped labels, which Qt forgets; never lower."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    width = max(dialog.width(), dialog.minimumWidth())
    needed = layout.totalHeightForWidth(width)
    dialog.setMinimumHeight(max(dialog.minimumHeight(), needed))
