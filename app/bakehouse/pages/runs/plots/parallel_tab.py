"""Parallel coordinates of the visible runs, with the choosers of axes and colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.axes import AxisData, axis_data
from bakehouse.analysis.columns import Column, Ints, Mask
from bakehouse.analysis.frame import ColumnState, RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.itemmodels.run_table import column_title
from bakehouse.pages.runs.plots.tab import PlotTab
from bakehouse.pages.runs.visible_runs import is_system_tag
from bakehouse.personal.view_format import Json, key_of, key_value
from bakehouse.plots.parallel import ParallelPlot
from bakehouse.plots.parallel_runs import ParallelRuns
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme
from bakehouse.widgets.column_chooser import ColumnChooser

_CHOSEN_AT_MOST = 30
_SLOT = "runs.axes"
_SELECTED_AT_MOST = 1_000
_MANY_ROWS = 20_000
"""Above this the axes are made in a task."""
_DRAWING_MS = 400


def first_axes(relevant: Sequence[ColumnKey]) -> list[ColumnKey]:
    """The axes to start with: the params, then the metrics, the foremost of them last of all."""
    params = [key for key in relevant if key.kind is ColumnKind.PARAM]
    return [*params, *reversed([key for key in relevant if key.kind is ColumnKind.METRIC])]


@dataclass(frozen=True, eq=False)
class PreparedAxes:
    """A frame's axes and runs, made in a task before the frame is shown."""

    frame: RunFrame
    columns: tuple[ColumnKey, ...]
    """What was to be drawn: the axes, then the colour if there is one."""
    made: dict[ColumnKey, tuple[Column, AxisData]]
    runs: ParallelRuns


class ParallelTab(PlotTab):
    """Owns the plot, which axes and colour it has, and when it is drawn anew."""

    title = "Parallel coordinates"

    brushes_changed = Signal()

    def __init__(self, theme: Theme, tasks: TaskRunner, colors: RunColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._frame = RunFrame([])
        self._rows: Ints = np.empty(0, np.int32)
        self._ids: tuple[str, ...] = ()
        self._axes: list[ColumnKey] = []
        self._defaults: list[ColumnKey] = []
        self._colour: ColumnKey | None = None
        self._made: dict[ColumnKey, tuple[Column, AxisData]] = {}
        self._prepared: PreparedAxes | None = None
        self._shown_frame: RunFrame | None = None
        self._is_shown = False
        self.plot = ParallelPlot(theme, colors)
        self._clear = QPushButton("Clear brushes")
        self._clear.setProperty("link", "true")
        self._clear.hide()
        self._axes_button = QPushButton("Axes")
        self._axes_button.setObjectName("axes_button")
        self._axes_button.setAccessibleName("Choose axes")
        self._colours = QComboBox()
        self._colours.setObjectName("colour_by")
        self._colours.setAccessibleName("Colour by")
        self._colours.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._colours.setMinimumContentsLength(14)
        self._chooser = ColumnChooser(theme, self)
        self._later = QTimer(self, singleShot=True, interval=30)
        for widget in (self._clear, self._colours, self._axes_button):
            self.tool_row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._connect()

    def _connect(self) -> None:
        self._clear.clicked.connect(self.plot.clear_brushes)
        self._axes_button.clicked.connect(self._choose_axes)
        self._chooser.columns_chosen.connect(self._axes_chosen)
        self._colours.activated.connect(self._colour_chosen)
        self._later.timeout.connect(self._draw)
        self.plot.brushes_changed.connect(self._brushed)
        self.plot.run_clicked.connect(self.run_clicked)
        self.plot.picture_finished.connect(self.status_changed)

    @override
    def set_theme(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        self._chooser.set_theme(theme)

    # What the panel tells

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        metrics = _metrics_of(self._frame)
        self._frame = frame
        prepared, self._prepared = self._prepared, None
        if not keep:
            self._axes, self._defaults, self._colour = [], [], None
            self.plot.clear_brushes()
        if not keep or metrics != _metrics_of(frame):
            self._fill_choosers()
        if keep and prepared is not None and (prepared.frame, [*prepared.columns]) == (frame, self.columns):
            self._show_prepared(prepared)
            return
        self._made.clear()
        self._rows = np.arange(frame.size, dtype=np.int32)
        if keep:
            self._draw(at_once=True)  # brushes go on filtering without a gap
        else:
            self._soon()

    def preparation(self) -> Callable[[RunFrame, Ints, Token], PreparedAxes | None] | None:
        """What a task makes of a frame and its visible rows, for `take`; None while nothing is drawn."""
        if not self.columns or not ((self._is_shown and self.isVisible()) or self.plot.brushes()):
            return None
        return partial(_prepared, tuple(self._axes), self._colour, dict(self._made), self.plot.runs)

    def take(self, prepared: PreparedAxes | None) -> None:
        """What `preparation` made for the frame that is shown next."""
        self._prepared = prepared

    def _show_prepared(self, prepared: PreparedAxes) -> None:
        self._tasks.cancel(_SLOT)
        self._made, self._rows = prepared.made, prepared.runs.rows
        if prepared.runs is self.plot.runs:
            self._shown_frame = prepared.frame
            return
        if len(self._rows) > _MANY_ROWS:
            self._tasks.stand_back(_DRAWING_MS)
        self._put(prepared.frame, partial(self.plot.set_runs, prepared.runs, self._selected_rows()))

    @override
    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        self._axes = self._defaults = list(axes)
        self._colour = next((key for key in reversed(self._axes) if key.kind is ColumnKind.METRIC), None)
        self._fill_choosers()
        self.columns_wanted.emit(self._axes)
        self._soon()

    @override
    def column_changed(self, key: ColumnKey) -> None:
        if key in self._axes or key == self._colour:
            self._soon()

    @override
    def show_rows(self, rows: Ints) -> None:
        if not np.array_equal(rows, self._rows):
            self._rows = rows
            self._soon()

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._ids = tuple(ids[:_SELECTED_AT_MOST])
        if self._shown_frame is self._frame:
            self.plot.set_selected_rows(self._selected_rows())

    def brush_mask(self) -> Mask | None:
        """bool[runs]: what the brushes let through, None without any."""
        if not self.plot.brushes() or self._shown_frame is not self._frame:
            return None
        return self.plot.brush_mask()

    def clear_brushes(self) -> None:
        self.plot.clear_brushes()

    @override
    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        self._draw()

    @override
    def settings(self) -> dict[str, Json]:
        colour = key_value(self._colour) if self._colour is not None else None
        return {"axes": [key_value(key) for key in self._axes], "colour": colour}

    @override
    def restore(self, settings: Mapping[str, Json]) -> None:
        named = settings.get("axes")
        axes = [key_of(one) for one in named] if isinstance(named, list) else []
        known = [key for key in dict.fromkeys(axes) if key is not None and self._is_known(key)]
        if known:
            self._axes = known[:_CHOSEN_AT_MOST]
        colour = key_of(settings.get("colour"))
        if "colour" in settings and (colour is None or self._is_known(colour)):
            self._colour = colour
        self._fill_choosers()
        self.columns_wanted.emit(self.columns)
        self._soon()

    def _is_known(self, key: ColumnKey) -> bool:
        return key in self._frame.states or key.latest in self._frame.states

    @override
    def status(self) -> str:
        return self.plot.status()

    @property
    @override
    def columns(self) -> list[ColumnKey]:
        return [*self._axes, *([self._colour] if self._colour is not None else [])]

    # Inside

    def _soon(self) -> None:
        """Several columns and filters arrive together: one picture for all."""
        if not self._later.isActive():
            self._later.start()

    def _draw(self, *, at_once: bool = False) -> None:
        if not (self._is_shown and self.isVisible()) and not self.plot.brushes():
            return
        waiting = (ColumnState.UNLOADED, ColumnState.LOADING)
        missing = sum(self._frame.states.get(key) in waiting for key in self.columns)
        self.plot.set_waiting(f"Reading {missing} {'column' if missing == 1 else 'columns'}…" if missing else "")
        if missing:
            return  # the last of them will come back here: one picture instead of one for each
        axes = [made for key in self._axes if (made := self._axis(key)) is not None]
        colour = self._axis(self._colour) if self._colour is not None else None
        frame, rows = self._frame, self._rows
        data = (axes, colour, frame.run_ids)
        if at_once or len(rows) <= _MANY_ROWS or self.plot.shows(*data, rows):
            self._tasks.cancel(_SLOT)
            self._put(frame, partial(self.plot.set_data, *data, rows, self._selected_rows(), frame.names))
            return
        self._tasks.start(
            _SLOT,
            partial(_made_runs, *data, frame.names, rows),
            done=partial(self._show_made, frame),
            failed=self._not_made,
        )

    def _show_made(self, frame: RunFrame, runs: ParallelRuns) -> None:
        if frame is self._frame:
            self._tasks.stand_back(_DRAWING_MS)
            self._put(frame, partial(self.plot.set_runs, runs, self._selected_rows()))

    def _not_made(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    def _put(self, frame: RunFrame, put: Callable[[], None]) -> None:
        """Hand the plot its runs; brushes of columns that are no axis any more go without a signal of its own."""
        had_brushes = bool(self.plot.brushes())
        self._shown_frame = frame
        put()
        if had_brushes and not self.plot.brushes():
            self._brushed()
        self.status_changed.emit()

    def _axis(self, key: ColumnKey) -> AxisData | None:
        column = self._frame.column(key)
        if column is None:
            return None
        made = self._made.get(key)
        if made is None or made[0] is not column:
            made = self._made[key] = (column, axis_data(key, column))
        return made[1]

    def _selected_rows(self) -> Ints:
        row_of = self._frame.row_of
        return np.array([row for run_id in self._ids if (row := row_of.get(run_id)) is not None], np.int32)

    def _brushed(self) -> None:
        self._clear.setVisible(bool(self.plot.brushes()))
        self.status_changed.emit()
        self.brushes_changed.emit()

    def _choose_axes(self) -> None:
        keys = [key for key in self._frame.keys if not is_system_tag(key)]
        self._chooser.open_below(self._axes_button, keys, self._axes, self._defaults, self._frame)

    def _axes_chosen(self, keys: Sequence[ColumnKey]) -> None:
        kept = [key for key in self._axes if key in keys]
        self._axes = [*kept, *(key for key in keys if key not in kept)][:_CHOSEN_AT_MOST]
        self._fill_choosers()
        self.columns_wanted.emit(self._axes)
        self._soon()

    def _colour_chosen(self, place: int) -> None:
        self._colour = self._colours.itemData(place)
        if self._colour is not None:
            self.columns_wanted.emit([self._colour])
        self._soon()

    def _fill_choosers(self) -> None:
        self._axes_button.setText(f"Axes {len(self._axes)}" if self._axes else "Axes")
        metrics = _metrics_of(self._frame)
        metrics.sort(key=lambda key: (key.name.startswith("system/"), key.name))
        with QSignalBlocker(self._colours):
            self._colours.clear()
            self._colours.addItem("No colour", None)
            for key in metrics:
                self._colours.addItem(f"Colour: {column_title(key)}", key)
            if self._colour is not None and self._colour in metrics:
                self._colours.setCurrentIndex(metrics.index(self._colour) + 1)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon()


def _metrics_of(frame: RunFrame) -> list[ColumnKey]:
    return [key for key in frame.keys if key.kind is ColumnKind.METRIC]


def _prepared(
    axes: Sequence[ColumnKey],
    colour: ColumnKey | None,
    made: dict[ColumnKey, tuple[Column, AxisData]],
    shown: ParallelRuns,
    frame: RunFrame,
    rows: Ints,
    token: Token,
) -> PreparedAxes | None:
    """None while a column is missing; the runs that are shown where nothing about them is new."""
    kept: dict[ColumnKey, tuple[Column, AxisData]] = {}
    drawn = (*axes, *(() if colour is None else (colour,)))
    for key in drawn:
        token.check()
        column = frame.column(key)
        if column is None:
            if frame.can_load(key):
                return None
            continue
        known = made.get(key)
        kept[key] = known if known is not None and known[0] is column else (column, axis_data(key, column))
    data = [kept[key][1] for key in axes if key in kept]
    colours = kept[colour][1] if colour is not None and colour in kept else None
    if shown.names is frame.names and shown.is_made_of(data, colours, frame.run_ids, rows):
        return PreparedAxes(frame, drawn, kept, shown)
    return PreparedAxes(frame, drawn, kept, ParallelRuns.over(data, colours, frame.run_ids, frame.names, rows))


def _made_runs(
    axes: Sequence[AxisData],
    colour: AxisData | None,
    ids: Sequence[str],
    names: Sequence[str],
    rows: Ints,
    _token: Token,
) -> ParallelRuns:
    return ParallelRuns.over(axes, colour, ids, names, rows)
