"""Run headers, experiments and the details of one run."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.store.experiments import list_experiments
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_details, read_headers, read_run_ids
from tests.stores import (
    SHARED_NAMES,
    add_experiment,
    add_points,
    add_run,
    change_store,
    insert,
    new_store,
    shared_store,
)

TOKEN = Token()


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_experiments_of_real_stores_come_with_their_runs_counted(name: str) -> None:
    with open_store(shared_store(name)) as store:
        experiments = list_experiments(store.reader(), TOKEN)
    assert [e.name for e in experiments] == ["Default", "churn-baseline", "image-clf", "scratch-to-delete"]
    assert [e.lifecycle_stage for e in experiments] == ["active", "active", "active", "deleted"]
    assert experiments[1].deleted_runs == 1 and experiments[3].deleted_runs == 1
    assert experiments[2].active_runs == 12 and experiments[2].workspace == "default"
    assert experiments[1].creation_time_ms is not None


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_headers_of_real_stores_hold_active_runs_and_deleted_ones_when_asked(name: str) -> None:
    with open_store(shared_store(name)) as store:
        reader = store.reader()
        active = read_headers(reader, [0, 1, 2], TOKEN)
        every = read_headers(reader, [0, 1, 2, 3], TOKEN, deleted=True)
        assert read_run_ids(reader, [0, 1, 2], TOKEN) == active.run_ids
    assert not active.lifecycle_deleted.any()
    assert len(every.run_ids) == len(active.run_ids) + 2 == len(set(every.run_ids))
    assert set(active.statuses) == {"FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"}
    assert "renamed-run" in active.names and set(active.users) == {"root", "unknown"}
    running = active.statuses.index("RUNNING")
    assert math.isnan(active.end_times_ms[running]) and active.start_times_ms[running] > 1.7e12
    assert set(active.experiment_ids.tolist()) == {1, 2}


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_every_run_of_real_stores_has_details(name: str) -> None:
    with open_store(shared_store(name)) as store:
        reader = store.reader()
        headers = read_headers(reader, [0, 1, 2, 3], TOKEN, deleted=True)
        details = [read_details(reader, run_id, TOKEN) for run_id in headers.run_ids]
    found = [d for d in details if d is not None]
    assert [d.name for d in found] == headers.names
    assert sum(len(d.params) for d in found) in (118, 119)
    assert sum(m.points for d in found for m in d.metrics) == 1647
    assert sum(bool(d.parent_run_id) for d in found) > 3
    assert any(d.note for d in found)
    assert {v[0] for d in found for v in d.registered_versions} >= {"ChurnModel", "HandMade"}
    assert sum(len(d.datasets) for d in found) == (0 if name == "mlflow-1.30" else 3)
    assert sum(len(d.logged_models) for d in found) == (4 if name == "mlflow-3.17" else 0)


def test_that_details_hold_datasets_with_their_context() -> None:
    with open_store(shared_store("mlflow-3.17")) as store:
        details = read_details(store.reader(), "899b0be5f6cf4690a82ad47a54efeab9", TOKEN)
    assert details is not None
    (dataset,) = details.datasets
    assert (dataset.name, dataset.digest, dataset.source_type, dataset.context) == (
        "churn",
        "dfb31942",
        "http",
        "training",
    )


def test_that_a_run_that_does_not_exist_has_no_details(tmp_path: Path) -> None:
    with open_store(new_store(tmp_path / "mlflow.db")) as store:
        assert read_details(store.reader(), "nobody", TOKEN) is None


def test_that_a_metric_summary_holds_the_latest_value_and_the_finite_range(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a")
    points = [(0, 3.0), (1, float("nan")), (2, float("inf")), (-4, -1.5), (3, 2.0)]
    add_points(path, "a", {"loss": points, "only/nan": [(0, float("nan"))], "minus": [(0, float("-inf"))]})
    with open_store(path) as store:
        details = read_details(store.reader(), "a", TOKEN)
    assert details is not None
    minus, loss, nan = sorted(details.metrics, key=lambda m: ("minus", "loss", "only/nan").index(m.key))[:3]
    assert (minus.value, minus.minimum, minus.points) == (-math.inf, None, 1)
    assert (loss.value, loss.step, loss.minimum, loss.maximum, loss.points) == (2.0, 3, -1.5, 3.0, 5)
    assert math.isnan(nan.value) and nan.minimum is None and nan.maximum is None


def test_that_wrong_types_and_nulls_in_runs_never_raise(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "text times", start="soon", end=b"\x00\x01")
    add_run(path, "null name", name=None)
    add_run(path, "real times", start=1.5e12, end=float("inf"))
    add_run(path, "huge time", start=2**62, end=-(2**63))
    insert(path, "runs", {"run_uuid": "bare"}, {"run_uuid": "odd", "experiment_id": "words", "name": b"\xff"})
    insert(path, "runs", {"run_uuid": b"\x01\x02", "experiment_id": 0}, {"run_uuid": "nul\x00id", "experiment_id": 0})
    with open_store(path) as store:
        reader = store.reader()
        headers = read_headers(reader, [0], TOKEN)
        for run_id in (*headers.run_ids, "bare", "odd"):
            assert read_details(reader, run_id, TOKEN) is not None
        assert sum(e.active_runs for e in list_experiments(reader, TOKEN)) == 6
    assert headers.run_ids == ["text times", "null name", "real times", "huge time", "nul\x00id"]
    assert headers.names[:2] == ["run", ""]
    assert math.isnan(headers.start_times_ms[0]) and math.isnan(headers.end_times_ms[0])
    assert headers.start_times_ms[2] == 1.5e12
    assert headers.start_times_ms[3] == 2**62


def test_that_undecodable_run_ids_that_read_alike_are_one_row(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    for tail in ("fe", "ff"):
        change_store(path, f"INSERT INTO runs(run_uuid, experiment_id) VALUES (CAST(x'41{tail}' AS TEXT), 0)")
    with open_store(path) as store:
        headers = read_headers(store.reader(), [0], TOKEN)
    assert headers.run_ids == ["A\ufffd"] and len(headers.start_times_ms) == 1


def test_that_name_and_user_fall_back_to_their_tags(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a", name="", tags={"mlflow.runName": "from tag", "mlflow.user": "someone"})
    change_store(path, "UPDATE runs SET user_id = ''")
    with open_store(path) as store:
        headers = read_headers(store.reader(), [0], TOKEN)
        details = read_details(store.reader(), "a", TOKEN)
    assert (headers.names, headers.users) == (["from tag"], ["someone"])
    assert details is not None and (details.name, details.user) == ("from tag", "someone")


def test_that_runs_of_no_experiment_and_rows_of_no_run_are_harmless(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "lost", experiment_id=99)
    insert(path, "params", {"key": "p", "value": "1", "run_uuid": "nobody"})
    source = {"input_uuid": "i", "source_type": "DATASET", "source_id": "gone"}
    insert(path, "inputs", {**source, "destination_type": "RUN", "destination_id": "lost"})
    with open_store(path) as store:
        reader = store.reader()
        assert read_headers(reader, [0], TOKEN).run_ids == []
        assert read_headers(reader, [99], TOKEN).run_ids == ["lost"]
        details = read_details(reader, "lost", TOKEN)
        assert details is not None and details.experiment_name == "" and details.datasets == ()
        assert [e.experiment_id for e in list_experiments(reader, TOKEN)] == [0]


def test_that_thousands_of_experiments_are_listed_and_can_all_be_asked_for(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    sql = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO experiments(experiment_id, name, lifecycle_stage) SELECT i, 'e' || i, 'active' FROM n"""
    change_store(path, sql)
    add_run(path, "last", experiment_id=5000)
    with open_store(path) as store:
        reader = store.reader()
        experiments = list_experiments(reader, TOKEN)
        ids = [e.experiment_id for e in experiments]
        assert ids == list(range(5001)) and experiments[-1].active_runs == 1
        assert read_headers(reader, ids, TOKEN).run_ids == ["last"]


def test_that_no_experiment_means_no_runs(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a")
    with open_store(path) as store:
        assert read_headers(store.reader(), [], TOKEN).run_ids == []


def test_that_an_experiment_in_another_workspace_says_so(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "same")
    add_experiment(path, 2, "other")
    change_store(path, "UPDATE experiments SET workspace = 'team', name = 'same' WHERE experiment_id = 2")
    with open_store(path) as store:
        experiments = list_experiments(store.reader(), TOKEN)
    assert [(e.name, e.workspace) for e in experiments[1:]] == [("same", "default"), ("same", "team")]
