"""The models page: all registered models, one of them with its versions, or one version on a page of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.analysis.registry_rows import ModelRow
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.history import Place
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.registry_edits import RegisterFolder
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.palette_rows import Group
from bakehouse.itemmodels.registry_models import ModelKey, key_of
from bakehouse.pages.models.editing import RegistryEditing
from bakehouse.pages.models.inspector import VersionInspector
from bakehouse.pages.models.model_view import ModelView
from bakehouse.pages.models.overview import ModelOverview
from bakehouse.pages.models.places import registry_places
from bakehouse.pages.models.reading import RegistryReading
from bakehouse.pages.models.sidebar import ModelSidebar
from bakehouse.pages.models.version_page import VersionPage
from bakehouse.pages.page import Page
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.store.registrations import VersionRegistered
from bakehouse.tasks import TaskRunner
from bakehouse.theme import INSPECTOR_WIDTH, SIDEBAR_WIDTH, Theme, ThemeSource
from bakehouse.widgets.empty_state import EmptyState

_NO_MODELS = "No registered models yet. Select a run with a model and choose Register model."
_TRY_AGAIN = "Try again"
_SHOW_RUNS = "Show the runs"
_LAYOUT = "models.splitter"
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
        self._wants_inspector = True
        self.reading = RegistryReading(tasks, self)
        self.editing = RegistryEditing(self)
        self.sidebar = ModelSidebar(themes.theme)
        self.overview = ModelOverview(themes.theme)
        self.model_view = ModelView(themes.theme)
        self.table = self.model_view.table
        self.version_page = VersionPage(themes, tasks)
        self.inspector = VersionInspector(themes, tasks)
        self._empty = EmptyState("models_empty")
        self._main = QStackedWidget()
        self._refresher = Refresher(self._read_again, self)
        self.setFocusProxy(self._main)
        self._lay_out()
        self._show_times()
        self._connect()

    # What the window asks

    @override
    def open(self, session: Session) -> None:
        self._session = session
        self.reading.set_store(session.store)
        self.editing.set_session(session)
        self.inspector.set_store(session.locator, read_only=session.read_only)
        self.version_page.set_store(session)
        self._load()

    @override
    def close_store(self) -> None:
        self.reading.set_store(None)
        self._refresher.stop()
        self._session = None
        self._wanted, self._opened = (None, None), None
        self.editing.set_session(None)
        self.sidebar.clear()
        self.overview.show_rows((), 0)
        self.model_view.show_model(None, None)
        self.inspector.set_store(None, read_only=True)
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

    def _read_again(self) -> bool:
        self._load()
        return self._session is not None

    @override
    def set_theme(self, theme: Theme) -> None:
        for widget in (self.sidebar, self.overview, self.model_view, self.version_page, self.inspector):
            widget.set_theme(theme)

    @override
    def handlers(self) -> Mapping[str, Callable[[], object]]:
        return {"models.transition": self._ask_transition, "models.request": self._ask_request}

    @override
    def context(self, context: Context) -> Context:
        return replace(context, selected_version=self.version is not None)

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
        self.sidebar.setVisible(self.sidebar.isHidden())

    @override
    def toggle_inspector(self) -> None:
        self._wants_inspector = self.inspector.isHidden()
        self._show_inspector()

    @override
    def remember_layout(self) -> None:
        self._settings.remember_layout(_LAYOUT, self._split.saveState())

    @override
    def edits(self) -> frozenset[str]:
        return frozenset({"runs.register", "models.transition"})

    @override
    def begin_edit(self, what: str, argument: object, window: QWidget) -> None:
        """Ask about and do the edit `what`.

        `runs.register` (RunDetails, the LoggedModel itself, or a RegisterFolder) or `models.transition` (ModelVersion).
        """
        if what == "runs.register" and isinstance(argument, RunDetails):
            self.editing.register_run(argument.run_id, window)
        elif what == "runs.register" and isinstance(argument, LoggedModel):
            self.editing.register_logged_model(argument, window)
        elif what == "runs.register" and isinstance(argument, RegisterFolder):
            self.editing.register_folder(argument, window)
        elif what == "models.transition" and isinstance(argument, ModelVersion):
            model = self.sidebar.model.find((argument.workspace, argument.name))
            if model is not None:
                self.editing.transition_version(model, argument, window)

    # What is shown

    @property
    def _model(self) -> RegisteredModel | None:
        """The chosen model; None while all are shown."""
        key = self.sidebar.key
        return None if key is None else self.sidebar.model.find(key)

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
            self._show_opened(model)
        self._show_inspector()
        self._say()

    def _show_opened(self, model: RegisteredModel) -> None:
        number = self._opened
        if number is None:
            self._main.setCurrentWidget(self.model_view)
            return
        version = next((one for one in model.versions if one.version == number), None)
        self.version_page.show_version(model, version)
        self._main.setCurrentWidget(self.version_page)

    def _show_inspector(self) -> None:
        self.inspector.setVisible(self._wants_inspector and self._main.currentWidget() is self.model_view)

    def _say(self) -> None:
        self.said.emit(self.summary())
        self.context_changed.emit()

    def _take_names(self) -> None:
        self.model_view.facts.run_names = self.reading.run_names
        self.model_view.take_names()
        version = self.model_view.current
        if version is not None:
            self.inspector.name_run(self._run_name(version))

    def _run_name(self, version: ModelVersion) -> str:
        return self.reading.run_names.get(version.run_id, "") if version.run_id else ""

    def _show_version(self, version: ModelVersion | None) -> None:
        self.inspector.show_version(version, self._run_name(version) if version is not None else "")
        self.context_changed.emit()

    # Acting

    def _go_to(self, key: ModelKey, version: int | None = None) -> None:
        if not self.isVisible():
            self.navigate_requested.emit("models", None)
        self._show(key, version=version)

    def _open_model(self, key: ModelKey) -> None:
        self._show(key)
        self.model_view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_version(self, version: ModelVersion) -> None:
        self._show((version.workspace, version.name), opened=version.version)
        self.version_page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_version(self) -> None:
        key, opened = self.sidebar.key, self._opened
        if key is not None:
            self._show(key, version=opened)
            self.model_view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_version(self, name: str, number: int) -> None:
        workspace = self._model.workspace if self._model is not None else "default"
        self._show((workspace, name), opened=number)

    def _ask_transition(self) -> None:
        version = self.version
        if version is not None:
            self.edit_requested.emit("models.transition", version)

    def _ask_request(self) -> None:
        version = self.table.current
        if version is not None:
            self.edit_requested.emit("reviews.request", version)

    def _edited(self, changes: Changes) -> None:
        if isinstance(changes, VersionRegistered):
            self._wanted = ((changes.workspace, changes.name), changes.version)
        self.changed.emit(changes)

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
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        for part in (self.sidebar, self._main, self.inspector):
            self._split.addWidget(part)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([SIDEBAR_WIDTH, 1000, INSPECTOR_WIDTH])
        state = self._settings.layout(_LAYOUT)
        if state is not None:
            self._split.restoreState(state)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._split)

    def _show_times(self) -> None:
        relative = self._settings.relative_times
        self.model_view.show_times(relative=relative)
        self.overview.table.rows.show_times(relative=relative)

    def _connect(self) -> None:
        self._settings.times_changed.connect(self._show_times)
        self._empty.acted.connect(self._act_on_nothing)
        self.reading.models_read.connect(self._loaded)
        self.reading.models_failed.connect(self._load_failed)
        self.reading.runs_named.connect(self._take_names)
        self.sidebar.chosen.connect(self._choose)
        self.overview.model_opened.connect(self._open_model)
        self.overview.said.connect(self.said)
        self.model_view.version_chosen.connect(self._show_version)
        self.model_view.version_opened.connect(self._open_version)
        self.model_view.runs_requested.connect(self._show_runs)
        self.version_page.back_requested.connect(self._leave_version)
        self.version_page.run_requested.connect(self._go_to_run)
        self.version_page.logged_model_requested.connect(self._go_to_run)
        self.version_page.version_requested.connect(self._go_to_version)
        self.version_page.transition_requested.connect(self._ask_transition)
        self.version_page.said.connect(self.said)
        self.inspector.run_requested.connect(self._go_to_run)
        self.inspector.transition_requested.connect(self._ask_transition)
        self.inspector.request_requested.connect(self._ask_request)
        self.inspector.artifacts.said.connect(self.said)
        self.editing.changed.connect(self._edited)
        self.editing.said.connect(self.said)
