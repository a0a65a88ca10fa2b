"""A window of its own for one file's preview."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.text import visible
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.preview_reading import PreviewReading

_WINDOWS = itertools.count(1)


class PreviewWindow(QDialog):
    """Shows a file larger; resizable, closed with Space or Escape, gone when closed. GUI thread."""

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preview_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._preview = ArtifactPreview(themes.theme, self)
        self._reading = PreviewReading(tasks, f"preview_window.{next(_WINDOWS)}", self._preview, self)
        self._reading.shown.connect(self._preview.focus_content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        layout.addWidget(self._preview)
        self.resize(900, 640)
        QShortcut(QKeySequence(Qt.Key.Key_Space), self, self.close)
        for keys, by in (("Alt+Left", -1), ("Alt+Right", 1)):
            QShortcut(QKeySequence(keys), self, self._back if by < 0 else self._forward)
        self.finished.connect(self._reading.stop)
        themes.changed.connect(self._set_theme)

    def read(self, entry: Entry, guard: Guard | None) -> None:
        """Show this file from now on."""
        self.setWindowTitle(visible(entry.name, 200))
        self._reading.guard = guard
        self._reading.read(entry)

    def _back(self) -> None:
        self._preview.places.step(-1)

    def _forward(self) -> None:
        self._preview.places.step(1)

    def _set_theme(self, theme: Theme) -> None:
        self._preview.set_theme(theme)
