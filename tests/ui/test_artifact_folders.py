"""Folders behind a run's artifacts in the real window: files dropped into them, places learned from the person."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bakehouse.dialogs.add_artifacts import AddArtifactsDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.widgets.artifact_places import TaughtPlacesDialog
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_run, change_store, new_store

Found = TypeVar("Found", bound=QWidget)
RUN, OTHER = "c" * 32, "d" * 32
LIMIT_MS = 20_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store = new_store(tmp_path / "mlflow.db")
    add_experiment(store, 1, "churn")
    for run in (RUN, OTHER):
        add_run(store, run, experiment_id=1, name=f"run {run[0]}")
    root = tmp_path / "mlruns" / "1" / RUN / "artifacts"
    (root / "plots").mkdir(parents=True)
    (root / "note.txt").write_text("mine")
    return store


@pytest.fixture
def open_window(window: MainWindow, qtbot: QtBot) -> Callable[[Path], MainWindow]:
    def opened(path: Path) -> MainWindow:
        window.resize(1500, 900)
        window.open_store(path)
        qtbot.waitUntil(lambda: len(window.runs.model.frame.run_ids) == 2, timeout=LIMIT_MS)
        show(window, qtbot, RUN)
        return window

    return opened


def show(window: MainWindow, qtbot: QtBot, run: str) -> None:
    window.runs.reveal(run)
    inspector = window.runs.inspector
    qtbot.waitUntil(
        lambda: inspector.details is not None and inspector.details.run_id == run and not window.tasks.busy,
        timeout=LIMIT_MS,
    )


def tree_of(window: MainWindow) -> ArtifactTreeView:
    tree = window.runs.inspector.artifacts.findChild(ArtifactTreeView)
    assert tree is not None
    return tree


def names(window: MainWindow) -> list[str]:
    model = tree_of(window).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def widget(window: QWidget, kind: type[Found], qtbot: QtBot, name: str = "") -> Found:
    found: list[Found] = []

    def look() -> bool:
        found[:] = [one for one in window.findChildren(kind, name or None) if one.isVisible()]
        return bool(found)

    qtbot.waitUntil(look, timeout=LIMIT_MS)
    return found[-1]


def press(dialog: QDialog, text: str) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == text).click()


def drop(window: MainWindow, paths: list[Path], row: str = "") -> bool:
    """Let another program drop files on a row (or below the rows); whether they are taken."""
    view, tree = window.runs.inspector.artifacts, tree_of(window)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = QPoint(40, view.height() - 4)
    if row:
        index = tree.model().index(names(window).index(row), 0)
        place = tree.viewport().mapTo(view, tree.visualRect(index).center())
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    accepted = False
    for kind in (QDragEnterEvent, QDragMoveEvent):
        event = kind(place, *rest)
        QApplication.sendEvent(view, event)
        accepted = event.isAccepted()
    if accepted:
        QApplication.sendEvent(view, QDropEvent(place.toPointF(), *rest))
    return accepted


def test_that_files_dropped_on_a_run_are_added_after_two_questions(
    open_window: Callable[[Path], MainWindow], path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(path)
    root = tmp_path / "mlruns" / "1" / RUN / "artifacts"
    outside = tmp_path / "outside"
    (outside / "report" / "deep").mkdir(parents=True)
    (outside / "report" / "deep" / "x.bin").write_bytes(bytes(1000))
    (outside / "report" / "away").symlink_to("/etc/hostname")
    (outside / "note.txt").write_text("theirs")

    assert drop(window, [outside / "report", outside / "note.txt"])
    press(widget(window, MessageDialog, qtbot), "Switch to editing")
    asked = widget(window, AddArtifactsDialog, qtbot)
    assert asked.consequence.text().startswith("Copies 1.0 kB into the run's folder")
    assert not (root / "report").exists()
    press(asked, "Add 2 files")
    qtbot.waitUntil(lambda: "note (2).txt" in names(window) and not window.tasks.busy, timeout=LIMIT_MS)
    assert (root / "report" / "deep" / "x.bin").read_bytes() == bytes(1000)
    assert not (root / "report" / "away").exists() and (root / "note.txt").read_text() == "mine"
    assert (root / "note (2).txt").read_text() == "theirs" and (outside / "note.txt").exists()

    assert drop(window, [outside / "note.txt"], "plots")
    press(widget(window, AddArtifactsDialog, qtbot), "Add 1 file")
    qtbot.waitUntil(lambda: (root / "plots" / "note.txt").exists(), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)


def test_that_a_run_without_artifacts_gets_its_folder_with_the_first_file(
    open_window: Callable[[Path], MainWindow], path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(path)
    show(window, qtbot, OTHER)
    (tmp_path / "first.txt").write_text("first")
    assert drop(window, [tmp_path / "first.txt"])
    press(widget(window, MessageDialog, qtbot), "Switch to editing")
    press(widget(window, AddArtifactsDialog, qtbot), "Add 1 file")
    place = tmp_path / "mlruns" / "1" / OTHER / "artifacts" / "first.txt"
    qtbot.waitUntil(lambda: place.exists() and names(window) == ["first.txt"], timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)


def test_that_a_store_or_a_deleted_run_takes_no_files(
    open_window: Callable[[Path], MainWindow], path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(path)
    assert not drop(window, [tmp_path / "other.db"]), "the window opens a store"
    change_store(path, "UPDATE runs SET lifecycle_stage = 'deleted'")
    window.runs.inspector.reload()
    qtbot.waitUntil(lambda: not window.tasks.busy and not drop(window, [tmp_path / "x.txt"]), timeout=LIMIT_MS)


def test_that_one_answer_finds_the_artifacts_of_all_runs_and_is_remembered(
    open_window: Callable[[Path], MainWindow], path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other_disk = tmp_path / "disk" / "kept"
    shutil.move(tmp_path / "mlruns", other_disk)
    (other_disk / "1" / OTHER / "artifacts").mkdir(parents=True)
    (other_disk / "1" / OTHER / "artifacts" / "second.txt").write_text("2")
    change_store(path, "UPDATE runs SET artifact_uri = '/gone/ml/runs/1/' || run_uuid || '/artifacts'")
    window = open_window(path)
    view = window.runs.inspector.artifacts
    widget(view, QPushButton, qtbot, "locate_artifacts").click()
    dialog = widget(window, QFileDialog, qtbot, "locate_folder")
    dialog.close()
    view.places.learn(str(tmp_path))
    qtbot.waitUntil(lambda: not window.tasks.busy)
    assert names(window) == [], "a folder without them teaches nothing"
    view.places.learn(str(other_disk / "1"))
    qtbot.waitUntil(lambda: "note.txt" in names(window), timeout=LIMIT_MS)
    show(window, qtbot, OTHER)
    qtbot.waitUntil(lambda: names(window) == ["second.txt"], timeout=LIMIT_MS)

    window.opener.close()
    path.rename(tmp_path / "disk" / "renamed.db")
    again = open_window(tmp_path / "disk" / "renamed.db")
    qtbot.waitUntil(lambda: names(again) == ["plots", "note.txt"], timeout=LIMIT_MS)
    view.places.show_taught()
    places = widget(again, TaughtPlacesDialog, qtbot)
    widget(places, QPushButton, qtbot, "forget_place").click()
    qtbot.waitUntil(lambda: names(again) == [] and not again.tasks.busy, timeout=LIMIT_MS)
    places.close()
