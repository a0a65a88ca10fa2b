"""When the runs page reads the store again: at once, and then not before it has rested."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_LEAST_REST_MS = 300
# A refresh rests ten times as long as it took, so that a busy writer costs a tenth of the time at most.
_REST_FACTOR = 10


class Refresher(QObject):
    """Owned by the page. Calls `refresh` when one is due, and again only some time after `finished`. GUI thread."""

    def __init__(self, refresh: Callable[[], bool], parent: QObject) -> None:
        """`refresh` starts one and says whether it did."""
        super().__init__(parent)
        self._refresh = refresh
        self._is_due = False
        self._began = 0.0
        self._resting = QTimer(self, singleShot=True)
        self._resting.timeout.connect(self._start_if_due)

    def ask(self) -> None:
        """Something changed: refresh now, or after the rest."""
        self._is_due = True
        if not self._resting.isActive():
            self._start_if_due()

    def finished(self) -> None:
        """The refresh is on screen."""
        took = time.perf_counter() - self._began
        self._began = 0.0
        self._resting.start(max(_LEAST_REST_MS, round(took * 1000 * _REST_FACTOR)))

    def given_up(self) -> None:
        """The refresh that runs will not arrive; another may start."""
        self._began = 0.0

    def stop(self) -> None:
        """Forget what is due."""
        self._resting.stop()
        self._is_due = False
        self._began = 0.0

    def _start_if_due(self) -> None:
        if self._is_due and not self._began:
            self._is_due = False
            self._began = time.perf_counter()
            if not self._refresh():
                self._began = 0.0
