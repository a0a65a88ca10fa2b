"""Answers what an artifact tree wants to know by reading one folder after another in the FILES lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from bakehouse.artifacts.listing import Entry, list_folder, single_file
from bakehouse.artifacts.locator import Location, Locator
from bakehouse.artifacts.ordering import BY_NAME, Order, in_order
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.remote import MOST_LISTED, RemoteFolder
from bakehouse.artifacts.series import FOLDER, with_series
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, BakehouseError
from bakehouse.itemmodels.artifact_tree import ArtifactTreeModel
from bakehouse.tasks import Lane, TaskRunner


@dataclass(frozen=True, slots=True)
class Contents:
    """What one node holds. `location` belongs to a root; `sentence` says why there are no entries to show, `notice`
    what is to be said beside them."""

    entries: list[Entry]
    location: Location | None = None
    sentence: str = ""
    notice: str = ""
    is_whole: bool = True
    """Whether these are all entries, or the first that were found."""
    order: Order = BY_NAME


Glimpse = Callable[[Contents], None]


def read_root(locator: Locator, guard: Guard, uri: str, order: Order, glimpse: Glimpse, token: Token) -> Contents:
    """Find an address and list what lies there; for a worker thread."""
    location = locator.locate(uri)
    if location.path is None:
        return Contents([], location, location.reason)
    try:
        if location.remote:
            return _remote_contents(RemoteFolder(location.remote, location.path), "", location, order, glimpse, token)
        if location.path.is_dir():
            entries = _listed(location.path, location.path, guard, order, glimpse, token)
        else:
            entries = [single_file(location.path, guard=guard)]
    except ArtifactError as error:
        return Contents([], location, str(error))
    return Contents(entries, location, "" if entries else "No artifacts were logged.", order=order)


def read_folder(guard: Guard, entry: Entry, order: Order, glimpse: Glimpse, token: Token) -> Contents:
    """List a folder below a root; for a worker thread."""
    if entry.remote:
        return _remote_contents(RemoteFolder(entry.remote, entry.root), entry.relative, None, order, glimpse, token)
    return Contents(_listed(entry.path, entry.root, guard, order, glimpse, token), order=order)


def _listed(path: Path, root: Path, guard: Guard, order: Order, glimpse: Glimpse, token: Token) -> list[Entry]:
    def tell(entries: list[Entry]) -> None:
        glimpse(Contents(entries, is_whole=False, order=order))

    is_series = path.name == FOLDER and path.parent == root
    entries = list_folder(path, token, root=root, guard=guard, order=order, glimpse=None if is_series else tell)
    return in_order(with_series(entries), order, token) if is_series else entries


def reordered(listed: dict[int, list[Entry]], order: Order, token: Token) -> dict[int, list[Entry]]:
    """Entries by node in another order; for a worker thread."""
    return {number: in_order(entries, order, token) for number, entries in listed.items()}


def _remote_contents(
    folder: RemoteFolder, below: str, location: Location | None, order: Order, glimpse: Glimpse, token: Token
) -> Contents:
    def tell(entries: Sequence[Entry]) -> None:
        glimpse(Contents(in_order(entries, order, token), location, is_whole=False, order=order))

    found, is_cut = folder.list(below, token, tell)
    entries = in_order(found, order, token)
    sentence = "" if entries or location is None else "No artifacts were logged."
    notice = f"Only the first {MOST_LISTED:,} entries are listed" if is_cut else ""
    return Contents(entries, location, sentence, notice, order=order)


class ArtifactReading(QObject):
    """The queue of nodes whose contents an ArtifactView wants; without a locator they wait. GUI thread."""

    arrived = Signal(int, object)
    """Number of a node that is still shown, its Contents."""
    _glimpsed = Signal(int, object)

    def __init__(self, tasks: TaskRunner, slot: str, model: ArtifactTreeModel, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._slot = slot
        self._model = model
        self._queue: list[int] = []
        self._number: int | None = None
        self._locator: Locator | None = None
        self.guard: Guard | None = None
        model.contents_wanted.connect(self._want)
        model.order_wanted.connect(self._reorder)
        self._glimpsed.connect(self._take_glimpse, Qt.ConnectionType.QueuedConnection)

    @property
    def locator(self) -> Locator | None:
        """Where addresses lead, and by its store what must not be opened."""
        return self._locator

    @locator.setter
    def locator(self, locator: Locator | None) -> None:
        self._locator = locator
        self.guard = None if locator is None else Guard(locator.store_path)

    def stop(self) -> None:
        """Forget what is wanted; nothing of it arrives."""
        self._queue.clear()
        self._number = None
        self._tasks.cancel(self._slot)
        self._tasks.cancel(f"{self._slot}.order")

    def _reorder(self) -> None:
        self._tasks.start(
            f"{self._slot}.order",
            partial(reordered, self._model.listed(), self._model.order),
            done=self._place_reordered,
            failed=self._fail_reordering,
            lane=Lane.MEMORY,
        )

    def _place_reordered(self, lists: dict[int, list[Entry]]) -> None:
        for number, entries in lists.items():
            if self._model.is_known(number):
                self._model.place(number, entries)

    def _fail_reordering(self, error: BakehouseError) -> None:
        raise error  # putting entries in order meets nothing of the world

    def _take_glimpse(self, number: int, contents: Contents) -> None:
        if number == self._number and self._model.is_known(number):
            self.arrived.emit(number, contents)

    def _want(self, number: int) -> None:
        self._queue.append(number)
        self._read_next()

    def _read_next(self) -> None:
        if self._number is not None or self._locator is None or self.guard is None:
            return
        while self._queue:
            number = self._queue.pop(0)
            source = self._model.source(number)
            if source is None:
                continue
            root, entry, _ = source
            glimpse = partial(self._glimpsed.emit, number)
            if entry is None:
                work = partial(read_root, self._locator, self.guard, root.uri, self._model.order, glimpse)
            else:
                work = partial(read_folder, self.guard, entry, self._model.order, glimpse)
            self._number = number
            self._tasks.start(
                self._slot,
                work,
                done=self._deliver,
                failed=self._fail,
                lane=Lane.FILES,
                title="Reading artifacts",
            )
            return

    def _deliver(self, contents: Contents) -> None:
        number, self._number = self._number, None
        if number is not None and self._model.is_known(number):
            self.arrived.emit(number, contents)
            if contents.order != self._model.order and contents.entries:
                self._reorder()
        self._read_next()

    def _fail(self, error: BakehouseError) -> None:
        self._deliver(Contents([], None, str(error)))
