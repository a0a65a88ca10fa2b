"""Two texts as a table: beside each other, or as one column with what was removed and what was added."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.differences import Change, Difference, DiffLine, unified
from bakehouse.itemmodels.indexes import ROOT, Index

_LONGEST = 2_000
_NOTHING = Difference((), 0)
_SIGNS = {Change.REMOVED: "-", Change.ADDED: "+", Change.SKIPPED: ""}


class DifferenceModel(QAbstractTableModel):
    """Owns one difference. Columns beside each other: left number, left line, right number, right line; in one column:
    left number, right number, line with its sign. GUI thread.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.difference = _NOTHING
        self.is_unified = False
        self._lines: tuple[DiffLine, ...] = ()

    def show_difference(self, difference: Difference | None) -> None:
        self.beginResetModel()
        self.difference = difference or _NOTHING
        self._arrange()
        self.endResetModel()

    def unify(self, on: bool) -> None:
        """Show one column instead of two sides, or the other way round."""
        if on != self.is_unified:
            self.beginResetModel()
            self.is_unified = on
            self._arrange()
            self.endResetModel()

    def _arrange(self) -> None:
        lines = self.difference.lines
        self._lines = unified(lines) if self.is_unified else lines

    def line(self, row: int) -> DiffLine:
        return self._lines[row]

    def is_number(self, column: int) -> bool:
        """Whether a column holds line numbers."""
        return column in ((0, 1) if self.is_unified else (0, 2))

    @property
    def longest(self) -> int:
        """Characters of the longest line."""
        return max((max(len(line.left), len(line.right)) for line in self._lines), default=0) + 2 * self.is_unified

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else 3 if self.is_unified else 4

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        line, column = self.line(index.row()), index.column()
        cell: object = (line.left_number, line.left, line.right_number, line.right)[column]
        if self.is_unified:
            cell = (line.left_number, line.right_number, self._signed(line))[column]
        text = "" if cell is None else str(cell).replace("\t", "    ")[:_LONGEST]
        is_first_text = column == (2 if self.is_unified else 1)
        if role == Qt.ItemDataRole.AccessibleTextRole and is_first_text and line.change is not Change.ALIKE:
            return f"{line.change.value}: {text}"
        return text

    @staticmethod
    def _signed(line: DiffLine) -> str:
        if line.change is Change.SKIPPED:
            return line.left
        return f"{_SIGNS.get(line.change, ' ')} {line.right if line.change is Change.ADDED else line.left}"
