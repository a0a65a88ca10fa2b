"""Back and forward in the real window: page, experiments, filter and current run come back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from bakehouse.window import MainWindow


@pytest.fixture
def sample(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.open_sample()
    _settle(window, qtbot)
    return window


def _settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: window.runs.model.frame.size > 0 and not window.tasks.busy and window.runs.whereabouts() is not None,
        timeout=30_000,
    )


def _choose_other_experiment(window: MainWindow, qtbot: QtBot) -> int:
    chosen = window.runs.sidebar.selected
    other = next(
        one.experiment_id
        for one in window.runs.sidebar.model.active
        if one.experiment_id not in chosen and one.active_runs
    )
    window.runs.sidebar.select([other])
    _settle(window, qtbot)
    return other


def test_that_back_restores_experiment_filter_and_run(sample: MainWindow, qtbot: QtBot) -> None:
    runs = sample.runs
    first = runs.sidebar.selected
    run = runs.model.run_id(5)
    runs.selection.set([run], run)
    runs.filter_bar.set_text("e")
    _settle(sample, qtbot)
    other = _choose_other_experiment(sample, qtbot)
    runs.filter_bar.set_text("")
    _settle(sample, qtbot)
    button = sample.findChild(QToolButton, "go.back_button")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: runs.sidebar.selected == first and runs.selection.current == run)
    assert runs.filter_bar.text == "e"
    assert runs.inspector.details is None or sample.tasks.busy or runs.inspector.details.run_id == run
    _settle(sample, qtbot)
    sample.menus.trigger("go.forward")
    qtbot.waitUntil(lambda: runs.sidebar.selected == [other] and runs.filter_bar.text == "")


def test_that_the_mouses_own_buttons_lead_back_and_forward_between_pages(sample: MainWindow, qtbot: QtBot) -> None:
    sample.menus.trigger("page.models")
    assert sample.stack.currentWidget() is sample.models
    for button, page in ((Qt.MouseButton.BackButton, sample.runs), (Qt.MouseButton.ForwardButton, sample.models)):
        QTest.mouseClick(sample.windowHandle(), button, Qt.KeyboardModifier.NoModifier, QPoint(400, 300))
        qtbot.waitUntil(lambda page=page: sample.stack.currentWidget() is page)


def test_that_there_is_no_way_back_in_a_store_just_opened(sample: MainWindow, qtbot: QtBot) -> None:
    assert not sample.menus.action("go.back").isEnabled()
    sample.menus.trigger("page.models")
    assert sample.menus.action("go.back").isEnabled()
    sample.menus.trigger("go.back")
    assert sample.menus.action("go.forward").isEnabled()
    sample.menus.trigger("store.close")
    assert not sample.menus.action("go.back").isEnabled()
    assert not sample.menus.action("go.forward").isEnabled()
