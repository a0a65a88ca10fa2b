"""What a poll says after somebody touched the file."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bakehouse.domain.changes import FileChange
from bakehouse.store.opening import open_store
from tests.stores import add_run, change_store, new_store


def test_that_a_commit_of_somebody_else_is_noticed_once(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        watcher = store.watcher()
        assert watcher.poll() is FileChange.NONE
        change_store(path, "UPDATE experiments SET name = 'x'")
        assert watcher.poll() is FileChange.DATA
        assert watcher.poll() is FileChange.NONE


def test_that_a_migration_is_noticed_as_another_schema(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        watcher = store.watcher()
        change_store(path, "ALTER TABLE runs ADD COLUMN mood TEXT")
        assert watcher.poll() is FileChange.SCHEMA
        assert not store.schema.has("runs", "mood")
        assert store.read_schema_again().has("runs", "mood")
        change_store(path, "UPDATE alembic_version SET version_num = 'newer'")
        assert watcher.poll() is FileChange.SCHEMA
        assert watcher.poll() is FileChange.NONE


def test_that_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    other = new_store(tmp_path / "other.db")
    with open_store(path) as store:
        watcher = store.watcher()
        other.replace(path)
        assert watcher.poll() is FileChange.REPLACED


def test_that_a_deleted_file_is_missing(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        watcher = store.watcher()
        path.unlink()
        assert watcher.poll() is FileChange.MISSING


def test_that_a_writer_who_comes_to_a_wal_store_at_rest_is_noticed(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "PRAGMA journal_mode=WAL")
    with open_store(path) as store:
        watcher = store.watcher()
        assert watcher.poll() is FileChange.NONE
        with closing(sqlite3.connect(path)) as writer:
            writer.execute("UPDATE experiments SET name = 'x'")
            writer.commit()
            assert watcher.poll() is FileChange.DATA
            assert watcher.poll() is FileChange.NONE
            writer.execute("UPDATE experiments SET name = 'y'")
            writer.commit()
            assert watcher.poll() is FileChange.DATA


def test_that_a_poll_while_a_writer_commits_says_nothing_and_the_next_one_tells(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        watcher = store.watcher()
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE experiments SET name = 'x'")
        assert watcher.poll() is FileChange.NONE
        writer.execute("COMMIT")
        assert watcher.poll() is FileChange.DATA


def test_that_a_commit_before_a_locked_moment_is_not_forgotten(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        watcher = store.watcher()
        add_run(path, "a")
        writer.execute("BEGIN EXCLUSIVE")
        watcher.poll()
        writer.execute("ROLLBACK")
        assert watcher.poll() is FileChange.DATA


def test_that_idle_polls_are_cheap(tmp_path: Path) -> None:
    with open_store(new_store(tmp_path / "mlflow.db")) as store:
        watcher = store.watcher()
        began = time.perf_counter()
        assert {watcher.poll() for _ in range(200)} == {FileChange.NONE}
        print(f"idle poll: {(time.perf_counter() - began) / 200 * 1e6:.0f} µs")
