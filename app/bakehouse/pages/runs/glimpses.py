"""Looks up the values of the runs on screen while whole columns are still being read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer

from bakehouse.analysis.columns import build_column
from bakehouse.analysis.frame import ColumnState, Glimpse, RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.store.columns import read_columns
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.run_table_view import RunTableView

SLOT = "runs.glimpse"
_SCROLLED_MS = 30
_MARGIN = 20
"""Rows above and below the window that are looked up too."""


class Glimpser(QObject):
    """Owned by the page. Shows first values of the table's columns until they are there. GUI thread.

    Reads in the lane of files: the interactive one is busy with the columns themselves.
    """

    def __init__(self, tasks: TaskRunner, table: RunTableView, model: RunTableModel, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._table, self._model = tasks, table, model
        self._store: Store | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SCROLLED_MS)
        self._soon.timeout.connect(self.look)
        for signal in (
            table.verticalScrollBar().valueChanged,
            model.layoutChanged,
            model.modelReset,
            model.rowsInserted,
            model.rowsRemoved,
        ):
            signal.connect(self._look_soon)

    def open(self, store: Store | None) -> None:
        """Read from `store` from now on; None: not at all."""
        self._tasks.cancel(SLOT)
        self._soon.stop()
        self._store = store

    def _look_soon(self, *_what: object) -> None:
        self._soon.start()

    def look(self) -> None:
        """Look up what the window shows and nobody knows yet."""
        self._soon.stop()
        frame, (first, last) = self._model.frame, self._table.shown_rows()
        shown = self._model.rows[max(0, first - _MARGIN) : last + 1 + _MARGIN]
        rows = shown[shown >= 0].tolist()
        keys = [key for key in self._model.columns if _is_wanted(frame, key, rows)]
        if self._store is not None and rows and keys:
            work = partial(_look_up, self._store, frame, keys, rows)
            self._tasks.start(SLOT, work, done=partial(self._arrived, frame), failed=self._failed, lane=Lane.FILES)

    def _arrived(self, frame: RunFrame, found: dict[ColumnKey, Glimpse]) -> None:
        if frame is not self._model.frame:
            return
        for key, glimpse in found.items():
            if frame.column(key) is None:
                frame.glimpses[key] = glimpse
                self._model.column_changed(key)

    def _failed(self, _error: BakehouseError) -> None:
        """Nothing is shown early then; why, the column itself will say."""


def _is_wanted(frame: RunFrame, key: ColumnKey, rows: Sequence[int]) -> bool:
    if key.kind is ColumnKind.ATTRIBUTE or frame.state(key) not in (ColumnState.UNLOADED, ColumnState.LOADING):
        return False
    known = frame.glimpses.get(key)
    return known is None or not known.rows.issuperset(rows)


def _look_up(
    store: Store, frame: RunFrame, keys: Sequence[ColumnKey], rows: Sequence[int], token: Token
) -> dict[ColumnKey, Glimpse]:
    row_of = {frame.run_ids[row]: row for row in rows}
    found = read_columns(store.reader(), keys, row_of, token)
    asked = frozenset(rows)
    return {key: Glimpse(build_column(values, frame.size), asked) for key, values in found.items()}
