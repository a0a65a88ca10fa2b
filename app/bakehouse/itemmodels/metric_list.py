"""The metrics of some runs as a searchable list with check marks, system metrics apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import ROOT, Index

SYSTEM = "system/"


class MetricListModel(QAbstractListModel):
    """Names of metrics, those of the system below a heading of their own; made for 12,000 of them."""

    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[tuple[str, str]] = []
        self._chosen: dict[str, None] = {}
        self._lines: list[tuple[str, str | None]] = []
        """What is shown and the metric, None for a heading."""
        self._search = ""
        self._texts: dict[str, str] = {}

    @property
    def chosen(self) -> list[str]:
        """The checked metrics in the order in which they were."""
        return list(self._chosen)

    def show(self, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Offer these metrics, those of `chosen` checked and on top; the search is taken back."""
        self._chosen = dict.fromkeys(chosen)
        first = [name for name in chosen if name in set(names)]
        self._all = [(name, name.casefold()) for name in dict.fromkeys([*first, *names])]
        self.search("")

    def search(self, text: str) -> None:
        """Show only metrics whose name contains `text`, without regard to case."""
        self._search = text.strip().casefold()
        self.beginResetModel()
        found = [name for name, folded in self._all if self._search in folded]
        self._lines = []
        for title, is_system in (("Metrics", False), ("System metrics", True)):
            names = [name for name in found if name.startswith(SYSTEM) is is_system]
            if names:
                self._lines.append((f"{title}  {len(names):,}", None))
                self._lines += [(self._text(name), name) for name in names]
        self.endResetModel()

    def choose_only(self, name: str) -> None:
        """Check this metric and no other."""
        self._chosen = {name: None}
        self._tell()

    def key_at(self, index: Index) -> str | None:
        """The metric of a line, None for a heading."""
        return self._lines[index.row()][1] if index.isValid() else None

    def first_metric(self) -> Index:
        """The first line that is a metric."""
        return self.index(1 if len(self._lines) > 1 else 0)

    def toggle(self, index: Index) -> None:
        """Check or uncheck a metric; the last one stays checked."""
        name = self.key_at(index)
        if name is None:
            return
        if name in self._chosen:
            if len(self._chosen) > 1:
                del self._chosen[name]
        else:
            self._chosen[name] = None
        self._tell()

    def _tell(self) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))
        self.chosen_changed.emit()

    def _text(self, name: str) -> str:
        text = self._texts.get(name)
        if text is None:
            text = self._texts[name] = visible(name, 200)
        return text

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.key_at(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        text, name = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.CheckStateRole and name is not None:
            return Qt.CheckState.Checked if name in self._chosen else Qt.CheckState.Unchecked
        return None

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or self.key_at(index) is None:
            return False
        self.toggle(index)
        return True
