"""Entries of menus that are made when they are opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


def add_entry(menu: QMenu, text: str, act: Callable[[], object], *, checked: bool | None = None) -> QAction:
    """An entry that does `act`; `text` is shown as it is, `checked` None for an entry without a check mark."""
    entry = menu.addAction(text.replace("&", "&&"))
    entry.setCheckable(checked is not None)
    entry.setChecked(bool(checked))
    entry.triggered.connect(partial(_do, act))
    return entry


def _do(act: Callable[[], object], _checked: bool = False) -> None:
    act()
