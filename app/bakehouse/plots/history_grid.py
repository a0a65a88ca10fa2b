"""Charts of several metrics beside and below each other, all showing the same part of x."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget
from typing_extensions import override

from bakehouse.analysis.history_charts import Chart, HistoryLook
from bakehouse.plots.drawing import Drawing
from bakehouse.plots.history import HistoryPlot
from bakehouse.theme import RunColors, Theme

_NARROWEST, _LOWEST = 340, 210
_GAP = 1
_NOTHING = Chart("", HistoryLook(), ())


class HistoryGrid(QScrollArea):
    """Owns a plot for each chart; zoom, pan, pointer and hovered run of one show in all. GUI thread.

    One chart fills the area; more stand in as many columns as are wide enough, and scroll when they are many.
    """

    run_clicked = Signal(str, bool)
    run_hovered = Signal(str)
    menu_wanted = Signal(object, QPoint)
    """list[str] of the metrics of one chart; where on the screen."""

    def __init__(self, theme: Theme, colors: RunColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history_grid")
        self.setAccessibleName("Metric histories")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme, self._colors = theme, colors
        self._board = QWidget()
        self._board.setObjectName("history_board")
        self.setWidget(self._board)
        self._unused: list[HistoryPlot] = []
        self.plots: list[HistoryPlot] = []
        """A plot for each chart, in their order."""
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._board.setStyleSheet(f"#history_board {{ background: {theme.line}; }}")
        self.setStyleSheet(f"#history_grid {{ background: {theme.panel}; }}")
        for plot in (*self.plots, *self._unused):
            plot.set_theme(theme)

    def set_charts(self, charts: Sequence[Chart], *, keep: bool = False) -> None:
        """Show these charts; with `keep` the same ones have grown and what was zoomed to stays."""
        while len(self.plots) > len(charts):
            plot = self.plots.pop()
            plot.hide()
            plot.set_chart(_NOTHING)
            self._unused.append(plot)
        while len(self.plots) < len(charts):
            plot = self._unused.pop() if self._unused else self._new_plot()
            self.plots.append(plot)
            plot.show()
        bounds = [b for chart in charts for line in chart.lines if (b := line.series.bounds) is not None]
        shared = (min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else None
        for plot, chart in zip(self.plots, charts, strict=True):
            plot.setAccessibleName(f"History of {chart.key}")
            plot.set_chart(chart, keep=keep, shared_x=shared)
        self._arrange()

    def show_hovered(self, run_id: str) -> None:
        """The pointer is over this run somewhere else (empty: over none)."""
        for plot in self.plots:
            plot.show_hovered(run_id)

    def drawing(self) -> Drawing | None:
        """All charts as one picture; None while there is none."""
        if not any(plot.has_picture for plot in self.plots):
            return None
        return Drawing(self._board.size(), self._paint_still)

    def _paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        for plot in self.plots:
            painter.save()
            painter.translate(plot.pos())
            painter.setClipRect(plot.rect(), Qt.ClipOperation.IntersectClip)
            plot.paint_still(painter, theme, ratio)
            painter.restore()

    def _new_plot(self) -> HistoryPlot:
        plot = HistoryPlot(self._theme, self._colors, self._board)
        plot.run_clicked.connect(self.run_clicked)
        plot.menu_wanted.connect(self.menu_wanted)
        plot.run_hovered.connect(partial(self._hovered, plot))
        plot.x_range_changed.connect(partial(self._moved, plot))
        plot.view_reset.connect(partial(self._reset, plot))
        plot.pointed.connect(partial(self._pointed, plot))
        plot.installEventFilter(self)
        return plot

    def _others(self, plot: HistoryPlot) -> list[HistoryPlot]:
        return [other for other in self.plots if other is not plot]

    def _hovered(self, plot: HistoryPlot, run_id: str) -> None:
        for other in self._others(plot):
            other.show_hovered(run_id)
        self.run_hovered.emit(run_id)

    def _moved(self, plot: HistoryPlot, low: float, high: float) -> None:
        for other in self._others(plot):
            other.set_x_range(low, high)

    def _reset(self, plot: HistoryPlot) -> None:
        for other in self._others(plot):
            other.reset_view()

    def _pointed(self, plot: HistoryPlot, x: float | None) -> None:
        for other in self._others(plot):
            other.show_pointer(x)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shift and the wheel scroll where charts are many; the bare wheel zooms."""
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turn = event.angleDelta().y() or event.angleDelta().x()
            bar = self.verticalScrollBar()
            if bar.maximum() > 0:
                bar.setValue(bar.value() - turn)
                return True
        return super().eventFilter(watched, event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @override
    def sizeHint(self) -> QSize:
        return QSize(800, 400)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def _arrange(self) -> None:
        count = len(self.plots)
        if not count:
            return
        room = self.maximumViewportSize()
        columns, rows, height = _layout(count, room)
        width = room.width()
        if rows * (height + _GAP) - _GAP > room.height():
            width -= self.verticalScrollBar().sizeHint().width()
        self._board.resize(width, max(room.height(), rows * (height + _GAP) - _GAP))
        each = (width - (columns - 1) * _GAP) / columns
        for place, plot in enumerate(self.plots):
            row, column = divmod(place, columns)
            left, right = round(column * (each + _GAP)), round(column * (each + _GAP) + each)
            last = place == count - 1
            plot.move(QPoint(left, row * (height + _GAP)))
            plot.resize(QSize((width if last else right) - left, height))


def _layout(count: int, room: QSize) -> tuple[int, int, int]:
    """Columns, rows and the height of a chart for `count` charts in `room`."""
    columns = max(1, min(count, room.width() // _NARROWEST))
    # Four charts look better as two by two than as three and one.
    rows = -(-count // columns)
    columns = -(-count // rows)
    height = (room.height() - (rows - 1) * _GAP) // rows
    return columns, rows, max(height, min(_LOWEST, room.height()))
