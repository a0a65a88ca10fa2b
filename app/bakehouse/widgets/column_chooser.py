"""The popup in which a person chooses a table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
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
from bakehouse.itemmodels.column_list import ColumnListModel
from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.menu_entries import add_entry

_WIDTH, _HEIGHT = 340, 440


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
            model = index.model()
            if isinstance(model, ColumnListModel):
                painter.setPen(self._theme.color("accent"))
                words = "None" if model.group_state(index) == "all" else "All"
                painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
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
    step_requested = Signal(object)
    """A metric of which the value at a step shall be shown; who can ask for the step does."""
    differing_toggled = Signal(bool)
    """Whether only columns that differ shall be shown; whoever can tell answers with `show_same`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("column_chooser")
        self.setAccessibleName("Columns")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._defaults: list[ColumnKey] = []
        self.can_ask_step = False
        """Whether somebody answers `step_requested`."""
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
        self._differing = QCheckBox("Only columns that differ", self)
        self._differing.setObjectName("only_differing")
        self._differing.setToolTip("Hide columns that have the same value in all runs of these experiments")
        self._differing.hide()
        self._same = PlainLabel("", "muted", self)
        self._lay_out()
        self.set_theme(theme)
        self._search.textChanged.connect(self.model.search)
        self._list.clicked.connect(self._clicked)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._open_figures)
        self.model.chosen_changed.connect(self._tell)
        self._differing.clicked.connect(self.differing_toggled)

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
        differing = QHBoxLayout()
        differing.addWidget(self._differing)
        differing.addStretch(1)
        differing.addWidget(self._same)
        layout.addLayout(differing)
        layout.addWidget(self._list, 1)
        layout.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.set_theme(theme)
        self.setStyleSheet(f"#column_chooser {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def offer_differing(self) -> None:
        """Have a check box for showing only columns that differ."""
        self._differing.show()

    def show_same(self, wanted: bool, same: frozenset[ColumnKey] | None) -> None:
        """Whether only columns that differ are shown, and which do not; None while that is found out."""
        self._differing.setChecked(wanted)
        hidden = same if wanted and same is not None else frozenset()
        self._same.setText("" if not wanted else "Comparing…" if same is None else f"{len(same):,} alike")
        self.model.leave_out(hidden)

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
        self._defaults = list(defaults)
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
        if self.model.key_at(index) is None:
            self.model.toggle_group(index)
            return
        where = self._list.viewport().mapFromGlobal(self._list.cursor().pos())
        box = self._list.visualRect(index).left() + GRID + 18
        if where.x() > box:
            self.model.toggle(index)

    def _open_figures(self, place: QPoint) -> None:
        menu = self.figure_menu(self.model.key_at(self._list.indexAt(place)))
        if menu is not None:
            menu.popup(self._list.viewport().mapToGlobal(place))

    def figure_menu(self, key: ColumnKey | None) -> QMenu | None:
        """The menu with the figures of a metric's history that can be columns too; None for what is no metric."""
        if key is None or key.kind is not ColumnKind.METRIC:
            return None
        menu = QMenu(self)
        menu.setObjectName("figure_menu")
        for text, figure in (("Add minimum of its history", "min"), ("Add maximum of its history", "max")):
            add_entry(menu, text, partial(self.model.add, ColumnKey(key.kind, key.name, figure)))
        if self.can_ask_step:
            add_entry(menu, "Add value at a step…", partial(self._ask_step, key.latest))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _ask_step(self, key: ColumnKey) -> None:
        self.hide()
        self.step_requested.emit(key)

    def _check_found(self) -> None:
        self.model.set_found(True)

    def _uncheck_found(self) -> None:
        self.model.set_found(False)

    def _reset(self) -> None:
        self.model.choose(self._defaults)
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
