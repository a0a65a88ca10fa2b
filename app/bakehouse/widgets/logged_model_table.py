"""The view of the logged models: fixed rows, sampled widths, sorted by a click on a header."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.logged_models import SOURCE_RUN
from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.logged_models import CellRole, LoggedModelTableModel
from bakehouse.theme import HEADER_HEIGHT, ROW_HEIGHT, Theme
from bakehouse.widgets.run_cells import tabular

_PADDING, _FIRST_PADDING = 8, 16
_WIDTHS = (72, 240)
_SAMPLE = 200


class _CellDelegate(QStyledItemDelegate):
    """Text over a thin line, in the colour and at the side the model names."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme = option.rect, self.theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        inner = rect.adjusted(_left_of(index.column()), 0, -_PADDING, -1)
        painter.setPen(theme.color(str(index.data(CellRole.TOKEN))))
        shown = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        side = index.data(Qt.ItemDataRole.TextAlignmentRole)
        painter.drawText(inner, int(side) | int(Qt.TextFlag.TextSingleLine), shown)

    @override
    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole text of a cell."""
        text = str(index.data(CellRole.FULL) or "") if index.isValid() else ""
        QToolTip.showText(event.globalPos(), plain_tooltip(text), view)
        return True


class _Header(QHeaderView):
    """Titles at their columns' sides, the sort's arrow behind its title."""

    def __init__(self, models: LoggedModelTableModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._models = models
        self.theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setFixedHeight(HEADER_HEIGHT)
        self.setAccessibleName("Columns of the logged models")

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme, models = self.theme, self._models
        painter.fillRect(rect, theme.color("raised"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        is_sorted = models.sort_key.column == models.columns[logicalIndex]
        arrow = "" if not is_sorted else " ▾" if models.sort_key.descending else " ▴"
        inner = rect.adjusted(_left_of(logicalIndex), 0, -_PADDING, -1)
        painter.setPen(theme.color("text" if arrow else "muted"))
        title = str(models.headerData(logicalIndex, Qt.Orientation.Horizontal))
        room = inner.width() - painter.fontMetrics().horizontalAdvance(arrow)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, room) + arrow
        side = Qt.AlignmentFlag.AlignRight if models.is_right(logicalIndex) else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def _left_of(column: int) -> int:
    return _FIRST_PADDING if column == 0 else _PADDING


class LoggedModelTable(QTableView):
    """One logged model is current; it stays so through sorting, filtering and reading anew. GUI thread."""

    model_chosen = Signal(str)
    """The id of the current logged model, empty when there is none."""
    run_requested = Signal(str)
    """The id of a source run that was clicked."""
    menu_requested = Signal(str, QPoint)
    """(model id, where on the screen)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logged_models")
        self.setAccessibleName("Logged models")
        self.models = LoggedModelTableModel(self)
        self._current = ""
        self._filling = False
        self._delegate = _CellDelegate(theme, self)
        self._header = _Header(self.models, theme, self)
        self.setItemDelegate(self._delegate)
        self.setModel(self.models)
        self.setHorizontalHeader(self._header)
        self.setFont(tabular(self.font()))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        # Header sections would ask whether whole columns are selected, at every paint.
        for one in (rows, self._header):
            one.setSelectionModel(QItemSelectionModel(self.models, one))
        self._header.sectionClicked.connect(self._sort)
        self.models.modelAboutToBeReset.connect(self._hold)
        self.models.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._current_changed)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = self._header.theme = theme
        self._header.viewport().update()
        self.viewport().update()

    @property
    def current(self) -> str:
        """The id of the current logged model, also while the filter hides it; empty when there is none."""
        return self._current

    def choose(self, model_id: str) -> None:
        """Make a model current."""
        self._current = model_id
        line = self.models.row_of(model_id)
        if line >= 0:
            self.selectRow(line)
            self.scrollTo(self.models.index(line, 0))
        self.model_chosen.emit(model_id)

    def forget(self) -> None:
        """Nothing is current."""
        self._current = ""

    def fit(self) -> None:
        """Give the columns the width that the first rows and the titles want."""
        metrics, models = self.fontMetrics(), self.models
        for column in range(models.columnCount()):
            title = str(models.headerData(column, Qt.Orientation.Horizontal))
            texts = [title + " ▾"]
            texts += [str(models.index(row, column).data()) for row in range(min(_SAMPLE, models.rowCount()))]
            widest = max(metrics.horizontalAdvance(text) for text in texts) + 2 * _PADDING + 4
            self.setColumnWidth(column, max(_WIDTHS[0], min(_WIDTHS[1], widest)) + (_PADDING if column == 0 else 0))

    def _sort(self, section: int) -> None:
        key = self.models.sort_key
        same = key.column == self.models.columns[section]
        falls = not key.descending if same else self.models.is_right(section)
        self.models.sort(section, Qt.SortOrder.DescendingOrder if falls else Qt.SortOrder.AscendingOrder)
        self._header.viewport().update()

    def _hold(self) -> None:
        self._filling = True

    def _restore(self) -> None:
        line = self.models.row_of(self._current) if self._current else -1
        if line >= 0:
            self.selectRow(line)
        self._filling = False

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling and current.isValid():
            self._current = self.models.model_id(current.row())
            self.model_chosen.emit(self._current)

    def _run_at(self, where: QPoint) -> str:
        """The id of the source run whose name lies there, empty where there is none."""
        index = self.indexAt(where)
        if not index.isValid() or self.models.columns[index.column()] != SOURCE_RUN:
            return ""
        return self.models.source_run_id(index.row())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_link = bool(self._run_at(event.position().toPoint()))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        run_id = self._run_at(event.position().toPoint())
        if run_id and event.button() == Qt.MouseButton.LeftButton:
            self.run_requested.emit(run_id)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex() if event.reason() is event.Reason.Keyboard else self.indexAt(event.pos())
        if index.isValid():
            self.menu_requested.emit(self.models.model_id(index.row()), event.globalPos())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.currentIndex().isValid():
            QGuiApplication.clipboard().setText(str(self.currentIndex().data(CellRole.FULL)))
        else:
            super().keyPressEvent(event)
