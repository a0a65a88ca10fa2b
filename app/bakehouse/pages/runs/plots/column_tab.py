"""What tabs share that draw the visible runs over a few chosen columns: choosers, loading, and when to draw."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.axes import AxisData, axis_data
from bakehouse.analysis.columns import Column, Ints
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.scales import ScaleKind, suggested_kind
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_ID, RUN_NAME, ColumnKey
from bakehouse.domain.errors import BakehouseError
from bakehouse.exports.run_tables import RunRows, run_table
from bakehouse.exports.tables import TableSource
from bakehouse.pages.runs.plots.tab import PlotTab, TableMaker
from bakehouse.pages.runs.visible_runs import is_system_tag
from bakehouse.personal.view_format import Json, key_of, key_value
from bakehouse.plots.canvas import PlotCanvas
from bakehouse.plots.drawing import Drawing
from bakehouse.store.reading import Reader
from bakehouse.tasks import TaskRunner
from bakehouse.theme import Theme
from bakehouse.widgets.column_picker import ColumnPicker

_MANY_ROWS = 20_000
"""Above this the axes are made in a task."""
_SELECTED_AT_MOST = 1_000

Make = Callable[[], Any]

NO_RUNS_YET = "There are no runs here yet."


class ColumnTab(PlotTab):
    """Owns which column plays which role and on which scale. GUI thread; who extends it makes and shows the runs."""

    runs_selected = Signal(object, bool)
    """list[str] of run ids; whether they add to the selection."""

    def __init__(
        self,
        tasks: TaskRunner,
        canvas: PlotCanvas,
        said: Callable[[], str],
        pickers: Mapping[str, ColumnPicker],
        parent: QWidget | None = None,
    ) -> None:
        """`canvas` is the plot, `said` what it draws in words, `pickers` the chooser of each role."""
        super().__init__(parent)
        self._tasks = tasks
        self._canvas, self._said = canvas, said
        self._slot = f"runs.{canvas.objectName()}"
        self._frame = RunFrame([])
        self._rows: Ints = np.empty(0, np.int32)
        self._ids: tuple[str, ...] = ()
        self._pickers = dict(pickers)
        self.keys: dict[str, ColumnKey | None] = dict.fromkeys(self._pickers)
        """The column in each role."""
        self.scales: dict[str, ScaleKind | None] = dict.fromkeys(self._pickers)
        """The scale of each role, None until one is chosen or suggested."""
        self._made: dict[ColumnKey, tuple[Column, AxisData]] = {}
        self._is_shown = False
        for role, picker in self._pickers.items():
            picker.setObjectName(f"{canvas.objectName()}_{role}")
            self.tool_row.addWidget(picker)
            picker.picked.connect(partial(self.pick, role))
            picker.scaled.connect(partial(self.scale, role))
        self._later = QTimer(self, singleShot=True, interval=30)
        self._later.timeout.connect(self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(canvas)

    @abstractmethod
    def first_keys(self, axes: Sequence[ColumnKey]) -> dict[str, ColumnKey | None]:
        """The columns to start with, from the most telling ones."""

    @abstractmethod
    def maker(self, data: Mapping[str, AxisData | None], rows: Ints) -> Make | None:
        """What makes the runs for the plot, None where a column that there must be cannot be had."""

    @abstractmethod
    def show_made(self, made: Any) -> None:
        """Show what `maker`'s result made."""

    @abstractmethod
    def say(self, sentence: str) -> None:
        """Why there is nothing to draw; empty when there is."""

    @override
    def set_theme(self, theme: Theme) -> None:
        for picker in self._pickers.values():
            picker.set_theme(theme)

    # What the panel tells

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        self._frame = frame
        self._made.clear()
        self._rows = np.arange(frame.size, dtype=np.int32)
        if not keep:
            self.keys = dict.fromkeys(self._pickers)
            self.scales = dict.fromkeys(self._pickers)
        self._offer()
        self._soon()

    @override
    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        self.keys = self.first_keys(axes)
        self._offer()
        self._want()

    @override
    def column_changed(self, key: ColumnKey) -> None:
        if key in self.keys.values():
            self._soon()

    @override
    def show_rows(self, rows: Ints) -> None:
        if not np.array_equal(rows, self._rows):
            self._rows = rows
            self._soon()

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._ids = tuple(ids[:_SELECTED_AT_MOST])

    @override
    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        self._want()

    @property
    @override
    def columns(self) -> list[ColumnKey]:
        return [key for key in self.keys.values() if key is not None] if self._is_shown else []

    @override
    def drawing(self) -> Drawing | None:
        return self._canvas.drawing()

    @override
    def data(self) -> TableMaker | None:
        return run_columns(self._frame, self._rows, self.columns) if self._canvas.has_picture else None

    @override
    def status(self) -> str:
        return self._said()

    @override
    def settings(self) -> dict[str, Json]:
        return {
            role: {"column": key_value(key) if key is not None else None, "scale": self.scales[role]}
            for role, key in self.keys.items()
        }

    @override
    def restore(self, settings: Mapping[str, Json]) -> None:
        for role in self.keys:
            kept = settings.get(role)
            if not isinstance(kept, dict):
                continue
            key, scale = key_of(kept.get("column")), kept.get("scale")
            if kept.get("column") is not None and (key is None or key.latest not in self._frame.states):
                continue  # these runs have no such column: what is shown stays
            self.keys[role] = key
            self.scales[role] = ScaleKind(scale) if scale in set(ScaleKind) else None
        self._offer()
        self._want()

    # What the person chooses

    def pick(self, role: str, key: ColumnKey | None) -> None:
        """Put another column in a role, on the scale that suits it."""
        self.keys[role], self.scales[role] = key, None
        self._want()

    def scale(self, role: str, kind: ScaleKind) -> None:
        """Put the column of a role on another scale."""
        self.scales[role] = kind
        self.settings_changed.emit()
        self._soon()

    # Inside

    def _offer(self) -> None:
        """Fill the choosers with what the frame has: params and metrics first."""
        keys = sorted(
            (key for key in self._frame.keys if not is_system_tag(key)),
            key=lambda key: ((2, 0, 1, 3)[key.kind], key.name.startswith("system/"), key.name.casefold()),
        )
        for role, picker in self._pickers.items():
            picker.offer(keys, self.keys[role], self.scales[role])

    def _want(self) -> None:
        if self._is_shown:
            self.columns_wanted.emit(self.columns)
            self._soon()

    def _soon(self) -> None:
        """Several columns and filters arrive together: one picture for all."""
        if self._is_shown and not self._later.isActive():
            self._later.start()

    def _draw(self) -> None:
        if not (self._is_shown and self.isVisible()):
            return
        missing = sum(self._frame.can_load(key) for key in self.columns)
        self.say(f"Reading {missing} {'column' if missing == 1 else 'columns'}…" if missing else "")
        if missing:
            return  # the last of them will come back here
        data = {role: self._axis(key) for role, key in self.keys.items()}
        for role, axis in data.items():
            self._suggest(role, axis)
        make = self.maker(data, self._rows)
        self._offer()
        if make is None:
            self._tasks.cancel(self._slot)
            self.say("This column could not be read." if self.columns else "")
        elif len(self._rows) <= _MANY_ROWS:
            self._tasks.cancel(self._slot)
            self.say("" if self._frame.size else NO_RUNS_YET)
            self._show(self._frame, make())
        else:
            work = partial(_made, make)
            self._tasks.start(self._slot, work, done=partial(self._show, self._frame), failed=self._not_made)

    def _show(self, frame: RunFrame, made: Any) -> None:
        if frame is self._frame:
            self.show_made(made)
            self.status_changed.emit()

    def _not_made(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    def _suggest(self, role: str, data: AxisData | None) -> None:
        """Where the person chose no scale, the one that suits the values."""
        if data is not None and self.scales[role] is None:
            is_words = data.codes is not None and not data.numeric
            finite = data.values[data.present & np.isfinite(data.values)]
            self.scales[role] = ScaleKind.CATEGORY if is_words else suggested_kind(finite)

    def _axis(self, key: ColumnKey | None) -> AxisData | None:
        column = None if key is None else self._frame.column(key)
        if key is None or column is None:
            return None
        made = self._made.get(key)
        if made is None or made[0] is not column:
            made = self._made[key] = (column, axis_data(key, column))
        return made[1]

    def selected_rows(self) -> Ints:
        """int32[m]: the rows of the selected runs, in selection order."""
        row_of = self._frame.row_of
        return np.array([row for run_id in self._ids if (row := row_of.get(run_id)) is not None], np.int32)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon()


def run_columns(frame: RunFrame, rows: Ints, columns: Sequence[ColumnKey]) -> TableMaker:
    """What makes a table of these runs with their ids, names and `columns`."""
    keys = list(dict.fromkeys([RUN_ID, RUN_NAME, *columns]))
    return partial(_run_columns, RunRows.of_frame(frame, rows, keys), keys)


def _run_columns(runs: RunRows, keys: Sequence[ColumnKey], reader: Callable[[], Reader], token: Token) -> TableSource:
    return run_table(runs, keys, reader, token)


def _made(make: Make, _token: Token) -> Any:
    return make()
