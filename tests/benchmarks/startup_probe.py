"""Runs as a process of its own: start the application on a store, print when its rows are painted, and what it holds.

Usage: python startup_probe.py STORE|sample [settle]: with "settle" all columns are waited for too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QApplication, QTableView

from bakehouse.domain.options import Options
from bakehouse.main import Application, favour_window

_NOTICED_MS = 50


def seconds_since_process_start() -> float:
    """Wall seconds since the kernel started this process (Linux: /proc/self/stat, field 22)."""
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def resident_mb() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Probe:
    """Looks every 5 ms whether the table has painted its rows, and how long the GUI thread was away."""

    def __init__(self, qt: QApplication, application: Application, settle: bool) -> None:
        self._qt, self._application, self._settle = qt, application, settle
        self.figures: dict[str, float] = {}
        self._gap = QElapsedTimer()
        self._gap.start()
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._quiet = 0

    def _look(self) -> None:
        gap = self._gap.restart()
        if "rows_s" in self.figures:
            self.figures["longest_gap_ms"] = max(self.figures.get("longest_gap_ms", 0), gap)
            self.figures["gaps"] = self.figures.get("gaps", 0) + (gap > _NOTICED_MS)
        window = self._application.window
        if "rows_s" not in self.figures:
            self._look_for_rows()
            return
        if window.tasks.busy:
            self.figures["columns_s"] = seconds_since_process_start()
        self._quiet = self._quiet + 1 if not window.tasks.busy else 0
        if not self._settle or self._quiet > 50:
            self.figures["end_s"] = seconds_since_process_start()
            self.figures["end_mb"] = resident_mb()
            self._timer.stop()
            window.close()
            self._qt.quit()

    def _look_for_rows(self) -> None:
        window = self._application.window
        if "window_s" not in self.figures and window.isVisible():
            self.figures["window_s"] = seconds_since_process_start()
        table = window.findChild(QTableView, "run_table")
        if table is not None and table.model() and table.model().rowCount() > 0:
            table.viewport().repaint()
            self.figures["rows_s"] = seconds_since_process_start()
            self.figures["rows_mb"] = resident_mb()
            self._gap.restart()


def main() -> None:
    favour_window()
    qt = QApplication(sys.argv[:1])
    qt.setStyle("Fusion")
    store = None if sys.argv[1] == "sample" else Path(sys.argv[1])
    options = Options(store=store, read_only=False, sample=store is None, theme="light")
    application = Application(qt, options)
    probe = Probe(qt, application, "settle" in sys.argv)
    application.start(options)
    qt.exec()
    print(json.dumps(probe.figures))


if __name__ == "__main__":
    main()
