"""What the models page reads of a store, in tasks: models with what the overview says of them, names of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.registry_rows import ModelRow, summarize
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import metric
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.models import ModelVersion
from bakehouse.store.columns import Numbers, read_columns
from bakehouse.store.handle import Store
from bakehouse.store.metrics import metric_keys
from bakehouse.store.registry import list_models
from bakehouse.store.run_attributes import read_attribute
from bakehouse.tasks import Lane, TaskRunner

_MODELS, _NAMES, _METRICS = "models.list", "models.run_names", "models.metrics"
_SYSTEM = "system/"


@dataclass(frozen=True)
class VersionMetrics:
    """The metrics that source runs have, and of those shown the latest value by run id."""

    names: list[str]
    values: dict[str, dict[str, float]]


class RegistryReading(QObject):
    """Owned by the models page. GUI thread; reads in tasks of its own."""

    models_read = Signal(object)
    """list[ModelRow] by name."""
    models_failed = Signal(object)
    """The BakehouseError why they could not be read."""
    runs_named = Signal()
    """`run_names` holds more names."""
    metrics_read = Signal(object)
    """VersionMetrics."""

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._store: Store | None = None
        self.run_names: Mapping[str, str] = {}

    def set_store(self, store: Store | None) -> None:
        """Read from this store from now on; None stops."""
        for slot in (_MODELS, _NAMES, _METRICS):
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

    def read_metrics(self, versions: Sequence[ModelVersion], chosen: Sequence[str] | None) -> None:
        """Read the metrics `chosen` of the versions' source runs; None takes the first one there is."""
        run_ids = list(dict.fromkeys(v.run_id for v in versions if v.run_id))
        if self._store is not None:
            work = partial(_read_metrics, self._store, run_ids, chosen)
            done, failed = self.metrics_read.emit, self._not_named
            self._tasks.start(_METRICS, work, done=done, failed=failed, lane=Lane.BACKGROUND)

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


def _read_metrics(store: Store, run_ids: list[str], chosen: Sequence[str] | None, token: Token) -> VersionMetrics:
    reader = store.reader()
    names = sorted(metric_keys(reader, run_ids, token), key=lambda name: (name.startswith(_SYSTEM), name.casefold()))
    shown = names[:1] if chosen is None else [name for name in chosen if name in set(names)]
    row_of = {run_id: row for row, run_id in enumerate(run_ids)}
    columns = read_columns(reader, [metric(name) for name in shown], row_of, token)
    values: dict[str, dict[str, float]] = {}
    for name in shown:
        column = columns[metric(name)]
        assert isinstance(column, Numbers)
        pairs = zip(column.rows.tolist(), column.values.tolist(), strict=True)
        values[name] = {run_ids[row]: value for row, value in pairs}
    return VersionMetrics(names, values)
