"""Scatter of the visible runs over any two columns, with the choosers of both, of colour and of size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget
from typing_extensions import override

from bakehouse.analysis.axes import AxisData
from bakehouse.analysis.columns import Ints
from bakehouse.domain.columns import DURATION, START_TIME, ColumnKey, ColumnKind
from bakehouse.pages.runs.plots.column_tab import ColumnTab, Make
from bakehouse.personal.view_format import Json
from bakehouse.plots.scatter import DragMode, ScatterPlot
from bakehouse.plots.scatter_runs import ScatterRuns
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme
from bakehouse.widgets.column_picker import ColumnPicker

_MODES: tuple[tuple[str, DragMode], ...] = (("Select by box", "box"), ("Select by lasso", "lasso"), ("Move", "move"))


class ScatterTab(ColumnTab):
    """Owns the scatter plot and what a drag does on it."""

    title = "Scatter"

    def __init__(self, theme: Theme, tasks: TaskRunner, colors: RunColors, parent: QWidget | None = None) -> None:
        self.plot = ScatterPlot(theme, colors)
        self._drawn: tuple[object, ...] = ()
        pickers = {
            "x": ColumnPicker("X", theme, scales=True),
            "y": ColumnPicker("Y", theme, scales=True),
            "colour": ColumnPicker("Colour", theme, none="none"),
            "size": ColumnPicker("Size", theme, none="equal"),
        }
        super().__init__(tasks, self.plot, self.plot.status, pickers, parent)
        self._modes = QComboBox()
        self._modes.setObjectName("scatter_drag")
        self._modes.setAccessibleName("What a drag does")
        for text, mode in _MODES:
            self._modes.addItem(text, mode)
        self.tool_row.addWidget(self._modes)
        self._modes.activated.connect(self._choose_mode)
        self.plot.run_clicked.connect(self.run_clicked)
        self.plot.runs_selected.connect(self.runs_selected)
        self.plot.run_hovered.connect(self.run_hovered)

    @override
    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)

    @override
    def first_keys(self, axes: Sequence[ColumnKey]) -> dict[str, ColumnKey | None]:
        metrics = [key for key in reversed(axes) if key.kind is ColumnKind.METRIC]
        params = [key for key in axes if key.kind is ColumnKind.PARAM]
        up = next(iter(metrics), DURATION)
        across = next(iter(params), next(iter(metrics[1:]), START_TIME))
        return {"x": across, "y": up, "colour": next(iter(metrics[1:]), None), "size": None}

    @override
    def maker(self, data: Mapping[str, AxisData | None], rows: Ints) -> Make | None:
        x, y = data["x"], data["y"]
        if x is None or y is None:
            return None
        axes = ((x, self.scales["x"]), (y, self.scales["y"]), data["colour"], data["size"])
        return partial(ScatterRuns.over, *axes, self._frame.run_ids, self._frame.names, rows)

    @override
    def show_made(self, made: Any) -> None:
        drawn = tuple(self.keys[role] for role in "xy") + tuple(self.scales[role] for role in "xy")
        self.plot.set_runs(made, self.selected_rows(), keep_view=drawn == self._drawn)
        self._drawn = drawn

    @override
    def say(self, sentence: str) -> None:
        self.plot.set_waiting(sentence)

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        super().show_selection(ids)
        if self._is_shown:
            self.plot.set_selected_rows(self.selected_rows())

    @override
    def show_hovered(self, run_id: str) -> None:
        if self._is_shown:
            self.plot.hover_row(self._frame.row_of.get(run_id, -1))

    @override
    def settings(self) -> dict[str, Json]:
        return super().settings() | {"drag": self.plot.drag_mode}

    @override
    def restore(self, settings: Mapping[str, Json]) -> None:
        super().restore(settings)
        place = next((place for place, (_, mode) in enumerate(_MODES) if mode == settings.get("drag")), -1)
        if place >= 0:
            self._modes.setCurrentIndex(place)
            self.plot.drag_mode = _MODES[place][1]

    def _choose_mode(self, place: int) -> None:
        self.plot.drag_mode = _MODES[place][1]
        self.settings_changed.emit()
