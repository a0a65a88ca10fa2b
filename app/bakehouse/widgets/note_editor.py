"""Writing a note in Markdown: text, preview, how long it may be, Save and Cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.note_viewer import NoteViewer

_HEIGHT = 180


class NoteEditor(QWidget):
    """Collects a text and tells it; never writes. Ctrl+Enter saves, Escape cancels when nothing was changed."""

    save_requested = Signal(str)
    cancelled = Signal()
    edited = Signal(str)
    """The text after each change by the person."""
    link_activated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = 0
        self._refusal = ""
        self._base = ""
        self.text = QPlainTextEdit()
        self.text.setObjectName("note_text")
        self.text.setAccessibleName("Note, in Markdown")
        self.text.setProperty("input", "true")
        self.text.setPlaceholderText("Markdown")
        self.text.setTabChangesFocus(True)
        self.preview = NoteViewer(theme)
        self.preview.setObjectName("note_preview")
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Edit or preview")
        self.tabs.setExpanding(False)
        for name in ("Edit", "Preview"):
            self.tabs.addTab(name)
        self._count = PlainLabel("", "muted")
        self._count.setObjectName("note_count")
        self.warning = PlainLabel("", "warn")
        self.warning.setObjectName("note_warning")
        self.warning.setWordWrap(True)
        self.warning.hide()
        self.save = QPushButton("Save")
        self.save.setObjectName("note_save")
        self.save.setProperty("primary", "true")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("note_cancel")
        self._lay_out()
        self.tabs.currentChanged.connect(self._show_tab)
        self.text.textChanged.connect(self._changed)
        self.save.clicked.connect(self._save)
        self._cancel.clicked.connect(self.cancelled)
        self.preview.link_activated.connect(self.link_activated)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._save)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._escape)

    def _lay_out(self) -> None:
        shown = QScrollArea()
        shown.setObjectName("note_preview_area")
        shown.setWidgetResizable(True)
        shown.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setObjectName("panel")
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(GRID, GRID, GRID, GRID)
        inner.addWidget(self.preview)
        inner.addStretch(1)
        shown.setWidget(holder)
        self._layers = QStackedWidget()
        self._layers.addWidget(self.text)
        self._layers.addWidget(shown)
        self._layers.setFixedHeight(_HEIGHT)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._count, 1)
        row.addWidget(self._cancel)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.tabs)
        column.addWidget(self._layers)
        column.addWidget(self.warning)
        column.addLayout(row)

    def set_theme(self, theme: Theme) -> None:
        self.preview.set_theme(theme)

    def begin(self, base: str, text: str, limit: int, refusal: str) -> None:
        """Offer `text` for editing; `base` is what the store holds, `refusal` why it cannot be saved now."""
        self._base, self._limit, self._refusal = base, limit, refusal
        if self.text.toPlainText() != text:
            self.text.setPlainText(text)
        self.warn("")
        self._tell()

    def warn(self, sentence: str) -> None:
        """Say something beside the buttons; nothing for an empty sentence."""
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))

    def _changed(self) -> None:
        self._tell()
        self.edited.emit(self.text.toPlainText())

    def _tell(self) -> None:
        text = self.text.toPlainText()
        over = len(text) - self._limit
        self._count.setText(f"{len(text):,} of {self._limit:,}" if over <= 0 else f"{over:,} too many")
        self._count.set_role("bad" if over > 0 else "muted")
        self.save.setEnabled(over <= 0 and text != self._base and not self._refusal)
        self.save.setToolTip(self._refusal or "Ctrl+Enter")

    def _save(self) -> None:
        if self.save.isEnabled():
            self.save_requested.emit(self.text.toPlainText())

    def _escape(self) -> None:
        if self.text.toPlainText() == self._base:
            self.cancelled.emit()

    def _show_tab(self, place: int) -> None:
        if place:
            self.preview.show_markdown(self.text.toPlainText())
        self._layers.setCurrentIndex(place)
