"""Lines with check marks under headings, whatever they stand for."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal
from typing_extensions import override

from bakehouse.itemmodels.indexes import ROOT, Index

K = TypeVar("K")


class CheckedLines(QAbstractListModel, Generic[K]):
    """Whoever extends it fills `lines` (text, what it stands for; None for a heading) between the signals of a reset.

    Its `toggle` turns one mark and tells.
    """

    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[tuple[str, K | None]] = []
        self.checked: dict[K, None] = {}
        """In the order in which they were."""

    def toggle(self, index: Index) -> None:
        """Turn one line's mark."""
        raise NotImplementedError

    def beside(self, _key: K) -> str | None:
        """What stands at the right of a line."""
        return None

    def key_at(self, index: Index) -> K | None:
        """What a line stands for, None for a heading."""
        return self.lines[index.row()][1] if index.isValid() else None

    def first_key(self) -> Index:
        """The first line that is no heading."""
        return self.index(1 if len(self.lines) > 1 else -1)

    def tell_all(self) -> None:
        """Any number of marks were turned."""
        if self.lines:
            self.dataChanged.emit(self.index(0), self.index(len(self.lines) - 1))
        self.chosen_changed.emit()

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.key_at(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text, key = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.CheckStateRole and key is not None:
            return Qt.CheckState.Checked if key in self.checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.UserRole and key is not None:
            return self.beside(key)
        return None

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or self.key_at(index) is None:
            return False
        self.toggle(index)
        return True
