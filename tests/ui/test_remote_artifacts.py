"""Artifacts on a web server: nothing is asked before the person agrees, then looked at, saved, fetched and dragged."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.labels import PlainLabel
from tests.web_server import Server

# The first fetch of a process loads fsspec and aiohttp.
LIMIT_MS = 20_000


@pytest.fixture
def served(tmp_path: Path) -> Path:
    root = tmp_path / "served" / "1" / "artifacts"
    (root / "model" / "data").mkdir(parents=True)
    (root / "model" / "MLmodel").write_text("flavors: {}\n")
    (root / "model" / "data" / "weights.bin").write_bytes(bytes(range(256)) * 2_000)
    (root / "50% off ä#1.txt").write_text("a remote text")
    (root / "..%2f..%2fout.txt").write_text("never outside")
    return root


@pytest.fixture
def server(served: Path) -> Iterator[Server]:
    server = Server(served.parents[1])
    yield server
    server.close()


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path) -> Iterator[ArtifactView]:
    tasks = TaskRunner()
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    made = ArtifactView(ThemeSource("light"), tasks)
    qtbot.addWidget(made)
    made.resize(500, 600)
    made.set_locator(Locator(tmp_path / "mlflow.db"))
    made.show()
    yield made
    made.clear()
    tasks.close()
    assert not crashes, crashes


def tree_of(view: ArtifactView) -> ArtifactTreeView:
    tree = view.findChild(ArtifactTreeView)
    assert tree is not None
    return tree


def rows(view: ArtifactView, parent: QModelIndex | None = None) -> dict[str, QModelIndex]:
    model = tree_of(view).model()
    parent = parent or QModelIndex()
    found = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
    return {str(index.data()): index for index in found}


def choose(view: ArtifactView, index: QModelIndex) -> None:
    """Select one row alone, whatever key an earlier test left pressed."""
    flags = QItemSelectionModel.SelectionFlag
    tree_of(view).selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)


def shows(view: ArtifactView, words: str) -> bool:
    return any(words in edit.toPlainText() for edit in view.findChildren(QPlainTextEdit))


def connected(qtbot: QtBot, view: ArtifactView, server: Server) -> dict[str, QModelIndex]:
    view.show_roots([ArtifactRoot("Run artifacts", f"{server.address}/1/artifacts", "runs:/x")])
    button = view.findChild(QPushButton, "connect_to_artifacts")
    assert button is not None
    qtbot.waitUntil(button.isVisible)
    assert not server.asked, "nothing is asked before the person agrees"
    assert server.address in button.toolTip()
    button.click()
    qtbot.waitUntil(lambda: bool(rows(view)), timeout=LIMIT_MS)
    return rows(view)


def test_that_a_server_is_asked_only_after_the_person_agreed(qtbot: QtBot, view: ArtifactView, server: Server) -> None:
    found = connected(qtbot, view, server)
    assert list(found) == ["model", "50% off ä#1.txt", "..%2f..%2fout.txt"]
    tree_of(view).expand(found["model"])
    qtbot.waitUntil(lambda: list(rows(view, found["model"])) == ["data", "MLmodel"])


def test_that_a_preview_is_fetched_into_the_cache_folder(
    qtbot: QtBot, view: ArtifactView, server: Server, own_home: Path
) -> None:
    found = connected(qtbot, view, server)
    for name, words in (("50% off ä#1.txt", "a remote text"), ("..%2f..%2fout.txt", "never outside")):
        choose(view, found[name])
        qtbot.waitUntil(partial(shows, view, words), timeout=LIMIT_MS)
    cached = sorted(path.name for path in (own_home / "cache" / "artifacts").rglob("*") if path.is_file())
    assert cached == ["..%2f..%2fout.txt", "50% off ä#1.txt"]


def test_that_folders_are_saved_byte_for_byte_and_what_fails_leaves_nothing(
    qtbot: QtBot, view: ArtifactView, server: Server, served: Path, tmp_path: Path
) -> None:
    found = connected(qtbot, view, server)
    target = tmp_path / "target"
    target.mkdir()
    guard = Guard(tmp_path / "mlflow.db")
    with qtbot.waitSignal(view.said):
        view.taking.saving.save(view.taking.chosen(list(found.values())), target, guard)
    came = {str(p.relative_to(target)): p.read_bytes() for p in target.rglob("*") if p.is_file()}
    assert came == {str(p.relative_to(served)): p.read_bytes() for p in served.rglob("*") if p.is_file()}

    (served / "50% off ä#1.txt").unlink()
    other = tmp_path / "other"
    other.mkdir()
    with qtbot.waitSignal(view.taking.failed, check_params_cb=bool) as failed:
        view.taking.saving.save(view.taking.chosen([found["model"], found["50% off ä#1.txt"]]), other, guard)
    assert "is not there" in failed.args[0]
    assert list(other.iterdir()) == []


def test_that_what_lies_elsewhere_is_fetched_before_it_is_dragged_or_copied(
    qtbot: QtBot, view: ArtifactView, server: Server
) -> None:
    found = connected(qtbot, view, server)
    tree = tree_of(view)
    choose(view, found["model"])
    assert tree.drag_gate is not None
    said: list[str] = []
    view.said.connect(said.append)
    assert not tree.drag_gate([found["model"]]), "no drag of what is not here"
    qtbot.waitUntil(lambda: "Fetched: it can be dragged now" in said, timeout=LIMIT_MS)
    assert tree.drag_gate([found["model"]])
    urls = tree.model().mimeData([found["model"]]).urls()
    here = Path(urls[0].toLocalFile())
    assert here.name == "model" and (here / "data" / "weights.bin").read_bytes() == bytes(range(256)) * 2_000
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().urls() == urls)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(tree, Qt.Key.Key_C, modifiers)
    assert QGuiApplication.clipboard().text() == f"{server.address}/1/artifacts/model"


def test_that_a_server_that_is_gone_is_a_sentence(qtbot: QtBot, view: ArtifactView, server: Server) -> None:
    connected(qtbot, view, server)
    server.close()
    view.refresh()
    label = view.findChild(PlainLabel, "artifacts_empty")
    assert label is not None
    qtbot.waitUntil(lambda: label.isVisible() and "did not answer" in label.text(), timeout=LIMIT_MS)
