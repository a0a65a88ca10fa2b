"""How the logged models stand beside the runs: which table is in front, and what the inspector tells of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import LoggedModel
from bakehouse.pages.runs.inspector import RunInspector
from bakehouse.pages.runs.inspector_links import InspectorLinks
from bakehouse.pages.runs.logged_models import LoggedModelsArea
from bakehouse.pages.runs.run_area import RunArea
from bakehouse.pages.session import Session
from bakehouse.store.handle import Store
from bakehouse.store.registry import source_of_logged_model
from bakehouse.theme import Theme

if TYPE_CHECKING:
    from bakehouse.tasks import TaskRunner
    from bakehouse.theme import ThemeSource

_SEEK = "runs.logged_model.find"


class SecondTable(QObject):
    """Owned by the runs page. Only stores that have logged models offer the choice. GUI thread."""

    shown = Signal()
    """The other table came to the front."""
    said = Signal(str)
    register_requested = Signal(object)
    """The LoggedModel that shall be registered."""
    experiment_wanted = Signal(int)
    """The logged model that is sought is in this experiment: show it."""

    def __init__(
        self,
        area: RunArea,
        inspector: RunInspector,
        links: InspectorLinks,
        themes: ThemeSource,
        tasks: TaskRunner,
        page: QObject,
    ) -> None:
        super().__init__(page)
        self._area, self._inspector, self._tasks = area, inspector, tasks
        self.models = LoggedModelsArea(themes, tasks)
        area.add_second("Logged models", self.models)
        inspector.add_face(self.models.face)
        area.second_shown.connect(self._show)
        links.logged_model_requested.connect(self._go_to)
        self.models.face.link_activated.connect(links.follow)
        self.models.face.register_requested.connect(self.register_requested)
        self.models.face.said.connect(self.said)
        self.models.counted.connect(self.said)
        self.models.run_requested.connect(links.run_requested)

    def set_theme(self, theme: Theme) -> None:
        self.models.set_theme(theme)

    def open(self, session: Session) -> None:
        """Show this store's logged models, if it has such a table."""
        self.models.open(session)
        self._area.offer_second(session.store.schema.has("logged_models", "experiment_id"))

    def close_store(self) -> None:
        self._tasks.cancel(_SEEK)
        self._area.offer_second(False)
        self.models.close_store()

    def show_experiments(self, experiment_ids: Sequence[int]) -> None:
        """The chosen experiments."""
        self.models.show_experiments(experiment_ids)

    def note_change(self) -> None:
        """Somebody wrote to the store."""
        self.models.note_change()

    @property
    def is_shown(self) -> bool:
        """Whether the logged models are in front."""
        return self._area.is_second_shown

    def leave(self) -> None:
        """Bring the runs to the front."""
        self._area.bring_forward(second=False)

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.models.search.setFocus()
        self.models.search.selectAll()

    def summary(self) -> str:
        """What is shown, counted."""
        return self.models.summary()

    def seek(self, model_id: str, store: Store) -> None:
        """Show the logged model with this id, whichever experiment it is in."""
        self._tasks.start(_SEEK, partial(_find, store, model_id), done=self._found, failed=self._fail)

    def _found(self, model: LoggedModel | None) -> None:
        if model is None:
            self.said.emit("That logged model is deleted or gone from the store.")
            return
        self.experiment_wanted.emit(model.experiment_id)
        self._area.bring_forward(second=True)
        self.models.seek(model.model_id)

    def _fail(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    def _go_to(self, model_id: str) -> None:
        self._area.bring_forward(second=True)
        self.models.choose(model_id)

    def _show(self, shown: bool) -> None:
        self._inspector.show_other(self.models.face if shown else None)
        self.models.set_shown(shown)
        self.shown.emit()


def _find(store: Store, model_id: str, token: Token) -> LoggedModel | None:
    return source_of_logged_model(store.reader(), model_id, token)
