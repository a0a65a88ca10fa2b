"""The rows of a previewed table file as an item model."""

from __future__ import annotations

import math

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from typing_extensions import override

from bakehouse.artifacts.tables import TablePreview
from bakehouse.domain.natural import natural_key
from bakehouse.itemmodels.indexes import ROOT, Index


class PreviewTableModel(QAbstractTableModel):
    """Cells of one TablePreview, in the file's order or by a column; empty cells stay last. GUI thread."""

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

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By the values of `column`, numbers by size; -1 gives the file's own order back."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = [self._order[index.row()] for index in kept]
        self._order = self._sorted(column, order is Qt.SortOrder.DescendingOrder)
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

    def _sorted(self, column: int, is_falling: bool) -> list[int]:
        rows = self._table.rows
        if not 0 <= column < len(self._table.columns):
            return list(range(len(rows)))
        filled = [place for place in range(len(rows)) if rows[place][column]]
        empty = [place for place in range(len(rows)) if not rows[place][column]]
        if self._table.is_number[column]:
            filled.sort(key=lambda place: _number_key(rows[place][column]), reverse=is_falling)
        else:
            filled.sort(key=lambda place: natural_key(rows[place][column]), reverse=is_falling)
        return filled + empty

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


def _number_key(text: str) -> tuple[bool, float]:
    """By size; NaN and words that are no numbers after all others."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    return (math.isnan(number), 0.0 if math.isnan(number) else number)
