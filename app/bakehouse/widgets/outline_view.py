"""The tree of a JSON or YAML file, folded but for its first levels."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget
from typing_extensions import override

from bakehouse.artifacts.preview_kinds import Branch
from bakehouse.itemmodels.outline_tree import OutlineColumn, OutlineTreeModel
from bakehouse.theme import GRID, Theme

_OPEN_AT_FIRST = 40
_WIDEST_NAME = 320
_SAMPLED = 200


class OutlineView(QTreeView):
    """Shows one outline; Ctrl+C copies the value of the current row. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._outline: OutlineTreeModel | None = None
        self.setObjectName("file_outline")
        self.setAccessibleName("File members")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(2 * GRID)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._outline is not None:
            self._outline.set_theme(theme)

    def show_branches(self, branches: tuple[Branch, ...]) -> None:
        """Show these members; levels open as long as about forty rows are enough for them."""
        old = self._outline
        self._outline = OutlineTreeModel(branches, self._theme, self)
        self.setModel(self._outline)
        if old is not None:
            old.deleteLater()
        names = self._open_first(self._outline)
        header = self.header()
        header.setSectionResizeMode(OutlineColumn.NAME, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) + depth * 2 * GRID for name, depth in names), default=0)
        header.resizeSection(OutlineColumn.NAME, min(widest + 5 * GRID, _WIDEST_NAME))

    def _open_first(self, outline: OutlineTreeModel) -> list[tuple[str, int]]:
        """Open the first levels; names and depths of the rows that are in sight then."""
        seen: list[tuple[str, int]] = []
        level = [QModelIndex()]
        depth = 0
        while level:
            rows = [outline.index(row, 0, parent) for parent in level for row in range(outline.rowCount(parent))]
            seen += [(outline.branch(index).name, depth + 1) for index in rows[:_SAMPLED]]
            level = [index for index in rows[:_SAMPLED] if outline.hasChildren(index)]
            below = sum(outline.rowCount(index) for index in level)
            if len(seen) + below > _OPEN_AT_FIRST:
                break
            for index in level:
                self.setExpanded(index, True)
            depth += 1
        return seen

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and self._outline is not None and index.isValid():
            QGuiApplication.clipboard().setText(self._outline.branch(index).value)
            return
        super().keyPressEvent(event)
