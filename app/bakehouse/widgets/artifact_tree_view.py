"""The tree view of artifacts: names with sizes and times, dragged out as files."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QDrag,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTreeView, QWidget
from typing_extensions import override

from bakehouse.itemmodels.artifact_rows import Kind
from bakehouse.itemmodels.artifact_tree import ArtifactColumn, ArtifactTreeModel
from bakehouse.theme import ROW_HEIGHT, Theme
from bakehouse.widgets.icons import pixmap

_ICON_SIZE = 16
_LABEL_WIDTH = 260
_WITH_TIMES = 440
_FEWEST_ROWS = 3
_HEADER_HEIGHT = 26
_MOST_ROWS = 12
_MOST_BESIDE = 6


class ArtifactTreeView(QTreeView):
    """Shows an ArtifactTreeModel; a drag carries `file:` URLs and offers Copy only. GUI thread.

    A click on the header orders by it; scrolling to the end shows more of a large folder; `/` asks for the search line.
    """

    search_wanted = Signal()

    def __init__(self, model: ArtifactTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("artifact_tree")
        self.setAccessibleName("Artifacts")
        self._tree_model = model
        self._drop: QPersistentModelIndex | None = None
        self._is_sharing = False
        self.drag_gate: Callable[[list[QModelIndex]], QMimeData | None] | None = None
        """Asked for what a drag of rows takes; None when it is not ready, and then this view is told to drag again."""
        self._ordered_by = int(ArtifactColumn.NAME)
        self.setModel(model)
        self.setSortingEnabled(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(False)
        header.setSortIndicator(ArtifactColumn.NAME, Qt.SortOrder.AscendingOrder)
        header.setFixedHeight(_HEADER_HEIGHT)
        header.sortIndicatorChanged.connect(self._begin_falling)
        header.setSectionResizeMode(ArtifactColumn.NAME, QHeaderView.ResizeMode.Stretch)
        digits = self.fontMetrics().horizontalAdvance
        for column, sample in ((ArtifactColumn.SIZE, "999 MB"), (ArtifactColumn.MODIFIED, "2000-00-00 00:00")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, digits(sample) + 24)
        self.verticalScrollBar().valueChanged.connect(self._reveal_at_end)
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset, self.expanded, self.collapsed):
            changed.connect(self._fit)
        self._fit()

    def _begin_falling(self, column: int, order: Qt.SortOrder) -> None:
        """The largest and the latest are what one looks for, so those columns begin with them."""
        is_new, self._ordered_by = column != self._ordered_by, column
        if is_new and column != ArtifactColumn.NAME and order is Qt.SortOrder.AscendingOrder:
            self.header().setSortIndicator(column, Qt.SortOrder.DescendingOrder)

    def _reveal_at_end(self, value: int) -> None:
        if value and value == self.verticalScrollBar().maximum():
            last = self.indexAt(self.viewport().rect().bottomLeft() - QPoint(0, 2))
            if last.isValid() and self._tree_model.kind(last) is Kind.MORE:
                self._tree_model.reveal_more(last.siblingAtColumn(0))

    def mark_drop(self, index: QModelIndex | None) -> None:
        """Outline the row (an invalid index: the whole tree) that dragged files would go into; None for none."""
        marked = None if index is None else QPersistentModelIndex(index)
        if marked != self._drop:
            self._drop = marked
            self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop is not None:
            area = self.viewport().rect()
            if self._drop.isValid():
                row = self.visualRect(self._drop)
                area.setTop(row.top())
                area.setBottom(row.bottom())
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def share_room(self, shared: bool) -> None:
        """Whether a preview needs a part of the room; then fewer rows are asked for."""
        if shared != self._is_sharing:
            self._is_sharing = shared
            self._fit()

    def _fit(self) -> None:
        """Ask for the room of the open rows, so that a short tree in a scrolled panel needs no scrolling of its own."""
        rows = 0
        index = self._tree_model.index(0, 0)
        most = _MOST_BESIDE if self._is_sharing else _MOST_ROWS
        while index.isValid() and rows < most:
            rows += 1
            index = self.indexBelow(index)
        height = self.sizeHintForRow(0)
        self.setMinimumHeight(max(rows, _FEWEST_ROWS) * (height if height > 0 else ROW_HEIGHT) + _HEADER_HEIGHT)

    def selected_rows(self) -> list[QModelIndex]:
        """Selected rows as indexes of the first column, in the order of the tree."""
        found: list[tuple[list[int], QModelIndex]] = []
        for area in self.selectionModel().selection().toList():
            # Asked for once an area: 10,000 rows of one folder have one way to the top.
            parent = area.parent()
            above = _place(parent)
            for row in range(area.top(), area.bottom() + 1):
                found.append(([*above, row], self._tree_model.index(row, ArtifactColumn.NAME, parent)))
        return [index for _, index in sorted(found, key=itemgetter(0))]

    def expanded_rows(self) -> list[QModelIndex]:
        """Rows that are open, parents first."""
        found = []
        waiting = [QModelIndex()]
        while waiting:
            parent = waiting.pop()
            for row in range(self._tree_model.rowCount(parent)):
                index = self._tree_model.index(row, 0, parent)
                if self.isExpanded(index):
                    found.append(index)
                    waiting.append(index)
        return found

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(ArtifactColumn.MODIFIED, self.width() < _WITH_TIMES)

    @override
    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        rows = self.selected_rows()
        count = len(self._tree_model.choice(rows))
        data = self._tree_model.mimeData(rows) if self.drag_gate is None else self.drag_gate(rows)
        if not count or data is None:
            return
        label = str(self._tree_model.data(rows[0])) if count == 1 else f"{count:,} items"
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self._drag_label(label))
        drag.exec(Qt.DropAction.CopyAction)

    @override
    def event(self, event: QEvent) -> bool:
        """Take the keys of its own commands before the window's of the same keys (Ctrl+S, Ctrl+Shift+C)."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_asked and self._own_action(event) is not None:  # type: ignore[arg-type]
            event.accept()
            return True
        return super().event(event)

    def _own_action(self, event: QKeyEvent) -> QAction | None:
        keys = QKeySequence(event.keyCombination())
        return next((action for action in self.actions() if keys in action.shortcuts()), None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (action := self._own_action(event)) is not None:
            action.trigger()
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        index = self.currentIndex()
        if is_enter and index.isValid() and self._tree_model.kind(index) is not Kind.MORE:
            if self._tree_model.hasChildren(index):
                self.setExpanded(index, not self.isExpanded(index))
            else:
                self.activated.emit(index)
            return
        if event.text() == "/":
            self.search_wanted.emit()
            return
        super().keyPressEvent(event)

    def _drag_label(self, text: str) -> QPixmap:
        metrics = self.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _LABEL_WIDTH)
        ratio = self.devicePixelRatioF()
        size = QSize(metrics.horizontalAdvance(text) + 16, metrics.height() + 8)
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        palette = QApplication.palette()
        picture.fill(palette.color(palette.ColorRole.Highlight))
        painter = QPainter(picture)
        painter.setPen(palette.color(palette.ColorRole.HighlightedText))
        painter.setFont(self.font())
        painter.drawText(8, 4 + metrics.ascent(), text)
        painter.end()
        return picture


def _place(index: QModelIndex) -> list[int]:
    rows = []
    while index.isValid():
        rows.append(index.row())
        index = index.parent()
    return rows[::-1]


def tree_icon(name: str, theme: Theme) -> QIcon:
    """A quiet icon that stays the same when its row is selected or open."""
    result = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        drawn = pixmap(name, theme.muted, _ICON_SIZE, ratio)
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
            for state in (QIcon.State.Off, QIcon.State.On):
                result.addPixmap(drawn, mode, state)
    return result
