"""The popup in which a person nests and groups the runs of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.arrangement import Aggregate, Arrangement
from bakehouse.domain.columns import ColumnKey
from bakehouse.itemmodels.group_keys import VALUES_ROLE, GroupKeysModel, group_keys
from bakehouse.itemmodels.run_table import column_title
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.search_field import SearchField
from bakehouse.widgets.search_list import CountedDelegate

_WIDTH, _HEIGHT = 340, 460
_AGGREGATES = {
    Aggregate.MEAN: "Mean",
    Aggregate.MEDIAN: "Median",
    Aggregate.MINIMUM: "Minimum",
    Aggregate.MAXIMUM: "Maximum",
    Aggregate.DEVIATION: "Standard deviation",
    Aggregate.COUNT: "Number of values",
}


class GroupChooser(QFrame):
    """Every choice takes effect at once; the popup stays until the person looks elsewhere."""

    arrangement_chosen = Signal(object)
    """An Arrangement."""
    fold_requested = Signal(bool)
    """Unfold (True) or fold everything."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("group_chooser")
        self.setAccessibleName("Group and nest")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._theme = theme
        self._arrangement = Arrangement()
        self._frame = RunFrame([])
        self.keys = GroupKeysModel(self)
        self._nested = QCheckBox("Nest runs under their parents", self)
        self._nested.setObjectName("nest_runs")
        self._none_nested = PlainLabel("No run here lies under another.", "muted", self)
        self._levels = QVBoxLayout()
        self._levels.setSpacing(2)
        self._search = SearchField(self)
        self._search.setObjectName("group_search")
        self._search.setPlaceholderText("Group by param, tag or attribute")
        self._search.setAccessibleName("Find what to group by")
        self._list = QListView(self)
        self._list.setObjectName("group_keys")
        self._list.setAccessibleName("What runs can be grouped by")
        self._list.setModel(self.keys)
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = CountedDelegate(theme, VALUES_ROLE, ROW_HEIGHT, (0, ROW_HEIGHT), self)
        self._list.setItemDelegate(self._delegate)
        self._aggregate = QComboBox(self)
        self._aggregate.setObjectName("group_aggregate")
        self._aggregate.setAccessibleName("What groups show of a metric")
        for how, text in _AGGREGATES.items():
            self._aggregate.addItem(text, how)
        self._lay_out()
        self.set_theme(theme)
        self._search.textChanged.connect(self.keys.search)
        self._list.clicked.connect(self._add)
        self._list.activated.connect(self._add)
        self._nested.toggled.connect(self._nest)
        self._aggregate.activated.connect(self._aggregate_chosen)

    def _lay_out(self) -> None:
        title = PlainLabel("GROUP BY", "section", self)
        shows = QHBoxLayout()
        shows.addWidget(PlainLabel("Groups show of metrics", "muted", self))
        shows.addWidget(self._aggregate, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        for text, act in (
            ("Expand all", partial(self.fold_requested.emit, True)),
            ("Fold all", partial(self.fold_requested.emit, False)),
        ):
            buttons.addWidget(self._link(text, act))
        buttons.addStretch(1)
        self._clear = self._link("No groups", self._ungroup)
        buttons.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + 2, GRID + 2, GRID + 2, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._nested)
        layout.addWidget(self._none_nested)
        layout.addWidget(title)
        layout.addLayout(self._levels)
        layout.addWidget(self._search)
        layout.addWidget(self._list, 1)
        layout.addLayout(shows)
        layout.addLayout(buttons)

    def _link(self, text: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("link", "true")
        button.clicked.connect(lambda _checked=False: act())
        return button

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._delegate.theme = theme
        self.setStyleSheet(f"#group_chooser {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def open_below(self, anchor: QWidget, frame: RunFrame, arrangement: Arrangement, has_nested: bool) -> None:
        """Show the popup under `anchor`, its right edge at the anchor's; `has_nested`: a run lies under another."""
        self._frame, self._arrangement = frame, arrangement
        self._search.clear()
        self._nested.blockSignals(True)
        self._nested.setChecked(arrangement.nested)
        self._nested.blockSignals(False)
        self._nested.setEnabled(has_nested)
        self._none_nested.setVisible(not has_nested)
        self._aggregate.setCurrentIndex(self._aggregate.findData(arrangement.aggregate))
        self._show_levels()
        self.resize(_WIDTH, _HEIGHT)
        self.move(anchor.mapToGlobal(QPoint(anchor.width() - _WIDTH, anchor.height() + 4)))
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    # The levels

    def _show_levels(self) -> None:
        while (item := self._levels.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, key in enumerate(self._arrangement.group_by):
            self._levels.addWidget(self._level(place, key))
        self._clear.setEnabled(bool(self._arrangement.group_by))
        self.keys.show(self._frame, group_keys(self._frame), self._arrangement.group_by)

    def _level(self, place: int, key: ColumnKey) -> QWidget:
        line = QWidget(self)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(2, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(PlainLabel(str(place + 1), "muted", line))
        name = ElidedLabel(column_title(key), parent=line)
        name.setObjectName(f"group_level_{place}")
        layout.addWidget(name, 1)
        if place:
            layout.addWidget(self._tool("arrow-up", f"Move {column_title(key)} out", partial(self._move_out, place)))
        layout.addWidget(self._tool("x", f"Do not group by {column_title(key)}", partial(self._remove, place)))
        return line

    def _tool(self, name: str, said: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name, self._theme, 16))
        button.setIconSize(QSize(14, 14))
        button.setAccessibleName(said)
        button.clicked.connect(lambda _checked=False: act())
        return button

    def _add(self, index: QModelIndex) -> None:
        key = self.keys.key_at(index)
        if key is not None:
            self._search.clear()
            self._group_by((*self._arrangement.group_by, key))

    def _remove(self, place: int) -> None:
        self._group_by(tuple(key for at, key in enumerate(self._arrangement.group_by) if at != place))

    def _move_out(self, place: int) -> None:
        keys = list(self._arrangement.group_by)
        keys[place - 1 : place + 1] = [keys[place], keys[place - 1]]
        self._group_by(tuple(keys))

    def _ungroup(self) -> None:
        self._group_by(())

    def _group_by(self, keys: tuple[ColumnKey, ...]) -> None:
        self._choose(replace(self._arrangement, group_by=keys))
        self._show_levels()

    def _nest(self, nested: bool) -> None:
        self._choose(replace(self._arrangement, nested=nested))

    def _aggregate_chosen(self, place: int) -> None:
        self._choose(replace(self._arrangement, aggregate=list(_AGGREGATES)[place]))

    def _choose(self, arrangement: Arrangement) -> None:
        if arrangement != self._arrangement:
            self._arrangement = arrangement
            self.arrangement_chosen.emit(arrangement)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self._list.setCurrentIndex(self.keys.index(0))
            self._list.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._search.hasFocus():
            self._add(self.keys.index(0))
        else:
            super().keyPressEvent(event)
