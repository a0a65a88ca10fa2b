"""What a parallel-coordinates plot shows and how it is painted: runs over axes, brushes, the run under the pointer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from typing_extensions import override

from bakehouse.analysis.axes import AxisLane
from bakehouse.analysis.brushes import Brush
from bakehouse.plots.canvas import PlotCanvas
from bakehouse.plots.drawing import Drawing
from bakehouse.plots.parallel_axes import paint_axes, paint_brush, paint_moved_title, title_box
from bakehouse.plots.parallel_brushing import BrushBox, BrushDrag, brush_boxes
from bakehouse.plots.parallel_layers import ParallelLayers
from bakehouse.plots.parallel_layout import make_layout
from bakehouse.plots.parallel_picture import Crossings
from bakehouse.plots.parallel_runs import NO_RUNS, AxisChoice, ParallelRuns
from bakehouse.plots.parallel_still import ParallelStill
from bakehouse.plots.parallel_words import category_lines, run_lines, status_sentence
from bakehouse.plots.point_colours import paint_colour_legend
from bakehouse.plots.readout import ReadoutLine, paint_readout
from bakehouse.theme import RunColors, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from bakehouse.domain.columns import ColumnKey


class ShownBrush(NamedTuple):
    """A brush and bool[runs of the table]: what the filter's term for it lets through."""

    brush: Brush
    mask: NDArray[np.bool_]


class ParallelCanvas(PlotCanvas):
    """Owns the axes, brushes and pictures of one set of runs. GUI thread only; `ParallelPlot` gives it hands.

    A plain widget over numpy pictures rather than a pyqtgraph scene: nothing but axes and a few lines are objects
    here, it stays sharp at any pixel ratio, and the first plot needs no import of half a second.
    """

    picture_finished = Signal()
    """Everything asked for so far is drawn."""

    def __init__(self, theme: Theme, colors: RunColors | None = None, parent: QWidget | None = None) -> None:
        super().__init__("parallel_plot", "Parallel coordinates", parent)
        self._theme = theme
        self._run_colors = colors or RunColors()
        self._runs = NO_RUNS
        self._selected = np.empty(0, dtype=np.int32)
        self._waiting = ""
        self._shown: dict[ColumnKey, ShownBrush] = {}
        self._layout = make_layout(1, 1, 0, legend=False)
        self._layers = ParallelLayers(self)
        self._layers.changed.connect(self.repaint_whole)
        self._layers.finished.connect(self.picture_finished)
        self._composed: QPixmap | None = None
        self._drag: BrushDrag | None = None
        self._drag_y = 0.0
        self._moved_title: tuple[int, float] | None = None
        """An axis that is being moved, and where the pointer is."""
        self._pointer: QPointF | None = None
        self._hovered: int | None = None
        self._hovered_elsewhere = -1
        self._hovered_axis: tuple[int, str] | None = None
        """An axis whose category with this name lies under the pointer."""
        self._current_axis = 0
        self._current_box = -1

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._rebuild()

    def set_data(
        self,
        axes: Sequence[AxisChoice],
        colour: AxisChoice | None,
        ids: Sequence[str],
        visible_rows: NDArray[np.int32],
        selected_rows: NDArray[np.int32],
        names: Sequence[str] | None = None,
    ) -> None:
        """Show the runs `visible_rows` int32[k] (those that the filter lets through, its brushes aside) over `axes`.

        `ids` and `names` are by row. `selected_rows` are drawn on top, in selection order, visible or not brushed.
        """
        if self.shows(axes, colour, ids, visible_rows):
            self.name_runs(names)
            self.set_selected_rows(selected_rows)
            return
        rows = np.asarray(visible_rows, dtype=np.int32)
        self.set_runs(ParallelRuns.over(axes, colour, ids, names, rows), selected_rows)

    def name_runs(self, names: Sequence[str] | None) -> None:
        """The same runs under these names, by row."""
        if names is not self._runs.names:
            self._runs = replace(self._runs, names=names)
            self.update()

    @property
    def runs(self) -> ParallelRuns:
        """What is shown; it never changes, so a thread may compare with it."""
        return self._runs

    def shows(
        self, axes: Sequence[AxisChoice], colour: AxisChoice | None, ids: Sequence[str], rows: NDArray[np.int32]
    ) -> bool:
        """Whether these very data are shown, so that `set_data` costs nothing."""
        return self._runs.is_made_of(axes, colour, ids, rows)

    def set_runs(
        self,
        runs: ParallelRuns,
        selected_rows: NDArray[np.int32],
        brushes: Mapping[ColumnKey, ShownBrush] | None = None,
    ) -> None:
        """As `set_data`, with axes that were made elsewhere, and brushes (None: as far as they fit, the present)."""
        self._selected = np.asarray(selected_rows, dtype=np.int32)
        keep = _looks(runs) == _looks(self._runs)
        self._runs = runs
        self._shown = self._on_axes(self._shown if brushes is None else brushes)
        self._drag = self._moved_title = self._hovered = None
        self._rebuild(keep=keep)

    def set_waiting(self, sentence: str) -> None:
        """What to say while there is nothing to draw yet."""
        if sentence != self._waiting:
            self._waiting = sentence
            self.update()

    def set_selected_rows(self, rows: NDArray[np.int32]) -> None:
        """Another selection of the same runs, in selection order."""
        self._selected = np.asarray(rows, dtype=np.int32)
        self._draw_selected()

    def hover_row(self, row: int) -> None:
        """The pointer is over the run in this row elsewhere (-1: over none)."""
        if row != self._hovered_elsewhere:
            self._hovered_elsewhere = row
            self.update()

    def brushes(self) -> dict[ColumnKey, Brush]:
        """The brushes by column, in data values."""
        return {key: shown.brush for key, shown in self._shown.items()}

    def show_brushes(self, brushes: Mapping[ColumnKey, ShownBrush]) -> None:
        """Show these brushes in place of the present ones."""
        wanted = self._on_axes(brushes)
        is_same = wanted.keys() == self._shown.keys() and all(
            np.array_equal(shown.mask, self._shown[key].mask) for key, shown in wanted.items()
        )
        self._shown = wanted
        if is_same:
            self.update()
        else:
            self._draw_top(live=False)

    def _on_axes(self, brushes: Mapping[ColumnKey, ShownBrush]) -> dict[ColumnKey, ShownBrush]:
        keys = {choice.data.key for choice in self._runs.choices}
        size = len(self._runs.ids)
        return {key: shown for key, shown in brushes.items() if key in keys and len(shown.mask) == size}

    def brush_mask(self) -> NDArray[np.bool_]:
        """bool[n] over all rows of the table: which runs every brush lets through."""
        mask = np.ones(len(self._runs.ids), np.bool_)
        for shown in self._shown.values():
            mask &= shown.mask
        return mask

    def status(self) -> str:
        """One sentence on what is drawn: how many runs, how many brushed, and who lies on a lane."""
        if self._empty_text():
            return ""
        brushed = None if (mask := self._visible_mask()) is None else int(np.count_nonzero(mask))
        shown = len(self._runs.rows)
        return status_sentence(self._runs.axes, shown, brushed, len(self._runs.ids) - shown)

    def finish(self) -> None:
        """Draw at once what is still under way (pictures to file, tests)."""
        self._layers.finish()

    @property
    def is_settled(self) -> bool:
        """Nothing is left to draw."""
        return self._layers.is_settled

    @property
    def is_held(self) -> bool:
        """Whether the person is dragging something."""
        return self._drag is not None or self._moved_title is not None

    # Pictures

    def _rebuild(self, *, keep: bool = False) -> None:
        """Lay out and draw everything anew; with `keep` the old picture stays until the new one is whole."""
        self._composed = None
        axes, colour = self._runs.axes, self._runs.colour
        lanes = [AxisLane.NOT_FINITE] if any(axis.not_finite for axis in axes) else []
        lanes += [AxisLane.NOT_POSITIVE] if any(axis.not_positive for axis in axes) else []
        self._layout = make_layout(self.width(), self.height(), len(axes), lanes, legend=colour is not None)
        self._layers.begin(self._layout, self._runs, self._theme, self.devicePixelRatioF(), keep=keep)
        self._draw_selected()
        self._draw_top(live=False)

    def _draw_top(self, *, live: bool) -> None:
        self._layers.show(self._visible_mask(), live=live)
        self._hovered = None

    def _visible_mask(self) -> NDArray[np.bool_] | None:
        """bool[k] of the visible runs that the brushes let through; None without brushes."""
        return self.brush_mask()[self._runs.rows] if self._shown else None

    def _draw_selected(self) -> None:
        places = self._runs.places_of(self._selected)
        heights = tuple(heights[places] for heights in self._layers.runs.heights)
        few = places[: ParallelLayers.MOST_SELECTED].tolist()
        colours = [self._run_colors.color(self._theme, self._runs.run_id(place)) for place in few]
        self._layers.select(Crossings(heights, ()), colours)

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
            self._layers.paint(painter, dimmed=bool(self._shown))
            paint_axes(painter, self._theme, self._layout, self._runs.axes)
            if self._layers.legend is not None:
                at = self._layout.width - 14, self._layout.height - 13.0
                paint_colour_legend(painter, self._theme, *at, self._layers.legend)
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
        self._paint_pointer(painter)
        painter.end()

    @property
    @override
    def has_picture(self) -> bool:
        return not self._empty_text()

    @override
    def drawing(self) -> Drawing | None:
        if not self.has_picture:
            return None
        boxes = [(index, box[0], box[1]) for index in range(len(self._runs.axes)) for box in self.boxes(index)]
        places = self._runs.places_of(self._selected)
        colour_of = self._run_colors.color
        return ParallelStill(self._runs, self._layout, self._visible_mask(), places, boxes, colour_of).drawing(self)

    def _empty_text(self) -> str:
        if not self._runs.choices:
            return self._waiting or "Choose columns to see how runs differ."
        if not len(self._runs.rows):
            return "No runs to draw: the filter lets none through."
        return ""

    def boxes(self, index: int) -> list[BrushBox]:
        """The painted pieces of an axis's brush."""
        axis = self._runs.axes[index]
        return brush_boxes(self._layout, axis, self.brushes().get(axis.data.key))

    def _paint_brushes(self, painter: QPainter) -> None:
        for index in range(len(self._runs.axes)):
            boxes = self.boxes(index)
            heights = [box[:2] for box in boxes]
            if self._drag is not None and self._drag.index == index:
                heights = self._drag.boxes(self._layout, self._drag_y, boxes)
            for place, (upper, lower) in enumerate(heights):
                chosen = self.hasFocus() and self._drag is None
                chosen = chosen and (index, place) == (self._current_axis, self._current_box)
                paint_brush(painter, self._theme, self._layout.axis_x[index], upper, lower, chosen=chosen)

    def _paint_pointer(self, painter: QPainter) -> None:
        """What goes with the pointer: an axis on its way, the run under it, a category's name."""
        if self._moved_title is not None:
            index, x = self._moved_title
            gap = self._gap_at(x)
            paint_moved_title(painter, self._theme, self._layout, self._runs.axes[index], x, gap)
        elif self._drag is not None:
            pass
        elif self._hovered is not None:
            self._paint_hovered(painter, self._hovered)
            lines = run_lines(self._runs.axes, self._runs.colour, int(self._runs.rows[self._hovered]))
            self._paint_readout(painter, self._runs.title(self._hovered), lines)
        elif self._hovered_axis is not None:
            index, name = self._hovered_axis
            self._paint_readout(painter, name, category_lines(self._runs.axes[index], name))
        elif (place := self._runs.place_of(self._hovered_elsewhere)) is not None:
            self._paint_hovered(painter, place)

    def _paint_hovered(self, painter: QPainter, place: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [
            QPointF(x, float(heights[place]))
            for x, heights in zip(self._layout.axis_x, self._layers.runs.heights, strict=True)
        ]
        for colour, width in ((self._theme.color("panel"), 4.0), (self._theme.color("text"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(points)

    def _paint_readout(self, painter: QPainter, title: str, lines: list[ReadoutLine]) -> None:
        at = self._pointer or QPointF(0, 0)
        paint_readout(painter, self._theme, QRectF(self.rect()), at, title, lines)

    def _gap_at(self, x: float) -> int:
        """Before which axis a title let go at `x` would stand."""
        return sum(x > place for place in self._layout.axis_x)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._rebuild()
        return super().event(event)


def _looks(runs: ParallelRuns) -> tuple[object, ...]:
    """What a picture of other runs has in common with one of these: the axes, and the column of the colours."""
    choices = (*runs.choices, *(() if runs.colour_choice is None else (runs.colour_choice,)))
    return (*((one.data.key, one.kind, one.is_flipped) for one in choices), runs.colour_choice is None)
