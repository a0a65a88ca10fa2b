"""One registered model: what it is, and its versions."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from bakehouse.analysis.figures import ago_text
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.registry_models import key_of
from bakehouse.itemmodels.version_facts import VersionFacts
from bakehouse.pages.models.versions import VersionTable
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.labels import ElidedLabel, Paragraph, PlainLabel

_NO_VERSIONS = "No versions yet. Select a run with a model and choose Register model."
_SHOW_RUNS = "Show the runs"
_DESCRIPTION_LINES = 4
_HINT = "Find versions: words, stage:staging, alias:champion, tag:team=pricing"


class ModelView(QWidget):
    """Shows the model it is given; its signals are what the person wants. GUI thread."""

    version_chosen = Signal(object)
    """The current ModelVersion, None when there is none."""
    version_opened = Signal(object)
    """A ModelVersion whose page is wanted."""
    selection_changed = Signal()
    menu_requested = Signal(object)
    """The global QPoint of a menu over the selected versions."""
    runs_requested = Signal()
    said = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = VersionFacts()
        self.table = VersionTable(self.facts, theme)
        self.search = QLineEdit()
        self.search.setObjectName("version_search")
        self.search.setAccessibleName("Find versions")
        self.search.setPlaceholderText(_HINT)
        self.search.setClearButtonEnabled(True)
        self._count = PlainLabel("", "muted")
        self._count.setObjectName("versions_count")
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("model_title")
        self._subtitle = ElidedLabel("", "muted")
        self._description = Paragraph("model_description")
        self._description.setMaximumHeight(self.fontMetrics().lineSpacing() * _DESCRIPTION_LINES)
        self._tags = ChipList(theme)
        self._no_versions = EmptyState("versions_empty")
        self._model: RegisteredModel | None = None
        self._lay_out()
        self._connect()

    @property
    def model(self) -> RegisteredModel | None:
        return self._model

    @property
    def current(self) -> ModelVersion | None:
        """The version that the inspector shows."""
        return self.table.current

    def set_theme(self, theme: Theme) -> None:
        for widget in (self.table, self._tags):
            widget.set_theme(theme)

    def show_model(self, model: RegisteredModel | None, wanted: int | None) -> None:
        """Show this model, `wanted` its current version; of the same model as before everything stays."""
        before, self._model = self._model, model
        if model is None:
            self.table.show_versions(())
            return
        stays = before is not None and key_of(before) == key_of(model)
        self.facts.now_ms = int(time.time() * 1000)
        if not stays:
            self.search.clear()
        self._title.setText(model.name)
        self._subtitle.setText(_subtitle(model, self.facts.now_ms))
        self._description.setText(model.description.strip())
        self._description.setVisible(bool(model.description.strip()))
        self._tags.show_tags(model.tags)
        self._tags.setVisible(bool(model.tags))
        if before is not None and stays and wanted is None and before.versions == model.versions:
            self.table.versions.repaint_cells()
        else:
            newest = model.versions[0].version if model.versions else None
            self.table.show_versions(model.versions, wanted if stays else wanted or newest)
        self._say()

    def take_names(self) -> None:
        """More names of runs are known."""
        self.table.versions.take_names()

    def show_times(self, *, relative: bool) -> None:
        """Say how long ago versions were made and changed, or when."""
        self.facts.relative_times = relative
        self.table.versions.repaint_cells()

    def choose(self, version: int) -> None:
        """Make a version current; a search that hides it is cleared."""
        if self.table.versions.row_of(version) < 0:
            self.search.clear()
        self.table.choose(version)

    def _search(self, text: str) -> None:
        self.table.versions.search(text)
        self._say()

    def _say(self) -> None:
        versions = self.table.versions
        some, every = len(versions.versions), versions.size
        self._count.setText(counted(every, "version") if some == every else f"{some:,} of {counted(every, 'version')}")
        if not every:
            self._no_versions.show_message(_NO_VERSIONS, action=_SHOW_RUNS)
        elif not some:
            sought = visible(self.search.text(), 80)
            self._no_versions.show_message(f"No version matches “{sought}”.", action="Clear search")
        self._layers.setCurrentWidget(self.table if some else self._no_versions)
        self._tools.setVisible(bool(every))
        self.said.emit()

    def _act_on_nothing(self) -> None:
        if self.search.text():
            self.search.clear()
        else:
            self.runs_requested.emit()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._go_to_versions)
        self._no_versions.acted.connect(self._act_on_nothing)
        self.table.version_chosen.connect(self.version_chosen)
        self.table.version_opened.connect(self.version_opened)
        self.table.selection_changed.connect(self.selection_changed)
        self.table.menu_requested.connect(self.menu_requested)
        self.setFocusProxy(self.table)

    def _go_to_versions(self) -> None:
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 12)
        head.setSpacing(4)
        for widget in (self._title, self._subtitle, self._description):
            head.addWidget(widget)
        head.addSpacing(4)
        head.addWidget(self._tags)
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(2 * GRID, 0, 2 * GRID, 12)
        tools.setSpacing(GRID)
        tools.addWidget(self.search, 1)
        tools.addWidget(self._count)
        self._layers = QStackedWidget()
        self._layers.addWidget(self.table)
        self._layers.addWidget(self._no_versions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._tools)
        column.addWidget(self._layers, 1)


def _subtitle(model: RegisteredModel, now_ms: int) -> str:
    words = [counted(len(model.versions), "version")]
    if model.last_updated_time_ms is not None:
        words.append(f"changed {ago_text(model.last_updated_time_ms, now_ms)}")
    if model.creation_time_ms is not None:
        words.append(f"created {ago_text(model.creation_time_ms, now_ms)}")
    if model.workspace != "default":
        words.append(f"workspace {visible(model.workspace, 60)}")
    return " · ".join(words)
