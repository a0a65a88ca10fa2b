"""The popup in which a person chooses a table's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.itemmodels.run_table import column_title
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.labels import PlainLabel

_WIDTH, _HEIGHT = 340, 440
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class _Line:
    """A group's heading (`key` None) or one column."""

    kind: ColumnKind
    key: ColumnKey | None
    text: str


class ColumnListModel(QAbstractListModel):
    """Columns under the headings of their groups, each with a check mark; made for 12,000 of them."""

    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ColumnKey] = []
        self._fill: Mapping[ColumnKey, int] = {}
        self._chosen: dict[ColumnKey, None] = {}
        self._lines: list[_Line] = []
        self._search = ""

    @property
    def chosen(self) -> list[ColumnKey]:
        """The checked columns: in the order they had, later ones behind their group's others."""
        return sorted(self._chosen, key=lambda key: key.kind)

    def show(self, keys: Sequence[ColumnKey], chosen: Sequence[ColumnKey], fill: Mapping[ColumnKey, int]) -> None:
        """Show `keys`, those of `chosen` checked; `fill` says how many runs have each."""
        self._all = sorted(
            keys, key=lambda key: (key.kind, "" if key.kind is ColumnKind.ATTRIBUTE else key.name.casefold())
        )
        self._chosen = dict.fromkeys(chosen)
        self._fill = fill
        self.search("")

    def search(self, text: str) -> None:
        """Show only columns whose name contains `text`, without regard to case."""
        self._search = text.strip().casefold()
        self.beginResetModel()
        self._lines = []
        for kind in ColumnKind:
            keys = [key for key in self._all if key.kind is kind]
            found = [
                key for key in keys if self._search in column_title(key).casefold() or self._search in key.search_name
            ]
            if found:
                count = f"{len(keys):,}" if len(found) == len(keys) else f"{len(found):,} of {len(keys):,}"
                self._lines.append(_Line(kind, None, f"{kind.title}  {count}"))
                self._lines += [_Line(kind, key, column_title(key)) for key in found]
        self.endResetModel()

    def set_found(self, checked: bool) -> None:
        """Check or uncheck every column that is found."""
        for line in self._lines:
            if line.key is not None:
                self._put(line.key, checked)
        self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))
        self.chosen_changed.emit()

    def toggle(self, index: Index) -> None:
        """Turn one column's check mark."""
        key = self.key_at(index)
        if key is not None:
            self._put(key, key not in self._chosen)
            self.dataChanged.emit(index, index)
            self.chosen_changed.emit()

    def key_at(self, index: Index) -> ColumnKey | None:
        """The column of a line, None for a heading."""
        return self._lines[index.row()].key if index.isValid() else None

    def first_column(self) -> Index:
        """The first line that is a column."""
        return self.index(1 if self._lines else -1)

    def _put(self, key: ColumnKey, checked: bool) -> None:
        if checked:
            self._chosen[key] = None
        else:
            self._chosen.pop(key, None)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.key_at(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()] if index.isValid() else None
        if line is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == Qt.ItemDataRole.CheckStateRole and line.key is not None:
            return Qt.CheckState.Checked if line.key in self._chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.UserRole and line.key is not None and line.key in self._fill:
            return f"{self._fill[line.key]:,}"
        return None

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or self.key_at(index) is None:
            return False
        self.toggle(index)
        return True


class _LineDelegate(QStyledItemDelegate):
    """Headings small and muted, columns with how many runs have them at the right."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        if index.data(Qt.ItemDataRole.CheckStateRole) is None:
            font = painter.font()
            font.setPixelSize(11)
            painter.setFont(font)
            painter.setPen(self._theme.color("muted"))
            place = option.rect.adjusted(GRID, 4, -GRID, 0)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), index.data())
        else:
            count = index.data(Qt.ItemDataRole.UserRole) or ""
            room = painter.fontMetrics().horizontalAdvance(count) + 2 * GRID if count else 0
            whole = QRect(option.rect)
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(whole, self._theme.color("selection"))
            option.rect = whole.adjusted(GRID - 4, 0, -room, 0)
            super().paint(painter, option, index)
            painter.setPen(self._theme.color("muted"))
            place = whole.adjusted(0, 0, -GRID, 0)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)
        painter.restore()


class ColumnChooser(QFrame):
    """A popup with search, groups and check marks; `columns_chosen` follows every change at once."""

    columns_chosen = Signal(object)
    """list[ColumnKey]: what the table shall show."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("column_chooser")
        self.setAccessibleName("Columns")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._defaults: list[ColumnKey] = []
        self._fill: Mapping[ColumnKey, int] = {}
        self.model = ColumnListModel(self)
        self._search = QLineEdit(self)
        self._search.setPlaceholderText("Find column")
        self._search.setAccessibleName("Find column")
        self._search.setClearButtonEnabled(True)
        self._list = QListView(self)
        self._list.setAccessibleName("Columns by group")
        self._list.setModel(self.model)
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._delegate = _LineDelegate(theme, self)
        self._list.setItemDelegate(self._delegate)
        self._count = PlainLabel("", "muted", self)
        self._lay_out()
        self.set_theme(theme)
        self._search.textChanged.connect(self.model.search)
        self._list.clicked.connect(self._clicked)
        self.model.chosen_changed.connect(self._tell)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        for text, act in (
            ("All found", self._check_found),
            ("None found", self._uncheck_found),
            ("Default", self._reset),
        ):
            button = QPushButton(text, self)
            button.setProperty("link", "true")
            button.clicked.connect(act)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + 2, GRID + 2, GRID + 2, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._search)
        layout.addWidget(self._list, 1)
        layout.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.set_theme(theme)
        self.setStyleSheet(f"#column_chooser {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def open_below(
        self,
        anchor: QWidget,
        keys: Sequence[ColumnKey],
        shown: Sequence[ColumnKey],
        defaults: Sequence[ColumnKey],
        frame: RunFrame,
    ) -> None:
        """Show the popup under `anchor`, its right edge at the anchor's."""
        fill = {key: column.count for key, column in frame.columns.items()}
        self._defaults, self._fill = list(defaults), fill
        self._search.clear()
        self.model.show(keys, shown, fill)
        self._say()
        self.resize(_WIDTH, _HEIGHT)
        corner = anchor.mapToGlobal(QPoint(anchor.width() - _WIDTH, anchor.height() + 4))
        self.move(corner)
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _clicked(self, index: QModelIndex) -> None:
        # The check box turns itself where it is clicked; the rest of the line is as good a target.
        where = self._list.viewport().mapFromGlobal(self._list.cursor().pos())
        box = self._list.visualRect(index).left() + GRID + 18
        if where.x() > box:
            self.model.toggle(index)

    def _check_found(self) -> None:
        self.model.set_found(True)

    def _uncheck_found(self) -> None:
        self.model.set_found(False)

    def _reset(self) -> None:
        self.model.show(self.model._all, self._defaults, self._fill)
        self._search.clear()
        self._tell()

    def _tell(self) -> None:
        self._say()
        self.columns_chosen.emit(self.model.chosen)

    def _say(self) -> None:
        self._count.setText(f"{len(self.model.chosen):,} shown")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self._list.setCurrentIndex(self.model.first_column())
            self._list.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
