"""Where the keyboard is, drawn in lists and tables."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem
from typing_extensions import override

from bakehouse.theme import Theme

_PROPERTY = "keyboard"
_MOUSE = Qt.FocusReason.MouseFocusReason
_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class KeyboardMark(QObject):
    """Notes whether the keyboard is used in a view, so that a click alone draws no line. Lives as long as the view."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in (_MOUSE, *_KEYBOARD):
            self._view.setProperty(_PROPERTY, event.reason() in _KEYBOARD)
            self._view.viewport().update()
        elif event.type() == QEvent.Type.KeyPress:
            self._view.setProperty(_PROPERTY, True)
        return super().eventFilter(watched, event)


def paint_focus(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> None:
    """A line around the item that the keyboard is in, in a view with a KeyboardMark."""
    view = option.widget
    if option.state & QStyle.StateFlag.State_HasFocus and view is not None and view.property(_PROPERTY):
        painter.setPen(theme.color("accent"))
        painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
