"""What tests of the real window share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bakehouse.settings import Settings
from bakehouse.theme import LIGHT, ThemeSource, style_sheet
from bakehouse.window import MainWindow
from bakehouse.windows import Windows


@pytest.fixture(autouse=True)
def clean_windows(no_gc: None, qapp: QApplication) -> Iterator[None]:
    """The application's look for the test; afterwards every window is gone."""
    qapp.setStyle("Fusion")
    qapp.setPalette(LIGHT.palette())
    qapp.setStyleSheet(style_sheet(LIGHT))
    yield
    # The offscreen platform keeps the copied data in a static object that outlives Python: a crash at exit.
    qapp.clipboard().clear()
    for window in qapp.topLevelWidgets():
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    qapp.setStyleSheet("")
    left = [type(w).__name__ for w in qapp.topLevelWidgets() if type(w).__module__.startswith("bakehouse")]
    assert not left, f"leaked windows: {left}"


@pytest.fixture
def window(windows: Windows) -> MainWindow:
    """The real window with the settings of a new person; a bug that reaches its crash dialog fails the test."""
    return windows.front


@pytest.fixture
def windows(qtbot: QtBot, own_home: Path) -> Iterator[Windows]:
    """The application's windows, one of them shown, with the settings of a new person."""
    windows = Windows(ThemeSource("light"), Settings())
    crashes: list[BaseException] = []
    windows.crashed.connect(crashes.append)
    windows.new().show()
    yield windows
    windows.close_all()
    assert not crashes, crashes
