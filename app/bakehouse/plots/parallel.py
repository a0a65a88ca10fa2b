"""Parallel coordinates of runs: every visible run as a line or in a density, brushes on the axes, hover and click."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from bakehouse.analysis.brushes import Brush, combined_mask
from bakehouse.domain.text import plain_tooltip
from bakehouse.plots.canvas import PlotCanvas, is_adding
from bakehouse.plots.parallel_axes import paint_axes, paint_brush, paint_legend, title_box
from bakehouse.plots.parallel_brushing import BrushDrag, brush_boxes, cursor_at
from bakehouse.plots.parallel_layers import ParallelLayers
from bakehouse.plots.parallel_layout import make_layout
from bakehouse.plots.parallel_picture import Crossings
from bakehouse.plots.parallel_runs import NO_RUNS, ParallelRuns
from bakehouse.plots.parallel_words import run_lines, status_sentence
from bakehouse.plots.readout import paint_readout
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bakehouse.analysis.axes import AxisData
    from bakehouse.domain.columns import ColumnKey

_HOVER_REACH = 6.0
_FRAME_MS = 16


class ParallelPlot(PlotCanvas):
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
        super().__init__("parallel_plot", "Parallel coordinates", parent)
        self._theme = theme
        self._run_colors = colors or RunColors()
        self._runs = NO_RUNS
        self._selected = np.empty(0, dtype=np.int32)
        self._waiting = ""
        self._brushes: dict[ColumnKey, Brush] = {}
        self._layout = make_layout(1, 1, 0, not_finite=False, legend=False)
        self._layers = ParallelLayers(self)
        self._layers.changed.connect(self.repaint_whole)
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
        if self.shows(axes, colour, ids, visible_rows):
            self._runs = replace(self._runs, names=names)
            self.set_selected_rows(selected_rows)
            return
        rows = np.asarray(visible_rows, dtype=np.int32)
        self.set_runs(ParallelRuns.over(axes, colour, ids, names, rows), selected_rows)

    @property
    def runs(self) -> ParallelRuns:
        """What is shown; it never changes, so a thread may compare with it."""
        return self._runs

    def shows(
        self, axes: Sequence[AxisData], colour: AxisData | None, ids: Sequence[str], rows: NDArray[np.int32]
    ) -> bool:
        """Whether these very data are shown, so that `set_data` costs nothing."""
        return self._runs.is_made_of(axes, colour, ids, rows)

    def set_runs(self, runs: ParallelRuns, selected_rows: NDArray[np.int32]) -> None:
        """As `set_data`, with axes that were made elsewhere."""
        self._selected = np.asarray(selected_rows, dtype=np.int32)
        self._runs = runs
        self._brushes = self._on_axes(self._brushes)
        self._drag = None
        self._hovered = None
        self._rebuild()

    def set_waiting(self, sentence: str) -> None:
        """What to say while there is nothing to draw yet."""
        self._waiting = sentence
        self.update()

    def set_selected_rows(self, rows: NDArray[np.int32]) -> None:
        """Another selection of the same runs, in selection order."""
        self._selected = np.asarray(rows, dtype=np.int32)
        self._draw_selected()

    def brushes(self) -> dict[ColumnKey, Brush]:
        """The brushes by column, in data values."""
        return dict(self._brushes)

    def set_brushes(self, brushes: Mapping[ColumnKey, Brush]) -> None:
        """Put these brushes in place of the present ones; emits brushes_changed when they differ."""
        wanted = self._on_axes(brushes)
        if wanted != self._brushes:
            self._brushes = wanted
            self._draw_top(live=False)
            self.brushes_changed.emit()

    def _on_axes(self, brushes: Mapping[ColumnKey, Brush]) -> dict[ColumnKey, Brush]:
        keys = {data.key for data in self._runs.data}
        return {key: brush for key, brush in brushes.items() if key in keys}

    def clear_brushes(self) -> None:
        self.set_brushes({})

    def brush_mask(self) -> NDArray[np.bool_]:
        """bool[n] over all rows of the table: which runs every brush lets through."""
        return combined_mask(self._runs.data, self._brushes, len(self._runs.ids))

    def status(self) -> str:
        """One sentence on what is drawn: how many runs, how many brushed, and who lies on a lane."""
        if self._empty_text():
            return ""
        brushed = None if (mask := self._visible_mask()) is None else int(np.count_nonzero(mask))
        return status_sentence(self._runs.axes, len(self._runs.rows), brushed)

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
        axes, colour = self._runs.axes, self._runs.colour
        not_finite = any(axis.not_finite for axis in axes)
        self._layout = make_layout(
            self.width(), self.height(), len(axes), not_finite=not_finite, legend=colour is not None
        )
        self._layers.begin(self._layout, self._runs, self._theme, self.devicePixelRatioF())
        self._draw_selected()
        self._draw_top(live=False)

    def _draw_top(self, *, live: bool) -> None:
        self._layers.show(self._visible_mask(), live=live)
        self._hovered = None

    def _visible_mask(self) -> NDArray[np.bool_] | None:
        """bool[k] of the visible runs that the brushes let through; None without brushes."""
        return self.brush_mask()[self._runs.rows] if self._brushes else None

    def _draw_selected(self) -> None:
        places = self._runs.places_of(self._selected)
        heights = tuple(heights[places] for heights in self._layers.runs.heights)
        few = places[: ParallelLayers.MOST_SELECTED].tolist()
        colours = [self._run_colors.color(self._theme, self._runs.run_id(place)) for place in few]
        self._layers.select(Crossings(heights, (), None), colours)

    @override
    def repaint_whole(self) -> None:
        self._composed = None
        self.update()

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
            paint_axes(painter, self._theme, self._layout, self._runs.axes)
            if self._runs.colour is not None:
                paint_legend(painter, self._theme, self._layout, self._runs.colour)
            painter.end()
            self._composed = pixmap
        return self._composed

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        empty = self._empty_text()
        if empty:
            self.paint_empty(painter, self._theme, empty)
            painter.end()
            return
        painter.drawPixmap(0, 0, self._compose())
        self._paint_brushes(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 1))
            box = title_box(self._layout, min(self._current_axis, len(self._runs.axes) - 1))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
        if self._hovered is not None and self._drag is None:
            self._paint_hovered(painter, self._hovered)
        painter.end()

    def _empty_text(self) -> str:
        if not self._runs.data:
            return self._waiting or "Choose columns to see how runs differ."
        if not len(self._runs.rows):
            return "No runs to draw: the filter lets none through."
        return ""

    def _paint_brushes(self, painter: QPainter) -> None:
        for index, axis in enumerate(self._runs.axes):
            boxes = brush_boxes(self._layout, axis, self._brushes.get(axis.data.key))
            if self._drag is not None and self._drag.index == index:
                boxes = self._drag.boxes(self._layout, self._drag_y, boxes)
            for upper, lower in boxes:
                paint_brush(painter, self._theme, self._layout.axis_x[index], upper, lower)

    def _paint_hovered(self, painter: QPainter, place: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [
            QPointF(x, float(heights[place]))
            for x, heights in zip(self._layout.axis_x, self._layers.runs.heights, strict=True)
        ]
        for colour, width in ((self._theme.color("panel"), 4.0), (self._theme.color("text"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(points)
        lines = run_lines(self._runs.axes, self._runs.colour, int(self._runs.rows[place]))
        at = self._pointer or QPointF(0, 0)
        paint_readout(painter, self._theme, QRectF(self.rect()), at, self._runs.title(place), lines)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._rebuild()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for index, axis in enumerate(self._runs.axes):
                if title_box(self._layout, index).contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), plain_tooltip(axis.data.title), self)
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
        axis = self._runs.axes[index]
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
            self.run_clicked.emit(self._runs.run_id(self._hovered), is_adding(event))

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
        if step and self._runs.axes:
            self._current_axis = (self._current_axis + step) % len(self._runs.axes)
            self.update()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._runs.axes:
            gone = self._runs.axes[self._current_axis % len(self._runs.axes)].data.key
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
            axis = self._runs.axes[index]
            self.setCursor(cursor_at(self._layout, axis, self._brushes.get(axis.data.key), at.y()))
        if self._hovered is not None or before is not None:
            self.update()
