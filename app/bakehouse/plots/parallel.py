"""Parallel coordinates of runs: every visible run as a line or in a density, brushes on the axes, hover and click."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from bakehouse.analysis.axes import Axis, AxisData, make_axis
from bakehouse.analysis.brushes import Brush, combined_mask
from bakehouse.domain.text import visible
from bakehouse.plots.parallel_axes import paint_axes, paint_brush, paint_legend, title_box
from bakehouse.plots.parallel_brushing import BrushDrag, Grip, brush_boxes, grip_at
from bakehouse.plots.parallel_layers import ParallelLayers
from bakehouse.plots.parallel_layout import make_layout
from bakehouse.plots.parallel_picture import Crossings
from bakehouse.plots.parallel_words import run_lines, status_sentence
from bakehouse.plots.readout import paint_readout
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bakehouse.domain.columns import ColumnKey

_HOVER_REACH = 6.0
_FRAME_MS = 16


class ParallelPlot(QWidget):
    """Owns the axes, brushes and pictures of one set of runs; made by the runs page, GUI thread only.

    A plain widget over numpy pictures rather than a pyqtgraph scene: nothing but axes and a few lines are objects
    here, it stays sharp at any pixel ratio, and the first plot needs no import of half a second.
    """

    brushes_changed = Signal()
    """While a brush is dragged (at most once a frame) and when it is set or cleared."""
    run_clicked = Signal(str, bool)
    """Run id; whether it adds to the selection."""
    picture_finished = Signal()
    """Everything asked for so far is drawn."""

    def __init__(self, theme: Theme, colors: RunColors | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("parallel_plot")
        self.setAccessibleName("Parallel coordinates")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme = theme
        self._run_colors = colors or RunColors()
        self._data: tuple[AxisData, ...] = ()
        self._colour_data: AxisData | None = None
        self._ids: Sequence[str] = ()
        self._names: Sequence[str] | None = None
        self._rows = np.empty(0, dtype=np.int32)
        self._selected = np.empty(0, dtype=np.int32)
        self._axes: tuple[Axis, ...] = ()
        self._colour: Axis | None = None
        self._brushes: dict[ColumnKey, Brush] = {}
        self._layout = make_layout(1, 1, 0, not_finite=False, legend=False)
        self._layers = ParallelLayers(self)
        self._layers.changed.connect(self._show_layers)
        self._layers.finished.connect(self.picture_finished)
        self._composed: QPixmap | None = None
        self._drag: BrushDrag | None = None
        self._drag_y = 0.0
        self._pressed_at: QPointF | None = None
        self._pointer: QPointF | None = None
        self._hovered: int | None = None
        self._current_axis = 0
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME_MS)
        self._frame.timeout.connect(self._follow_drag)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._rebuild()

    def set_data(
        self,
        axes: Sequence[AxisData],
        colour: AxisData | None,
        ids: Sequence[str],
        visible_rows: NDArray[np.int32],
        selected_rows: NDArray[np.int32],
        names: Sequence[str] | None = None,
    ) -> None:
        """Show the runs `visible_rows` int32[k] (those that the filter lets through, before the brushes) over `axes`.

        `ids` and `names` are by row. `selected_rows` are drawn on top, in selection order, visible or not brushed.
        Brushes of columns that are no axis any more are dropped without a signal.
        """
        self._names = names
        self._selected = np.asarray(selected_rows, dtype=np.int32)
        same = (
            len(axes) == len(self._data)
            and all(a is b for a, b in zip(axes, self._data, strict=True))
            and colour is self._colour_data
            and ids is self._ids
            and np.array_equal(visible_rows, self._rows)
        )
        if same:
            self._layers.select(self._selected_crossings(), self._selected_colours())
            return
        self._data, self._colour_data, self._ids = tuple(axes), colour, ids
        self._rows = np.asarray(visible_rows, dtype=np.int32)
        self._axes = tuple(make_axis(data, self._rows) for data in self._data)
        self._colour = None if colour is None else make_axis(colour, self._rows)
        keys = {data.key for data in self._data}
        self._brushes = {key: brush for key, brush in self._brushes.items() if key in keys}
        self._drag = None
        self._hovered = None
        self._rebuild()

    def set_selected_rows(self, rows: NDArray[np.int32]) -> None:
        """Another selection of the same runs, in selection order."""
        self._selected = np.asarray(rows, dtype=np.int32)
        self._layers.select(self._selected_crossings(), self._selected_colours())

    def brushes(self) -> dict[ColumnKey, Brush]:
        """The brushes by column, in data values."""
        return dict(self._brushes)

    def set_brushes(self, brushes: Mapping[ColumnKey, Brush]) -> None:
        """Put these brushes in place of the present ones; emits brushes_changed when they differ."""
        keys = {data.key for data in self._data}
        wanted = {key: brush for key, brush in brushes.items() if key in keys}
        if wanted != self._brushes:
            self._brushes = wanted
            self._draw_top(live=False)
            self.brushes_changed.emit()

    def clear_brushes(self) -> None:
        self.set_brushes({})

    def brush_mask(self) -> NDArray[np.bool_]:
        """bool[n] over all rows of the table: which runs every brush lets through."""
        return combined_mask(self._data, self._brushes, len(self._ids))

    def status(self) -> str:
        """One sentence on what is drawn: how many runs, how many brushed, and who lies on a lane."""
        if not self._data or not len(self._rows):
            return ""
        brushed = int(np.count_nonzero(self.brush_mask()[self._rows])) if self._brushes else None
        return status_sentence(self._axes, len(self._rows), brushed)

    def finish(self) -> None:
        """Draw at once what is still under way (pictures to file, tests)."""
        self._layers.finish()

    @property
    def is_settled(self) -> bool:
        """Nothing is left to draw."""
        return self._layers.is_settled

    # Pictures

    def _rebuild(self) -> None:
        """Lay out and draw everything anew."""
        self._composed = None
        not_finite = any(axis.not_finite for axis in self._axes)
        self._layout = make_layout(
            self.width(), self.height(), len(self._axes), not_finite=not_finite, legend=self._colour is not None
        )
        colours = None if self._colour is None else self._colour.positions
        self._layers.begin(self._layout, self._axes, colours, self._theme, self.devicePixelRatioF())
        self._layers.select(self._selected_crossings(), self._selected_colours())
        self._draw_top(live=False)

    def _draw_top(self, *, live: bool) -> None:
        mask = self.brush_mask()[self._rows] if self._brushes else None
        self._layers.show(mask, live=live)
        self._hovered = None

    def _show_layers(self) -> None:
        self._composed = None
        self.update()

    def _selected_crossings(self) -> Crossings:
        if not len(self._selected):
            return Crossings((), (), None)
        rank = np.full(len(self._ids), -1, dtype=np.int64)
        rank[self._rows] = np.arange(len(self._rows))
        places = rank[self._selected[self._selected < len(rank)]]
        places = places[places >= 0]
        return Crossings(tuple(heights[places] for heights in self._layers.runs.heights), (), None)

    def _selected_colours(self) -> list[QColor]:
        if not len(self._selected):
            return []
        shown = np.zeros(len(self._ids), dtype=np.bool_)
        shown[self._rows] = True
        return [
            self._run_colors.color(self._theme, self._ids[row])
            for row in self._selected[: ParallelLayers.MOST_SELECTED * 4]
            if row < len(shown) and shown[row]
        ]

    def _compose(self) -> QPixmap:
        """Everything that stays while the pointer moves."""
        if self._composed is None:
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(self._theme.color("panel"))
            painter = QPainter(pixmap)
            painter.setFont(self.font())
            self._layers.paint(painter, dimmed=bool(self._brushes))
            paint_axes(painter, self._theme, self._layout, self._axes)
            if self._colour is not None:
                paint_legend(painter, self._theme, self._layout, self._colour)
            painter.end()
            self._composed = pixmap
        return self._composed

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        empty = self._empty_text()
        if empty:
            painter.fillRect(self.rect(), self._theme.color("panel"))
            painter.setPen(self._theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, empty)
            painter.end()
            return
        painter.drawPixmap(0, 0, self._compose())
        self._paint_brushes(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 1))
            box = title_box(self._layout, min(self._current_axis, len(self._axes) - 1))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
        if self._hovered is not None and self._drag is None:
            self._paint_hovered(painter, self._hovered)
        painter.end()

    def _empty_text(self) -> str:
        if not self._data:
            return "Choose columns to see how runs differ."
        if not len(self._rows):
            return "No runs to draw: the filter lets none through."
        return ""

    def _paint_brushes(self, painter: QPainter) -> None:
        for index, axis in enumerate(self._axes):
            brush = self._brushes.get(axis.data.key)
            x = self._layout.axis_x[index]
            boxes = brush_boxes(self._layout, axis, brush) if brush is not None else []
            drag = self._drag
            if drag is not None and drag.index == index and drag.moved:
                upper, lower = drag.box(self._layout, self._drag_y)
                lanes = [box for box in boxes if box[0] > self._layout.bottom]
                boxes = [(upper, lower), *lanes] if lower > upper else lanes
            for upper, lower in boxes:
                paint_brush(painter, self._theme, x, upper, lower)

    def _paint_hovered(self, painter: QPainter, place: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [
            QPointF(x, float(heights[place]))
            for x, heights in zip(self._layout.axis_x, self._layers.runs.heights, strict=True)
        ]
        for colour, width in ((self._theme.color("panel"), 4.0), (self._theme.color("text"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(points)
        row = int(self._rows[place])
        lines = run_lines(self._axes, self._colour, row)
        title = self._names[row] if self._names is not None else self._ids[row]
        at = self._pointer or QPointF(0, 0)
        paint_readout(painter, self._theme, QRectF(self.rect()), at, title or self._ids[row], lines)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()

    @override
    def sizeHint(self) -> QSize:
        return QSize(800, 400)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._show_layers()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._rebuild()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for index, axis in enumerate(self._axes):
                if title_box(self._layout, index).contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), html.escape(visible(axis.data.title, 500)), self)
                    return True
            QToolTip.hideText()
        return super().event(event)

    # Pointer and keys

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._empty_text():
            return
        at = event.position()
        index = self._layout.axis_at(at.x(), at.y())
        if index is None:
            self._pressed_at = at
            return
        axis = self._axes[index]
        self._current_axis = index
        brush = self._brushes.get(axis.data.key)
        self._drag = BrushDrag.begin(self._layout, index, axis, brush, at.y())
        self._drag_y = at.y()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._drag is not None:
            self._drag_y = event.position().y()
            if not self._frame.isActive():
                self._frame.start()
            return
        self._hover()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        drag, self._drag = self._drag, None
        if drag is not None:
            self._frame.stop()
            drag.drag(self._layout, event.position().y())
            self._put_brush(drag.axis.data.key, drag.release())
            self._draw_top(live=False)
            self.brushes_changed.emit()
            return
        pressed, self._pressed_at = self._pressed_at, None
        if pressed is None or (event.position() - pressed).manhattanLength() > 4:
            return
        self._pointer = event.position()
        self._hover()
        if self._hovered is not None:
            adding = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
            self.run_clicked.emit(self._ids[int(self._rows[self._hovered])], bool(event.modifiers() & adding))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        if self._hovered is not None:
            self._hovered = None
            self.update()
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right choose an axis, Delete clears its brush, Escape all of them."""
        key = event.key()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        if step and self._axes:
            self._current_axis = (self._current_axis + step) % len(self._axes)
            self.update()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._axes:
            gone = self._axes[self._current_axis % len(self._axes)].data.key
            self.set_brushes({k: b for k, b in self._brushes.items() if k != gone})
        elif key == Qt.Key.Key_Escape and self._brushes:
            self.clear_brushes()
        else:
            super().keyPressEvent(event)

    def _follow_drag(self) -> None:
        drag = self._drag
        if drag is None:
            return
        drag.drag(self._layout, self._drag_y)
        if drag.moved and self._put_brush(drag.axis.data.key, drag.current):
            self._draw_top(live=True)
            self.brushes_changed.emit()
        self.update()

    def _put_brush(self, key: ColumnKey, brush: Brush | None) -> bool:
        """Set or remove one brush; whether that changed anything."""
        if self._brushes.get(key) == brush:
            return False
        self._brushes.pop(key, None)
        if brush is not None:
            self._brushes[key] = brush
        return True

    def _hover(self) -> None:
        at = self._pointer
        before, self._hovered = self._hovered, None
        if at is None or self._empty_text():
            return
        index = self._layout.axis_at(at.x(), at.y())
        if index is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
            self._hovered = self._layers.nearest(at.x(), at.y(), _HOVER_REACH)
        else:
            self._point_at_axis(index, at.y())
        if self._hovered is not None or before is not None:
            self.update()

    def _point_at_axis(self, index: int, y: float) -> None:
        axis = self._axes[index]
        brush = self._brushes.get(axis.data.key)
        cursor = Qt.CursorShape.CrossCursor
        boxes = brush_boxes(self._layout, axis, brush) if brush is not None else []
        if boxes and boxes[0][0] < self._layout.bottom:
            grip = grip_at(*boxes[0], y)
            if grip is Grip.MOVE:
                cursor = Qt.CursorShape.SizeAllCursor
            elif grip is not None:
                cursor = Qt.CursorShape.SizeVerCursor
        self.setCursor(cursor)
