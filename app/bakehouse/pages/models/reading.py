"""What the models page reads of a store, in tasks: models with what the overview says of them, names of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.registry_rows import ModelRow, summarize
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.models import ModelVersion
from bakehouse.store.handle import Store
from bakehouse.store.registry import list_models
from bakehouse.store.run_attributes import read_attribute
from bakehouse.tasks import TaskRunner

_MODELS, _NAMES = "models.list", "models.run_names"


class RegistryReading(QObject):
    """Owned by the models page. GUI thread; reads in tasks of its own."""

    models_read = Signal(object)
    """list[ModelRow] by name."""
    models_failed = Signal(object)
    """The BakehouseError why they could not be read."""
    runs_named = Signal()
    """`run_names` holds more names."""

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._store: Store | None = None
        self.run_names: Mapping[str, str] = {}

    def set_store(self, store: Store | None) -> None:
        """Read from this store from now on; None stops."""
        for slot in (_MODELS, _NAMES):
            self._tasks.cancel(slot)
        self._store, self.run_names = store, {}

    def read(self, *, title: str) -> None:
        """Read all models; `title` is what the status line says meanwhile."""
        if self._store is not None:
            work = partial(_read_models, self._store)
            self._tasks.start(_MODELS, work, done=self.models_read.emit, failed=self.models_failed.emit, title=title)

    def name_runs(self, versions: Sequence[ModelVersion]) -> None:
        """Ask for the names of source runs that are not known yet."""
        unknown = list({v.run_id for v in versions if v.run_id and v.run_id not in self.run_names})
        if unknown and self._store is not None:
            work = partial(_read_run_names, self._store, unknown)
            self._tasks.start(_NAMES, work, done=self._named, failed=self._not_named)

    def _named(self, names: dict[str, str]) -> None:
        self.run_names = {**self.run_names, **names}
        self.runs_named.emit()

    def _not_named(self, _error: BakehouseError) -> None:
        """The ids stand for the names; the next refresh asks again."""


def _read_models(store: Store, token: Token) -> list[ModelRow]:
    return summarize(list_models(store.reader(), token), token.check)


def _read_run_names(store: Store, run_ids: list[str], token: Token) -> dict[str, str]:
    """Run id → name; empty for a run without a name or that is gone, so that it is not asked for again."""
    names = read_attribute(store.reader(), "name", run_ids, token)
    return {run_id: name or "" for run_id, name in zip(run_ids, names, strict=True)}
