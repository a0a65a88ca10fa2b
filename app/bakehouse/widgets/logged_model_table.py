"""The view of the logged models: one is current, and the names of source runs are links."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.logged_models import SOURCE_RUN
from bakehouse.itemmodels.logged_models import LoggedModelTableModel
from bakehouse.theme import Theme
from bakehouse.widgets.flat_table import FlatTable


class LoggedModelTable(FlatTable):
    """One logged model is current; it stays so through sorting, filtering and reading anew. GUI thread."""

    model_chosen = Signal(str)
    """The id of the current logged model, empty when there is none."""
    run_requested = Signal(str)
    """The id of a source run that was clicked."""
    model_menu_requested = Signal(str, QPoint)
    """(model id, where on the screen)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("logged_models", "Logged models", theme, parent)
        self.models = LoggedModelTableModel(self)
        self._current = ""
        self._filling = False
        self.show_model(self.models)
        self.setMouseTracking(True)
        self.models.modelAboutToBeReset.connect(self._hold)
        self.models.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._current_changed)

    @property
    def current(self) -> str:
        """The id of the current logged model, also while the filter hides it; empty when there is none."""
        return self._current

    def choose(self, model_id: str) -> None:
        """Make a model current."""
        self._current = model_id
        line = self.models.row_of(model_id)
        if line >= 0:
            self.selectRow(line)
            self.scrollTo(self.models.index(line, 0))
        self.model_chosen.emit(model_id)

    def forget(self) -> None:
        """Nothing is current."""
        self._current = ""

    def _hold(self) -> None:
        self._filling = True

    def _restore(self) -> None:
        line = self.models.row_of(self._current) if self._current else -1
        if line >= 0:
            self.selectRow(line)
        self._filling = False

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling and current.isValid():
            self._current = self.models.model_id(current.row())
            self.model_chosen.emit(self._current)

    def _run_at(self, where: QPoint) -> str:
        """The id of the source run whose name lies there, empty where there is none."""
        index = self.indexAt(where)
        if not index.isValid() or self.models.columns[index.column()] != SOURCE_RUN:
            return ""
        return self.models.source_run_id(index.row())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_link = bool(self._run_at(event.position().toPoint()))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        run_id = self._run_at(event.position().toPoint())
        if run_id and event.button() == Qt.MouseButton.LeftButton:
            self.run_requested.emit(run_id)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex() if event.reason() is event.Reason.Keyboard else self.indexAt(event.pos())
        if index.isValid():
            self.model_menu_requested.emit(self.models.model_id(index.row()), event.globalPos())
