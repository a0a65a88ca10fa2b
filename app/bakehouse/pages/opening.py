"""Opens, watches and closes the one store that the window shows."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.artifacts.locator import Locator
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import FileChange
from bakehouse.domain.errors import BakehouseError, StoreUnfinished
from bakehouse.pages.session import Session
from bakehouse.sample import install_sample
from bakehouse.settings import Settings
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store, repair, repaired_copy
from bakehouse.store.watching import Watcher
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import ThemeSource

_POLL_MS = 1000

Opened = tuple[Store, Watcher]


class StoreOpener(QObject):
    """Owned by the window; all methods are for the GUI thread, all file access happens in tasks."""

    opened = Signal(object)
    """The new Session."""
    closed = Signal()
    failed = Signal(object, object)
    """Path and BakehouseError of a store that could not be opened."""
    unfinished = Signal(object, object)
    """Path and StoreUnfinished: a killed writer left the store; the person is asked what to do."""
    file_changed = Signal(object)
    """A FileChange other than NONE."""

    def __init__(self, tasks: TaskRunner, themes: ThemeSource, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._tasks = tasks
        self._themes = themes
        self._settings = settings
        self._watcher: Watcher | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._look)

    def open(self, path: Path, *, read_only: bool = False) -> None:
        """Open `path` in the background; the store that is open now stays until that has succeeded."""
        work = partial(_open, path, read_only)
        self._start("Opening", work, path)

    def open_sample(self, *, read_only: bool = False) -> None:
        """Put the sample into the data folder when it is not there yet, and open it."""
        self._start("Opening the sample", partial(_open_sample, read_only), Path("sample"))

    def open_repaired(self, path: Path) -> None:
        """Finish or take back the interrupted commit in the file itself, then open it."""
        self._start("Repairing", partial(_repair, path), path)

    def open_repaired_copy(self, path: Path, target: Path) -> None:
        """Make a repaired copy at `target` and open that; the original is not touched."""
        self._start("Repairing a copy", partial(_repair_copy, path, target), target)

    def close(self) -> None:
        """Let go of the store: reads are cancelled, writes are waited for, connections closed."""
        self._poll.stop()
        session, self.session, self._watcher = self.session, None, None
        if session is not None:
            self.closed.emit()
            self._tasks.settle()
            session.store.close()

    def _start(self, title: str, work: Callable[[Token], Opened], path: Path) -> None:
        self._tasks.start(
            "store.open",
            work,
            done=self._adopt,
            failed=partial(self._refuse, path),
            lane=Lane.FILES,
            title=title,
        )

    def _adopt(self, opened: Opened) -> None:
        self.close()
        store, self._watcher = opened
        self.session = Session(store, Locator(store.path), self._tasks, self._themes, self._settings)
        self._settings.remember_store(store.path)
        self.opened.emit(self.session)
        self._poll.start()

    def _refuse(self, path: Path, error: BakehouseError) -> None:
        if isinstance(error, StoreUnfinished):
            self.unfinished.emit(path, error)
        else:
            self._settings.forget_store(path)
            self.failed.emit(path, error)

    def _look(self) -> None:
        if self._watcher is not None:
            self._tasks.start("store.watch", partial(_poll, self._watcher), done=self._looked, failed=self._lost_sight)

    def _looked(self, change: FileChange) -> None:
        if change in (FileChange.MISSING, FileChange.REPLACED):
            self._poll.stop()
        if change is not FileChange.NONE:
            self.file_changed.emit(change)

    def _lost_sight(self, _error: BakehouseError) -> None:
        """A poll that failed says nothing new; the next one, or the next read, tells."""


def _open(path: Path, read_only: bool, _token: Token) -> Opened:
    store = open_store(Path(os.path.realpath(path)), read_only=read_only)
    return store, store.watcher()


def _open_sample(read_only: bool, token: Token) -> Opened:
    return _open(install_sample(), read_only, token)


def _repair(path: Path, token: Token) -> Opened:
    repair(path)
    return _open(path, False, token)


def _repair_copy(path: Path, target: Path, token: Token) -> Opened:
    repaired_copy(path, target)
    return _open(target, False, token)


def _poll(watcher: Watcher, _token: Token) -> FileChange:
    return watcher.poll()
