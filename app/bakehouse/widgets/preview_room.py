"""The room a preview takes beside or below the tree it belongs to."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QSplitter, QWidget

from bakehouse.theme import GRID

_WIDE = 720
_TALL = 480
_LEAST = 208
_SETTLED_MS = 300


class PreviewRoom(QObject):
    """Shows and hides the second part of a splitter: beside the first in a wide view, else below it. GUI thread.

    Below each other they ask for more height; in a scrolled panel both come into sight then.
    """

    shared = Signal(bool)
    """Whether the first part shares the room with the preview now."""

    def __init__(self, view: QWidget, split: QSplitter, preview: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._split = split
        self._preview = preview
        self._is_moved = False
        self._least_height = 0
        preview.setMinimumHeight(_LEAST)
        preview.hide()
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.splitterMoved.connect(self._note_moved)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)

    def show(self) -> None:
        """Show the preview; where the person put the line between them, it stays."""
        if self._preview.isHidden():
            self._preview.show()
            self._stretch()
            if not self._is_moved:
                share = max(self._split.height(), self._split.width())
                self._split.setSizes([share * 2 // 5, share * 3 // 5])

    def hide(self) -> None:
        """Give the room back to the tree."""
        self._preview.hide()
        self._stretch()

    def fit(self) -> None:
        """The view has another width."""
        is_wide = self._view.width() >= _WIDE
        self._split.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)
        self._stretch()

    def _stretch(self) -> None:
        self.shared.emit(not self._preview.isHidden())
        is_tall = not self._preview.isHidden() and self._split.orientation() is Qt.Orientation.Vertical
        if is_tall and not self._least_height:
            self._least_height = max(1, self._view.minimumHeight())
            self._view.setMinimumHeight(max(self._least_height, _TALL))
            QTimer.singleShot(0, self, self._come_into_sight)
        elif not is_tall and self._least_height:
            self._view.setMinimumHeight(self._least_height)
            self._least_height = 0

    def _come_into_sight(self) -> None:
        """Scroll the panel around the view, now and while it grows: panels inside it pass new heights on one by one."""
        panel = self._view.parentWidget()
        while panel is not None and not isinstance(panel, QScrollArea):
            panel = panel.parentWidget()
        if isinstance(panel, QScrollArea):
            scroll = partial(panel.ensureWidgetVisible, self._view, 0, GRID)
            growing = panel.verticalScrollBar().rangeChanged.connect(lambda *_range: scroll())
            QTimer.singleShot(_SETTLED_MS, panel, partial(panel.verticalScrollBar().rangeChanged.disconnect, growing))
            scroll()

    def _note_moved(self, _position: int, _index: int) -> None:
        self._is_moved = True
