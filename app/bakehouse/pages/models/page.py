"""The models page: all registered models, one of them with its versions, or one version on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.analysis.registry_rows import ModelRow
from bakehouse.dialogs.web_link import ask_to_open
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.history import Place
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.registry_edits import CreateModel, RegisterFolder, RegistryEdit, RenameModel
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.itemmodels.palette_rows import Group
from bakehouse.itemmodels.registry_models import ModelKey, key_of
from bakehouse.pages.models.changing import RegistryChanging
from bakehouse.pages.models.commands import ModelCommands
from bakehouse.pages.models.comparing import VersionComparison
from bakehouse.pages.models.editing import RegistryEditing
from bakehouse.pages.models.faces import ModelFaces
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
from bakehouse.widgets.side_panels import SidePanels

_READ_ONLY = "This store is open for reading only."


class ModelsPage(Page):
    """Made once by the window. Connects its parts; `faces` knows what is in front."""

    def __init__(
        self, themes: ThemeSource, tasks: TaskRunner, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("models_page")
        self._tasks, self._settings = tasks, settings
        self._session: Session | None = None
        self._metrics_due = False
        self.reading = RegistryReading(tasks, self)
        self.editing = RegistryEditing(self)
        self.changing = RegistryChanging(self)
        self.sidebar = ModelSidebar(themes.theme)
        self.overview = ModelOverview(themes.theme)
        self.model_view = ModelView(settings, themes.theme)
        self.table = self.model_view.versions.table
        self.version_page = VersionPage(themes, tasks)
        self.inspector = VersionInspector(themes, tasks)
        self.faces = ModelFaces(self.sidebar, self.overview, self.model_view, self.version_page, themes.theme, self)
        self.commands = ModelCommands(self.faces, self.overview, self.model_view, self.inspector, self)
        self._refresher = Refresher(self._read_again, self)
        self.setFocusProxy(self.faces.stack)
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
        self.faces.open()
        self._load()

    @override
    def close_store(self) -> None:
        for dialog in self.findChildren(VersionComparison):
            dialog.reject()
        self.reading.set_store(None)
        self._refresher.stop()
        self._session = None
        self.editing.set_session(None)
        self.changing.set_session(None)
        self.faces.close()
        self.inspector.set_store(None)
        self.version_page.set_store(None)

    @override
    def refresh(self, changes: Changes | None) -> None:
        if self._session is None or (changes is not None and not changes.model_names):
            return
        self._metrics_due |= changes is None
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
            self.faces.waiting,
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
        return self.faces.whereabouts()

    @override
    def return_to(self, place: Place) -> None:
        self.faces.return_to(place)

    @override
    def place(self) -> str:
        return self.faces.place()

    @override
    def summary(self) -> str:
        return self.faces.summary()

    @override
    def panes(self) -> list[QWidget]:
        return [self.sidebar, self.faces.stack.currentWidget() or self.faces.stack, self.inspector]

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

    def _load(self) -> None:
        # A refresh is not worth a word of its own in the status bar: it follows one that is.
        self.reading.read(title="" if self.sidebar.model.all else "Reading models")

    def _loaded(self, rows: list[ModelRow]) -> None:
        self._refresher.finished()
        self.faces.show_rows(rows)

    def _load_failed(self, error: BakehouseError) -> None:
        self._refresher.given_up()
        self.faces.show_failure(error)

    def _shown(self, model: RegisteredModel, is_other: bool) -> None:
        """Read what is not in the registry itself."""
        self.reading.name_runs(model.versions)
        if is_other or self._metrics_due:
            self._metrics_due = False
            self._read_metrics()

    def _follow_front(self) -> None:
        self._panels.have_inspector(self.faces.has_inspector)
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
        self.faces.show(key, version=version)

    def _open_model(self, key: ModelKey) -> None:
        self.faces.show(key)
        self.model_view.versions.take_keyboard()

    def _ask_to_open(self, address: str) -> None:
        ask_to_open(address, self.window())

    def _open_found(self, model: RegisteredModel) -> None:
        self._open_model(key_of(model))

    def _ask_edit(self, edit: RegistryEdit) -> None:
        self.edit_requested.emit("models.edit", edit)

    def _compare(self, versions: list[ModelVersion]) -> None:
        if self._session is not None:
            VersionComparison(versions, self._session, self._session.themes.theme, self).show()

    def _open_version(self, version: ModelVersion) -> None:
        self.faces.show((version.workspace, version.name), opened=version.version)
        self.version_page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_version(self) -> None:
        key, opened = self.sidebar.key, self.faces.opened
        if key is not None:
            self.faces.show(key, version=opened)
            self.model_view.versions.take_keyboard()

    def _go_to_version(self, name: str, number: int) -> None:
        workspace = self.faces.chosen.workspace if self.faces.chosen is not None else "default"
        self.faces.show((workspace, name), opened=number)

    def _edited(self, changes: Changes) -> None:
        if isinstance(changes, VersionRegistered):
            self.faces.want((changes.workspace, changes.name), changes.version)
        self.changed.emit(changes)

    def _follow_edit(self, edit: RegistryEdit) -> None:
        """A model that was made or renamed is shown once it is read."""
        if isinstance(edit, CreateModel | RenameModel):
            name = edit.new_name if isinstance(edit, RenameModel) else edit.name
            self.faces.want((edit.workspace, name), None)

    def _show_runs(self) -> None:
        self.navigate_requested.emit("runs", None)

    def _go_to_run(self, run_id: str) -> None:
        self.navigate_requested.emit("runs", run_id)

    # Appearance

    def _lay_out(self) -> None:
        self._panels = SidePanels(self.sidebar, self.faces.stack, self.inspector, self._settings, "models")
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
        self.faces.said.connect(self.said)
        self.faces.in_front_changed.connect(self._follow_front)
        self.faces.model_shown.connect(self._shown)
        self.faces.runs_requested.connect(self._show_runs)
        self.faces.reading_requested.connect(self._load)
        self.reading.models_read.connect(self._loaded)
        self.reading.models_failed.connect(self._load_failed)
        self.reading.runs_named.connect(self._take_names)
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
        for description in (self.model_view.head.description, self.inspector.edits.description):
            description.link_activated.connect(self._ask_to_open)
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
