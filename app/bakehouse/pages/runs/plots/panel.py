"""The plots below the run table: one in front, all told of the runs, the visible ones and the selected ones."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.columns import Ints
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.columns import ColumnKey
from bakehouse.pages.runs.plots.axis_plan import PreparedAxes
from bakehouse.pages.runs.plots.compare_tab import CompareTab
from bakehouse.pages.runs.plots.directions import MetricDirections
from bakehouse.pages.runs.plots.distribution_tab import DistributionTab
from bakehouse.pages.runs.plots.history_tab import HistoryTab
from bakehouse.pages.runs.plots.parallel_tab import ParallelTab
from bakehouse.pages.runs.plots.saving import PlotSaving
from bakehouse.pages.runs.plots.scatter_tab import ScatterTab
from bakehouse.pages.runs.plots.tab import PlotTab
from bakehouse.pages.runs.visible_runs import TermMask
from bakehouse.personal.view_format import Json
from bakehouse.settings import Settings
from bakehouse.store.handle import Store
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, RunColors, Theme, ThemeSource
from bakehouse.widgets.labels import ElidedLabel


class PlotPanel(QWidget):
    """Owns the tabs. The page tells it store, frame, visible runs and selection. GUI thread."""

    brushes_edited = Signal(object)
    """dict[ColumnKey, Brush | None]: what the filter shall say of these columns."""
    run_hovered = Signal(str)
    """The run under the pointer, empty for none."""
    run_clicked = Signal(str, bool)
    run_centred = Signal(str)
    """Run id: the current run from now on; the selection stays."""
    runs_selected = Signal(object, bool)
    """list[str] of run ids; whether they add to the selection."""
    columns_wanted = Signal(object)
    """list[ColumnKey]: columns that shall be loaded before others."""
    said = Signal(str)
    settings_changed = Signal()
    """The person has chosen another tab, other axes or another colour."""

    def __init__(
        self,
        themes: ThemeSource,
        tasks: TaskRunner,
        colors: RunColors,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.parallel = ParallelTab(themes.theme, tasks, colors)
        directions = MetricDirections(tasks, self)
        directions.said.connect(self.said)
        self.history = HistoryTab(themes, tasks, colors, directions)
        self.scatter = ScatterTab(themes.theme, tasks, colors)
        self.distribution = DistributionTab(themes.theme, tasks)
        self.compare = CompareTab(themes.theme, tasks, colors, directions)
        self.tabs: list[PlotTab] = [self.parallel, self.history, self.scatter, self.distribution, self.compare]
        self._bar = QTabBar()
        self._bar.setObjectName("plot_tabs")
        self._bar.setAccessibleName("Plots")
        self._bar.setExpanding(False)
        self._bar.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._status = ElidedLabel("", "muted")
        self._status.setObjectName("plot_status")
        self._status.setContentsMargins(GRID + 6, 0, GRID + 6, 5)
        self._stack = QStackedWidget()
        self.saving = PlotSaving(themes, tasks, settings, self.front, self)
        self.saving.said.connect(self.said)
        for tab in self.tabs:
            self._bar.setTabToolTip(self._bar.addTab(tab.label or tab.title), tab.title if tab.label else "")
            self._stack.addWidget(tab)
            tab.tools.hide()
            tab.status_changed.connect(self._say)
            tab.run_clicked.connect(self.run_clicked)
            tab.run_hovered.connect(self.run_hovered)
            tab.columns_wanted.connect(self.columns_wanted)
            tab.columns_wanted.connect(self._tell_settings)
            tab.settings_changed.connect(self.settings_changed)
            tab.said.connect(self.said)
        self._lay_out()
        self.parallel.brushes_edited.connect(self.brushes_edited)
        for chooser in (self.scatter, self.distribution):
            chooser.runs_selected.connect(self.runs_selected)
        self.compare.run_centred.connect(self.run_centred)
        self.compare.selection_wanted.connect(self._select)
        self.compare.histories_wanted.connect(self.show_histories)
        self._bar.currentChanged.connect(self._show_tab)
        self._show_tab(0)

    def _lay_out(self) -> None:
        bar = QWidget()
        bar.setObjectName("plot_bar")
        line = QHBoxLayout(bar)
        line.setContentsMargins(GRID + 6, 4, GRID + 6, 0)
        line.setSpacing(GRID + 4)
        line.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        # Not a stack of widgets, which is as wide as the widest of them.
        for tab in self.tabs:
            line.addWidget(tab.tools)
        line.addWidget(self.saving.button)
        rule = QFrame()
        rule.setProperty("line", "horizontal")
        self._line = line
        self._below = QWidget()
        self._below.setObjectName("plot_tools_below")
        row = QHBoxLayout(self._below)
        row.setContentsMargins(GRID + 6, 4, GRID + 6, 4)
        row.addStretch(1)
        self._row_below = row
        self._below.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self._below)
        layout.addWidget(rule)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._status)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tools()

    def _place_tools(self) -> None:
        """Tools that would press the tabs together or lose words stand on a line below them."""
        tools, margins = self.front().tools, self._line.contentsMargins()
        beside = self._bar.sizeHint().width() + self.saving.button.sizeHint().width() + 3 * self._line.spacing()
        room = self.width() - margins.left() - margins.right() - beside
        is_beside = room >= tools.sizeHint().width()
        place = self._line if is_beside else self._row_below
        if place.indexOf(tools) < 0:
            place.insertWidget(self._line.indexOf(self.saving.button) if is_beside else 0, tools)
        self._below.setVisible(not is_beside)

    def set_theme(self, theme: Theme) -> None:
        for tab in self.tabs:
            tab.set_theme(theme)
        self.saving.set_theme(theme)

    # What the page tells

    def open(self, store: Store) -> None:
        """Show runs of `store` from now on."""
        for tab in self.tabs:
            tab.open(store)
        self.saving.open(store)

    def close_store(self) -> None:
        for tab in self.tabs:
            tab.close_store()
        self.saving.open(None)

    def show_frame(self, frame: RunFrame, *, keep: bool = False, prepared: PreparedAxes | None = None) -> None:
        """Show other runs; axes stay with `keep` (a refresh), else they wait for `set_axes`.

        `prepared` is what a task made of the frame by `parallel.preparation`.
        """
        self.parallel.take(prepared)
        for tab in self.tabs:
            tab.show_frame(frame, keep=keep)

    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        """The columns to start with."""
        for tab in self.tabs:
            tab.set_axes(axes)

    def column_changed(self, key: ColumnKey) -> None:
        """A column has arrived or failed."""
        for tab in self.tabs:
            tab.column_changed(key)

    def show_rows(self, rows: Ints, terms: tuple[TermMask, ...]) -> None:
        """The filter lets these runs (rows of the frame) through, and each of its `terms` those of its mask."""
        for tab in self.tabs:
            tab.show_rows(rows)
        self.parallel.show_terms(terms)

    def show_hovered(self, run_id: str) -> None:
        """The pointer is over this run, here or elsewhere (empty: over none)."""
        self.tabs[self._bar.currentIndex()].show_hovered(run_id)

    def show_selection(self, ids: Sequence[str]) -> None:
        """Draw these runs on top, and their histories."""
        for tab in self.tabs:
            tab.show_selection(ids)

    def refresh(self) -> None:
        """The store has changed: read again what the tabs have read themselves."""
        for tab in self.tabs:
            tab.refresh()

    def show_histories(self) -> None:
        """Bring the histories of the selected runs forward."""
        self.bring_forward(self.history)

    def show_comparison(self) -> None:
        """Bring the selected runs side by side forward."""
        self.bring_forward(self.compare)

    def front(self) -> PlotTab:
        """The tab that is shown."""
        return self.tabs[self._bar.currentIndex()]

    def bring_forward(self, tab: PlotTab) -> None:
        """Show `tab`."""
        self._bar.setCurrentIndex(self.tabs.index(tab))

    def settings(self) -> dict[str, Json]:
        """What a view keeps of the plots: the tab in front, and of each tab what was chosen there."""
        tabs = {tab.title: tab.settings() for tab in self.tabs}
        return {"front": self.tabs[self._bar.currentIndex()].title, "tabs": tabs}

    def restore(self, settings: Json) -> None:
        """Take up what a view has kept, as far as it fits."""
        if not isinstance(settings, dict):
            return
        kept = settings.get("tabs")
        for tab in self.tabs:
            if isinstance(kept, dict) and isinstance(kept.get(tab.title), dict):
                tab.restore(kept[tab.title])
            if settings.get("front") == tab.title:
                self.bring_forward(tab)

    @property
    def columns(self) -> list[ColumnKey]:
        """The columns that the tabs draw, each once."""
        return list(dict.fromkeys(key for tab in self.tabs for key in tab.columns))

    # Inside

    def _select(self, ids: Sequence[str]) -> None:
        self.runs_selected.emit(ids, False)

    def _show_tab(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        for other, tab in enumerate(self.tabs):
            tab.tools.setVisible(other == place)
            tab.set_shown(other == place)
        self._place_tools()
        self._say()
        self.settings_changed.emit()

    def _tell_settings(self, _keys: object) -> None:
        self.settings_changed.emit()

    def _say(self) -> None:
        self._status.setText(self.front().status())
