"""Everything without a mouse: names for screen readers, the order of Tab, F6 from part to part, the sheet of keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTabBar, QTextBrowser, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from bakehouse.actions import ACTIONS, KEYS
from bakehouse.dialogs.palette import PaletteDialog
from bakehouse.dialogs.preferences import PreferencesDialog
from bakehouse.window import MainWindow


@pytest.fixture
def sample(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.resize(1600, 1000)
    window.open_sample()
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=30_000)
    return window


def _reached_by_tab(window: QWidget) -> Iterator[QWidget]:
    """The visible widgets in the order of the Tab key."""
    widget = window.nextInFocusChain()
    while widget is not window:
        wanted = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if wanted and widget.isVisibleTo(window) and widget.isEnabled() and widget.focusProxy() is None:
            yield widget
        widget = widget.nextInFocusChain()


def _nameless(window: QWidget) -> list[str]:
    found = []
    for widget in window.findChildren(QWidget):
        is_control = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
        if not (is_control and widget.isVisibleTo(window)) or widget.objectName().startswith("qt_"):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.parametrize("page", ["page.runs", "page.models"])
def test_that_every_control_has_a_name_for_screen_readers(sample: MainWindow, page: str, qtbot: QtBot) -> None:
    sample.menus.trigger(page)
    qtbot.waitUntil(lambda: not sample.tasks.busy)
    assert _nameless(sample) == []


def test_that_the_controls_of_the_welcome_page_and_of_dialogs_have_names(window: MainWindow, qtbot: QtBot) -> None:
    assert _nameless(window) == []
    for action, kind in (("app.preferences", PreferencesDialog), ("view.palette", PaletteDialog)):
        window.menus.trigger(action)
        dialog = window.findChild(kind)
        assert dialog is not None
        assert _nameless(dialog) == []
        dialog.close()


def test_that_no_tooltip_is_only_blanks_and_buttons_of_an_icon_have_one(sample: MainWindow) -> None:
    for widget in sample.findChildren(QWidget):
        assert widget.toolTip() == "" or widget.toolTip().strip(), widget
    for button in [*sample.findChildren(QToolButton), *sample.findChildren(QPushButton)]:
        shows_words = bool(button.text()) and not (
            isinstance(button, QToolButton) and button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        # Lines and tab bars make buttons of their own.
        is_ours = button.isVisibleTo(sample) and not isinstance(button.parent(), QTabBar | QLineEdit)
        assert shows_words or not is_ours or button.toolTip().strip(), (button, button.objectName())


def test_that_tab_goes_from_experiments_over_filter_and_table_to_plots_and_inspector(sample: MainWindow) -> None:
    order = list(_reached_by_tab(sample))
    runs = sample.runs
    parts = [runs.sidebar.list, runs.filter_bar.line, runs.table, runs.plots, runs.inspector]
    places = [
        next((at for at, widget in enumerate(order) if part is widget or part.isAncestorOf(widget)), -1)
        for part in parts
    ]
    assert -1 not in places
    # The chain is a ring: turned so that it begins at the experiments it has to rise.
    turned = [(place - places[0]) % len(order) for place in places]
    assert turned == sorted(turned)


def test_that_f6_goes_through_the_parts_of_the_page_and_back(sample: MainWindow, qtbot: QtBot) -> None:
    runs = sample.runs
    parts = [runs.sidebar, runs.filter_bar, runs.table, runs.plots, runs.inspector]
    sample.activateWindow()
    qtbot.waitUntil(sample.isActiveWindow)

    def part() -> QWidget | None:
        focused = QApplication.focusWidget()
        return next(
            (one for one in parts if focused is not None and (one is focused or one.isAncestorOf(focused))), None
        )

    runs.sidebar.list.setFocus()
    for step, wanted in (("next", [*parts[1:], parts[0]]), ("previous", [*reversed(parts)])):
        for one in wanted:
            sample.menus.trigger(f"view.{step}_pane")
            assert part() is one


def test_that_a_hidden_part_is_passed_over(sample: MainWindow, qtbot: QtBot) -> None:
    sample.activateWindow()
    qtbot.waitUntil(sample.isActiveWindow)
    sample.menus.trigger("view.sidebar")
    sample.runs.filter_bar.line.setFocus()
    sample.menus.trigger("view.previous_pane")
    focused = QApplication.focusWidget()
    assert focused is not None
    assert sample.runs.inspector.isAncestorOf(focused)
    sample.menus.trigger("view.sidebar")


def test_that_the_sheet_holds_every_shortcut(window: MainWindow) -> None:
    window.menus.trigger("help.shortcuts")
    browser = window.findChild(QTextBrowser, "help_text")
    assert browser is not None
    shown = browser.toPlainText()
    for row in ACTIONS:
        if row.shortcut:
            assert row.text.replace("&", "").rstrip("…") in shown
            assert row.shortcut in shown
    for _, keys, what in KEYS:
        assert keys in shown
        assert what in shown


def test_that_a_list_draws_where_the_keyboard_is_once_the_keyboard_is_used(sample: MainWindow, qtbot: QtBot) -> None:
    sample.activateWindow()
    qtbot.waitUntil(sample.isActiveWindow)
    listed = sample.runs.sidebar.list

    def edge() -> str:
        rect = listed.visualRect(listed.currentIndex())
        return listed.viewport().grab(rect).toImage().pixelColor(rect.width() // 2, 1).name()

    qtbot.mouseClick(
        listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualRect(listed.currentIndex()).center()
    )
    assert edge() == sample._themes.theme.selection
    sample.menus.trigger("view.next_pane")
    listed.setFocus(Qt.FocusReason.TabFocusReason)
    assert edge() == sample._themes.theme.accent
