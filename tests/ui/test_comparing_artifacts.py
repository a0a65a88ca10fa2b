"""The files of compared runs: texts as differences, pictures side by side with one slider for their steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QListWidget, QPushButton, QSlider, QToolButton

from bakehouse.analysis.differences import Change
from bakehouse.itemmodels.difference_table import DifferenceModel
from bakehouse.widgets.picture_view import PictureView
from bakehouse.window import MainWindow
from tests.stores import add_run, change_store, insert, new_store
from tests.web_server import Server

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


def test_that_texts_are_compared_in_one_column_on_demand_and_next_time_too(dialog, qtbot, window) -> None:
    choose(dialog, "conf")
    qtbot.waitUntil(lambda: said(dialog) == "1 line differs")
    way = dialog.findChild(QComboBox, "artifact_way")
    way.setCurrentIndex(1)
    way.activated.emit(1)
    model = dialog.findChild(DifferenceModel)
    rows = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert rows == [["1", "1", "  depth: 3"], ["2", "", "- rate: 0"], ["", "2", "+ rate: 1"]]
    assert not dialog.grab().isNull()
    assert window.runs.plots.compare.settings()["unified"] is True
    dialog.reject()
    qtbot.waitUntil(lambda: window.findChild(QDialog, "artifact_comparison") is None)
    window.findChild(QToolButton, "compare_artifacts").click()
    again = window.findChild(QDialog, "artifact_comparison")
    assert again.findChild(DifferenceModel).is_unified
    again.reject()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "served")
    yield server
    server.close()


def open_files(window: MainWindow, qtbot, store: Path) -> QDialog:
    window.open_store(store)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.frame.size > 0 and page.loader.columns_left == 0, timeout=20_000)
    page.selection.set(RUNS[:2])
    window.menus.trigger("runs.compare")
    qtbot.waitUntil(lambda: page.plots.compare.model.rowCount() > 0, timeout=10_000)
    window.findChild(QToolButton, "compare_artifacts").click()
    return window.findChild(QDialog, "artifact_comparison")


def paths_of(dialog: QDialog) -> list[str]:
    paths = dialog.findChild(QListWidget, "artifact_paths")
    return [paths.item(row).text() for row in range(paths.count())]


def test_that_files_of_another_machine_are_asked_for_and_then_compared(window, qtbot, tmp_path, server) -> None:
    store = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS[:2]):
        folder = tmp_path / "served" / run_id
        (folder / "conf").mkdir(parents=True)
        (folder / "conf" / "model.yaml").write_text(f"depth: 3\nrate: {place}\n")
        picture(folder / "plot.png", "blue")
        add_run(store, run_id, name=f"run {place}", params={"lr": str(place)})
        change_store(store, f"UPDATE runs SET artifact_uri = '{server.address}/{run_id}' WHERE run_uuid = '{run_id}'")
    dialog = open_files(window, qtbot, store)
    button = dialog.findChild(QPushButton, "connect_to_artifacts")
    qtbot.waitUntil(button.isVisible, timeout=10_000)
    assert not server.asked and paths_of(dialog) == []
    assert "nothing has been asked of it yet" in dialog.findChild(QLabel, "artifact_lacking").text()
    button.click()
    qtbot.waitUntil(lambda: paths_of(dialog) == ["conf/model.yaml", "plot.png"], timeout=30_000)
    assert not button.isVisible()
    choose(dialog, "conf")
    qtbot.waitUntil(lambda: said(dialog) == "1 line differs", timeout=20_000)
    choose(dialog, "plot")
    qtbot.waitUntil(lambda: len(dialog.findChildren(PictureView)) == 2, timeout=20_000)
    dialog.reject()


def test_that_files_of_logged_models_are_compared_by_the_names_of_the_models(window, qtbot, tmp_path) -> None:
    store = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS[:2]):
        add_run(store, run_id, name=f"run {place}", params={"lr": str(place)})
        for number, name in enumerate(("model", "model", "encoder")):
            folder = tmp_path / "models" / f"m-{place}{number}"
            folder.mkdir(parents=True)
            (folder / "MLmodel").write_text(f"run: {place}\nmodel: {number}\n")
            row = {"model_id": f"m-{place}{number}", "experiment_id": 1, "name": name, "status": 2}
            row |= {"artifact_location": folder.as_uri(), "source_run_id": run_id, "lifecycle_stage": "active"}
            insert(store, "logged_models", {**row, "creation_timestamp_ms": number, "last_updated_timestamp_ms": 1})
    dialog = open_files(window, qtbot, store)
    expected = ["models/encoder/MLmodel", "models/model/MLmodel", "models/model 2/MLmodel"]
    qtbot.waitUntil(lambda: sorted(paths_of(dialog)) == sorted(expected), timeout=10_000)
    choose(dialog, "models/model 2/")
    model = dialog.findChild(DifferenceModel)
    expected_lines = [("run: 0", "run: 1"), ("model: 1", "model: 1")]
    qtbot.waitUntil(lambda: [(line.left, line.right) for line in model.difference.lines] == expected_lines)
    assert said(dialog) == "1 line differs"
    dialog.reject()
