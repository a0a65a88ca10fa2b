"""A popup with a search line over a list."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QListView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.search_field import SearchField

_GAP = 4


class Themed(Protocol):
    """A delegate that draws in the colours of `theme`."""

    theme: Theme


class SearchPopup(QFrame):
    """Typing searches, Down leads into the list, Enter takes the line that the keyboard is in or the first found.

    Whoever extends it says what taking a line does, and connects the search to the model.
    """

    def __init__(self, name: str, label: str, hint: str, size: tuple[int, int], parent: QWidget | None) -> None:
        """`name` is the object name, `hint` stands in the empty search, `size` is in pixels."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._size = size
        self._themed: Themed | None = None
        self.search = SearchField(self)
        self.search.setPlaceholderText(hint)
        self.search.setAccessibleName(hint)
        self.list = QListView(self)
        self.list.setAccessibleName(label)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(GRID + 2, GRID + 2, GRID + 2, GRID + 2)
        self.column.setSpacing(GRID)
        self.column.addWidget(self.search)
        self.column.addWidget(self.list)
        self.search.returnPressed.connect(self._take_first)
        self.list.clicked.connect(self.clicked)

    def show_list(self, model: QAbstractItemModel, delegate: QAbstractItemDelegate, themed: Themed) -> None:
        """List `model`, drawn by `delegate`, which is `themed` as well."""
        self.list.setModel(model)
        self.list.setItemDelegate(delegate)
        self._themed = themed

    def set_theme(self, theme: Theme) -> None:
        if self._themed is not None:
            self._themed.theme = theme
        self.setStyleSheet(f"#{self.objectName()} {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def show_below(self, anchor: QWidget) -> None:
        """Show the popup under `anchor`, above it where the screen ends, its right edge at the anchor's where the
        window ends.
        """
        width, height = self._size
        self.resize(width, height)
        screen, window = anchor.screen().availableGeometry(), anchor.window()
        at = anchor.mapToGlobal(QPoint(0, anchor.height() + _GAP))
        if at.x() + width > window.mapToGlobal(window.rect().topRight()).x():
            at.setX(at.x() + anchor.width() - width)
        if at.y() + height > screen.bottom():
            at.setY(anchor.mapToGlobal(QPoint(0, -height - _GAP)).y())
        at.setX(max(screen.left(), min(at.x(), screen.right() - width)))
        self.move(at)
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def first(self) -> Index:
        """The line that Enter takes."""
        return self.list.model().index(0, 0)

    def take(self, index: Index) -> None:
        """A line was chosen."""
        raise NotImplementedError

    def clicked(self, index: Index) -> None:
        """A line was clicked: chosen, unless whoever extends this knows better."""
        self.take(index)

    def _take_first(self) -> None:
        if self.search.text().strip():
            self.take(self.first())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setCurrentIndex(self.first())
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.hasFocus():
            self.take(self.list.currentIndex())
        else:
            super().keyPressEvent(event)
