# ruff: noqa: F811
"""Real MLflow clients at work beside the open window: everything they log arrives, and they hardly notice.

`BAKEHOUSE_LIVE_SECONDS` sets how long the fast one logs (15; a full trial takes 60).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from bakehouse.domain.columns import STATUS, ColumnKind
from bakehouse.store.opening import open_store
from bakehouse.window import MainWindow
from tests.clients import Client
from tests.followed import assert_same, loaded
from tests.ui.conftest import clean_windows, window, windows  # noqa: F401

pytestmark = pytest.mark.integration

GetClient = Callable[[str], Client]
SECONDS = float(os.environ.get("BAKEHOUSE_LIVE_SECONDS", "15"))
SOON_MS = 15_000

EMPTY = """
import json, sys
import mlflow
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
mlflow.set_experiment("live")
with mlflow.start_run(run_name="first"):
    mlflow.log_metric("warm", 1)
print(json.dumps(1))
"""

AUTOLOG = """
import json, sys, warnings
warnings.simplefilter("ignore")
import mlflow
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
mlflow.set_experiment("live")
mlflow.sklearn.autolog(log_models=False, silent=True)
x, y = load_diabetes(return_X_y=True)
for alpha in (0.1, 1.0, 10.0):
    Ridge(alpha=alpha).fit(x, y).score(x, y)
with mlflow.start_run(run_name="search") as run:
    GridSearchCV(RandomForestRegressor(random_state=1), {"n_estimators": [3, 5], "max_depth": [2, 3]}, cv=2).fit(x, y)
    mlflow.set_tag("mlflow.note.content", "**best of four**")
    mlflow.set_tag("team", "first")
    mlflow.set_tag("team", "second")
    for step in range(30):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
print(json.dumps(run.info.run_id))
"""

FAST = """
import json, sys, time
import mlflow
from mlflow import MlflowClient
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client, until, took, errors, runs = MlflowClient(), 0.0, [], [], 0
experiment = client.get_experiment_by_name("live").experiment_id
client.search_experiments()
until = time.monotonic() + float(sys.argv[2])
calls = 0
run = None
while time.monotonic() < until:
    if calls % 150 == 0:
        if run is not None:
            client.set_terminated(run)
        run = client.create_run(experiment).info.run_id
        runs += 1
    place = calls % 150
    calls += 1
    began = time.perf_counter()
    try:
        if place < 5:
            client.log_param(run, f"p{place}", calls)
        elif place % 10 == 0:
            client.set_tag(run, "progress", str(place))
        else:
            client.log_metric(run, f"m{place % 3}", 1 / calls, step=place)
    except Exception as error:
        errors.append(repr(error))
    took.append((time.perf_counter() - began) * 1000)
client.set_terminated(run)
took.sort()
print(json.dumps({
    "calls": calls, "runs": runs, "errors": errors[:5], "run": run,
    "p50": took[len(took) // 2], "p99": took[int(len(took) * 0.99)], "worst": took[-1],
}))
"""


def show(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 1 and page.loader.columns_left == 0, timeout=30_000)


def wait_for(qtbot: QtBot, client: Client, process: subprocess.Popen[str]) -> Any:
    """What a program beside the window has to say; the window lives meanwhile."""
    try:
        qtbot.waitUntil(lambda: process.poll() is not None, timeout=300_000)
        return client.result(process)
    finally:
        process.kill()


def assert_complete(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    """What is on screen becomes what a window opened now would show, in every column."""
    page = window.runs
    with open_store(path, read_only=True) as store:
        wanted, _ = loaded(store.reader(), page.sidebar.selected, dict(page.loader.names))

    def agrees() -> bool:
        try:
            assert_same(page.model.frame, wanted)
        except AssertionError:
            return False
        return True

    try:
        qtbot.waitUntil(agrees, timeout=SOON_MS)
    except Exception:
        assert_same(page.model.frame, wanted)
        raise


@pytest.mark.parametrize("version", ["1.30.1", "3.17.2"])
def test_that_all_that_autologging_logs_arrives(window, qtbot, tmp_path, mlflow_client: GetClient, version: str):
    path = tmp_path / "mlflow.db"
    client = mlflow_client(version)
    client.run(EMPTY, path, folder=tmp_path)
    show(window, qtbot, path)
    run = wait_for(qtbot, client, client.start(AUTOLOG, path, folder=tmp_path))
    assert_complete(window, qtbot, path)
    frame = window.runs.model.frame
    assert frame.size >= 1 + 3 + 1 + 4
    assert frame.column(STATUS).text(frame.row_of[run]) == "FINISHED"
    assert {key.name for key in frame.columns if key.kind is ColumnKind.PARAM} >= {"alpha", "max_depth"}
    team = next(column for key, column in frame.columns.items() if key.name == "team")
    assert team.text(frame.row_of[run]) == "second"
    assert window.status.live.text() == "● live"


@pytest.mark.parametrize("version", ["2.22.5", "3.17.2"])
def test_that_a_client_logging_as_fast_as_it_can_is_followed_and_not_disturbed(
    window,
    qtbot,
    tmp_path,
    mlflow_client: GetClient,
    version: str,
):
    path = tmp_path / "mlflow.db"
    client = mlflow_client(version)
    client.run(EMPTY, path, folder=tmp_path)
    show(window, qtbot, path)
    window.opener.close()
    alone = client.run(FAST, path, min(SECONDS, 10), folder=tmp_path)
    said: list[str] = []
    window.runs.said.connect(said.append)
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(
        lambda: page.model.rowCount() == 1 + alone["runs"] and page.loader.columns_left == 0, timeout=30_000
    )
    swaps: list[int] = []
    page.loader.reloaded.connect(lambda news: swaps.append(news.frame.size))
    beside = wait_for(qtbot, client, client.start(FAST, path, SECONDS, folder=tmp_path))
    assert beside["errors"] == []
    assert_complete(window, qtbot, path)
    assert not [sentence for sentence in said if "could not" in sentence or "locked" in sentence]
    assert len(swaps) <= SECONDS + 6
    allowed = 2 * alone["p99"] + 10
    for name, told in (("alone", alone), ("beside the window", beside)):
        print(
            f"\nMLflow {version} {name}: {told['calls']:,} calls, p50 {told['p50']:.1f} ms, p99 {told['p99']:.1f} ms,"
            f" worst {told['worst']:.0f} ms"
        )
    print(f"refreshes {len(swaps)} in {SECONDS:.0f} s; p99 beside {beside['p99']:.1f} ms, aim at most {allowed:.1f} ms")
