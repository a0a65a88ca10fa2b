"""The histories of chosen metrics in the selected runs, read when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.history_canvas import on_one_canvas
from bakehouse.analysis.history_charts import Chart
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.text import counted, visible
from bakehouse.exports.history_tables import HistoryTable, Shape
from bakehouse.exports.tables import TableSource
from bakehouse.itemmodels.group_keys import group_keys
from bakehouse.pages.runs.plots.directions import MetricDirections
from bakehouse.pages.runs.plots.history_reading import POINTS_AT_MOST, HistoryReading, make_charts, read_histories
from bakehouse.pages.runs.plots.history_tools import HistoryTools
from bakehouse.pages.runs.plots.selection_tab import SelectionTab
from bakehouse.pages.runs.plots.tab import TableMaker
from bakehouse.personal.view_format import Json, key_of, key_value
from bakehouse.plots.drawing import Drawing
from bakehouse.plots.history_grid import HistoryGrid
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import RunColors, Theme, ThemeSource

_CHARTS_SLOT = "runs.history.charts"
_METRICS_AT_MOST = 40
_MANY_POINTS, _MANY_LINES = 100_000, 200
"""Above these the charts are made in a task."""


class HistoryTab(SelectionTab):
    """Owns the charts (made when there is first something to draw), their choosers and what was read for them."""

    title = "History"
    slot = "runs.history"
    name = "history"
    task_title = "Reading the history"
    invitation = "Select runs in the table to see how a metric went."
    runs_at_most = 100

    def __init__(
        self,
        themes: ThemeSource,
        tasks: TaskRunner,
        colors: RunColors,
        directions: MetricDirections,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tasks, parent)
        self._directions = directions
        self._themes = themes
        self._colors = colors
        self.grid: HistoryGrid | None = None
        self._frame = RunFrame([])
        self._reading: HistoryReading | None = None
        self._charts: list[Chart] = []
        self._drawn: tuple[object, ...] = ()
        self._keys: tuple[str, ...] = ()
        self._group: ColumnKey | None = None
        self._all_keys: list[str] = []
        self._preferred: list[str] = []
        self._status = ""
        self.choosers = HistoryTools(themes.theme)
        self.tool_row.addWidget(self.choosers)
        self.choosers.metrics.metrics_chosen.connect(self._metrics_chosen)
        self.choosers.look_changed.connect(self._look_changed)
        self.choosers.group_picked.connect(self._group_picked)
        directions.changed.connect(self._directions_changed)

    @override
    def set_theme(self, theme: Theme) -> None:
        self.choosers.set_theme(theme)
        if self.grid is not None:
            self.grid.set_theme(theme)

    @override
    def clear(self) -> None:
        self._keys, self._group = (), None
        super().clear()

    @override
    def let_go(self) -> None:
        super().let_go()
        self._tasks.cancel(_CHARTS_SLOT)
        self._reading, self._charts, self._drawn = None, [], ()
        if self.grid is not None:
            self.grid.set_charts([])

    @override
    def set_shown(self, shown: bool) -> None:
        super().set_shown(shown)
        self._want()

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        self._frame = frame
        if not keep:
            self.clear()
        names = [key.name for key in frame.keys if key.kind is ColumnKind.METRIC and not key.figure]
        keys = sorted(names, key=lambda name: (name.startswith("system/"), name.casefold()))
        if not keep or keys != self._all_keys:
            self._all_keys = keys
            self.choosers.metrics.offer(keys, self._keys)
        self.choosers.offer_groups(group_keys(frame), self._group)
        self._want()

    @override
    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        self.show_frame(self._frame, keep=True)
        self._preferred = [key.name for key in reversed(axes) if key.kind is ColumnKind.METRIC]

    @override
    def column_changed(self, key: ColumnKey) -> None:
        if key == self._group:
            self._make_charts()

    @override
    def show_hovered(self, run_id: str) -> None:
        if self.grid is not None:
            self.grid.show_hovered(run_id)

    def show_metric(self, key: str) -> None:
        """Draw this metric of the selected runs from now on."""
        self._metrics_chosen([key])

    @property
    @override
    def columns(self) -> list[ColumnKey]:
        return [self._group] if self._group is not None and self._is_shown else []

    @override
    def settings(self) -> dict[str, Json]:
        kept = self.choosers.settings()
        if self._keys:
            kept["metrics"] = list(self._keys)
        if self._group is not None:
            kept["group"] = key_value(self._group)
        return kept

    @override
    def restore(self, settings: Mapping[str, Json]) -> None:
        self.choosers.restore(settings)
        named = settings.get("metrics")
        names = named if isinstance(named, list) else []
        self._keys = tuple(dict.fromkeys(name for name in names if isinstance(name, str)))[:_METRICS_AT_MOST]
        group = key_of(settings.get("group"))
        self._group = group if group in group_keys(self._frame) else None
        self.choosers.metrics.offer(self._all_keys, self._keys)
        self.choosers.offer_groups(group_keys(self._frame), self._group)
        self._want()
        self.soon()
        self._make_charts()

    @override
    def status(self) -> str:
        """What is drawn, counted."""
        return self._status

    @override
    def drawing(self) -> Drawing | None:
        return self.grid.drawing() if self._is_drawn and self.grid is not None else None

    @override
    def data(self) -> TableMaker | None:
        if not self._is_drawn or self._reading is None:
            return None
        return partial(_points, tuple(self._reading.runs), self._reading.keys)

    @property
    def _is_drawn(self) -> bool:
        return self.grid is not None and self._layers.currentWidget() is self.grid

    # Reading

    def _want(self) -> None:
        if self._is_shown:
            self.columns_wanted.emit(self.columns)

    @override
    def asked(self) -> Hashable:
        return (self._ids, self._keys) if self._ids else None

    @override
    def reading(self, store: Store) -> Callable[[Token], HistoryReading]:
        return partial(read_histories, store, self._ids, self._keys, self._preferred, self._reading)

    @override
    def show_read(self, result: HistoryReading) -> None:
        self._reading = result
        self.choosers.metrics.offer(self._all_keys, self._keys or result.keys)
        self._make_charts()

    @override
    def say(self, sentence: str) -> None:
        self._status = ""
        super().say(sentence)

    # Drawing

    def _make_charts(self) -> None:
        reading = self._reading
        if reading is None:
            return
        if self._group is not None and self._frame.can_load(self._group):
            return  # its column will come back here
        row_of, frame, look = self._frame.row_of, self._frame, self.choosers.look
        names = {run_id: frame.name(row_of[run_id]) for run_id in reading.runs if run_id in row_of}
        if look.best == "best":
            self._directions.learn()
        directions = {key: self._directions.of(key)[0] for key in reading.keys}
        work = partial(make_charts, reading, names, look, self._groups(reading), self._charts, directions)
        canvas = self.choosers.on_one_canvas, self.choosers.axes
        drawn = (tuple(reading.runs), reading.keys, look.x_mode, look.log_x, look.log_y, self._group, canvas)
        done = partial(self._show, reading, drawn)
        if reading.points > _MANY_POINTS or reading.lines > _MANY_LINES:
            self._tasks.start(_CHARTS_SLOT, work, done=done, failed=self.failed, lane=Lane.MEMORY)
        else:
            self._tasks.cancel(_CHARTS_SLOT)
            done(work(Token()))

    def _groups(self, reading: HistoryReading) -> dict[str, str] | None:
        """Run id → value of the column that is grouped by; None without one."""
        if self._group is None:
            return None
        column, row_of = self._frame.column(self._group), self._frame.row_of
        if column is None:
            return {}
        return {run_id: column.text(row_of[run_id]) for run_id in reading.runs if run_id in row_of}

    def _show(self, reading: HistoryReading, drawn: tuple[object, ...], charts: list[Chart]) -> None:
        """Everything is shown where other runs, metrics or axes are drawn than before; else the zoom stays."""
        self._charts = charts
        if not charts:
            self.say("The selected runs have no metric.")
            return
        if self.grid is None:
            self.grid = HistoryGrid(self._themes.theme, self._colors)
            self.grid.run_clicked.connect(self.run_clicked)
            self.grid.run_hovered.connect(self.run_hovered)
            self.grid.menu_wanted.connect(self._open_menu)
            self._layers.addWidget(self.grid)
        self.choosers.set_several(len(charts) > 1)
        shown = [on_one_canvas(charts, self.choosers.axes)] if self.choosers.on_one_canvas else charts
        self.grid.set_charts(shown, keep=drawn == self._drawn)
        self._drawn = drawn
        self._layers.setCurrentWidget(self.grid)
        self._status = self._said(reading)
        self.status_changed.emit()

    def _said(self, reading: HistoryReading) -> str:
        with_points = sum(bool(run.histories) for run in reading.runs.values())
        metrics = f" × {len(reading.keys)} metrics" if len(reading.keys) > 1 else ""
        parts = [f"{counted(reading.points, 'point')} of {counted(with_points, 'run')}{metrics}"]
        without = len(reading.runs) - with_points
        if without:
            parts.append(f"{without:,} without {visible(reading.keys[0], 40) if not metrics else 'any of them'}")
        nowhere = len(set(self._keys) - set(reading.keys))
        if nowhere:
            parts.append(f"{counted(nowhere, 'chosen metric')} in none of these runs")
        if reading.left_out:
            parts.append(f"{counted(reading.left_out, 'run')} left out beyond {POINTS_AT_MOST // 1_000_000} M points")
        parts += filter(None, [self.left_out])
        if self.choosers.look.best == "best":
            unknown = [chart.key for chart in self._charts if not chart.look.best]
            if unknown:
                parts.append(f"no direction known of {visible(unknown[0], 40)}{_others(len(unknown) - 1)}: not marked")
        parts += dict.fromkeys(said for chart in self._charts if (said := chart.said()))
        return "; ".join(parts)

    # What the person chooses

    def _metrics_chosen(self, keys: Sequence[str]) -> None:
        if len(keys) > _METRICS_AT_MOST:
            self.said.emit(f"At most {_METRICS_AT_MOST} metrics are drawn at a time.")
        self._keys = tuple(keys[:_METRICS_AT_MOST])
        self.choosers.metrics.offer(self._all_keys, self._keys)
        self._want()
        self.soon()

    def _look_changed(self) -> None:
        self._want()
        self._make_charts()

    def _directions_changed(self) -> None:
        if self.choosers.look.best == "best":
            self._make_charts()

    def menu(self, metrics: Sequence[str]) -> QMenu:
        """Which way each of these metrics is better."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(metrics) == 1:
            self._directions.fill(menu, metrics[0])
            return menu
        for metric in metrics:
            self._directions.fill(menu.addMenu(visible(metric, 60).replace("&", "&&")), metric)
        return menu

    def _open_menu(self, metrics: Sequence[str], at: QPoint) -> None:
        self._directions.learn()
        self.menu(metrics).popup(at)

    def _group_picked(self, key: ColumnKey | None) -> None:
        self._group = key
        self._want()
        self._make_charts()


def _others(count: int) -> str:
    return f" and {counted(count, 'other')}" if count else ""


def _points(run_ids: Sequence[str], keys: Sequence[str], reader: Callable[[], Reader], token: Token) -> TableSource:
    """Every point of these metrics of these runs, one a row."""
    return HistoryTable(reader(), run_ids, [""] * len(run_ids), keys, Shape.LONG, token)
