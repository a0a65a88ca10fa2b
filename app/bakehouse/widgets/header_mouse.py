"""What the left mouse button does on a table's header: click, resize, move a column."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

_EDGE = 28
"""So near to the window's edge a moved column scrolls the table."""
_EDGE_STEP = 24


class Sections(Protocol):
    """Where the sections of a header stand, as seen."""

    def section_at(self, x: int) -> int: ...
    def handle_at(self, x: int) -> int: ...
    def left_of(self, section: int) -> int: ...
    def width_of(self, section: int) -> int: ...
    def sections_width(self) -> int: ...
    def section_count(self) -> int: ...


class _Act(Enum):
    NOTHING = 0
    PRESSED = 1
    RESIZING = 2
    MOVING = 3


class HeaderMouse(QObject):
    """Owned by a header, which hands it the left button's events in its own coordinates. GUI thread."""

    clicked = Signal(int)
    resized = Signal(int, int)
    """section, width"""
    fitted = Signal(int)
    """A double click on the edge of a section."""
    moved = Signal(int, int)
    """A section was dropped before another one (or behind the last)."""
    scroll_wanted = Signal(int)
    changed = Signal()
    """What shall be drawn of a move."""

    def __init__(self, sections: Sections, parent: QObject) -> None:
        super().__init__(parent)
        self._sections = sections
        self._act = _Act.NOTHING
        self._section = -1
        self._from = 0
        self._width = 0
        self.x = 0
        """Where the mouse is."""
        self._scrolling = QTimer(self, interval=30)
        self._scrolling.timeout.connect(self._scroll)

    @property
    def moving(self) -> int:
        """The section that is being moved, -1 while none is."""
        return self._section if self._act is _Act.MOVING else -1

    @property
    def grabbed_at(self) -> int:
        """How far from its left edge the moved section was taken."""
        return self._width

    def drop_place(self) -> int:
        """The section before which the moved one would be dropped; the number of sections for behind the last."""
        section = self._sections.section_at(self.x)
        if section < 0:
            return 0 if self.x < 0 else self._sections.section_count()
        middle = self._sections.left_of(section) + self._sections.width_of(section) / 2
        return section + (self.x > middle)

    def press(self, x: int) -> None:
        """The button goes down."""
        self.x = self._from = x
        handle = self._sections.handle_at(x)
        if handle >= 0:
            self._act, self._section = _Act.RESIZING, handle
            self._width = self._sections.width_of(handle)
        elif (section := self._sections.section_at(x)) >= 0:
            self._act, self._section = _Act.PRESSED, section
            self._width = x - self._sections.left_of(section)

    def move(self, x: int) -> None:
        """The mouse moves with the button down."""
        self.x = x
        if self._act is _Act.RESIZING:
            self.resized.emit(self._section, self._width + x - self._from)
        elif self._act is _Act.PRESSED and abs(x - self._from) >= QApplication.startDragDistance():
            self._act = _Act.MOVING
            self._scrolling.start()
        if self._act is _Act.MOVING:
            self.changed.emit()

    def release(self, x: int) -> None:
        """The button goes up: what was begun is done."""
        self.x = x
        act, section, place = self._act, self._section, self.drop_place()
        self.cancel()
        if act is _Act.PRESSED and self._sections.section_at(x) == section:
            self.clicked.emit(section)
        elif act is _Act.MOVING and place not in (section, section + 1):
            self.moved.emit(section, place)

    def double_click(self, x: int) -> None:
        """The second press of a double click."""
        handle = self._sections.handle_at(x)
        if handle >= 0:
            self.fitted.emit(handle)
        else:
            self.press(x)

    def cancel(self) -> None:
        """Leave everything as it was; a width stays."""
        was_moving = self._act is _Act.MOVING
        self._act = _Act.NOTHING
        self._scrolling.stop()
        if was_moving:
            self.changed.emit()

    def cursor(self, x: int) -> Qt.CursorShape:
        """What the mouse looks like at `x`."""
        if self._act is _Act.MOVING:
            return Qt.CursorShape.ClosedHandCursor
        resizing = self._act is _Act.RESIZING or (self._act is _Act.NOTHING and self._sections.handle_at(x) >= 0)
        return Qt.CursorShape.SplitHCursor if resizing else Qt.CursorShape.ArrowCursor

    def _scroll(self) -> None:
        width = self._sections.sections_width()
        step = _EDGE_STEP if self.x > width - _EDGE else -_EDGE_STEP if self.x < _EDGE else 0
        if step:
            self.scroll_wanted.emit(step)
            self.changed.emit()
