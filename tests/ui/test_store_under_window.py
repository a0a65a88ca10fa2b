"""A store that is locked, migrated, replaced or taken away under the open window: noticed, said, and never a hang."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_run, change_store, new_store

SOON_MS = 5_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "one")
    for number in range(5):
        add_run(path, f"r{number}", experiment_id=1, metrics={"auc": number / 8}, tags={"team": "a"})
    return path


def show(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 5 and page.loader.columns_left == 0, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)


def live(window: MainWindow) -> str:
    return window.status.live.text()


def test_that_a_vanished_store_is_gone_and_live_again_when_the_file_comes_back(window, qtbot, path):
    show(window, qtbot, path)
    assert live(window) == "● live"
    away = path.rename(path.with_name("away.db"))
    qtbot.waitUntil(lambda: live(window) == "○ gone", timeout=SOON_MS)
    assert window.notices.isVisible()
    assert window.runs.model.rowCount() == 5
    add_run(away, "meanwhile", experiment_id=1)
    away.rename(path)
    qtbot.waitUntil(lambda: live(window) == "● live" and window.runs.model.rowCount() == 6, timeout=SOON_MS)
    assert not window.notices.isVisible()


def test_that_a_replaced_store_is_not_followed_but_loaded_again_on_demand(window, qtbot, path, tmp_path):
    show(window, qtbot, path)
    other = Path(shutil.copy(path, tmp_path / "other.db"))
    add_run(other, "replaced", experiment_id=1)
    other.replace(path)
    qtbot.waitUntil(lambda: "another file" in live(window), timeout=SOON_MS)
    assert window.runs.model.rowCount() == 5
    window.questions.load_again()
    qtbot.waitUntil(lambda: live(window) == "● live" and window.runs.model.rowCount() == 6, timeout=SOON_MS)


def test_that_a_migrated_store_is_said_and_loaded_again_on_demand(window, qtbot, path):
    show(window, qtbot, path)
    change_store(path, "ALTER TABLE runs ADD COLUMN mood TEXT", "UPDATE alembic_version SET version_num = 'newer'")
    qtbot.waitUntil(lambda: "tables were changed" in live(window), timeout=SOON_MS)
    add_run(path, "after", experiment_id=1)
    window.questions.load_again()
    qtbot.waitUntil(lambda: live(window) == "● live" and window.runs.model.rowCount() == 6, timeout=SOON_MS)


@pytest.mark.parametrize("mode", ["delete", "truncate", "persist", "memory", "wal"])
def test_that_a_writer_in_any_journal_mode_is_followed(window, qtbot, path, mode):
    show(window, qtbot, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute(f"PRAGMA journal_mode={mode}").fetchall()
        for number in range(3):
            writer.execute("UPDATE runs SET status = 'RUNNING', name = ? WHERE run_uuid = 'r2'", (f"{mode} {number}",))
            qtbot.waitUntil(lambda n=number: f"{mode} {n}" in window.runs.model.frame.names, timeout=SOON_MS)
    assert live(window) == "● live"


def test_that_a_store_turned_to_wal_at_rest_is_followed_when_a_writer_comes(window, qtbot, path):
    change_store(path, "PRAGMA journal_mode=WAL")
    show(window, qtbot, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("UPDATE runs SET name = 'woken' WHERE run_uuid = 'r1'")
        qtbot.waitUntil(lambda: "woken" in window.runs.model.frame.names, timeout=SOON_MS)
        writer.execute("UPDATE runs SET name = 'once more' WHERE run_uuid = 'r1'")
        qtbot.waitUntil(lambda: "once more" in window.runs.model.frame.names, timeout=SOON_MS)


def test_that_a_long_lock_is_said_and_what_was_written_under_it_appears(window, qtbot, path, monkeypatch):
    monkeypatch.setattr("bakehouse.pages.opening._LOCKED_S", 0.2)
    show(window, qtbot, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE runs SET name = 'under lock' WHERE run_uuid = 'r1'")
        qtbot.waitUntil(lambda: "locked" in live(window), timeout=SOON_MS)
        writer.execute("COMMIT")
    qtbot.waitUntil(lambda: "under lock" in window.runs.model.frame.names, timeout=SOON_MS)
    assert live(window) == "● live"


def test_that_closing_does_not_wait_for_a_writer_that_holds_the_lock(window, qtbot, path):
    show(window, qtbot, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        window.runs.refresh(None)
        window.runs.follow()
        qtbot.waitUntil(lambda: window.tasks.busy)
        began = time.perf_counter()
        window.opener.close()
        assert time.perf_counter() - began < 2
    assert window.opener.session is None


def test_that_a_table_taken_away_is_said_and_nothing_crashes(window, qtbot, path):
    show(window, qtbot, path)
    change_store(path, "DROP TABLE params")
    qtbot.waitUntil(lambda: "tables were changed" in live(window), timeout=SOON_MS)
    window.menus.trigger("store.refresh")
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=SOON_MS)
    assert window.runs.model.rowCount() == 5
