"""The inbox at the left of the reviews page: what waits, what is mine, what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QTabBar, QVBoxLayout, QWidget

from bakehouse.itemmodels.request_list import RequestLine, RequestListModel
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.focus import KeyboardMark
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.request_cells import RequestDelegate
from bakehouse.widgets.search_field import SearchField


class Tab(IntEnum):
    """The three parts of the inbox."""

    WAITING = 0
    MINE = 1
    DECIDED = 2

    @property
    def title(self) -> str:
        return ("Waiting", "Mine", "Decided")[self]


_NOTHING = {
    Tab.WAITING: "Nothing waits for a decision.",
    Tab.MINE: "You have requested nothing yet.",
    Tab.DECIDED: "Nothing was decided yet.",
}


class Inbox(QWidget):
    """Tabs, a search and the list of one tab; one request is chosen. GUI thread only."""

    chosen = Signal(str)
    """The id of the request to show, empty for none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        self._lines: dict[Tab, list[RequestLine]] = {tab: [] for tab in Tab}
        self._waiting = 0
        self._id = ""
        self._filling = False
        self.tabs = QTabBar()
        self.tabs.setObjectName("inbox_tabs")
        self.tabs.setAccessibleName("Inbox")
        self.tabs.setExpanding(False)
        for tab in Tab:
            self.tabs.addTab(tab.title)
        self.search = SearchField()
        self.search.setObjectName("request_search")
        self.search.setPlaceholderText("Find request")
        self.search.setAccessibleName("Find request")
        self.model = RequestListModel(self)
        self._delegate = RequestDelegate(theme, self)
        self.list = QListView()
        self.list.setObjectName("requests")
        self.list.setAccessibleName("Requests")
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListView { background: transparent; }")
        KeyboardMark(self.list)
        self._none = PlainLabel("", "muted")
        self._none.setWordWrap(True)
        self._none.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._lay_out()
        self.setFocusProxy(self.list)
        self.tabs.currentChanged.connect(self._show_tab)
        self.search.textChanged.connect(self._find)
        self.list.selectionModel().currentChanged.connect(self._pick)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.list.viewport().update()

    @property
    def request_id(self) -> str:
        """The chosen request."""
        return self._id

    def show_lines(self, lines: Mapping[Tab, Sequence[RequestLine]], waiting: int) -> None:
        """Show these; the chosen request stays where it still is. `waiting` is how many wait for the person."""
        self._lines = {tab: list(lines.get(tab, ())) for tab in Tab}
        self._waiting = waiting
        self.tabs.setTabText(Tab.WAITING, f"{Tab.WAITING.title} {waiting}" if waiting else Tab.WAITING.title)
        self._fill()

    def choose(self, request_id: str) -> None:
        """Show this request, on the tab it is on."""
        for tab in (self._tab, *Tab):
            if any(line.request_id == request_id for line in self._lines[tab]):
                self._id = request_id
                self.search.clear()
                self.tabs.setCurrentIndex(tab)
                self._fill()
                return

    @property
    def _tab(self) -> Tab:
        return Tab(max(self.tabs.currentIndex(), 0))

    def _show_tab(self, _index: int) -> None:
        self._fill()

    def _find(self, text: str) -> None:
        self.model.search(text)
        self._mark()

    def _fill(self) -> None:
        scrolled = self.list.verticalScrollBar().value()
        self._filling = True
        self.model.show(self._lines[self._tab])
        self._filling = False
        self._mark()
        self.list.verticalScrollBar().setValue(scrolled)

    def _mark(self) -> None:
        """Select the chosen request, or the first one where it is not among those shown."""
        row = self.model.row_of(self._id)
        if row < 0 and self.model.shown:
            row = 0
        self._none.setText("No request matches." if self.model.all else _NOTHING[self._tab])
        self._none.setVisible(not self.model.shown)
        self.list.setVisible(bool(self.model.shown))
        self._filling = True
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().setCurrentIndex(self.model.index(row), flag)
        self._filling = False
        self._tell(self.model.shown[row].request_id if row >= 0 else "")

    def _pick(self) -> None:
        row = self.list.currentIndex().row()
        if not self._filling and row >= 0:
            self._tell(self.model.shown[row].request_id)

    def _tell(self, request_id: str) -> None:
        if request_id != self._id or not request_id:
            self._id = request_id
            self.chosen.emit(request_id)

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(GRID + 4, GRID, GRID + 4, GRID)
        top.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addLayout(top)
        column.addWidget(self._none)
        column.addWidget(self.list, 1)
        column.addStretch(0)
