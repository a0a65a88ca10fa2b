"""What may be opened, what is said about the rest, and that looking leaves no trace."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import (
    NotAStore,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreMissing,
    StoreUnfinished,
)
from bakehouse.store.columns import list_keys, read_columns
from bakehouse.store.experiments import list_experiments
from bakehouse.store.facts import store_facts
from bakehouse.store.opening import open_store, repair, repaired_copy, sniff
from bakehouse.store.registry import list_models
from bakehouse.store.runs import read_details, read_headers
from tests.stores import SHARED_NAMES, add_run, change_store, copy_of_store, new_store

TOKEN = Token()


def read_everything(path: Path) -> int:
    """Touch every reading subject once; the number of runs."""
    with open_store(path) as store:
        reader = store.reader()
        experiments = [e.experiment_id for e in list_experiments(reader, TOKEN)]
        headers = read_headers(reader, experiments, TOKEN, deleted=True)
        rows = {run_id: row for row, run_id in enumerate(headers.run_ids)}
        read_columns(reader, list_keys(reader, experiments, TOKEN), rows, TOKEN)
        for run_id in headers.run_ids:
            read_details(reader, run_id, TOKEN)
        list_models(reader, TOKEN)
        store_facts(store, TOKEN)
        with_watcher = store.watcher()
        with_watcher.poll()
        return len(headers.run_ids)


def snapshot(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_reading_a_store_changes_no_byte_no_time_and_leaves_no_file(name: str, tmp_path: Path) -> None:
    path = copy_of_store(name, tmp_path)
    before = snapshot(tmp_path)
    assert read_everything(path) > 30
    assert snapshot(tmp_path) == before


def test_that_a_wal_store_at_rest_is_read_without_leaving_side_files(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a", metrics={"m": 1.0})
    change_store(path, "PRAGMA journal_mode=WAL")
    before = snapshot(tmp_path)
    assert read_everything(path) == 1
    assert snapshot(tmp_path) == before
    with open_store(path) as store:
        assert store.locking == "immutable"


def test_that_rows_of_a_writer_who_comes_to_a_wal_store_at_rest_are_seen(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "PRAGMA journal_mode=WAL")
    with open_store(path) as store:
        reader = store.reader()
        assert read_headers(reader, [0], TOKEN).run_ids == []
        with closing(sqlite3.connect(path)) as writer:
            writer.execute("INSERT INTO runs(run_uuid, experiment_id, lifecycle_stage) VALUES ('a', 0, 'active')")
            writer.commit()
            assert read_headers(reader, [0], TOKEN).run_ids == ["a"]
            assert store.locking == "wal"


def test_that_rows_of_a_writer_who_came_and_went_on_a_wal_store_are_seen(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "PRAGMA journal_mode=WAL")
    with open_store(path) as store:
        reader = store.reader()
        assert read_headers(reader, [0], TOKEN).run_ids == []
        add_run(path, "a")
        assert read_headers(reader, [0], TOKEN).run_ids == ["a"]
        assert store.locking == "immutable"
    assert [p.name for p in tmp_path.iterdir()] == ["mlflow.db"]


def test_that_a_wal_store_with_a_living_writer_is_read_live(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO runs(run_uuid, experiment_id, lifecycle_stage) VALUES ('a', 0, 'active')")
        writer.commit()
        with open_store(path) as store:
            assert store.locking == "wal"
            assert read_headers(store.reader(), [0], TOKEN).run_ids == ["a"]


@pytest.mark.parametrize(
    "name", ["what?.db", "half#.db", "50%25.db", "a b  c.db", "größe 数据 🧪.db", 'it\'s "mine".db']
)
def test_that_any_file_name_can_be_opened(name: str, tmp_path: Path) -> None:
    path = new_store(tmp_path / name)
    add_run(path, "a")
    assert read_everything(path) == 1
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_that_a_store_behind_a_link_is_opened_with_its_own_journal_in_view(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    path = new_store(real / "mlflow.db")
    add_run(path, "a")
    link = tmp_path / "link.db"
    link.symlink_to(path)
    assert read_everything(link) == 1


def write(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def make_other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs(title)")


def make_view_of_runs(path: Path) -> None:
    new_store(path)
    change_store(path, "ALTER TABLE runs RENAME TO r", "CREATE VIEW runs AS SELECT * FROM r")


def make_without_metrics(path: Path) -> None:
    new_store(path)
    change_store(path, "DROP TABLE metrics")


def make_foreign_runs(path: Path) -> None:
    new_store(path)
    change_store(path, "DROP TABLE runs", "CREATE TABLE runs(runner TEXT, seconds REAL)")


def make_virtual_runs(path: Path) -> None:
    new_store(path)
    change_store(path, "DROP TABLE runs", "CREATE VIRTUAL TABLE runs USING fts5(run_uuid, experiment_id)")


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda path: None, StoreMissing, "no file"),
        (lambda path: path.mkdir(), NotAStore, "folder"),
        (lambda path: os.mkfifo(path), NotAStore, "not a file"),
        (write(b""), NotAStore, "empty"),
        (write(b"hello world" * 100), NotAStore, "not an SQLite database"),
        (write(b"SQLite format 3\x00short"), StoreDamaged, "cut short"),
        (write(b"SQLite format 3\x00" + b"\x00" * 4080), StoreDamaged, "page size"),
        (make_other_database, NotAStore, "no MLflow tables"),
        (make_view_of_runs, NotAStore, "as a view"),
        (make_without_metrics, NotAStore, "“metrics” is missing"),
        (make_foreign_runs, NotAStore, "no column"),
        (make_virtual_runs, NotAStore, "“runs” is missing"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_that_what_is_no_store_is_refused_with_a_sentence(
    make: Callable[[Path], None], error: type[StoreError], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "it.db"
    make(path)
    with pytest.raises(error, match=words) as caught:
        open_store(path)
    assert str(caught.value).endswith(".") and "it.db" in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] in (["it.db"], [])


def test_that_a_path_with_a_null_character_is_missing() -> None:
    with pytest.raises(StoreMissing):
        sniff(Path("a\0b"))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_that_a_file_without_permission_is_denied(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    path.chmod(0)
    with pytest.raises(StoreDenied):
        open_store(path)


def test_that_a_truncated_store_is_damaged(tmp_path: Path) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreDamaged, match="cut short"):
        open_store(path)


def test_that_malformed_pages_met_later_are_damage_and_no_crash(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    for number in range(50):
        add_run(path, f"run{number}", params={"p": "x" * 400})
    with closing(sqlite3.connect(path)) as connection:
        root, pages = connection.execute(
            "SELECT rootpage, (SELECT page_count FROM pragma_page_count) FROM sqlite_master WHERE name = 'runs'"
        ).fetchone()
        assert 1 < root <= pages
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = os.urandom(1) * 4096
    path.write_bytes(content)
    with open_store(path) as store, pytest.raises(StoreDamaged, match="damaged"):
        read_headers(store.reader(), [0], TOKEN)


KILLED_WRITER = """
import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA cache_size=2")
c.execute("PRAGMA cache_spill=1")
c.execute("BEGIN IMMEDIATE")
for i in range(2000):
    c.execute("INSERT INTO runs(run_uuid, experiment_id, name) VALUES (?, 0, ?)", (str(i), "x" * 200))
os._exit(9)
"""


def store_of_a_killed_writer(folder: Path) -> Path:
    path = new_store(folder / "mlflow.db")
    add_run(path, "kept")
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)], check=False, timeout=60)
    assert (folder / "mlflow.db-journal").stat().st_size > 0
    return path


def test_that_a_hot_journal_is_unfinished_and_left_alone(tmp_path: Path) -> None:
    path = store_of_a_killed_writer(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(StoreUnfinished, match="repair"):
        open_store(path)
    assert snapshot(tmp_path) == before


def test_that_a_repaired_copy_holds_what_was_committed_and_the_original_stays(tmp_path: Path) -> None:
    path = store_of_a_killed_writer(tmp_path)
    before = snapshot(tmp_path)
    target = tmp_path / "copies" / "repaired.db"
    target.parent.mkdir()
    repaired_copy(path, target)
    with open_store(target) as store:
        assert read_headers(store.reader(), [0], TOKEN).run_ids == ["kept"]
    assert [p.name for p in target.parent.iterdir()] == ["repaired.db"]
    target.unlink()
    target.parent.rmdir()
    assert snapshot(tmp_path) == before


def test_that_a_repaired_copy_never_replaces_a_file(tmp_path: Path) -> None:
    path = store_of_a_killed_writer(tmp_path)
    target = tmp_path / "there.db"
    target.write_bytes(b"mine")
    with pytest.raises(StoreError, match="exists already"):
        repaired_copy(path, target)
    assert target.read_bytes() == b"mine"


def test_that_a_repaired_copy_without_room_leaves_nothing(tmp_path: Path) -> None:
    path = store_of_a_killed_writer(tmp_path)
    with pytest.raises(StoreError):
        repaired_copy(path, tmp_path / "no such folder" / "copy.db")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mlflow.db", "mlflow.db-journal"]


def test_that_repair_brings_the_store_back_to_its_last_commit(tmp_path: Path) -> None:
    path = store_of_a_killed_writer(tmp_path)
    repair(path)
    with open_store(path) as store:
        assert read_headers(store.reader(), [0], TOKEN).run_ids == ["kept"]
    assert [p.name for p in tmp_path.iterdir()] == ["mlflow.db"]


def test_that_the_journal_of_a_writer_at_work_is_not_hot(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE runs SET name = 'other'")
        assert (tmp_path / "mlflow.db-journal").exists()
        with open_store(path) as store:
            assert read_headers(store.reader(), [0], TOKEN).names == ["run"]
        writer.execute("ROLLBACK")


def test_that_a_damaged_schema_is_damage_even_where_its_words_cannot_be_decoded(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE gone (a)")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = CAST('CREATE TABLE ' || x'fff1' AS TEXT) WHERE name = 'gone'"
        )
        connection.execute("UPDATE sqlite_master SET name = CAST(x'fff1' AS TEXT) WHERE name = 'gone'")
        connection.commit()
    with pytest.raises(StoreDamaged):
        open_store(path)


def test_that_a_file_format_of_the_future_is_said(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    content = bytearray(path.read_bytes())
    content[44:48] = (9).to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="format"):
        open_store(path)


def test_that_a_log_beside_a_store_without_wal_mode_makes_no_further_file(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    Path(f"{path}-wal").write_bytes(b"of another program" * 500)
    before = snapshot(tmp_path)
    with pytest.raises(StoreUnfinished):
        open_store(path)
    assert snapshot(tmp_path) == before


def test_that_the_log_of_a_killed_wal_writer_can_be_taken_over_in_a_copy(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    code = (
        "import os, sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('PRAGMA journal_mode=WAL')\n"
        "c.execute(\"INSERT INTO runs(run_uuid, experiment_id, lifecycle_stage) VALUES ('logged', 0, 'active')\")\n"
        "c.commit()\nos._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60)
    (tmp_path / "mlflow.db-shm").unlink()
    before = snapshot(tmp_path)
    with pytest.raises(StoreUnfinished):
        open_store(path)
    target = tmp_path / "copy.db"
    repaired_copy(path, target)
    with open_store(target) as store:
        assert read_headers(store.reader(), [0], TOKEN).run_ids == ["logged"]
    target.unlink()
    assert snapshot(tmp_path) == before


def test_that_opening_again_never_drops_the_locks_of_a_write_in_this_process(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    other = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=0)\nc.execute('BEGIN IMMEDIATE')"
    with open_store(path), closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        open_store(path).close()
        sniff(path)
        second = subprocess.run(
            [sys.executable, "-c", other, str(path)], capture_output=True, text=True, timeout=60, check=False
        )
        assert "database is locked" in second.stderr
        writer.execute("ROLLBACK")


def test_that_a_store_is_read_only_when_asked_for(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path, read_only=True) as asked, open_store(path) as plain:
        assert asked.read_only and not plain.read_only


def test_that_a_closed_store_hands_out_no_reader(tmp_path: Path) -> None:
    store = open_store(new_store(tmp_path / "mlflow.db"))
    store.reader()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.reader()
    store.close()
