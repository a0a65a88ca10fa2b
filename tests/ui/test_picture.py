"""The picture canvas: fits, zooms by keys, follows the theme."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from bakehouse.plots.picture import PictureCanvas
from bakehouse.theme import DARK, LIGHT


@pytest.fixture
def canvas(qtbot: QtBot) -> PictureCanvas:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    canvas = PictureCanvas(LIGHT, image)
    canvas.resize(300, 300)
    qtbot.addWidget(canvas)
    canvas.show()
    return canvas


def test_that_the_whole_picture_is_shown_at_first_and_again_on_demand(canvas: PictureCanvas, qtbot: QtBot) -> None:
    whole = canvas.shown_width()
    assert whole >= 400
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.shown_width() == pytest.approx(whole / 1.25)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.shown_width() == pytest.approx(whole)
    canvas.zoom(4)
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.shown_width() == pytest.approx(whole)


def test_that_the_ground_follows_the_theme(canvas: PictureCanvas) -> None:
    canvas.set_theme(DARK)
    assert canvas.grab().toImage().pixelColor(5, 5).name() == DARK.window
