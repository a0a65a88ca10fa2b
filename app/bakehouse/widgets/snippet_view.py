"""Programs that load a model: which way to name it, one tab a program, a button that copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QTabBar, QVBoxLayout, QWidget

from bakehouse.domain.loading_snippets import Address, Snippet
from bakehouse.domain.text import visible, visible_lines
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.text_view import TextView

_MOST_LINES = 14


class SnippetView(QWidget):
    """Shows what `make` says for the chosen address; chosen ways stay while others are shown. GUI thread."""

    said = Signal(str)
    """What copying did."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("loading_snippets")
        self._addresses: Sequence[Address] = ()
        self._make: Callable[[Address], list[Snippet]] | None = None
        self._snippets: list[Snippet] = []
        self._kind = self._chosen = ""
        self.tabs = QTabBar()
        self.tabs.setObjectName("snippet_ways")
        self.tabs.setAccessibleName("How to load the model")
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.by = QComboBox()
        self.by.setObjectName("snippet_address")
        self.by.setAccessibleName("How to name the version")
        self.by.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.by.setMaximumWidth(240)
        self.copy = QPushButton("Copy")
        self.copy.setObjectName("copy_snippet")
        self.copy.clicked.connect(self._copy)
        self.code = TextView(theme)
        self.code.setObjectName("snippet_code")
        self.code.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.note = PlainLabel("", "muted")
        self.note.setObjectName("snippet_note")
        self.note.setWordWrap(True)
        self._lay_out()
        self.tabs.currentChanged.connect(self._turn)
        self.by.activated.connect(self._choose)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.tabs, 1)
        line.addWidget(self.by)
        line.addWidget(self.copy)
        box = QFrame()
        box.setObjectName("snippet")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(12, 10, 12, 10)
        inner.addWidget(self.code)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(box)
        column.addWidget(self.note)

    def set_theme(self, theme: Theme) -> None:
        self.code.set_theme(theme)

    def show_snippets(
        self, addresses: Sequence[Address], make: Callable[[Address], list[Snippet]], note: str = ""
    ) -> None:
        """Offer these addresses and what `make` says for each; `note` is said below."""
        self._addresses, self._make = addresses, make
        self.by.clear()
        self.by.addItems([visible(address.words, 60) for address in addresses])
        self.by.setCurrentIndex(max(self.by.findText(self._chosen), 0))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._fill()

    def _choose(self, _place: int) -> None:
        self._chosen = self.by.currentText()
        self._fill()

    def _fill(self) -> None:
        place = self.by.currentIndex()
        if self._make is None or not 0 <= place < len(self._addresses):
            return
        self._snippets = self._make(self._addresses[place])
        titles = [one.title for one in self._snippets]
        if [self.tabs.tabText(tab) for tab in range(self.tabs.count())] != titles:
            was_blocked = self.tabs.blockSignals(True)
            while self.tabs.count():
                self.tabs.removeTab(0)
            for title in titles:
                self.tabs.addTab(title)
            kinds = [one.kind for one in self._snippets]
            self.tabs.setCurrentIndex(kinds.index(self._kind) if self._kind in kinds else 0)
            self.tabs.blockSignals(was_blocked)
        self._show()

    def _turn(self, tab: int) -> None:
        if 0 <= tab < len(self._snippets):
            self._kind = self._snippets[tab].kind
            self._show()

    def _show(self) -> None:
        tab = self.tabs.currentIndex()
        if not 0 <= tab < len(self._snippets):
            self.code.show_text("")
            return
        code = self._snippets[tab].code
        self.code.show_text(visible_lines(code.rstrip("\n")))
        self.code.setAccessibleName(f"Code: {self._snippets[tab].title}")
        # Long lines wrap: one line of room for each that must.
        lines = min(max(len(one.code.splitlines()) for one in self._snippets) + 1, _MOST_LINES)
        self.code.setFixedHeight(lines * self.code.fontMetrics().lineSpacing() + 4)

    def _copy(self) -> None:
        tab = self.tabs.currentIndex()
        if 0 <= tab < len(self._snippets):
            QGuiApplication.clipboard().setText(self._snippets[tab].code)
            self.said.emit("Copied the code")
