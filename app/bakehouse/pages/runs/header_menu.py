"""The menu of a column of the run table: order, place, width and look, for who does not drag."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from bakehouse.dialogs.line import LineDialog
from bakehouse.domain.column_look import Ground
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.text import visible
from bakehouse.itemmodels.run_table import column_title
from bakehouse.pages.runs.table_columns import TableColumns
from bakehouse.widgets.menu_entries import add_entry

_DECIMALS = 8
_ORDINALS = ("first", "second", "third")
_FIGURES = (("Latest value", ""), ("Minimum of its history", "min"), ("Maximum of its history", "max"))


class ColumnMenus(QObject):
    """Opens the menu of a column where a person asks for it, by mouse or by keyboard. Owned by the page."""

    def __init__(self, columns: TableColumns, parent: QObject) -> None:
        super().__init__(parent)
        self._columns = columns
        columns.table.column_menu_requested.connect(self.open)
        columns.chooser.step_requested.connect(self._ask_step)
        columns.chooser.can_ask_step = True

    def open(self, section: int, place: QPoint) -> None:
        """Open the menu of a shown column at a place on the screen."""
        HeaderMenu(self._columns, section, self._columns.table).popup(place)

    def open_current(self) -> None:
        """Open the menu of the column that the keyboard is in, below its title."""
        section, header = self._columns.current(), self._columns.table.horizontalHeader()
        self.open(section, header.mapToGlobal(QPoint(self._columns.table.left_of(section), header.height())))

    def _ask_step(self, key: ColumnKey) -> None:
        ask_step(key, self._columns.add, self._columns.table)


class HeaderMenu(QMenu):
    """Made for one column when it is asked for; it goes when closed. GUI thread."""

    def __init__(self, columns: TableColumns, section: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("column_menu")
        self._columns = columns
        self._section = section
        self._key = columns.model.columns[section]
        self.setAccessibleName(f"Column {column_title(self._key)}")
        self._add_order()
        self.addSeparator()
        self._add_place()
        if self._key.kind is ColumnKind.METRIC or columns.has_numbers(section):
            self.addSeparator()
            self._add_look()
        self.addSeparator()
        add_entry(self, "Fit width", partial(columns.table.fit, section))
        own = add_entry(self, "Automatic width", partial(columns.table.forget_width, section))
        own.setEnabled(self._key in columns.table.chosen_widths)
        self.addSeparator()
        add_entry(self, "Choose columns…", columns.choose)
        self.aboutToHide.connect(self.deleteLater)

    def _add_order(self) -> None:
        sort = self._columns.table.sort_column
        keys = self._columns.model.sort_keys
        place = next((place for place, one in enumerate(keys) if one.column == self._key), None)
        for text, descending in (("Sort ascending", False), ("Sort descending", True)):
            first = place == 0 and keys[0].descending is descending
            add_entry(self, text, partial(sort, self._key, descending), checked=(first and len(keys) == 1) or None)
        if keys and (place is None or len(keys) > 1):
            position = len(keys) if place is None else place
            words = _ORDINALS[position] if position < len(_ORDINALS) else "further"
            verb = "As" if place is not None else "Add as"
            for direction, descending in (("ascending", False), ("descending", True)):
                present = place is not None and keys[place].descending is descending
                act = partial(sort, self._key, descending, adding=True)
                add_entry(self, f"{verb} {words} key, {direction}", act, checked=present or None)
        if place is not None and len(keys) > 1:
            add_entry(self, "Take out of the order", partial(self._columns.unsort, self._key))

    def _add_place(self) -> None:
        columns, section, last = self._columns, self._section, len(self._columns.model.columns) - 1
        add_entry(self, "Move left", partial(columns.move, section, section - 1)).setEnabled(section > 0)
        add_entry(self, "Move right", partial(columns.move, section, section + 2)).setEnabled(section < last)
        if columns.frozen == section + 1:
            add_entry(self, "Unfreeze columns", partial(columns.freeze, 0))
        else:
            add_entry(self, "Freeze up to here", partial(columns.freeze, section + 1)).setEnabled(section < last)
        add_entry(self, "Hide column", partial(columns.hide, section)).setEnabled(last > 0)

    def _add_look(self) -> None:
        columns, key = self._columns, self._key
        if key.kind is ColumnKind.METRIC:
            figures = self.addMenu("Figure")
            for text, figure in _FIGURES:
                wanted = ColumnKey(key.kind, key.name, figure)
                add_entry(figures, text, partial(columns.replace, key, wanted), checked=key == wanted)
            at = f"At step {key.step:,}…" if key.figure == "at" else "At a step…"
            add_entry(figures, at, self._ask_step, checked=key.figure == "at")
        ground = columns.model.ground(key)
        for text, kind in (("Value bars", Ground.BARS), ("Shading by rank", Ground.SHADING)):
            wanted_ground = Ground.PLAIN if ground is kind else kind
            add_entry(self, text, partial(columns.set_ground, key, wanted_ground), checked=ground is kind)
        decimals = self.addMenu("Decimals")
        chosen = columns.model.look(key).decimals
        add_entry(decimals, "Automatic", partial(columns.set_decimals, key, None), checked=chosen is None)
        decimals.addSeparator()
        for count in range(_DECIMALS + 1):
            add_entry(decimals, f"{count}", partial(columns.set_decimals, key, count), checked=chosen == count)

    def _ask_step(self) -> None:
        ask_step(self._key, partial(self._columns.replace, self._key), self._columns.table)


def ask_step(key: ColumnKey, answered: Callable[[ColumnKey], object], parent: QWidget) -> None:
    """Ask at which step a metric shall be read; `answered` gets the column."""

    def chosen(text: str) -> None:
        answered(ColumnKey(key.kind, key.name, "at", int(text)))

    LineDialog(
        "step_dialog",
        f"{visible(key.name, 60)} at a step",
        "Step",
        "Show",
        parent,
        text=str(key.step) if key.figure == "at" else "",
        remark=_step_remark,
        answered=chosen,
    ).open()


def _step_remark(text: str) -> tuple[bool, str]:
    try:
        step = int(text)
    except ValueError:
        return False, "A whole number is wanted." if text else ""
    if abs(step) >= 2**63:
        return False, "MLflow's steps have at most 64 bits."
    return True, "Of several points at this step the last one counts; runs without one show no value."
