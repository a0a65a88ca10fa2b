"""A table file's rows, sorted by a click on a column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget
from typing_extensions import override

from bakehouse.artifacts.tables import TablePreview
from bakehouse.itemmodels.preview_table import PreviewTableModel
from bakehouse.theme import GRID

_SAMPLED_ROWS = 40
_WIDEST_COLUMN = 260
_MOST_FOLLOWED = 2_000


class FileTable(QTableView):
    """Shows one table; a third click on a column gives the file's own order back, Ctrl+C copies cells. GUI thread.

    Sorting is left to whoever owns the preview, which has threads: it answers `order_wanted` by `take_order`.
    """

    order_wanted = Signal(object, int, bool)
    """The TablePreview shown, the column (-1: the file's own order), whether falling."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: PreviewTableModel | None = None
        self._table: TablePreview | None = None
        self._sorted: tuple[int, Qt.SortOrder] | None = None
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setObjectName("file_table")
        self.setAccessibleName("File table")
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(24)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort)

    def show_table(self, table: TablePreview) -> None:
        """Show a table from its beginning, in its own order."""
        old = self._rows
        self._rows = PreviewTableModel(table, self)
        self._table = table
        self._sorted = None
        self.setModel(self._rows)
        if old is not None:
            old.deleteLater()
        for header in (self.horizontalHeader(), self.verticalHeader()):
            # Sections otherwise ask isColumnSelected at every paint, seconds in a large selection.
            header.setSelectionModel(QItemSelectionModel(self._rows, header))
        self.horizontalHeader().setSortIndicatorShown(False)
        metrics = self.fontMetrics()
        for column, name in enumerate(table.columns):
            longest = max((row[column] for row in table.rows[:_SAMPLED_ROWS]), key=len, default="")
            width = max(metrics.horizontalAdvance(text[:60]) for text in (name, longest)) + 3 * GRID
            self.setColumnWidth(column, min(max(width, 48), _WIDEST_COLUMN))
        digits = "0" * max(4, len(str(len(table.rows))))
        self.verticalHeader().setFixedWidth(metrics.horizontalAdvance(digits) + 2 * GRID)
        self.scrollToTop()

    def _sort(self, column: int) -> None:
        if self._rows is None:
            return
        rising, falling = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        if self._sorted == (column, falling):
            self._sorted = None
        else:
            self._sorted = (column, falling if self._sorted == (column, rising) else rising)
            self.horizontalHeader().setSortIndicator(*self._sorted)
        self.horizontalHeader().setSortIndicatorShown(self._sorted is not None)
        by, order = self._sorted or (-1, rising)
        self.order_wanted.emit(self._table, by, order is falling)

    def take_order(self, table: TablePreview, places: Sequence[int]) -> None:
        """The rows of `table` in another order; ignored when another table is shown by now."""
        if self._rows is not None and table is self._table:
            # Qt follows a selection cell by cell through a new order: a large one is put back whole, or given up.
            chosen = self.selectionModel()
            count = sum(area.width() * area.height() for area in chosen.selection().toList())
            if count > _MOST_FOLLOWED:
                chosen.clearSelection()
            self._rows.set_order(places)
            if count == self._rows.rowCount() * self._rows.columnCount():
                self.selectAll()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._rows is not None:
            lines = self._rows.rows_of(self.selectionModel().selection().toList())
            QGuiApplication.clipboard().setText("\n".join(map("\t".join, lines)))
            return
        super().keyPressEvent(event)
