"""The numbers of a whole store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.store.facts import store_facts
from bakehouse.store.opening import open_store
from tests.stores import add_run, change_store, insert, new_store, shared_store

TOKEN = Token()


@pytest.mark.parametrize(
    ("name", "head", "runs", "params", "models", "versions", "not_shown"),
    [
        ("mlflow-1.30", "97727af70f4d", 34, 119, 2, 4, {}),
        ("mlflow-2.22", "0584bdc529eb", 36, 118, 2, 4, {"traces": 1}),
        ("mlflow-3.17", "dc11669786a5", 36, 118, 3, 5, {"traces": 1}),
    ],
)
def test_that_the_facts_of_real_stores_are_right(
    name: str, head: str, runs: int, params: int, models: int, versions: int, not_shown: dict[str, int]
) -> None:
    path = shared_store(name)
    with open_store(path) as store:
        facts = store_facts(store, TOKEN)
    assert facts.schema_head == head and facts.size_bytes == path.stat().st_size
    assert facts.experiments == {"active": 3, "deleted": 1}
    assert facts.runs == {"active": runs, "deleted": 2}
    assert (facts.params, facts.metric_points) == (params, 1647)
    assert (facts.registered_models, facts.model_versions) == (models, versions)
    assert facts.not_shown == not_shown


def test_that_an_empty_store_has_its_default_experiment() -> None:
    with open_store(shared_store("empty-3.17")) as store:
        facts = store_facts(store, TOKEN)
    assert facts.experiments == {"active": 1, "deleted": 0}
    assert facts.runs == {"active": 0, "deleted": 0} and facts.not_shown == {}


def test_that_a_run_counts_by_its_own_stage_even_in_a_deleted_experiment(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a")
    add_run(path, "b", stage="deleted")
    insert(path, "runs", {"run_uuid": "no stage"})
    change_store(path, "UPDATE experiments SET lifecycle_stage = 'deleted'")
    with open_store(path) as store:
        facts = store_facts(store, TOKEN)
    assert facts.runs == {"active": 2, "deleted": 1}
    assert facts.experiments == {"active": 0, "deleted": 1}


def test_that_prompts_and_tables_nobody_knows_are_named_as_not_shown(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    insert(path, "registered_models", {"name": "p"}, {"name": "m"})
    insert(path, "registered_model_tags", {"name": "p", "key": "mlflow.prompt.is_prompt", "value": "true"})
    insert(path, "model_versions", *({"name": n, "version": 1, "current_stage": "None"} for n in "pm"))
    insert(path, "model_versions", {"name": "m", "version": 2, "current_stage": "Deleted_Internal"})
    change_store(path, "CREATE TABLE dreams(x)", "INSERT INTO dreams VALUES (1), (2)", "CREATE TABLE hollow(x)")
    with open_store(path) as store:
        facts = store_facts(store, TOKEN)
    assert (facts.registered_models, facts.model_versions) == (1, 1)
    assert facts.not_shown == {"prompts": 1, "dreams": 2}


def test_that_the_head_is_unknown_when_there_is_none_or_more_than_one(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    for statement in (
        "INSERT INTO alembic_version VALUES ('another')",
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
    ):
        change_store(path, statement)
        with open_store(path) as store:
            assert store_facts(store, TOKEN).schema_head is None


_RESTLESS_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
step = 0
while True:
    step += 1
    connection.execute("BEGIN")
    columns = "key, value, timestamp, step, run_uuid, is_nan"
    connection.execute(f"INSERT INTO metrics({columns}) VALUES ('m', 1, 1, ?, 'r', 0)", (step,))
    connection.execute("COMMIT")
    if step == 1:
        print(flush=True)
"""


def test_that_a_writer_who_commits_all_the_time_is_read_beside(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "r")
    command = [sys.executable, "-c", _RESTLESS_WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline()
            for _ in range(3):
                with open_store(path) as store:
                    assert store_facts(store, TOKEN).metric_points > 0
            assert writer.poll() is None
        finally:
            writer.kill()
