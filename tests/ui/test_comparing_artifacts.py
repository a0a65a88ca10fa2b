"""The files of compared runs: texts as differences, pictures side by side with one slider for their steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QSlider, QToolButton

from bakehouse.analysis.differences import Change
from bakehouse.itemmodels.difference_table import DifferenceModel
from bakehouse.widgets.picture_view import PictureView
from bakehouse.window import MainWindow
from tests.stores import add_run, change_store, new_store

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RUNS = [f"{number:032x}" for number in range(3)]


def picture(path: Path, colour: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))


@pytest.fixture
def dialog(window: MainWindow, qtbot, tmp_path) -> QDialog:
    store = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS):
        folder = tmp_path / "files" / run_id
        add_run(store, run_id, name=f"run {place}", params={"lr": str(place)})
        change_store(store, f"UPDATE runs SET artifact_uri = '{folder.as_uri()}' WHERE run_uuid = '{run_id}'")
        if place < 2:
            (folder / "conf").mkdir(parents=True)
            (folder / "conf" / "model.yaml").write_text(f"depth: 3\nrate: {place}\n")
            (folder / "weights.bin").write_bytes(b"\0\1\2" * 50)
        for step in (0, 10) if place else (0,):
            name = f"sample+step+{step}+timestamp+{1_700_000_000_000 + step}+12345678-1234-1234-1234-123456789abc.png"
            picture(folder / "images" / name, "red")
        picture(folder / "plot.png", "blue")
    window.open_store(store)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.frame.size > 0 and page.loader.columns_left == 0, timeout=20_000)
    page.selection.set(RUNS)
    window.menus.trigger("runs.compare")
    qtbot.waitUntil(lambda: page.plots.compare.model.rowCount() > 0, timeout=10_000)
    window.findChild(QToolButton, "compare_artifacts").click()
    opened = window.findChild(QDialog, "artifact_comparison")
    qtbot.waitUntil(lambda: opened.findChild(QListWidget, "artifact_paths").count() == 4, timeout=10_000)
    return opened


def choose(dialog: QDialog, start: str) -> None:
    paths = dialog.findChild(QListWidget, "artifact_paths")
    paths.setCurrentRow(next(row for row in range(paths.count()) if paths.item(row).text().startswith(start)))


def said(dialog: QDialog) -> str:
    return dialog.findChild(QLabel, "artifact_said").text()


def test_that_texts_are_compared_line_by_line_and_who_lacks_them_is_said(dialog, qtbot) -> None:
    paths = dialog.findChild(QListWidget, "artifact_paths")
    assert any(paths.item(row).text() == "conf/model.yaml   2 of 3 runs" for row in range(4))
    choose(dialog, "conf")
    qtbot.waitUntil(lambda: said(dialog) == "1 line differs")
    lines = dialog.findChild(DifferenceModel).difference.lines
    assert [line.change for line in lines] == [Change.ALIKE, Change.CHANGED]
    right = dialog._right
    right.setCurrentIndex(2)
    right.activated.emit(2)
    qtbot.waitUntil(lambda: said(dialog) == "run 2 has no such file.")
    choose(dialog, "weights")
    qtbot.waitUntil(lambda: said(dialog) == "This file is no text.")
    dialog.reject()


def test_that_pictures_stand_side_by_side_and_one_slider_moves_all_steps(dialog, qtbot) -> None:
    choose(dialog, "plot.png")
    qtbot.waitUntil(lambda: len(dialog.findChildren(PictureView)) == 3)
    choose(dialog, "images/sample")
    slider = dialog.findChild(QSlider, "artifact_step")
    qtbot.waitUntil(lambda: slider.maximum() == 1 and len(dialog.findChildren(PictureView)) == 3)
    slider.setValue(1)
    qtbot.waitUntil(lambda: len(dialog._pictures.widget().findChildren(PictureView)) == 2)
    texts = [label.text() for label in dialog._pictures.widget().findChildren(QLabel)]
    assert "No picture at step 10 in this run." in texts
    dialog.reject()
