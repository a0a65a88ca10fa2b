"""The line in which a person types what the runs shall contain."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.brush_terms import LONGEST_FILTER
from bakehouse.analysis.search.terms import Term, terms_of, without_term
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.filter_line import FilterLine
from bakehouse.widgets.filter_summary import FilterNews, FilterSummary
from bakehouse.widgets.icons import icon

__all__ = ["FilterBar", "FilterNews"]

# Long enough not to filter at every key of a fast typist, too short to be noticed.
_PAUSE_MS = 80
_NARROW = 720
_CHIPS_CHARACTERS = 2_000
"""Longer filters have no chips: they are pasted, not put together."""


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
        self.line.setMaxLength(LONGEST_FILTER)
        self._search = self.line.addAction(icon("search", theme, 16), QLineEdit.ActionPosition.LeadingPosition)
        self.columns_button = QPushButton("Columns", self)
        self.columns_button.setObjectName("columns_button")
        self.columns_button.setAccessibleName("Choose columns")
        self.columns_button.clicked.connect(self.columns_requested)
        self.view_button = QPushButton("View: Default", self)
        self.view_button.setObjectName("view_button")
        self._columns = self._view = ("", "")
        """What stands on the buttons: at length, and where there is little room."""
        self.set_view("", False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(GRID + 6, GRID + 2, GRID + 6, GRID - 2)
        outer.setSpacing(GRID - 2)
        layout = QHBoxLayout()
        outer.addLayout(layout)
        layout.setSpacing(GRID)
        self._controls = layout
        layout.addWidget(self.line, 1)
        layout.addWidget(self.columns_button)
        layout.addWidget(self.view_button)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.summary = FilterSummary(theme, self)
        self.summary.terms.chosen.connect(self._select_term)
        self.summary.terms.removed.connect(self._remove_term)
        self.summary.terms.left.connect(self.line.setFocus)
        outer.addWidget(self.summary)
        self.line.textChanged.connect(self._typed)
        self.line.returnPressed.connect(self._tell)
        self.line.editingFinished.connect(self._keep)
        self.line.textEdited.connect(self._leave_history)

    def add_state(self, button: QPushButton) -> None:
        """Put a button that tells of another state of the table before the count below the line."""
        self.summary.add_state(button)

    @property
    def text(self) -> str:
        """What was typed, whether told yet or not."""
        return self.line.text()

    def add_control(self, control: QWidget) -> None:
        """Put `control` between the line and the columns button."""
        self._controls.insertWidget(self._controls.indexOf(self.columns_button), control)

    def set_theme(self, theme: Theme) -> None:
        self._search.setIcon(icon("search", theme, 16))
        self.line.set_theme(theme)
        self.summary.set_theme(theme)

    def show_news(self, news: FilterNews) -> None:
        """Say something of the filter below the line."""
        self.line.underline(news.position)
        self.summary.show_news(news)

    def set_text(self, text: str) -> None:
        """Write `text` into the line and tell it at once."""
        self.line.setText(text)
        if not self.line.hasFocus():
            self.line.setCursorPosition(0)
        self._tell()

    def set_history(self, texts: Sequence[str]) -> None:
        """Texts used before, the last one first: the Up key brings them back."""
        self._earlier = list(texts)

    def set_columns(self, shown: int, all_columns: int, same: int = 0) -> None:
        """The numbers on the columns button; `same` columns are hidden for being the same in all runs."""
        hidden = f", {same:,} alike hidden" if same else ""
        self._columns = f"Columns {shown:,} of {all_columns:,}{hidden}", f"Columns {shown:,}"
        self._say_buttons()

    def set_view(self, name: str, changed: bool) -> None:
        """The name on the view button, empty for the table's own choice, with a mark when something was changed."""
        shown = visible(name, 24) or "Default"
        mark = " •" if changed else ""
        self._view = f"View: {shown}{mark}".replace("&", "&&"), f"{shown}{mark}".replace("&", "&&")
        self._say_buttons()
        state = "changed since it was chosen" if changed else "as it was chosen"
        self.view_button.setAccessibleName(f"View {visible(name, 120) or 'Default'}, {state}")
        self.view_button.setToolTip(plain_tooltip(f"{visible(name, 120) or 'The table’s own choice'}: {state}"))

    def _say_buttons(self) -> None:
        """In few words where the line needs the room."""
        place = 1 if self.width() < _NARROW else 0
        self.columns_button.setText(self._columns[place])
        self.columns_button.setToolTip(self._columns[0] if place else "")
        self.view_button.setText(self._view[place])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_buttons()

    def focus(self) -> None:
        """Put the cursor into the line, its text selected."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def _typed(self, text: str) -> None:
        self.summary.be_quiet()
        self.summary.terms.show_terms(terms_of(text) if len(text) <= _CHIPS_CHARACTERS else ())
        self.summary.arrange()
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

    def _select_term(self, term: Term) -> None:
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.setSelection(term.start, term.end - term.start)

    def _remove_term(self, term: Term) -> None:
        self.set_text(without_term(self.line.text(), term))
        if not self.summary.terms.terms:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

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
