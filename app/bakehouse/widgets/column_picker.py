"""A button that says which column is picked, and the popup in which a person picks another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget
from typing_extensions import override

from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.itemmodels.column_picks import ColumnPicksModel
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.run_table import column_title
from bakehouse.theme import ROW_HEIGHT, Theme
from bakehouse.widgets.eliding_button import ElidingButton
from bakehouse.widgets.search_list import CountedDelegate
from bakehouse.widgets.search_popup import SearchPopup

_SIZE = 300, 380
_BUTTON_CHARACTERS = 22
_NARROWEST = 56
_SCALES = (
    ("Linear", ScaleKind.LINEAR),
    ("Logarithmic", ScaleKind.LOG),
    ("By rank", ScaleKind.PERCENTILE),
    ("As categories", ScaleKind.CATEGORY),
)


class ColumnPicker(ElidingButton):
    """Shows `label: column`; a click opens search and list, and the scale where the column has a choice of them."""

    picked = Signal(object)
    """ColumnKey or None."""
    scaled = Signal(object)
    """ScaleKind."""

    def __init__(
        self, label: str, theme: Theme, *, none: str = "", scales: bool = False, parent: QWidget | None = None
    ) -> None:
        """`none` names the choice of no column, empty where there must be one."""
        super().__init__(_NARROWEST, parent=parent)
        self._label, self._none = label, none
        self._key: ColumnKey | None = None
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
        self.setAccessibleName(f"{self._label}: {title}")
        self.setToolTip(plain_tooltip(title))
        self.show_text(f"{self._label}: {visible(title, _BUTTON_CHARACTERS)}")


class _Popup(SearchPopup):
    """Search and list; the scale below."""

    picked = Signal(object)
    scaled = Signal(object)

    def __init__(self, label: str, theme: Theme, scales: bool, parent: QWidget) -> None:
        super().__init__("column_picker", label, "Find column", _SIZE, parent)
        self.scale: ScaleKind | None = None
        self.model = ColumnPicksModel(self)
        delegate = CountedDelegate(theme, Qt.ItemDataRole.UserRole, ROW_HEIGHT, (0, ROW_HEIGHT), self)
        self.show_list(self.model, delegate, delegate)
        self._scales = QComboBox(self)
        self._scales.setAccessibleName("Scale")
        for text, kind in _SCALES:
            self._scales.addItem(text, kind)
        self._has_scales = scales
        self.column.addWidget(self._scales)
        self.set_theme(theme)
        self.search.textChanged.connect(self.model.search)
        self._scales.activated.connect(self._pick_scale)

    def open_below(self, anchor: QWidget, key: ColumnKey | None) -> None:
        """Show the popup at `anchor`, with `key` marked."""
        self.search.clear()
        self._scales.setVisible(self._has_scales and self.scale is not None)
        self._scales.setCurrentIndex(max(0, self._scales.findData(self.scale)))
        self.show_below(anchor)
        row = self.model.row_of(key)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    @override
    def take(self, index: Index) -> None:
        if index.isValid():
            self.hide()
            self.picked.emit(self.model.key_at(index.row()))

    def _pick_scale(self, place: int) -> None:
        self.scale = self._scales.itemData(place)
        self.scaled.emit(self.scale)
