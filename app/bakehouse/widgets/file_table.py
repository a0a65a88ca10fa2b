"""A table file's rows, sorted by a click on a column."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget
from typing_extensions import override

from bakehouse.artifacts.tables import TablePreview
from bakehouse.itemmodels.preview_table import PreviewTableModel
from bakehouse.theme import GRID

_SAMPLED_ROWS = 40
_WIDEST_COLUMN = 260


class FileTable(QTableView):
    """Shows one table; a third click on a column gives the file's own order back, Ctrl+C copies cells. GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: PreviewTableModel | None = None
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
            self._rows.sort(-1)
        else:
            self._sorted = (column, falling if self._sorted == (column, rising) else rising)
            self._rows.sort(*self._sorted)
            self.horizontalHeader().setSortIndicator(*self._sorted)
        self.horizontalHeader().setSortIndicatorShown(self._sorted is not None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        chosen = self.selectionModel()
        if event.matches(QKeySequence.StandardKey.Copy) and chosen is not None:
            cells = sorted(chosen.selectedIndexes(), key=lambda index: (index.row(), index.column()))
            lines: dict[int, list[str]] = {}
            for index in cells:
                lines.setdefault(index.row(), []).append(str(index.data()))
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))
            return
        super().keyPressEvent(event)
