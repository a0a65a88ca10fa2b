"""What runs can be grouped by, as a searchable list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.columns import EXPERIMENT, RUN_NAME, STATUS, USER, ColumnKey, ColumnKind
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.itemmodels.run_table import column_title

VALUES_ROLE = int(Qt.ItemDataRole.UserRole)
_ATTRIBUTES = (STATUS, USER, EXPERIMENT, RUN_NAME)
_KINDS = {ColumnKind.ATTRIBUTE: "run", ColumnKind.PARAM: "param", ColumnKind.TAG: "tag"}


def group_keys(frame: RunFrame) -> list[ColumnKey]:
    """Params, then the attributes that repeat, then tags, MLflow's own last."""
    params, tags = (
        sorted((key for key in frame.states if key.kind is kind), key=lambda key: key.name.casefold())
        for kind in (ColumnKind.PARAM, ColumnKind.TAG)
    )
    return [*params, *_ATTRIBUTES, *sorted(tags, key=lambda key: key.name.startswith("mlflow."))]


class GroupKeysModel(QAbstractListModel):
    """Keys with their kind and, where it is known, how many values they have; made for 12,000 of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frame = RunFrame([])
        self._all: list[ColumnKey] = []
        self._found: list[ColumnKey] = []
        self._taken: frozenset[ColumnKey] = frozenset()
        self._search = ""

    def show(self, frame: RunFrame, keys: Sequence[ColumnKey], taken: Sequence[ColumnKey]) -> None:
        """List `keys` of the frame without those that are `taken` already."""
        self._frame, self._all, self._taken = frame, list(keys), frozenset(taken)
        self.search(self._search)

    def search(self, text: str) -> None:
        """List only keys whose name contains `text`, without regard to case."""
        self._search = text.strip().casefold()
        self.beginResetModel()
        self._found = [
            key
            for key in self._all
            if key not in self._taken
            and (self._search in column_title(key).casefold() or self._search in key.search_name.casefold())
        ]
        self.endResetModel()

    def key_at(self, index: Index) -> ColumnKey | None:
        """The key of a line."""
        return self._found[index.row()] if index.isValid() else None

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._found)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        key = self.key_at(index)
        if key is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column_title(key)
        if role == VALUES_ROLE:
            return self._said(key)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column_title(key)}, {self._said(key)}"
        return None

    def _said(self, key: ColumnKey) -> str:
        column = self._frame.column(key)
        kind = _KINDS[key.kind]
        if not isinstance(column, TextColumn):
            return kind
        values = len(column.categories)
        return f"{kind} · {values:,} {'value' if values == 1 else 'values'}"
