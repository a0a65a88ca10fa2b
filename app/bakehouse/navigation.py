"""Back and forward between the places that the window's pages show."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWindow
from typing_extensions import override

from bakehouse.domain.history import History
from bakehouse.pages.page import Page


class Navigation(QObject):
    """Keeps the history of one window and one store. GUI thread; owned by the window, which tells it of changes."""

    changed = Signal()
    """The person went back or forward."""

    def __init__(self, pages: Mapping[str, Page], show_page: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self.history = History()
        self._pages = pages
        self._show_page = show_page
        self._moving = False

    def look(self, name: str) -> None:
        """The page in front is `name`, or shows something else now."""
        page = self._pages.get(name)
        if page is None or self._moving:
            return
        place = page.whereabouts()
        if place is not None:
            self.history.note(replace(place, page=name), time.monotonic())

    def go_back(self) -> None:
        """Show the place before this one."""
        self._go(-1)

    def go_forward(self) -> None:
        """Show the place that was left by going back."""
        self._go(1)

    def clear(self) -> None:
        """Another store is shown."""
        self.history.clear()

    def follow_mouse(self, window: QWindow) -> None:
        """The mouse's own back and forward buttons work anywhere in `window`."""
        # The widgets under the pointer would each swallow them.
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            if event.button() == Qt.MouseButton.BackButton:
                self.go_back()
                return True
            if event.button() == Qt.MouseButton.ForwardButton:
                self.go_forward()
                return True
        return super().eventFilter(watched, event)

    def _go(self, by: int) -> None:
        place = self.history.step(by)
        if place is None:
            return
        self._moving = True
        try:
            self._show_page(place.page)
            self._pages[place.page].return_to(place)
        finally:
            self._moving = False
        self.look(place.page)
        self.changed.emit()
