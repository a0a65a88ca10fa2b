"""The models page: all registered models, one of them with its versions, or one version on a page of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.analysis.registry_rows import ModelRow
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.history import Place
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE, CreateModel, RegisterFolder, RegistryEdit, RenameModel
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.palette_rows import Group
from bakehouse.itemmodels.registry_models import ModelKey, key_of
from bakehouse.pages.models.changing import RegistryChanging
from bakehouse.pages.models.commands import ModelCommands
from bakehouse.pages.models.comparing import VersionComparison
from bakehouse.pages.models.editing import RegistryEditing
from bakehouse.pages.models.inspector import VersionInspector
from bakehouse.pages.models.model_view import ModelView
from bakehouse.pages.models.overview import ModelOverview
from bakehouse.pages.models.places import registry_places
from bakehouse.pages.models.reading import RegistryReading, VersionMetrics
from bakehouse.pages.models.sidebar import ModelSidebar
from bakehouse.pages.models.version_page import VersionPage
from bakehouse.pages.page import Page
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.store.registrations import VersionRegistered
from bakehouse.tasks import TaskRunner
from bakehouse.theme import Theme, ThemeSource
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.side_panels import SidePanels

_NO_MODELS = "No registered models yet. Select a run with a model and choose Register model."
_TRY_AGAIN = "Try again"
_SHOW_RUNS = "Show the runs"
_READ_ONLY = "This store is open for reading only."
_EVERY = ("all models",)
"""The area of the overview in the history."""


class ModelsPage(Page):
    """Made once by the window. Connects its parts; what is shown is the sidebar's model or all, and `_opened`."""

    def __init__(
        self, themes: ThemeSource, tasks: TaskRunner, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("models_page")
        self._tasks, self._settings = tasks, settings
        self._session: Session | None = None
        self._wanted: tuple[ModelKey | None, int | None] = (None, None)
        self._opened: int | None = None
        """The version whose page is shown, None for the model itself."""
        self._failed = False
        self.reading = RegistryReading(tasks, self)
        self.editing = RegistryEditing(self)
        self.changing = RegistryChanging(self)
        self.sidebar = ModelSidebar(themes.theme)
        self.overview = ModelOverview(themes.theme)
        self.model_view = ModelView(settings, themes.theme)
        self.table = self.model_view.versions.table
        self.version_page = VersionPage(themes, tasks)
        self.inspector = VersionInspector(themes, tasks)
        self.commands = ModelCommands(self, self.overview, self.model_view, self.inspector, self)
        self._empty = EmptyState("models_empty")
        self._main = QStackedWidget()
        self._refresher = Refresher(self._read_again, self)
        self.setFocusProxy(self._main)
        self._lay_out()
        self._panels.set_theme(themes.theme)
        self._show_times()
        self._connect()

    # What the window asks

    @override
    def open(self, session: Session) -> None:
        self._session = session
        self.reading.set_store(session.store)
        self.editing.set_session(session)
        self.changing.set_session(session)
        self._refuse(session.read_only)
        self.inspector.set_store(session)
        self.version_page.set_store(session)
        self._load()

    @override
    def close_store(self) -> None:
        for dialog in self.findChildren(VersionComparison):
            dialog.reject()
        self.reading.set_store(None)
        self._refresher.stop()
        self._session = None
        self._wanted, self._opened = (None, None), None
        self.editing.set_session(None)
        self.changing.set_session(None)
        self.sidebar.clear()
        self.overview.show_rows((), 0)
        self.model_view.show_model(None, None)
        self.inspector.set_store(None)
        self.version_page.set_store(None)
        self._main.setCurrentWidget(self._empty)

    @override
    def refresh(self, changes: Changes | None) -> None:
        if self._session is None or (changes is not None and not changes.model_names):
            return
        self._load()

    @override
    def follow(self) -> None:
        """A registry changes rarely, a store with a trainer all the time: at a measure, and not unseen."""
        if self.isVisible():
            self._refresher.ask()
        else:
            self._refresher.ask_later()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresher.ask_if_due()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.commands.answer_key(event):
            super().keyPressEvent(event)

    def _read_again(self) -> bool:
        self._load()
        return self._session is not None

    @override
    def set_theme(self, theme: Theme) -> None:
        for widget in (
            self.sidebar, self.overview, self.model_view, self.version_page, self.inspector, self._panels,
        ):  # fmt: skip
            widget.set_theme(theme)
        for dialog in self.findChildren(VersionComparison):
            dialog.set_theme(theme)

    @override
    def handlers(self) -> Mapping[str, Callable[[], object]]:
        return self.commands.handlers()

    @override
    def context(self, context: Context) -> Context:
        return self.commands.context(context)

    @override
    def places(self) -> list[Group]:
        if self._session is None:
            return []
        return registry_places(self._session.store.path, self.sidebar.model.all, self._go_to)

    @override
    def reveal(self, target: object) -> None:
        """`target`: a model's name, or (name, version)."""
        name, version = target if isinstance(target, tuple) else (target, None)
        for model in self.sidebar.model.all:
            if model.name == name:
                self._go_to(key_of(model), version if isinstance(version, int) else None)
                return

    @override
    def whereabouts(self) -> Place | None:
        if self._session is None or self._main.currentWidget() is self._empty:
            return Place()
        key, version = self.sidebar.key, self.version
        if key is None:
            return Place(area=_EVERY)
        if self._opened is not None:
            return Place(area=(*key, self._opened))
        return Place(area=key, item=version.version if version is not None else None)

    @override
    def return_to(self, place: Place) -> None:
        match place.area:
            case (str(workspace), str(name), int(version)):
                self._show((workspace, name), opened=version)
            case (str(workspace), str(name)):
                self._show((workspace, name), version=place.item if isinstance(place.item, int) else None)
            case _:
                self.sidebar.select_all()

    @override
    def place(self) -> str:
        model = self._model
        if model is None:
            return ""
        return visible(model.name, 80) + (f" {self._opened}" if self._opened is not None else "")

    @override
    def summary(self) -> str:
        model = self._model
        if self._session is None or not self.sidebar.model.all:
            return ""
        if model is None:
            return self.overview.count()
        models = counted(len(self.sidebar.model.all), "model")
        return f"{models} · {visible(model.name, 60)} has {counted(len(model.versions), 'version')}"

    @override
    def panes(self) -> list[QWidget]:
        return [self.sidebar, self._main.currentWidget() or self._empty, self.inspector]

    @override
    def toggle_sidebar(self) -> None:
        self._panels.toggle_sidebar()

    @override
    def toggle_inspector(self) -> None:
        self._panels.toggle_inspector()

    @override
    def remember_layout(self) -> None:
        self._panels.remember()

    @override
    def edits(self) -> frozenset[str]:
        return frozenset({"runs.register", "models.transition", "models.edit"})

    @override
    def begin_edit(self, what: str, argument: object, window: QWidget) -> None:
        """Ask about and do the edit `what`.

        `runs.register` (RunDetails, the LoggedModel itself, or a RegisterFolder), `models.transition` (ModelVersion; or
        with the Stage to be chosen at first and the ModelVersion to take each other's place, or None) or `models.edit`
        (one of `domain.registry_edits`).
        """
        match what, argument:
            case "runs.register", RunDetails():
                self.editing.register_run(argument.run_id, window)
            case "runs.register", LoggedModel():
                self.editing.register_logged_model(argument, window)
            case "runs.register", RegisterFolder():
                self.editing.register_folder(argument, window)
            case "models.transition", ModelVersion():
                self._begin_transition(argument, None, None, window)
            case "models.transition", (ModelVersion() as version, Stage() as stage, other):
                self._begin_transition(version, stage, other if isinstance(other, ModelVersion) else None, window)
            case "models.edit", _:
                edit = cast(RegistryEdit, argument)
                self.changing.begin(edit, self.sidebar.model.find((edit.workspace, edit.name)), window)

    def _begin_transition(
        self, version: ModelVersion, stage: Stage | None, other: ModelVersion | None, window: QWidget
    ) -> None:
        model = self.sidebar.model.find((version.workspace, version.name))
        if model is not None:
            self.editing.transition_version(model, version, window, stage, other)

    # What is shown

    @property
    def _model(self) -> RegisteredModel | None:
        """The chosen model; None while all are shown."""
        key = self.sidebar.key
        return None if key is None else self.sidebar.model.find(key)

    @property
    def model(self) -> RegisteredModel | None:
        """The model that commands are about: the chosen one, else the overview's current one."""
        if self.sidebar.key is not None:
            return self._model
        row = self.overview.current
        return None if row is None else row.model

    @property
    def selected(self) -> list[ModelVersion]:
        """The versions that a comparison is about."""
        return self.model_view.versions.selected if self._model is not None and self._opened is None else []

    @property
    def workspace(self) -> str:
        """Where a new model would lie: where the one in front lies."""
        return self.model.workspace if self.model is not None else DEFAULT_WORKSPACE

    @property
    def version(self) -> ModelVersion | None:
        """The version that commands are about: that of the version page, else the current one; None on the overview."""
        if self._model is None:
            return None
        return self.version_page.version if self._opened is not None else self.model_view.current

    def _load(self) -> None:
        # A refresh is not worth a word of its own in the status bar: it follows one that is.
        self.reading.read(title="" if self.sidebar.model.all else "Reading models")

    def _loaded(self, rows: list[ModelRow]) -> None:
        self._refresher.finished()
        self._failed = False
        self._empty.show_message(_NO_MODELS, action=_SHOW_RUNS)
        gone = self._model
        self.sidebar.show_models([row.model for row in rows])
        self.overview.show_rows(rows, int(time.time() * 1000))
        key, version = self._wanted
        self._wanted = (None, None)
        if key is not None and self.sidebar.model.find(key) is not None:
            self._show(key, version=version)
            return
        if gone is not None and self._model is None:
            self._opened = None
            self.said.emit(f"{visible(gone.name, 60)} is not in the store any more.")
        self._show_chosen(None)

    def _load_failed(self, error: BakehouseError) -> None:
        """What was read before stays on screen."""
        self._refresher.given_up()
        if self.sidebar.model.all:
            self.said.emit(str(error))
            return
        self._failed = True
        self._empty.show_message(f"The registered models could not be read. {error}", action=_TRY_AGAIN, role="bad")
        self._main.setCurrentWidget(self._empty)
        self._show_inspector()

    def _show(self, key: ModelKey, *, version: int | None = None, opened: int | None = None) -> None:
        """Show a model with `version` current, or the page of its version `opened`."""
        if self.sidebar.model.find(key) is None:
            self.sidebar.select_all()
            return
        self._opened = opened
        if self.sidebar.key != key:
            self._wanted = (None, version or opened)
            self.sidebar.select(key)
        else:
            self._show_chosen(version or opened)

    def _choose(self, _key: ModelKey | None) -> None:
        """The sidebar's choice is another."""
        version = self._wanted[1]
        if version is None or self._opened != version:
            self._opened = None
        self._wanted = (None, None)
        self._show_chosen(version)

    def _show_chosen(self, version: int | None) -> None:
        """Bring the middle up to date with the sidebar's choice; `version` is to be the current one."""
        model = self._model
        if model is None:
            self._opened = None
            self._main.setCurrentWidget(self.overview if self.sidebar.model.all else self._empty)
            self.model_view.show_model(None, None)
        else:
            self.model_view.show_model(model, version)
            self.reading.name_runs(model.versions)
            self._read_metrics()
            self._show_opened(model)
        self._show_inspector()
        self._say()

    def _show_opened(self, model: RegisteredModel) -> None:
        number = self._opened
        if number is None:
            self._main.setCurrentWidget(self.model_view)
            return
        version = next((one for one in model.versions if one.version == number), None)
        if version is None and self._main.currentWidget() is self.version_page:
            self._opened = None
            self._main.setCurrentWidget(self.model_view)
            self.said.emit(f"{visible(model.name, 60)} {number} is not in the store any more.")
            return
        self.version_page.show_version(model, version)
        self._main.setCurrentWidget(self.version_page)

    def _show_inspector(self) -> None:
        self._panels.have_inspector(self._main.currentWidget() is self.model_view)

    def _say(self) -> None:
        self.said.emit(self.summary())
        self.context_changed.emit()

    def _refuse(self, read_only: bool) -> None:
        refusal = _READ_ONLY if read_only else ""
        self.commands.read_only = read_only
        self.overview.set_refusal(refusal)
        self.model_view.head.set_refusal(refusal)

    def _read_metrics(self) -> None:
        model = self.model_view.model
        if model is not None and self._session is not None:
            self.reading.read_metrics(model.versions, self._settings.version_metrics(self._session.store.path))

    def _choose_metrics(self, names: list[str]) -> None:
        if self._session is not None:
            self._settings.remember_version_metrics(self._session.store.path, names)
            self._read_metrics()

    def _take_metrics(self, found: VersionMetrics) -> None:
        self.model_view.versions.show_metrics(found.names, found.values)

    def _take_names(self) -> None:
        self.model_view.versions.facts.run_names = self.reading.run_names
        self.model_view.versions.take_names()
        version = self.model_view.current
        if version is not None:
            self.inspector.name_run(self._run_name(version))

    def _run_name(self, version: ModelVersion) -> str:
        return self.reading.run_names.get(version.run_id, "") if version.run_id else ""

    def _show_version(self, version: ModelVersion | None) -> None:
        model = self.model_view.model
        self.inspector.show_version(model, version, self._run_name(version) if version is not None else "")
        self.context_changed.emit()

    # Acting

    def _go_to(self, key: ModelKey, version: int | None = None) -> None:
        if not self.isVisible():
            self.navigate_requested.emit("models", None)
        self._show(key, version=version)

    def _open_model(self, key: ModelKey) -> None:
        self._show(key)
        self.model_view.versions.take_keyboard()

    def _open_found(self, model: RegisteredModel) -> None:
        self._open_model(key_of(model))

    def _ask_edit(self, edit: RegistryEdit) -> None:
        self.edit_requested.emit("models.edit", edit)

    def _compare(self, versions: list[ModelVersion]) -> None:
        if self._session is not None:
            VersionComparison(versions, self._session, self._session.themes.theme, self).show()

    def _open_version(self, version: ModelVersion) -> None:
        self._show((version.workspace, version.name), opened=version.version)
        self.version_page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_version(self) -> None:
        key, opened = self.sidebar.key, self._opened
        if key is not None:
            self._show(key, version=opened)
            self.model_view.versions.take_keyboard()

    def _go_to_version(self, name: str, number: int) -> None:
        workspace = self._model.workspace if self._model is not None else "default"
        self._show((workspace, name), opened=number)

    def _edited(self, changes: Changes) -> None:
        if isinstance(changes, VersionRegistered):
            self._wanted = ((changes.workspace, changes.name), changes.version)
        self.changed.emit(changes)

    def _follow_edit(self, edit: RegistryEdit) -> None:
        """A model that was made or renamed is shown once it is read."""
        if isinstance(edit, CreateModel | RenameModel):
            name = edit.new_name if isinstance(edit, RenameModel) else edit.name
            self._wanted = ((edit.workspace, name), None)

    def _act_on_nothing(self) -> None:
        if self._failed:
            self._load()
        else:
            self._show_runs()

    def _show_runs(self) -> None:
        self.navigate_requested.emit("runs", None)

    def _go_to_run(self, run_id: str) -> None:
        self.navigate_requested.emit("runs", run_id)

    # Appearance

    def _lay_out(self) -> None:
        self._main.setObjectName("page")
        self._main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._main.setMinimumWidth(280)
        for face in (self._empty, self.overview, self.model_view, self.version_page):
            self._main.addWidget(face)
        self._panels = SidePanels(self.sidebar, self._main, self.inspector, self._settings, "models")
        self._panels.have_inspector(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._panels)

    def _show_times(self) -> None:
        relative = self._settings.relative_times
        self.model_view.versions.show_times(relative=relative)
        self.overview.table.rows.show_times(relative=relative)

    def _connect(self) -> None:
        self._settings.times_changed.connect(self._show_times)
        self._empty.acted.connect(self._act_on_nothing)
        self.reading.models_read.connect(self._loaded)
        self.reading.models_failed.connect(self._load_failed)
        self.reading.runs_named.connect(self._take_names)
        self.sidebar.chosen.connect(self._choose)
        self.sidebar.menu_requested.connect(self.commands.open_model_menu)
        self.overview.model_opened.connect(self._open_model)
        self.overview.said.connect(self.said)
        self.overview.current_changed.connect(self.context_changed)
        self.overview.create_requested.connect(self.commands.create_model)
        self.overview.menu_requested.connect(self.commands.open_model_menu)
        self._connect_view()
        page = self.version_page
        page.back_requested.connect(self._leave_version)
        page.run_requested.connect(self._go_to_run)
        page.logged_model_requested.connect(self._go_to_run)
        page.version_requested.connect(self._go_to_version)
        page.compare_requested.connect(self.commands.compare_page)
        page.said.connect(self.said)
        self.inspector.run_requested.connect(self._go_to_run)
        self.inspector.open_requested.connect(self._open_version)
        for part in (page, self.inspector):
            part.transition_requested.connect(self.commands.ask_transition)
            part.request_requested.connect(self.commands.ask_request)
            part.edit_requested.connect(self._ask_edit)
        self.inspector.artifacts.said.connect(self.said)
        self.commands.edit_requested.connect(self.edit_requested)
        self.commands.version_opened.connect(self._open_version)
        self.commands.model_opened.connect(self._open_found)
        self.commands.run_requested.connect(self._go_to_run)
        self.commands.comparison_requested.connect(self._compare)
        self.commands.inspector_requested.connect(self._panels.bring_inspector)
        self.changing.decided.connect(self._follow_edit)
        self.changing.changed.connect(self.changed)
        self.changing.said.connect(self.said)
        self.editing.changed.connect(self._edited)
        self.editing.said.connect(self.said)

    def _connect_view(self) -> None:
        versions = self.model_view.versions
        versions.version_chosen.connect(self._show_version)
        versions.version_opened.connect(self._open_version)
        versions.selection_changed.connect(self.context_changed)
        versions.menu_requested.connect(self.commands.open_version_menu)
        versions.move_requested.connect(self.commands.move)
        versions.compare_requested.connect(self.commands.compare)
        versions.metrics_chosen.connect(self._choose_metrics)
        versions.runs_requested.connect(self._show_runs)
        self.model_view.head.edit_requested.connect(self._ask_edit)
        self.model_view.head.menu_requested.connect(self.commands.open_model_menu)
        self.reading.metrics_read.connect(self._take_metrics)
