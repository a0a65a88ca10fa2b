"""The rows of the command palette: headings, and what can be gone to below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index

_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to go to: a command, an experiment, a run, a model, a store, a page of help."""

    key: str
    """Names it among those used before."""
    text: str
    icon: str
    go: Callable[[], object]
    detail: str = ""
    hint: str = ""
    """What stands at the right: a shortcut, or where a run lies."""
    go_aside: Callable[[], object] | None = None
    """The same in another window."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Entries below one heading."""

    title: str
    entries: Sequence[Entry]
    spans: Sequence[Sequence[tuple[int, int]]] = ()
    """Of each entry the pieces of its text that were typed."""


class PaletteRole(IntEnum):
    ENTRY = Qt.ItemDataRole.UserRole + 1
    """The Entry of a row, None for a heading."""
    SPANS = Qt.ItemDataRole.UserRole + 2


class PaletteModel(QAbstractListModel):
    """Shows groups one below the other. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, Entry | None, Sequence[tuple[int, int]]]] = []

    def show(self, groups: Sequence[Group]) -> None:
        """Show these instead; groups without entries have no heading."""
        self.beginResetModel()
        self._rows = []
        for group in groups:
            if group.entries:
                self._rows.append((group.title, None, ()))
            for place, entry in enumerate(group.entries):
                spans = group.spans[place] if place < len(group.spans) else ()
                self._rows.append((visible(entry.text, _CHARACTERS), entry, spans))
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """What a row leads to, None for a heading."""
        return self._rows[row][1] if 0 <= row < len(self._rows) else None

    def choosable(self) -> list[int]:
        """The rows that can be gone to."""
        return [row for row, (_, entry, _) in enumerate(self._rows) if entry is not None and entry.enabled]

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text, entry, spans = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == PaletteRole.ENTRY:
            return entry
        if role == PaletteRole.SPANS:
            return spans
        if role == Qt.ItemDataRole.AccessibleTextRole and entry is not None:
            return ", ".join(part for part in (text, visible(entry.detail, _CHARACTERS), entry.hint) if part)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.entry(index.row())
        is_choosable = entry is not None and entry.enabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if is_choosable else Qt.ItemFlag.NoItemFlags
