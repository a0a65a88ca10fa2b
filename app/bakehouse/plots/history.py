"""Metric history: the values of one metric over step or time, of several runs, every point honoured."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.history_charts import Chart, HistoryLook, MetricHistory, XMode, make_chart, reach_of
from bakehouse.domain.text import counted
from bakehouse.plots.canvas import PlotCanvas, is_adding
from bakehouse.plots.history_legend import dash_of
from bakehouse.plots.history_picture import HistoryPicture, Labels, metric_colour
from bakehouse.plots.history_ranges import carried, closest, widened, zoomed
from bakehouse.plots.history_window import Curve, Window
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


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
    menu_wanted = Signal(object, QPoint)
    """list[str] of the metrics drawn; where on the screen."""

    def __init__(self, theme: Theme, colors: RunColors | None = None, parent: QWidget | None = None) -> None:
        super().__init__("history_plot", "Metric history", parent)
        self._run_colors = colors or RunColors()
        self._empty = "Select runs to see their metrics over time."
        self._chart = Chart("", HistoryLook(), ())
        self._histories: tuple[MetricHistory, ...] = ()
        self._names: Mapping[str, str] = {}
        self._picture = HistoryPicture(theme)
        self._ground: QPixmap | None = None
        self._labels = Labels([], [])
        self._layer: QPixmap | None = None
        self._layer_window: Window | None = None
        self._next_layer: QPixmap | None = None
        self._done = 0
        self._turns = QTimer(self, singleShot=True, interval=0)
        self._turns.timeout.connect(self._take_turn)
        self._x_range = self._whole_x = (0.0, 1.0)
        self._y_range = (0.0, 1.0)
        self._whole_ys = [(0.0, 1.0)]
        self._shared_x: tuple[float, float] | None = None
        self._kept: dict[str, tuple[object, QPixmap]] = {}
        self._pointer: QPointF | None = None
        self._pointer_x: float | None = None
        self._hovered: tuple[int, ...] = ()
        self._hovered_metric: int | None = None
        self._held: QPointF | None = None
        self._panned = False

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._picture.show(self._chart, self._coloured(self._chart, theme), theme)
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
        x_kept, y_kept = keep and x_range != self._whole_x, keep and y_range != self._whole_ys[0]
        hovered = self._hovered_ids()
        self._chart, self._shared_x = chart, shared_x
        theme = self._picture.theme
        self._picture.show(chart, self._coloured(chart, theme), theme)
        self._hovered, self._hovered_metric = self._places_of(hovered), None
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
        runs = len({run_id for line in lines for run_id in line.ids})
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
        x = self._shared_x or self.x_bounds() or (0.0, 1.0)
        reaches: list[list[tuple[float, float]]] = [[] for _ in range(self._chart.axes)]
        for line in self._chart.lines:
            reach = reach_of(line)
            if reach is not None:
                reaches[self._chart.axis_of(line)].append(reach)
        ends = [(min(r[0] for r in of), max(r[1] for r in of)) if of else (0.0, 1.0) for of in reaches]
        self._whole_x, self._whole_ys = widened(*x, _ROOM_X), [widened(*end, _ROOM_Y) for end in ends]
        self._x_range, self._y_range = self._whole_x, self._whole_ys[0]

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
        """The pointer is over this run somewhere else (empty: over none): its lines stand out."""
        places = self._places_of((run_id,))
        if set(places) != set(self._hovered):  # else it is heard of what the pointer does here
            self._hover(places)

    def _hover(self, places: tuple[int, ...], metric: int | None = None) -> None:
        if (places, metric) != (self._hovered, self._hovered_metric):
            self._hovered, self._hovered_metric = places, metric
            self.update()

    def _hovered_ids(self) -> tuple[str, ...]:
        lines = self._chart.lines
        return lines[self._hovered[0]].ids if self._hovered and self._hovered[0] < len(lines) else ()

    def _places_of(self, ids: Sequence[str]) -> tuple[int, ...]:
        """The lines of these runs: one, but one a metric on a canvas of several."""
        if not ids or not ids[0]:
            return ()
        lines, first = self._chart.lines, ids[0]
        found = [i for i, line in enumerate(lines) if first in line.ids and set(ids) <= set(line.ids)]
        return tuple(found if self._chart.metrics else found[:1])

    def _coloured(self, chart: Chart, theme: Theme) -> list[Curve]:
        """Runs in their own colours, groups in those of the palette in their order, metrics by how lines are broken.

        The metrics of one run alone differ in colour.
        """
        tell_metrics = bool(chart.metrics) and len({line.ids for line in chart.lines}) == 1
        curves = []
        for line in chart.lines:
            if tell_metrics:
                colour = metric_colour(theme, line.metric)
            elif chart.is_grouped:
                colour = QColor(theme.runs[line.tone % len(theme.runs)])
            else:
                colour = self._run_colors.color(theme, line.ids[0])
            dash = dash_of(line.metric) if chart.metrics and not tell_metrics else ()
            curves.append(Curve(line, colour, dash, chart.axis_of(line)))
        return curves

    # Picture

    @override
    def repaint_whole(self) -> None:
        self._ground = self._next_layer = None
        self._kept.clear()
        self.update()

    def window_shown(self) -> Window:
        """The visible part of the data and its place in the widget."""
        return self._window_of(self._picture)

    def _window_of(self, picture: HistoryPicture) -> Window:
        plot = picture.plot_in(QSizeF(self.size()), self.font())
        first, *others = self._whole_ys
        other_y = tuple(carried(self._y_range, first, other) for other in others)
        return Window(plot, *self._x_range, *self._y_range, other_y)

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
        highlighted = self._hovered if self._held is None else ()
        self._paint_over(painter, window, highlighted)
        if self._pointer is not None and not self._panned and window.plot.contains(self._pointer):
            self._picture.crosshair.paint(painter, window, QRectF(self.rect()), self._pointer, highlighted)
        elif self._pointer_x is not None:
            self._picture.crosshair.paint_dots(painter, window, self._pointer_x)
        painter.end()

    def _paint_over(self, painter: QPainter, window: Window, highlighted: tuple[int, ...]) -> None:
        """What stands above the lines; while a pointer moves it is kept as pictures (names cost 0.6 ms a chart)."""
        metric, picture = self._hovered_metric, self._picture
        if self._pointer is None and self._pointer_x is None:
            self._kept.clear()
            if highlighted:
                picture.paint_highlight(painter, window, highlighted)
            picture.paint_words(painter, window, self._labels, highlighted, metric)
            return
        if highlighted:
            paint = partial(picture.paint_highlight, window=window, places=highlighted)
            self._paint_kept(painter, "lines", (window, highlighted), paint)
        shown = highlighted if self._chart.axes > 2 else ()
        words = partial(picture.paint_words, window=window, labels=self._labels, highlighted=shown, metric=metric)
        self._paint_kept(painter, "words", (window, shown, metric), words)

    def _paint_kept(self, painter: QPainter, name: str, key: object, paint: Callable[[QPainter], None]) -> None:
        """Draw what `paint` paints, anew only when `key` is another one than the last time."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            layer = self._new_pixmap(self.devicePixelRatioF(), QColor(Qt.GlobalColor.transparent))
            onto = QPainter(layer)
            onto.setFont(self.font())
            paint(onto)
            onto.end()
            kept = self._kept[name] = key, layer
        painter.drawPixmap(0, 0, kept[1])

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
            self._kept.pop("lines", None)
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
        if self._hovered and self._held is None and len(self._chart.lines) > len(self._hovered):
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
        picture.show(self._chart, self._coloured(self._chart, theme), theme)
        picture.paint(painter, self._window_of(picture), ratio)

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
            if high - low >= closest(self._whole_ys[0]):
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
        ids = () if place is None else self._chart.lines[place].ids
        for number, run_id in enumerate(ids):
            self.run_clicked.emit(run_id, is_adding(event) or number > 0)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._reset()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.pointed.emit(None)
        self._hover_by_pointer(())
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

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._chart.lines:
            metrics = [metric.name for metric in self._chart.metrics] or [self._chart.key]
            self.menu_wanted.emit(metrics, event.globalPos())

    def _point(self, at: QPointF) -> None:
        window = self.window_shown()
        inside = bool(self._chart.lines) and window.plot.contains(at)
        self.pointed.emit(window.x_at(at.x()) if inside else None)
        metric = None if inside else self._picture.metric_at(at)
        if metric is not None:
            if self._hovered_metric is None:
                self._hover_by_pointer(())
            self._hover(tuple(i for i, line in enumerate(self._chart.lines) if line.metric == metric), metric)
            return
        place = self._picture.curve_at(window, at) if inside else None
        self._hover_by_pointer(() if place is None else self._chart.lines[place].ids, place)

    def _hover_by_pointer(self, ids: Sequence[str], first: int | None = None) -> None:
        """All lines of these runs stand out, the one at `first` before the others."""
        places = tuple(sorted(self._places_of(ids), key=lambda place: place != first))
        if places != self._hovered or self._hovered_metric is not None:
            self._hover(places)
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
        if self._y_range != self._whole_ys[0]:
            self._y_range = (self._y_range[0] + up, self._y_range[1] + up)
            self.repaint_whole()
        self._show_x(self._x_range[0] + by, self._x_range[1] + by)
