"""One registered model: what it is, and below tabs its versions and what else there is to see of it."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.itemmodels.registry_models import key_of
from bakehouse.pages.models.model_head import ModelHead
from bakehouse.pages.models.versions_panel import VersionsPanel
from bakehouse.settings import Settings
from bakehouse.theme import GRID, Theme


class ModelView(QWidget):
    """Shows the model it is given. GUI thread."""

    model_shown = Signal(object)
    """The RegisteredModel that is shown, or read anew; for tabs that show more of it."""

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = ModelHead(theme)
        self.versions = VersionsPanel(settings, theme)
        self.tabs = QTabBar()
        self.tabs.setObjectName("model_tabs")
        self.tabs.setAccessibleName("What is shown of the model")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.hide()
        self._bodies = QStackedWidget()
        self._model: RegisteredModel | None = None
        self.tabs.currentChanged.connect(self._bodies.setCurrentIndex)
        self.add_tab("Versions", self.versions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        row = QVBoxLayout()
        row.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        row.addWidget(self.tabs)
        column.addLayout(row)
        column.addWidget(self._bodies, 1)
        self.setFocusProxy(self.versions.table)

    @property
    def model(self) -> RegisteredModel | None:
        return self._model

    @property
    def current(self) -> ModelVersion | None:
        """The version that the inspector shows."""
        return self.versions.current if self._model is not None else None

    def add_tab(self, title: str, body: QWidget) -> None:
        """One more body below the head; tabs are there once there are two."""
        self._bodies.addWidget(body)
        self.tabs.addTab(title)
        self.tabs.setVisible(self.tabs.count() > 1)

    def set_theme(self, theme: Theme) -> None:
        self.head.set_theme(theme)
        self.versions.set_theme(theme)

    def show_model(self, model: RegisteredModel | None, wanted: int | None) -> None:
        """Show this model, `wanted` its current version; of the same model as before everything stays."""
        before, self._model = self._model, model
        if model is None:
            self.versions.show_versions((), None)
            return
        stays = before is not None and key_of(before) == key_of(model)
        now_ms = self.versions.facts.now_ms = int(time.time() * 1000)
        self.head.show_model(model, now_ms)
        if not stays:
            self.versions.search.clear()
        if before is not None and stays and wanted is None and before.versions == model.versions:
            self.versions.repaint_cells()
        else:
            newest = model.versions[0].version if model.versions else None
            self.versions.show_versions(model.versions, wanted if stays else wanted or newest)
        self.model_shown.emit(model)
