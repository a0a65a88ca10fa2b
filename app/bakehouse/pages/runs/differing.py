"""Which columns are the same in all runs that the page has: asked of the store only while somebody wants to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.columns import Column
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.store.differences import same_columns
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane, TaskRunner

_SLOT = "runs.differences"


class DifferingColumns(QObject):
    """Owned by the page, which tells it of stores and frames. GUI thread; the comparing runs in the background."""

    changed = Signal()
    """Whether it is wanted, or the answer."""
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._store: Store | None = None
        self._frame = RunFrame([])
        self._experiments: tuple[int, ...] = ()
        self.is_wanted = False
        self.is_known = False
        """Whether the answer is about the present runs."""
        self.same: frozenset[ColumnKey] = frozenset()
        """The columns of which every run has the same value; the name is never among them."""

    def open(self, store: Store | None) -> None:
        """Ask this store from now on."""
        self._tasks.cancel(_SLOT)
        self._store = store

    def show_frame(self, frame: RunFrame, experiment_ids: Sequence[int], *, keep: bool = False) -> None:
        """Other runs are shown; with `keep` (a refresh) the earlier answer holds until the new one is there."""
        self._frame, self._experiments, self.is_known = frame, tuple(experiment_ids), False
        if not keep:
            self.same = frozenset()
        self._ask()

    def want(self, wanted: bool) -> None:
        """Whether somebody wants to know."""
        if wanted != self.is_wanted:
            self.is_wanted = wanted
            self._ask()
            self.changed.emit()

    def _ask(self) -> None:
        if not self.is_wanted or self.is_known or self._store is None or not self._frame.size:
            return
        frame = self._frame
        work = partial(_compare, self._store, frame.keys, dict(frame.columns), frame.run_ids, self._experiments)
        self._tasks.start(
            _SLOT, work, done=self._found, failed=self._tell, lane=Lane.BACKGROUND, title="Comparing columns"
        )

    def _found(self, same: frozenset[ColumnKey]) -> None:
        self.same, self.is_known = same, True
        self.changed.emit()

    def _tell(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))


def _compare(
    store: Store,
    keys: Sequence[ColumnKey],
    loaded: Mapping[ColumnKey, Column],
    run_ids: Sequence[str],
    experiment_ids: Sequence[int],
    token: Token,
) -> frozenset[ColumnKey]:
    """From the columns that are there; the others are asked of the store, attributes and figures excepted."""
    same = set()
    for key in keys:
        token.check()
        if key in loaded and not loaded[key].differs():
            same.add(key)
    missing = [key for key in keys if key not in loaded and key.kind is not ColumnKind.ATTRIBUTE]
    found = same_columns(store.reader(), missing, experiment_ids, run_ids, token) if missing else frozenset()
    return frozenset(same | found) - {RUN_NAME}
