"""Two texts side by side, or as one, with what changed on coloured ground."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.differences import Change
from bakehouse.itemmodels.difference_table import DifferenceModel
from bakehouse.theme import Theme

_GROUNDS = {
    0: {Change.CHANGED: "bad", Change.REMOVED: "bad"},
    1: {Change.CHANGED: "good", Change.ADDED: "good"},
}
_UNIFIED = {Change.REMOVED: "bad", Change.ADDED: "good"}
_STRENGTH = 0.14


class _Lines(QStyledItemDelegate):
    def __init__(self, model: DifferenceModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._model = model

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        box: QRect = option.rect
        line = self._model.line(index.row())
        painter.fillRect(box, self.theme.color("raised" if line.change is Change.SKIPPED else "panel"))
        grounds = _UNIFIED if self._model.is_unified else _GROUNDS[index.column() // 2]
        token = grounds.get(line.change)
        if token is not None:
            ground = QColor(self.theme.color(token))
            ground.setAlphaF(_STRENGTH)
            painter.fillRect(box, ground)
        is_number = self._model.is_number(index.column())
        painter.setPen(self.theme.color("muted" if is_number or line.change is Change.SKIPPED else "text"))
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        flags = int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.drawText(box.adjusted(6, 0, -6, 0), flags, str(index.data() or ""))


class DifferenceView(QTableView):
    """A line of both texts a row; the sides share the width. GUI thread."""

    def __init__(self, model: DifferenceModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("difference")
        self.setAccessibleName("Differences")
        self._model = model
        self.setModel(model)
        self._lines = _Lines(model, theme, self)
        self.setItemDelegate(self._lines)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(20)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(self.font()).height() + 5)
        model.modelReset.connect(self._share)

    def set_theme(self, theme: Theme) -> None:
        self._lines.theme = theme
        self.viewport().update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Texts as wide as the window lets them be, or as their longest line."""
        metrics, model = QFontMetrics(self.font()), self._model
        columns = range(model.columnCount())
        texts = sum(not model.is_number(column) for column in columns)
        numbers = metrics.horizontalAdvance("0" * max(3, len(str(model.rowCount())))) + 14
        room = (self.viewport().width() - 2 * numbers) // max(1, texts)
        wide = max(room, min(model.longest, 2_000) * metrics.horizontalAdvance("0") + 16)
        for column in columns:
            self.setColumnWidth(column, numbers if model.is_number(column) else wide)
