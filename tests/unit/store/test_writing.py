"""The writer handle: one transaction per act, refused rather than risked."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import (
    DiskFull,
    StoreDenied,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreReplaced,
    WriteRefused,
)
from bakehouse.domain.models import Stage
from bakehouse.domain.registry_edits import CreateModel
from bakehouse.store import registrations
from bakehouse.store.handle import Store
from bakehouse.store.model_edits import edit_model
from bakehouse.store.opening import open_store
from bakehouse.store.writing import TriggerFound, Writer
from tests.stores import change_store, new_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_store(tmp_path / "mlflow.db")


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path) as opened:
        yield opened


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def names(path: Path) -> list[object]:
    return [name for (name,) in rows(path, "SELECT name FROM registered_models ORDER BY name")]


def create_model(writer: Writer, name: str, description: str = "", tags: Mapping[str, str] | None = None) -> Changes:
    return edit_model(writer, CreateModel(name, description, tuple((tags or {}).items())))


def test_that_a_write_says_what_changed_and_is_there(store: Store, path: Path) -> None:
    changes = create_model(Writer(store), "Bread", description="Rye", tags={"a": "b"})
    assert changes.model_names == {"Bread"}
    assert "Bread" in changes.sentence
    assert rows(path, "SELECT name, description, workspace FROM registered_models") == [("Bread", "Rye", "default")]
    assert rows(path, "SELECT creation_time = last_updated_time FROM registered_models") == [(1,)]
    assert rows(path, "SELECT key, value, name FROM registered_model_tags") == [("a", "b", "Bread")]


def test_that_an_act_that_fails_midway_leaves_nothing(store: Store, path: Path) -> None:
    with pytest.raises(WriteRefused, match="not in this store"):
        registrations.create_model_version(Writer(store), "Bread", "models:/m-gone", new_model=True)
    assert names(path) == []


def test_that_any_exception_inside_the_transaction_rolls_it_back(store: Store, path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Writer(store).transaction() as transaction:
        transaction.insert("registered_models", {"name": "Bread", "workspace": "default"})
        raise ZeroDivisionError
    assert names(path) == []


def test_that_a_store_opened_for_reading_is_not_written(path: Path) -> None:
    before = path.read_bytes()
    with open_store(path, read_only=True) as store, pytest.raises(StoreReadOnly):
        create_model(Writer(store), "Bread")
    assert path.read_bytes() == before


def test_that_a_locked_store_is_waited_for_and_then_named(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked):
            create_model(Writer(store, busy_wait_ms=30), "Bread")
        other.execute("ROLLBACK")
        create_model(Writer(store, busy_wait_ms=30), "Bread")
    assert names(path) == ["Bread"]


def test_that_a_reader_that_never_ends_makes_the_commit_fail_whole(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM registered_models").fetchall()
        with pytest.raises(StoreLocked):
            create_model(Writer(store, busy_wait_ms=30), "Bread")
        other.execute("ROLLBACK")
    assert names(path) == []


def test_that_a_trigger_on_a_written_table_is_named_and_can_be_allowed(store: Store, path: Path) -> None:
    change_store(
        path,
        "CREATE TRIGGER sneaky AFTER INSERT ON registered_models BEGIN DELETE FROM experiments; END",
    )
    with pytest.raises(TriggerFound, match="sneaky") as raised:
        create_model(Writer(store), "Bread")
    assert raised.value.names == ("sneaky",)
    assert names(path) == []
    create_model(Writer(store, allow_triggers=frozenset({"sneaky"})), "Bread")
    assert names(path) == ["Bread"]


def test_that_a_trigger_on_another_table_does_not_matter(store: Store, path: Path) -> None:
    change_store(path, "CREATE TRIGGER other AFTER INSERT ON metrics BEGIN DELETE FROM experiments; END")
    create_model(Writer(store), "Bread")
    assert names(path) == ["Bread"]


def test_that_a_view_in_place_of_a_table_is_refused(store: Store, path: Path) -> None:
    change_store(
        path,
        "ALTER TABLE registered_models RENAME TO elsewhere",
        "CREATE VIEW registered_models AS SELECT * FROM elsewhere",
    )
    with pytest.raises(WriteRefused, match="registered_models"):
        create_model(Writer(store), "Bread")


def test_that_a_replaced_file_is_left_alone(store: Store, path: Path) -> None:
    other = new_store(path.with_name("other.db"))
    other.replace(path)
    before = path.read_bytes()
    with pytest.raises(StoreReplaced):
        create_model(Writer(store), "Bread")
    assert path.read_bytes() == before


def test_that_a_vanished_file_is_not_made_anew(store: Store, path: Path) -> None:
    path.unlink()
    with pytest.raises(StoreMissing):
        create_model(Writer(store), "Bread")
    assert not path.exists()


def test_that_a_full_disk_is_said_and_leaves_the_store_as_it_was(store: Store, path: Path) -> None:
    # SQLite's own page limit answers SQLITE_FULL as a full disk does.
    pages = rows(path, "PRAGMA page_count")[0][0]

    class FullWriter(Writer):
        def _connect(self) -> sqlite3.Connection:
            connection = super()._connect()
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

    with pytest.raises(DiskFull):
        create_model(FullWriter(store), "Bread", tags={str(n): "v" * 5000 for n in range(40)})
    assert names(path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_file_made_read_only_meanwhile_is_denied(store: Store, path: Path) -> None:
    path.chmod(0o400)
    with pytest.raises((StoreDenied, StoreReadOnly)):
        create_model(Writer(store), "Bread")


def test_that_text_longer_than_its_column_is_refused_with_both_numbers(store: Store, path: Path) -> None:
    with pytest.raises(WriteRefused, match=r"5,001 characters.*at most 5,000"):
        create_model(Writer(store), "Bread", description="x" * 5001)
    assert names(path) == []


def test_that_text_that_is_no_unicode_is_refused(store: Store) -> None:
    with pytest.raises(WriteRefused, match="cannot be stored"):
        create_model(Writer(store), "Bread", description="\ud800")


def test_that_a_broken_rule_of_the_store_is_a_sentence(store: Store) -> None:
    with pytest.raises(WriteRefused, match="FOREIGN KEY"), Writer(store).transaction() as transaction:
        transaction.insert("registered_model_tags", {"name": "nobody", "key": "k", "workspace": "default"})


def test_that_the_journal_mode_stays(store: Store, path: Path) -> None:
    create_model(Writer(store), "Bread")
    assert rows(path, "PRAGMA journal_mode") == [("delete",)]
    assert sorted(p.name for p in path.parent.iterdir()) == ["mlflow.db"]


def test_that_a_wal_store_is_written_and_read_back_through_the_open_store(path: Path) -> None:
    change_store(path, "PRAGMA journal_mode = WAL")
    with open_store(path) as store:
        create_model(Writer(store), "Bread")
        assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert names(path) == ["Bread"]


def test_that_two_writers_at_once_get_different_version_numbers(store: Store, path: Path) -> None:
    create_model(Writer(store), "Bread")
    program = (
        "import sys; from pathlib import Path; from bakehouse.store.opening import open_store;"
        "from bakehouse.store.writing import Writer; from bakehouse.store import registrations as r\n"
        "store = open_store(Path(sys.argv[1]))\n"
        "for n in range(10): r.create_model_version(Writer(store), 'Bread', f's3://b/{n}')\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(2)]
    assert [child.wait(120) for child in children] == [0, 0]
    assert rows(path, "SELECT version FROM model_versions ORDER BY version") == [(n,) for n in range(1, 21)]


def test_that_two_versions_take_each_other_s_place_or_none_moves(store: Store, path: Path) -> None:
    writer = Writer(store)
    for number in range(2):
        registrations.create_model_version(writer, "Bread", f"s3://b/{number}", new_model=number == 0)
    registrations.transition_stage(writer, "Bread", 1, Stage.PRODUCTION)
    registrations.transition_stage(writer, "Bread", 2, Stage.STAGING)
    swap = (2, Stage.STAGING), (1, Stage.PRODUCTION)
    changes = registrations.exchange_stages(writer, "Bread", *swap, comment="better")
    stages = "SELECT version, current_stage FROM model_versions ORDER BY version"
    assert rows(path, stages) == [(1, "Staging"), (2, "Production")]
    assert rows(path, "SELECT version, value FROM model_version_tags ORDER BY version") == [
        (1, "better"),
        (2, "better"),
    ]
    assert changes.sentence == "Bread version 2 moved to Production, version 1 to Staging"
    with pytest.raises(WriteRefused, match="by now"):
        registrations.exchange_stages(writer, "Bread", (2, Stage.PRODUCTION), (1, Stage.ARCHIVED))
    assert rows(path, stages) == [(1, "Staging"), (2, "Production")]


def test_that_a_taken_name_and_a_prompt_s_name_are_refused(store: Store, path: Path) -> None:
    create_model(Writer(store), "Bread")
    create_model(Writer(store), "Greeting", tags={"mlflow.prompt.is_prompt": "true"})
    with pytest.raises(WriteRefused, match="by now"):
        create_model(Writer(store), "Bread")
    with pytest.raises(WriteRefused, match="prompt"):
        create_model(Writer(store), "Greeting")
    with pytest.raises(WriteRefused, match="prompt"):
        registrations.create_model_version(Writer(store), "Greeting", "s3://b/x")


def test_that_a_transition_refuses_when_the_store_moved_on(store: Store, path: Path) -> None:
    writer = Writer(store)
    create_model(writer, "Bread")
    for _ in range(2):
        registrations.create_model_version(writer, "Bread", "s3://b/x")
    registrations.transition_stage(writer, "Bread", 1, Stage.STAGING)
    with pytest.raises(WriteRefused, match="by now"):
        registrations.transition_stage(writer, "Bread", 1, Stage.PRODUCTION, expected_stage="None")
    with pytest.raises(WriteRefused, match="by now"):
        registrations.transition_stage(
            writer, "Bread", 2, Stage.STAGING, archive_existing=True, expected_archived=frozenset()
        )
    with pytest.raises(WriteRefused, match="Staging or Production"):
        registrations.transition_stage(writer, "Bread", 1, Stage.ARCHIVED, archive_existing=True)
    with pytest.raises(WriteRefused, match="not in this store"):
        registrations.transition_stage(writer, "Bread", 9, Stage.STAGING)
    stages = rows(path, "SELECT current_stage FROM model_versions ORDER BY version")
    assert stages == [("Staging",), ("None",)]


def test_that_the_comment_tag_speaks_of_the_last_transition_only(store: Store, path: Path) -> None:
    writer = Writer(store)
    registrations.create_model_version(writer, "Bread", "s3://b/x", new_model=True)
    registrations.transition_stage(writer, "Bread", 1, Stage.STAGING, comment=" fine \n")
    tags = "SELECT key, value FROM model_version_tags"
    assert rows(path, tags) == [(registrations.TRANSITION_COMMENT_TAG, "fine")]
    registrations.transition_stage(writer, "Bread", 1, Stage.ARCHIVED)
    assert rows(path, tags) == []


def test_that_a_name_in_two_workspaces_is_two_models(store: Store, path: Path) -> None:
    writer = Writer(store)
    registrations.create_model_version(writer, "Bread", "s3://b/x", new_model=True, workspace="north")
    registrations.create_model_version(writer, "Bread", "s3://b/y", new_model=True, workspace="south")
    registrations.transition_stage(writer, "Bread", 1, Stage.STAGING, workspace="south")
    query = "SELECT workspace, version, current_stage FROM model_versions ORDER BY workspace"
    assert rows(path, query) == [("north", 1, "None"), ("south", 1, "Staging")]


def test_that_the_greatest_number_counts_deleted_versions_and_names_without_any(store: Store, path: Path) -> None:
    writer = Writer(store)
    create_model(writer, "Empty")
    registrations.create_model_version(writer, "Bread", "s3://b/x", new_model=True)
    registrations.create_model_version(writer, "Bread", "s3://b/x")
    change_store(path, "UPDATE model_versions SET current_stage = 'Deleted_Internal' WHERE version = 2")
    greatest = registrations.greatest_versions(store.reader(), Token())
    assert greatest == {("default", "Bread"): 2, ("default", "Empty"): 0}
    assert registrations.create_model_version(writer, "Bread", "s3://b/x").version == 3


def test_that_an_unreadable_version_list_of_a_logged_model_is_left_as_it_is(store: Store, path: Path) -> None:
    change_store(
        path,
        "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,"
        " last_updated_timestamp_ms, status) VALUES ('m-1', 0, 'm', 's3://b/m', 1, 1, 2)",
        "INSERT INTO logged_model_tags VALUES ('m-1', 0, 'mlflow.modelVersions', '{broken')",
    )
    registrations.create_model_version(Writer(store), "Bread", "models:/m-1", new_model=True)
    assert rows(path, "SELECT tag_value FROM logged_model_tags") == [("{broken",)]
    assert rows(path, "SELECT storage_location FROM model_versions") == [("s3://b/m",)]


def test_that_writing_does_not_import_sqlalchemy_before_the_first_write() -> None:
    program = "import sys, bakehouse.store.writing, bakehouse.registry.registering; print('sqlalchemy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_that_every_refusal_is_an_error_of_the_world() -> None:
    assert issubclass(TriggerFound, StoreError)
