"""The middle of the runs page: filter line, table or what to say in its place, plots."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from bakehouse.pages.runs.plots import PlotPanel
from bakehouse.theme import Theme
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.icons import icon
from bakehouse.widgets.run_table_view import RunTableView
from bakehouse.widgets.skeleton import Skeleton

NO_EXPERIMENTS = "This store has no experiments yet. Log a run from Python; it appears here by itself."
_PATIENCE_MS = 300


class RunArea(QWidget):
    """Shows the table, or one sentence with at most one thing to do."""

    clear_requested = Signal()
    retry_requested = Signal()
    said = Signal(str)
    lifecycle_requested = Signal()
    """Active runs again, instead of deleted ones."""
    second_shown = Signal(bool)
    """Whether the second table came to the front, or the runs."""

    def __init__(self, table: RunTableView, plots: PlotPanel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.filter_bar = FilterBar(theme)
        self._empty = EmptyState("runs_message")
        self._empty.acted.connect(self._act)
        self._empty.said.connect(self.said)
        self._is_retry = False
        self._skeleton = Skeleton(theme)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._show_skeleton)
        self._lifecycle = QPushButton("Deleted runs are shown")
        self._lifecycle.setObjectName("deleted_runs")
        self._lifecycle.setProperty("link", "true")
        self._lifecycle.setAccessibleName("Deleted runs are shown; show active runs again")
        self._lifecycle.setToolTip("Show active runs again")
        self._lifecycle.clicked.connect(self.lifecycle_requested)
        self._lifecycle.hide()
        self.filter_bar.add_state(self._lifecycle)
        self._stack = QStackedWidget()
        self._stack.addWidget(table)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._skeleton)
        self._tables = QTabBar()
        self._tables.setObjectName("table_tabs")
        self._tables.setAccessibleName("Tables")
        self._tables.setExpanding(False)
        self._tables.addTab("Runs")
        self._tables.hide()
        self._tables.currentChanged.connect(self._show_table_at)
        self._layers = QStackedWidget()
        self._layers.addWidget(self._runs_layer())
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tables)
        column.addWidget(self._layers, 1)
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

    def _runs_layer(self) -> QWidget:
        rule = QFrame()
        rule.setProperty("line", "horizontal")
        layer = QWidget()
        column = QVBoxLayout(layer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.filter_bar, rule, self._stack):
            column.addWidget(widget)
        column.setStretchFactor(self._stack, 1)
        return layer

    def add_second(self, title: str, table: QWidget) -> None:
        """One more table; which is in front is chosen above them, once `offer_second` says there is a choice."""
        self._tables.addTab(title)
        self._layers.addWidget(table)

    def offer_second(self, offered: bool) -> None:
        """Whether the store has what the second table shows."""
        self._tables.setVisible(offered)
        if not offered:
            self._tables.setCurrentIndex(0)

    def bring_forward(self, *, second: bool) -> None:
        """Show the runs, or the second table."""
        self._tables.setCurrentIndex(1 if second else 0)

    @property
    def is_second_shown(self) -> bool:
        """Whether the second table is in front."""
        return self._layers.currentIndex() == 1

    def _show_table_at(self, place: int) -> None:
        self._layers.setCurrentIndex(place)
        self.second_shown.emit(place == 1)

    def set_theme(self, theme: Theme) -> None:
        self.filter_bar.set_theme(theme)
        self._skeleton.set_theme(theme)
        self._lifecycle.setIcon(icon("x", theme, 14))

    def wait(self) -> None:
        """Runs are on their way: what is shown stays for a moment, then empty rows stand in its place."""
        self._patience.start()

    def show_lifecycle(self, deleted: bool) -> None:
        """Say at the filter that deleted runs are shown instead of active ones."""
        self._lifecycle.setVisible(deleted)

    def show_table(self) -> None:
        self._patience.stop()
        self._stack.setCurrentIndex(0)

    def show_message(self, sentence: str, *, clear: bool = False, retry: bool = False, snippet: str = "") -> None:
        """Say one sentence in the table's place, with a button to clear the filter or to try again, or code to copy."""
        self._patience.stop()
        self._is_retry = retry
        action = "Clear filter" if clear else "Try again" if retry else ""
        self._empty.show_message(sentence, action=action, snippet=snippet)
        self._stack.setCurrentIndex(1)

    def _show_skeleton(self) -> None:
        self._stack.setCurrentIndex(2)

    def _act(self) -> None:
        (self.retry_requested if self._is_retry else self.clear_requested).emit()


def no_runs(place: str) -> str:
    """What is said of experiments without runs."""
    return f"No runs in {place} yet. Log one from Python; it appears here by itself."
