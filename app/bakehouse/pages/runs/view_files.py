"""Where views are read and written: the shelf, the memory of one store's tables, files to share; all in tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError, PersonalFileError
from bakehouse.personal.view_format import View
from bakehouse.personal.views import Shelf, TableMemory, ViewShelf, export_view, import_view
from bakehouse.tasks import Lane, TaskRunner

_SHELF, _MEMORY, _FILE = "runs.views", "runs.tables", "runs.view_file"


class ViewFiles(QObject):
    """Owned by the views of the page. GUI thread; the files are touched in the lane of writes, one after the other."""

    shelf_changed = Signal(object)
    """The Shelf as it is now."""
    memory_read = Signal(object)
    """dict[str, View]: how the tables of the open store were left."""
    imported = Signal(object)
    """The View of a file."""
    exported = Signal(object)
    """The Path that was written."""
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._shelf = ViewShelf()
        self._memory: TableMemory | None = None
        self._guard: Guard | None = None
        self._changes = 0
        """How many changes of the shelf are on their way."""

    def open(self, store: Path) -> None:
        """Read the shelf, and how the tables of this store were left."""
        self._memory, self._guard = TableMemory(store), Guard(store)
        self._read_shelf()
        memory = self._memory
        self._start(_MEMORY, lambda _: memory.read(), self.memory_read.emit)

    def close(self) -> None:
        """Another store or none is open from now on."""
        self._memory = None

    def change(self, change: Callable[[Shelf], Shelf]) -> None:
        """Change the shelf; told of once no other change is on its way."""
        self._changes += 1
        self._tasks.start(
            _SHELF,
            lambda _: self._shelf.change(change),
            done=self._changed,
            failed=self._not_changed,
            lane=Lane.WRITE,
        )

    def _changed(self, shelf: Shelf) -> None:
        self._changes -= 1
        if not self._changes:
            self.shelf_changed.emit(shelf)

    def _not_changed(self, error: BakehouseError) -> None:
        self._changes -= 1
        self.failed.emit(str(error))
        if not self._changes:
            self._read_shelf()

    def _read_shelf(self) -> None:
        self._start(_SHELF, lambda _: self._shelf.read(), self.shelf_changed.emit)

    def remember(self, tables: Mapping[str, View | None]) -> None:
        """Keep how tables of the open store were left."""
        memory = self._memory
        if memory is not None:
            kept = dict(tables)
            self._start(_MEMORY, lambda _: memory.remember(kept), _nothing)

    def export_to(self, view: View, path: Path) -> None:
        """Write a view into a file."""
        self._start(_FILE, partial(self._guarded, path, partial(export_view, view)), self.exported.emit)

    def import_from(self, path: Path) -> None:
        """Read a view from a file."""
        self._start(_FILE, partial(self._guarded, path, import_view), self.imported.emit)

    def _guarded(self, path: Path, work: Callable[[Path], object], _token: Token) -> object:
        """Never the open store: reading it as a file would drop our locks on it, writing would end it."""
        forbidden = self._guard.identities() if self._guard is not None else frozenset()
        try:
            facts = path.stat()
        except OSError:
            return work(path)
        if (facts.st_dev, facts.st_ino) in forbidden:
            raise PersonalFileError("This is the store that is open, not a view.")
        return work(path)

    def _start(self, slot: str, work: Callable[[Token], object], done: Callable[..., object]) -> None:
        self._tasks.start(slot, work, done=done, failed=self._tell, lane=Lane.WRITE)  # type: ignore[arg-type]

    def _tell(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))


def _nothing(_result: object) -> None:
    """Nobody waits for it."""
