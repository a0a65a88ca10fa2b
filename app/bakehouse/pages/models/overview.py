"""All registered models of a store in one table, with a line to search them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.registry_rows import ModelRow
from bakehouse.analysis.registry_search import term_of
from bakehouse.domain.models import Stage
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.model_overview import ModelOverviewModel, OverviewColumn
from bakehouse.itemmodels.registry_models import ModelKey, key_of
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.flat_table import FlatTable
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.menu_entries import add_entry

_WIDTHS = {
    OverviewColumn.NAME: 220,
    OverviewColumn.LATEST: 72,
    OverviewColumn.STAGING: 104,
    OverviewColumn.PRODUCTION: 104,
    OverviewColumn.ALIASES: 176,
    OverviewColumn.VERSIONS: 84,
    OverviewColumn.CHANGED: 96,
    OverviewColumn.DESCRIPTION: 260,
    OverviewColumn.TAGS: 170,
}
_TAGS_OFFERED = 12
_HINT = "Find models: words, stage:production, alias:champion, tag:team=pricing"


class _OverviewTable(FlatTable):
    """One model is current; it stays so through sorting, searching and reading anew."""

    opened = Signal(object)
    """The ModelKey of a model that was double-clicked, or Enter on it."""
    current_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("overview", "All models", theme, parent)
        self.rows = ModelOverviewModel(self)
        self._filling = False
        self._held: tuple[ModelKey | None, int] = (None, 0)
        self.show_model(self.rows)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self.rows.modelAboutToBeReset.connect(self._hold)
        self.rows.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._changed)
        self.doubleClicked.connect(self._open)

    @property
    def current(self) -> ModelRow | None:
        index = self.currentIndex()
        return self.rows.rows[index.row()] if index.isValid() else None

    def choose(self, key: ModelKey) -> None:
        """Make a model current."""
        row = self.rows.row_of(key)
        if row >= 0:
            self.selectRow(row)

    def _hold(self) -> None:
        current = self.current
        self._held = key_of(current.model) if current is not None else None, self.verticalScrollBar().value()
        self._filling = True

    def _restore(self) -> None:
        key, scrolled = self._held
        row = self.rows.row_of(key) if key is not None else -1
        if row < 0 and self.rows.rows:
            row = 0
        if row >= 0:
            self.selectRow(row)
        self.verticalScrollBar().setValue(scrolled)
        self._filling = False
        self.current_changed.emit()

    def _changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling:
            self.current_changed.emit()

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(key_of(self.rows.rows[index.row()].model))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.opened.emit(key_of(current.model))
        else:
            super().keyPressEvent(event)


class ModelOverview(QWidget):
    """Shows the rows it is given; its signals are what the person wants. GUI thread."""

    model_opened = Signal(object)
    """A ModelKey."""
    create_requested = Signal()
    menu_requested = Signal(object)
    """The global QPoint of a menu over the current model."""
    current_changed = Signal()
    said = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = _OverviewTable(theme)
        self.search = QLineEdit()
        self.search.setObjectName("overview_search")
        self.search.setAccessibleName("Find models")
        self.search.setPlaceholderText(_HINT)
        self.search.setClearButtonEnabled(True)
        self._narrow = QPushButton("Narrow")
        self._narrow.setObjectName("overview_narrow")
        self._narrow.setToolTip("Only models with a version in a stage, an alias or a tag")
        self.new_model = QPushButton("New model…")
        self.new_model.setObjectName("create_model")
        self._title = PlainLabel("All models", "title")
        self._count = PlainLabel("", "muted")
        self._count.setObjectName("overview_count")
        self._nothing = EmptyState("overview_empty")
        self._lay_out()
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._go_to_table)
        self._narrow.clicked.connect(self._open_narrow)
        self.new_model.clicked.connect(self.create_requested)
        self._nothing.acted.connect(self.search.clear)
        self.table.opened.connect(self.model_opened)
        self.table.menu_requested.connect(self.menu_requested)
        self.table.current_changed.connect(self.current_changed)
        self.setFocusProxy(self.table)

    def set_theme(self, theme: Theme) -> None:
        self.table.set_theme(theme)

    @property
    def current(self) -> ModelRow | None:
        """The model that commands are about."""
        return self.table.current

    def set_refusal(self, refusal: str) -> None:
        """Why nothing may be changed; empty when it may."""
        self.new_model.setEnabled(not refusal)
        self.new_model.setToolTip(refusal or "Add a registered model without versions")

    def show_rows(self, rows: Sequence[ModelRow], now_ms: int) -> None:
        """Show these models; what is current, searched and scrolled stays."""
        self.table.rows.show(rows, now_ms)
        self._say()

    def count(self) -> str:
        """How many models are shown, in words."""
        some, every = len(self.table.rows.rows), self.table.rows.size
        return counted(every, "model") if some == every else f"{some:,} of {counted(every, 'model')}"

    def _search(self, text: str) -> None:
        self.table.rows.search(text)
        self._say()

    def _say(self) -> None:
        rows = self.table.rows
        self._count.setText(self.count())
        nothing = rows.size and not rows.rows
        if nothing:
            sought = visible(self.search.text(), 80)
            self._nothing.show_message(f"No model matches “{sought}”.", action="Clear search")
        self._layers.setCurrentWidget(self._nothing if nothing else self.table)
        self.said.emit(self.count())

    def _go_to_table(self) -> None:
        if self.table.rows.rows:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_narrow(self) -> None:
        menu = QMenu(self)
        for stage in Stage:
            add_entry(menu, f"In {stage}" if stage is not Stage.NONE else "In stage None", partial(
                self._add_term, "stage", stage.value.lower()))  # fmt: skip
        menu.addSeparator()
        add_entry(menu, "With an alias", partial(self._add_term, "alias", "*"))
        tags = Counter(key for row in self.table.rows.every for key, _ in row.model.tags)
        if tags:
            menu.addSeparator()
        for key, _ in tags.most_common(_TAGS_OFFERED):
            add_entry(menu, f"With tag {visible(key, 40)}", partial(self._add_term, "tag", key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._narrow.mapToGlobal(self._narrow.rect().bottomLeft()))

    def _add_term(self, kind: str, value: str) -> None:
        self.search.setText(f"{self.search.text().strip()} {term_of(kind, value)}".strip())
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self._go_to_table()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(GRID)
        first.addWidget(self._title)
        first.addWidget(self._count, 1)
        first.addWidget(self.new_model)
        second = QHBoxLayout()
        second.setSpacing(GRID)
        second.addWidget(self.search, 1)
        second.addWidget(self._narrow)
        head = QVBoxLayout()
        head.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        head.setSpacing(GRID + 2)
        head.addLayout(first)
        head.addLayout(second)
        self._layers = QStackedWidget()
        self._layers.addWidget(self.table)
        self._layers.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._layers, 1)
