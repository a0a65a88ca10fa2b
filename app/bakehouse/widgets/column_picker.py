"""A button that says which column is picked, and the popup in which a person picks another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QLineEdit,
    QListView,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.itemmodels.column_picks import ColumnPicksModel
from bakehouse.itemmodels.run_table import column_title
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.search_list import CountedDelegate

_WIDTH, _HEIGHT = 300, 380
_BUTTON_CHARACTERS = 22
_PADDING, _NARROWEST = 30, 56
_SCALES = (
    ("Linear", ScaleKind.LINEAR),
    ("Logarithmic", ScaleKind.LOG),
    ("By rank", ScaleKind.PERCENTILE),
    ("As categories", ScaleKind.CATEGORY),
)


class ColumnPicker(QPushButton):
    """Shows `label: column`; a click opens search and list, and the scale where the column has a choice of them."""

    picked = Signal(object)
    """ColumnKey or None."""
    scaled = Signal(object)
    """ScaleKind."""

    def __init__(
        self, label: str, theme: Theme, *, none: str = "", scales: bool = False, parent: QWidget | None = None
    ) -> None:
        """`none` names the choice of no column, empty where there must be one."""
        super().__init__(parent)
        self._label, self._none = label, none
        self._key: ColumnKey | None = None
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._popup = _Popup(label, theme, scales, self)
        self._popup.picked.connect(self._pick)
        self._popup.scaled.connect(self.scaled)
        self.clicked.connect(self._open)
        self._say()

    def set_theme(self, theme: Theme) -> None:
        self._popup.set_theme(theme)

    def offer(self, keys: Sequence[ColumnKey], key: ColumnKey | None, scale: ScaleKind | None = None) -> None:
        """Offer `keys`, of which `key` is picked on `scale` (None: it has no choice)."""
        self._key = key
        self._popup.model.show(keys, self._none)
        self._popup.scale = scale
        self._say()

    @property
    def key(self) -> ColumnKey | None:
        """The picked column."""
        return self._key

    def _open(self) -> None:
        self._popup.open_below(self, self._key)

    def _pick(self, key: ColumnKey | None) -> None:
        if key != self._key:
            self._key = key
            self._say()
            self.picked.emit(key)

    def _say(self) -> None:
        title = self._none if self._key is None else column_title(self._key)
        self._text = f"{self._label}: {visible(title, _BUTTON_CHARACTERS)}"
        self.setAccessibleName(f"{self._label}: {title}")
        self.setToolTip(plain_tooltip(title))
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        room = self.width() - _PADDING
        short = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        self.setText(short.replace("&", "&&"))

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + _PADDING + 6, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _Popup(QFrame):
    """Search and list; the scale below."""

    picked = Signal(object)
    scaled = Signal(object)

    def __init__(self, label: str, theme: Theme, scales: bool, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("column_picker")
        self.setAccessibleName(label)
        self.scale: ScaleKind | None = None
        self.model = ColumnPicksModel(self)
        self._search = QLineEdit(self)
        self._search.setPlaceholderText("Find column")
        self._search.setAccessibleName("Find column")
        self._search.setClearButtonEnabled(True)
        self._list = QListView(self)
        self._list.setAccessibleName("Columns")
        self._list.setModel(self.model)
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._delegate = CountedDelegate(theme, Qt.ItemDataRole.UserRole, ROW_HEIGHT, (0, ROW_HEIGHT), self)
        self._list.setItemDelegate(self._delegate)
        self._scales = QComboBox(self)
        self._scales.setAccessibleName("Scale")
        for text, kind in _SCALES:
            self._scales.addItem(text, kind)
        self._has_scales = scales
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + 2, GRID + 2, GRID + 2, GRID + 2)
        layout.setSpacing(GRID)
        for part in (self._search, self._list, self._scales):
            layout.addWidget(part)
        self.set_theme(theme)
        self._search.textChanged.connect(self.model.search)
        self._search.returnPressed.connect(self._pick_first)
        self._list.clicked.connect(self._pick)
        self._list.activated.connect(self._pick)
        self._scales.activated.connect(self._pick_scale)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.setStyleSheet(f"#column_picker {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def open_below(self, anchor: QWidget, key: ColumnKey | None) -> None:
        """Show the popup under `anchor`, with `key` marked."""
        self._search.clear()
        self._scales.setVisible(self._has_scales and self.scale is not None)
        self._scales.setCurrentIndex(max(0, self._scales.findData(self.scale)))
        self.resize(_WIDTH, _HEIGHT)
        right = anchor.mapToGlobal(QPoint(anchor.width() - _WIDTH, anchor.height() + 4))
        left = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        at = left if left.x() + _WIDTH <= anchor.window().mapToGlobal(anchor.window().rect().topRight()).x() else right
        if at.y() + _HEIGHT > anchor.screen().availableGeometry().bottom():
            at.setY(anchor.mapToGlobal(QPoint(0, -_HEIGHT - 4)).y())
        self.move(at)
        self.show()
        row = self.model.row_of(key)
        if row >= 0:
            self._list.setCurrentIndex(self.model.index(row))
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            self.hide()
            self.picked.emit(self.model.key_at(index.row()))

    def _pick_first(self) -> None:
        self._pick(self.model.index(0))

    def _pick_scale(self, place: int) -> None:
        self.scale = self._scales.itemData(place)
        self.scaled.emit(self.scale)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self._list.setCurrentIndex(self.model.index(0))
            self._list.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
