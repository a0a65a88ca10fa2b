"""Sorts the rows of a table file aside: 10,000 long texts take half a second."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from bakehouse.artifacts.tables import TablePreview, sorted_places
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.file_table import FileTable


def _sorted(table: TablePreview, column: int, is_falling: bool, token: Token) -> list[int]:
    """For a worker thread."""
    return sorted_places(table, column, is_falling, token)


class TableOrdering(QObject):
    """Answers what a FileTable wants; `slot` is a name of its own among the runner's. GUI thread."""

    def __init__(self, tasks: TaskRunner, slot: str, shown: FileTable) -> None:
        super().__init__(shown)
        self._tasks = tasks
        self._slot = slot
        self._shown = shown
        shown.order_wanted.connect(self._order)

    def stop(self) -> None:
        """Nothing that is wanted arrives."""
        self._tasks.cancel(self._slot)

    def _order(self, table: TablePreview, column: int, is_falling: bool) -> None:
        self._tasks.start(
            self._slot,
            partial(_sorted, table, column, is_falling),
            done=partial(self._shown.take_order, table),
            failed=self._fail,
            lane=Lane.MEMORY,
        )

    def _fail(self, error: BakehouseError) -> None:
        raise error  # putting rows in order meets nothing of the world
