"""Edits of experiments: whole experiments or nothing, names unique as with MLflow, and the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.domain.edits import (
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    DescribeExperiment,
    ExperimentEdit,
    RenameExperiment,
    RestoreExperiment,
    SetExperimentTag,
)
from bakehouse.domain.errors import WriteRefused
from bakehouse.store.experiment_edits import edit_experiments
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.undoing import put_back
from bakehouse.store.writing import Writer
from tests.stores import add_experiment, add_run, change_store, new_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "Bread")
    add_run(path, "a", experiment_id=1)
    add_run(path, "b", experiment_id=1, stage="deleted")
    change_store(path, "UPDATE runs SET deleted_time = 5 WHERE run_uuid = 'b'")
    add_run(path, "c")
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path) as opened:
        yield opened


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


STAGES = "SELECT run_uuid, lifecycle_stage, deleted_time > 5 FROM runs ORDER BY 1"


def test_that_an_experiment_is_made_below_the_place_of_the_others(store: Store, path: Path) -> None:
    done = edit_experiments(Writer(store), CreateExperiment("Cake", tags=(("a", "b"),)))
    assert done.sentence == "Experiment Cake created"
    assert done.experiment_ids == {2}
    query = (
        "SELECT name, artifact_location, lifecycle_stage, creation_time = last_update_time, workspace FROM experiments"
    )
    assert rows(path, f"{query} WHERE experiment_id = 2") == [("Cake", "./mlruns/2", "active", 1, "default")]
    assert rows(path, "SELECT * FROM experiment_tags") == [("a", "b", 2)]


def test_that_a_store_without_another_place_takes_the_folder_beside_it(store: Store, path: Path) -> None:
    change_store(path, "UPDATE experiments SET artifact_location = 's3://bucket/all'")
    edit_experiments(Writer(store), CreateExperiment("Cake"))
    place = str(path.parent / "mlruns" / "2")
    assert rows(path, "SELECT artifact_location FROM experiments WHERE experiment_id = 2") == [(place,)]


@pytest.mark.parametrize("stage", ["active", "deleted"])
def test_that_a_name_is_taken_also_by_a_deleted_experiment(store: Store, path: Path, stage: str) -> None:
    change_store(path, f"UPDATE experiments SET lifecycle_stage = '{stage}' WHERE experiment_id = 1")
    for edit in (CreateExperiment("Bread"), RenameExperiment(0, "Bread")):
        with pytest.raises(WriteRefused, match="is called Bread"):
            edit_experiments(Writer(store), edit)
    assert rows(path, "SELECT count(*) FROM experiments") == [(2,)]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (CreateExperiment("  "), "needs a name"),
        (CreateExperiment("x" * 501), "at most 500"),
        (CreateExperiment("x", "runs:/abc"), "runs:/"),
        (CreateExperiment("x", "some/folder"), "full path"),
        (CreateExperiment("x", "s3://" + "x" * 2044), "at most 2,048"),
        (CreateExperiment("x", tags=(("a//b", ""),)), "path"),
        (SetExperimentTag(1, "k", "v" * 20_001), "at most 20,000"),
        (SetExperimentTag(1, "", "v"), "needs a key"),
        (RenameExperiment(1, ""), "needs a name"),
        (RenameExperiment(9, "x"), "not in the store"),
        (DeleteExperiment(9), "not in the store"),
        (RestoreExperiment(1), "active already"),
    ],
)
def test_that_what_mlflow_refuses_is_refused_in_one_sentence(
    store: Store, path: Path, edit: ExperimentEdit, words: str
) -> None:
    before = rows(path, "SELECT * FROM experiments")
    with pytest.raises(WriteRefused, match=words):
        edit_experiments(Writer(store), edit)
    assert rows(path, "SELECT * FROM experiments") == before
    assert rows(path, "SELECT * FROM experiment_tags") == []


def test_that_values_at_the_limit_are_taken(store: Store, path: Path) -> None:
    edit_experiments(Writer(store), CreateExperiment("x" * 500))
    edit_experiments(Writer(store), DescribeExperiment(1, "ü" * 20_000))
    assert rows(path, "SELECT length(value) FROM experiment_tags") == [(20_000,)]


def test_that_a_rename_comes_back_unless_someone_renamed_it_again(store: Store, path: Path) -> None:
    before = rows(path, "SELECT * FROM experiments")
    done = edit_experiments(Writer(store), RenameExperiment(1, "Rye"))
    assert rows(path, "SELECT name, last_update_time > creation_time FROM experiments WHERE experiment_id = 1") == [
        ("Rye", 1)
    ]
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert rows(path, "SELECT * FROM experiments") == before
    with pytest.raises(WriteRefused, match="Someone else changed it since"):
        put_back(Writer(store), done.undo)


def test_that_deleting_takes_all_runs_and_an_undo_restores_only_those_it_deleted(store: Store, path: Path) -> None:
    before = rows(path, "SELECT * FROM runs"), rows(path, "SELECT * FROM experiments")
    done = edit_experiments(Writer(store), DeleteExperiment(1))
    assert done.sentence == "Experiment Bread with 2 runs deleted"
    assert rows(path, STAGES) == [("a", "deleted", 1), ("b", "deleted", 1), ("c", "active", None)]
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert (rows(path, "SELECT * FROM runs"), rows(path, "SELECT * FROM experiments")) == before


def test_that_restoring_brings_back_every_run_as_mlflow_does(store: Store, path: Path) -> None:
    edit_experiments(Writer(store), DeleteExperiment(1))
    edit_experiments(Writer(store), RestoreExperiment(1))
    assert rows(path, STAGES) == [("a", "active", None), ("b", "active", None), ("c", "active", None)]


def test_that_a_deleted_experiment_is_not_changed(store: Store, path: Path) -> None:
    edit_experiments(Writer(store), DeleteExperiment(1))
    for edit in (RenameExperiment(1, "x"), DescribeExperiment(1, "x"), SetExperimentTag(1, "a", "b")):
        with pytest.raises(WriteRefused, match="restore it before"):
            edit_experiments(Writer(store), edit)


def test_that_a_tag_is_removed_and_comes_back(store: Store, path: Path) -> None:
    edit_experiments(Writer(store), SetExperimentTag(1, "a", "b"))
    done = edit_experiments(Writer(store), DeleteExperimentTag(1, "a"))
    assert rows(path, "SELECT * FROM experiment_tags") == []
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert rows(path, "SELECT * FROM experiment_tags") == [("a", "b", 1)]


def test_that_stores_older_than_the_times_are_edited_too(tmp_path: Path) -> None:
    path = new_store(tmp_path / "old.db")
    change_store(
        path,
        "CREATE TABLE plain (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) NOT NULL UNIQUE,"
        " artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32))",
        "INSERT INTO plain VALUES (0, 'Default', './mlruns/0', 'active')",
        "DROP TABLE experiments",
        "ALTER TABLE plain RENAME TO experiments",
    )
    with open_store(path) as store:
        edit_experiments(Writer(store), CreateExperiment("Rye"))
        done = edit_experiments(Writer(store), DeleteExperiment(1))
        assert done.undo is not None
        put_back(Writer(store), done.undo)
    assert rows(path, "SELECT * FROM experiments") == [
        (0, "Default", "./mlruns/0", "active"),
        (1, "Rye", "./mlruns/1", "active"),
    ]
