"""Tables of one line a row: fixed height, a thin line below, sorted by a click on a title or S in a column."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QItemSelectionModel, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent, QKeyEvent, QKeySequence, QPainter, QPen
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

from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.cell_roles import LEFT, CellRole, Look
from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import HEADER_HEIGHT, ROW_HEIGHT, Theme
from bakehouse.widgets.focus import KeyboardMark, paint_focus
from bakehouse.widgets.run_cells import tabular
from bakehouse.widgets.stages import DOT, paint_stage

PADDING, FIRST_PADDING = 8, 16
_SAMPLE = 200
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_MOST_WIDE = 240


class FlatModel(Protocol):
    """What a flat table asks of its item model beside Qt's own interface."""

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]: ...

    def is_descending_first(self, column: int) -> bool:
        """Whether a first click on the title puts the greatest on top, as for numbers and times."""
        ...

    def look(self, line: int, column: int) -> Look:
        """How a cell is painted."""
        ...


class FlatCells(QStyledItemDelegate):
    """Text over a thin line, in the colour and at the side that the model names; a stage as its pill."""

    def __init__(self, models: FlatModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._pens: dict[str, QPen] = {}
        self.theme = theme

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._pens.clear()

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        theme, column = self.theme, index.column()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
        painter.setPen(self._pen("line"))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus(painter, option, theme)
        look = self._models.look(index.row(), column)
        if not look.text:
            return
        inner = rect.adjusted(_left_of(column), 0, -PADDING, -1)
        if look.stage is not None:
            paint_stage(painter, QRectF(inner), look.stage, theme)
            return
        if look.dot is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(look.dot))
            painter.drawEllipse(QRectF(inner.left(), inner.center().y() - DOT / 2 + 1, DOT, DOT))
            painter.restore()
            inner.setLeft(inner.left() + DOT + 6)
        painter.setPen(self._pen(look.token))
        text, metrics = look.text, painter.fontMetrics()
        # Measuring costs more than painting; no letter of a short text is wider than the font is high.
        if len(text) * metrics.height() > inner.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _RIGHT if look.is_right else _LEFT, text)

    def _pen(self, token: str) -> QPen:
        pen = self._pens.get(token)
        if pen is None:
            pen = self._pens[token] = QPen(self.theme.color(token))
        return pen

    @override
    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole text of a cell."""
        text = str(index.data(CellRole.FULL) or "") if index.isValid() else ""
        QToolTip.showText(event.globalPos(), plain_tooltip(text), view)
        return True


class FlatHeader(QHeaderView):
    """Titles at their columns' sides, the sort's arrow behind its title."""

    def __init__(self, models: FlatModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._models = models
        self.theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setFixedHeight(HEADER_HEIGHT)

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = self.theme
        painter.fillRect(rect, theme.color("raised"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        column, order = self._models.sorted_by
        arrow = "" if column != logicalIndex else " ▾" if order == Qt.SortOrder.DescendingOrder else " ▴"
        inner = rect.adjusted(_left_of(logicalIndex), 0, -PADDING, -1)
        painter.setPen(theme.color("text" if arrow else "muted"))
        ask = self.model().headerData
        title = str(ask(logicalIndex, Qt.Orientation.Horizontal) or "")
        room = inner.width() - painter.fontMetrics().horizontalAdvance(arrow)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, room) + arrow
        side = ask(logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole) or LEFT
        painter.drawText(inner, int(side) | int(Qt.TextFlag.TextSingleLine), shown)


def _left_of(column: int) -> int:
    """The first column starts under the page's title."""
    return FIRST_PADDING if column == 0 else PADDING


class FlatTable(QTableView):
    """Set up once for the item model given; who extends it says what is chosen. GUI thread."""

    menu_requested = Signal(object)
    """The global QPoint of a context menu over the selected rows."""

    def __init__(self, name: str, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        """`name` is the object name, `title` what a screen reader says."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._theme = theme
        self._cells: FlatCells | None = None
        self._titles: FlatHeader | None = None
        self._flat: FlatModel | None = None
        self.setFont(tabular(self.font()))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        KeyboardMark(self)

    def show_model(self, model: FlatModel) -> None:
        """Show this item model; once, from the constructor of who extends this."""
        self._flat = model
        self.setModel(model)  # type: ignore[arg-type]
        self._cells = FlatCells(model, self._theme, self)
        self.setItemDelegate(self._cells)
        self._titles = FlatHeader(model, self._theme, self)
        self._titles.setAccessibleName(f"Columns: {self.accessibleName()}")
        self.setHorizontalHeader(self._titles)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        # Header sections would ask whether whole columns are selected, at every paint.
        for one in (rows, self._titles):
            one.setSelectionModel(QItemSelectionModel(self.model(), one))
        self._titles.sectionClicked.connect(self.sort_column)

    def set_theme(self, theme: Theme) -> None:
        if self._titles is not None and self._cells is not None:
            self._cells.set_theme(theme)
            self._titles.theme = theme
            self._titles.viewport().update()
        self.viewport().update()

    def sort_column(self, section: int) -> None:
        """Order by this column; once more turns the order round."""
        if self._flat is None or self._titles is None:
            return
        column, order = self._flat.sorted_by
        falls = order != Qt.SortOrder.DescendingOrder
        if column != section:
            falls = self._flat.is_descending_first(section)
        self.model().sort(section, Qt.SortOrder.DescendingOrder if falls else Qt.SortOrder.AscendingOrder)
        self._titles.viewport().update()

    def fit_columns(self, least: int = 72, most: int = _MOST_WIDE) -> None:
        """Give the columns the width that the first rows and the titles want."""
        metrics, model = self.fontMetrics(), self.model()
        for column in range(model.columnCount()):
            title = str(model.headerData(column, Qt.Orientation.Horizontal))
            texts = [title + " ▾"]
            texts += [str(model.index(row, column).data()) for row in range(min(_SAMPLE, model.rowCount()))]
            widest = max(metrics.horizontalAdvance(text) for text in texts) + 2 * PADDING + 4
            self.setColumnWidth(column, max(least, min(most, widest)) + (PADDING if column == 0 else 0))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is event.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            where = self.viewport().mapToGlobal(self.visualRect(index).center()) if by_key else event.globalPos()
            self.menu_requested.emit(where)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and current.isValid():
            QGuiApplication.clipboard().setText(str(current.data(CellRole.FULL) or current.data() or ""))
        elif event.key() == Qt.Key.Key_S and not event.modifiers() and current.isValid():
            self.sort_column(current.column())
        else:
            super().keyPressEvent(event)
