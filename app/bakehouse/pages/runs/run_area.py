"""The middle of the runs page: filter line, table or what to say in its place, plots."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from bakehouse.pages.runs.plots import PlotPanel
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.run_table_view import RunTableView


class RunArea(QWidget):
    """Shows the table, or one sentence with at most one thing to do."""

    clear_requested = Signal()
    retry_requested = Signal()

    def __init__(self, table: RunTableView, plots: PlotPanel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.filter_bar = FilterBar(theme)
        self._sentence = PlainLabel("", "muted")
        self._sentence.setObjectName("runs_message")
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._clear = QPushButton("Clear filter")
        self._clear.setObjectName("clear_filter")
        self._retry = QPushButton("Try again")
        self._retry.setObjectName("try_again")
        self._clear.clicked.connect(self.clear_requested)
        self._retry.clicked.connect(self.retry_requested)
        self._stack = QStackedWidget()
        self._stack.addWidget(table)
        self._stack.addWidget(self._message_page())
        rule = QFrame()
        rule.setProperty("line", "horizontal")
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.filter_bar, rule, self._stack):
            column.addWidget(widget)
        column.setStretchFactor(self._stack, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(top)
        self.splitter.addWidget(plots)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([470, 480])
        for place in range(2):
            self.splitter.setStretchFactor(place, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _message_page(self) -> QWidget:
        page = QWidget()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._clear)
        buttons.addWidget(self._retry)
        buttons.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(4 * GRID, 2 * GRID, 4 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addStretch(1)
        column.addWidget(self._sentence)
        column.addLayout(buttons)
        column.addStretch(1)
        return page

    def set_theme(self, theme: Theme) -> None:
        self.filter_bar.set_theme(theme)

    def show_table(self) -> None:
        self._stack.setCurrentIndex(0)

    def show_message(self, sentence: str, *, clear: bool = False, retry: bool = False) -> None:
        """Say one sentence in the table's place, with a button to clear the filter or to try again."""
        self._sentence.setText(sentence)
        self._clear.setVisible(clear)
        self._retry.setVisible(retry)
        self._stack.setCurrentIndex(1)
