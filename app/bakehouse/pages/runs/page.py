"""The runs page: experiments, run table, plots and inspector, all over one frame and one selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.actions import COPY_AS, Context
from bakehouse.analysis.brush_terms import with_brushes
from bakehouse.analysis.brushes import Brush
from bakehouse.analysis.frame import RunFrame, default_columns
from bakehouse.analysis.growing import attributes_differ
from bakehouse.analysis.order import SortKey
from bakehouse.domain.changes import Changes
from bakehouse.domain.columns import START_TIME, ColumnKey
from bakehouse.domain.history import Place
from bakehouse.domain.runs import Experiment, RunDetails
from bakehouse.exports.formats import Format
from bakehouse.itemmodels.palette_rows import Group
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.pages.page import Page
from bakehouse.pages.runs.artifact_commands import artifact_handlers
from bakehouse.pages.runs.cell_menu import cell_menu
from bakehouse.pages.runs.commands import MENU_COMMANDS, EditCommands
from bakehouse.pages.runs.copying import RunCopying
from bakehouse.pages.runs.counting import counted, shown_words
from bakehouse.pages.runs.differing import DifferingColumns
from bakehouse.pages.runs.emptiness import Emptiness
from bakehouse.pages.runs.exporting import RunExporting
from bakehouse.pages.runs.glimpses import Glimpser
from bakehouse.pages.runs.header_menu import ColumnMenus
from bakehouse.pages.runs.inspector import RunInspector
from bakehouse.pages.runs.inspector_links import InspectorLinks
from bakehouse.pages.runs.live import LiveRuns, Prepared
from bakehouse.pages.runs.loading import Reloaded, RunLoader, Survey
from bakehouse.pages.runs.panels import RunPanels
from bakehouse.pages.runs.plots import PlotPanel, first_axes
from bakehouse.pages.runs.run_area import RunArea
from bakehouse.pages.runs.second_table import SecondTable
from bakehouse.pages.runs.selecting import Selecting
from bakehouse.pages.runs.sidebar import ExperimentSidebar
from bakehouse.pages.runs.stars import RunStars
from bakehouse.pages.runs.table_columns import TableColumns
from bakehouse.pages.runs.table_groups import TableGroups
from bakehouse.pages.runs.view_menu import ViewMenu
from bakehouse.pages.runs.view_rows import RowSection
from bakehouse.pages.runs.views import RunViews
from bakehouse.pages.runs.visible_runs import VisibleRuns
from bakehouse.pages.runs.whereabouts import Whereabouts
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.tasks import TaskRunner
from bakehouse.theme import Theme, ThemeSource
from bakehouse.widgets.run_table_view import RunTableView

_QUIET_MS = 300
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
        self._tasks = tasks
        self._session: Session | None = None
        self._frame = RunFrame([])
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
        self._glimpser = Glimpser(tasks, self.table, self.model, self)
        self.columns = TableColumns(self.table, self.model, self.filter_bar, self.loader, theme, self)
        self._column_menus = ColumnMenus(self.columns, self)
        self.differing = DifferingColumns(tasks, self)
        self.views = RunViews(self.columns, self.filter_bar, tasks, self)
        self.views.keep("plots", self.plots.settings, self.plots.restore)
        self.views.keep(
            "only_differing", lambda: self.differing.is_wanted, lambda one: self.differing.want(one is True)
        )
        self.view_menu = ViewMenu(self.views, self.filter_bar.view_button, self)
        self.live = LiveRuns(self, tasks)
        self._experiments: Sequence[Experiment] = ()
        self.copying = RunCopying(tasks, self.table, lambda: self.inspector.details, self)
        self.exporting = RunExporting(tasks, self.model, self.selection, themes, self)
        self.stars = RunStars(tasks, self.model, self.filter_bar, themes, self)
        self.groups = TableGroups(self.model, self.filter_bar, self.loader, settings, themes, self)
        rows = RowSection(self.groups, self.stars)
        self.views.keep("rows", rows.capture, rows.restore)
        for part in (self.groups, self.stars):
            part.changed.connect(self.views.touch)
        self.visible.only = self.stars.mask_of
        self._whereabouts = Whereabouts(self.sidebar, self.filter_bar, self.selection, self.table)
        self.panels = RunPanels(self.sidebar, self.area, self.inspector, settings)
        self.panels.set_theme(theme)
        self._links = InspectorLinks(self.inspector, self.plots, self.columns, self.filter_bar, themes, self)
        self.commands = EditCommands(self.selection, self.sidebar, self)
        self.second = SecondTable(self.area, self.inspector, self._links, themes, tasks, self)
        self.setFocusProxy(self.table)
        self._make_timers()
        self._connect()

    def _make_timers(self) -> None:
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(partial(self.model.show_waiting, True))
        self._minute = QTimer(self, interval=_MINUTE_MS)
        self._minute.timeout.connect(self.model.tick)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panels)

    def _connect(self) -> None:
        talkers = (
            self.area, self.views, self.copying, self.exporting, self.plots, self.inspector, self.second,
            self.commands.editing,
        )  # fmt: skip
        failing = (self.visible, self.selecting, self.differing, self.stars)
        for told in (*(part.said for part in talkers), *(part.failed for part in failing)):
            told.connect(self.said)
        counted_anew = (self.loader.columns_settled, self.columns.sorted, self.stars.counted)
        for change in (*counted_anew, self.groups.changed, self.second.shown):
            change.connect(self._say)
        for change in (self.views.changed, self.groups.changed, self.inspector.model_known, self.second.shown):
            change.connect(self.context_changed)
        self.commands.context_changed.connect(self.context_changed)
        self.selecting.experiment_wanted.connect(self._show_experiment)
        self.second.experiment_wanted.connect(self._show_experiment)
        self.selecting.found.connect(self.second.leave)
        self.selecting.follow(self.plots)
        self.filter_bar.down_pressed.connect(self.selecting.enter_table)
        self._settings.filters_changed.connect(self._follow_filters)
        self._settings.times_changed.connect(self._show_times)
        self.sidebar.chosen.connect(self._load_runs)
        self.filter_bar.filter_changed.connect(self.visible.set_text)
        self.visible.changed.connect(self._show_visible)
        self.visible.columns_wanted.connect(self.loader.want)
        self.visible.news.connect(self.filter_bar.show_news)
        self.area.clear_requested.connect(self.clear_filter)
        self.area.retry_requested.connect(partial(self.refresh, None))
        self.loader.experiments_loaded.connect(self._experiments_loaded)
        self.loader.frame_loaded.connect(self._show_frame)
        self.loader.surveyed.connect(self._surveyed)
        self.loader.column_changed.connect(self._column_changed)
        self.loader.columns_settled.connect(self.inspector.several.refresh)
        self.loader.reloaded.connect(self._reloaded)
        self.loader.failed.connect(self._failed)
        self.selection.changed.connect(self._selection_changed)
        self.table.space_pressed.connect(self.toggle_inspector)
        self.columns.chooser.differing_toggled.connect(self.differing.want)
        self.differing.changed.connect(self._show_differing)
        self.plots.settings_changed.connect(self.views.touch)
        self.groups.changed.connect(self._show_emptiness)
        self.table.star_requested.connect(self._turn_stars)
        self.stars.changed.connect(self._show_visible)
        self.table.menu_requested.connect(self._open_menu)
        self.table.copy_requested.connect(partial(self.copying.copy_rows, Format.TSV))
        for part in (self.exporting, self.inspector.note):
            part.noticed.connect(self.noticed)
        self.plots.brushes_edited.connect(self._brush)
        self.plots.run_hovered.connect(self.table.show_hovered)
        self.table.run_hovered.connect(self.plots.show_hovered)
        self.plots.columns_wanted.connect(self.loader.want)
        self.plots.saving.noticed.connect(self.noticed)
        self.inspector.register_requested.connect(self._register)
        self._links.run_requested.connect(self.reveal)
        self._links.runs_requested.connect(self.selecting.select_together)
        self._links.model_requested.connect(partial(self.navigate_requested.emit, "models"))
        self._links.edit_requested.connect(self.edit_requested)
        self.commands.requested.connect(self.edit_requested)
        self.commands.lifecycle_changed.connect(self._load_selected)
        self.commands.editing.changed.connect(self.changed)
        self.commands.editing.adding.added.connect(self.inspector.artifacts.refresh)
        self.area.lifecycle_requested.connect(self.commands.toggle_deleted_runs)
        self.second.register_requested.connect(partial(self.edit_requested.emit, "runs.register"))

    @override
    def set_theme(self, theme: Theme) -> None:
        looks = (self.sidebar, self.table, self.area, self.plots, self.inspector, self.columns, self.panels)
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
        self._glimpser.open(session.store)
        self.copying.open(session.store)
        self.exporting.open(session.store)
        self.visible.open(session.store)
        self.views.open(session.store)
        self.differing.open(session.store)
        self.stars.open(session.store.path)
        self.loader.open(session.store)
        self.live.open(session.store)

    @override
    def close_store(self) -> None:
        """Forget the store; nothing is read after this."""
        self.views.close()
        self.differing.open(None)
        self.loader.close()
        self._glimpser.open(None)
        self.copying.open(None)
        self.exporting.open(None)
        self.visible.close()
        self.stars.close()
        for part in (self._quiet, self._minute, self.live):
            part.stop()
        self._session = self.emptiness.store = None
        self.commands.close_store()
        self.selecting.finder.forget()
        self.inspector.close_store()
        self.second.close_store()
        self.plots.close_store()
        self.sidebar.show_experiments([])
        self.filter_bar.set_text("")
        self._show_frame(RunFrame([]))
        self._whereabouts.leave()

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

    # Loading

    def _experiments_loaded(self, experiments: Sequence[Experiment]) -> None:
        self._experiments = experiments
        self.sidebar.show_experiments(experiments)
        self.stars.know(experiments)
        active = self.sidebar.model.active
        if not active:
            self.emptiness.no_experiments()
        elif not self.sidebar.selected:
            # The one most people came for: the fullest.
            self.sidebar.select([max(active, key=lambda one: one.active_runs).experiment_id])
        self.context_changed.emit()

    def _load_runs(self, experiment_ids: Sequence[int]) -> None:
        self.live.given_up()
        self._whereabouts.leave()
        self.area.wait()
        names = {one.experiment_id: one.name for one in self.sidebar.model.known.values()}
        deleted = self.commands.shows_deleted
        self.area.show_lifecycle(deleted)
        self.loader.load_runs(experiment_ids, names, deleted=deleted)
        self.second.show_experiments(experiment_ids)
        self.context_changed.emit()

    def _load_selected(self) -> None:
        self._load_runs(self.sidebar.selected)

    def _show_frame(self, frame: RunFrame) -> None:
        self._frame = frame
        self.views.before_frame(self.sidebar.selected)
        self.model.show_waiting(False)
        self.model.show_frame(frame, self.columns.first(several=len(self.sidebar.selected) > 1))
        self.table.runs.adopt_frame()
        self.table.forget_widths()
        self.table.scrollToTop()
        self.plots.show_frame(frame)
        self._quiet.start()
        self.visible.show_frame(frame)
        self._show_visible()
        self.columns.count()
        sought = self._whereabouts.frame_shown(frame) or self.selecting.finder.frame_shown(frame)
        if not sought:
            self.selecting.select_first()

    def _surveyed(self, survey: Survey) -> None:
        self.filter_bar.line.set_vocabulary(self._frame.keys, self._frame.texts_of)
        self.visible.column_arrived()
        self.columns.surveyed(survey)
        self.groups.surveyed()
        self._glimpser.look()
        self.loader.want(self.model.columns)
        axes = default_columns(self._frame, survey.relevance, survey.constant, params=5, metrics=2)
        self.plots.set_axes(first_axes(axes))
        self.differing.show_frame(self._frame, self.sidebar.selected)
        self.views.surveyed()

    def _show_differing(self) -> None:
        wanted = self.differing.is_wanted
        self.columns.chooser.show_same(wanted, self.differing.same if self.differing.is_known else None)
        self.columns.hide_same(self.differing.same if wanted else frozenset())
        self.views.touch()

    def _column_changed(self, key: ColumnKey) -> None:
        self.model.column_changed(key)
        self.plots.column_changed(key)
        if self._frame.column(key) is not None:
            self.visible.column_arrived()
        if any(sort.column == key for sort in self.model.sort_keys):
            self._say()

    def _reloaded(self, result: Reloaded) -> None:
        """The one place where a frame takes another one's place: all of it at once, nothing flickers."""
        if result.experiments != self._experiments:
            self._experiments = result.experiments
            self.sidebar.show_experiments(result.experiments)
            self.context_changed.emit()
        if result.grown is None:
            self.stars.read()
        if not self.sidebar.selected:
            self._experiments_loaded(result.experiments)
            return
        if self.commands.shows_deleted != self.loader.deleted:
            # The chosen experiment was deleted or restored.
            self._load_runs(self.sidebar.selected)
            return
        before, current = self._frame, self.selection.current
        if result.changed is None or result.changed:
            self._swap(result)
        if result.touched is None or not result.touched.isdisjoint(self.selection.ids):
            self.plots.refresh()
        touched = current is not None and (result.touched is None or current in result.touched)
        if touched or (current is not None and attributes_differ(before, self._frame, current)):
            self.live.reload_inspector()

    def _swap(self, result: Reloaded) -> None:
        prepared = result.prepared if isinstance(result.prepared, Prepared) else Prepared()
        self._frame = result.frame
        self.visible.adopt(result.frame, prepared.text, prepared.answer)
        self.plots.show_frame(result.frame, keep=True, prepared=prepared.axes)
        self._tell_plots()
        with self.table.keeping_runs():
            self.model.show_frame(result.frame, self.model.columns, self.visible.mask)
        self.table.runs.adopt_frame()
        self.differing.show_frame(result.frame, self.sidebar.selected, keep=True)
        self._show_emptiness()
        self._say()
        self.columns.count()
        self.context_changed.emit()

    def _failed(self, sentence: str) -> None:
        self.live.given_up()
        if self._frame.size:
            self.said.emit(sentence)
        else:
            self.area.show_message(sentence, retry=True)

    # The visible set

    def _show_visible(self) -> None:
        """The runs that the filter lets through."""
        self._tell_plots()
        self.model.show_mask(self.visible.mask)
        self._show_emptiness()
        self._say()
        self.context_changed.emit()

    def _tell_plots(self) -> None:
        self.plots.show_rows(self.visible.rows(), self.visible.terms)

    def _brush(self, brushes: Mapping[ColumnKey, Brush | None]) -> None:
        """Brushes are terms of the filter; what it cannot say is put back."""
        try:
            text = with_brushes(self.filter_bar.text, brushes)
        except ValueError as error:
            self.said.emit(str(error))
            self._tell_plots()
            return
        self.filter_bar.set_text(text)

    def _show_emptiness(self) -> None:
        self.emptiness.show(self.visible.text, starred=self.stars.on, deleted=self.loader.deleted)

    def clear_filter(self) -> None:
        """Show all runs again."""
        self.stars.show_all()
        self.filter_bar.set_text("")

    # Selection

    def _selection_changed(self) -> None:
        self.inspector.show_selection(self._frame, self.selection.ids, self.selection.current)
        self.plots.show_selection(self.selection.ids)
        self._say()
        self.context_changed.emit()

    def _open_menu(self, row: int, section: int, place: QPoint) -> None:
        commands = [
            action
            for action in self.window().actions()
            if action.objectName() in ("runs.star", "runs.copy", *COPY_AS, "runs.export", "runs.register")
            or (action.objectName() in MENU_COMMANDS and action.isEnabled())
        ]
        cell_menu(self.model, self.filter_bar, row, section, commands).popup(place)

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
        return self._whereabouts.here()

    @override
    def return_to(self, place: Place) -> None:
        """Show them again."""
        self._whereabouts.return_to(place, self._frame)

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
            "runs.columns": self.columns.choose,
            "runs.views": self.view_menu.open,
            "runs.view_save": self.view_menu.save,
            "runs.view_save_as": self.view_menu.ask_save_as,
            "runs.view_reset": self.view_menu.reset,
            "runs.view_import": self.view_menu.ask_import,
            "runs.view_export": self.view_menu.ask_export,
            "runs.column_menu": self._column_menus.open_current,
            "runs.column_left": partial(self.columns.move_current, -1),
            "runs.column_right": partial(self.columns.move_current, 1),
            **self.copying.handlers(),
            **self.exporting.handlers(),
            "runs.group": self.groups.choose,
            "runs.expand_all": self.groups.expand_all,
            "runs.fold_all": self.groups.fold_all,
            "runs.only_starred": self.stars.button.toggle,
            "runs.star": self._turn_stars,
            **self.plots.saving.handlers(),
            "runs.select_all": self.selecting.select_all,
            "runs.compare": self.plots.show_comparison,
            "runs.register": self.inspector.request_registration,
        }

    def _turn_stars(self, run_ids: Sequence[str] = ()) -> None:
        self.stars.turn(run_ids or self.selection.ids)

    @override
    def context(self, context: Context) -> Context:
        """`context` with what this page knows."""
        return replace(
            self.commands.context(context),
            # What cannot be seen is not acted upon.
            selected_runs=0 if self.second.is_shown else len(self.selection.ids),
            run_has_model=self.inspector.has_model and not self.second.is_shown,
            view_changed=self.views.is_changed,
            filtered=bool(self.filter_bar.text) or self.stars.on,
            foldable=self.groups.foldable,
        )

    @override
    def summary(self) -> str:
        """What is shown, counted."""
        if self._session is None:
            return ""
        if self.second.is_shown:
            return self.second.summary()
        parts = counted(self.model, self.table.runs.mask)
        parts += [words for words in (self.stars.words(), self.groups.words()) if words]
        left = self.loader.columns_left
        if left and not self._quiet.isActive():
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
                *self.view_menu.places(),
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

    def _register(self, details: RunDetails) -> None:
        self.edit_requested.emit("runs.register", details)

    def _say(self) -> None:
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
