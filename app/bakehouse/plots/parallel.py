"""Parallel coordinates of runs under a person's hands: brushes, hover, click, and axes that are moved and flipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip
from bakehouse.plots.canvas import is_adding
from bakehouse.plots.parallel_axes import category_at, title_box
from bakehouse.plots.parallel_brushing import BrushDrag, box_at, cursor_at, first_brush, nudged, without_box
from bakehouse.plots.parallel_canvas import ParallelCanvas, ShownBrush

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from bakehouse.analysis.brushes import Brush
    from bakehouse.domain.columns import ColumnKey
    from bakehouse.theme import RunColors, Theme

_HOVER_REACH = 6.0
_FRAME_MS = 16
_LEAST_DRAG = 4
_EDGE_KEYS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_AXIS_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_BOX_KEYS = {Qt.Key.Key_PageUp: 1, Qt.Key.Key_PageDown: -1}


class ParallelPlot(ParallelCanvas):
    """Turns pointer and keys into brushes, clicks and wishes about axes; made by the runs page, GUI thread only."""

    brushes_edited = Signal(object)
    """dict[ColumnKey, Brush | None]: what the person wants on these axes; shown here already."""
    run_clicked = Signal(str, bool)
    """Run id; whether it adds to the selection."""
    run_hovered = Signal(str)
    """Run id, empty for none."""
    axis_moved = Signal(int, int)
    """Which axis, and before which one it shall stand."""
    axis_flipped = Signal(int)
    axis_removed = Signal(int)
    axis_menu_requested = Signal(int, QPoint)
    """Which axis, and where on the screen."""

    def __init__(self, theme: Theme, colors: RunColors | None = None, parent: QWidget | None = None) -> None:
        super().__init__(theme, colors, parent)
        self._pressed_at: QPointF | None = None
        self._pressed_title: int | None = None
        self._told = ""
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME_MS)
        self._frame.timeout.connect(self._follow_drag)

    # Brushes

    def set_brushes(self, brushes: Mapping[ColumnKey, Brush | None]) -> None:
        """Put these brushes on their axes as the person does; None takes one away."""
        known = {choice.data.key: choice.data for choice in self._runs.choices}
        wanted = {key: brush for key, brush in brushes.items() if key in known}
        changed = {key: brush for key, brush in wanted.items() if self.brushes().get(key) != brush}
        for key, brush in changed.items():
            self._put(key, brush)
        if changed:
            self._draw_top(live=False)
            self.brushes_edited.emit(changed)

    def clear_brushes(self) -> None:
        """Take all brushes away, as the person does."""
        self.set_brushes(dict.fromkeys(self._shown))

    def _put(self, key: ColumnKey, brush: Brush | None) -> bool:
        """Show a brush before the filter says it; whether that changed anything."""
        if self.brushes().get(key) == brush:
            return False
        self._shown.pop(key, None)
        if brush is not None:
            data = next(choice.data for choice in self._runs.choices if choice.data.key == key)
            self._shown[key] = ShownBrush(brush, brush.mask(data))
        return True

    def _follow_drag(self) -> None:
        drag = self._drag
        if drag is None:
            return
        drag.drag(self._layout, self._drag_y)
        if drag.moved and self._put(drag.axis.data.key, drag.current):
            self._draw_top(live=True)
        self.update()

    # Pointer

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._empty_text():
            return
        at = event.position()
        title = self._layout.title_at(at.x(), at.y())
        index = self._layout.axis_at(at.x(), at.y()) if title is None else None
        self._pressed_at = at
        self._pressed_title = title
        if title is not None:
            self._go_to_axis(title)
        elif index is not None:
            axis = self._runs.axes[index]
            brush = self.brushes().get(axis.data.key)
            self._drag = BrushDrag.begin(self._layout, index, axis, brush, at.y())
            self._drag_y = at.y()
            boxes = self.boxes(index)
            self._go_to_axis(index, boxes.index(self._drag.box) if self._drag.box in boxes else -1)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        title = self._layout.title_at(at.x(), at.y())
        index = self._layout.axis_at(at.x(), at.y())
        if event.button() != Qt.MouseButton.LeftButton or self._empty_text():
            return
        self._pressed_at = self._pressed_title = None
        if title is not None:
            self.axis_flipped.emit(title)
        elif index is not None and (box := box_at(self.boxes(index), at.y())) is not None:
            axis = self._runs.axes[index]
            self.set_brushes({axis.data.key: without_box(axis, self.brushes()[axis.data.key], box)})
        else:
            self.mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._drag is not None:
            self._drag_y = event.position().y()
            if not self._frame.isActive():
                self._frame.start()
        elif self._pressed_title is not None and self._pressed_at is not None:
            if self._moved_title or abs(event.position().x() - self._pressed_at.x()) > _LEAST_DRAG:
                self._moved_title = (self._pressed_title, event.position().x())
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.update()
        else:
            self._hover()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed_at = self._pressed_at, None
        self._pressed_title = None
        if self._drag is not None:
            self._release(self._drag, event.position().y())
        elif self._moved_title is not None:
            index, _ = self._moved_title
            self._moved_title = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            gap = self._gap_at(event.position().x())
            self.update()
            if gap not in (index, index + 1):
                self.axis_moved.emit(index, gap)
        elif pressed is not None and (event.position() - pressed).manhattanLength() <= _LEAST_DRAG:
            self._pointer = event.position()
            self._hover()
            if self._hovered is not None:
                self.run_clicked.emit(self._runs.run_id(self._hovered), is_adding(event))

    def _release(self, drag: BrushDrag, y: float) -> None:
        self._drag = None
        self._frame.stop()
        drag.drag(self._layout, y)
        key, brush = drag.axis.data.key, drag.release()
        self._put(key, brush)
        self._draw_top(live=False)
        if brush != drag.before:
            self._current_box = next(
                (place for place, box in enumerate(self.boxes(drag.index)) if box.upper - 6 <= y <= box.lower + 6), -1
            )
            self.brushes_edited.emit({key: brush})

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = self._hovered_axis = None
        if self._hovered is not None:
            self._hovered = None
            self.update()
        self._tell_hovered()
        super().leaveEvent(event)

    def _hover(self) -> None:
        at = self._pointer
        before, self._hovered, self._hovered_axis = (self._hovered, self._hovered_axis), None, None
        if at is None or self._empty_text():
            return
        index = self._layout.axis_at(at.x(), at.y())
        if self._layout.title_at(at.x(), at.y()) is not None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif index is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
            self._hovered = self._layers.nearest(at.x(), at.y(), _HOVER_REACH)
        else:
            axis = self._runs.axes[index]
            self.setCursor(cursor_at(self._layout, axis, self.brushes().get(axis.data.key), at.y()))
            name = category_at(self._layout, axis, at.y())
            self._hovered_axis = (index, name) if name else None
        if (self._hovered, self._hovered_axis) != before or self._hovered is not None:
            self.update()
        self._tell_hovered()

    def _tell_hovered(self) -> None:
        run_id = "" if self._hovered is None else self._runs.run_id(self._hovered)
        if run_id != self._told:
            self._told = run_id
            self.run_hovered.emit(run_id)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._empty_text():
            return
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index: int | None = min(self._current_axis, len(self._runs.axes) - 1)
            place = self.mapToGlobal(title_box(self._layout, index or 0).bottomLeft().toPoint())
        else:
            at = QPointF(event.pos())
            index, place = self._layout.title_at(at.x(), at.y()), event.globalPos()
            index = self._layout.axis_at(at.x(), at.y()) if index is None else index
        if index is not None:
            self._go_to_axis(index)
            self.axis_menu_requested.emit(index, place)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._layout.title_at(event.pos().x(), event.pos().y())
            if index is not None and index < len(self._runs.axes):
                QToolTip.showText(event.globalPos(), plain_tooltip(self._runs.axes[index].data.title), self)
                return True
            QToolTip.hideText()
        return super().event(event)

    # Keys

    def _go_to_axis(self, index: int, box: int = -1) -> None:
        self._current_axis, self._current_box = index, box
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right choose an axis, with Control they move it; Enter brushes it, Up and Down move the brush, with
        Shift its upper and with Control its lower edge; Page Up and Down choose among its brushes, Delete takes one
        away, Escape all of them; F flips the axis, Shift+Delete removes it.
        """
        if not self._runs.axes:
            super().keyPressEvent(event)
            return
        count = len(self._runs.axes)
        index = self._current_axis = self._current_axis % count
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key in _AXIS_KEYS and control:
            to = index + _AXIS_KEYS[key]
            if 0 <= to < count:
                self._current_axis = to
                self.axis_moved.emit(index, to + (to > index))
        elif key in _AXIS_KEYS:
            self._go_to_axis((index + _AXIS_KEYS[key]) % count)
        elif key in _EDGE_KEYS:
            self._nudge(index, _EDGE_KEYS[key], shift=shift, control=control)
        elif key in _BOX_KEYS:
            boxes = len(self.boxes(index))
            self._go_to_axis(index, (self._current_box + _BOX_KEYS[key]) % boxes if boxes else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._begin_brush(index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and shift:
            self.axis_removed.emit(index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._delete_brush(index)
        elif key == Qt.Key.Key_F and not control:
            self.axis_flipped.emit(index)
        elif key == Qt.Key.Key_Escape and self._drag is not None:
            drag, self._drag = self._drag, None
            self._put(drag.axis.data.key, drag.before)
            self._draw_top(live=False)
        elif key == Qt.Key.Key_Escape and self._moved_title is not None:
            self._moved_title = self._pressed_title = self._pressed_at = None
            self.update()
        elif key == Qt.Key.Key_Escape and self._shown:
            self.clear_brushes()
        else:
            super().keyPressEvent(event)

    def _begin_brush(self, index: int) -> None:
        axis = self._runs.axes[index]
        brush = first_brush(axis)
        if axis.data.key not in self._shown and brush is not None:
            self._current_box = 0
            self.set_brushes({axis.data.key: brush})

    def _nudge(self, index: int, step: int, *, shift: bool, control: bool) -> None:
        axis = self._runs.axes[index]
        brush = self.brushes().get(axis.data.key)
        place = max(0, self._current_box)
        moved = None if brush is None else nudged(axis, brush, place, 0 if shift else step, 0 if control else step)
        if moved is not None:
            self._current_box = moved[1]
            self.set_brushes({axis.data.key: moved[0]})

    def _delete_brush(self, index: int) -> None:
        axis, boxes = self._runs.axes[index], self.boxes(index)
        brush = self.brushes().get(axis.data.key)
        if brush is None:
            return
        chosen = 0 <= self._current_box < len(boxes) and len(boxes) > 1
        left = without_box(axis, brush, boxes[self._current_box]) if chosen else None
        self._current_box = -1
        self.set_brushes({axis.data.key: left})
