"""How a running piece of work is told to stop, and how it tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bakehouse.domain.errors import Cancelled


class Token:
    """Handed to every piece of work. The task runner makes it; the worker thread checks it; any thread may cancel it.

    `progress` is called on the worker thread with (done, total, text); total 0 means unknown.
    `breathe` is called at every check and may block for a moment so that more urgent work goes first.
    """

    def __init__(
        self,
        progress: Callable[[int, int, str], None] | None = None,
        breathe: Callable[[], None] | None = None,
    ) -> None:
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []
        self._progress = progress
        self._breathe = breathe

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop, and interrupt the statement it is in."""
        with self._lock:
            self._cancelled.set()
            for interrupt in self._interrupts:
                interrupt()

    def check(self) -> None:
        """Called between pages of work. Raises Cancelled; lets more urgent work go first."""
        if self._breathe is not None:
            self._breathe()
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, done: int, total: int, text: str = "") -> None:
        """Tell how far the work is (units of the work's own choosing)."""
        if self._progress is not None:
            self._progress(done, total, text)

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """While inside, `cancel()` also calls `interrupt` (for example a connection's own). Raises Cancelled."""
        with self._lock:
            if self._cancelled.is_set():
                raise Cancelled
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)
