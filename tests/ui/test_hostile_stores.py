"""The window over stores whose content is damaged, strange or meant to harm: nothing crashes, nothing is executed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QTableView
from pytestqt.qtbot import QtBot

from bakehouse.resources import sample_directory
from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_points, add_run, change_store, insert, new_store

HOSTILE = (
    "<img src='file:///etc/passwd'><b>bold</b>",
    "line\nbreak\ttab\x00nul\x1b[31m",
    "\u202egnp.exe \u2066x\u2069",
    "quote ' \" ` \\ ; DROP TABLE runs; --",
    "x" * 8000,
    "../../../etc/passwd",
    "🥖" * 300,
    "",
    " ",
)


def _visit_all(window: MainWindow, qtbot: QtBot, store: Path) -> None:
    """Open the store, select every run one after another, paint, and see the models page."""
    window.open_store(store)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
    table = window.findChild(QTableView, "run_table")
    assert table is not None
    for row in range(min(table.model().rowCount(), 20)):
        table.selectRow(row)
        qtbot.waitUntil(lambda: not window.tasks.busy)
        window.grab()
    window.menus.trigger("page.models")
    qtbot.waitUntil(lambda: not window.tasks.busy)
    window.grab()
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText
        for label in window.findChildren(QLabel)
        if label.text() and type(label) is not QLabel
    )


def test_that_hostile_names_are_shown_and_harm_nothing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    store = new_store(tmp_path / "mlflow.db")
    for number, text in enumerate(HOSTILE):
        experiment = add_experiment(store, number + 1, text or "nameless")
        add_run(
            store,
            f"{number:032x}",
            experiment_id=experiment,
            name=text,
            params={text[:250] or "p": text, "lr": "0.1"},
            tags={text[:250] or "t": text, "mlflow.note.content": text},
            metrics={text[:250] or "m": 1.0, "nan": float("nan"), "inf": float("inf")},
        )
        insert(store, "registered_models", {"name": f"{number}{text[:200]}", "description": text})
        insert(
            store,
            "model_versions",
            {"name": f"{number}{text[:200]}", "version": 1, "current_stage": text[:20], "source": text[:500],
             "run_id": "gone", "status": "READY", "description": text},
        )  # fmt: skip
    _visit_all(window, qtbot, store)


def test_that_wrong_types_nulls_and_dangling_references_are_survived(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    store = new_store(tmp_path / "mlflow.db")
    add_run(store, "a" * 32, name=None, start="yesterday", end=b"\xff\xfe", params={"p": b"\xff\x00bytes"})
    add_run(store, "b" * 32, start=None, end=None, status="FINISHED", tags={"mlflow.parentRunId": "nobody"})
    add_run(store, "c" * 32, start=-5, end=10**18, params={"lr": "1e999"}, tags={"t": None})
    add_run(store, "d" * 32, experiment_id=77)
    add_points(store, "a" * 32, {"loss": [(-3, 1.0), (-3, float("nan")), (2**52, float("-inf"))]})
    add_points(store, "e" * 32, {"orphan": [(0, 1.0)]})
    change_store(
        store,
        "PRAGMA ignore_check_constraints=ON",
        "UPDATE latest_metrics SET value = 'text' WHERE run_uuid LIKE 'a%'",
        "UPDATE experiments SET artifact_location = NULL, creation_time = 'x'",
        ("UPDATE runs SET artifact_uri = NULL WHERE run_uuid = ?", ["b" * 32]),
        ("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", ["s3://bucket/%zz/..", "c" * 32]),
    )
    _visit_all(window, qtbot, store)


def test_that_a_damaged_page_is_said_and_the_window_lives(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    store = Path(shutil.copy(sample_directory() / "mlflow.db", tmp_path / "mlflow.db"))
    data = bytearray(store.read_bytes())
    for page in range(6, len(data) // 4096, 3):
        data[page * 4096 : page * 4096 + 64] = b"\xde\xad\xbe\xef" * 16
    store.write_bytes(data)
    window.open_store(store)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)
    window.menus.trigger("page.models")
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)
    window.grab()


def test_that_a_lock_of_seconds_is_waited_for(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    store = Path(shutil.copy(sample_directory() / "mlflow.db", tmp_path / "mlflow.db"))
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        window.open_store(store)
        progress = window.status.findChild(QProgressBar)
        assert progress is not None
        qtbot.waitUntil(progress.isVisible)
        assert window.opener.session is None
        writer.execute("ROLLBACK")
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
