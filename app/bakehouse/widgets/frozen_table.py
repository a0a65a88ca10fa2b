"""A table view whose first columns stand still while the others scroll sideways below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect
from PySide6.QtWidgets import QTableView, QWidget
from typing_extensions import override

from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.theme import Theme
from bakehouse.widgets.cell_places import Place
from bakehouse.widgets.grouped_header import GroupedHeader


class FrozenTableView(QTableView):
    """One view, one selection: whoever extends it paints `parts`; Qt's questions about places are answered here.

    Tooltips, menus, hovering and screen readers all go through `indexAt` and `visualRect`.
    """

    def __init__(self, model: RunTableModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = GroupedHeader(model, theme, self)
        self.setModel(model)
        self.setHorizontalHeader(self._header)
        self._header.scroll_wanted.connect(self._scroll_across)
        # Qt repaints the cells where they would stand if all of them scrolled.
        model.dataChanged.connect(self._repaint)

    def freeze(self, count: int) -> None:
        """Let the first `count` columns stand still."""
        self._header.freeze(count)
        self.viewport().update()

    def left_of(self, section: int) -> int:
        """Where a column begins in the window."""
        return self._header.left_of(section)

    def parts(self, area: QRect) -> Iterator[tuple[QRect, Sequence[Place]]]:
        """The parts of `area` and which columns are seen in each; those that stand still come last."""
        for sections, left, right in self._header.seen():
            part = QRect(left, area.top(), right - left, area.height()).intersected(area)
            if part.isEmpty():
                continue
            places = []
            for section in self._header.in_sight(sections, left, right):
                start, width = self._header.left_of(section), self._header.sectionSize(section)
                if start <= part.right() and start + width > part.left():
                    places.append(Place(section, start, width))
            yield part, places

    @override
    def indexAt(self, pos: QPoint) -> QModelIndex:
        row, section = self.rowAt(pos.y()), self._header.section_at(pos.x())
        return self.model().index(row, section) if row >= 0 and section >= 0 else QModelIndex()

    @override
    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        rect = super().visualRect(index)
        if index.isValid() and index.column() < self._header.frozen:
            rect.moveLeft(self._header.left_of(index.column()))
        return rect

    @override
    def scrollTo(self, index: Index, hint: QTableView.ScrollHint = QTableView.ScrollHint.EnsureVisible) -> None:
        across = self.horizontalScrollBar()
        before = across.value()
        super().scrollTo(index, hint)
        across.setValue(before)
        if index.isValid() and index.column() >= self._header.frozen:
            left = self._header.sectionPosition(index.column())
            right = left + self._header.sectionSize(index.column())
            room = self._header.frozen_width()
            if right - before > self.viewport().width():
                before = right - self.viewport().width()
            across.setValue(min(before, left - room))

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if dx:  # Qt has shifted what stands still, too
            self._repaint()

    def _scroll_across(self, step: int) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + step)

    def _repaint(self) -> None:
        self.viewport().update()
        self._header.viewport().update()
