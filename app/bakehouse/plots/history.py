"""Metric history: the values of one metric over step or time, of several runs, every point honoured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.history_charts import Chart, HistoryLook, Line, MetricHistory, XMode, make_chart
from bakehouse.domain.text import counted
from bakehouse.plots.canvas import PlotCanvas, is_adding
from bakehouse.plots.history_picture import HistoryPicture
from bakehouse.plots.history_ranges import closest, widened, zoomed
from bakehouse.plots.history_window import Curve, Window
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_LEFT, _TOP, _BOTTOM = 12.0, 40.0, 26.0
_ROOM_X, _ROOM_Y = 0.01, 0.04
_LEAST_DRAG = 4
_TURN_S = 0.012
"""So long lines are painted before other events get their turn."""
_FADED = 0.35


class HistoryPlot(PlotCanvas):
    """Owns the histories shown and the visible part of them; made by the runs page, GUI thread only.

    The wheel zooms along x (with Ctrl along y), a drag moves, a double click or Home shows everything. A plain
    widget: pyqtgraph's view would give no more than this range, for an import of a second on the GUI thread.
    """

    run_clicked = Signal(str, bool)
    """Run id; whether it adds to the selection."""
    run_hovered = Signal(str)
    """The run under the pointer, empty for none."""
    x_range_changed = Signal(float, float)
    view_reset = Signal()
    pointed = Signal(object)
    """The x under the pointer, None when it has left."""

    def __init__(self, theme: Theme, colors: RunColors | None = None, parent: QWidget | None = None) -> None:
        super().__init__("history_plot", "Metric history", parent)
        self._run_colors = colors or RunColors()
        self._empty = "Select runs to see their metrics over time."
        self._chart = Chart("", HistoryLook(), ())
        self._histories: tuple[MetricHistory, ...] = ()
        self._names: Mapping[str, str] = {}
        self._picture = HistoryPicture(theme)
        self._ground: QPixmap | None = None
        self._labels: list[tuple[float, str]] = []
        self._layer: QPixmap | None = None
        self._layer_window: Window | None = None
        self._next_layer: QPixmap | None = None
        self._done = 0
        self._turns = QTimer(self, singleShot=True, interval=0)
        self._turns.timeout.connect(self._take_turn)
        self._x_range = self._whole_x = (0.0, 1.0)
        self._y_range = self._whole_y = (0.0, 1.0)
        self._shared_x: tuple[float, float] | None = None
        self._pointer: QPointF | None = None
        self._pointer_x: float | None = None
        self._hovered: int | None = None
        self._held: QPointF | None = None
        self._panned = False

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._picture.theme = theme
        self._picture.curves = self._coloured(theme)
        self.repaint_whole()

    def set_empty_text(self, text: str) -> None:
        """What stands here while there is nothing to draw."""
        self._empty = text
        self.update()

    def set_histories(
        self, histories: Sequence[MetricHistory], names: Mapping[str, str], *, keep: bool = False
    ) -> None:
        """Show one metric of several runs in this order; `names` by run id. See `set_chart`."""
        self._histories, self._names = tuple(histories), names
        self.set_chart(make_chart(histories, names, self._chart.look), keep=keep)

    def set_look(self, look: HistoryLook) -> None:
        """Show the histories that were set in another way."""
        if look != self._chart.look:
            self.set_chart(make_chart(self._histories, self._names, look))

    def set_x_mode(self, mode: XMode) -> None:
        """Step, wall time, or time since each run's first point."""
        self.set_look(replace(self._chart.look, x_mode=mode))

    def set_chart(self, chart: Chart, *, keep: bool = False, shared_x: tuple[float, float] | None = None) -> None:
        """Show `chart`; `shared_x` is the least and greatest x of all charts that are linked with it.

        With `keep` the part that was zoomed to stays (the same curves have grown); else everything is shown.
        """
        x_range, y_range = self._x_range, self._y_range
        x_kept, y_kept = keep and x_range != self._whole_x, keep and y_range != self._whole_y
        hovered = self._hovered_ids()
        self._chart, self._shared_x = chart, shared_x
        self._picture.title, self._picture.note, self._picture.look = chart.key, chart.said(), chart.look
        self._picture.curves = self._coloured(self._picture.theme)
        self._hovered = self._place_of(hovered)
        if not keep:
            self._layer = None
        self._show_whole()
        if x_kept:
            self._move_to(*x_range)
        if y_kept:
            self._y_range = y_range
        self.repaint_whole()

    @property
    def chart(self) -> Chart:
        """What is shown."""
        return self._chart

    @property
    def x_mode(self) -> XMode:
        return self._chart.look.x_mode

    def status(self) -> str:
        """One sentence on what is drawn; empty when nothing is."""
        lines = self._chart.lines
        if not lines:
            return ""
        runs = sum(len(line.ids) for line in lines)
        return f"{counted(sum(line.points for line in lines), 'point')} of {counted(runs, 'run')}"

    def x_bounds(self) -> tuple[float, float] | None:
        """The least and greatest x of its lines."""
        bounds = [b for line in self._chart.lines if (b := line.series.bounds) is not None]
        return (min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else None

    def reset_view(self) -> None:
        """Show every point, with a little room around."""
        self._show_whole()
        self.repaint_whole()

    def _show_whole(self) -> None:
        bounds = [reach for line in self._chart.lines if (reach := _reach(line)) is not None]
        x = self._shared_x or self.x_bounds() or (0.0, 1.0)
        y = (min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else (0.0, 1.0)
        self._whole_x, self._whole_y = widened(*x, _ROOM_X), widened(*y, _ROOM_Y)
        self._x_range, self._y_range = self._whole_x, self._whole_y

    def x_range(self) -> tuple[float, float]:
        """The visible part of x: steps, ms since 1970, or seconds since a run's first point."""
        return self._x_range

    def set_x_range(self, low: float, high: float) -> None:
        """Show x from `low` to `high`, kept inside what there is."""
        before = self._x_range
        self._move_to(low, high)
        if self._x_range != before:
            self.repaint_whole()

    def _move_to(self, low: float, high: float) -> None:
        least, most = self._whole_x
        span = min(max(high - low, closest(self._whole_x)), most - least)
        low = min(max(low, least), most - span)
        self._x_range = (low, low + span)

    def show_pointer(self, x: float | None) -> None:
        """The pointer is at `x` in another chart."""
        if x != self._pointer_x:
            self._pointer_x = x
            self.update()

    def show_hovered(self, run_id: str) -> None:
        """The pointer is over this run somewhere else (empty: over none): its line stands out."""
        self._hover(self._place_of((run_id,)))

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()

    def _hovered_ids(self) -> tuple[str, ...]:
        lines = self._chart.lines
        return lines[self._hovered].ids if self._hovered is not None and self._hovered < len(lines) else ()

    def _place_of(self, ids: Sequence[str]) -> int | None:
        return next((i for i, line in enumerate(self._chart.lines) if ids and set(ids) <= set(line.ids)), None)

    def _coloured(self, theme: Theme) -> list[Curve]:
        """Runs in their own colours, groups in those of the palette in their order."""
        return [
            Curve(
                line,
                QColor(theme.runs[place % len(theme.runs)])
                if self._chart.is_grouped
                else self._run_colors.color(theme, line.ids[0]),
            )
            for place, line in enumerate(self._chart.lines)
        ]

    # Picture

    @override
    def repaint_whole(self) -> None:
        self._ground = self._next_layer = None
        self.update()

    def window_shown(self) -> Window:
        """The visible part of the data and its place in the widget."""
        names = min(self._picture.names_width(self.font()), self.width() * 0.3)
        plot = QRectF(_LEFT, _TOP, self.width() - _LEFT - names - 8.0, self.height() - _TOP - _BOTTOM)
        return Window(plot, *self._x_range, *self._y_range)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._picture.theme
        window = self.window_shown()
        if not self._chart.lines or window.plot.width() < 10 or window.plot.height() < 10:
            self.paint_empty(painter, theme, "" if self._chart.lines else self._empty)
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        if (
            self._ground is None
            or self._ground.devicePixelRatio() != ratio
            or self._ground.size() != self.size() * ratio
        ):
            self._ground = self._new_pixmap(ratio, theme.color("panel"))
            ground = QPainter(self._ground)
            ground.setFont(self.font())
            self._labels = self._picture.paint_grid(ground, window)
            ground.end()
            self._next_layer, self._done = self._new_pixmap(ratio, QColor(Qt.GlobalColor.transparent)), 0
            self._turns.stop()
        if self._next_layer is not None and not self._turns.isActive():
            self._paint_lines(window, ratio)
        painter.drawPixmap(0, 0, self._ground)
        self._draw_layer(painter, window)
        highlighted = self._hovered if self._held is None else None
        if highlighted is not None:
            self._picture.paint_highlight(painter, window, highlighted)
        self._picture.paint_words(painter, window, self._labels)
        if self._pointer is not None and not self._panned and window.plot.contains(self._pointer):
            self._picture.paint_crosshair(painter, window, QRectF(self.rect()), self._pointer, highlighted)
        elif self._pointer_x is not None:
            self._picture.paint_pointer(painter, window, self._pointer_x)
        painter.end()

    def _new_pixmap(self, ratio: float, colour: QColor) -> QPixmap:
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(colour)
        return pixmap

    def _paint_lines(self, window: Window, ratio: float) -> None:
        """Paint lines for the length of a turn; the picture is shown when it is whole."""
        if self._next_layer is None:
            return
        painter = QPainter(self._next_layer)
        self._done = self._picture.paint_lines(painter, window, ratio, self._done, _TURN_S)
        painter.end()
        if self._done >= self._picture.turns:
            self._layer, self._layer_window, self._next_layer = self._next_layer, window, None
        else:
            self._turns.start()

    def _take_turn(self) -> None:
        if self._next_layer is not None:
            self._paint_lines(self.window_shown(), self.devicePixelRatioF())
            if self._next_layer is None or self._layer is None:
                self.update()

    def finish(self) -> None:
        """Paint now what would have been painted in later turns."""
        self.grab()
        while self._next_layer is not None:
            self._turns.stop()
            self._take_turn()

    def _draw_layer(self, painter: QPainter, window: Window) -> None:
        """The lines; while new ones are painted the former ones, moved to where they belong now."""
        if self._hovered is not None and self._held is None and len(self._chart.lines) > 1:
            painter.setOpacity(_FADED)
        layer, shown = self._layer, self._layer_window
        if layer is None or shown is None:
            if self._next_layer is not None:
                painter.drawPixmap(0, 0, self._next_layer)
        elif shown == window:
            painter.drawPixmap(0, 0, layer)
        else:
            painter.save()
            painter.setClipRect(window.plot.adjusted(-1, -1, 1, 1))
            left, right = (window.x_pixel(x) for x in (shown.x_low, shown.x_high))
            top, bottom = (window.y_pixel(y) for y in (shown.y_high, shown.y_low))
            ratio = layer.devicePixelRatio()
            source = QRectF(shown.plot.topLeft() * ratio, shown.plot.size() * ratio)
            painter.drawPixmap(QRectF(left, top, right - left, bottom - top), layer, source)
            painter.restore()
        painter.setOpacity(1.0)

    @property
    @override
    def has_picture(self) -> bool:
        return bool(self._chart.lines)

    @override
    def paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        picture = HistoryPicture(theme)
        picture.title, picture.note, picture.look = self._picture.title, self._picture.note, self._picture.look
        picture.curves = self._coloured(theme)
        picture.paint(painter, self.window_shown(), ratio)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.repaint_whole()

    # Pointer and keys

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if not turn or not self._chart.lines:
            event.ignore()
            return
        window = self.window_shown()
        factor = 0.8 ** (min(max(turn, -1200), 1200) / 120.0)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            share = (window.plot.bottom() - event.position().y()) / window.plot.height()
            low, high = zoomed(*self._y_range, share, factor)
            if high - low >= closest(self._whole_y):
                self._y_range = (low, high)
                self.repaint_whole()
        else:
            share = (event.position().x() - window.plot.left()) / window.plot.width()
            self._show_x(*zoomed(*self._x_range, min(max(share, 0.0), 1.0), factor))
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._chart.lines:
            self._held = event.position()
            self._panned = False

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._held is not None:
            moved = self._pointer - self._held
            if self._panned or moved.manhattanLength() > _LEAST_DRAG:
                self._panned = True
                self._held = self._pointer
                self._pan(moved)
        else:
            self._point(self._pointer)
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._held is None:
            return
        self._held = None
        if self._panned:
            self._panned = False
            self.update()
            return
        place = self._picture.curve_at(self.window_shown(), event.position())
        ids = self._chart.lines[place].ids if place is not None else ()
        for number, run_id in enumerate(ids):
            self.run_clicked.emit(run_id, is_adding(event) or number > 0)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._reset()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.pointed.emit(None)
        self._hover_by_pointer(None)
        self.update()
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move, plus and minus zoom along x, Home shows everything."""
        low, high = self._x_range
        key, step = event.key(), (high - low) * 0.1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = -step if key == Qt.Key.Key_Left else step
            self._show_x(low + step, high + step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._show_x(*zoomed(low, high, 0.5, 1.25 if key == Qt.Key.Key_Minus else 0.8))
        elif key == Qt.Key.Key_Home:
            self._reset()
        else:
            super().keyPressEvent(event)

    def _point(self, at: QPointF) -> None:
        window = self.window_shown()
        inside = bool(self._chart.lines) and window.plot.contains(at)
        self.pointed.emit(window.x_at(at.x()) if inside else None)
        self._hover_by_pointer(self._picture.curve_at(window, at) if inside else None)

    def _hover_by_pointer(self, place: int | None) -> None:
        if place != self._hovered:
            self._hover(place)
            ids = self._hovered_ids()
            self.run_hovered.emit(ids[0] if ids else "")

    def _show_x(self, low: float, high: float) -> None:
        """The person moves: linked charts follow."""
        self.set_x_range(low, high)
        self.x_range_changed.emit(*self._x_range)

    def _reset(self) -> None:
        self.reset_view()
        self.view_reset.emit()

    def _pan(self, moved: QPointF) -> None:
        plot = self.window_shown().plot
        by = -moved.x() / plot.width() * (self._x_range[1] - self._x_range[0])
        up = moved.y() / plot.height() * (self._y_range[1] - self._y_range[0])
        if self._y_range != self._whole_y:
            self._y_range = (self._y_range[0] + up, self._y_range[1] + up)
            self.repaint_whole()
        self._show_x(self._x_range[0] + by, self._x_range[1] + by)


def _reach(line: Line) -> tuple[float, float] | None:
    """The least and greatest y of what is drawn of a line."""
    found = [
        b[2:] for series in (line.series, line.raw) if series is not None and len(series.y) and (b := series.bounds)
    ]
    if line.band is not None and len(line.band.x):
        found.append((float(line.band.low.min()), float(line.band.high.max())))
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None
