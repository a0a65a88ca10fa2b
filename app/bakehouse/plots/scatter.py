"""Scatter of runs over two columns, with colour and size by two more; selection by box or lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.lasso import inside_polygon
from bakehouse.domain.text import counted
from bakehouse.plots.canvas import PlotCanvas, is_adding
from bakehouse.plots.parallel_words import lane_notes, run_lines
from bakehouse.plots.point_colours import PointColours, paint_colour_legend, point_colours
from bakehouse.plots.readout import paint_readout
from bakehouse.plots.scatter_axes import paint_grid, paint_labels, paint_status
from bakehouse.plots.scatter_layout import ScatterLayout, View, make_layout
from bakehouse.plots.scatter_points import MOST_DOTS, paint_dots, paint_rings, summed_image
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.axes import Axis
    from bakehouse.plots.scatter_runs import ScatterRuns

DragMode = Literal["box", "lasso", "move"]

_REACH = 9.0
_LEAST_DRAG = 4
_PLAIN_RADIUS, _LEAST_RADIUS, _GREATEST_RADIUS = 3.5, 2.0, 11.0
_SELECTED_AT_MOST = 300


class ScatterPlot(PlotCanvas):
    """Owns the runs shown, the visible part of both axes and what is drawn of it; GUI thread only.

    A drag selects (box or lasso; with Shift or Ctrl it adds) or moves, the wheel zooms (Ctrl: only up, Shift: only
    across), a double click or Home shows everything.
    """

    run_hovered = Signal(str)
    """Run id, empty for none."""
    run_clicked = Signal(str, bool)
    """Run id; whether it adds to the selection."""
    runs_selected = Signal(object, bool)
    """list[str] of run ids inside the box or lasso; whether they add to the selection."""

    def __init__(self, theme: Theme, colors: RunColors, parent: QWidget | None = None) -> None:
        super().__init__("scatter_plot", "Scatter", parent)
        self._theme = theme
        self._run_colors = colors
        self._runs: ScatterRuns | None = None
        self._selected: NDArray[np.int32] = np.empty(0, np.int32)
        self._colours = PointColours(np.empty((0, 3), np.uint8))
        self._radii: NDArray[np.float32] = np.empty(0, np.float32)
        self._waiting = ""
        self._view = View()
        self.drag_mode: DragMode = "box"
        self._places: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]] | None = None
        self._pixmap: QPixmap | None = None
        self._pointer: QPointF | None = None
        self._hovered: int | None = None
        self._hovered_elsewhere = -1
        self._pressed: QPointF | None = None
        self._path: list[QPointF] = []

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._colour_runs()

    def set_runs(self, runs: ScatterRuns | None, selected_rows: NDArray[np.int32], *, keep_view: bool = False) -> None:
        """Show these runs (None: none yet); with `keep_view` the visible part stays."""
        self._runs = runs
        self._selected = selected_rows
        if not keep_view:
            self._view = View()
        self._colour_runs()

    def set_selected_rows(self, rows: NDArray[np.int32]) -> None:
        """Another selection of the same runs, in selection order."""
        self._selected = rows
        self.repaint_whole()

    def hover_row(self, row: int) -> None:
        """The pointer is over the run in this row elsewhere (-1: over none)."""
        if row != self._hovered_elsewhere:
            self._hovered_elsewhere = row
            self.update()

    def set_waiting(self, sentence: str) -> None:
        """What to say while there is nothing to draw yet."""
        self._waiting = sentence
        self.update()

    def status(self) -> str:
        """What is drawn, counted, and which runs stand on a lane and why."""
        runs = self._runs
        if runs is None or not len(runs.rows):
            return ""
        parts = [f"{counted(len(runs.rows), 'run')} drawn"]
        if not self._view.is_whole:
            parts[0] = f"{int(np.count_nonzero(self._where()[2])):,} of {len(runs.rows):,} runs in sight"
        return "; ".join(parts + lane_notes((runs.x, runs.y)))

    def view(self) -> View:
        """The visible part."""
        return self._view

    def set_view(self, view: View) -> None:
        """Show another part."""
        self._view = view
        self.repaint_whole()

    def _colour_runs(self) -> None:
        runs = self._runs
        count = 0 if runs is None else len(runs.rows)
        self._colours = point_colours(None if runs is None else runs.colour, count, self._theme)
        self._radii = _radii(None if runs is None else runs.size, count)
        self.repaint_whole()

    # Picture

    @override
    def repaint_whole(self) -> None:
        self._pixmap = self._places = self._hovered = None
        self.update()

    def layout_shown(self) -> ScatterLayout:
        """Where things are."""
        runs = self._runs
        x, y = (None, None) if runs is None else (runs.x, runs.y)
        return make_layout(self.width(), self.height(), x, y, self._view)

    def _where(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        if self._places is None:
            assert self._runs is not None
            self._places = self.layout_shown().places(self._runs.x, self._runs.y)
        return self._places

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        runs = self._runs
        if runs is None or not len(runs.rows):
            nothing = "Choose two columns." if runs is None else "No runs to draw: the filter lets none through."
            self.paint_empty(painter, self._theme, self._waiting or nothing)
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(self.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self.paint_picture(self._pixmap, ratio)
        painter.drawPixmap(0, 0, self._pixmap)
        self._paint_drag(painter)
        if self._hovered is not None and self._pressed is None:
            self._paint_hovered(painter, runs, self._hovered)
        elif (place := runs.place_of(self._hovered_elsewhere)) is not None and self._where()[2][place]:
            self._paint_ring(painter, place)
        painter.end()

    def paint_picture(self, device: QPixmap, ratio: float) -> None:
        """Everything that stays while the pointer moves, at `ratio` device pixels a pixel."""
        device.fill(self._theme.color("panel"))
        painter = QPainter(device)
        painter.setFont(self.font())
        self._paint_all(painter, self._theme, ratio)
        painter.end()

    @property
    @override
    def has_picture(self) -> bool:
        return self._runs is not None and len(self._runs.rows) > 0

    @override
    def paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        self._paint_all(painter, theme, ratio)
        # On screen the panel says it.
        paint_status(painter, theme, self.layout_shown(), self.status())

    def _paint_all(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        runs = self._runs
        if runs is None:
            return
        layout = self.layout_shown()
        colours = self._colours
        if theme is not self._theme:
            colours = point_colours(runs.colour, len(runs.rows), theme)
        paint_grid(painter, theme, layout, runs.x, runs.y)
        x, y, seen = self._where()
        if np.count_nonzero(seen) <= MOST_DOTS:
            ground = theme.color("panel")
            paint_dots(painter, x[seen], y[seen], self._radii[seen], colours.rgb[seen], ground)
        else:
            size = (self.width(), self.height())
            painter.drawImage(0, 0, summed_image(size, ratio, x[seen], y[seen], self._radii[seen], colours.rgb[seen]))
        self._paint_selected(painter, runs, theme)
        paint_labels(painter, theme, layout, runs.y)
        paint_colour_legend(painter, theme, layout.right, 17.0, colours)

    def _paint_selected(self, painter: QPainter, runs: ScatterRuns, theme: Theme) -> None:
        x, y, seen = self._where()
        places = runs.places_of(self._selected)[:_SELECTED_AT_MOST]
        places = places[seen[places]]
        colours = [self._run_colors.color(theme, runs.run_id(place)) for place in places.tolist()]
        paint_rings(painter, x[places], y[places], 5.0, colours, theme.color("text"))

    def _paint_drag(self, painter: QPainter) -> None:
        if self._pressed is None or self.drag_mode == "move" or len(self._path) < 2:
            return
        accent = self._theme.color("accent")
        fill = QColor(accent)
        fill.setAlphaF(0.12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.drag_mode == "lasso")
        painter.setPen(QPen(accent, 1))
        painter.setBrush(fill)
        if self.drag_mode == "box":
            painter.drawRect(QRectF(self._path[0], self._path[-1]).normalized())
        else:
            painter.drawPolygon(QPolygonF(self._path))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_ring(self, painter: QPainter, place: int) -> QPointF:
        x, y, _ = self._where()
        at = QPointF(float(x[place]), float(y[place]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((self._theme.color("panel"), 4.0), (self._theme.color("text"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(at, 6.0, 6.0)
        return at

    def _paint_hovered(self, painter: QPainter, runs: ScatterRuns, place: int) -> None:
        at = self._paint_ring(painter, place)
        axes = [axis for axis in (runs.x, runs.y, runs.size) if axis is not None]
        lines = run_lines(list(dict.fromkeys(axes)), runs.colour, int(runs.rows[place]))
        paint_readout(painter, self._theme, QRectF(self.rect()), at, runs.title(place), lines)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.repaint_whole()

    # Pointer and keys

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if not turn or self._runs is None:
            event.ignore()
            return
        factor = 0.8 ** (min(max(turn, -1200), 1200) / 120.0)
        only_up = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        only_across = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        at = self.layout_shown().position_at(event.position().x(), event.position().y())
        self.set_view(self._view.zoomed(*at, 1.0 if only_up else factor, 1.0 if only_across else factor))
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._runs is not None:
            self._pressed = event.position()
            self._path = [event.position()]

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._pressed is None:
            self._hover()
            return
        if self.drag_mode == "move":
            layout = self.layout_shown()
            before = layout.position_at(self._path[-1].x(), self._path[-1].y())
            now = layout.position_at(self._pointer.x(), self._pointer.y())
            self._path.append(self._pointer)
            self.set_view(self._view.moved(before[0] - now[0], before[1] - now[1]))
        elif len(self._path) > 1 or (self._pointer - self._pressed).manhattanLength() > _LEAST_DRAG:
            self._path.append(self._pointer)
            self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        path, self._path, self._pressed = self._path, [], None
        self._pointer = event.position()
        self.update()
        if len(path) < 2:
            self._hover()
            if self._hovered is not None and self._runs is not None:
                self.run_clicked.emit(self._runs.run_id(self._hovered), is_adding(event))
        elif self.drag_mode != "move":
            self.runs_selected.emit(self._inside(path), is_adding(event))

    def _inside(self, path: list[QPointF]) -> list[str]:
        """The ids of the runs in sight inside the box or lasso, in the order of the table's rows."""
        assert self._runs is not None
        x, y, seen = self._where()
        if self.drag_mode == "box":
            box = QRectF(path[0], path[-1]).normalized()
            inside = (x >= box.left()) & (x <= box.right()) & (y >= box.top()) & (y <= box.bottom())
        else:
            corners = np.array([(point.x(), point.y()) for point in path])
            inside = inside_polygon(x, y, corners)
        return [self._runs.run_id(place) for place in np.flatnonzero(inside & seen).tolist()]

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.set_view(View())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._take_hovered(None)
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, plus and minus zoom, Home shows everything."""
        view, key = self._view, event.key()
        across, up = (view.x_high - view.x_low) * 0.1, (view.y_high - view.y_low) * 0.1
        moves = {
            Qt.Key.Key_Left: (-across, 0.0),
            Qt.Key.Key_Right: (across, 0.0),
            Qt.Key.Key_Up: (0.0, up),
            Qt.Key.Key_Down: (0.0, -up),
        }
        if key in moves:
            self.set_view(view.moved(*moves[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1.25 if key == Qt.Key.Key_Minus else 0.8
            middle = ((view.x_low + view.x_high) / 2, (view.y_low + view.y_high) / 2)
            self.set_view(view.zoomed(*middle, factor, factor))
        elif key == Qt.Key.Key_Home:
            self.set_view(View())
        else:
            super().keyPressEvent(event)

    def _hover(self) -> None:
        found = None
        if self._runs is not None and self._pointer is not None and len(self._runs.rows):
            x, y, seen = self._where()
            away = np.hypot(x - np.float32(self._pointer.x()), y - np.float32(self._pointer.y()))
            away = np.where(seen, away - self._radii, np.inf)
            nearest = int(np.argmin(away))
            found = nearest if away[nearest] <= _REACH - _PLAIN_RADIUS else None
        self._take_hovered(found)

    def _take_hovered(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()
            self.run_hovered.emit("" if place is None or self._runs is None else self._runs.run_id(place))


def _radii(size: Axis | None, count: int) -> NDArray[np.float32]:
    """float32[k] in pixels: the area of a disc follows the value; runs without one are the smallest."""
    if size is None:
        return np.full(count, _PLAIN_RADIUS, np.float32)
    share = np.nan_to_num(size.positions, nan=0.0)
    radii: NDArray[np.float32] = np.sqrt(_LEAST_RADIUS**2 + share * (_GREATEST_RADIUS**2 - _LEAST_RADIUS**2))
    return radii.astype(np.float32)
