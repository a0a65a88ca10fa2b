"""Files dropped on an artifact view: which folder they would go into, shown while they are dragged."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.artifact_tree import ArtifactTreeModel
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView

_STORES = (".db", ".sqlite", ".sqlite3")
_DRAGS = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop})


class ArtifactDropping(QObject):
    """Watches the drops over an ArtifactView. Only a run's own artifacts take files. GUI thread.

    A single store file is left to the window, which opens it.
    """

    dropped = Signal(str, str, object)
    """Artifact address, folder below it (empty: the top), tuple of paths."""
    said = Signal(str)

    def __init__(self, view: QWidget, tree: ArtifactTreeView) -> None:
        super().__init__(view)
        self._view = view
        self._tree = tree
        self.is_wanted = False
        view.setAcceptDrops(True)
        view.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self._tree.mark_drop(None)
        elif kind in _DRAGS and isinstance(event, QDropEvent):
            return self._dragged(event)
        return super().eventFilter(watched, event)

    def _dragged(self, event: QDropEvent) -> bool:
        place = self._place(event.position().toPoint())
        paths = _files(event)
        if place is None or not paths:
            event.ignore()
            self._tree.mark_drop(None)
            # Entering has to be taken up for the moves to come, when another row would take them.
            return event.type() != QEvent.Type.DragEnter or not paths or not self.is_wanted or self._begin(event)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        index, address, below = place
        if event.type() == QEvent.Type.Drop:
            self._tree.mark_drop(None)
            self.dropped.emit(address, below, paths)
        else:
            self._tree.mark_drop(index)
            where = f"{visible(below, 60)}/" if below else "the run's artifacts"
            self.said.emit(f"Drop to add {counted(len(paths), 'item')} to {where}")
        return True

    @staticmethod
    def _begin(event: QDropEvent) -> bool:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _place(self, point: QPoint) -> tuple[QModelIndex, str, str] | None:
        """(row to mark, address, folder below it) of a point of the view; None where nothing can be added."""
        model = self._tree.model()
        if not self.is_wanted or not isinstance(model, ArtifactTreeModel) or not model.roots:
            return None
        index = QModelIndex()
        if self._tree.isVisible():
            index = self._tree.indexAt(self._tree.viewport().mapFrom(self._view, point)).siblingAtColumn(0)
        while index.isValid() and (entry := model.entry(index)) is not None and (not entry.is_folder or entry.obstacle):
            index = index.parent()
        source = model.source(model.number(index)) if index.isValid() else None
        root = source[0] if source is not None else model.roots[0]
        if not root.mlflow_uri.startswith("runs:/"):
            return None
        entry = model.entry(index) if index.isValid() else None
        return index, root.uri, entry.relative if entry is not None else ""


def _files(event: QDropEvent) -> tuple[Path, ...]:
    """The local files another program offers; none when something else is among them, or one store that opens."""
    urls = event.mimeData().urls()
    if event.source() is not None or not urls or not all(url.isLocalFile() for url in urls):
        return ()
    paths = tuple(Path(url.toLocalFile()) for url in urls)
    return () if len(paths) == 1 and paths[0].suffix.lower() in _STORES else paths
