"""A window of its own for one file's preview."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible
from bakehouse.plots.picture import PictureCanvas, prepare
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_preview import ArtifactPreview, Picture, Shown, load_preview


def load_for_window(entry: Entry, guard: Guard | None, token: Token) -> Shown:
    """As `load_preview`, with what a picture's canvas needs made ready; for a worker thread."""
    shown = load_preview(entry, guard, token)
    if isinstance(shown, Picture):
        prepare()
    return shown


class PreviewWindow(QDialog):
    """Shows a loaded preview larger, pictures zoomable; resizable, closed with Escape, gone when closed. GUI thread."""

    def __init__(self, themes: ThemeSource, name: str, shown: Shown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preview_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(visible(name, 200))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._preview: ArtifactPreview | PictureCanvas
        if isinstance(shown, Picture):
            self._preview = PictureCanvas(themes.theme, shown.image, self)
        else:
            self._preview = ArtifactPreview(themes.theme, self)
            self._preview.show_preview(name, shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        layout.addWidget(self._preview)
        self.resize(900, 640)
        themes.changed.connect(self._set_theme)

    def _set_theme(self, theme: Theme) -> None:
        self._preview.set_theme(theme)
