"""The popup in which a person chooses a table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.itemmodels.column_list import ColumnListModel
from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.heading_delegate import HeadingDelegate, is_beside_box
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.menu_entries import add_entry
from bakehouse.widgets.search_popup import SearchPopup

_SIZE = 340, 440


class _LineDelegate(HeadingDelegate):
    """A click on a heading checks its whole group, or none of it."""

    @override
    def heading_act(self, index: Index) -> str:
        model = index.model()
        if not isinstance(model, ColumnListModel):
            return ""
        return "None" if model.group_state(index) == "all" else "All"


class ColumnChooser(SearchPopup):
    """A popup with search, groups and check marks; `columns_chosen` follows every change at once."""

    columns_chosen = Signal(object)
    """list[ColumnKey]: what the table shall show."""
    step_requested = Signal(object)
    """A metric of which the value at a step shall be shown; who can ask for the step does."""
    differing_toggled = Signal(bool)
    """Whether only columns that differ shall be shown; whoever can tell answers with `show_same`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("column_chooser", "Columns", "Find column", _SIZE, parent)
        self._defaults: list[ColumnKey] = []
        self.can_ask_step = False
        """Whether somebody answers `step_requested`."""
        self.model = ColumnListModel(self)
        delegate = _LineDelegate(theme, self)
        self.show_list(self.model, delegate, delegate)
        self._count = PlainLabel("", "muted", self)
        self._differing = QCheckBox("Only columns that differ", self)
        self._differing.setObjectName("only_differing")
        self._differing.setToolTip("Hide columns that have the same value in all runs of these experiments")
        self._differing.hide()
        self._same = PlainLabel("", "muted", self)
        self._lay_out()
        self.set_theme(theme)
        self.search.textChanged.connect(self.model.search)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_figures)
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
        self.column.setContentsMargins(GRID + 2, GRID + 2, GRID + 2, GRID)
        differing = QHBoxLayout()
        differing.addWidget(self._differing)
        differing.addStretch(1)
        differing.addWidget(self._same)
        self.column.insertLayout(1, differing)
        self.column.addLayout(buttons)

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
        """Show the popup at `anchor`."""
        fill = {key: column.count for key, column in frame.columns.items()}
        self._defaults = list(defaults)
        self.search.clear()
        self.model.show(keys, shown, fill)
        self._say()
        self.show_below(anchor)

    @override
    def first(self) -> Index:
        return self.model.first_key()

    @override
    def take(self, index: Index) -> None:
        if self.model.key_at(index) is None:
            self.model.toggle_group(index)
        else:
            self.model.toggle(index)

    @override
    def clicked(self, index: Index) -> None:
        # The check box turns itself; the rest of the line is as good a target.
        if self.model.key_at(index) is None or is_beside_box(self.list, index):
            self.take(index)

    def _open_figures(self, place: QPoint) -> None:
        menu = self.figure_menu(self.model.key_at(self.list.indexAt(place)))
        if menu is not None:
            menu.popup(self.list.viewport().mapToGlobal(place))

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
        self.search.clear()
        self._tell()

    def _tell(self) -> None:
        self._say()
        self.columns_chosen.emit(self.model.chosen)

    def _say(self) -> None:
        self._count.setText(f"{len(self.model.chosen):,} shown")
