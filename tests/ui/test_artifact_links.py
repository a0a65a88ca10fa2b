"""Links that lead out of the artifact folder: followed once, after asking, for the eye and for a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QPlainTextEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.locator import Locator
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.labels import PlainLabel

RUN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "secret.txt").write_text("what lies outside")
    (outside / "deep" / "more.txt").write_text("more")
    (outside / "further").symlink_to("/etc")
    (tmp_path / "mlflow.db").write_bytes(b"the store")
    root = tmp_path / "mlruns" / "1" / RUN / "artifacts"
    root.mkdir(parents=True)
    (root / "file.txt").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    (root / "gone").symlink_to(tmp_path / "nowhere")
    (root / "store.db").symlink_to(tmp_path / "mlflow.db")
    (root / "own.txt").write_text("own")
    return root


@pytest.fixture
def view(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[ArtifactView]:
    tasks = TaskRunner()
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    made = ArtifactView(ThemeSource("light"), tasks)
    qtbot.addWidget(made)
    made.resize(500, 800)
    made.set_locator(Locator(tmp_path / "mlflow.db"))
    made.show()
    made.show_roots([ArtifactRoot("Run artifacts", str(folder), f"runs:/{RUN}")])
    qtbot.waitUntil(lambda: not tasks.busy)
    yield made
    made.clear()
    tasks.close()
    assert not crashes, crashes


def choose(qtbot: QtBot, view: ArtifactView, name: str) -> ArtifactPreview:
    tree = view.findChild(ArtifactTreeView)
    assert tree is not None
    model = tree.model()
    index = next(model.index(row, 0) for row in range(model.rowCount()) if model.index(row, 0).data() == name)
    flags = QItemSelectionModel.SelectionFlag
    tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
    preview = view.findChild(ArtifactPreview)
    assert preview is not None
    qtbot.waitUntil(lambda: not view._tasks.busy and preview.isVisible())
    return preview


def follow_button(preview: ArtifactPreview) -> QPushButton:
    found = preview.findChild(QPushButton, "preview_follow")
    assert found is not None
    return found


def answered(qtbot: QtBot, view: ArtifactView, answer: str) -> QMessageBox:
    qtbot.waitUntil(lambda: view.window().findChild(QMessageBox, "follow_link") is not None)
    box = view.window().findChild(QMessageBox, "follow_link")
    assert box is not None
    next(button for button in box.buttons() if button.text().replace("&", "") == answer).click()
    return box


def sentences(widget: object) -> str:
    return "\n".join(one.text() for one in widget.findChildren(PlainLabel) if one.isVisible())  # type: ignore[attr-defined]


def test_that_a_link_is_followed_once_after_asking(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    preview = choose(qtbot, view, "file.txt")
    assert "leads out of the folder" in sentences(preview)
    follow_button(preview).click()
    box = answered(qtbot, view, "Cancel")
    assert str(folder.parents[3] / "outside" / "secret.txt") in box.informativeText()
    assert "leads out of the folder" in sentences(preview)
    qtbot.waitUntil(lambda: view.window().findChild(QMessageBox, "follow_link") is None)

    follow_button(preview).click()
    answered(qtbot, view, "Follow once")
    text = preview.findChild(QPlainTextEdit)
    assert text is not None
    qtbot.waitUntil(lambda: text.toPlainText() == "what lies outside")
    assert not follow_button(preview).isVisible()

    choose(qtbot, view, "own.txt")
    preview = choose(qtbot, view, "file.txt")
    assert "leads out of the folder" in sentences(preview), "once is not for ever"


def test_that_a_linked_folder_shows_its_names_and_its_own_links_stay_links(qtbot: QtBot, view: ArtifactView) -> None:
    preview = choose(qtbot, view, "folder")
    follow_button(preview).click()
    answered(qtbot, view, "Follow once")
    table = preview.findChild(QTableView, "file_table")
    assert table is not None
    qtbot.waitUntil(table.isVisible)
    names = [table.model().index(row, 0).data() for row in range(table.model().rowCount())]
    assert sorted(names) == ["deep/", "further", "secret.txt"]


@pytest.mark.parametrize(("name", "words"), [("gone", "leads"), ("store.db", "leads out")])
def test_that_nothing_is_followed_to_nowhere_or_to_the_store(
    name: str, words: str, qtbot: QtBot, view: ArtifactView
) -> None:
    preview = choose(qtbot, view, name)
    assert words in sentences(preview)
    button = follow_button(preview)
    if button.isVisible():
        button.click()
        qtbot.waitUntil(
            lambda: "not there any more" in sentences(preview) or "store that is open" in sentences(preview)
        )
    assert view.window().findChild(QMessageBox, "follow_link") is None


@pytest.mark.parametrize("name", ["file.txt", "folder"])
def test_that_what_a_link_leads_to_is_saved_under_its_name(
    name: str, qtbot: QtBot, view: ArtifactView, tmp_path: Path
) -> None:
    choose(qtbot, view, name)
    tree = view.findChild(ArtifactTreeView)
    assert tree is not None
    menu: QMenu = view.menu_for(tree.currentIndex())
    action = next(one for one in menu.actions() if one.text().startswith("Save what the link"))
    assert action.isVisible()
    assert not next(one for one in menu.actions() if one.text() == "Save as…").isEnabled()
    action.trigger()
    menu.close()
    answered(qtbot, view, "Follow once")
    qtbot.waitUntil(lambda: view.window().findChild(QFileDialog, "save_artifacts") is not None)
    dialog = view.window().findChild(QFileDialog, "save_artifacts")
    assert dialog is not None
    target = tmp_path / "target"
    target.mkdir()
    with qtbot.waitSignal(view.said) as said:
        dialog.fileSelected.emit(str(target / name) if name == "file.txt" else str(target))
    dialog.close()
    assert said.args is not None and said.args[0].startswith("Saved")
    if name == "file.txt":
        assert (target / name).read_text() == "what lies outside" and not (target / name).is_symlink()
    else:
        assert sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()) == [
            "folder/deep/more.txt", "folder/secret.txt",
        ]  # fmt: skip
        assert "further" in said.args[0], "a link inside it that leads out is left out and named"
