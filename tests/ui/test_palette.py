"""The palette: every typed word counts, arrows move, Enter goes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bakehouse.dialogs.palette import PaletteDialog, Place
from bakehouse.theme import LIGHT


def _palette(qtbot: QtBot, went: list[str]) -> PaletteDialog:
    names = ("price_optimization", "price_tests", "churn <b>x</b>")
    places = [Place(name, "Experiment", "chart-line", lambda name=name: went.append(name)) for name in names]
    dialog = PaletteDialog(places, LIGHT)
    dialog.open()
    return dialog


def test_that_every_word_has_to_occur(qtbot: QtBot) -> None:
    dialog = _palette(qtbot, [])
    qtbot.keyClicks(dialog.search, "exp price op")
    assert [dialog.list.topLevelItem(row).text(0) for row in range(dialog.list.topLevelItemCount())] == [
        "price_optimization"
    ]


def test_that_arrows_move_and_enter_goes(qtbot: QtBot) -> None:
    went: list[str] = []
    dialog = _palette(qtbot, went)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert went == ["price_tests"]


def test_that_enter_without_a_match_does_nothing(qtbot: QtBot) -> None:
    went: list[str] = []
    dialog = _palette(qtbot, went)
    qtbot.keyClicks(dialog.search, "nothing like it")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert went == []
