"""How long the event loop stands still while something is done."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer


class Gaps:
    """Watches from now on until `stop`; GUI thread."""

    def __init__(self, parent: QObject) -> None:
        self._timer = QTimer(parent, interval=0)
        self._timer.timeout.connect(self._tick)
        self._last = time.perf_counter()
        self._longest: list[float] = []
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._longest = sorted([*self._longest, (now - self._last) * 1000])[-5:]
        self._last = now

    def tell(self, name: str) -> None:
        """Print the longest gaps since the last time."""
        print(f"\n{name}: longest gaps {', '.join(f'{gap:.0f}' for gap in reversed(self._longest))} ms")
        self._longest = []
        self._last = time.perf_counter()

    def stop(self) -> None:
        self._timer.stop()
