"""What Bakehouse writes to the registry is, cell by cell, what a real MLflow client writes, and it reads it back."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import Stage
from bakehouse.domain.registry_edits import (
    CreateModel,
    DeleteAlias,
    DeleteModel,
    DeleteModelTag,
    DeleteVersion,
    DeleteVersionTag,
    DescribeModel,
    DescribeVersion,
    RenameModel,
    SetAlias,
    SetModelTag,
    SetVersionTag,
)
from bakehouse.registry.editing import carry_out
from bakehouse.registry.registering import RegisterRequest, folder_of_run, models_of_run, register
from bakehouse.registry.transitions import SwapRequest, transition
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG, create_model_version, transition_stage
from bakehouse.store.runs import read_details
from bakehouse.store.writing import Writer
from tests.clients import Client, numbers, versions
from tests.store_dumps import Times, dump
from tests.stores import change_store, shared_store

pytestmark = pytest.mark.integration

GetClient = Callable[[str], Client]

STORES = {"1.30.1": "mlflow-1.30", "2.22.5": "mlflow-2.22", "3.17.2": "mlflow-3.17"}
"""Client → shared store; other clients (`tests.clients.MORE_VARIABLE`) migrate a copy of the newest older one."""

MIGRATION = """
import subprocess, sys
subprocess.run([sys.executable, "-m", "mlflow", "db", "upgrade", "sqlite:///" + sys.argv[1]], check=True)
print("null")
"""

DEEP = "nested/a model 100%"
"""A model's folder among a run's artifacts that nobody logged as a model."""

# Does each step with the real client and keeps a copy of the store after every one.
THEIR_STEPS = """
import json, shutil, sys
import mlflow
from mlflow import MlflowClient
path, steps = sys.argv[1], json.loads(sys.argv[2])
mlflow.set_tracking_uri("sqlite:///" + path)
client = MlflowClient()
for number, (name, arguments) in enumerate(steps):
    if name == "exchange_stages":
        for move in arguments["moves"]:
            client.transition_model_version_stage(**move)
    else:
        getattr(mlflow if name == "register_model" else client, name)(**arguments)
    shutil.copyfile(path, f"theirs-{number}.db")
print(json.dumps(len(steps)))
"""

THEIR_READING = """
import json, sys
import numpy as np
import mlflow
from mlflow import MlflowClient
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client = MlflowClient()
loaded = {}
for uri in json.loads(sys.argv[2]):
    model = mlflow.pyfunc.load_model(uri)
    loaded[uri] = len(model.predict(np.zeros((2, 3))))
versions = client.search_model_versions("name = 'ChurnModel'")
print(json.dumps({
    "loaded": loaded,
    "stages": {int(v.version): v.current_stage for v in versions},
    "tags": {int(v.version): v.tags for v in versions},
}))
"""


def has_aliases(version: str) -> bool:
    return numbers(version) >= (2, 3)


def steps_for(version: str, run_id: str) -> list[tuple[str, dict[str, Any]]]:
    """The acts to compare, as a client's method and its arguments."""
    uri = f"runs:/{run_id}/model"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("create_registered_model", {"name": "Fresh", "tags": {"team": "a", "ü": "µ"}, "description": "Made today"}),
        ("register_model", {"model_uri": uri, "name": "ChurnModel"}),
        ("register_model", {"model_uri": uri, "name": "Brand new"}),
        ("register_model", {"model_uri": f"runs:/{run_id}/{DEEP}", "name": "Deep"}),
        ("create_model_version", {"name": "Fresh", "source": "s3://bucket/x", "tags": {"a": "1"}, "description": "d"}),
        ("create_model_version", {"name": "HandMade", "source": "s3://bucket/y", "run_id": run_id}),
        ("transition_model_version_stage", _move("ChurnModel", 4, "staging", archive=True)),
        ("transition_model_version_stage", _move("ChurnModel", 4, "Production", archive=False)),
        ("transition_model_version_stage", _move("ChurnModel", 2, "Archived", archive=False)),
        ("transition_model_version_stage", _move("ChurnModel", 1, "none", archive=False)),
        ("exchange_stages", _exchange("ChurnModel", (4, "Production"), (2, "Archived"))),
        ("exchange_stages", _exchange("ChurnModel", (2, "Production"), (4, "Archived"))),
        ("transition_model_version_stage", _move("ChurnModel", 4, "STAGING", archive=True)),
        ("set_model_version_tag", {"name": "ChurnModel", "version": "4", "key": "checked", "value": "no"}),
        ("set_model_version_tag", {"name": "ChurnModel", "version": "4", "key": "checked", "value": "yes"}),
        ("update_registered_model", {"name": "ChurnModel", "description": "Predicts churn"}),
        ("update_model_version", {"name": "ChurnModel", "version": "4", "description": ""}),
        ("set_registered_model_tag", {"name": "ChurnModel", "key": "team", "value": "b"}),
        ("set_registered_model_tag", {"name": "ChurnModel", "key": "team", "value": "c"}),
        ("delete_registered_model_tag", {"name": "ChurnModel", "key": "team"}),
        ("set_model_version_tag", {"name": "HandMade", "version": "1", "key": "passing", "value": "x"}),
        ("delete_model_version_tag", {"name": "HandMade", "version": "1", "key": "passing"}),
        *_leaving("Short-lived", uri, aliases=has_aliases(version)),
    ]
    if has_aliases(version):
        steps.append(("set_registered_model_alias", {"name": "ChurnModel", "alias": "champion", "version": "2"}))
        steps.append(("set_registered_model_alias", {"name": "ChurnModel", "alias": "passing", "version": "2"}))
        steps.append(("delete_registered_model_alias", {"name": "ChurnModel", "alias": "passing"}))
        steps.append(("set_registered_model_alias", {"name": "ChurnModel", "alias": "champion", "version": "4"}))
        steps.append(("set_registered_model_alias", {"name": "Fresh", "alias": "only", "version": "1"}))
        steps.append(("create_model_version", {"name": "Fresh", "source": "models:/ChurnModel/2"}))
    return steps


def _leaving(name: str, uri: str, *, aliases: bool) -> list[tuple[str, dict[str, Any]]]:
    """A model's versions deleted, the model renamed, then deleted, with all that hangs on it."""
    renamed = f"{name} renamed"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("create_registered_model", {"name": name, "tags": {"a": "b"}, "description": "Gone soon"}),
        ("register_model", {"model_uri": uri, "name": name}),
        ("create_model_version", {"name": name, "source": "s3://b/y", "tags": {"c": "d"}, "description": "Second"}),
        ("create_model_version", {"name": name, "source": "s3://b/z", "tags": {"e": "f"}}),
        ("update_model_version", {"name": name, "version": "1", "description": "First"}),
    ]
    if aliases:
        for alias, version in (("best", "1"), ("other", "1"), ("kept", "2")):
            steps.append(("set_registered_model_alias", {"name": name, "alias": alias, "version": version}))
    return [
        *steps,
        ("transition_model_version_stage", _move(name, 1, "Production", archive=False)),
        # As a number: clients 2.x compare it as it is and would leave the aliases of "1".
        ("delete_model_version", {"name": name, "version": 1}),
        ("delete_model_version", {"name": name, "version": 3}),
        ("create_model_version", {"name": name, "source": "s3://b/after"}),
        ("rename_registered_model", {"name": name, "new_name": renamed}),
        ("delete_registered_model", {"name": renamed}),
    ]


def _exchange(name: str, first: tuple[int, str], second: tuple[int, str]) -> dict[str, Any]:
    moves = [_move(name, first[0], second[1], archive=False), _move(name, second[0], first[1], archive=False)]
    return {"name": name, "first": first, "second": second, "moves": moves}


def _move(name: str, version: int, stage: str, *, archive: bool) -> dict[str, Any]:
    return {"name": name, "version": str(version), "stage": stage, "archive_existing_versions": archive}


def do_ours(store: Store, step: str, arguments: Mapping[str, Any]) -> None:
    """The same act with our own code."""
    writer = Writer(store)
    name = arguments["name"]
    version = int(arguments.get("version", 0))
    match step:
        case "create_registered_model":
            carry_out(writer, CreateModel(name, arguments["description"], tuple(arguments["tags"].items())))
        case "register_model":
            _, run_id, folder = arguments["model_uri"].split("/", 2)
            details = read_details(store.reader(), run_id, Token())
            assert details is not None
            is_logged = folder == "model"
            source = models_of_run(details)[0] if is_logged else folder_of_run(details.artifact_uri, folder, run_id)
            register(writer, RegisterRequest(name, name in ("Brand new", "Deep"), source))
        case "create_model_version":
            given = {key: value for key, value in arguments.items() if key != "name"}
            create_model_version(writer, name, given.pop("source"), **given)
        case "transition_model_version_stage":
            stage = next(stage for stage in Stage if stage.lower() == arguments["stage"].lower())
            transition_stage(writer, name, version, stage, archive_existing=arguments["archive_existing_versions"])
        case "exchange_stages":
            (first, here), (second, there) = arguments["first"], arguments["second"]
            transition(writer, SwapRequest(name, "default", first, Stage(here), second, Stage(there)))
        case "set_model_version_tag":
            carry_out(writer, SetVersionTag(name, version, arguments["key"], arguments["value"]))
        case "delete_model_version_tag":
            carry_out(writer, DeleteVersionTag(name, version, arguments["key"]))
        case "set_registered_model_tag":
            carry_out(writer, SetModelTag(name, arguments["key"], arguments["value"]))
        case "delete_registered_model_tag":
            carry_out(writer, DeleteModelTag(name, arguments["key"]))
        case "set_registered_model_alias":
            carry_out(writer, SetAlias(name, arguments["alias"], version))
        case "delete_registered_model_alias":
            carry_out(writer, DeleteAlias(name, arguments["alias"]))
        case "update_registered_model":
            carry_out(writer, DescribeModel(name, arguments["description"]))
        case "update_model_version":
            carry_out(writer, DescribeVersion(name, version, arguments["description"]))
        case "rename_registered_model":
            carry_out(writer, RenameModel(name, arguments["new_name"]))
        case "delete_model_version":
            carry_out(writer, DeleteVersion(name, version))
        case "delete_registered_model":
            carry_out(writer, DeleteModel(name))
        case _:
            raise AssertionError(step)


def movable_copy(client: Client, folder: Path) -> tuple[Path, Path]:
    """Two copies of the client's store beside one copy of its artifacts, with addresses that lead there."""
    name = next(name for version, name in reversed(STORES.items()) if numbers(version) <= numbers(client.version))
    original = shared_store(name)
    shutil.copytree(original.parent / "artifacts", folder / "artifacts")
    ours, theirs = folder / "ours.db", folder / "theirs.db"
    ours.write_bytes(original.read_bytes())
    old, new = f"file:///data/ml/{name}/", f"{folder.as_uri()}/"
    with closing(sqlite3.connect(ours)) as connection:
        present = [
            (table, column)
            for table in ("experiments", "runs", "model_versions", "logged_models")
            for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            if column in ("artifact_location", "artifact_uri", "source", "storage_location")
        ]
    change_store(
        ours, *((f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (old, new)) for table, column in present)
    )
    if client.version not in STORES:
        client.run(MIGRATION, ours, folder=folder)
    theirs.write_bytes(ours.read_bytes())
    return ours, theirs


def run_with_model(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT run_id FROM model_versions WHERE name = 'ChurnModel' AND version = 1"
        return str(connection.execute(query).fetchone()[0])


def copy_model_into_run(path: Path, run_id: str) -> None:
    """Lay a copy of the run's model into the folder DEEP of its artifacts."""
    with open_store(path) as store:
        details = read_details(store.reader(), run_id, Token())
    assert details is not None
    (model, *_) = models_of_run(details)
    target = Path(url2pathname(urlparse(details.artifact_uri).path)) / DEEP
    shutil.copytree(url2pathname(urlparse(model.location).path), target)


@pytest.mark.parametrize("version", versions())
def test_that_every_act_writes_the_cells_a_real_client_writes_and_reads_back(
    version: str, mlflow_client: GetClient, tmp_path: Path
) -> None:
    client = mlflow_client(version)
    ours, theirs = movable_copy(client, tmp_path)
    run_id = run_with_model(ours)
    copy_model_into_run(ours, run_id)
    steps = steps_for(version, run_id)
    before = dump(ours)
    our_times, their_times = Times(before), Times(before)
    client.run(THEIR_STEPS, theirs, json.dumps(steps), folder=tmp_path)

    store = open_store(ours)
    for number, (step, arguments) in enumerate(steps):
        do_ours(store, step, arguments)
        written = our_times.replaced(dump(ours), number)
        expected = their_times.replaced(dump(tmp_path / f"theirs-{number}.db"), number)
        for table, rows in expected.items():
            assert written[table] == rows, f"{table} differs after {step} {arguments}"
        assert written.keys() == expected.keys()
    transition_stage(Writer(store), "ChurnModel", 3, Stage.NONE, comment="A/B passed: “+2 %”")
    store.close()

    aliases = ["models:/ChurnModel@champion"] if has_aliases(version) else []
    uris = ["models:/ChurnModel/4", "models:/ChurnModel/Staging", "models:/Brand new/1", "models:/Deep/1", *aliases]
    seen = client.run(THEIR_READING, ours, json.dumps(uris), folder=tmp_path)
    assert seen["loaded"] == dict.fromkeys(uris, 2)
    assert seen["stages"] == {"1": "None", "2": "Archived", "3": "None", "4": "Staging"}
    assert seen["tags"]["4"] == {"checked": "yes"}
    assert seen["tags"]["3"] == {TRANSITION_COMMENT_TAG: "A/B passed: “+2 %”"}


# A client takes the greatest number before it has the write lock; where ours came in between, its own key refuses it.
THEIR_RACE = """
import json, sys
from pathlib import Path
import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client = MlflowClient()
Path("ready").touch()
made = []
while not Path("enough").exists() or not made:
    try:
        made.append(int(client.create_model_version("ChurnModel", f"s3://theirs/{len(made)}").version))
    except MlflowException as refused:
        assert "UNIQUE" in str(refused), refused
print(json.dumps(made))
"""


@pytest.mark.parametrize("version", versions())
def test_that_two_clients_registering_at_once_get_numbers_of_their_own(
    version: str, mlflow_client: GetClient, tmp_path: Path
) -> None:
    client = mlflow_client(version)
    path, _ = movable_copy(client, tmp_path)
    process = client.start(THEIR_RACE, path, folder=tmp_path)
    while not (tmp_path / "ready").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    with open_store(path) as store:
        ours = [create_model_version(Writer(store), "ChurnModel", f"s3://ours/{n}").version for n in range(20)]
    (tmp_path / "enough").touch()
    theirs = client.result(process)
    assert theirs
    assert sorted(ours + theirs) == list(range(4, 4 + len(ours) + len(theirs)))
    with closing(sqlite3.connect(path)) as connection:
        stored = connection.execute("SELECT version, source FROM model_versions WHERE name = 'ChurnModel'").fetchall()
    assert {number: source for number, source in stored if number > 3} == {
        **{number: f"s3://ours/{n}" for n, number in enumerate(ours)},
        **{number: f"s3://theirs/{n}" for n, number in enumerate(theirs)},
    }
