"""The commands that concern no store: preferences, theme, help."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from bakehouse import __version__
from bakehouse.dialogs.help import HelpDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.preferences import PreferencesDialog
from bakehouse.dialogs.shortcuts import shortcut_sheet
from bakehouse.places import cache_directory
from bakehouse.resources import help_path
from bakehouse.settings import Settings
from bakehouse.theme import ThemeSource

_ABOUT = (
    "A native application over MLflow's tracking store: look, compare, register, decide. Apache License 2.0. "
    "Icons from Lucide (ISC)."
)


class ApplicationCommands:
    """Answers them over one window, which owns it. GUI thread."""

    def __init__(self, settings: Settings, themes: ThemeSource, window: QWidget) -> None:
        self._settings = settings
        self._themes = themes
        self._window = window

    def handlers(self) -> dict[str, Callable[[], object]]:
        """By the ids of `actions.py`."""
        return {
            "app.preferences": self._ask_preferences,
            "theme.system": partial(self._prefer_theme, ""),
            "theme.light": partial(self._prefer_theme, "light"),
            "theme.dark": partial(self._prefer_theme, "dark"),
            "help.filter": self._explain_filter,
            "help.shortcuts": self._show_shortcuts,
            "help.about": self._show_about,
            "help.log": self._show_log,
        }

    def _ask_preferences(self) -> None:
        PreferencesDialog(self._settings, self._themes, self._window).open()

    def _prefer_theme(self, preference: str) -> None:
        self._settings.theme = preference
        self._themes.prefer(preference)

    def _explain_filter(self) -> None:
        HelpDialog("Filter language", help_path("filter").read_text(encoding="utf-8"), self._window).show()

    def _show_shortcuts(self) -> None:
        HelpDialog("Keyboard shortcuts", shortcut_sheet(), self._window).show()

    def _show_about(self) -> None:
        MessageDialog(f"Bakehouse {__version__}", _ABOUT, self._window).open()

    def _show_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(cache_directory())))
