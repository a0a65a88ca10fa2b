"""The registered models at the left of the models page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.models import RegisteredModel
from bakehouse.itemmodels.registry_models import ModelKey, ModelListModel, ModelRole, key_of
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel, plain_tooltip
from bakehouse.widgets.stages import DOT, stage_token

_ROW = 50
_MARK = 3
_SMALL_PX = 12
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class _ModelDelegate(QStyledItemDelegate):
    """A name with its number of versions; below it, what is in Production and Staging."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, _ROW)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect, theme = option.rect, self.theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
            painter.fillRect(rect.left(), rect.top(), _MARK, rect.height(), theme.color("accent"))
        inner = rect.adjusted(2 * GRID, 0, -2 * GRID, 0)
        upper = QRect(inner.left(), inner.top() + 6, inner.width(), 20)
        metrics, count = painter.fontMetrics(), index.data(ModelRole.COUNT)
        painter.setPen(theme.color("muted"))
        painter.drawText(upper, _RIGHT, count)
        room = upper.width() - metrics.horizontalAdvance(count) - GRID
        painter.setPen(theme.color("text"))
        painter.drawText(upper, _LEFT, metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room))
        self._paint_stages(painter, QRect(inner.left(), upper.bottom() + 1, inner.width(), 18), index)

    def _paint_stages(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
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
            painter.drawText(QRect(left, rect.top(), rect.right() - left, rect.height()), _LEFT, shown)
            left += metrics.horizontalAdvance(shown) + 12
            if left >= rect.right():
                break
        painter.restore()


class ModelSidebar(QWidget):
    """Search over the models' names and tags, and the list of them; one is chosen."""

    chosen = Signal(object)
    """The ModelKey of the model to be shown, None when there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(140)
        self.model = ModelListModel(self)
        self._key: ModelKey | None = None
        self._filling = False
        self._search = QLineEdit(self)
        self._search.setObjectName("model_search")
        self._search.setPlaceholderText("Find model")
        self._search.setAccessibleName("Find model")
        self._search.setClearButtonEnabled(True)
        self._section = PlainLabel("MODELS", "section", self)
        self._section.setObjectName("models_count")
        self._section.setContentsMargins(2 * GRID, GRID, GRID, 4)
        self._list = QListView(self)
        self._list.setObjectName("models")
        self._list.setAccessibleName("Registered models")
        self._list.setModel(self.model)
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setStyleSheet("QListView { background: transparent; }")
        self._delegate = _ModelDelegate(theme, self)
        self._list.setItemDelegate(self._delegate)
        self._list.setMouseTracking(True)
        self._lay_out()
        self._search.textChanged.connect(self._find)
        self._list.selectionModel().selectionChanged.connect(self._selected)
        self._list.entered.connect(self._tell_name)

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(GRID + 4, GRID + 2, GRID + 4, 0)
        top.addWidget(self._search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._section)
        layout.addWidget(self._list, 1)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self._list.viewport().update()

    @property
    def key(self) -> ModelKey | None:
        """The chosen model, also while the search hides it."""
        return self._key

    def show_models(self, models: Sequence[RegisteredModel]) -> None:
        """Show a store's models; the choice stays when it is still there, else the first one is chosen."""
        scrolled = self._list.verticalScrollBar().value()
        self._filling = True
        self.model.show(models)
        known = [key_of(model) for model in self.model.all]
        if self._key not in known:
            self._key = known[0] if known else None
        self._mark()
        self._list.verticalScrollBar().setValue(scrolled)
        self._filling = False
        self._count()
        self.chosen.emit(self._key)

    def select(self, key: ModelKey) -> None:
        """Choose this model; a search that hides it is cleared."""
        if self.model.row_of(key) < 0:
            self._search.clear()
        row = self.model.row_of(key)
        if row >= 0:
            self._list.setCurrentIndex(self.model.index(row))

    def clear(self) -> None:
        """Forget the store."""
        self._key = None
        self._search.clear()
        self.show_models([])

    def _find(self, text: str) -> None:
        self._filling = True
        self.model.search(text)
        self._mark()
        self._filling = False
        self._count()

    def _count(self) -> None:
        some, every = len(self.model.shown), len(self.model.all)
        self._section.setText(f"MODELS · {every:,}" if some == every else f"MODELS · {some:,} OF {every:,}")

    def _mark(self) -> None:
        row = -1 if self._key is None else self.model.row_of(self._key)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self._list.selectionModel().setCurrentIndex(self.model.index(row), flag)

    def _selected(self) -> None:
        rows = [index.row() for index in self._list.selectedIndexes()]
        if self._filling or not rows:
            return
        key = key_of(self.model.shown[rows[0]])
        if key != self._key:
            self._key = key
            self.chosen.emit(key)

    def _tell_name(self, index: QModelIndex) -> None:
        self._list.setToolTip(plain_tooltip(str(index.data())))
