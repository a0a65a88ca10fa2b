"""Stores of other versions: columns and tables that are missing, or that nobody knows yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.store.opening import open_store
from tests.stores import SHARED_NAMES, change_store, copy_of_store
from tests.unit.store.test_opening import read_everything

OPTIONAL_TABLES = (
    "datasets", "inputs", "input_tags", "logged_models", "registered_model_aliases", "registered_model_tags",
    "model_version_tags", "model_versions", "registered_models", "alembic_version", "latest_metrics", "experiment_tags",
    "trace_info",
)  # fmt: skip
OPTIONAL_COLUMNS = (
    ("experiments", "creation_time"),
    ("experiments", "last_update_time"),
    ("experiments", "artifact_location"),
    ("runs", "deleted_time"),
    ("runs", "name"),
    ("runs", "user_id"),
    ("runs", "artifact_uri"),
    ("model_versions", "storage_location"),
    ("model_versions", "run_link"),
    ("model_versions", "description"),
    ("registered_models", "description"),
)


@pytest.mark.parametrize("table", OPTIONAL_TABLES)
def test_that_a_store_without_an_optional_table_is_read(table: str, tmp_path: Path) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    change_store(path, f"DROP TABLE {table}")
    assert read_everything(path) == 38


@pytest.mark.parametrize(("table", "column"), OPTIONAL_COLUMNS)
@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_a_store_without_an_optional_column_is_read(name: str, table: str, column: str, tmp_path: Path) -> None:
    path = copy_of_store(name, tmp_path)
    with open_store(path) as store:
        if not store.schema.has(table, column):
            pytest.skip("it was never there")
    indexes = ("idx_experiments_workspace_creation_time",)
    change_store(path, *(f"DROP INDEX IF EXISTS {index}" for index in indexes))
    change_store(path, f"ALTER TABLE {table} DROP COLUMN {column}")
    assert read_everything(path) > 30


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_unknown_tables_and_columns_of_a_newer_store_do_not_disturb(name: str, tmp_path: Path) -> None:
    path = copy_of_store(name, tmp_path)
    tables = (
        "runs",
        "experiments",
        "params",
        "metrics",
        "latest_metrics",
        "tags",
        "registered_models",
        "model_versions",
    )
    change_store(
        path,
        "CREATE TABLE brand_new(x, y)",
        'CREATE TABLE "odd ""name"(x)',
        "CREATE TABLE keyed(x TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE own(rowid TEXT)",
        "INSERT INTO own VALUES ('x')",
        "CREATE VIEW run_view AS SELECT * FROM runs",
        "UPDATE alembic_version SET version_num = 'from the future'",
        *(f"ALTER TABLE {table} ADD COLUMN future TEXT DEFAULT 'x'" for table in tables),
    )
    assert read_everything(path) > 30
    with open_store(path) as store:
        assert store.schema.head == "from the future"
        assert store.schema.has("brand_new") and not store.schema.has("run_view")


def test_that_a_view_named_like_an_optional_table_does_not_count(tmp_path: Path) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    change_store(path, "DROP TABLE logged_models", "CREATE VIEW logged_models AS SELECT 1 AS model_id")
    assert read_everything(path) == 38
    with open_store(path) as store:
        assert not store.schema.has("logged_models") and "logged_models" in store.schema.views


def test_that_triggers_are_listed_with_their_table(tmp_path: Path) -> None:
    path = copy_of_store("mlflow-2.22", tmp_path)
    change_store(path, "CREATE TRIGGER spy AFTER INSERT ON tags BEGIN DELETE FROM params; END")
    with open_store(path) as store:
        assert dict(store.schema.triggers) == {"tags": ("spy",)}
    assert read_everything(path) > 30


def test_that_old_schemas_keep_their_indexes_in_view(tmp_path: Path) -> None:
    with open_store(copy_of_store("mlflow-1.30", tmp_path)) as store:
        schema = store.schema
    assert schema.index_over("metrics", "run_uuid") == "index_metrics_run_uuid"
    assert schema.index_over("metrics", "run_uuid", "key", "step") is None
    assert schema.index_over("params", "key", "run_uuid") is not None
