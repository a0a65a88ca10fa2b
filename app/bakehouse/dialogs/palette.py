"""Ctrl+K: find a command, an experiment or a model by typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.icons import icon

_SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to go to: what is shown, its kind in a word, and what happens."""

    text: str
    kind: str
    icon: str
    go: Callable[[], None]


class PaletteDialog(QDialog):
    """Lists the places whose text holds every typed word; Enter goes to the marked one."""

    def __init__(self, places: list[Place], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Go to")
        self.resize(560, 420)
        self._places = places
        self._theme = theme
        self.search = QLineEdit()
        self.search.setObjectName("palette_search")
        self.search.setPlaceholderText("Go to experiment, model, command")
        self.search.setAccessibleName("Go to")
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Matches")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(self._take)
        self.list.itemClicked.connect(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        self._fill("")

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and (count := self.list.topLevelItemCount()):
                self._mark((self.list.currentIndex().row() + step) % count)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        found = (p for p in self._places if all(word in f"{p.text} {p.kind}".casefold() for word in words))
        self.list.clear()
        for place in islice(found, _SHOWN_AT_MOST):
            item = QTreeWidgetItem([visible(place.text, 200), place.kind])
            item.setIcon(0, icon(place.icon, self._theme, 16))
            item.setSizeHint(0, QSize(0, ROW_HEIGHT))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(1, self._theme.color("muted"))
            item.setData(0, Qt.ItemDataRole.UserRole, place)
            self.list.addTopLevelItem(item)
        self._mark(0)

    def _mark(self, place: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(place, 0))

    def _take(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            place: Place = item.data(0, Qt.ItemDataRole.UserRole)
            self.close()
            place.go()
