"""One thread's reader: waiting, stopping, undecodable text, and pages."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import Cancelled, StoreLocked, StoreMissing, StoreReplaced
from bakehouse.store import reading
from bakehouse.store.opening import open_store
from bakehouse.store.reading import PageSize
from tests.stores import add_run, change_store, new_store

TOKEN = Token()


def test_that_a_read_waits_until_a_writer_has_committed(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with (
        open_store(path) as store,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as writer,
    ):
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("INSERT INTO runs(run_uuid, experiment_id, lifecycle_stage) VALUES ('a', 0, 'active')")
        waiting = threading.Event()
        token = Token(breathe=waiting.set)

        def commit() -> None:
            waiting.wait(10)
            writer.execute("COMMIT")

        committer = threading.Thread(target=commit)
        committer.start()
        assert store.reader().rows("SELECT run_uuid FROM runs", token=token) == [("a",)]
        committer.join()


def test_that_a_read_that_waits_for_a_writer_can_be_cancelled(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        checks: list[int] = []
        token = Token(breathe=lambda: checks.append(1) if len(checks) < 2 else token.cancel())
        with pytest.raises(Cancelled):
            store.reader().rows("SELECT 1 FROM runs", token=token)


def test_that_patience_with_a_writer_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BUSY_PATIENCE_S", 0.1)
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked, match="locked by another process"):
            store.reader().rows("SELECT 1 FROM runs", token=TOKEN)


def test_that_a_long_statement_stops_when_its_token_is_cancelled(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with open_store(path) as store:
        reader = store.reader()
        started = threading.Event()
        token = Token(breathe=started.set)

        def cancel() -> None:
            started.wait(10)
            token.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(Cancelled):
            reader.rows(endless, token=token)
        canceller.join()
        assert reader.rows("SELECT 1", token=TOKEN) == [(1,)]


def test_that_no_lock_is_held_after_a_read(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        store.reader().rows("SELECT * FROM experiments", token=TOKEN)
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            writer.execute("COMMIT")


def test_that_undecodable_text_comes_with_replacement_characters(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "UPDATE experiments SET name = CAST(x'41ff42' AS TEXT)")
    with open_store(path) as store:
        reader = store.reader()
        assert reader.rows("SELECT name FROM experiments", token=TOKEN) == [("A\ufffdB",)]
        assert reader.columns(["name"], "FROM experiments", token=TOKEN) == [["A\ufffdB"]]


def test_that_packed_columns_equal_plain_ones_whatever_they_hold(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    values = ["", "plain", 'quo"te\\', "line\nbreak\x00null", "数据", None, "\u2028", "1.0"]
    for number, value in enumerate(values):
        add_run(path, f"r{number}", tags={"t": value})
    with open_store(path) as store:
        reader = store.reader()
        packed = reader.columns(["run_uuid", "value"], "FROM tags ORDER BY rowid", token=TOKEN)
        plain = reader.rows("SELECT run_uuid, value FROM tags ORDER BY rowid", token=TOKEN)
        assert list(zip(*packed, strict=True)) == plain
        assert packed[1] == values


def test_that_a_blob_among_texts_falls_back_to_plain_rows(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a", tags={"t": b"\x00\xff"})
    with open_store(path) as store:
        assert store.reader().columns(["key", "value"], "FROM tags", token=TOKEN) == [["t"], [b"\x00\xff"]]


def test_that_a_table_that_vanished_means_the_store_was_replaced(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        change_store(path, "DROP TABLE tags")
        with pytest.raises(StoreReplaced, match="open it again"):
            store.reader().rows("SELECT * FROM tags", token=TOKEN)


def test_that_a_reader_made_after_the_file_went_says_that_it_is_missing(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        path.unlink()
        with pytest.raises(StoreMissing):
            store.reader().rows("SELECT 1", token=TOKEN)


def test_that_a_reader_cannot_write(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    before = path.read_bytes()
    with open_store(path) as store, pytest.raises(Exception, match="read-only"):
        store.reader().rows("DELETE FROM experiments", token=TOKEN)
    assert path.read_bytes() == before


def test_that_every_thread_has_a_reader_of_its_own(tmp_path: Path) -> None:
    with open_store(new_store(tmp_path / "mlflow.db")) as store:
        mine = store.reader()
        theirs: list[object] = []
        thread = threading.Thread(target=lambda: theirs.append(store.reader()))
        thread.start()
        thread.join()
        assert store.reader() is mine and theirs[0] is not mine


def test_that_pages_cover_every_row_once_also_over_gaps(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    rowids = [-5, 0, 1, 2, 700, 701, 10**12, 10**15, 2**63 - 1]
    for rowid in rowids:
        sql = "INSERT INTO runs(rowid, run_uuid, experiment_id) VALUES (?, ?, 0)"
        change_store(path, (sql, (rowid, f"r{rowid}")))
    with open_store(path) as store:
        reader = store.reader()
        found = []
        for first, last in reader.rowid_ranges("runs", token=TOKEN):
            found += reader.rows("SELECT rowid FROM runs WHERE rowid BETWEEN ? AND ?", (first, last), token=TOKEN)
        assert [row[0] for row in found] == rowids


def test_that_a_slow_page_shrinks_the_next_one_and_a_fast_one_grows_it() -> None:
    size = PageSize()
    before = size.rows
    size.learn(before, 0.100)
    assert size.rows < before
    for _ in range(20):
        size.learn(size.rows, 0.001)
    assert size.rows == reading.MAX_PAGE_ROWS
    size.learn(3, 10.0)
    assert size.rows == reading.MAX_PAGE_ROWS


def test_that_each_statement_tells_how_long_it_took(tmp_path: Path) -> None:
    with open_store(new_store(tmp_path / "mlflow.db")) as store:
        seconds: list[float] = []
        store.on_statement = seconds.append
        store.reader().rows("SELECT 1", token=TOKEN)
        assert len(seconds) == 1 and seconds[0] > 0
