"""Opens, watches and closes the one store that the window shows."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.artifacts.locator import Locator
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import FileChange, Sight
from bakehouse.domain.errors import BakehouseError, StoreUnfinished
from bakehouse.domain.options import Options
from bakehouse.pages.session import Session
from bakehouse.personal.relocations import RelocationFile
from bakehouse.personal.stars import store_identity
from bakehouse.sample import install_sample
from bakehouse.settings import Settings
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store, repair, repaired_copy
from bakehouse.store.watching import Watcher
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import ThemeSource

_log = logging.getLogger(__name__)
_POLL_MS = 700
_WRITE_POLL_MS = 50
_LOCKED_S = 4.0
"""A commit holds its lock for moments; only a longer one is worth a word."""
_SLOT = "store.open"

Opened = tuple[Store, Watcher, Locator]

_SIGHTS = {
    FileChange.MISSING: Sight.GONE,
    FileChange.REPLACED: Sight.REPLACED,
    FileChange.SCHEMA: Sight.MIGRATED,
}


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
    sight_changed = Signal(object, str)
    """A Sight, and more about it in a sentence: whether others' changes are seen."""

    def __init__(self, tasks: TaskRunner, themes: ThemeSource, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._shown: Options | None = None
        """How the open store was asked for; None also when it is no longer what it was."""
        self._coming: Options | None = None
        self._tasks = tasks
        self._themes = themes
        self._settings = settings
        self._watcher: Watcher | None = None
        self._sight = Sight.LIVE
        self._locked_since = 0.0
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._look)
        tasks.task_finished.connect(self._ended)

    @property
    def occupied(self) -> bool:
        """Whether a store is open or about to be."""
        return self.session is not None or self._coming is not None

    def shows(self, asked: Options) -> bool:
        """Whether the store of `asked` is open or about to be. Looks at no file: links may hide that it is."""
        wanted = None if asked.store is None else asked.store.absolute()
        known = [one for one in (self._shown, self._coming) if one is not None]
        return any(
            one.read_only == asked.read_only
            and (one.sample if asked.sample else wanted in (one.store, self._real(one)))
            for one in known
        )

    def _real(self, one: Options) -> Path | None:
        """Where the links of a store's path led when it was opened."""
        return self.session.store.path if self.session is not None and one is self._shown else one.store

    def open(self, path: Path, *, read_only: bool = False) -> None:
        """Open `path` in the background; the store that is open now stays until that has succeeded."""
        self._start("Opening", partial(_open, path, read_only), Options(path.absolute(), read_only))

    def open_sample(self, *, read_only: bool = False) -> None:
        """Put the sample into the data folder when it is not there yet, and open it."""
        self._start("Opening the sample", partial(_open_sample, read_only), Options(None, read_only, sample=True))

    def open_repaired(self, path: Path) -> None:
        """Finish or take back the interrupted commit in the file itself, then open it."""
        self._start("Repairing", partial(_repair, path), Options(path.absolute()))

    def open_repaired_copy(self, path: Path, target: Path) -> None:
        """Make a repaired copy at `target` and open that; the original is not touched."""
        self._start("Repairing a copy", partial(_repair_copy, path, target), Options(target.absolute()))

    def close(self) -> None:
        """Let go of the store: reads are cancelled, writes are waited for, connections closed."""
        if self._tasks.writing:
            # The window goes on meanwhile: another program may hold the lock for long.
            QTimer.singleShot(_WRITE_POLL_MS, self.close)
            return
        self._poll.stop()
        session, self.session, self._watcher, self._shown = self.session, None, None, None
        if session is not None:
            self.closed.emit()
            self._tasks.settle()
            session.store.close()

    def _start(self, title: str, work: Callable[[Token], Opened], asked: Options) -> None:
        self._tasks.start(
            _SLOT,
            work,
            done=partial(self._adopt, asked),
            failed=partial(self._refuse, asked.store or Path("sample")),
            lane=Lane.FILES,
            title=title,
        )
        self._coming = asked

    def _ended(self, slot: str) -> None:
        if slot == _SLOT:
            self._coming = None

    def _adopt(self, asked: Options, opened: Opened) -> None:
        if self._tasks.writing:
            QTimer.singleShot(_WRITE_POLL_MS, partial(self._adopt, asked, opened))
            return
        self.close()
        self._shown = asked
        store, self._watcher, locator = opened
        self.session = Session(store, locator, self._tasks, self._themes, self._settings)
        self._settings.remember_store(store.path)
        self._sight, self._locked_since = Sight.LIVE, 0.0
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

    def _looked(self, looked: tuple[FileChange, bool]) -> None:
        change, is_blocked = looked
        if change is FileChange.REPLACED:
            self._poll.stop()
        is_new = change is not FileChange.MISSING or self._sight is not Sight.GONE
        if change is not FileChange.NONE and change is not FileChange.DATA:
            self._shown = None
            self._see(_SIGHTS[change])
        elif self._sight is not Sight.MIGRATED:
            if self._sight is Sight.GONE:
                change = FileChange.DATA  # the same file is back, with whatever was written meanwhile
            self._see_content(is_blocked=is_blocked)
        if change is FileChange.DATA and self._sight is Sight.MIGRATED:
            return  # until it is loaded again nothing is read by what was known of the tables
        if change is not FileChange.NONE and is_new:
            self.file_changed.emit(change)

    def _see_content(self, *, is_blocked: bool) -> None:
        now = time.monotonic()
        if not is_blocked:
            self._locked_since = 0.0
            self._see(Sight.LIVE)
        elif not self._locked_since:
            self._locked_since = now
        elif now - self._locked_since > _LOCKED_S:
            self._see(Sight.LOCKED, "What the writer that holds the lock has written appears when it lets go.")

    def _see(self, sight: Sight, more: str = "") -> None:
        if sight is not self._sight:
            self._sight = sight
            self.sight_changed.emit(sight, more)

    def _lost_sight(self, error: BakehouseError) -> None:
        """A poll that failed says nothing new; the next one tells when it succeeds again."""
        self._see(Sight.UNREADABLE, str(error))


def _open(path: Path, read_only: bool, token: Token) -> Opened:
    store = open_store(Path(os.path.realpath(path)), read_only=read_only)
    return store, store.watcher(), _locator(store, token)


def _locator(store: Store, token: Token) -> Locator:
    """Where artifacts lie, with what a person said of it before; a file that cannot be read teaches nothing."""
    try:
        nothing_counted: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        experiments = list_experiments(store.reader(), token, nothing_counted)
        file = RelocationFile(store_identity(experiments, store.path), store.path)
        return Locator(store.path, file.read(), file.change)
    except BakehouseError as error:
        _log.info("no learned places of artifacts: %s", error)
        return Locator(store.path)


def _open_sample(read_only: bool, token: Token) -> Opened:
    return _open(install_sample(), read_only, token)


def _repair(path: Path, token: Token) -> Opened:
    repair(path)
    return _open(path, False, token)


def _repair_copy(path: Path, target: Path, token: Token) -> Opened:
    repaired_copy(path, target)
    return _open(target, False, token)


def _poll(watcher: Watcher, _token: Token) -> tuple[FileChange, bool]:
    return watcher.poll(), watcher.is_blocked
