"""The rows of a previewed table file as an item model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QItemSelectionRange, QModelIndex, QObject, Qt
from typing_extensions import override

from bakehouse.artifacts.tables import TablePreview
from bakehouse.itemmodels.indexes import ROOT, Index


class PreviewTableModel(QAbstractTableModel):
    """Cells of one TablePreview, in the file's order until another is set (`sorted_places`). GUI thread."""

    def __init__(self, table: TablePreview, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._order = list(range(len(table.rows)))

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._order)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.columns)

    def set_order(self, order: Sequence[int]) -> None:
        """Show the rows at these places of the table, each once, in this order."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = [self._order[index.row()] for index in kept]
        self._order = list(order)
        rows = dict.fromkeys(places, 0)
        for row, place in enumerate(self._order):
            if place in rows:
                rows[place] = row
        moved = [
            self.index(rows[place], index.column()) if index.isValid() else QModelIndex()
            for place, index in zip(places, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def rows_of(self, areas: Sequence[QItemSelectionRange]) -> list[Sequence[str]]:
        """The texts of the cells in these areas, row by row from the top, in each from the left."""
        rows, order = self._table.rows, self._order
        if len(areas) == 1:
            area = areas[0]
            wide = slice(area.left(), area.right() + 1)
            return [rows[order[row]][wide] for row in range(area.top(), area.bottom() + 1)]
        columns: dict[int, list[int]] = {}
        for area in areas:
            for row in range(area.top(), area.bottom() + 1):
                columns.setdefault(row, []).extend(range(area.left(), area.right() + 1))
        return [[rows[order[row]][column] for column in sorted(columns[row])] for row in sorted(columns)]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.rows[self._order[index.row()]][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Vertical:
            return str(self._order[section] + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._table.is_number[column] else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
