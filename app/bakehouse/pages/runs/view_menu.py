"""The menu below the view button, and what it asks: a name, a file, whether to delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from bakehouse.dialogs.line import LineDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.text import visible
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.pages.runs.views import RunViews
from bakehouse.personal.view_format import NAME_AT_MOST
from bakehouse.widgets.menu_entries import add_entry

_OWN_CHOICE = "Default"
_NAME_CHARACTERS = 60
ENDING = ".bakehouse-view.json"
_FILES = f"Bakehouse views (*{ENDING} *.json);;All files (*)"


class ViewMenu(QObject):
    """Owned by the page. GUI thread."""

    def __init__(self, views: RunViews, button: QPushButton, parent: QObject) -> None:
        super().__init__(parent)
        self._views = views
        self._button = button
        self._folder = str(Path.home())
        button.clicked.connect(self.open)

    def open(self) -> None:
        """Show the menu below its button."""
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._button.mapToGlobal(QPoint(0, self._button.height() + 4)))

    def menu(self) -> QMenu:
        """The menu as it is now."""
        views = self._views
        menu = QMenu(self._button)
        menu.setObjectName("view_menu")
        menu.setAccessibleName("Views of the run table")
        add_entry(menu, _OWN_CHOICE, partial(views.choose, ""), checked=not views.name)
        for view in views.shelf.views:
            text = visible(view.name, _NAME_CHARACTERS)
            add_entry(menu, text, partial(views.choose, view.name), checked=view.name == views.name)
        menu.addSeparator()
        add_entry(menu, "Save", views.save).setEnabled(bool(views.name) and views.is_changed)
        add_entry(menu, "Save as…", self.ask_save_as)
        add_entry(menu, "Rename…", self.ask_rename).setEnabled(bool(views.name))
        add_entry(menu, "Delete…", self.ask_delete).setEnabled(bool(views.name))
        is_default = bool(views.name) and views.shelf.default == views.name
        always = add_entry(
            menu, "Start new tables with it", partial(views.use_as_default, not is_default), checked=is_default or None
        )
        always.setEnabled(bool(views.name))
        menu.addSeparator()
        add_entry(menu, "Export…", self.ask_export)
        add_entry(menu, "Import…", self.ask_import)
        menu.addSeparator()
        back = f"Back to “{visible(views.name, 30)}”" if views.name else f"Reset to {_OWN_CHOICE.lower()}"
        add_entry(menu, back, self.reset).setEnabled(views.is_changed)
        return menu

    def reset(self) -> None:
        """Take back what was changed since the view was chosen."""
        self._views.choose(self._views.name)

    def save(self) -> None:
        """Save what was changed, or ask for a name where there is none yet."""
        if self._views.name:
            self._views.save()
        else:
            self.ask_save_as()

    def ask_save_as(self) -> None:
        """Ask for the name of a new view."""
        self._ask_name("Save view as", "Save", self._views.name, self._views.save, replaces=True)

    def ask_rename(self) -> None:
        """Ask for another name of this view."""
        self._ask_name("Rename view", "Rename", self._views.name, self._views.rename, replaces=False)

    def ask_delete(self) -> None:
        """Ask whether the view shall go."""
        name = visible(self._views.name, _NAME_CHARACTERS)
        sentence = "It is taken off the list of views, in every store. The table stays as it is now."
        MessageDialog(
            f"Delete the view “{name}”?", sentence, self._button.window(), ("Delete", "Cancel"), self._delete
        ).open()  # fmt: skip

    def ask_export(self) -> None:
        """Ask for the file to write."""
        name = "".join(c if c.isalnum() or c in " -_." else "-" for c in self._views.name or "view").strip(" .")
        dialog = self._dialog("Export view", self._export)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.selectFile((name or "view") + ENDING)
        dialog.open()

    def ask_import(self) -> None:
        """Ask for the file to read."""
        dialog = self._dialog("Import view", self._import)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.open()

    def places(self) -> Sequence[Group]:
        """The views for the palette."""
        views = self._views
        entries = [
            Entry(f"view {view.name}", visible(view.name, 200), "columns-3", partial(views.choose, view.name), "View")
            for view in views.shelf.views
        ]
        return [Group("Views", entries)] if entries else []

    def _ask_name(
        self, title: str, button: str, text: str, answered: Callable[[str], object], *, replaces: bool
    ) -> None:
        LineDialog(
            "view_name_dialog", title, "Name", button, self._button.window(), text=text,
            remark=partial(self._remark, replaces), answered=answered,
        ).open()  # fmt: skip

    def _remark(self, replaces: bool, name: str) -> tuple[bool, str]:
        if not name:
            return False, ""
        if len(name) > NAME_AT_MOST:
            return False, f"A name has at most {NAME_AT_MOST} characters."
        if self._views.shelf.find(name) is None:
            return True, ""
        return replaces, "A view of this name is there; it will be replaced." if replaces else "This name is taken."

    def _delete(self, _answer: str) -> None:
        self._views.delete()

    def _dialog(self, title: str, chosen: Callable[[str], object]) -> QFileDialog:
        dialog = QFileDialog(self._button.window(), title, self._folder, _FILES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(chosen)
        return dialog

    def _export(self, file: str) -> None:
        self._folder = str(Path(file).parent)
        self._views.export_to(Path(file))

    def _import(self, file: str) -> None:
        self._folder = str(Path(file).parent)
        self._views.files.import_from(Path(file))
