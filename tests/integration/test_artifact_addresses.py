"""Addresses as a real client records them, found where that client put the files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.artifacts.locator import Locator
from tests.clients import Client

pytestmark = pytest.mark.integration

_LOG = """
import json, sys
import mlflow
folder, addresses = sys.argv[1], json.loads(sys.argv[2])
mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
client = mlflow.MlflowClient()
recorded = {}
for number, address in enumerate(addresses):
    experiment = client.create_experiment(f"e{number}", artifact_location=address)
    run = client.create_run(experiment)
    client.log_text(run.info.run_id, address, f"{number}.txt")
    recorded[number] = run.info.artifact_uri
print(json.dumps(recorded))
"""


@pytest.mark.parametrize("version", ["2.22.5", "3.17.2"])
def test_that_files_are_found_where_the_client_put_them(
    version: str, mlflow_client: Callable[[str], Client], tmp_path: Path
) -> None:
    folder = tmp_path / "first"
    folder.mkdir()
    names = ["plain", "p%20q", "100%", "50%25", "ä ö", "q?z", "a+b"]
    addresses = [f"{folder}/art/{name}" for name in names]
    addresses += [f"file://{folder}/art/{name}" for name in ("u", "f%20g", "h#i", "b%C3%A4")]
    addresses += ["./art/relative", "./art/rel%20x"]
    client = mlflow_client(version)
    recorded = client.run(_LOG, folder, json.dumps(addresses), folder=folder)
    locator = Locator(folder / "mlflow.db")
    for number, uri in recorded.items():
        found = locator.locate(uri)
        assert found.path is not None and not found.moved, uri
        assert (found.path / f"{number}.txt").read_text() == addresses[int(number)]

    moved = tmp_path / "second"
    shutil.move(folder, moved)
    locator = Locator(moved / "mlflow.db")
    for number, uri in recorded.items():
        found = locator.locate(uri)
        assert found.path is not None and found.moved, uri
        assert (found.path / f"{number}.txt").read_text() == addresses[int(number)]
