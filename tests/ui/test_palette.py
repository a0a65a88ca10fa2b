"""The palette in the real window: what is typed finds commands, experiments, runs, models and stores."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from bakehouse.dialogs.palette import PaletteDialog
from bakehouse.itemmodels.palette_rows import Entry, PaletteRole
from bakehouse.window import MainWindow
from bakehouse.windows import Windows


@pytest.fixture
def sample(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.open_sample()
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=30_000)
    return window


def _palette(window: MainWindow, qtbot: QtBot) -> PaletteDialog:
    window.menus.trigger("view.palette")
    dialog = window.findChild(PaletteDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: not window.tasks.busy)
    return dialog


def _type(window: MainWindow, qtbot: QtBot, dialog: PaletteDialog, text: str) -> None:
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, text)
    qtbot.waitUntil(lambda: not window.tasks.busy)


def _rows(dialog: PaletteDialog) -> list[tuple[str, Entry | None]]:
    model = dialog.model
    indexes = (model.index(row) for row in range(model.rowCount()))
    return [(index.data(), index.data(PaletteRole.ENTRY)) for index in indexes]


def _headings(dialog: PaletteDialog) -> list[str]:
    return [text for text, entry in _rows(dialog) if entry is None]


def _label(dialog: PaletteDialog, name: str) -> str:
    label = dialog.findChild(QLabel, name)
    assert label is not None
    return label.text()


def test_that_a_run_of_any_experiment_is_found_by_name_and_by_id(sample: MainWindow, qtbot: QtBot) -> None:
    shown = set(sample.runs.model.frame.run_ids)
    dialog = _palette(sample, qtbot)
    names = sample.palette_search._runs.names
    row = next(row for row, run_id in enumerate(names.run_ids) if run_id not in shown)
    for typed in (names.run_ids[row], names.run_ids[row][:12], names.names[row]):
        _type(sample, qtbot, dialog, typed)
        keys = [entry.key for _, entry in _rows(dialog) if entry is not None]
        assert f"run/{names.run_ids[row]}" in keys
    _type(sample, qtbot, dialog, names.run_ids[row])
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sample.runs.selection.current == names.run_ids[row], timeout=20_000)


def test_that_groups_have_headings_and_commands_their_shortcut(sample: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(sample, qtbot)
    assert _headings(dialog) == ["Commands", "Experiments", "Models", "Versions", "Stores", "Help", "Newest runs"]
    hints = {text: entry.hint for text, entry in _rows(dialog) if entry is not None}
    assert hints["Refresh"] == "F5"


def test_that_a_word_for_the_kind_narrows_the_search(sample: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(sample, qtbot)
    name = sample.runs.sidebar.model.active[0].name
    _type(sample, qtbot, dialog, f"exp {name[:5]}")
    assert "Experiments" in _headings(dialog)
    assert name in [text for text, entry in _rows(dialog) if entry is not None]


def test_that_arrows_skip_headings_and_enter_goes(sample: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(sample, qtbot)
    _type(sample, qtbot, dialog, "models")
    first = dialog.list.currentIndex().data(PaletteRole.ENTRY)
    assert first is not None
    qtbot.keyClick(dialog.search, Qt.Key.Key_Up)
    assert dialog.list.currentIndex().data(PaletteRole.ENTRY) is not None
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.list.currentIndex().data(PaletteRole.ENTRY) is first
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert sample.stack.currentWidget() is sample.models


def test_that_what_was_used_last_stands_on_top_the_next_time(sample: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(sample, qtbot)
    _type(sample, qtbot, dialog, "inspector")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sample.findChild(PaletteDialog) is None)
    dialog = _palette(sample, qtbot)
    assert [text for text, _ in _rows(dialog)][:2] == ["Recent", "Inspector"]


def test_that_a_command_that_makes_no_sense_now_is_shown_but_does_nothing(sample: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(sample, qtbot)
    _type(sample, qtbot, dialog, "Transition stage")
    (entry,) = [entry for text, entry in _rows(dialog) if entry is not None and text.startswith("Transition")]
    assert not entry.enabled
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_that_no_match_says_what_was_searched(sample: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(sample, qtbot)
    _type(sample, qtbot, dialog, "zzqqxx <b>")
    said = _label(dialog, "palette_nothing")
    assert "“zzqqxx <b>”" in said
    assert "runs by name and id" in said
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_that_without_a_store_only_commands_stores_and_help_are_offered(window: MainWindow, qtbot: QtBot) -> None:
    dialog = _palette(window, qtbot)
    assert _headings(dialog) == ["Commands", "Help"]
    _type(window, qtbot, dialog, "zzqqxx")
    assert "No store is open" in _label(dialog, "palette_nothing")


def test_that_a_recent_store_opens_in_a_window_of_its_own_with_control(windows: Windows, qtbot: QtBot) -> None:
    window = windows.front
    window.open_sample()
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=30_000)
    path = window.opener.session.store.path
    window.menus.trigger("store.close")
    other = windows.new(window)
    other.show()
    dialog = _palette(other, qtbot)
    _type(other, qtbot, dialog, "stores mlflow")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: windows.front.opener.session is not None and not windows.front.tasks.busy, timeout=30_000)
    assert windows.front.opener.session.store.path == path
