"""Bakehouse beside MLflow's own client on the same store and machine; prints both figures and their ratio."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bakehouse.analysis.columns import build_column
from bakehouse.analysis.frame import frame_of
from bakehouse.analysis.order import SortKey, sort_rows
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKind
from bakehouse.store.columns import list_keys, read_column
from bakehouse.store.experiments import list_experiments
from bakehouse.store.metrics import read_history
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_headers
from tests.benchmarks.generated_store import HISTORY_KEY, cached_store, run_id_of
from tests.clients import ClientMissing, client

pytestmark = [pytest.mark.benchmark, pytest.mark.integration]

POINTS = 100_000

_SEARCH = """
import json, sys, time
from mlflow import MlflowClient
client = MlflowClient("sqlite:///" + sys.argv[1])
experiment = max(client.search_experiments(), key=lambda one: int(one.experiment_id)).experiment_id
client.search_runs([experiment], max_results=1)
began = time.perf_counter()
runs = client.search_runs([experiment], order_by=[f"metrics.`{sys.argv[2]}` DESC"], max_results=100)
print(json.dumps({"seconds": time.perf_counter() - began, "first": runs[0].info.run_id, "count": len(runs)}))
"""

_HISTORY = """
import json, sys, time
from mlflow import MlflowClient
client = MlflowClient("sqlite:///" + sys.argv[1])
client.get_run(sys.argv[2])
began = time.perf_counter()
points = client.get_metric_history(sys.argv[2], sys.argv[3])
print(json.dumps({"seconds": time.perf_counter() - began, "count": len(points)}))
"""


@pytest.fixture(scope="module")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: the client may write into what it opens."""
    source = cached_store(runs=10_000, history_points=POINTS)
    return Path(shutil.copy(source, tmp_path_factory.mktemp("client") / "mlflow.db"))


def _client_seconds(code: str, folder: Path, *arguments: object) -> dict[str, float]:
    try:
        result: dict[str, float] = client("3.17.2").run(code, *arguments, folder=folder)
    except ClientMissing as missing:
        pytest.skip(str(missing))
    return result


def _ours(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(what: str, ours: float, theirs: float) -> None:
    print(f"{what:<52} Bakehouse {ours:7.3f} s   MLflow 3.17.2 {theirs:7.3f} s   {theirs / ours:6.1f} times")


def test_sorting_ten_thousand_runs_by_a_metric(store_path: Path) -> None:
    token = Token()
    with open_store(store_path) as store:
        reader = store.reader()
        fullest = max(list_experiments(reader, token), key=lambda one: one.active_runs)
        key = next(k for k in list_keys(reader, [fullest.experiment_id], token) if k.kind is ColumnKind.METRIC)

        def sort_all() -> None:
            frame = frame_of(read_headers(reader, [fullest.experiment_id], token), {})
            frame.put(key, build_column(read_column(reader, key, frame.row_of, token), frame.size))
            sort_rows(frame, [SortKey(key, True)], np.arange(frame.size, dtype=np.int32))

        ours = _ours(sort_all)
    theirs = _client_seconds(_SEARCH, store_path.parent, store_path, key.name)
    _print("10,000 runs by a metric (ours all, theirs first 100)", ours, theirs["seconds"])


def test_reading_a_long_history(store_path: Path) -> None:
    token = Token()
    with open_store(store_path) as store:
        ours = _ours(lambda: read_history(store.reader(), run_id_of(0), HISTORY_KEY, token))
    theirs = _client_seconds(_HISTORY, store_path.parent, store_path, run_id_of(0), HISTORY_KEY)
    assert theirs["count"] == POINTS
    _print(f"history of {POINTS:,} points", ours, theirs["seconds"])
