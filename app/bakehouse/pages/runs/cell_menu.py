"""The context menu of a cell of the run table: filter by its value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from bakehouse.actions import COPY_AS
from bakehouse.analysis.search.quick import cell_terms, with_term
from bakehouse.domain.text import visible
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.widgets.filter_bar import FilterBar

_SHOWN_CHARACTERS = 60


def cell_menu(model: RunTableModel, bar: FilterBar, row: int, section: int, commands: Sequence[QAction]) -> QMenu:
    """The menu of the cell in the visible `row`; below its filters stand the page's `commands`, those that copy
    otherwise in a submenu. It goes when closed.
    """
    menu = QMenu(bar)
    menu.setObjectName("cell_menu")
    key = model.columns[section]
    column = model.frame.column(key)
    run = int(model.rows[row])
    terms = list(cell_terms(key, column, run)) if column is not None and run >= 0 else []
    for term in terms:
        entry = menu.addAction(f"Only {visible(term, _SHOWN_CHARACTERS)}".replace("&", "&&"))
        entry.triggered.connect(partial(_narrow, bar, term))
    if terms:
        menu.addSeparator()
    known = {command.objectName(): command for command in commands}
    for command in commands:
        if command.objectName() not in COPY_AS:
            menu.addAction(command)
        if command.objectName() == "runs.copy":
            copies = menu.addMenu("Copy &as")
            copies.addActions([known[name] for name in COPY_AS if name in known])
            copies.menuAction().setVisible(not copies.isEmpty())
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _narrow(bar: FilterBar, term: str, _checked: bool = False) -> None:
    bar.set_text(with_term(bar.text.strip(), term))
