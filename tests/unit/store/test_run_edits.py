"""Edits of runs: exact, whole, refused rather than risked, and taken back only where nobody else came in between."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.edits import DeleteRuns, DeleteTag, RenameRun, RestoreRuns, SetNote, SetTag
from bakehouse.domain.errors import Cancelled, StoreError, StoreLocked, StoreReplaced, WriteRefused
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.run_edits import edit_runs
from bakehouse.store.undoing import put_back
from bakehouse.store.writing import Writer
from tests.stores import add_experiment, add_run, change_store, insert, new_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    for number in range(3):
        add_run(path, f"r{number}", name=f"run {number}", tags={"mlflow.runName": f"run {number}"})
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path) as opened:
        yield opened


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def tags(path: Path, key: str) -> dict[object, object]:
    return dict(rows(path, f"SELECT run_uuid, value FROM tags WHERE key = '{key}'"))  # type: ignore[arg-type]


def add_many_runs(path: Path, count: int) -> tuple[str, ...]:
    ids = [f"{number:032x}" for number in range(count)]
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id)"
            " VALUES (?, 'many', 'FINISHED', 'active', 0)",
            [(run_id,) for run_id in ids],
        )
        connection.commit()
    return tuple(ids)


def test_that_a_tag_is_set_on_all_runs_and_said(store: Store, path: Path) -> None:
    insert(path, "tags", {"key": "team", "value": "old", "run_uuid": "r1"})
    done = edit_runs(Writer(store), SetTag(("r0", "r1", "r1"), "team", "a"))
    assert tags(path, "team") == {"r0": "a", "r1": "a"}
    assert done.sentence == "Tag “team” set on 2 runs"
    assert done.run_ids == {"r0", "r1"}
    assert done.rest is None


def test_that_an_undo_puts_back_what_was_there(store: Store, path: Path) -> None:
    insert(path, "tags", {"key": "team", "value": "old", "run_uuid": "r1"}, {"key": "team", "run_uuid": "r2"})
    before = tags(path, "team")
    done = edit_runs(Writer(store), SetTag(("r0", "r1", "r2"), "team", "a"))
    assert done.undo is not None
    taken = put_back(Writer(store), done.undo)
    assert tags(path, "team") == before == {"r1": "old", "r2": None}
    assert taken.sentence == "Took back tagging 3 runs"


def test_that_an_undo_never_overwrites_what_someone_else_wrote_meanwhile(store: Store, path: Path) -> None:
    done = edit_runs(Writer(store), SetTag(("r0", "r1", "r2"), "team", "a"))
    change_store(path, "UPDATE tags SET value = 'theirs' WHERE key = 'team' AND run_uuid = 'r1'")
    assert done.undo is not None
    taken = put_back(Writer(store), done.undo)
    assert tags(path, "team") == {"r1": "theirs"}
    assert "1 value was changed by someone else since and stays" in taken.sentence
    with pytest.raises(WriteRefused, match="Everything was changed"):
        put_back(Writer(store), done.undo)


def test_that_an_undo_leaves_runs_alone_that_were_deleted_meanwhile(store: Store, path: Path) -> None:
    done = edit_runs(Writer(store), SetTag(("r0", "r1"), "team", "a"))
    change_store(path, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'r1'")
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert tags(path, "team") == {"r1": "a"}


def test_that_a_rename_changes_column_and_tag_and_comes_back_whole(store: Store, path: Path) -> None:
    done = edit_runs(Writer(store), RenameRun("r0", "best"))
    assert rows(path, "SELECT name FROM runs WHERE run_uuid = 'r0'") == [("best",)]
    assert tags(path, "mlflow.runName")["r0"] == "best"
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert rows(path, "SELECT name FROM runs WHERE run_uuid = 'r0'") == [("run 0",)]
    assert tags(path, "mlflow.runName")["r0"] == "run 0"


def test_that_a_rename_someone_changed_since_is_not_taken_back(store: Store, path: Path) -> None:
    done = edit_runs(Writer(store), RenameRun("r0", "best"))
    edit_runs(Writer(store), RenameRun("r0", "theirs"))
    assert done.undo is not None
    with pytest.raises(WriteRefused, match="Someone else changed it since"):
        put_back(Writer(store), done.undo)
    assert rows(path, "SELECT name FROM runs WHERE run_uuid = 'r0'") == [("theirs",)]


def test_that_the_run_name_tag_renames_the_run_as_with_mlflow(store: Store, path: Path) -> None:
    edit_runs(Writer(store), SetTag(("r0", "r1"), "mlflow.runName", "same"))
    assert rows(path, "SELECT name FROM runs ORDER BY run_uuid") == [("same",), ("same",), ("run 2",)]
    assert tags(path, "mlflow.runName") == {"r0": "same", "r1": "same", "r2": "run 2"}


def test_that_a_tag_is_removed_where_it_is(store: Store, path: Path) -> None:
    insert(path, "tags", {"key": "team", "value": "a", "run_uuid": "r1"})
    done = edit_runs(Writer(store), DeleteTag(("r0", "r1"), "team"))
    assert tags(path, "team") == {}
    assert done.run_ids == {"r1"}
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert tags(path, "team") == {"r1": "a"}


def test_that_deleting_says_when_and_an_undo_restores_only_what_it_deleted(store: Store, path: Path) -> None:
    change_store(path, "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = 5 WHERE run_uuid = 'r2'")
    done = edit_runs(Writer(store), DeleteRuns(("r0", "r2")))
    assert done.run_ids == {"r0"}
    stages = "SELECT run_uuid, lifecycle_stage, deleted_time > 1000000000000 FROM runs ORDER BY 1"
    assert rows(path, stages) == [("r0", "deleted", 1), ("r1", "active", None), ("r2", "deleted", 0)]
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert rows(path, stages) == [("r0", "active", None), ("r1", "active", None), ("r2", "deleted", 0)]


def test_that_children_are_not_touched_and_restoring_brings_back(store: Store, path: Path) -> None:
    add_run(path, "child", tags={"mlflow.parentRunId": "r0"})
    edit_runs(Writer(store), DeleteRuns(("r0",)))
    assert rows(path, "SELECT lifecycle_stage FROM runs WHERE run_uuid = 'child'") == [("active",)]
    done = edit_runs(Writer(store), RestoreRuns(("r0", "r1")))
    assert done.sentence == "1 run restored"
    assert rows(path, "SELECT lifecycle_stage, deleted_time FROM runs WHERE run_uuid = 'r0'") == [("active", None)]


def test_that_assessments_go_with_their_run_and_come_back_with_an_undo(store: Store, path: Path) -> None:
    change_store(
        path, "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status) VALUES ('t', 0, 1, 'OK')"
    )
    row = {
        "trace_id": "t", "name": "n", "assessment_type": "feedback", "value": "1", "created_timestamp": 1,
        "last_updated_timestamp": 1, "source_type": "HUMAN", "valid": 1, "is_numeric_value": 0,
    }  # fmt: skip
    insert(
        path,
        "assessments",
        row | {"assessment_id": "a0", "assessment_metadata": '{"mlflow.assessment.sourceRunId": "r0"}'},
        row | {"assessment_id": "a1", "assessment_metadata": '{"mlflow.assessment.sourceRunId": "r1"}'},
    )
    before = rows(path, "SELECT * FROM assessments ORDER BY 1")
    done = edit_runs(Writer(store), DeleteRuns(("r0",)))
    assert rows(path, "SELECT assessment_id FROM assessments") == [("a1",)]
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert rows(path, "SELECT * FROM assessments ORDER BY 1") == before


def test_that_a_run_deleted_meanwhile_is_refused_in_one_sentence(store: Store, path: Path) -> None:
    change_store(path, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'r0'")
    for edit in (RenameRun("r0", "x"), SetTag(("r0",), "a", "b"), DeleteTag(("r0",), "a"), SetNote(("r0",), "n")):
        with pytest.raises(WriteRefused, match="This run is deleted; restore it before changing it"):
            edit_runs(Writer(store), edit)
    with pytest.raises(WriteRefused, match="not in the store any more"):
        edit_runs(Writer(store), SetTag(("nowhere",), "a", "b"))
    assert tags(path, "a") == {}


def test_that_of_several_runs_the_deleted_ones_are_left_and_counted(store: Store, path: Path) -> None:
    change_store(path, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'r0'")
    done = edit_runs(Writer(store), SetTag(("r0", "r1"), "a", "b"))
    assert tags(path, "a") == {"r1": "b"}
    assert done.sentence == "Tag “a” set on 1 run; 1 run was deleted meanwhile and stays as it is"


def test_that_an_edit_without_effect_says_so_and_offers_no_undo(store: Store) -> None:
    done = edit_runs(Writer(store), RestoreRuns(("r0",)))
    assert done.sentence == "Nothing to change: it is as asked for already"
    assert done.undo is None


@pytest.mark.parametrize(("width", "limit"), [("VARCHAR(5000)", 5000), ("VARCHAR(8000)", 8000)])
def test_that_the_columns_width_is_the_limit_of_a_value(tmp_path: Path, width: str, limit: int) -> None:
    path = new_store(tmp_path / "narrow.db")
    change_store(
        path,
        "DROP TABLE tags",
        f"CREATE TABLE tags (key VARCHAR(250) NOT NULL, value {width}, run_uuid VARCHAR(32) NOT NULL,"
        " CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid))",
    )
    add_run(path, "r")
    with open_store(path) as store:
        edit_runs(Writer(store), SetTag(("r",), "k" * 250, "ü" * limit))
        edit_runs(Writer(store), SetNote(("r",), "n" * limit))
        with pytest.raises(WriteRefused, match=f"at most {limit:,}"):
            edit_runs(Writer(store), SetTag(("r",), "key", "v" * (limit + 1)))
        with pytest.raises(WriteRefused, match="at most 250"):
            edit_runs(Writer(store), SetTag(("r",), "k" * 251, "v"))
        with pytest.raises(WriteRefused, match="at most 250"):
            edit_runs(Writer(store), RenameRun("r", "n" * 251))
        edit_runs(Writer(store), RenameRun("r", "n" * 250))
    assert rows(path, "SELECT count(*) FROM tags") == [(3,)]


@pytest.mark.parametrize("key", ["", "/a", "a//b", "..", ".", "a/../b", "a\nb", "50%", "a=b"])
def test_that_keys_mlflow_refuses_are_refused(store: Store, path: Path, key: str) -> None:
    with pytest.raises(WriteRefused, match="tag"):
        edit_runs(Writer(store), SetTag(("r0",), key, "v"))


def test_that_text_that_cannot_be_stored_is_refused(store: Store, path: Path) -> None:
    with pytest.raises(WriteRefused, match="cannot be stored"):
        edit_runs(Writer(store), SetTag(("r0",), "a", "\ud800"))
    assert tags(path, "a") == {}


def test_that_many_runs_are_written_whole_in_several_transactions(store: Store, path: Path) -> None:
    ids = add_many_runs(path, 3000)
    told: list[tuple[int, int, str]] = []
    writer = Writer(store, token=Token(lambda *progress: told.append(progress)))
    done = edit_runs(writer, SetTag(ids, "team", "a"))
    assert len(tags(path, "team")) == 3000
    assert done.sentence == "Tag “team” set on 3,000 runs"
    assert told[-1] == (3000, 3000, "Tagging: 3,000 of 3,000 written")
    assert len(told) > 1
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert tags(path, "team") == {}


def test_that_stopping_midway_tells_what_is_written_and_can_go_on(store: Store, path: Path) -> None:
    ids = add_many_runs(path, 3000)
    token = Token(lambda *_: token.cancel())
    done = edit_runs(Writer(store, token=token), SetTag(ids, "team", "a"))
    written = len(tags(path, "team"))
    assert 0 < written < 3000
    assert done.sentence.startswith(f"Tag “team” set on {written} runs; {3000 - written:,} runs not reached: stopped")
    assert done.rest is not None
    rest = edit_runs(Writer(store), done.rest)  # type: ignore[arg-type]
    assert len(tags(path, "team")) == 3000
    assert done.undo is not None
    assert rest.undo is not None
    put_back(Writer(store), done.undo)
    assert len(tags(path, "team")) == 3000 - written


def test_that_a_failure_midway_keeps_what_is_written_and_says_so(store: Store, path: Path) -> None:
    ids = add_many_runs(path, 3000)
    other = new_store(path.with_name("other.db"))
    token = Token(lambda *_: other.exists() and other.replace(path))
    done = edit_runs(Writer(store, token=token), SetTag(ids, "team", "a"))
    assert "2,750 runs not reached" in done.problem
    assert "Another file lies at" in done.problem


def test_that_nothing_is_written_when_it_is_cancelled_at_once(store: Store, path: Path) -> None:
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        edit_runs(Writer(store, token=token), SetTag(("r0",), "a", "b"))
    assert tags(path, "a") == {}


def test_that_waiting_for_another_writer_can_be_cancelled(store: Store, path: Path) -> None:
    waiting: list[str] = []
    token = Token(lambda _done, _total, text: (waiting.append(text), token.cancel()))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(Cancelled):
            edit_runs(Writer(store, token=token), SetTag(("r0",), "a", "b"))
        assert time.monotonic() - began < 10
        other.execute("ROLLBACK")
    assert waiting[0].startswith("Waiting for another writer")
    assert tags(path, "a") == {}


def test_that_waiting_for_a_reader_at_the_commit_can_be_cancelled(store: Store, path: Path) -> None:
    token = Token(lambda *_: token.cancel())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM runs").fetchall()
        with pytest.raises(Cancelled):
            edit_runs(Writer(store, token=token), SetTag(("r0",), "a", "b"))
        other.execute("ROLLBACK")
        # Nothing of the lock stays behind.
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    assert tags(path, "a") == {}


def test_that_a_lock_that_is_let_go_in_time_is_taken(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Event()
        freeing = threading.Thread(target=lambda: (release.wait(), other.execute("ROLLBACK")))
        freeing.start()
        writer = Writer(store, token=Token(lambda *_: release.set()))
        edit_runs(writer, SetTag(("r0",), "a", "b"))
        freeing.join()
    assert tags(path, "a") == {"r0": "b"}


def test_that_a_lock_held_too_long_ends_in_a_sentence(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="locked by another process"):
            edit_runs(Writer(store, busy_wait_ms=120), SetTag(("r0",), "a", "b"))
        other.execute("ROLLBACK")


def test_that_a_replaced_file_gets_nothing(store: Store, path: Path) -> None:
    other = new_store(path.with_name("other.db"))
    add_run(other, "r0")
    other.replace(path)
    with pytest.raises(StoreReplaced):
        edit_runs(Writer(store), DeleteRuns(("r0",)))
    assert rows(path, "SELECT lifecycle_stage FROM runs") == [("active",)]


def test_that_a_store_with_several_workspaces_is_not_edited(store: Store, path: Path) -> None:
    add_experiment(path, 7, "Twin")
    change_store(path, "UPDATE experiments SET workspace = 'north' WHERE experiment_id = 7")
    with pytest.raises(WriteRefused, match="2 workspaces"):
        edit_runs(Writer(store), SetTag(("r0",), "a", "b"))
    assert tags(path, "a") == {}


def test_that_nobody_selected_is_a_sentence_too(store: Store) -> None:
    with pytest.raises(StoreError, match="No run is selected"):
        edit_runs(Writer(store), DeleteRuns(()))
