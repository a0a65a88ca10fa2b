"""What came of a dataset: runs and versions, in any experiment, from stores with datasets and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.lineage import DatasetUse
from bakehouse.store import dataset_use
from bakehouse.store.dataset_use import use_of_dataset
from bakehouse.store.opening import open_store
from tests.stores import add_experiment, add_run, insert, new_store, shared_store


def use(path: Path, name: str = "sales", digest: str = "d3") -> DatasetUse:
    store = open_store(path, read_only=True)
    try:
        return use_of_dataset(store.reader(), name, digest, Token())
    finally:
        store.close()


def add_dataset(path: Path, experiment_id: int, name: str = "sales", digest: str = "d3") -> str:
    dataset = f"{name}-{digest}-{experiment_id}"
    insert(
        path,
        "datasets",
        {
            "dataset_uuid": dataset,
            "experiment_id": experiment_id,
            "name": name,
            "digest": digest,
            "dataset_source_type": "local",
            "dataset_source": "{}",
        },
    )
    return dataset


def take_in(path: Path, dataset: str, run_id: str) -> None:
    insert(
        path,
        "inputs",
        {
            "input_uuid": f"{dataset}>{run_id}",
            "source_type": "DATASET",
            "source_id": dataset,
            "destination_type": "RUN",
            "destination_id": run_id,
        },
    )


def register(path: Path, name: str, version: int, stage: str, run_id: str | None, source: str = "/m") -> None:
    insert(
        path,
        "model_versions",
        {"name": name, "version": version, "current_stage": stage, "run_id": run_id, "source": source},
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two experiments that know the dataset, another digest of it, versions in several stages."""
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "one")
    add_experiment(path, 2, "two")
    for run_id, experiment in (("a", 1), ("b", 1), ("c", 2), ("other", 2)):
        add_run(path, run_id, experiment_id=experiment, name=f"run {run_id}")
    add_run(path, "gone", experiment_id=1, name="run gone", stage="deleted")
    for dataset, run_ids in ((add_dataset(path, 1), ("a", "b", "gone")), (add_dataset(path, 2), ("c", "a"))):
        for run_id in run_ids:
            take_in(path, dataset, run_id)
    take_in(path, add_dataset(path, 2, digest="d4"), "other")
    for name in ("churn", "price", "words"):
        insert(path, "registered_models", {"name": name})
    register(path, "price", 10, "None", "a")
    register(path, "price", 9, "Production", "c")
    register(path, "churn", 1, "Deleted_Internal", "a")
    register(path, "churn", 2, "Staging", "other")
    register(path, "words", 1, "None", "a")
    insert(path, "registered_model_tags", {"name": "words", "key": "mlflow.prompt.is_prompt", "value": "true"})
    return path


def test_that_runs_of_every_experiment_and_their_versions_are_found(store: Path) -> None:
    found = use(store)
    assert sorted(found.run_ids) == ["a", "b", "c", "gone"]
    assert [(one.name, one.version, one.stage, one.run_id) for one in found.versions] == [
        ("price", 9, "Production", "c"),
        ("price", 10, "None", "a"),
    ]
    assert [run.run_id for run in found.runs][:2] == ["c", "a"]
    assert [run.name for run in found.runs if run.is_deleted] == ["run gone"]


def test_that_a_version_is_found_by_its_logged_model(store: Path) -> None:
    model = "m-" + "0" * 32
    insert(
        store,
        "logged_models",
        {
            "model_id": model,
            "experiment_id": 1,
            "name": "model",
            "artifact_location": "/m",
            "creation_timestamp_ms": 1,
            "last_updated_timestamp_ms": 1,
            "status": 2,
            "lifecycle_stage": "active",
            "source_run_id": "b",
        },
    )
    register(store, "churn", 3, "None", None, f"models:/{model}")
    assert ("churn", 3, "b") in [(one.name, one.version, one.run_id) for one in use(store).versions]


def test_that_another_digest_is_another_dataset(store: Path) -> None:
    assert use(store, digest="d4").run_ids == ("other",)
    assert use(store, digest="d5") == DatasetUse((), (), ())


def test_that_many_runs_are_read_in_pages_and_named_up_to_a_limit(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_use, "MAX_PAGE_ROWS", 2)
    monkeypatch.setattr(dataset_use, "NAMED_RUNS", 2)
    found = use(store)
    assert sorted(found.run_ids) == ["a", "b", "c", "gone"]
    assert [run.run_id for run in found.runs] == ["c", "a"]


@pytest.mark.parametrize("name", ["mlflow-1.30", "mlflow-2.22", "mlflow-3.17"])
def test_that_stores_of_any_client_answer(name: str) -> None:
    path = shared_store(name)
    assert use(path, "nothing", "0") == DatasetUse((), (), ())
    if name == "mlflow-3.17":
        assert len(use(path, "churn", "dfb31942").run_ids) >= 1
