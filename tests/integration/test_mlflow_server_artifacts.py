"""Artifacts that a real MLflow server keeps: nothing is asked before the person names it, then listed, shown, saved."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.choosing import Choice
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from tests.clients import Client, ClientMissing, client
from tests.object_store import free_port

pytestmark = pytest.mark.integration

LIMIT_MS = 30_000
_START_LIMIT_S = 120

_LOG = """
import json, os, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run() as run:
    os.makedirs("out/model/data")
    open("out/model/MLmodel", "w").write("flavors: {}\\n")
    open("out/model/data/weights.bin", "wb").write(bytes(range(256)) * 8_000)
    open("out/50% off ä.txt", "w").write("through the server")
    mlflow.log_artifacts("out")
    mlflow.log_text("deep", "logs/train.log")
print(json.dumps([run.info.run_id, run.info.artifact_uri]))
"""


@contextmanager
def running_server(made_by: Client, folder: Path, log: Path) -> Iterator[str]:
    """The address of a server that keeps its store and artifacts in `folder`."""
    port = free_port()
    command = [str(made_by.python.with_name("mlflow")), "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "kept"), "--serve-artifacts"]
    path = f"{made_by.python.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment | {"PATH": path, "PYTHONWARNINGS": "ignore"}, stdout=output,
            stderr=output, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(server, address, log)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _wait_until_healthy(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    limit = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < limit and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path) -> Iterator[ArtifactView]:
    tasks = TaskRunner()
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    made = ArtifactView(ThemeSource("light"), tasks)
    qtbot.addWidget(made)
    made.resize(500, 600)
    made.show()
    yield made
    made.clear()
    tasks.close()
    assert not crashes, crashes


def rows(view: ArtifactView, parent: QModelIndex | None = None) -> dict[str, QModelIndex]:
    tree = view.findChild(ArtifactTreeView)
    assert tree is not None
    model, parent = tree.model(), parent or QModelIndex()
    return {str(model.index(r, 0, parent).data()): model.index(r, 0, parent) for r in range(model.rowCount(parent))}


@pytest.mark.parametrize("version", ["3.17.2", "2.22.5"])
def test_that_artifacts_behind_an_mlflow_server_are_read_through_it(
    version: str, qtbot: QtBot, view: ArtifactView, tmp_path: Path, own_home: Path
) -> None:
    try:
        made_by = client(version)
    except ClientMissing as missing:
        pytest.skip(str(missing))
    home = tmp_path / "server"
    home.mkdir()
    with running_server(made_by, home, tmp_path / "server.log") as address:
        run, uri = made_by.run(_LOG, address, folder=home)
        assert uri.startswith("mlflow-artifacts:/")
        # The store alone came to the person's machine.
        elsewhere = tmp_path / "mine"
        elsewhere.mkdir()
        shutil.copy(home / "mlflow.db", elsewhere / "mlflow.db")
        view.set_locator(Locator(elsewhere / "mlflow.db"))
        _read_through(qtbot, view, address, run, uri, tmp_path)

        # The other way in: a store whose runs record the server's own address.
        view.set_locator(Locator(elsewhere / "mlflow.db"))
        direct = f"{address}/api/2.0/mlflow-artifacts/artifacts/{uri.removeprefix('mlflow-artifacts:/')}"
        view.show_roots([ArtifactRoot("Run artifacts", direct, f"runs:/{run}")])
        button = view.findChild(QPushButton, "connect_to_artifacts")
        assert button is not None
        qtbot.waitUntil(button.isVisible)
        button.click()
        qtbot.waitUntil(lambda: set(rows(view)) == {"model", "logs", "50% off ä.txt"}, timeout=LIMIT_MS)
    with sqlite3.connect(elsewhere / "mlflow.db") as store:
        assert store.execute("select artifact_uri from runs").fetchone() == (uri,)


def _read_through(qtbot: QtBot, view: ArtifactView, address: str, run: str, uri: str, tmp_path: Path) -> None:
    view.show_roots([ArtifactRoot("Run artifacts", uri, f"runs:/{run}")])
    button = view.findChild(QPushButton, "name_artifact_server")
    assert button is not None
    qtbot.waitUntil(button.isVisible)
    button.click()
    dialog = view.window().findChild(QDialog, "name_server")
    assert dialog is not None
    field, connect = dialog.findChild(QLineEdit), dialog.findChild(QPushButton, "connect_to_server")
    assert field is not None and connect is not None
    field.setText("no address")
    assert not connect.isEnabled()
    field.setText(f"{address}/#/experiments/0")
    connect.click()
    qtbot.waitUntil(lambda: set(rows(view)) == {"model", "logs", "50% off ä.txt"}, timeout=LIMIT_MS)

    tree = view.findChild(ArtifactTreeView)
    assert tree is not None
    flags = QItemSelectionModel.SelectionFlag
    tree.selectionModel().setCurrentIndex(rows(view)["50% off ä.txt"], flags.ClearAndSelect | flags.Rows)
    qtbot.waitUntil(
        lambda: any(edit.toPlainText() == "through the server" for edit in view.findChildren(QPlainTextEdit)),
        timeout=LIMIT_MS,
    )
    target = tmp_path / "target"
    target.mkdir()
    chosen: Choice = view.taking.chosen([rows(view)["model"], rows(view)["logs"]])
    with qtbot.waitSignal(view.said, check_params_cb=lambda words: words.startswith("Saved"), timeout=LIMIT_MS):
        view.taking.saving.save(chosen, target, Guard(tmp_path / "mlflow.db"))
    out = tmp_path / "server" / "out"
    saved = {str(p.relative_to(target)): p.read_bytes() for p in target.rglob("*") if p.is_file()}
    assert saved == {
        "logs/train.log": b"deep",
        "model/MLmodel": (out / "model" / "MLmodel").read_bytes(),
        "model/data/weights.bin": (out / "model" / "data" / "weights.bin").read_bytes(),
    }
