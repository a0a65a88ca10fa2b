"""What Bakehouse writes for edits of runs and experiments is, cell by cell, what a real MLflow client writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bakehouse.domain import edits
from bakehouse.domain.cancellation import Token
from bakehouse.domain.edits import Edit
from bakehouse.store.experiment_edits import edit_experiments
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.run_edits import edit_runs
from bakehouse.store.runs import read_run_ids
from bakehouse.store.writing import Writer
from tests.clients import Client
from tests.store_dumps import Times, dump
from tests.stores import change_store, shared_store

pytestmark = pytest.mark.integration

GetClient = Callable[[str], Client]
STORES = {"1.30.1": "mlflow-1.30", "2.22.5": "mlflow-2.22", "3.17.2": "mlflow-3.17"}

# Does each step with the real client and keeps a copy of the store after every one.
THEIR_STEPS = """
import json, shutil, sys
import mlflow
from mlflow import MlflowClient
path, steps = sys.argv[1], json.loads(sys.argv[2])
mlflow.set_tracking_uri("sqlite:///" + path)
client = MlflowClient()
for number, (name, arguments) in enumerate(steps):
    getattr(client, name)(**arguments)
    shutil.copyfile(path, f"theirs-{number}.db")
print(json.dumps(len(steps)))
"""

THEIR_READING = """
import json, sys
import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client = MlflowClient()
runs = client.search_runs(["1", "2", "3", "4"], run_view_type=ViewType.ALL, max_results=1000)
print(json.dumps({
    "runs": {r.info.run_id: [r.info.run_name, r.info.lifecycle_stage, dict(r.data.tags)] for r in runs},
    "experiments": {
        e.experiment_id: [e.name, e.lifecycle_stage, e.artifact_location, dict(e.tags)]
        for e in (client.get_experiment(number) for number in ("1", "2", "3", "4"))
    },
}))
"""


def steps_for(runs: list[str], limit: int, *, removes: bool) -> list[tuple[str, dict[str, Any]]]:
    """The acts to compare, as a client's method and its arguments."""
    first, second, third = runs[:3]
    # Clients before 3 can set a tag of an experiment and not remove it.
    removals = [("delete_experiment_tag", {"experiment_id": "1", "key": "owner"})] if removes else []
    return [
        ("set_tag", {"run_id": first, "key": "team", "value": "a"}),
        ("set_tag", {"run_id": first, "key": "team", "value": "ü“µ”\n"}),
        ("set_tag", {"run_id": first, "key": "long/key. -_", "value": "x" * limit}),
        ("set_tag", {"run_id": second, "key": "mlflow.note.content", "value": "# Title\n\n*text*"}),
        ("set_tag", {"run_id": second, "key": "empty", "value": ""}),
        ("delete_tag", {"run_id": first, "key": "team"}),
        ("update_run", {"run_id": second, "name": "A better name"}),
        ("set_tag", {"run_id": third, "key": "mlflow.runName", "value": "named by its tag"}),
        ("delete_run", {"run_id": first}),
        ("restore_run", {"run_id": first}),
        ("delete_run", {"run_id": third}),
        ("create_experiment", {"name": "new one", "tags": {"a": "1", "ü": "µ"}}),
        ("create_experiment", {"name": "elsewhere", "artifact_location": "s3://bucket/place"}),
        ("rename_experiment", {"experiment_id": "4", "new_name": "renamed"}),
        ("set_experiment_tag", {"experiment_id": "1", "key": "mlflow.note.content", "value": "About churn"}),
        ("set_experiment_tag", {"experiment_id": "1", "key": "owner", "value": "ada"}),
        ("set_experiment_tag", {"experiment_id": "1", "key": "owner", "value": "ünal"}),
        ("set_experiment_tag", {"experiment_id": "1", "key": "long", "value": "x" * 5000}),
        ("delete_experiment", {"experiment_id": "1"}),
        ("restore_experiment", {"experiment_id": "1"}),
        ("delete_experiment", {"experiment_id": "4"}),
        *removals,
    ]


def ours(step: str, given: Mapping[str, Any]) -> Edit:
    """The same act as a value of ours."""
    run_ids = (given.get("run_id", ""),)
    number = int(given.get("experiment_id", 0))
    match step:
        case "set_tag" if given["key"] == edits.NOTE_TAG:
            return edits.SetNote(run_ids, given["value"])
        case "set_tag":
            return edits.SetTag(run_ids, given["key"], given["value"])
        case "delete_tag":
            return edits.DeleteTag(run_ids, given["key"])
        case "update_run":
            return edits.RenameRun(given["run_id"], given["name"])
        case "delete_run":
            return edits.DeleteRuns(run_ids)
        case "restore_run":
            return edits.RestoreRuns(run_ids)
        case "create_experiment":
            tags = tuple(given.get("tags", {}).items())
            return edits.CreateExperiment(given["name"], given.get("artifact_location", ""), tags)
        case "rename_experiment":
            return edits.RenameExperiment(number, given["new_name"])
        case "set_experiment_tag" if given["key"] == edits.NOTE_TAG:
            return edits.DescribeExperiment(number, given["value"])
        case "set_experiment_tag":
            return edits.SetExperimentTag(number, given["key"], given["value"])
        case "delete_experiment_tag":
            return edits.DeleteExperimentTag(number, given["key"])
        case "delete_experiment":
            return edits.DeleteExperiment(number)
        case "restore_experiment":
            return edits.RestoreExperiment(number)
    raise AssertionError(step)


def carry_out(store: Store, edit: Edit) -> None:
    if isinstance(edit, edits.RunEdit):
        edit_runs(Writer(store), edit)
    else:
        edit_experiments(Writer(store), edit)


def two_copies(name: str, folder: Path) -> tuple[Path, Path]:
    """Two copies of a shared store whose Default experiment lies where a client in `folder` would put it."""
    ours, theirs = folder / "ours.db", folder / "theirs.db"
    ours.write_bytes(shared_store(name).read_bytes())
    if name != "mlflow-1.30":
        place = f"{folder}/mlruns/0"
        change_store(ours, ("UPDATE experiments SET artifact_location = ? WHERE experiment_id = 0", (place,)))
    if name == "mlflow-3.17":
        add_assessments(ours)
    theirs.write_bytes(ours.read_bytes())
    return ours, theirs


def add_assessments(path: Path) -> None:
    """One assessment of each of the first runs, one of no run, and one that names a run in another way."""
    runs = first_runs(path)
    values = "('a{0}', 'tr', 'n', 'feedback', '1', 1, 1, 'HUMAN', '{1}', 1, '{2}', 0)"
    said = [f'{{"mlflow.assessment.sourceRunId": "{run}"}}' for run in runs[:3]]
    said += ["{}", f'{{"other": "{runs[0]}"}}']
    rows = [values.format(number, runs[0], text) for number, text in enumerate(said)]
    columns = (
        "assessment_id, trace_id, name, assessment_type, value, created_timestamp, last_updated_timestamp,"
        " source_type, run_id, valid, assessment_metadata, is_numeric_value"
    )
    change_store(
        path,
        "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status) VALUES ('tr', 1, 1, 'OK')",
        *(f"INSERT INTO assessments ({columns}) VALUES {row}" for row in rows),
    )


def first_runs(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        query = (
            "SELECT run_uuid FROM runs WHERE experiment_id = 1 AND lifecycle_stage = 'active' ORDER BY rowid LIMIT 3"
        )
        return [str(row[0]) for row in connection.execute(query)]


@pytest.mark.parametrize("version", STORES)
def test_that_every_edit_writes_the_cells_a_real_client_writes_and_reads_back(
    version: str, mlflow_client: GetClient, tmp_path: Path
) -> None:
    client = mlflow_client(version)
    path, theirs = two_copies(STORES[version], tmp_path)
    limit = 5000 if version == "1.30.1" else 8000
    steps = steps_for(first_runs(path), limit, removes=version.startswith("3"))
    before = dump(path)
    our_times, their_times = Times(before), Times(before)
    client.run(THEIR_STEPS, theirs, json.dumps(steps), folder=tmp_path)

    with open_store(path) as store:
        for number, (step, arguments) in enumerate(steps):
            carry_out(store, ours(step, arguments))
            written = our_times.replaced(dump(path), number)
            expected = their_times.replaced(dump(tmp_path / f"theirs-{number}.db"), number)
            for table, rows in expected.items():
                assert written[table] == rows, f"{table} differs after {step} {arguments}"
            assert written.keys() == expected.keys()
        for number in (1, 2):
            many = tuple(read_run_ids(store.reader(), [number], Token()))
            carry_out(store, edits.SetTag(many, "checked", "yes"))

    seen = client.run(THEIR_READING, path, folder=tmp_path)
    theirs_seen = client.run(THEIR_READING, theirs, folder=tmp_path)
    tagged = sum(tags.pop("checked", None) == "yes" for _, _, tags in seen["runs"].values())
    assert tagged > 20
    assert seen == theirs_seen
