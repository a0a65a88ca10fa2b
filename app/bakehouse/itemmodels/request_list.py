"""Transition requests as a searchable list of lines: which version, from where to where, since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index

_CHARACTERS = 200
LINE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The RequestLine itself."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request as the list shows it. `outcome` is how it ended, in the colour `token`; empty while it waits."""

    request_id: str
    model: str
    version: int
    move: str
    """`Staging → Production`."""
    side_effect: str
    """`archives version 1`, or empty."""
    when: str
    outcome: str = ""
    token: str = "muted"

    @property
    def words(self) -> str:
        """What a search looks through."""
        return f"{self.model} version {self.version} {self.move} {self.when} {self.outcome}"


class RequestListModel(QAbstractListModel):
    """The lines of one tab of the inbox that hold every word of the search. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[RequestLine, ...] = ()
        self._shown: list[RequestLine] = []
        self._words: list[str] = []

    @property
    def all(self) -> Sequence[RequestLine]:
        return self._all

    @property
    def shown(self) -> Sequence[RequestLine]:
        return self._shown

    def show(self, lines: Sequence[RequestLine]) -> None:
        """Show these, in this order."""
        self._all = tuple(lines)
        self._select()

    def search(self, text: str) -> None:
        """Show only lines that hold every word of `text`, without regard to case."""
        self._words = text.casefold().split()
        self._select()

    def row_of(self, request_id: str) -> int:
        """The row of a request, -1 when it is not shown."""
        return next((row for row, line in enumerate(self._shown) if line.request_id == request_id), -1)

    def _select(self) -> None:
        self.beginResetModel()
        self._shown = [line for line in self._all if all(word in line.words.casefold() for word in self._words)]
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(line.model, _CHARACTERS)
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (line.model, f"version {line.version}", line.move, line.side_effect, line.when, line.outcome)
            return visible(", ".join(part for part in parts if part), _CHARACTERS)
        return None
