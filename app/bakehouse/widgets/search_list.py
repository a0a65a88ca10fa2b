"""A search line over a list of names with counts, as the sidebars of all pages have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.focus import KeyboardMark, paint_focus
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.search_field import SearchField

_MARK = 3
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class CountedDelegate(QStyledItemDelegate):
    """A name, its count, and a mark at the left edge while selected.

    `count_role` gives the count as text; `row` is a row's height in pixels, `name` the top and height of the line with
    the name inside it.
    """

    def __init__(
        self, theme: Theme, count_role: int, row: int, name: tuple[int, int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.text = "text"
        """The colour of names."""
        self._count_role = count_role
        self._row = row
        self._name = name

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, self._row)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme = option.rect, self.theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
            painter.fillRect(rect.left(), rect.top(), _MARK, rect.height(), theme.color("accent"))
        paint_focus(painter, option, theme)
        top, height = self._name
        line = QRect(rect.left() + 2 * GRID, rect.top() + top, rect.width() - 4 * GRID, height)
        metrics, count = painter.fontMetrics(), index.data(self._count_role)
        painter.setPen(theme.color("muted"))
        painter.drawText(line, _RIGHT, count)
        room = line.width() - metrics.horizontalAdvance(count) - GRID
        painter.setPen(theme.color(self.text))
        painter.drawText(line, _LEFT, metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room))


class SearchList(QWidget):
    """Search, heading and list in a `column`. Who extends it fills `section` and marks in `list` what is chosen."""

    picked = Signal(list)
    """Rows that the person selected, ascending; at least one."""
    searched = Signal(str)

    def __init__(
        self, model: QAbstractListModel, delegate: CountedDelegate, noun: str, title: str, parent: QWidget | None = None
    ) -> None:
        """`noun` names one of the things listed (`model`), `title` the list for screen readers."""
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(140)
        self._filling = False
        self._delegate = delegate
        delegate.setParent(self)
        model.setParent(self)
        self.search = SearchField(self)
        self.search.setObjectName(f"{noun}_search")
        self.search.setPlaceholderText(f"Find {noun}")
        self.search.setAccessibleName(f"Find {noun}")
        self.section = PlainLabel("", "section", self)
        self.section.setObjectName(f"{noun}s_count")
        self.section.setContentsMargins(2 * GRID, GRID, GRID, 4)
        self.list = QListView(self)
        self.list.setObjectName(f"{noun}s")
        self.list.setAccessibleName(title)
        self.list.setModel(model)
        self.list.setItemDelegate(delegate)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListView { background: transparent; }")
        self.list.setMouseTracking(True)
        KeyboardMark(self.list)
        top = QVBoxLayout()
        top.setContentsMargins(GRID + 4, GRID + 2, GRID + 4, 0)
        top.addWidget(self.search)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addLayout(top)
        self.column.addWidget(self.section)
        self.column.addWidget(self.list, 1)
        self.search.textChanged.connect(self.searched)
        self.list.entered.connect(self._tell_name)
        self.list.selectionModel().selectionChanged.connect(self._tell_picked)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.list.viewport().update()

    @contextmanager
    def filling(self) -> Iterator[None]:
        """While inside, what is selected was not picked by the person."""
        self._filling = True
        try:
            yield
        finally:
            self._filling = False

    def _tell_picked(self) -> None:
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        if rows and not self._filling:
            self.picked.emit(rows)

    def _tell_name(self, index: QModelIndex) -> None:
        self.list.setToolTip(plain_tooltip(str(index.data())))
