"""Preferences: each choice works at once, in every window, and is still there after a restart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bakehouse.dialogs.preferences import PreferencesDialog
from bakehouse.domain.columns import START_TIME
from bakehouse.domain.options import Options
from bakehouse.main import Application
from bakehouse.settings import Settings
from bakehouse.window import MainWindow
from bakehouse.windows import Windows


@pytest.fixture
def sample(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.open_sample()
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=30_000)
    return window


def _preferences(window: MainWindow) -> PreferencesDialog:
    window.menus.trigger("app.preferences")
    dialog = window.findChild(PreferencesDialog)
    assert dialog is not None
    return dialog


def _started(window: MainWindow) -> str:
    return window.runs.model.text_at(0, window.runs.model.columns.index(START_TIME))


def test_that_the_theme_changes_in_every_window(windows: Windows, qtbot: QtBot) -> None:
    first = windows.front
    first.menus.trigger("window.new")
    dialog = _preferences(windows.front)
    dialog.theme.setCurrentIndex(2)
    dialog.theme.activated.emit(2)
    assert first._themes.theme.is_dark
    assert first.menus.action("theme.dark").isChecked()
    first.menus.trigger("theme.light")
    assert dialog.theme.currentText() == "Light"
    assert Settings().theme in ("", "light")


def test_that_tables_say_the_date_and_the_time_when_that_is_preferred(sample: MainWindow, qtbot: QtBot) -> None:
    assert not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", _started(sample))
    dialog = _preferences(sample)
    dialog.times.activated.emit(1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", _started(sample))
    sample.models.reveal("DemandForecast")
    versions = sample.models.table.versions
    qtbot.waitUntil(lambda: versions.rowCount() > 0)
    texts = [versions.index(0, column).data() for column in range(versions.columnCount())]
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text or "") for text in texts)
    dialog.times.activated.emit(0)
    assert not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", _started(sample))


def test_that_recent_stores_filters_and_places_are_forgotten(sample: MainWindow, qtbot: QtBot) -> None:
    sample._settings.remember_filter("metrics.rmse < 1")
    sample._settings.remember_place("command/page.models")
    dialog = _preferences(sample)
    for button in (dialog.forget_recent, dialog.forget_filters, dialog.forget_places):
        assert button.isEnabled()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not button.isEnabled()
    assert not sample.menus.recent.isEnabled()
    assert sample._settings.filters == []
    assert sample.runs.filter_bar._earlier == []
    assert sample._settings.recent_places == []


@pytest.mark.parametrize("wanted", [True, False])
def test_that_the_last_store_opens_at_the_start_when_that_is_preferred(
    qapp: QApplication, qtbot: QtBot, own_home: Path, wanted: bool
) -> None:
    from tests.stores import new_store

    store = new_store(own_home / "mlflow.db")
    settings = Settings()
    settings.remember_store(store)
    settings.reopens_last_store = wanted
    settings.save()
    application = Application(qapp, Options())
    application.start(Options())
    window = application.window
    if wanted:
        qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
        assert window.opener.session.store.path == store.resolve()
    else:
        assert not window.opener.occupied
    application.windows.close_all()
    application.instance.close()
