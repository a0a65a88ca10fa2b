"""The registered models at the left of the models page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyleOptionViewItem, QWidget
from typing_extensions import override

from bakehouse.domain.models import RegisteredModel
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.registry_models import ModelKey, ModelListModel, ModelRole, key_of
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.search_list import CountedDelegate, SearchList
from bakehouse.widgets.stages import DOT, stage_token

_ROW, _EVERY = 50, 34
_NAME = (6, 20)
_STAGES = (26, 18)
_SMALL_PX = 12


class _ModelDelegate(CountedDelegate):
    """A name with its number of versions; below it, what is in Production and Staging."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        rect, (top, height) = option.rect, _STAGES
        line = QRect(rect.left() + 2 * GRID, rect.top() + top, rect.width() - 4 * GRID, height)
        painter.save()
        self._paint_stages(painter, line, index)
        painter.restore()

    def _paint_stages(self, painter: QPainter, rect: QRect, index: Index) -> None:
        font = QFont(painter.font())
        font.setPixelSize(_SMALL_PX)
        painter.setFont(font)
        pieces = [(f"{stage} {number}", stage_token(stage)) for stage, number in index.data(ModelRole.STAGES)]
        workspace = index.data(ModelRole.WORKSPACE)
        if workspace:
            pieces.insert(0, (workspace, ""))
        if not pieces:
            pieces.append(("not in a stage", ""))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, left = painter.fontMetrics(), rect.left()
        for text, token in pieces:
            if token:
                # The colour is in a dot, since the word alone would be too pale on a selected row.
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self.theme.color(token))
                painter.drawEllipse(QRectF(left, rect.center().y() - DOT / 2 + 1, DOT, DOT))
                left += DOT + 5
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.right() - left)
            painter.setPen(self.theme.color("muted"))
            place = QRect(left, rect.top(), rect.right() - left, rect.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
            left += metrics.horizontalAdvance(shown) + 12
            if left >= rect.right():
                break


class _EveryRow(QAbstractButton):
    """The line above the list that leads to all models; looks like a row of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.count = ""
        self.setObjectName("all_models")
        self.setText("All models")
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, _EVERY)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect, theme = QPainter(self), self.rect(), self.theme
        if self.isChecked():
            painter.fillRect(rect, theme.color("selection"))
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme.color("accent"))
        if self.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        line = rect.adjusted(2 * GRID, 0, -2 * GRID, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.setPen(theme.color("muted"))
        painter.drawText(line, middle | int(Qt.AlignmentFlag.AlignRight), self.count)
        painter.setPen(theme.color("text"))
        painter.drawText(line, middle | int(Qt.AlignmentFlag.AlignLeft), self.text())


class ModelSidebar(SearchList):
    """All models, or one of them: a search over names and tags, and the list."""

    chosen = Signal(object)
    """The ModelKey of the model to be shown, None for all of them."""
    menu_requested = Signal(object)
    """The global QPoint of a menu over the chosen model."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.model = ModelListModel()
        delegate = _ModelDelegate(theme, ModelRole.COUNT, _ROW, _NAME)
        super().__init__(self.model, delegate, "model", "Registered models", parent)
        self._key: ModelKey | None = None
        self.every = _EveryRow(theme)
        self.column.insertSpacing(1, GRID - 2)
        self.column.insertWidget(2, self.every)
        self.every.clicked.connect(self.select_all)
        self.searched.connect(self._find)
        self.picked.connect(self._pick)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._ask_menu)

    @override
    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.every.theme = theme
        self.every.update()

    @property
    def key(self) -> ModelKey | None:
        """The chosen model, also while the search hides it; None for all."""
        return self._key

    def show_models(self, models: Sequence[RegisteredModel]) -> None:
        """Show a store's models; the choice stays when it is still there, else all of them are chosen."""
        scrolled = self.list.verticalScrollBar().value()
        with self.filling():
            self.model.show(models)
            if self._key is not None and self.model.find(self._key) is None:
                self._key = None
            self._mark()
            self.list.verticalScrollBar().setValue(scrolled)
        self._count()

    def select(self, key: ModelKey) -> None:
        """Choose this model; a search that hides it is cleared."""
        if self.model.row_of(key) < 0:
            self.search.clear()
        row = self.model.row_of(key)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    def select_all(self) -> None:
        """Choose all models."""
        self._key = None
        with self.filling():
            self._mark()
        self.chosen.emit(None)

    def clear(self) -> None:
        """Forget the store."""
        self._key = None
        self.search.clear()
        self.show_models([])

    def _ask_menu(self, where: QPoint) -> None:
        """The right button has chosen the model below it before."""
        if self.list.indexAt(where).isValid():
            self.menu_requested.emit(self.list.viewport().mapToGlobal(where))

    def _find(self, text: str) -> None:
        with self.filling():
            self.model.search(text)
            self._mark()
        self._count()

    def _count(self) -> None:
        some, every = len(self.model.shown), len(self.model.all)
        self.every.count = f"{every:,}"
        self.every.update()
        self.section.setText(f"MODELS · {every:,}" if some == every else f"MODELS · {some:,} OF {every:,}")

    def _mark(self) -> None:
        self.every.setChecked(self._key is None)
        row = -1 if self._key is None else self.model.row_of(self._key)
        selection = self.list.selectionModel()
        if row < 0:
            selection.clear()
        else:
            selection.setCurrentIndex(self.model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _pick(self, rows: list[int]) -> None:
        key = key_of(self.model.shown[rows[0]])
        if key != self._key:
            self._key = key
            self.every.setChecked(False)
            self.chosen.emit(key)
