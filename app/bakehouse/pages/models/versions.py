"""The versions of one registered model as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from bakehouse.domain.models import ModelVersion
from bakehouse.itemmodels.version_facts import VersionFacts
from bakehouse.itemmodels.version_table import VersionColumn, VersionTableModel
from bakehouse.theme import Theme
from bakehouse.widgets.flat_table import FlatTable

_WIDTHS = {
    VersionColumn.VERSION: 84,
    VersionColumn.STAGE: 116,
    VersionColumn.ALIASES: 140,
    VersionColumn.RUN: 160,
    VersionColumn.CREATED: 96,
    VersionColumn.UPDATED: 96,
    VersionColumn.DESCRIPTION: 260,
    VersionColumn.TAGS: 160,
}
_METRIC_WIDTH = 104


class VersionTable(FlatTable):
    """One version is current, several may be selected; both stay through sorting, searching and reading anew."""

    version_chosen = Signal(object)
    """The current ModelVersion, None when there is none."""
    version_opened = Signal(object)
    """A ModelVersion that was double-clicked, or Enter on it."""
    selection_changed = Signal()

    def __init__(self, facts: VersionFacts, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("versions", "Versions", theme, parent)
        self.versions = VersionTableModel(facts, self)
        self._filling = False
        self._held: tuple[int | None, list[int], int] = (None, [], 0)
        self.show_model(self.versions)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._fit()
        self.versions.modelAboutToBeReset.connect(self._hold)
        self.versions.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.doubleClicked.connect(self._open)

    @property
    def current(self) -> ModelVersion | None:
        """The version that the inspector shows."""
        index = self.currentIndex()
        return self.versions.versions[index.row()] if index.isValid() else None

    @property
    def selected(self) -> list[ModelVersion]:
        """The selected versions in the order shown."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [self.versions.versions[row] for row in rows]

    @property
    def selected_count(self) -> int:
        """How many versions are selected, without looking at each."""
        return sum(part.height() for part in self.selectionModel().selection().toList())

    def show_versions(self, versions: Sequence[ModelVersion], wanted: int | None = None) -> None:
        """Show these versions and make `wanted` current (else the one that was, else the newest)."""
        stays = wanted is None and self.current is not None
        self.versions.show(versions)
        if wanted is not None:
            self.choose(wanted)
        if self.current is None and self.versions.versions:
            self.choose(max(version.version for version in self.versions.versions))
        if not stays or self.current is None:
            self._tell()

    def choose(self, version: int) -> None:
        """Make the version with that number current."""
        row = self.versions.row_of(version)
        if row >= 0:
            self.selectRow(row)
            self.scrollTo(self.versions.index(row, 0))

    def take_metrics(self) -> None:
        """The facts hold other metrics now."""
        self.versions.take_metrics()
        self._fit()

    def _fit(self) -> None:
        for place, column in enumerate(self.versions.columns):
            self.setColumnWidth(place, _METRIC_WIDTH if isinstance(column, str) else _WIDTHS[column])

    def _hold(self) -> None:
        current = self.current
        self._held = (
            current.version if current is not None else None,
            [version.version for version in self.selected],
            self.verticalScrollBar().value(),
        )
        self._filling = True

    def _restore(self) -> None:
        current, selected, scrolled = self._held
        self._select(selected, current)
        self.verticalScrollBar().setValue(scrolled)
        self._filling = False
        if current is not None:
            self._tell()

    def _select(self, numbers: Iterable[int], current: int | None) -> None:
        flags = QItemSelectionModel.SelectionFlag
        chosen = QItemSelection()
        for row in filter(lambda row: row >= 0, map(self.versions.row_of, numbers)):
            index = self.versions.index(row, 0)
            chosen.select(index, index)
        row = self.versions.row_of(current) if current is not None else -1
        if row >= 0:
            self.selectionModel().setCurrentIndex(self.versions.index(row, 0), flags.NoUpdate)
        self.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)

    def _current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling:
            self._tell()

    def _tell(self) -> None:
        self.version_chosen.emit(self.current)

    def _selection_changed(self, _some: QItemSelection, _others: QItemSelection) -> None:
        if not self._filling:
            self.selection_changed.emit()

    def _open(self, index: QModelIndex) -> None:
        self.version_opened.emit(self.versions.versions[index.row()])

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.version_opened.emit(self.current)
        else:
            super().keyPressEvent(event)
