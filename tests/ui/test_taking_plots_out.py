"""Pictures and data of what the plots show, saved, copied and opened again."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton

from bakehouse.theme import DARK, LIGHT
from bakehouse.window import MainWindow
from tests.stores import add_points, add_run, new_store

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RUNS = [f"{number:032x}" for number in range(12)]
TABS = ("parallel", "history", "scatter", "distribution")


@pytest.fixture
def opened(window: MainWindow, qtbot, tmp_path) -> MainWindow:
    path = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS):
        add_run(path, run_id, name=f"run {place}", params={"lr": str(place / 10), "note": "=1+1"})
        add_points(path, run_id, {"loss": [(step, step / 4 + place) for step in range(5)]})
    window.open_store(path)
    window.resize(1400, 900)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.frame.size > 0 and page.loader.columns_left == 0, timeout=20_000)
    page.selecting.select_all()
    qtbot.waitUntil(lambda: not window.tasks.busy and len(page.selection.ids) == len(RUNS), timeout=20_000)
    return window


def bring(window: MainWindow, qtbot, name: str) -> None:
    plots = window.runs.plots
    plots.bring_forward(getattr(plots, name))
    qtbot.waitUntil(lambda: plots.front().drawing() is not None, timeout=10_000)
    qtbot.waitUntil(lambda: not window.tasks.busy)


def notice(window: MainWindow) -> str:
    return window.notices.findChild(QLabel, "notice_text").text() if window.notices.isVisible() else ""


def save(window: MainWindow, qtbot, command: str, path: Path) -> None:
    """Choose the command and `path` in the file dialog, and wait for the file."""
    window.menus.trigger(command)
    files = window.findChild(QFileDialog, "plot_file")
    files.fileSelected.emit(str(path))
    files.close()
    qtbot.waitUntil(lambda: notice(window).startswith(("Picture saved", "Data saved")), timeout=10_000)
    window.notices.hide()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", TABS)
def test_that_each_plot_is_saved_as_png_svg_and_pdf(opened, qtbot, tmp_path, name) -> None:
    bring(opened, qtbot, name)
    # The notice of a file that is saved takes some room.
    sizes = {}
    for ending in ("png", "svg", "pdf"):
        sizes[ending] = opened.runs.plots.front().drawing().size
        save(opened, qtbot, "plots.save_picture", tmp_path / f"plot.{ending}")
    picture = QImage(str(tmp_path / "plot.png"))
    assert picture.size() == sizes["png"] * 2 and picture.pixelColor(1, 1) == QColor(LIGHT.panel)
    ground = QImage(picture.size(), picture.format())
    ground.fill(QColor(LIGHT.panel))
    assert picture != ground
    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    assert root.tag.endswith("svg") and root.get("viewBox") == f"0 0 {sizes['svg'].width()} {sizes['svg'].height()}"
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    assert any("loss" in text or "lr" in text for text in texts)
    images = [element for element in root.iter() if element.tag.endswith("image")]
    assert not images, "few runs are lines and dots, which stay sharp at any size"
    lines = [element for element in root.iter() if element.tag.endswith(("polyline", "path", "circle"))]
    assert len(lines) >= (len(RUNS) if name in ("parallel", "history", "scatter") else 1)
    data = (tmp_path / "plot.pdf").read_bytes()
    assert b"/Subtype /Image" not in data
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert box is not None and abs(float(box[1]) / float(box[2]) - sizes["pdf"].width() / sizes["pdf"].height()) < 0.01
    assert not list(tmp_path.glob(".bakehouse*"))


@pytest.mark.parametrize("name", TABS)
def test_that_the_data_of_each_plot_are_those_it_draws(opened, qtbot, tmp_path, name) -> None:
    bring(opened, qtbot, name)
    save(opened, qtbot, "plots.save_data", tmp_path / "data.csv")
    rows = rows_of(tmp_path / "data.csv")
    if name == "history":
        assert len(rows) == 5 * len(RUNS)
        one = [row for row in rows if row["run_id"] == RUNS[3]]
        assert [(row["metric"], row["step"], row["value"]) for row in one] == [
            ("loss", str(step), repr(step / 4 + 3)) for step in range(5)
        ]
        return
    assert {row["run_id"] for row in rows} == set(RUNS)
    if "metrics.loss" in rows[0]:
        assert {row["run_id"]: float(row["metrics.loss"]) for row in rows} == {
            run_id: place + 1.0 for place, run_id in enumerate(RUNS)
        }
    if "params.lr" in rows[0]:
        assert {row["params.lr"] for row in rows} == {str(place / 10) for place in range(len(RUNS))}
    assert "metrics.loss" in rows[0] or "params.lr" in rows[0]


def test_that_a_picture_is_copied_at_twice_the_pixels(opened, qtbot) -> None:
    bring(opened, qtbot, "scatter")
    opened.menus.trigger("plots.copy_picture")
    assert QGuiApplication.clipboard().image().size() == opened.runs.plots.scatter.drawing().size * 2


def test_that_pictures_have_the_ground_of_the_theme_unless_a_light_one_is_wanted(opened, qtbot) -> None:
    bring(opened, qtbot, "scatter")
    opened.menus.trigger("theme.dark")
    opened.menus.trigger("plots.copy_picture")
    assert QGuiApplication.clipboard().image().pixelColor(1, 1) == QColor(DARK.panel)
    before = opened.runs.plots.scatter.plot.grab().toImage()
    opened.runs.plots.saving.button.menu().actions()[-1].trigger()
    opened.menus.trigger("plots.copy_picture")
    assert QGuiApplication.clipboard().image().pixelColor(1, 1) == QColor(LIGHT.panel)
    assert opened.runs.plots.scatter.plot.grab().toImage() == before


def test_that_nothing_drawn_is_said_rather_than_saved(window: MainWindow, qtbot, tmp_path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    window.open_store(path)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    with qtbot.waitSignal(window.runs.said) as said:
        window.menus.trigger("plots.save_picture")
    assert "nothing drawn" in said.args[0]
    assert window.findChild(QFileDialog, "plot_file") is None


def test_that_a_file_that_is_there_is_asked_about_and_one_that_cannot_be_is_said(opened, qtbot, tmp_path) -> None:
    bring(opened, qtbot, "scatter")
    taken = tmp_path / "plot.png"
    taken.write_bytes(b"mine")
    opened.menus.trigger("plots.save_picture")
    opened.findChild(QFileDialog, "plot_file").fileSelected.emit(str(taken))
    qtbot.waitUntil(lambda: opened.findChild(QDialog, "replace_file") is not None)
    assert taken.read_bytes() == b"mine"
    question = opened.findChild(QDialog, "replace_file")
    next(button for button in question.findChildren(QPushButton) if button.text() == "Replace").click()
    qtbot.waitUntil(lambda: notice(opened).startswith("Picture saved"))
    assert taken.read_bytes().startswith(b"\x89PNG")
    saving = opened.runs.plots.saving
    saving.write_picture(opened.runs.plots.front().drawing(), "Scatter", tmp_path / "none" / "plot.svg")
    qtbot.waitUntil(lambda: notice(opened).startswith("There is no folder"))
    saving.write_picture(opened.runs.plots.front().drawing(), "Scatter", opened.runs._session.store.path, True)
    qtbot.waitUntil(lambda: "ends in one of .png, .svg, .pdf" in notice(opened))


@pytest.mark.parametrize(
    ("typed", "kind", "written"),
    [("a", ".svg", "a.svg"), ("a.png", ".svg", "a.svg"), ("a.pdf", ".png", "a.pdf"), ("v1.2", ".png", "v1.2.png")],
)
def test_that_the_chosen_kind_and_the_typed_ending_agree(opened, qtbot, tmp_path, typed, kind, written) -> None:
    bring(opened, qtbot, "scatter")
    opened.menus.trigger("plots.save_picture")
    files = opened.findChild(QFileDialog, "plot_file")
    files.selectNameFilter(next(one for one in files.nameFilters() if kind in one))
    files.fileSelected.emit(str(tmp_path / typed))
    files.close()
    qtbot.waitUntil(lambda: (tmp_path / written).exists())
