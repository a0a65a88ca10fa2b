"""The table of commands made real: one QAction each, the menu bar, and who answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from bakehouse.actions import ACTIONS, COPY_AS, MENUS, SEPARATOR, Context
from bakehouse.domain.text import visible
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.theme import Theme
from bakehouse.widgets.icons import icon


class Menus(QObject):
    """Owned by the window, which gives each action id its handler."""

    triggered = Signal(str)
    """The id of a command that was just carried out."""
    recent_chosen = Signal(object, bool)
    """Path of a store chosen among those opened before, and whether in a new window."""

    def __init__(self, handlers: Mapping[str, Callable[[], object]], window: QWidget) -> None:
        super().__init__(window)
        self._handlers = handlers
        self._actions: dict[str, QAction] = {}
        for row in ACTIONS:
            action = QAction(row.text, self)
            action.setObjectName(row.id)
            action.setToolTip(row.tip)
            action.setCheckable(row.checkable)
            if row.shortcut:
                action.setShortcut(QKeySequence(row.shortcut))
            action.triggered.connect(partial(self.trigger, row.id))
            window.addAction(action)
            self._actions[row.id] = action
        self.recent = QMenu("Open r&ecent", window)
        self.beside = QMenu("Open in new &window", window)
        self.bar = QMenuBar()
        for title, ids in MENUS:
            self._fill(self.bar.addMenu(title), ids)

    def trigger(self, action_id: str, _checked: bool = False) -> None:
        """Carry out one command."""
        self._handlers[action_id]()
        self.triggered.emit(action_id)

    def action(self, action_id: str) -> QAction:
        """The command itself, for a button."""
        return self._actions[action_id]

    def update(self, context: Context, theme_preference: str) -> None:
        """Enable what makes sense now, and mark the theme preference."""
        for row in ACTIONS:
            self._actions[row.id].setEnabled(row.enabled(context))
            if row.checked is not None:
                self._actions[row.id].setChecked(row.checked(context))
        for preference, name in (("", "theme.system"), ("light", "theme.light"), ("dark", "theme.dark")):
            self._actions[name].setChecked(preference == theme_preference)

    def set_theme(self, theme: Theme) -> None:
        for row in ACTIONS:
            if row.icon:
                self._actions[row.id].setIcon(icon(row.icon, theme, 16))

    def set_recent(self, paths: list[Path]) -> None:
        """Fill the submenu of stores opened before."""
        self.beside.clear()
        self.beside.addAction(self._actions["store.open_new"])
        self.beside.addSeparator()
        self.recent.clear()
        for path in paths:
            text = visible(str(path), 100).replace("&", "&&")
            for menu in (self.recent, self.beside):
                menu.addAction(text).triggered.connect(partial(self._choose_recent, path, menu is self.beside))
        self.recent.setEnabled(bool(paths))

    def places(self) -> list[Group]:
        """The commands and the pages of help for the palette."""
        entries: dict[str, list[Entry]] = {"Commands": [], "Help": []}
        for row in ACTIONS:
            action = self._actions[row.id]
            shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            hint = shortcut if action.isEnabled() else "not available here"
            go = partial(self.trigger, row.id)
            name = row.text.replace("&", "")
            entry = Entry(
                f"command/{row.id}", name, row.icon or "arrow-right", go, row.tip, hint, None, action.isEnabled()
            )
            if row.id != "view.palette":
                entries["Help" if row.id.startswith("help.") else "Commands"].append(entry)
        return [Group(title, found) for title, found in entries.items()]

    def _fill(self, menu: QMenu, ids: tuple[str, ...]) -> None:
        for entry in ids:
            if entry == SEPARATOR:
                menu.addSeparator()
            elif entry == "recent":
                menu.addMenu(self.recent)
            elif entry == "open_beside":
                menu.addMenu(self.beside)
            elif entry == "copy_as":
                self._fill(menu.addMenu("Copy &as"), COPY_AS)
            else:
                menu.addAction(self._actions[entry])

    def _choose_recent(self, path: Path, beside: bool, _checked: bool = False) -> None:
        self.recent_chosen.emit(path, beside)
