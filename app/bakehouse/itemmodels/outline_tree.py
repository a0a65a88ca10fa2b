"""The members of a JSON or YAML file as a tree model."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt
from typing_extensions import override

from bakehouse.artifacts.preview_kinds import Branch
from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.theme import LIGHT, Theme

_COLOURS = {"text": "good", "number": "accent", "word": "warn", "map": "muted", "list": "muted"}
_ItemRole = Qt.ItemDataRole


class OutlineColumn(IntEnum):
    NAME = 0
    VALUE = 1


class OutlineTreeModel(QAbstractItemModel):
    """Name and value of every member; it never changes but in colour. GUI thread.

    Rows are known by number: `_rows[n]` is (branch, number of its parent, row in it), given when first asked.
    """

    def __init__(self, branches: tuple[Branch, ...], theme: Theme = LIGHT, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[Branch, int, int]] = [(Branch("", "", "map", branches), -1, 0)]
        self._first: dict[int, int] = {}

    def set_theme(self, theme: Theme) -> None:
        """New colours."""
        self._theme = theme
        self.layoutAboutToBeChanged.emit()
        self.layoutChanged.emit()

    def branch(self, index: Index) -> Branch:
        """What a row stands for; everything for an invalid index."""
        return self._rows[self._number(index)][0]

    def _number(self, index: Index) -> int:
        return int(index.internalId()) if index.isValid() else 0

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return len(OutlineColumn)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.column() > 0 else len(self.branch(parent).children)

    @override
    def hasChildren(self, parent: Index = ROOT) -> bool:
        return parent.column() <= 0 and bool(self.branch(parent).children)

    @override
    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        number = self._number(parent)
        children = self._rows[number][0].children
        if parent.column() > 0 or not (0 <= row < len(children) and 0 <= column < len(OutlineColumn)):
            return QModelIndex()
        first = self._first.get(number)
        if first is None:
            first = self._first[number] = len(self._rows)
            self._rows.extend((child, number, place) for place, child in enumerate(children))
        return self.createIndex(row, column, first + row)

    @override
    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        number = self._rows[self._number(index)][1] if index.isValid() else 0
        return self.createIndex(self._rows[number][2], 0, number) if number > 0 else QModelIndex()

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if self.branch(index).children else flags | Qt.ItemFlag.ItemNeverHasChildren

    @override
    def data(self, index: Index, role: int = _ItemRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        branch = self.branch(index)
        is_name = index.column() == OutlineColumn.NAME
        if role == _ItemRole.DisplayRole:
            return branch.name if is_name else branch.value
        if role == _ItemRole.ForegroundRole:
            return self._theme.color("text" if is_name else _COLOURS[branch.kind])
        if role == _ItemRole.ToolTipRole:
            return plain_tooltip(branch.name if is_name else branch.value)
        if role == _ItemRole.AccessibleTextRole and is_name:
            return f"{branch.name}: {branch.value}"
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ItemRole.DisplayRole) -> object:
        if role == _ItemRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return ("Name", "Value")[section]
        return None
