"""Slots, generations and lanes: how pages hand work to threads and get finished results back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError, Cancelled
from bakehouse.tasks.lane import Job, LaneThread

T = TypeVar("T")

# Background work stands aside for interactive reads, and all work for the window, but not for ever.
_STAND_ASIDE_S = 0.5


class Lane(Enum):
    """Which thread runs a piece of work. Each has its own connection, since readers are per thread."""

    READ = "read"
    BACKGROUND = "background"
    WRITE = "write"
    FILES = "files"
    PREVIEW = "preview"
    """Looks at one file; it waits for no listing and no copy."""
    WALK = "walk"
    """Goes through whole folders: searches, digests."""
    MEMORY = "memory"
    """Work over what is in memory already; it waits for no disk."""
    EXPORT = "export"
    """Long readings into files; like BACKGROUND it stands aside for interactive reads."""
    COPY = "copy"
    """Copies of files, fetched ones too: as long as they take, so that FILES stays free for the tree."""


class TaskRunner(QObject):
    """Owned by the window; pages start work under a slot name. All methods are for the GUI thread.

    A slot has at most one running and one waiting job: a new start cancels the running one and replaces the
    waiting one, and results of older generations are dropped before any callback runs. Jobs in the WRITE lane
    are queued in order and never cancelled or replaced.
    """

    task_started = Signal(str, str)
    """slot, title"""
    task_progressed = Signal(str, object, object, str)
    """slot, done, total (0: unknown), text; whole numbers that 32 bits may not hold"""
    task_finished = Signal(str, str, float)
    """slot, title, elapsed milliseconds"""
    crashed = Signal(object)
    """An exception that is a bug."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._generations: dict[str, int] = {}
        self._active: dict[str, list[tuple[Lane, Job]]] = {}
        self._interactive_idle = threading.Event()
        self._interactive_idle.set()
        self._window_idle = threading.Event()
        self._window_idle.set()
        self._lanes: dict[Lane, LaneThread] = {}
        self._closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        slot: str,
        work: Callable[[Token], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[BakehouseError], None],
        lane: Lane = Lane.READ,
        title: str = "",
    ) -> None:
        """Run `work(token)` on `lane`'s thread; `done(result)` or `failed(error)` run on the GUI thread.

        A bug in `work` reaches `crashed` instead; a cancelled job calls nothing.
        """
        if self._closed:
            return
        if lane is not Lane.WRITE:
            self.cancel(slot)
        generation = self._generations.get(slot, 0) + 1
        self._generations[slot] = generation
        token = Token(
            progress=partial(self.task_progressed.emit, slot),
            breathe=self._stand_aside if lane in (Lane.BACKGROUND, Lane.EXPORT) else self._give_way,
        )
        job = Job(slot, generation, title, work, token, done, failed)  # type: ignore[arg-type]
        self._active.setdefault(slot, []).append((lane, job))
        if lane is Lane.READ:
            self._interactive_idle.clear()
        self.task_started.emit(slot, title)
        self._thread(lane).put(job)

    def cancel(self, slot: str) -> None:
        """Stop what runs or waits under `slot` (writes excepted); nothing of it will be delivered."""
        remaining: list[tuple[Lane, Job]] = []
        for lane, job in self._active.pop(slot, []):
            if lane is Lane.WRITE:
                remaining.append((lane, job))
                continue
            self._thread(lane).drop_waiting(slot)
            job.token.cancel()
            self.task_finished.emit(slot, job.title, 0.0)
        if remaining:
            self._active[slot] = remaining
        else:
            self._generations[slot] = self._generations.get(slot, 0) + 1
        self._note_idle()

    def stop(self, slot: str) -> None:
        """The person asks to stop: reads are cancelled; a write ends where it can, and what it says is delivered."""
        for lane, job in self._active.get(slot, []):
            if lane is Lane.WRITE:
                job.token.cancel()
        self.cancel(slot)

    def cancel_all(self) -> None:
        """Cancel every slot; writes go on."""
        for slot in list(self._active):
            self.cancel(slot)

    def stand_back(self, ms: int) -> None:
        """All work rests for `ms`: the GUI thread is about to draw something large and needs the interpreter."""
        self._window_idle.clear()
        QTimer.singleShot(ms, self._window_idle.set)

    def is_active(self, slot: str) -> bool:
        """Whether work of `slot` runs or waits."""
        return bool(self._active.get(slot))

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return any(self._active.values())

    @property
    def writing(self) -> bool:
        """Whether a write runs or waits."""
        return any(lane is Lane.WRITE for jobs in self._active.values() for lane, _ in jobs)

    def settle(self) -> None:
        """Cancel reads and wait until every thread has ended, writes included; their connections may be closed then.

        New work starts new threads. Called when a store is closed.
        """
        self.cancel_all()
        for thread in self._lanes.values():
            thread.close()
        for thread in self._lanes.values():
            thread.join()
        self._lanes.clear()

    def close(self) -> None:
        """Settle and refuse further work. Called once, when the window closes."""
        self.settle()
        self._closed = True

    def _thread(self, lane: Lane) -> LaneThread:
        thread = self._lanes.get(lane)
        if thread is None:
            thread = LaneThread(lane.value, self._arrived.emit)
            self._lanes[lane] = thread
            thread.start()
        return thread

    def _stand_aside(self) -> None:
        self._interactive_idle.wait(_STAND_ASIDE_S)
        self._give_way()

    def _give_way(self) -> None:
        self._window_idle.wait(_STAND_ASIDE_S)

    def _note_idle(self) -> None:
        reading = any(lane is Lane.READ for jobs in self._active.values() for lane, _ in jobs)
        if not reading:
            self._interactive_idle.set()

    @Slot(object)
    def _deliver(self, job: Job) -> None:
        jobs = self._active.get(job.slot, [])
        entry = next(((lane, other) for lane, other in jobs if other is job), None)
        if entry is None:
            if job.error is not None and not isinstance(job.error, Cancelled | BakehouseError):
                self.crashed.emit(job.error)
            return
        jobs.remove(entry)
        if not jobs:
            del self._active[job.slot]
        self._note_idle()
        self.task_finished.emit(job.slot, job.title, job.elapsed_ms)
        self._call_back(job)

    def _call_back(self, job: Job) -> None:
        error: Any = job.error
        if error is None:
            job.done(job.result)
        elif isinstance(error, BakehouseError):
            job.failed(error)
        elif not isinstance(error, Cancelled):
            self.crashed.emit(error)
