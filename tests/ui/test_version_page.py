"""The page of one model version on real stores: what it shows, where it leads, what it says when things are gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPushButton, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.locator import Locator
from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.pages.models.version_page import VersionPage
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.store.opening import open_store
from bakehouse.store.registry import list_models
from bakehouse.tasks import TaskRunner
from bakehouse.theme import DARK, ThemeSource
from tests.stores import change_store, shared_store

Open = Callable[..., VersionPage]
NAMES = ["mlflow-1.30", "mlflow-2.22", "mlflow-3.17"]


def moved_store(name: str, folder: Path) -> Path:
    """The shared store with its artifacts, copied so that it may be changed."""
    target = folder / name
    shutil.copytree(shared_store(name).parent, target, copy_function=shutil.copyfile)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target / "mlflow.db"


@pytest.fixture
def open_page(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens a store and shows one version of it; what is opened is closed in the order the window does it."""
    tasks, themes = TaskRunner(), ThemeSource("light")
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    page = VersionPage(themes, tasks)
    qtbot.addWidget(page)
    page.resize(1200, 900)
    page.show()
    stores = []

    def open_(path: Path, name: str = "ChurnModel", number: int = 2, *, read_only: bool = False) -> VersionPage:
        store = open_store(path, read_only=read_only)
        stores.append(store)
        page.set_store(Session(store, Locator(path), tasks, themes, Settings(tmp_path / "settings.ini")))
        page.show_version(*found(list_models(store.reader(), Token()), name, number))
        qtbot.waitUntil(lambda: not tasks.busy, timeout=20_000)
        return page

    yield open_
    page.set_store(None)
    tasks.close()
    for store in stores:
        store.close()
    assert not crashes


def found(models: list[RegisteredModel], name: str, number: int) -> tuple[RegisteredModel, ModelVersion]:
    model = next(one for one in models if one.name == name)
    return model, next(one for one in model.versions if one.version == number)


def text(page: VersionPage, name: str) -> str:
    label = page.findChild(QLabel, name)
    assert label is not None
    return label.text()


def nodes(page: VersionPage) -> list[str]:
    return [node.label for node in page.lineage.graph.nodes]


@pytest.mark.parametrize("name", NAMES)
def test_that_a_version_of_any_store_is_shown_whole(open_page: Open, tmp_path: Path, name: str) -> None:
    page = open_page(moved_store(name, tmp_path))
    assert text(page, "version_page_model") == "ChurnModel"
    assert text(page, "version_page_number") == "version 2"
    assert nodes(page)[-2:] == ["ChurnModel 2", "Production"]
    assert page.card.isVisible()
    assert "Found at" in [fact.name for fact in page.overview.facts]
    tabs = page.findChild(QTabBar, "snippet_ways")
    assert tabs is not None
    assert [tabs.tabText(tab) for tab in range(tabs.count())] == ["Python function", "scikit-learn", "Spark UDF"]


def test_that_every_node_leads_to_what_it_stands_for(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(moved_store("mlflow-3.17", tmp_path))
    for node, signal in (
        ("lineage_run", page.run_requested),
        ("lineage_logged_model", page.logged_model_requested),
        ("lineage_version", page.version_requested),
        ("lineage_stage", page.back_requested),
    ):
        button = page.findChild(QAbstractButton, node)
        assert button is not None
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_arrow_keys_go_along_the_edges(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(moved_store("mlflow-3.17", tmp_path))
    run = page.findChild(QAbstractButton, "lineage_run")
    run.setFocus()
    qtbot.keyClick(run, Qt.Key.Key_Right)
    logged = page.findChild(QAbstractButton, "lineage_logged_model")
    assert logged.hasFocus()
    with qtbot.waitSignal(page.logged_model_requested):
        qtbot.keyClick(logged, Qt.Key.Key_Return)


def test_that_a_moved_model_is_loaded_by_its_folder_and_the_code_is_copied(
    open_page: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    page = open_page(moved_store("mlflow-3.17", tmp_path))
    by = page.findChild(QComboBox, "snippet_address")
    assert [by.itemText(place) for place in range(by.count())] == [
        "Folder", "Version 2", "Stage Production", "Alias champion",
    ]  # fmt: skip
    assert "only by their folder" in text(page, "snippet_note")
    qtbot.mouseClick(page.findChild(QPushButton, "copy_snippet"), Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "mlflow.pyfunc.load_model(" in copied
    assert str(tmp_path) in copied


def test_that_the_digest_is_made_and_says_that_none_was_recorded(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(moved_store("mlflow-3.17", tmp_path))
    qtbot.mouseClick(page.digest.section.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.digest.section.digest.whole.startswith("sha256:"))
    assert "no digest was recorded" in page.digest.section.verdict.text()


@pytest.mark.parametrize(("same", "said"), [(True, "✓ The files match"), (False, "✗ The files have changed")])
def test_that_a_recorded_digest_is_compared(
    open_page: Open, tmp_path: Path, qtbot: QtBot, same: bool, said: str
) -> None:
    path = moved_store("mlflow-3.17", tmp_path)
    page = open_page(path)
    button = page.digest.section.button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.digest.section.digest.whole.startswith("sha256:"))
    digest = page.digest.section.digest.whole
    noted = digest if same else f"sha256:{'0' * 64}"
    change_store(
        path,
        ("INSERT INTO model_version_tags(key, value, name, version) VALUES ('bakehouse.digest', ?, 'ChurnModel', 2)",
         (f"{noted} rule 1",)),
    )  # fmt: skip
    page = open_page(path)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.digest.section.digest.whole.startswith("sha256:"))
    assert page.digest.section.verdict.text().startswith(said)


def test_that_a_version_without_run_model_and_files_is_still_shown(open_page: Open, tmp_path: Path) -> None:
    path = moved_store("mlflow-3.17", tmp_path)
    change_store(path, "DELETE FROM logged_models", "DELETE FROM runs")
    shutil.rmtree(path.parent / "artifacts")
    page = open_page(path)
    assert [node.is_gone for node in page.lineage.graph.nodes] == [True, True, False, False]
    assert not page.card.isVisible()
    assert text(page, "version_card_sentence")
    assert not page.digest.section.button.isVisible()


def test_that_a_version_that_is_gone_says_so_and_leads_back(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(moved_store("mlflow-2.22", tmp_path))
    page.show_version(None, None)
    assert "not in the store any more" in text(page, "version_gone")
    with qtbot.waitSignal(page.back_requested):
        qtbot.mouseClick(page.findChild(QPushButton, "version_gone_action"), Qt.MouseButton.LeftButton)


def test_that_a_narrow_page_has_one_column_in_any_theme(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(moved_store("mlflow-2.22", tmp_path))
    page.set_theme(DARK)

    def left() -> int:
        return page.overview.mapTo(page, page.overview.rect().topLeft()).x()

    page.resize(640, 900)
    qtbot.waitUntil(lambda: left() < 100)
    page.resize(1200, 900)
    qtbot.waitUntil(lambda: left() > 600)


def test_that_a_store_for_reading_only_offers_no_transition(open_page: Open, tmp_path: Path) -> None:
    page = open_page(moved_store("mlflow-2.22", tmp_path), read_only=True)
    assert not page.findChild(QPushButton, "version_transition").isEnabled()


def test_that_everything_that_takes_the_keyboard_has_a_name(open_page: Open, tmp_path: Path) -> None:
    page = open_page(moved_store("mlflow-3.17", tmp_path))
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in page.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not str(widget.property("text") or "")
    ]
    assert not nameless


def test_that_the_way_by_tab_goes_from_the_head_through_the_lineage(open_page: Open, tmp_path: Path) -> None:
    page = open_page(moved_store("mlflow-3.17", tmp_path))
    page.head.back.setFocus()
    seen: list[str] = []
    for _ in range(9):
        focused = page.focusWidget()
        assert focused is not None
        seen.append(focused.objectName())
        page.focusNextChild()
    assert seen[:4] == ["version_back", "version_compare", "version_request", "version_transition"]
    assert seen[4:8] == ["lineage_run", "lineage_logged_model", "lineage_version", "lineage_stage"]
