"""Reading several runs to compare them."""

from __future__ import annotations

import math
from pathlib import Path

from bakehouse.domain.cancellation import Token
from bakehouse.store import comparison, latest_points
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_details
from tests.stores import add_run, copy_of_store, new_store


def test_that_runs_come_in_the_order_asked_for_without_those_that_are_gone(tmp_path: Path, monkeypatch) -> None:
    path = new_store(tmp_path / "mlflow.db")
    many = {f"m{place}": float(place) for place in range(25)}
    add_run(path, "a", params={"lr": "0.1"}, metrics={**many, "odd": math.nan, "big": math.inf}, tags={"t": "x"})
    add_run(path, "b", name=None, stage="deleted", tags={"mlflow.runName": "by tag"})
    monkeypatch.setattr(latest_points, "MAX_PAGE_ROWS", 10)
    with open_store(path) as store:
        runs = comparison.read_compared(store.reader(), ["b", "gone", "a"], Token())
    assert [run.run_id for run in runs] == ["b", "a"]
    assert (runs[0].name, runs[0].lifecycle_stage, runs[0].metrics) == ("by tag", "deleted", {})
    assert {key: runs[1].metrics[key] for key in many} == many and len(runs[1].metrics) == 27
    assert math.isnan(runs[1].metrics["odd"]) and runs[1].metrics["big"] == math.inf
    assert runs[1].params == {"lr": "0.1"} and runs[1].tags["t"] == "x"


def test_that_a_run_reads_as_in_the_inspector(tmp_path: Path) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    with open_store(path) as store:
        reader = store.reader()
        run_ids = [row[0] for row in reader.rows("SELECT run_uuid FROM runs LIMIT 20", token=Token())]
        for run in comparison.read_compared(reader, run_ids, Token()):
            details = read_details(reader, run.run_id, Token())
            assert details is not None
            assert (run.params, run.tags, run.datasets) == (dict(details.params), dict(details.tags), details.datasets)
            assert {key: repr(value) for key, value in run.metrics.items()} == {
                metric.key: repr(metric.value) for metric in details.metrics
            }
