"""The models page: registered models, the versions of one, and what is known of a version."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.analysis.figures import ago_text
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.history import Place
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.itemmodels.registry_models import ModelKey, key_of
from bakehouse.pages.models.editing import RegistryEditing
from bakehouse.pages.models.inspector import VersionInspector
from bakehouse.pages.models.sidebar import ModelSidebar
from bakehouse.pages.models.versions import VersionTable
from bakehouse.pages.page import Page
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.store.handle import Store
from bakehouse.store.registrations import VersionRegistered
from bakehouse.store.registry import list_models
from bakehouse.store.run_attributes import read_attribute
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, INSPECTOR_WIDTH, SIDEBAR_WIDTH, Theme, ThemeSource
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.labels import ElidedLabel, Paragraph

_NO_MODELS = "No registered models yet. Select a run with a model and choose Register model."
_NO_VERSIONS = "No versions yet. Select a run with a model and choose Register model."
_TRY_AGAIN = "Try again"
_SHOW_RUNS = "Show the runs"
_DESCRIPTION_LINES = 4
_LAYOUT = "models.splitter"


class ModelsPage(Page):
    """Made once by the window. Reads in the tasks `models.list` and `models.run_names`; edits through `editing`."""

    def __init__(
        self, themes: ThemeSource, tasks: TaskRunner, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("models_page")
        self._themes, self._tasks, self._settings = themes, tasks, settings
        self._session: Session | None = None
        self._run_names: dict[str, str] = {}
        self._wanted: tuple[ModelKey | None, int | None] = (None, None)
        self.editing = RegistryEditing(self)
        self.sidebar = ModelSidebar(themes.theme)
        self.table = VersionTable(themes.theme)
        self.inspector = VersionInspector(themes, tasks)
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("model_title")
        self._subtitle = ElidedLabel("", "muted")
        self._description = Paragraph("model_description")
        self._description.setMaximumHeight(self.fontMetrics().lineSpacing() * _DESCRIPTION_LINES)
        self._tags = ChipList(themes.theme)
        self._empty = EmptyState("models_empty")
        self._no_versions = EmptyState("versions_empty")
        self._main, self._versions, self._model_view = QStackedWidget(), QStackedWidget(), QWidget()
        self._shown: RegisteredModel | None = None
        self._failed = False
        self._refresher = Refresher(self._read_again, self)
        self.setFocusProxy(self.table)
        self._lay_out()
        self._show_times()
        self._connect()

    # What the window asks

    @override
    def open(self, session: Session) -> None:
        self._session = session
        self._run_names = {}
        self.editing.set_session(session)
        self.inspector.set_store(session.locator, read_only=session.read_only)
        self._load()

    @override
    def close_store(self) -> None:
        self._tasks.cancel("models.list")
        self._tasks.cancel("models.run_names")
        self._refresher.stop()
        self._session = None
        self._wanted = (None, None)
        self.editing.set_session(None)
        self.sidebar.clear()
        self.inspector.set_store(None, read_only=True)

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
        if self._session is not None:
            self._load()
        return self._session is not None

    @override
    def set_theme(self, theme: Theme) -> None:
        for widget in (self.sidebar, self.table, self.inspector, self._tags):
            widget.set_theme(theme)

    @override
    def handlers(self) -> Mapping[str, Callable[[], object]]:
        return {"models.transition": self._ask_transition, "models.request": self._ask_request}

    @override
    def context(self, context: Context) -> Context:
        return replace(context, selected_version=self.table.current is not None)

    @override
    def places(self) -> list[Group]:
        store = "" if self._session is None else self._session.store.path
        models, versions = [], []
        for model in self.sidebar.model.all:
            key, count = f"model/{store}/{model.workspace}/{model.name}", counted(len(model.versions), "version")
            models.append(Entry(key, model.name, "box", partial(self._go_to, key_of(model)), hint=count))
            for one in reversed(model.versions):
                go = partial(self._go_to, key_of(model), one.version)
                aliases = [f"@{alias}" for alias in one.aliases]
                stage = [one.stage] if one.stage not in ("", "None") else []
                detail = " ".join([*stage, *aliases])
                versions.append(Entry(f"{key}/{one.version}", f"{model.name} {one.version}", "package", go, detail))
        return [Group("Models", models), Group("Versions", versions)]

    @override
    def reveal(self, target: object) -> None:
        """`target`: a model's name, or (name, version)."""
        name, version = target if isinstance(target, tuple) else (target, None)
        self._wanted = (None, version if isinstance(version, int) else None)
        for model in self.sidebar.model.all:
            if model.name == name:
                self._choose(key_of(model))
                return

    @override
    def whereabouts(self) -> Place | None:
        version = self.table.current
        return Place(area=self.sidebar.key or (), item=version.version if version is not None else None)

    @override
    def return_to(self, place: Place) -> None:
        match place.area:
            case (str(workspace), str(name)):
                self._wanted = (None, place.item if isinstance(place.item, int) else None)
                if any(key_of(model) == (workspace, name) for model in self.sidebar.model.all):
                    self._choose((workspace, name))

    @override
    def place(self) -> str:
        model = self._model
        return visible(model.name, 80) if model is not None else ""

    @override
    def summary(self) -> str:
        model = self._model
        if model is None:
            return ""
        models = counted(len(self.sidebar.model.all), "model")
        return f"{models} · {visible(model.name, 60)} has {counted(len(model.versions), 'version')}"

    @override
    def panes(self) -> list[QWidget]:
        return [self.sidebar, self.table, self.inspector]

    @override
    def toggle_sidebar(self) -> None:
        self.sidebar.setVisible(self.sidebar.isHidden())

    @override
    def toggle_inspector(self) -> None:
        self.inspector.setVisible(self.inspector.isHidden())

    @override
    def remember_layout(self) -> None:
        self._settings.remember_layout(_LAYOUT, self._split.saveState())

    @override
    def edits(self) -> frozenset[str]:
        return frozenset({"runs.register", "models.transition"})

    @override
    def begin_edit(self, what: str, argument: object, window: QWidget) -> None:
        """Ask about and do the edit `what`.

        `runs.register` (RunDetails, or the LoggedModel itself) or `models.transition` (ModelVersion).
        """
        if what == "runs.register" and isinstance(argument, RunDetails):
            self.editing.register_run(argument.run_id, window)
        elif what == "runs.register" and isinstance(argument, LoggedModel):
            self.editing.register_logged_model(argument, window)
        elif what == "models.transition" and isinstance(argument, ModelVersion):
            model = next((m for m in self.sidebar.model.all if key_of(m) == (argument.workspace, argument.name)), None)
            if model is not None:
                self.editing.transition_version(model, argument, window)

    # Reading

    def _load(self) -> None:
        if self._session is None:
            return
        self._tasks.start(
            "models.list",
            partial(_read_models, self._session.store),
            done=self._loaded,
            failed=self._load_failed,
            # A refresh is not worth a word of its own in the status bar: it follows one that is.
            title="" if self.sidebar.model.all else "Reading models",
        )

    def _loaded(self, models: list[RegisteredModel]) -> None:
        self._refresher.finished()
        key, _ = self._wanted
        self._failed = False
        self._empty.show_message(_NO_MODELS, action=_SHOW_RUNS)
        self.sidebar.show_models(models)
        if key is not None:
            self._choose(key)
        self.context_changed.emit()

    def _load_failed(self, error: BakehouseError) -> None:
        """What was read before stays on screen."""
        self._refresher.given_up()
        if self.sidebar.model.all:
            self.said.emit(str(error))
            return
        self._failed = True
        self._empty.show_message(f"The registered models could not be read. {error}", action=_TRY_AGAIN, role="bad")
        self.sidebar.show_models([])

    @property
    def _model(self) -> RegisteredModel | None:
        key = self.sidebar.key
        return next((model for model in self.sidebar.model.all if key_of(model) == key), None)

    def _show_model(self, _key: ModelKey | None) -> None:
        model, before = self._model, self._shown
        self._shown = model
        self._main.setCurrentWidget(self._model_view if model is not None else self._empty)
        if model is None:
            self.table.show_versions((), 0)
            self._say()
            return
        now_ms = int(time.time() * 1000)
        self._title.setText(model.name)
        self._subtitle.setText(_subtitle(model, now_ms))
        self._description.setText(model.description.strip())
        self._description.setVisible(bool(model.description.strip()))
        self._tags.show_tags(model.tags)
        self._tags.setVisible(bool(model.tags))
        self._versions.setCurrentWidget(self.table if model.versions else self._no_versions)
        stays = before is not None and key_of(before) == key_of(model)
        wanted = self._wanted[1] if self._wanted[1] is not None else None if stays else _newest(model)
        self._wanted = (None, None)
        if stays and wanted is None and before is not None and before.versions == model.versions:
            self.table.versions.count_from(now_ms)
        else:
            self.table.show_versions(model.versions, now_ms, wanted)
        self._name_runs(model)
        self._say()

    def _say(self) -> None:
        self.said.emit(self.summary())
        self.context_changed.emit()

    def _name_runs(self, model: RegisteredModel) -> None:
        """Ask for the names of source runs that are not known yet."""
        self.table.versions.name_runs(self._run_names)
        unknown = list({v.run_id for v in model.versions if v.run_id and v.run_id not in self._run_names})
        if unknown and self._session is not None:
            self._tasks.start(
                "models.run_names",
                partial(_read_run_names, self._session.store, unknown),
                done=self._runs_named,
                failed=self._runs_not_named,
            )

    def _runs_named(self, names: dict[str, str]) -> None:
        self._run_names |= names
        self.table.versions.name_runs(self._run_names)
        self._show_version(self.table.current, only_run=True)

    def _runs_not_named(self, _error: BakehouseError) -> None:
        """The ids stand for the names; the next refresh asks again."""

    def _show_version(self, version: ModelVersion | None, *, only_run: bool = False) -> None:
        run_name = self._run_names.get(version.run_id, "") if version is not None and version.run_id else ""
        if only_run:
            self.inspector.name_run(run_name)
            return
        self.inspector.show_version(version, run_name)
        self.context_changed.emit()

    # Acting

    def _choose(self, key: ModelKey) -> None:
        if self.sidebar.key == key:
            if self._wanted[1] is not None:
                self.table.choose(self._wanted[1])
            self._wanted = (None, None)
        else:
            self.sidebar.select(key)

    def _go_to(self, key: ModelKey, version: int | None = None) -> None:
        self.navigate_requested.emit("models", key[1])
        self._wanted = (None, version)
        self._choose(key)

    def _ask_transition(self) -> None:
        version = self.table.current
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
            self.navigate_requested.emit("runs", None)

    def _go_to_run(self, run_id: str) -> None:
        self.navigate_requested.emit("runs", run_id)

    # Appearance

    def _lay_out(self) -> None:
        self._no_versions.show_message(_NO_VERSIONS, action=_SHOW_RUNS)
        head = QVBoxLayout()
        head.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 12)
        head.setSpacing(4)
        for widget in (self._title, self._subtitle, self._description):
            head.addWidget(widget)
        head.addSpacing(4)
        head.addWidget(self._tags)
        self._versions.addWidget(self.table)
        self._versions.addWidget(self._no_versions)
        column = QVBoxLayout(self._model_view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._versions, 1)
        self._main.setObjectName("page")
        self._main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._main.setMinimumWidth(280)
        self._main.addWidget(self._model_view)
        self._main.addWidget(self._empty)
        self._main.setCurrentWidget(self._empty)
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
        self.table.versions.show_times(relative=self._settings.relative_times)

    def _connect(self) -> None:
        self._settings.times_changed.connect(self._show_times)
        for state in (self._empty, self._no_versions):
            state.acted.connect(self._act_on_nothing)
        self.sidebar.chosen.connect(self._show_model)
        self.table.version_chosen.connect(self._show_version)
        self.inspector.run_requested.connect(self._go_to_run)
        self.inspector.transition_requested.connect(self._ask_transition)
        self.inspector.request_requested.connect(self._ask_request)
        self.inspector.artifacts.said.connect(self.said)
        self.editing.changed.connect(self._edited)
        self.editing.said.connect(self.said)


def _read_models(store: Store, token: Token) -> list[RegisteredModel]:
    return list_models(store.reader(), token)


def _read_run_names(store: Store, run_ids: list[str], token: Token) -> dict[str, str]:
    """Run id → name; empty for a run without a name or that is gone, so that it is not asked for again."""
    names = read_attribute(store.reader(), "name", run_ids, token)
    return {run_id: name or "" for run_id, name in zip(run_ids, names, strict=True)}


def _newest(model: RegisteredModel) -> int | None:
    return max((version.version for version in model.versions), default=None)


def _subtitle(model: RegisteredModel, now_ms: int) -> str:
    words = [counted(len(model.versions), "version")]
    if model.last_updated_time_ms is not None:
        words.append(f"changed {ago_text(model.last_updated_time_ms, now_ms)}")
    if model.creation_time_ms is not None:
        words.append(f"created {ago_text(model.creation_time_ms, now_ms)}")
    return " · ".join(words)
