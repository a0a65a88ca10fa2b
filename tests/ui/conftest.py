"""What tests of the real window share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from bakehouse.theme import LIGHT, style_sheet


@pytest.fixture(autouse=True)
def clean_windows(no_gc: None, qapp: QApplication) -> Iterator[None]:
    """The application's look for the test; afterwards every window is gone."""
    qapp.setStyle("Fusion")
    qapp.setPalette(LIGHT.palette())
    qapp.setStyleSheet(style_sheet(LIGHT))
    yield
    for window in qapp.topLevelWidgets():
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    qapp.setStyleSheet("")
    left = [type(w).__name__ for w in qapp.topLevelWidgets() if type(w).__module__.startswith("bakehouse")]
    assert not left, f"leaked windows: {left}"
