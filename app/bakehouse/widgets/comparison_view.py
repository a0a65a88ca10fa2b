"""Compared runs on screen: names that stand still, a column a run, and headers with the run's colour."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.comparison import Direction
from bakehouse.itemmodels.comparison_table import ComparisonModel
from bakehouse.theme import HEADER_HEIGHT, ROW_HEIGHT, RunColors, Theme
from bakehouse.widgets.run_cells import tabular

NAMES_WIDTH = 230
COLUMN_WIDTH = 204
_PADDING = 8
_SQUARE = 8
_ARROWS = {Direction.HIGHER: "↑", Direction.LOWER: "↓"}
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class ComparisonPainter:
    """Paints one cell or one header of a comparison; for the view and for pictures."""

    def __init__(self, model: ComparisonModel, theme: Theme, colors: RunColors) -> None:
        self.model, self.theme, self.colors = model, theme, colors

    def paint_cell(self, painter: QPainter, box: QRect, row: int, column: int) -> None:
        """The cell with its ground and the line below it."""
        section = self.model.section_at(row)
        painter.fillRect(box, self.theme.color("panel" if section is None else "raised"))
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        room = box.adjusted(_PADDING, 0, -_PADDING, -1)
        if section is not None:
            if column == 0:
                arrow = "▸" if section in self.model.folded else "▾"
                painter.setPen(self.theme.color("muted"))
                painter.drawText(room, _LEFT, _cut(painter, f"{arrow}  {self.model.section_text(section)}", room))
        elif column == 0:
            self._paint_name(painter, room, row)
        else:
            self._paint_value(painter, box, room, row, column - 1)

    def _paint_name(self, painter: QPainter, room: QRect, row: int) -> None:
        compared = self.model.row_at(row)
        if compared is None:
            return
        direction, is_guess = self.model.direction(compared)
        mark = _ARROWS.get(direction, "") + ("?" if is_guess else "") if direction is not None else ""
        if mark and mark != "?":
            painter.setPen(self.theme.color("muted"))
            painter.drawText(room, _RIGHT, mark)
            room = room.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(mark) - 6, 0)
        painter.setPen(self.theme.color("text"))
        text = str(self.model.index(row, 0).data() or "")
        painter.drawText(
            room, _LEFT, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        )

    def _paint_value(self, painter: QPainter, box: QRect, room: QRect, row: int, run: int) -> None:
        cell = self.model.cell(row, run)
        if self.model.comparison.run_ids[run] == self.model.baseline:
            painter.fillRect(box.adjusted(0, 0, 0, -1), self.theme.color("selection"))
        if cell.is_best:
            painter.fillRect(QRect(box.left(), box.top() + 5, 3, box.height() - 10), self.theme.color("good"))
        painter.setPen(self.theme.color("muted" if cell.is_missing else "text"))
        if not cell.is_number:
            painter.drawText(room, _LEFT, _cut(painter, cell.text, room))
            return
        if self.model.baseline is None:
            painter.drawText(room, _RIGHT, _cut(painter, cell.text, room))
            return
        # Value and change have a half each, so that both stand in columns.
        half = QRect(room.left(), room.top(), max(10, room.width() * 34 // 100), room.height())
        painter.drawText(half, _RIGHT, _cut(painter, cell.text, half))
        if cell.change:
            rest = QRect(half.right() + 4, room.top(), room.right() - half.right() - 4, room.height())
            painter.setPen(self.theme.color({1: "good", -1: "bad"}.get(cell.verdict, "muted")))
            painter.drawText(rest, _RIGHT, _cut(painter, cell.change, rest))

    def paint_header(self, painter: QPainter, box: QRect, column: int) -> None:
        """A run's square and name; the baseline says that it is one."""
        painter.fillRect(box, self.theme.color("raised"))
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if column == 0:
            return
        comparison, run = self.model.comparison, column - 1
        run_id = comparison.run_ids[run]
        square = QRect(box.left() + _PADDING, box.center().y() - _SQUARE // 2, _SQUARE, _SQUARE)
        painter.fillRect(square, self.colors.color(self.theme, run_id))
        room = box.adjusted(_PADDING + _SQUARE + 7, 0, -_PADDING, -1)
        if run_id == self.model.baseline:
            painter.setPen(self.theme.color("accent"))
            painter.drawText(room, _RIGHT, "baseline")
            room = room.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance("baseline") - 8, 0)
        painter.setPen(self.theme.color("text"))
        name = str(self.model.headerData(column, Qt.Orientation.Horizontal) or "")
        painter.drawText(
            room, _LEFT, painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
        )


class _Cells(QStyledItemDelegate):
    def __init__(self, painter: ComparisonPainter, parent: QWidget) -> None:
        super().__init__(parent)
        self._painter = painter

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        box: QRect = option.rect
        self._painter.paint_cell(painter, box, index.row(), index.column())
        view = self.parent()
        if isinstance(view, QTableView) and view.hasFocus() and index == view.currentIndex():
            painter.setPen(QPen(self._painter.theme.color("accent"), 1))
            painter.drawRect(box.adjusted(0, 0, -1, -2))


class _RunHeader(QHeaderView):
    """A run a section; a click asks for the run, the right button for its menu."""

    run_clicked = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, painter: ComparisonPainter, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._painter = painter
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultSectionSize(COLUMN_WIDTH)
        self.setMinimumSectionSize(70)
        self.sectionClicked.connect(self.run_clicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask)

    def _ask(self, at: QPoint) -> None:
        section = self.logicalIndexAt(at)
        if section > 0:
            self.menu_wanted.emit(section, self.mapToGlobal(at))

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        self._painter.paint_header(painter, rect, logicalIndex)
        painter.restore()

    @override
    def sizeHint(self) -> QSize:
        return QSize(100, HEADER_HEIGHT)


class _Grid(QTableView):
    """One of the two views."""

    section_pressed = Signal(int)
    row_menu_wanted = Signal(int, QPoint)

    def __init__(self, model: ComparisonModel, painter: ComparisonPainter, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.header = _RunHeader(painter, self)
        self.setModel(model)
        self.setHorizontalHeader(self.header)
        self.verticalHeader().hide()
        # Qt asks each section whether it is selected at every change; nothing of that is painted.
        self.header.setSelectionModel(QItemSelectionModel(model, self))
        self.verticalHeader().setSelectionModel(QItemSelectionModel(model, self))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setItemDelegate(_Cells(painter, self))
        self.setFont(tabular(self.font()))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask)

    def _ask(self, at: QPoint) -> None:
        row = self.rowAt(at.y())
        if row >= 0:
            self.row_menu_wanted.emit(row, self.viewport().mapToGlobal(at))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        row = self.rowAt(round(event.position().y()))
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.section_pressed.emit(row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.section_pressed.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)


class ComparisonView(QWidget):
    """Two views over one model: the names of rows stand still beside the runs. GUI thread."""

    run_clicked = Signal(int)
    """Which run."""
    run_menu_wanted = Signal(int, QPoint)
    row_menu_wanted = Signal(int, QPoint)
    section_pressed = Signal(int)

    def __init__(self, model: ComparisonModel, theme: Theme, colors: RunColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.painter = ComparisonPainter(model, theme, colors)
        self.names = _Grid(model, self.painter, "comparison_names", self)
        self.values = _Grid(model, self.painter, "comparison_values", self)
        self.names.setAccessibleName("What is compared")
        self.values.setAccessibleName("Values of the compared runs")
        self.names.setFixedWidth(NAMES_WIDTH)
        self.names.header.setStretchLastSection(False)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.values.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.values.verticalScrollBar().valueChanged.connect(self.names.verticalScrollBar().setValue)
        self.names.verticalScrollBar().valueChanged.connect(self.values.verticalScrollBar().setValue)
        rule = QFrame()
        rule.setProperty("line", "vertical")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # Below the names as much room as the scroll bar below the values takes, so that both end alike.
        self._below = QWidget()
        self._below.hide()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.names, 1)
        left.addWidget(self._below)
        layout.addLayout(left)
        layout.addWidget(rule)
        layout.addWidget(self.values, 1)
        model.modelReset.connect(self._part)
        for grid in (self.names, self.values):
            grid.section_pressed.connect(self.section_pressed)
            grid.row_menu_wanted.connect(self.row_menu_wanted)
        self.values.header.run_clicked.connect(self._clicked)
        self.values.header.menu_wanted.connect(self._menu)
        self.values.horizontalScrollBar().rangeChanged.connect(self._even_out)
        self.setFocusProxy(self.values)
        self._part()

    def set_theme(self, theme: Theme) -> None:
        self.painter.theme = theme
        for grid in (self.names, self.values):
            grid.viewport().update()
            grid.header.viewport().update()

    def _part(self) -> None:
        """Names on the left, runs on the right."""
        for column in range(self._model.columnCount()):
            self.names.setColumnHidden(column, column > 0)
            self.values.setColumnHidden(column, column == 0)
        self.names.setColumnWidth(0, NAMES_WIDTH)
        # The scroll bar below the values must not let the names end lower.
        self.names.verticalScrollBar().setValue(self.values.verticalScrollBar().value())

    def _even_out(self, _low: int, high: int) -> None:
        self._below.setFixedHeight(self.values.horizontalScrollBar().sizeHint().height())
        self._below.setVisible(high > 0)

    def _clicked(self, section: int) -> None:
        if section > 0:
            self.run_clicked.emit(section - 1)

    def _menu(self, section: int, at: QPoint) -> None:
        self.run_menu_wanted.emit(section - 1, at)


def picture_size(model: ComparisonModel, most_rows: int) -> QSize:
    """How large the whole comparison is with at most so many rows, in logical pixels."""
    rows = min(model.rowCount(), most_rows) + (model.rowCount() > most_rows)
    return QSize(NAMES_WIDTH + COLUMN_WIDTH * (model.columnCount() - 1), HEADER_HEIGHT + ROW_HEIGHT * rows)


def paint_picture(painter: QPainter, model: ComparisonModel, theme: Theme, colors: RunColors, most_rows: int) -> None:
    """The whole comparison, also what is scrolled away, with at most `most_rows` rows; the rest is counted below."""
    cells = ComparisonPainter(model, theme, colors)
    painter.setFont(tabular(painter.font()))
    rows = min(model.rowCount(), most_rows)
    for column in range(model.columnCount()):
        left = 0 if column == 0 else NAMES_WIDTH + COLUMN_WIDTH * (column - 1)
        width = NAMES_WIDTH if column == 0 else COLUMN_WIDTH
        cells.paint_header(painter, QRect(left, 0, width, HEADER_HEIGHT), column)
        for row in range(rows):
            cells.paint_cell(painter, QRect(left, HEADER_HEIGHT + ROW_HEIGHT * row, width, ROW_HEIGHT), row, column)
    if rows < model.rowCount():
        painter.setPen(theme.color("muted"))
        box = QRect(_PADDING, HEADER_HEIGHT + ROW_HEIGHT * rows, NAMES_WIDTH + COLUMN_WIDTH, ROW_HEIGHT)
        painter.drawText(box, _LEFT, f"and {model.rowCount() - rows:,} more lines, which the saved data have")


def _cut(painter: QPainter, text: str, room: QRect) -> str:
    metrics: QFontMetrics = painter.fontMetrics()
    # Measuring costs more than painting; no letter of a short text is wider than the font is high.
    if len(text) * metrics.height() < room.width():
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
