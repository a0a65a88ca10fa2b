"""The line in which a person types what the runs shall contain."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget
from typing_extensions import override

from bakehouse.theme import GRID, Theme
from bakehouse.widgets.icons import icon

# Long enough not to filter at every key of a fast typist, too short to be noticed.
_PAUSE_MS = 80


class FilterBar(QWidget):
    """A filter line with the columns button beside it; tells the text a moment after the last key."""

    filter_changed = Signal(str)
    columns_requested = Signal()
    down_pressed = Signal()
    """The person wants to go on to the table."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = ""
        self._line = QLineEdit(self)
        self._line.setObjectName("filter")
        self._line.setPlaceholderText("Filter by words in names and values, such as gbm lr=0.1")
        self._line.setAccessibleName("Filter runs")
        self._line.setClearButtonEnabled(True)
        self._line.setMaxLength(10_000)
        font = QFont(self._line.font())
        font.setFamilies(["monospace"])
        font.setStyleHint(QFont.StyleHint.Monospace)
        self._line.setFont(font)
        self._search = self._line.addAction(icon("search", theme, 16), QLineEdit.ActionPosition.LeadingPosition)
        self.columns_button = QPushButton("Columns", self)
        self.columns_button.setObjectName("columns_button")
        self.columns_button.setAccessibleName("Choose columns")
        self.columns_button.clicked.connect(self.columns_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 6, GRID + 2, GRID + 6, GRID + 2)
        layout.setSpacing(GRID)
        layout.addWidget(self._line, 1)
        layout.addWidget(self.columns_button)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._line.textChanged.connect(self._typed)
        self._line.returnPressed.connect(self._tell)

    @property
    def text(self) -> str:
        """What was typed, whether told yet or not."""
        return self._line.text()

    def set_theme(self, theme: Theme) -> None:
        self._search.setIcon(icon("search", theme, 16))

    def set_text(self, text: str) -> None:
        """Write `text` into the line and tell it at once."""
        self._line.setText(text)
        self._tell()

    def set_columns(self, shown: int, all_columns: int) -> None:
        """The numbers on the columns button."""
        self.columns_button.setText(f"Columns {shown:,} of {all_columns:,}")

    def focus(self) -> None:
        """Put the cursor into the line, its text selected."""
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def _typed(self, text: str) -> None:
        if text:
            self._pause.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self._pause.stop()
        if self._line.text() != self._told:
            self._told = self._line.text()
            self.filter_changed.emit(self._told)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._line.text():
            self._line.clear()
        elif event.key() == Qt.Key.Key_Down:
            self._tell()
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)
