"""Scatter of the visible runs over any two columns, with the choosers of both, of colour and of size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.axes import AxisData, axis_data
from bakehouse.analysis.columns import Column, Ints
from bakehouse.analysis.frame import ColumnState, RunFrame
from bakehouse.analysis.scales import ScaleKind, suggested_kind
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import DURATION, START_TIME, ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.pages.runs.plots.tab import PlotTab
from bakehouse.pages.runs.visible_runs import is_system_tag
from bakehouse.plots.scatter import ScatterPlot
from bakehouse.plots.scatter_runs import ScatterRuns
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme
from bakehouse.widgets.column_picker import ColumnPicker

_SLOT = "runs.scatter"
_MANY_ROWS = 20_000
"""Above this the axes are made in a task."""
_SELECTED_AT_MOST = 1_000
_MODES = (("Select by box", "box"), ("Select by lasso", "lasso"), ("Move", "move"))
_ROLES = ("x", "y", "colour", "size")


class ScatterTab(PlotTab):
    """Owns the plot, its four columns and their scales, and when it is drawn anew."""

    title = "Scatter"

    runs_selected = Signal(object, bool)

    def __init__(self, theme: Theme, tasks: TaskRunner, colors: RunColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._frame = RunFrame([])
        self._rows: Ints = np.empty(0, np.int32)
        self._ids: tuple[str, ...] = ()
        self._keys: dict[str, ColumnKey | None] = dict.fromkeys(_ROLES)
        self._scales: dict[str, ScaleKind | None] = dict.fromkeys(_ROLES)
        self._made: dict[ColumnKey, tuple[Column, AxisData]] = {}
        self._names: list[str] = []
        self._drawn: tuple[ColumnKey | None, ...] = ()
        self._is_shown = False
        self.plot = ScatterPlot(theme, colors)
        self._pickers = {
            "x": ColumnPicker("X", theme, scales=True),
            "y": ColumnPicker("Y", theme, scales=True),
            "colour": ColumnPicker("Colour", theme, none="none"),
            "size": ColumnPicker("Size", theme, none="equal"),
        }
        self._modes = QComboBox()
        self._modes.setObjectName("scatter_drag")
        self._modes.setAccessibleName("What a drag does")
        for text, mode in _MODES:
            self._modes.addItem(text, mode)
        for role, picker in self._pickers.items():
            picker.setObjectName(f"scatter_{role}")
            self.tool_row.addWidget(picker)
            picker.picked.connect(partial(self._pick, role))
            picker.scaled.connect(partial(self._scale, role))
        self.tool_row.addWidget(self._modes)
        self._modes.activated.connect(self._choose_mode)
        self._later = QTimer(self, singleShot=True, interval=30)
        self._later.timeout.connect(self._draw)
        self.plot.run_clicked.connect(self.run_clicked)
        self.plot.runs_selected.connect(self.runs_selected)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    @override
    def set_theme(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        for picker in self._pickers.values():
            picker.set_theme(theme)

    # What the panel tells

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        self._frame = frame
        self._made.clear()
        self._names = []
        self._rows = np.arange(frame.size, dtype=np.int32)
        if not keep:
            self._keys = dict.fromkeys(_ROLES)
            self._scales = dict.fromkeys(_ROLES)
            self._drawn = ()
        self._offer()
        self._soon()

    @override
    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        metrics = [key for key in reversed(axes) if key.kind is ColumnKind.METRIC]
        params = [key for key in axes if key.kind is ColumnKind.PARAM]
        up = next(iter(metrics), DURATION)
        across = next(iter(params), next(iter(metrics[1:]), START_TIME))
        self._keys = {"x": across, "y": up, "colour": next(iter(metrics[1:]), None), "size": None}
        self._offer()
        self._want()

    @override
    def column_changed(self, key: ColumnKey) -> None:
        if key in self._keys.values():
            self._soon()

    @override
    def show_rows(self, rows: Ints) -> None:
        if not np.array_equal(rows, self._rows):
            self._rows = rows
            self._soon()

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._ids = tuple(ids[:_SELECTED_AT_MOST])
        if self._is_shown:
            self.plot.set_selected_rows(self._selected_rows())

    @override
    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        if shown:
            self._want()

    @property
    @override
    def columns(self) -> list[ColumnKey]:
        return [key for key in self._keys.values() if key is not None] if self._is_shown else []

    # Inside

    def _offer(self) -> None:
        """Fill the choosers with what the frame has."""
        keys = sorted(
            (key for key in self._frame.keys if not is_system_tag(key)),
            key=lambda key: ((1, 2, 0, 3)[key.kind], key.name.startswith("system/"), key.name.casefold()),
        )
        for role, picker in self._pickers.items():
            picker.offer(keys, self._keys[role], self._scales[role])

    def _want(self) -> None:
        if self._is_shown:
            self.columns_wanted.emit(self.columns)
            self._soon()

    def _pick(self, role: str, key: ColumnKey | None) -> None:
        self._keys[role], self._scales[role] = key, None
        self._want()

    def _scale(self, role: str, kind: ScaleKind) -> None:
        self._scales[role] = kind
        self._drawn = ()
        self._soon()

    def _choose_mode(self, place: int) -> None:
        self.plot.drag_mode = self._modes.itemData(place)

    def _soon(self) -> None:
        """Several columns and filters arrive together: one picture for all."""
        if self._is_shown and not self._later.isActive():
            self._later.start()

    def _draw(self) -> None:
        if not (self._is_shown and self.isVisible()) or self._keys["x"] is None or self._keys["y"] is None:
            return
        waiting = (ColumnState.UNLOADED, ColumnState.LOADING)
        missing = sum(self._frame.states.get(key) in waiting for key in self.columns)
        self.plot.set_waiting(f"Reading {missing} {'column' if missing == 1 else 'columns'}…" if missing else "")
        if missing:
            return  # the last of them will come back here
        made = {role: self._axis(key) for role, key in self._keys.items()}
        x, y = made["x"], made["y"]
        if x is None or y is None:
            self.plot.set_waiting("This column could not be read.")
            self.plot.set_runs(None, self._selected_rows())
            return
        if not self._names and self._frame.size:
            self._names = [self._frame.name(row) for row in range(self._frame.size)]
        frame, rows = self._frame, self._rows
        data = ((x, self._kind("x", x)), (y, self._kind("y", y)), made["colour"], made["size"])
        self._offer()
        if len(rows) <= _MANY_ROWS:
            self._tasks.cancel(_SLOT)
            self._show(frame, ScatterRuns.over(*data, frame.run_ids, self._names, rows))
            return
        self._tasks.start(
            _SLOT,
            partial(_made_runs, data, frame.run_ids, self._names, rows),
            done=partial(self._show, frame),
            failed=self._not_made,
        )

    def _show(self, frame: RunFrame, runs: ScatterRuns) -> None:
        if frame is self._frame:
            keys = (self._keys["x"], self._keys["y"])
            self.plot.set_runs(runs, self._selected_rows(), keep_view=keys == self._drawn)
            self._drawn = keys
            self.status_changed.emit()

    def _not_made(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    def _kind(self, role: str, data: AxisData) -> ScaleKind:
        """The scale that the person chose, else the one that suits the values."""
        kind = self._scales[role]
        if kind is None:
            kind = ScaleKind.CATEGORY
            if data.codes is None or data.numeric:
                kind = suggested_kind(data.values[data.present & np.isfinite(data.values)])
            self._scales[role] = kind
        return kind

    def _axis(self, key: ColumnKey | None) -> AxisData | None:
        column = None if key is None else self._frame.column(key)
        if key is None or column is None:
            return None
        made = self._made.get(key)
        if made is None or made[0] is not column:
            made = self._made[key] = (column, axis_data(key, column))
        return made[1]

    def _selected_rows(self) -> Ints:
        row_of = self._frame.row_of
        return np.array([row for run_id in self._ids if (row := row_of.get(run_id)) is not None], np.int32)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon()


def _made_runs(
    data: tuple[tuple[AxisData, ScaleKind], tuple[AxisData, ScaleKind], AxisData | None, AxisData | None],
    ids: Sequence[str],
    names: Sequence[str],
    rows: Ints,
    _token: Token,
) -> ScatterRuns:
    return ScatterRuns.over(*data, ids, names, rows)
