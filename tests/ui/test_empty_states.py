"""Where there is nothing to show, one sentence says why and one thing can be done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.domain.snippets import logging_snippet
from bakehouse.widgets.skeleton import Skeleton
from bakehouse.window import MainWindow
from tests.stores import new_store


@pytest.fixture
def empty(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window.open_store(new_store(tmp_path / "mlflow.db"))
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
    return window


def _text(window: MainWindow, name: str) -> str:
    label = window.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def _button(window: MainWindow, name: str) -> QPushButton:
    button = window.findChild(QPushButton, name)
    assert button is not None
    assert button.isVisible()
    return button


def test_that_an_empty_store_gives_the_code_that_logs_into_it(empty: MainWindow, qtbot: QtBot) -> None:
    assert "No runs in Default yet" in _text(empty, "runs_message")
    session = empty.opener.session
    assert session is not None
    qtbot.mouseClick(_button(empty, "runs_message_copy"), Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert copied == logging_snippet(session.store.path)
    compile(copied, "copied", "exec")
    action = empty.findChild(QPushButton, "runs_message_action")
    assert action is not None
    assert not action.isVisible()


def test_that_the_code_names_the_experiment_that_is_shown(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, workspace)"
            " SELECT 7, 'a \"new\" one', artifact_location, lifecycle_stage, workspace FROM experiments LIMIT 1"
        )
        store.commit()
    window.open_store(path)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
    window.runs.sidebar.select([7])
    qtbot.waitUntil(lambda: "new" in _text(window, "runs_message_snippet"))
    qtbot.mouseClick(_button(window, "runs_message_copy"), Qt.MouseButton.LeftButton)
    assert "mlflow.set_experiment('a \"new\" one')" in QApplication.clipboard().text()


def test_that_a_filter_without_match_offers_to_clear_it(window: MainWindow, qtbot: QtBot) -> None:
    window.open_sample()
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=30_000)
    window.runs.filter_bar.set_text("nothing like that")
    qtbot.waitUntil(lambda: "No run matches" in _text(window, "runs_message"))
    assert _text(window, "runs_message_snippet") == ""
    button = _button(window, "runs_message_action")
    assert button.text() == "Clear filter"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runs.table.isVisible() and window.runs.filter_bar.text == "")


def test_that_a_store_without_models_leads_to_the_runs(empty: MainWindow, qtbot: QtBot) -> None:
    empty.menus.trigger("page.models")
    assert "No registered models yet" in _text(empty, "models_empty")
    qtbot.mouseClick(_button(empty, "models_empty_action"), Qt.MouseButton.LeftButton)
    assert empty.stack.currentWidget() is empty.runs
    assert "gone" not in _text(empty, "status_message")


def test_that_rows_without_words_stand_where_runs_are_long_on_their_way(empty: MainWindow, qtbot: QtBot) -> None:
    skeleton = empty.runs.area.findChild(Skeleton)
    assert skeleton is not None
    empty.runs.area.wait()
    assert not skeleton.isVisible()
    qtbot.waitUntil(skeleton.isVisible)
    empty.runs.refresh(None)
    qtbot.waitUntil(lambda: not skeleton.isVisible())


def test_that_a_path_of_any_characters_is_a_python_text() -> None:
    for name in ("it's.db", 'a"b.db', "back\\slash.db", "täst 🍞.db", "line\nbreak.db"):
        snippet = logging_snippet(Path("/data") / name, name)
        calls = [line for line in snippet.split("\n") if line.startswith("mlflow.set_")]
        texts: list[str] = []
        for call in calls:
            exec(call, {"mlflow": _Recorder(texts)})
        assert texts == [f"sqlite:////data/{name}", name]


class _Recorder:
    """Stands for the module `mlflow` in copied code."""

    def __init__(self, texts: list[str]) -> None:
        self.set_tracking_uri = texts.append
        self.set_experiment = texts.append
