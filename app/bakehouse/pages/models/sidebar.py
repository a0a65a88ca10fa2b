"""The registered models at the left of the models page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from typing_extensions import override

from bakehouse.domain.models import RegisteredModel
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.registry_models import ModelKey, ModelListModel, ModelRole, key_of
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.search_list import CountedDelegate, SearchList
from bakehouse.widgets.stages import DOT, stage_token

_ROW = 50
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


class ModelSidebar(SearchList):
    """Search over the models' names and tags, and the list of them; one is chosen."""

    chosen = Signal(object)
    """The ModelKey of the model to be shown, None when there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.model = ModelListModel()
        delegate = _ModelDelegate(theme, ModelRole.COUNT, _ROW, _NAME)
        super().__init__(self.model, delegate, "model", "Registered models", parent)
        self._key: ModelKey | None = None
        self.searched.connect(self._find)
        self.picked.connect(self._pick)

    @property
    def key(self) -> ModelKey | None:
        """The chosen model, also while the search hides it."""
        return self._key

    def show_models(self, models: Sequence[RegisteredModel]) -> None:
        """Show a store's models; the choice stays when it is still there, else the first one is chosen."""
        scrolled = self.list.verticalScrollBar().value()
        with self.filling():
            self.model.show(models)
            known = [key_of(model) for model in self.model.all]
            if self._key not in known:
                self._key = known[0] if known else None
            self._mark()
            self.list.verticalScrollBar().setValue(scrolled)
        self._count()
        self.chosen.emit(self._key)

    def select(self, key: ModelKey) -> None:
        """Choose this model; a search that hides it is cleared."""
        if self.model.row_of(key) < 0:
            self.search.clear()
        row = self.model.row_of(key)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    def clear(self) -> None:
        """Forget the store."""
        self._key = None
        self.search.clear()
        self.show_models([])

    def _find(self, text: str) -> None:
        with self.filling():
            self.model.search(text)
            self._mark()
        self._count()

    def _count(self) -> None:
        some, every = len(self.model.shown), len(self.model.all)
        self.section.setText(f"MODELS · {every:,}" if some == every else f"MODELS · {some:,} OF {every:,}")

    def _mark(self) -> None:
        row = -1 if self._key is None else self.model.row_of(self._key)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().setCurrentIndex(self.model.index(row), flag)

    def _pick(self, rows: list[int]) -> None:
        key = key_of(self.model.shown[rows[0]])
        if key != self._key:
            self._key = key
            self.chosen.emit(key)
