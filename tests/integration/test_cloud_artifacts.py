"""Artifacts in Google's and Azure's storage: emulators in processes of their own, the extras as they are installed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clients import ClientMissing
from tests.object_store import PROJECT, azurite, free_port, python_with, running

pytestmark = pytest.mark.integration

# The account and key that Azurite's documentation gives to everybody.
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_LIMIT_S = 300


def read_through(python: Path, address: str, folder: Path, environment: dict[str, str]) -> None:
    """Let the view list, show and save what lies at an address, and look at what it says."""
    folder.mkdir()
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("cloud_program.py")), str(folder), address],
        env=os.environ
        | {"PYTHONPATH": str(PROJECT / "app"), "PYTHONWARNINGS": "ignore", "QT_QPA_PLATFORM": "offscreen"}
        | {"BAKEHOUSE_HOME": str(folder / "home")}
        | environment,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
    answer = json.loads(done.stdout.splitlines()[-1])
    assert "nothing has been asked" in answer["asks_first"] and address in answer["asks_first"]
    assert answer["rows"] == ["model", "50% off ä#1.txt", "note.txt"]
    assert answer["sizes"] == ["", "8 B", "6 B"] and all(answer["times"][1:])
    assert answer["saved_is_equal"]
    assert answer["absent"].endswith("is not there (any more).")


def test_that_artifacts_in_google_cloud_storage_are_listed_shown_and_saved(tmp_path: Path) -> None:
    try:
        python = python_with("gs")
    except ClientMissing as missing:
        pytest.skip(str(missing))
    port = free_port()
    command = [str(python.with_name("gcp-storage-emulator")), "start", "--host=127.0.0.1", f"--port={port}"]
    command += ["--in-memory", "--default-bucket=bucket"]
    with running(command, port, tmp_path / "server.log", tmp_path):
        environment = {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}"}
        read_through(python, "gs://bucket/1/run/artifacts", tmp_path / "work", environment)


def test_that_artifacts_in_azure_storage_are_listed_shown_and_saved(tmp_path: Path) -> None:
    try:
        python, server = python_with("azure"), azurite()
    except ClientMissing as missing:
        pytest.skip(str(missing))
    port = free_port()
    command = [*server, "--silent", "--inMemoryPersistence", "--skipApiVersionCheck"]
    command += ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    with running(command, port, tmp_path / "server.log", tmp_path):
        place = f"BlobEndpoint=http://127.0.0.1:{port}/{_ACCOUNT};"
        words = f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{place}"
        environment = {"AZURE_STORAGE_CONNECTION_STRING": words}
        make = "import adlfs; adlfs.AzureBlobFileSystem().mkdir('box')"
        subprocess.run([str(python), "-c", make], env=os.environ | environment, check=True, timeout=_LIMIT_S)
        ways = (
            "abfs://box",
            f"abfss://box@{_ACCOUNT}.dfs.core.windows.net",
            f"wasbs://box@{_ACCOUNT}.blob.core.windows.net",
        )
        for number, way in enumerate(ways):
            read_through(python, f"{way}/{number}/artifacts", tmp_path / f"work_{number}", environment)
