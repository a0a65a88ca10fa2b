"""Finds a run that another page asks for, whichever experiment it is in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import RunDetails
from bakehouse.store.handle import Store
from bakehouse.store.runs import read_details
from bakehouse.tasks import TaskRunner

_SLOT = "runs.find"


class RunFinder(QObject):
    """Remembers the run that is sought until a frame that holds it is shown. GUI thread; made by the page."""

    found = Signal(str)
    """The run is in the frame that is shown."""
    experiment_wanted = Signal(int)
    """The run is in this experiment: show it."""
    failed = Signal(str)
    """A sentence on why it cannot be shown."""

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._sought = ""

    def find(self, run_id: str, store: Store, frame: RunFrame) -> None:
        """Look for `run_id` in the frame that is shown, else in the store."""
        self._sought = run_id
        if not self.frame_shown(frame):
            self._tasks.start(_SLOT, partial(_read, store, run_id), done=self._read, failed=self._fail)

    def frame_shown(self, frame: RunFrame) -> bool:
        """A frame is shown; whether it holds the run that is sought."""
        run_id = self._sought
        if not run_id or run_id not in frame.row_of:
            return False
        self._sought = ""
        self.found.emit(run_id)
        return True

    def forget(self) -> None:
        """Nothing is sought any more."""
        self._sought = ""
        self._tasks.cancel(_SLOT)

    def _read(self, details: RunDetails | None) -> None:
        if details is None or details.lifecycle_stage == "deleted":
            self.forget()
            self.failed.emit("That run is deleted or gone from the store.")
        else:
            self.experiment_wanted.emit(details.experiment_id)

    def _fail(self, error: BakehouseError) -> None:
        self.forget()
        self.failed.emit(str(error))


def _read(store: Store, run_id: str, token: Token) -> RunDetails | None:
    return read_details(store.reader(), run_id, token)
