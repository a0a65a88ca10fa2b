"""The runs that the plain filter lets through, found in a task and kept through a refresh."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.text_filter import TextFilter
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.tasks import TaskRunner

_SLOT = "runs.filter"
_SETTLE_MS = 300


def is_system_tag(key: ColumnKey) -> bool:
    """Whether a column is one of MLflow's own tags, which hold no news for a person looking for runs."""
    return key.kind is ColumnKind.TAG and key.name.startswith("mlflow.")


class VisibleRuns(QObject):
    """Owns the text of the filter and its answer over the present frame. GUI thread; the search runs in a task."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._frame = RunFrame([])
        self._words = TextFilter()
        self._text = ""
        self._mask: Mask | None = None
        self._later = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._later.timeout.connect(self._search)

    @property
    def text(self) -> str:
        """What is filtered by, without blanks around it."""
        return self._text

    @property
    def mask(self) -> Mask | None:
        """bool[runs], None when the text lets all through; not to be written to."""
        return self._mask

    def rows(self) -> Ints:
        """int32[k]: the rows of the frame that the text lets through."""
        places = np.arange(self._frame.size) if self._mask is None else np.flatnonzero(self._mask)
        return places.astype(np.int32)

    def close(self) -> None:
        """Drop what is on its way."""
        self._tasks.cancel(_SLOT)
        self._later.stop()

    def show_frame(self, frame: RunFrame, *, keep: bool = False) -> None:
        """Filter other runs. With `keep` (a refresh) runs stay in or out until the text was looked for again."""
        before, earlier = self._frame, self._mask
        self._frame, self._mask = frame, None
        if keep and earlier is not None:
            stayed = {before.run_ids[row] for row in np.flatnonzero(earlier).tolist()}
            self._mask = np.fromiter((run_id in stayed for run_id in frame.run_ids), np.bool_, frame.size)
        self._search()

    def set_text(self, text: str) -> None:
        """Filter by other words."""
        self._text = text.strip()
        if not self._text:
            self.close()
            self._mask = None
            self.changed.emit()
        else:
            self._search()

    def column_arrived(self) -> None:
        """More can be searched now; several columns arrive together."""
        if self._text and not self._later.isActive():
            self._later.start()

    def _search(self) -> None:
        if not self._text:
            return
        size, text = self._frame.size, self._text
        columns = {key: column for key, column in self._frame.columns.items() if not is_system_tag(key)}

        def work(token: Token) -> Mask:
            return self._words.mask(columns, size, text, token.check)

        self._tasks.start(_SLOT, work, done=self._found, failed=self._told)

    def _found(self, mask: Mask) -> None:
        self._mask = mask
        self.changed.emit()

    def _told(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))
