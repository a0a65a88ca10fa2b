"""Parallel coordinates of the visible runs, with the choosers of axes and colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.columns import Ints
from bakehouse.analysis.frame import ColumnState, RunFrame
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import visible
from bakehouse.pages.runs.plots.axis_menu import axis_menu
from bakehouse.pages.runs.plots.axis_plan import AxisPlan, Made, PreparedAxes, made_of, made_runs, prepared_axes
from bakehouse.pages.runs.plots.axis_terms import split_terms
from bakehouse.pages.runs.plots.column_tab import NO_RUNS_YET, run_columns
from bakehouse.pages.runs.plots.tab import PlotTab, TableMaker
from bakehouse.pages.runs.visible_runs import Answer, TermMask, is_system_tag
from bakehouse.personal.view_format import Json, key_of, key_value
from bakehouse.plots.drawing import Drawing
from bakehouse.plots.parallel import ParallelPlot
from bakehouse.plots.parallel_canvas import ShownBrush
from bakehouse.plots.parallel_runs import ParallelRuns
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme
from bakehouse.widgets.column_chooser import ColumnChooser
from bakehouse.widgets.column_picker import ColumnPicker

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


class ParallelTab(PlotTab):
    """Owns the plot, which axes and colour it has, and when it is drawn anew."""

    title = "Parallel coordinates"
    label = "Parallel"

    brushes_edited = Signal(object)
    """dict[ColumnKey, Brush | None]: what the filter shall say of these columns."""

    def __init__(self, theme: Theme, tasks: TaskRunner, colors: RunColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._frame = RunFrame([])
        self._terms: tuple[TermMask, ...] = ()
        self._ids: tuple[str, ...] = ()
        self._plan = AxisPlan()
        self._defaults: list[ColumnKey] = []
        self._made: dict[ColumnKey, Made] = {}
        self._prepared: PreparedAxes | None = None
        self._shown_frame: RunFrame | None = None
        self._is_shown = False
        self.plot = ParallelPlot(theme, colors)
        self._clear = QPushButton("Clear brushes")
        self._clear.setProperty("link", "true")
        # What stands beside it must not move while a brush is drawn.
        policy = self._clear.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._clear.setSizePolicy(policy)
        self._clear.hide()
        self._axes_button = QPushButton("Axes")
        self._axes_button.setObjectName("axes_button")
        self._axes_button.setAccessibleName("Choose axes")
        self._colours = ColumnPicker("Colour", theme, none="none")
        self._colours.setObjectName("colour_by")
        self._chooser = ColumnChooser(theme, self)
        self._later = QTimer(self, singleShot=True, interval=30)
        for widget in (self._clear, self._colours, self._axes_button):
            self.tool_row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._connect()

    def _connect(self) -> None:
        self._clear.clicked.connect(self.clear_brushes)
        self._axes_button.clicked.connect(self._choose_axes)
        self._chooser.columns_chosen.connect(self._axes_chosen)
        self._colours.picked.connect(self._colour_by)
        self._later.timeout.connect(self._draw)
        self.plot.brushes_edited.connect(self._brushed)
        self.plot.run_clicked.connect(self.run_clicked)
        self.plot.run_hovered.connect(self.run_hovered)
        self.plot.picture_finished.connect(self.status_changed)
        self.plot.axis_moved.connect(self._move_axis)
        self.plot.axis_flipped.connect(partial(self._act, "flip"))
        self.plot.axis_removed.connect(partial(self._act, "remove"))
        self.plot.axis_menu_requested.connect(self._open_menu)

    @override
    def set_theme(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        self._chooser.set_theme(theme)
        self._colours.set_theme(theme)

    # What the panel tells

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        known = self._frame.keys if keep else []
        self._frame = frame
        prepared, self._prepared = self._prepared, None
        if not keep:
            self._plan, self._defaults = AxisPlan(), []
        if known != frame.keys:
            self._fill_choosers()
        if keep and prepared is not None and (prepared.frame, prepared.plan) == (frame, self._plan):
            self._show_prepared(prepared)
            return
        self._terms = ()
        if keep:
            self._later.start()  # the old picture stays till the new one is there; columns that are the same are kept
        else:
            self._made.clear()
            self._soon()

    def preparation(self) -> Callable[[RunFrame, Answer | None, Token], PreparedAxes | None] | None:
        """What a task makes of a frame and the filter's answer, for `take`; None while nothing is drawn.

        Of many runs the table shows the news first and the plot follows in a task of its own.
        """
        if not self._plan.columns or not (self._is_shown and self.isVisible()) or self.plot.is_held:
            return None
        if self._frame.size > _MANY_ROWS:
            return None
        return partial(prepared_axes, self._plan, dict(self._made), self.plot.runs)

    def take(self, prepared: PreparedAxes | None) -> None:
        """What `preparation` made for the frame that is shown next."""
        self._prepared = prepared

    def _show_prepared(self, prepared: PreparedAxes) -> None:
        self._tasks.cancel(_SLOT)
        self._made, self._terms = prepared.made, prepared.terms
        if prepared.runs is self.plot.runs:
            self._shown_frame = prepared.frame
            self._show_brushes(prepared.brushes)
            return
        if len(prepared.runs.rows) > _MANY_ROWS:
            self._tasks.stand_back(_DRAWING_MS)
        self._put(prepared.frame, prepared.runs, prepared.brushes)

    @override
    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        self._defaults = list(axes)
        self._change(AxisPlan(tuple(axes), next((k for k in reversed(axes) if k.kind is ColumnKind.METRIC), None)))

    @override
    def column_changed(self, key: ColumnKey) -> None:
        if key in self._plan.columns:
            self._soon()

    def show_terms(self, terms: tuple[TermMask, ...]) -> None:
        """What each term of the filter lets through; those that are brushes on an axis are drawn as such."""
        if any(a is not b for a, b in zip(terms, self._terms, strict=False)) or len(terms) != len(self._terms):
            self._terms = terms
        if self._is_shown and self.isVisible() and not self.plot.is_held:
            self._draw()  # at once: nothing may contradict the table, and where only brushes differ it costs little
        else:
            self._soon()

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._ids = tuple(ids[:_SELECTED_AT_MOST])
        if self._shown_frame is self._frame:
            self.plot.set_selected_rows(self._selected_rows())

    @override
    def show_hovered(self, run_id: str) -> None:
        if self._is_shown and self._shown_frame is self._frame:
            self.plot.hover_row(self._frame.row_of.get(run_id, -1))

    def clear_brushes(self) -> None:
        """Take all brushes out of the filter."""
        brushes, _ = split_terms(self._terms, self._plan.axes, self._frame.size)
        if brushes:
            self.brushes_edited.emit(dict.fromkeys(brushes))

    @override
    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        self._draw()

    @override
    def settings(self) -> dict[str, Json]:
        plan = self._plan
        return {
            "axes": [key_value(key) for key in plan.axes],
            "colour": None if plan.colour is None else key_value(plan.colour),
            "scales": [{**key_value(key), "scale": kind.value} for key, kind in plan.kinds],
            "flipped": [key_value(key) for key in plan.axes if key in plan.flipped],
        }

    @override
    def restore(self, settings: Mapping[str, Json]) -> None:
        known = self._keys_in(settings.get("axes"))
        axes = tuple(known[:_CHOSEN_AT_MOST]) or self._plan.axes
        colour = key_of(settings.get("colour"))
        if "colour" not in settings or (colour is not None and not self._is_known(colour)):
            colour = self._plan.colour
        kinds = {}
        named = settings.get("scales")
        for one in named if isinstance(named, list) else ():
            key = key_of(one)
            if key is not None and isinstance(one, dict) and one.get("scale") in set(ScaleKind):
                kinds[key] = ScaleKind(one["scale"])
        self._change(AxisPlan(axes, colour, tuple(kinds.items()), frozenset(self._keys_in(settings.get("flipped")))))

    def _keys_in(self, value: Json) -> list[ColumnKey]:
        keys = [key_of(one) for one in value] if isinstance(value, list) else []
        return [key for key in dict.fromkeys(keys) if key is not None and self._is_known(key)]

    def _is_known(self, key: ColumnKey) -> bool:
        return key in self._frame.states or key.latest in self._frame.states

    @override
    def status(self) -> str:
        failed = [key for key in self.columns if self._frame.states.get(key) is ColumnState.FAILED]
        unread = [f"{visible(key.search_name, 60)} could not be read" for key in failed]
        return "; ".join(filter(None, [self.plot.status(), *unread]))

    @property
    @override
    def columns(self) -> list[ColumnKey]:
        return list(self._plan.columns)

    # What the person chooses

    @property
    def plan(self) -> AxisPlan:
        """Which columns are drawn and how."""
        return self._plan

    def _change(self, plan: AxisPlan) -> None:
        self._plan = plan
        self._fill_choosers()
        self.columns_wanted.emit(self.columns)
        self._soon()

    def _choose_axes(self) -> None:
        keys = [key for key in self._frame.keys if not is_system_tag(key)]
        self._chooser.open_below(self._axes_button, keys, list(self._plan.axes), self._defaults, self._frame)

    def _axes_chosen(self, keys: Sequence[ColumnKey]) -> None:
        kept = [key for key in self._plan.axes if key in keys]
        axes = [*kept, *(key for key in keys if key not in kept)][:_CHOSEN_AT_MOST]
        self._change(replace(self._plan, axes=tuple(axes)))

    def _colour_by(self, key: ColumnKey | None) -> None:
        self._change(replace(self._plan, colour=key))

    def _move_axis(self, index: int, before: int) -> None:
        axes = self._drawn_axes()
        moved = axes.pop(index)
        axes.insert(before - (before > index), moved)
        self._change(replace(self._plan, axes=tuple(axes)))

    def _drawn_axes(self) -> list[ColumnKey]:
        """The axes as the plot shows them: those whose column could be read."""
        return [choice.data.key for choice in self.plot.runs.choices]

    def _act(self, what: str, index: int) -> None:
        axes = self._drawn_axes()
        key = axes[index]
        if what == "flip":
            self._change(replace(self._plan, flipped=self._plan.flipped ^ {key}))
        elif what in ("left", "right"):
            self._move_axis(index, index - 1 if what == "left" else index + 2)
        elif what == "colour":
            self._colour_by(key)
        elif what == "clear":
            self.plot.set_brushes({key: None})
        elif what == "remove" and len(axes) > 1:
            self._change(replace(self._plan, axes=tuple(one for one in axes if one != key)))

    def _scale(self, index: int, kind: ScaleKind) -> None:
        key = self._drawn_axes()[index]
        kinds = {**dict(self._plan.kinds), key: kind}
        self._change(replace(self._plan, kinds=tuple(kinds.items())))

    def axis_menu(self, index: int) -> QMenu:
        """What can be done with an axis."""
        choice = self.plot.runs.choices[index]
        act, scale = partial(self._act_on, index), partial(self._scale, index)
        kind = self.plot.runs.axes[index].kind
        return axis_menu(choice.data, kind, (index, len(self.plot.runs.choices)), act, scale, self)

    def _act_on(self, index: int, what: str) -> None:
        self._act(what, index)

    def _open_menu(self, index: int, place: QPoint) -> None:
        self.axis_menu(index).popup(place)

    def _fill_choosers(self) -> None:
        plan = self._plan
        self._axes_button.setText(f"Axes {len(plan.axes)}" if plan.axes else "Axes")
        keys = sorted(
            (key for key in self._frame.keys if not is_system_tag(key)),
            key=lambda key: ((2, 1, 0, 3)[key.kind], key.name.startswith("system/"), key.name.casefold()),
        )
        self._colours.offer(keys, plan.colour)

    @override
    def drawing(self) -> Drawing | None:
        return self.plot.drawing()

    @override
    def data(self) -> TableMaker | None:
        if not self.plot.has_picture or self.plot.runs.ids is not self._frame.run_ids:
            return None
        rows = self.plot.runs.rows
        return run_columns(self._frame, rows[self.plot.brush_mask()[rows]], self.columns)

    # Inside

    def _soon(self) -> None:
        """Several columns and filters arrive together: one picture for all."""
        if not self._later.isActive():
            self._later.start()

    def _draw(self) -> None:
        if not (self._is_shown and self.isVisible()):
            return
        if self.plot.is_held:
            self._soon()  # what the person holds stays where it is until it is let go
            return
        waiting = (ColumnState.UNLOADED, ColumnState.LOADING)
        missing = sum(self._frame.states.get(key) in waiting for key in self.columns)
        nothing = "" if self._frame.size else NO_RUNS_YET
        self.plot.set_waiting(f"Reading {missing} {'column' if missing == 1 else 'columns'}…" if missing else nothing)
        if missing:
            return  # the last of them will come back here: one picture instead of one for each
        frame, plan = self._frame, self._plan
        brushes, rows = split_terms(self._terms_of(frame), plan.axes, frame.size)
        if len(rows) <= _MANY_ROWS or self._is_made():
            self._tasks.cancel(_SLOT)
            axes, colour = plan.choices(self._make())
            if self.plot.shows(axes, colour, frame.run_ids, rows):
                self._shown_frame = frame
                self.plot.name_runs(frame.names)
                self.plot.set_selected_rows(self._selected_rows())
                self._show_brushes(brushes)
                return
            if len(rows) <= _MANY_ROWS:
                self._put(frame, ParallelRuns.over(axes, colour, frame.run_ids, frame.names, rows), brushes)
                return
        columns = {key: column for key in plan.columns if (column := frame.column(key)) is not None}
        work = partial(made_runs, plan, columns, dict(self._made), frame.run_ids, frame.names, rows)
        self._tasks.start(_SLOT, work, done=partial(self._show_made, frame), failed=self._not_made)

    def _terms_of(self, frame: RunFrame) -> tuple[TermMask, ...]:
        return tuple(term for term in self._terms if len(term.mask) == frame.size)

    def _is_made(self) -> bool:
        return all(
            key in self._made and self._made[key].column is self._frame.column(key)
            for key in self.columns
            if self._frame.column(key) is not None
        )

    def _make(self) -> dict[ColumnKey, Made]:
        columns = {key: column for key in self.columns if (column := self._frame.column(key)) is not None}
        self._made = made_of(columns, self._made)
        return self._made

    def _show_made(self, frame: RunFrame, result: tuple[dict[ColumnKey, Made], ParallelRuns]) -> None:
        if frame is not self._frame:
            return
        if self.plot.is_held:
            self._soon()
            return
        self._made, runs = result
        brushes, _ = split_terms(self._terms_of(frame), self._plan.axes, frame.size)
        self._tasks.stand_back(_DRAWING_MS)
        self._put(frame, runs, brushes)

    def _not_made(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    def _put(self, frame: RunFrame, runs: ParallelRuns, brushes: Mapping[ColumnKey, ShownBrush]) -> None:
        self._shown_frame = frame
        self.plot.set_runs(runs, self._selected_rows(), brushes)
        self._clear.setVisible(bool(brushes))
        self.status_changed.emit()

    def _show_brushes(self, brushes: Mapping[ColumnKey, ShownBrush]) -> None:
        self.plot.show_brushes(brushes)
        self._clear.setVisible(bool(brushes))
        self.status_changed.emit()

    def _selected_rows(self) -> Ints:
        row_of = self._frame.row_of
        return np.array([row for run_id in self._ids if (row := row_of.get(run_id)) is not None], np.int32)

    def _brushed(self, brushes: Mapping[ColumnKey, object]) -> None:
        self._clear.setVisible(bool(self.plot.brushes()))
        self.status_changed.emit()
        self.brushes_edited.emit(brushes)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon()
