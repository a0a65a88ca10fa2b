"""The line in which a person types what the runs shall contain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget
from typing_extensions import override

from bakehouse.theme import GRID, Theme
from bakehouse.widgets.filter_line import FilterLine
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import PlainLabel

# Long enough not to filter at every key of a fast typist, too short to be noticed.
_PAUSE_MS = 80
# A filter that is being typed is wrong most of the time: that is said when the typing stops.
_CALM_MS = 600
_READING_MS = 6_000
"""How long something stands over the table that is no fault of the text; the status line keeps it."""


@dataclass(frozen=True)
class FilterNews:
    """What is to be said of the filter."""

    sentence: str = ""
    position: int | None = None
    """The character (0-based) at which the text cannot be read; None while nothing is wrong with it."""


class FilterBar(QWidget):
    """A filter line with the columns button beside it; tells the text a moment after the last key."""

    filter_changed = Signal(str)
    kept = Signal(str)
    """A text that the person has finished: worth remembering."""
    columns_requested = Signal()
    down_pressed = Signal()
    """The person wants to go on to the table."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = ""
        self._earlier: list[str] = []
        self._back = -1
        """Which of the earlier texts is shown, -1 for what was typed last."""
        self.line = FilterLine(theme, self)
        self.line.setObjectName("filter")
        self.line.setPlaceholderText("Filter: gbm lr=0.1, or metrics.rmse < 1 and params.model = 'tree'")
        self.line.setAccessibleName("Filter runs")
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(10_000)
        self._search = self.line.addAction(icon("search", theme, 16), QLineEdit.ActionPosition.LeadingPosition)
        self.columns_button = QPushButton("Columns", self)
        self.columns_button.setObjectName("columns_button")
        self.columns_button.setAccessibleName("Choose columns")
        self.columns_button.clicked.connect(self.columns_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 6, GRID + 2, GRID + 6, GRID + 2)
        layout.setSpacing(GRID)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.columns_button)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._news = PlainLabel("", "muted", self)
        self._news.setObjectName("filter_news")
        self._news.setWordWrap(True)
        self._news.hide()
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._show_news)
        self._read = QTimer(self, singleShot=True, interval=_READING_MS)
        self._read.timeout.connect(self._news.hide)
        self.line.textChanged.connect(self._typed)
        self.line.returnPressed.connect(self._tell)
        self.line.editingFinished.connect(self._keep)
        self.line.textEdited.connect(self._leave_history)

    @property
    def text(self) -> str:
        """What was typed, whether told yet or not."""
        return self.line.text()

    def set_theme(self, theme: Theme) -> None:
        self._search.setIcon(icon("search", theme, 16))
        self.line.set_theme(theme)

    def show_news(self, news: FilterNews) -> None:
        """Say something of the filter below the line, over what lies there."""
        self.line.underline(news.position)
        self._news.setText(news.sentence)
        self._news.set_role("muted" if news.position is None else "bad")
        self._read.stop()
        if news.position is None:
            self._show_news()
            self._read.start()
        else:
            self._calm.start()

    def _show_news(self) -> None:
        self._calm.stop()
        host = self.parentWidget()
        # While something is offered the person is busy, and it stands at the same place.
        if self.line.is_offering and self._news.text():
            self._calm.start()
            return
        self._news.setVisible(bool(self._news.text()) and host is not None)
        if host is not None and self._news.text():
            self._news.setParent(host)
            self._news.setFixedWidth(self.line.width())
            self._news.adjustSize()
            self._news.move(self.line.mapTo(host, self.line.rect().bottomLeft()) + QPoint(0, 4))
            self._news.show()
            self._news.raise_()

    def set_text(self, text: str) -> None:
        """Write `text` into the line and tell it at once."""
        self.line.setText(text)
        self._tell()

    def set_history(self, texts: Sequence[str]) -> None:
        """Texts used before, the last one first: the Up key brings them back."""
        self._earlier = list(texts)

    def set_columns(self, shown: int, all_columns: int) -> None:
        """The numbers on the columns button."""
        self.columns_button.setText(f"Columns {shown:,} of {all_columns:,}")

    def focus(self) -> None:
        """Put the cursor into the line, its text selected."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def _typed(self, text: str) -> None:
        self._calm.stop()
        self._news.hide()
        if text:
            self._pause.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self._pause.stop()
        if self.line.text() != self._told:
            self._told = self.line.text()
            self.filter_changed.emit(self._told)

    def _keep(self) -> None:
        text = self.line.text().strip()
        if text and self.line.is_readable and text not in self._earlier[:1]:
            self._earlier = [text, *(other for other in self._earlier if other != text)]
            self._back = min(self._back, 0)
            self.kept.emit(text)

    def _leave_history(self) -> None:
        self._back = -1

    def _go_back(self, step: int) -> None:
        """Show an older (1) or a newer (-1) text; beyond the newest the line is empty."""
        self._back = min(max(self._back + step, -1), len(self._earlier) - 1)
        self.set_text(self._earlier[self._back] if self._back >= 0 else "")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._news.isVisible():
            self._show_news()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.line.text():
            self.line.clear()
        elif event.key() == Qt.Key.Key_Up:
            self._go_back(1)
        elif event.key() == Qt.Key.Key_Down and self._back >= 0:
            self._go_back(-1)
        elif event.key() == Qt.Key.Key_Down:
            self._tell()
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)
