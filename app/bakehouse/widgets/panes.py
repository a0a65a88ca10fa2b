"""F6: from one part of a page to the next, in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def move_focus(panes: Sequence[QWidget], step: int) -> None:
    """Put the keyboard into the next (1) or previous (-1) visible pane; past the last comes the first."""
    focused = QApplication.focusWidget()
    shown = [pane for pane in panes if pane.isVisible() and _entrance(pane) is not None]
    if not shown:
        return
    here = next((place for place, pane in enumerate(shown) if focused is not None and _holds(pane, focused)), None)
    place = (0 if step > 0 else -1) if here is None else (here + step) % len(shown)
    entrance = _entrance(shown[place])
    if entrance is not None:
        entrance.setFocus(Qt.FocusReason.TabFocusReason)


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _entrance(pane: QWidget) -> QWidget | None:
    """The first widget of the pane that takes the keyboard."""
    widget: QWidget | None = pane
    while widget is not None:
        if _takes_keyboard(widget) and _holds(pane, widget):
            return widget
        widget = widget.nextInFocusChain()
        if widget is pane:
            break
    return None


def _takes_keyboard(widget: QWidget) -> bool:
    wanted = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return wanted and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
