"""Metric history: the values of one metric over step or time, of several runs, every point honoured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.envelope import make_series
from bakehouse.domain.text import counted
from bakehouse.plots.canvas import PlotCanvas, is_adding
from bakehouse.plots.history_picture import Curve, HistoryPicture, Window, XMode
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


_LEFT, _TOP, _BOTTOM = 12.0, 40.0, 26.0
_ROOM_X, _ROOM_Y = 0.01, 0.04
_CLOSEST = 1e-9
_TINY = 1e-300
_LEAST_DRAG = 4


class MetricHistory(Protocol):
    """One metric of one run, as `store.metrics.History` has it."""

    @property
    def run_id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def steps(self) -> NDArray[np.int64]: ...
    @property
    def timestamps_ms(self) -> NDArray[np.int64]: ...
    @property
    def values(self) -> NDArray[np.float64]: ...


class HistoryPlot(PlotCanvas):
    """Owns the histories shown and the visible part of them; made by the runs page, GUI thread only.

    The wheel zooms along x (with Ctrl along y), a drag moves, a double click or Home shows everything. A plain
    widget: pyqtgraph's view would give no more than this range, for an import of a second on the GUI thread.
    """

    run_clicked = Signal(str, bool)
    """Run id; whether it adds to the selection."""

    def __init__(self, theme: Theme, colors: RunColors | None = None, parent: QWidget | None = None) -> None:
        super().__init__("history_plot", "Metric history", parent)
        self._run_colors = colors or RunColors()
        self._x_mode: XMode = "step"
        self._empty = "Select runs to see their metrics over time."
        self._histories: tuple[MetricHistory, ...] = ()
        self._names: Mapping[str, str] = {}
        self._picture = HistoryPicture(theme)
        self._pixmap: QPixmap | None = None
        self._x_range = self._whole_x = (0.0, 1.0)
        self._y_range = self._whole_y = (0.0, 1.0)
        self._pointer: QPointF | None = None
        self._held: QPointF | None = None
        self._panned = False

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._picture.theme = theme
        self._show_curves()

    def set_empty_text(self, text: str) -> None:
        """What stands here while there is nothing to draw."""
        self._empty = text
        self.update()

    def set_histories(
        self, histories: Sequence[MetricHistory], names: Mapping[str, str], *, keep: bool = False
    ) -> None:
        """Show one metric of several runs in this order; `names` by run id.

        With `keep` the part that was zoomed to stays (the same curves have grown); else everything is shown.
        """
        x_range, y_range = self._x_range, self._y_range
        x_kept, y_kept = keep and x_range != self._whole_x, keep and y_range != self._whole_y
        self._histories = tuple(history for history in histories if len(history.values))
        self._names = names
        self._show_curves()
        self.reset_view()
        if x_kept:
            self.set_x_range(*x_range)
        if y_kept:
            self._y_range = y_range
            self.repaint_whole()

    @property
    def x_mode(self) -> XMode:
        return self._x_mode

    def set_x_mode(self, mode: XMode) -> None:
        """Step, wall time, or time since each run's first point."""
        if mode != self._x_mode:
            self._x_mode = mode
            self._show_curves()
            self.reset_view()

    def status(self) -> str:
        """One sentence on what is drawn; empty when nothing is."""
        if not self._histories:
            return ""
        points = sum(len(history.values) for history in self._histories)
        return f"{counted(points, 'point')} of {counted(len(self._histories), 'run')}"

    def reset_view(self) -> None:
        """Show every point, with a little room around."""
        bounds = [b for curve in self._picture.curves if (b := curve.series.bounds) is not None]
        drawn = [b for b, c in zip(bounds, self._picture.curves, strict=True) if len(c.series.y)]
        x = (min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else (0.0, 1.0)
        y = (min(b[2] for b in drawn), max(b[3] for b in drawn)) if drawn else (0.0, 1.0)
        self._whole_x, self._whole_y = _widened(*x, _ROOM_X), _widened(*y, _ROOM_Y)
        self._x_range, self._y_range = self._whole_x, self._whole_y
        self.repaint_whole()

    def x_range(self) -> tuple[float, float]:
        """The visible part of x: steps, ms since 1970, or seconds since a run's first point."""
        return self._x_range

    def set_x_range(self, low: float, high: float) -> None:
        """Show x from `low` to `high`, kept inside what there is."""
        least, most = self._whole_x
        span = min(max(high - low, _closest(self._whole_x)), most - least)
        low = min(max(low, least), most - span)
        self._x_range = (low, low + span)
        self.repaint_whole()

    def _show_curves(self) -> None:
        curves = []
        for history in self._histories:
            series = make_series(_x_values(history, self._x_mode), np.asarray(history.values, dtype=np.float64))
            name = self._names.get(history.run_id) or history.run_id
            curves.append(
                Curve(history.run_id, name, self._run_colors.color(self._picture.theme, history.run_id), series)
            )
        self._picture.curves = curves
        self._picture.title = self._histories[0].key if self._histories else ""
        self._picture.x_mode = self._x_mode
        self.repaint_whole()

    # Picture

    @override
    def repaint_whole(self) -> None:
        self._pixmap = None
        self.update()

    def window_shown(self) -> Window:
        """The visible part of the data and its place in the widget."""
        right = self._picture.names_width(self.font()) + 8.0
        plot = QRectF(_LEFT, _TOP, self.width() - _LEFT - right, self.height() - _TOP - _BOTTOM)
        return Window(plot, *self._x_range, *self._y_range)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._picture.theme
        window = self.window_shown()
        if not self._histories or window.plot.width() < 10 or window.plot.height() < 10:
            self.paint_empty(painter, theme, "" if self._histories else self._empty)
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(self.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(theme.color("panel"))
            still = QPainter(self._pixmap)
            still.setFont(self.font())
            self._picture.paint(still, window, ratio)
            still.end()
        painter.drawPixmap(0, 0, self._pixmap)
        if self._pointer is not None and not self._panned and window.plot.contains(self._pointer):
            self._picture.paint_crosshair(painter, window, QRectF(self.rect()), self._pointer)
        painter.end()

    @property
    @override
    def has_picture(self) -> bool:
        return bool(self._histories)

    @override
    def paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        picture = HistoryPicture(theme)
        picture.title, picture.x_mode = self._picture.title, self._picture.x_mode
        picture.curves = [
            replace(curve, colour=self._run_colors.color(theme, curve.run_id)) for curve in self._picture.curves
        ]
        picture.paint(painter, self.window_shown(), ratio)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.repaint_whole()

    # Pointer and keys

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if not turn or not self._histories:
            event.ignore()
            return
        window = self.window_shown()
        factor = 0.8 ** (min(max(turn, -1200), 1200) / 120.0)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            share = (window.plot.bottom() - event.position().y()) / window.plot.height()
            low, high = _zoomed(*self._y_range, share, factor)
            if high - low >= _closest(self._whole_y):
                self._y_range = (low, high)
                self.repaint_whole()
        else:
            share = (event.position().x() - window.plot.left()) / window.plot.width()
            self.set_x_range(*_zoomed(*self._x_range, min(max(share, 0.0), 1.0), factor))
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._histories:
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
        run_id = self._picture.run_at(self.window_shown(), event.position())
        if run_id is not None:
            self.run_clicked.emit(run_id, is_adding(event))

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_view()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move, plus and minus zoom along x, Home shows everything."""
        low, high = self._x_range
        key, step = event.key(), (high - low) * 0.1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = -step if key == Qt.Key.Key_Left else step
            self.set_x_range(low + step, high + step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.set_x_range(*_zoomed(low, high, 0.5, 1.25 if key == Qt.Key.Key_Minus else 0.8))
        elif key == Qt.Key.Key_Home:
            self.reset_view()
        else:
            super().keyPressEvent(event)

    def _pan(self, moved: QPointF) -> None:
        plot = self.window_shown().plot
        by = -moved.x() / plot.width() * (self._x_range[1] - self._x_range[0])
        up = moved.y() / plot.height() * (self._y_range[1] - self._y_range[0])
        if self._y_range != self._whole_y:
            self._y_range = (self._y_range[0] + up, self._y_range[1] + up)
        self.set_x_range(self._x_range[0] + by, self._x_range[1] + by)


def _x_values(history: MetricHistory, mode: XMode) -> NDArray[np.float64]:
    """float64[n]: steps, ms since 1970, or seconds since the run's earliest point."""
    if mode == "step":
        return np.asarray(history.steps, dtype=np.float64)
    moments = np.asarray(history.timestamps_ms, dtype=np.float64)
    if mode == "relative" and len(moments):
        since: NDArray[np.float64] = (moments - moments.min()) / 1000.0
        return since
    return moments


def _widened(low: float, high: float, share: float) -> tuple[float, float]:
    """The range with `share` of its length of room on both sides; never too short to divide by."""
    if high - low <= _TINY:
        room = abs(low) * 0.05
        room = room if room > _TINY else 1.0
        return low - room, low + room
    room = (high * 0.5 - low * 0.5) * (2 * share)
    wider = low - room, high + room
    return wider if np.isfinite(wider).all() else (low, high)


def _closest(whole: tuple[float, float]) -> float:
    """The shortest range to zoom to: doubles must still tell its pixels apart."""
    low, high = whole
    return max((high - low) * _CLOSEST, float(np.spacing(max(abs(low), abs(high)))) * 1e4)


def _zoomed(low: float, high: float, share: float, factor: float) -> tuple[float, float]:
    """The range with the place at `share` of it held fast and its length times `factor`."""
    place = low * (1.0 - share) + high * share
    return place - (place - low) * factor, place + (high - place) * factor
