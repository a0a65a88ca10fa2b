"""A real MLflow client reads every stage and tag that a review left, loads by stage, and its own moves are noticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.evidence import DigestSeen, Evidence, VersionSeen
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import VersionKey
from bakehouse.registry.desk import Desk
from bakehouse.registry.reviewing import Asked, approve, record_changes_outside, request_transition
from bakehouse.registry.trail_check import changes_outside, check_trail
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.registry import list_models
from bakehouse.store.writing import Writer
from tests.clients import Client
from tests.stores import change_store, shared_store
from tests.unit.registry.trails import DIGEST, signer

pytestmark = pytest.mark.integration

MODEL = "ChurnModel"

READING = """
import json, sys
import numpy as np
import mlflow
from mlflow import MlflowClient
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client = MlflowClient()
model = mlflow.pyfunc.load_model("models:/ChurnModel/Production")
versions = client.search_model_versions("name = 'ChurnModel'")
print(json.dumps({
    "answers": len(model.predict(np.zeros((2, 3)))),
    "production": [int(v.version) for v in client.get_latest_versions("ChurnModel", ["Production"])],
    "stages": {int(v.version): v.current_stage for v in versions},
    "tags": {int(v.version): v.tags for v in versions},
    "store_id": client.get_experiment("0").tags.get("bakehouse.store_id"),
}))
"""

MOVING = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient("sqlite:///" + sys.argv[1])
client.transition_model_version_stage("ChurnModel", sys.argv[2], "Archived")
client.delete_model_version("ChurnModel", sys.argv[3])
print(json.dumps(True))
"""


class Nothing:
    """A memory of nothing."""

    def last_head(self, store_id: str) -> None:
        return None

    def remember(self, store_id: str, head: Any) -> None:
        pass

    accept = remember


def desk(store: Store, name: str) -> Desk:
    return Desk(Writer(store), signer(name), Nothing())


def test_that_a_real_client_reads_and_loads_what_was_approved(
    tmp_path: Path, mlflow_client: Callable[[str], Client]
) -> None:
    client = mlflow_client("3.17.2")
    folder = tmp_path / "store"
    shutil.copytree(shared_store("mlflow-3.17").parent, folder)
    path = folder / "mlflow.db"
    places = {"logged_models": "artifact_location", "model_versions": "storage_location"}
    moved = "replace({0}, 'file:///data/ml/mlflow-3.17', ?)"
    change_store(
        path,
        *((f"UPDATE {table} SET {name} = {moved.format(name)}", (folder.as_uri(),)) for table, name in places.items()),
    )
    with open_store(path) as store:
        (model,) = [one for one in list_models(store.reader(), Token()) if one.name == MODEL]
        newest = next(one for one in model.versions if one.stage != "Production")
        others = {one.version for one in model.versions if one.stage == "Production"}
        rest = next(one.version for one in model.versions if one.version not in {newest.version, *others})
        seen = VersionSeen(newest.version, newest.stage, "", "", "", (), (), (), (), DigestSeen(DIGEST, 1, 1, 1))
        key = VersionKey("default", MODEL, newest.version)
        asked = Asked(key, newest.run_id or "", newest.stage, Stage.PRODUCTION, True, "better")
        made = request_transition(desk(store, "Ada"), asked, Evidence(0, seen))
        approve(desk(store, "Bo"), made.request_id, "indeed", DIGEST)
        done = check_trail(store, Token())
    assert done is not None and done.holds
    read = client.run(READING, path, folder=folder)
    assert (read["answers"], read["production"]) == (2, [newest.version])
    assert read["stages"][str(newest.version)] == "Production"
    assert all(read["stages"][str(other)] == "Archived" for other in others)
    tags = read["tags"][str(newest.version)]
    assert tags["bakehouse.approved_by"] == "Bo" and tags["bakehouse.request"] in done.hashes
    assert read["store_id"] == done.projection.store_id
    assert client.run(MOVING, path, newest.version, rest, folder=folder)
    with open_store(path) as store:
        assert len(changes_outside(store, Token())) >= 1
        record_changes_outside(desk(store, "Cy"))
        done = check_trail(store, Token())
    assert done is not None and done.holds and done.projection.stage(key) == "Archived"
