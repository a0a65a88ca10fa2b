"""Two texts beside each other as a table: number and line of the left one, number and line of the right one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.differences import Change, Difference, DiffLine
from bakehouse.itemmodels.indexes import ROOT, Index

_LONGEST = 2_000
_NOTHING = Difference((), 0)


class DifferenceModel(QAbstractTableModel):
    """Owns one difference. Columns: left number, left line, right number, right line. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.difference = _NOTHING

    def show_difference(self, difference: Difference | None) -> None:
        self.beginResetModel()
        self.difference = difference or _NOTHING
        self.endResetModel()

    def line(self, row: int) -> DiffLine:
        return self.difference.lines[row]

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.difference.lines)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else 4

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        line = self.line(index.row())
        cell = (line.left_number, line.left, line.right_number, line.right)[index.column()]
        text = "" if cell is None else str(cell).replace("\t", "    ")[:_LONGEST]
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 1 and line.change is not Change.ALIKE:
            return f"{line.change.value}: {text}"
        return text
