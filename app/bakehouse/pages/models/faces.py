"""What the models page shows in its middle: all models, one of them, the page of a version, or why there is nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from bakehouse.analysis.registry_rows import ModelRow
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.history import Place
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.registry_models import ModelKey
from bakehouse.pages.models.model_view import ModelView
from bakehouse.pages.models.overview import ModelOverview
from bakehouse.pages.models.sidebar import ModelSidebar
from bakehouse.pages.models.version_page import VersionPage
from bakehouse.theme import Theme
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.skeleton import Skeleton

_NO_MODELS = "No registered models yet. Select a run with a model and choose Register model."
_TRY_AGAIN = "Try again"
_SHOW_RUNS = "Show the runs"
_PATIENCE_MS = 300
_EVERY = ("all models",)
"""The area of the overview in the history."""


class ModelFaces(QObject):
    """Owned by the models page. In front is the sidebar's model or all of them, or the version `opened`. GUI thread."""

    model_shown = Signal(object, bool)
    """(the RegisteredModel in front, whether it or its versions are others than before)."""
    in_front_changed = Signal()
    """Another face is in front, or tells of something else."""
    said = Signal(str)
    runs_requested = Signal()
    reading_requested = Signal()

    def __init__(
        self,
        sidebar: ModelSidebar,
        overview: ModelOverview,
        view: ModelView,
        page: VersionPage,
        theme: Theme,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._sidebar, self._overview, self._view, self._page = sidebar, overview, view, page
        self.opened: int | None = None
        """The version whose page is shown, None for the model itself."""
        self._wanted: tuple[ModelKey | None, int | None] = (None, None)
        self._is_open = self._failed = False
        self._empty = EmptyState("models_empty")
        self.waiting = Skeleton(theme)
        self.waiting.setAccessibleName("The models are being read")
        self.patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self.patience.timeout.connect(self._show_waiting)
        self.stack = QStackedWidget()
        self.stack.setObjectName("page")
        self.stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.stack.setMinimumWidth(280)
        for face in (self._empty, self.waiting, overview, view, page):
            self.stack.addWidget(face)
        self._empty.acted.connect(self._act_on_nothing)
        sidebar.chosen.connect(self._choose)

    def open(self) -> None:
        """A store is being read."""
        self._is_open = True
        self._empty.show_message("")
        self.patience.start()

    def close(self) -> None:
        """Nothing of a store is shown afterwards."""
        self._is_open = False
        self.patience.stop()
        self._wanted, self.opened = (None, None), None
        self._sidebar.clear()
        self._overview.show_rows((), 0)
        self._view.show_model(None, None)
        self.stack.setCurrentWidget(self._empty)
        self.in_front_changed.emit()

    # What is in front

    @property
    def chosen(self) -> RegisteredModel | None:
        """The chosen model; None while all are shown."""
        key = self._sidebar.key
        return None if key is None else self._sidebar.model.find(key)

    @property
    def model(self) -> RegisteredModel | None:
        """The model that commands are about: the chosen one, else the overview's current one."""
        if self._sidebar.key is not None:
            return self.chosen
        row = self._overview.current
        return None if row is None else row.model

    @property
    def version(self) -> ModelVersion | None:
        """The version that commands are about: that of the version page, else the current one; None on the overview."""
        if self.chosen is None:
            return None
        return self._page.version if self.opened is not None else self._view.current

    @property
    def selected(self) -> list[ModelVersion]:
        """The versions that a comparison is about."""
        return self._view.versions.selected if self.chosen is not None and self.opened is None else []

    @property
    def workspace(self) -> str:
        """Where a new model would lie: where the one in front lies."""
        return self.model.workspace if self.model is not None else DEFAULT_WORKSPACE

    @property
    def has_inspector(self) -> bool:
        """Whether what is in front has an inspector beside it."""
        return self.stack.currentWidget() is self._view

    def summary(self) -> str:
        """The counts for the status line."""
        every = self._sidebar.model.all
        if not self._is_open or not every:
            return ""
        model = self.chosen
        if model is None:
            return self._overview.count()
        versions = counted(len(model.versions), "version")
        return f"{counted(len(every), 'model')} · {visible(model.name, 60)} has {versions}"

    def place(self) -> str:
        """Model and version for the top bar."""
        model = self.chosen
        if model is None:
            return ""
        return visible(model.name, 80) + (f" {self.opened}" if self.opened is not None else "")

    # Going somewhere

    def show(self, key: ModelKey, *, version: int | None = None, opened: int | None = None) -> None:
        """Show a model with `version` current, or the page of its version `opened`."""
        if self._sidebar.model.find(key) is None:
            self._sidebar.select_all()
            return
        self.opened = opened
        if self._sidebar.key != key:
            self._wanted = (None, version or opened)
            self._sidebar.select(key)
        else:
            self._show_chosen(version or opened)

    def want(self, key: ModelKey, version: int | None) -> None:
        """Show this model and version once they are read."""
        self._wanted = (key, version)

    def whereabouts(self) -> Place:
        """What is shown, to come back to it."""
        key = self._sidebar.key
        if not self._is_open or self.stack.currentWidget() in (self._empty, self.waiting):
            return Place()
        if key is None:
            return Place(area=_EVERY)
        if self.opened is not None:
            return Place(area=(*key, self.opened))
        version = self.version
        return Place(area=key, item=version.version if version is not None else None)

    def return_to(self, place: Place) -> None:
        """Show again what `whereabouts` named."""
        match place.area:
            case (str(workspace), str(name), int(version)):
                self.show((workspace, name), opened=version)
            case (str(workspace), str(name)):
                self.show((workspace, name), version=place.item if isinstance(place.item, int) else None)
            case _:
                self._sidebar.select_all()

    # What was read

    def show_rows(self, rows: Sequence[ModelRow]) -> None:
        """The models of the store; what is in front stays as far as it is still there."""
        self.patience.stop()
        self._failed = False
        self._empty.show_message(_NO_MODELS, action=_SHOW_RUNS)
        before = self.chosen
        self._sidebar.show_models([row.model for row in rows])
        self._overview.show_rows(rows, int(time.time() * 1000))
        key, version = self._wanted
        self._wanted = (None, None)
        if key is not None and self._sidebar.model.find(key) is not None:
            self.show(key, version=version)
            return
        self._show_chosen(None)
        if before is not None and self.chosen is None:
            self.said.emit(f"{visible(before.name, 60)} is not in the store any more.")

    def show_failure(self, error: BakehouseError) -> None:
        """What was read before stays on screen."""
        self.patience.stop()
        if self._sidebar.model.all:
            self.said.emit(str(error))
            return
        self._failed = True
        self._empty.show_message(f"The registered models could not be read. {error}", action=_TRY_AGAIN, role="bad")
        self.stack.setCurrentWidget(self._empty)
        self.in_front_changed.emit()

    def _show_waiting(self) -> None:
        """Rows without words, once it takes long enough to be noticed."""
        self.stack.setCurrentWidget(self.waiting)

    def _choose(self, _key: ModelKey | None) -> None:
        """The sidebar's choice is another."""
        version = self._wanted[1]
        if version is None or self.opened != version:
            self.opened = None
        self._wanted = (None, None)
        self._show_chosen(version)

    def _show_chosen(self, version: int | None) -> None:
        """Bring the middle up to date with the sidebar's choice; `version` is to be the current one."""
        model, before, words = self.chosen, self._view.model, ""
        if model is None:
            self.opened = None
            self.stack.setCurrentWidget(self._overview if self._sidebar.model.all else self._empty)
            self._view.show_model(None, None)
        else:
            self._view.show_model(model, version)
            is_other = before is None or (before.workspace, before.name) != (model.workspace, model.name)
            self.model_shown.emit(model, is_other or (before is not None and before.versions != model.versions))
            words = self._show_opened(model)
        self.in_front_changed.emit()
        self.said.emit(words or self.summary())

    def _show_opened(self, model: RegisteredModel) -> str:
        """The model or the page of its version; a sentence when that one went while it was shown."""
        number = self.opened
        version = next((one for one in model.versions if one.version == number), None)
        if number is None or (version is None and self.stack.currentWidget() is self._page):
            self.opened = None
            self.stack.setCurrentWidget(self._view)
            return "" if number is None else f"{visible(model.name, 60)} {number} is not in the store any more."
        self._page.show_version(model, version)
        self.stack.setCurrentWidget(self._page)
        return ""

    def _act_on_nothing(self) -> None:
        (self.reading_requested if self._failed else self.runs_requested).emit()
