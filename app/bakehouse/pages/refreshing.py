"""When a page reads the store again: at once, and then not before it has rested."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_LEAST_APART_MS = 1_000
# A refresh rests ten times as long as it took, so that a busy writer costs a tenth of the time at most.
_REST_FACTOR = 10


class Refresher(QObject):
    """Owned by the page. Calls `refresh` when one is due, and again only some time after `finished`. GUI thread."""

    def __init__(self, refresh: Callable[[], bool], parent: QObject) -> None:
        """`refresh` starts one and says whether it did."""
        super().__init__(parent)
        self._refresh = refresh
        self._is_due = self._is_urgent = False
        self._began = 0.0
        self._resting = QTimer(self, singleShot=True)
        self._resting.timeout.connect(self._start_if_due)

    def ask(self, *, at_once: bool = False) -> None:
        """Something changed: refresh now, or after the rest; `at_once` also before its end (the person did it)."""
        self._is_due = True
        self._is_urgent |= at_once
        if at_once or not self._resting.isActive():
            self._start_if_due()

    @property
    def is_running(self) -> bool:
        """Whether a refresh is on its way."""
        return bool(self._began)

    def ask_later(self) -> None:
        """Something changed, but nothing can be read yet: `ask_if_due` goes on."""
        self._is_due = True

    def ask_if_due(self) -> None:
        """What is due can be read now."""
        if self._is_due:
            self.ask()

    def finished(self) -> None:
        """The refresh is on screen."""
        if not self._began:
            return
        took_ms = (time.perf_counter() - self._began) * 1000
        self._began = 0.0
        if self._is_urgent:
            self._start_if_due()
        else:
            self._resting.start(max(round(_LEAST_APART_MS - took_ms), round(took_ms * _REST_FACTOR), 0))

    def given_up(self) -> None:
        """The refresh that runs will not arrive; another may start."""
        self._began = 0.0

    def stop(self) -> None:
        """Forget what is due."""
        self._resting.stop()
        self._is_due = self._is_urgent = False
        self._began = 0.0

    def _start_if_due(self) -> None:
        if self._is_due and not self._began:
            self._resting.stop()
            self._is_due = self._is_urgent = False
            self._began = time.perf_counter()
            if not self._refresh():
                self._began = 0.0
