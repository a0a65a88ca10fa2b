"""The runs page: experiments, run table, plots and inspector, all over one frame and one selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.analysis.brush_terms import with_brushes
from bakehouse.analysis.brushes import Brush
from bakehouse.analysis.order import SortKey
from bakehouse.domain.changes import Changes
from bakehouse.domain.columns import START_TIME, ColumnKey
from bakehouse.domain.history import Place
from bakehouse.domain.registry_edits import RegisterFolder
from bakehouse.domain.runs import RunDetails
from bakehouse.itemmodels.palette_rows import Group
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.pages.page import Page
from bakehouse.pages.runs.artifact_commands import artifact_handlers
from bakehouse.pages.runs.commands import EditCommands
from bakehouse.pages.runs.counting import counted, shown_words
from bakehouse.pages.runs.emptiness import Emptiness
from bakehouse.pages.runs.glimpses import Glimpser
from bakehouse.pages.runs.inspector import RunInspector
from bakehouse.pages.runs.inspector_links import InspectorLinks
from bakehouse.pages.runs.live import LiveRuns
from bakehouse.pages.runs.loading import RunLoader
from bakehouse.pages.runs.panels import RunPanels
from bakehouse.pages.runs.plots import PlotPanel
from bakehouse.pages.runs.run_area import RunArea
from bakehouse.pages.runs.second_table import SecondTable
from bakehouse.pages.runs.selecting import Selecting
from bakehouse.pages.runs.shown_runs import ShownRuns
from bakehouse.pages.runs.sidebar import ExperimentSidebar
from bakehouse.pages.runs.table_tools import TableTools
from bakehouse.pages.runs.visible_runs import VisibleRuns
from bakehouse.pages.runs.whereabouts import Whereabouts
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.tasks import TaskRunner
from bakehouse.theme import Theme, ThemeSource
from bakehouse.widgets.run_table_view import RunTableView

_MINUTE_MS = 60_000
# Of more runs that were edited it is faster to read everything shown anew.
_FOLLOWED_AT_MOST = 500
_LOGGED_ID = "m-"


class RunsPage(Page):
    """Owns the frame, the visible set (the filter's) and the selection, and tells its parts. GUI thread."""

    def __init__(
        self, themes: ThemeSource, tasks: TaskRunner, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._session: Session | None = None
        theme = themes.theme
        self.selection = RunSelection(self)
        self.model = RunTableModel()
        self.model.setParent(self)
        self.model.sort_by([SortKey(START_TIME, True)])
        self.table = RunTableView(self.model, self.selection, theme)
        self.sidebar = ExperimentSidebar(theme)
        self.plots = PlotPanel(themes, tasks, self.selection.colors, settings)
        self.area = RunArea(self.table, self.plots, theme)
        self.filter_bar = self.area.filter_bar
        self._settings = settings
        self._follow_filters()
        self._show_times()
        self.filter_bar.kept.connect(settings.remember_filter)
        self.inspector = RunInspector(themes, tasks)
        self.loader = RunLoader(tasks, self)
        self.visible = VisibleRuns(tasks, self)
        self.selecting = Selecting(tasks, self.table, self.model, self.selection, self.clear_filter, self)
        self.emptiness = Emptiness(self.area, self.model, self.sidebar)
        self.glimpser = Glimpser(tasks, self.table, self.model, self)
        self.tools = TableTools(self, tasks, settings, themes)
        self.visible.only = self.tools.stars.mask_of
        self.live = LiveRuns(self, tasks)
        self.places_been = Whereabouts(self.sidebar, self.filter_bar, self.selection, self.table)
        self.panels = RunPanels(self.sidebar, self.area, self.inspector, settings)
        self.panels.set_theme(theme)
        self._links = InspectorLinks(self.inspector, self.plots, self.tools.columns, self.filter_bar, themes, self)
        self.commands = EditCommands(self.selection, self.sidebar, self)
        self.second = SecondTable(self.area, self.inspector, self._links, themes, tasks, self)
        self.shown = ShownRuns(self)
        self.setFocusProxy(self.table)
        self._minute = QTimer(self, interval=_MINUTE_MS)
        self._minute.timeout.connect(self.model.tick)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panels)
        self._connect()

    def _connect(self) -> None:
        talkers = (
            self.area, self.tools, self.plots, self.inspector, self.second, self.commands.editing,
        )  # fmt: skip
        for told in (*(part.said for part in talkers), self.visible.failed, self.selecting.failed):
            told.connect(self.said)
        for part in (self.tools, self.inspector.note, self.plots.saving):
            part.noticed.connect(self.noticed)
        for change in (self.loader.columns_settled, self.tools.counted, self.second.shown):
            change.connect(self.say)
        knowing = (self.tools, self.commands, self.shown)
        for change in (*(part.context_changed for part in knowing), self.inspector.model_known, self.second.shown):
            change.connect(self.context_changed)
        self._settings.filters_changed.connect(self._follow_filters)
        self._settings.times_changed.connect(self._show_times)
        self._connect_visible()
        self._connect_selection()
        self._connect_edits()

    def _connect_visible(self) -> None:
        self.filter_bar.filter_changed.connect(self.visible.set_text)
        self.visible.changed.connect(self.show_visible)
        self.visible.columns_wanted.connect(self.loader.want)
        self.visible.news.connect(self.filter_bar.show_news)
        self.tools.starred.connect(self.show_visible)
        self.tools.arranged.connect(self.show_emptiness)
        self.area.clear_requested.connect(self.clear_filter)
        self.area.retry_requested.connect(partial(self.refresh, None))
        self.plots.brushes_edited.connect(self._brush)
        self.plots.columns_wanted.connect(self.loader.want)

    def _connect_selection(self) -> None:
        self.selection.changed.connect(self._selection_changed)
        for wanting in (self.selecting, self.second):
            wanting.experiment_wanted.connect(self._show_experiment)
        self.selecting.found.connect(self.second.leave)
        self.selecting.follow(self.plots)
        self.filter_bar.down_pressed.connect(self.selecting.enter_table)
        self.loader.columns_settled.connect(self.inspector.several.refresh)
        self.table.space_pressed.connect(self.toggle_inspector)
        self.plots.run_hovered.connect(self.table.show_hovered)
        self.table.run_hovered.connect(self.plots.show_hovered)
        self._links.run_requested.connect(self.reveal)
        self._links.runs_requested.connect(self.selecting.select_together)
        self._links.model_requested.connect(partial(self.navigate_requested.emit, "models"))

    def _connect_edits(self) -> None:
        self.inspector.register_requested.connect(self._register)
        self.second.register_requested.connect(partial(self.edit_requested.emit, "runs.register"))
        self._links.edit_requested.connect(self.edit_requested)
        self.commands.requested.connect(self.edit_requested)
        self.commands.editing.changed.connect(self.changed)
        self.commands.editing.adding.added.connect(self.inspector.artifacts.refresh)
        self.area.lifecycle_requested.connect(self.commands.toggle_deleted_runs)

    @override
    def set_theme(self, theme: Theme) -> None:
        looks = (self.sidebar, self.table, self.area, self.plots, self.inspector, self.tools, self.panels)
        for part in (*looks, self.second):
            part.set_theme(theme)

    def _follow_filters(self) -> None:
        self.filter_bar.set_history(self._settings.filters)

    def _show_times(self) -> None:
        # Before the model tells of other texts: the table measures then.
        self.table.forget_widths()
        self.model.show_times(relative=self._settings.relative_times)

    # The store

    @override
    def open(self, session: Session) -> None:
        """Show this store's runs from now on."""
        self.close_store()
        self._session = session
        self.emptiness.store = session.store.path
        self.commands.open(session)
        self.inspector.open(session)
        self.second.open(session)
        self.plots.open(session.store)
        self.plots.compare.locator = session.locator
        self._minute.start()
        self.area.wait()
        self.glimpser.open(session.store)
        self.tools.open(session.store)
        self.visible.open(session.store)
        self.loader.open(session.store)
        self.live.open(session.store)

    @override
    def close_store(self) -> None:
        """Forget the store; nothing is read after this."""
        self.tools.close()
        self.loader.close()
        self.glimpser.open(None)
        self.visible.close()
        for part in (self._minute, self.live):
            part.stop()
        self._session = self.emptiness.store = None
        self.commands.close_store()
        self.selecting.finder.forget()
        self.inspector.close_store()
        self.second.close_store()
        self.plots.close_store()
        self.sidebar.show_experiments([])
        self.filter_bar.set_text("")
        self.shown.forget()
        self.places_been.leave()

    @override
    def refresh(self, changes: Changes | None) -> None:
        """Read the store again, at once or after a rest; scroll, selection, order and filter stay."""
        if self._session is None:
            return
        self.second.note_change()
        if changes is None or changes.experiment_ids or len(changes.run_ids) > _FOLLOWED_AT_MOST:
            self.live.load_anew()
        elif changes.run_ids:
            self.live.follow_edit(changes.run_ids)
        else:
            self.inspector.reload()

    @override
    def follow(self) -> None:
        if self._session is not None:
            self.second.note_change()
            self.live.follow()

    # The visible set

    def show_visible(self) -> None:
        """The runs that the filter lets through."""
        self.tell_plots()
        self.model.show_mask(self.visible.mask)
        self.show_emptiness()
        self.say()
        self.context_changed.emit()

    def tell_plots(self) -> None:
        """Which runs are visible."""
        self.plots.show_rows(self.visible.rows(), self.visible.terms)

    def _brush(self, brushes: Mapping[ColumnKey, Brush | None]) -> None:
        """Brushes are terms of the filter; what it cannot say is put back."""
        try:
            text = with_brushes(self.filter_bar.text, brushes)
        except ValueError as error:
            self.said.emit(str(error))
            self.tell_plots()
            return
        self.filter_bar.set_text(text)

    def show_emptiness(self) -> None:
        """The table, or why it has no rows."""
        self.emptiness.show(self.visible.text, starred=self.tools.stars.on, deleted=self.loader.deleted)

    def clear_filter(self) -> None:
        """Show all runs again."""
        self.tools.stars.show_all()
        self.filter_bar.set_text("")

    # Selection

    def _selection_changed(self) -> None:
        self.inspector.show_selection(self.shown.frame, self.selection.ids, self.selection.current)
        self.plots.show_selection(self.selection.ids)
        self.say()
        self.context_changed.emit()

    @override
    def reveal(self, target: object) -> None:
        """Select the run with the id `target`, in its own experiment; or the logged model (`m-...`)."""
        if self._session is None:
            return
        if str(target).startswith(_LOGGED_ID):
            self.second.seek(str(target), self._session.store)
        else:
            self.selecting.seek(str(target), self._session.store)

    @override
    def whereabouts(self) -> Place | None:
        """Experiments, current run and filter."""
        return self.places_been.here()

    @override
    def return_to(self, place: Place) -> None:
        """Show them again."""
        self.places_been.return_to(place, self.shown.frame)

    def _focus_filter(self) -> None:
        if self.second.is_shown:
            self.second.focus_search()
        else:
            self.filter_bar.focus()

    # What the window asks

    @override
    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands this page answers."""
        return {
            **self.commands.handlers(),
            **artifact_handlers(self.inspector.artifacts),
            "runs.filter": self._focus_filter,
            "runs.clear_filter": self.clear_filter,
            **self.tools.handlers(),
            **self.plots.saving.handlers(),
            "runs.select_all": self.selecting.select_all,
            "runs.compare": self.plots.show_comparison,
            "runs.register": self.inspector.request_registration,
        }

    @override
    def context(self, context: Context) -> Context:
        """`context` with what this page knows."""
        return replace(
            self.tools.context(self.commands.context(context)),
            # What cannot be seen is not acted upon.
            selected_runs=0 if self.second.is_shown else len(self.selection.ids),
            run_has_model=self.inspector.has_model and not self.second.is_shown,
        )

    @override
    def summary(self) -> str:
        """What is shown, counted."""
        if self._session is None:
            return ""
        if self.second.is_shown:
            return self.second.summary()
        parts = counted(self.model, self.table.runs.mask)
        parts += self.tools.words()
        left = self.loader.columns_left
        if left and not self.shown.quiet.isActive():
            parts.append(f"{left:,} columns still to read")
        return " · ".join(parts)

    @override
    def place(self) -> str:
        """The experiments whose runs are shown."""
        return self.sidebar.place()

    @override
    def places(self) -> list[Group]:
        """Where the palette can go: every experiment."""
        return (
            []
            if self._session is None
            else [
                self.sidebar.places(str(self._session.store.path), self._go_to),
                *self.tools.view_menu.places(),
            ]
        )

    @override
    def edits(self) -> frozenset[str]:
        return self.commands.edits

    @override
    def begin_edit(self, what: str, argument: object, window: QWidget) -> None:
        self.commands.editing.begin(what, argument, window)

    def _go_to(self, experiment_id: int) -> None:
        self.navigate_requested.emit("runs", None)
        self._show_experiment(experiment_id)

    def _show_experiment(self, experiment_id: int) -> None:
        self.sidebar.select([experiment_id])

    def _register(self, what: RunDetails | RegisterFolder) -> None:
        self.edit_requested.emit("runs.register", what)

    def say(self) -> None:
        """Tell the counts."""
        self.filter_bar.summary.show_count(shown_words(self.model) if self.sidebar.selected else "")
        self.said.emit(self.summary())

    @override
    def panes(self) -> list[QWidget]:
        """Experiments, filter, table, plots, inspector."""
        return [self.sidebar, self.filter_bar, self.table, self.plots, self.inspector]

    @override
    def toggle_sidebar(self) -> None:
        """Show or hide the experiments."""
        self.panels.toggle_sidebar()

    @override
    def toggle_inspector(self) -> None:
        """Show or hide the inspector."""
        self.panels.toggle_inspector()

    @override
    def remember_layout(self) -> None:
        """Keep the panels' sizes for the next session."""
        self.panels.remember()
        self.inspector.note.drafts.keep()
