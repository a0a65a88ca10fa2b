"""The registry as a reader sees it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.store.opening import open_store
from bakehouse.store.registrations import create_model_version
from bakehouse.store.registry import list_models, source_of_logged_model, versions_of_run
from bakehouse.store.writing import Writer
from tests.stores import SHARED_NAMES, change_store, insert, new_store, shared_store

TOKEN = Token()


def add_model(path: Path, name: str, *versions: tuple[int, str], workspace: str = "default") -> None:
    insert(path, "registered_models", {"name": name, "workspace": workspace, "creation_time": 1})
    for version, stage in versions:
        row = {"name": name, "version": version, "current_stage": stage, "status": "READY", "source": "s"}
        insert(path, "model_versions", {**row, "workspace": workspace, "run_id": "run"})


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_real_registries_are_read_with_stages_aliases_and_tags(name: str) -> None:
    with open_store(shared_store(name)) as store:
        models = {model.name: model for model in list_models(store.reader(), TOKEN)}
    churn, hand = models["ChurnModel"], models["HandMade"]
    assert [(v.version, v.stage) for v in churn.versions] == [(3, "Staging"), (2, "Production"), (1, "Archived")]
    assert [v.version for v in hand.versions] == [1]
    assert churn.tags == (("team", "growth"),) and churn.description == "RM desc"
    assert churn.versions[1].aliases == (() if name == "mlflow-1.30" else ("champion",))
    assert ("validated", "yes") in churn.versions[1].tags
    assert churn.versions[1].description == "Champion **desc**"
    assert (churn.versions[0].storage_location is None) == (name == "mlflow-1.30")
    assert ("ChurnModelByModelUri" in models) == (name == "mlflow-3.17")


def test_that_a_logged_model_is_found_by_its_id() -> None:
    with open_store(shared_store("mlflow-3.17")) as store:
        model = source_of_logged_model(store.reader(), "m-7b2caaaf475f47e894f7d34fe8f080d0", TOKEN)
        assert source_of_logged_model(store.reader(), "m-nobody", TOKEN) is None
    assert model is not None
    assert (model.status, model.source_run_id, model.experiment_id) == (2, "99f89388abfb4d81b6e4447d3a07d28e", 1)
    assert model.artifact_location.endswith("m-7b2caaaf475f47e894f7d34fe8f080d0/artifacts")


def test_that_stores_before_logged_models_have_none() -> None:
    with open_store(shared_store("mlflow-1.30")) as store:
        assert source_of_logged_model(store.reader(), "m-1", TOKEN) is None


def test_that_prompts_and_deleted_versions_are_left_out_and_an_emptied_model_stays(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_model(path, "prompt", (1, "None"))
    insert(path, "registered_model_tags", {"name": "prompt", "key": "mlflow.prompt.is_prompt", "value": "true"})
    add_model(path, "emptied", (1, "Deleted_Internal"))
    add_model(path, "kept", (1, "Deleted_Internal"), (2, "None"))
    with open_store(path) as store:
        models = list_models(store.reader(), TOKEN)
        assert versions_of_run(store.reader(), "run", TOKEN) == [("kept", 2, "None"), ("prompt", 1, "None")]
    assert [(m.name, [v.version for v in m.versions]) for m in models] == [("emptied", []), ("kept", [2])]


def test_that_the_same_name_in_two_workspaces_is_two_models(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_model(path, "m", (1, "None"))
    add_model(path, "m", (1, "Production"), (2, "None"), workspace="team")
    tag = {"key": "k", "value": "v", "name": "m", "version": 1, "workspace": "team"}
    insert(path, "model_version_tags", tag)
    with open_store(path) as store:
        first, second = list_models(store.reader(), TOKEN)
    assert (first.workspace, len(first.versions), first.versions[0].tags) == ("default", 1, ())
    assert (second.workspace, len(second.versions), second.versions[1].tags) == ("team", 2, (("k", "v"),))


def test_that_wrong_types_nulls_and_dangling_rows_never_raise(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    for table, columns in (
        ("registered_models", "name, creation_time, last_updated_time, description, workspace"),
        ("model_versions", "name, version, creation_time, current_stage, source, run_id, status, workspace"),
    ):
        change_store(path, f"DROP TABLE {table}", f"CREATE TABLE {table}({columns})")
    insert(path, "registered_models", {"name": None}, {"name": b"\xff", "creation_time": "now"}, {"name": "m"})
    insert(path, "model_versions", {"name": "m", "version": "two"}, {"name": "m"}, {"name": "lost", "version": 1})
    insert(path, "registered_model_aliases", {"alias": "a", "name": "nobody", "version": 4})
    with open_store(path) as store:
        models = {model.name: model for model in list_models(store.reader(), TOKEN)}
    assert set(models) == {"", "\ufffd", "m"}
    assert {v.stage for v in models["m"].versions} == {"None"} and len(models["m"].versions) == 2


def test_that_a_registry_without_aliases_tags_and_locations_is_read(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_model(path, "m", (1, "Staging"))
    for table in ("registered_model_aliases", "registered_model_tags", "model_version_tags"):
        change_store(path, f"DROP TABLE {table}")
    change_store(path, "ALTER TABLE model_versions DROP COLUMN storage_location")
    with open_store(path) as store:
        (model,) = list_models(store.reader(), TOKEN)
    assert model.versions[0].storage_location is None and model.versions[0].aliases == ()


def test_that_a_store_without_a_registry_has_no_models(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "DROP TABLE model_versions", "DROP TABLE registered_models")
    with open_store(path) as store:
        assert list_models(store.reader(), TOKEN) == []
        assert versions_of_run(store.reader(), "run", TOKEN) == []


def test_that_ten_thousand_versions_come_in_order(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    insert(path, "registered_models", *({"name": f"m{i}"} for i in range(10)))
    change_store(
        path,
        f"{numbers} INSERT INTO model_versions(name, version, current_stage) SELECT 'm' || (i % 10), i, 'None' FROM n",
        f"{numbers} INSERT INTO model_version_tags(key, value, name, version) SELECT 'k', i, 'm' || (i % 10), i FROM n",
    )
    with open_store(path) as store:
        began = time.perf_counter()
        models = list_models(store.reader(), TOKEN)
        print(f"10,000 versions: {time.perf_counter() - began:.3f} s")
    assert sum(len(model.versions) for model in models) == 10_000
    assert all(len(v.tags) == 1 for model in models for v in model.versions)
    assert [v.version for v in models[3].versions] == list(range(9993, 0, -10))


def test_that_one_model_is_read_by_its_name_as_it_stands_among_all(tmp_path: Path) -> None:
    with open_store(new_store(tmp_path / "mlflow.db")) as store:
        for name in ("Bread", "Cake"):
            create_model_version(Writer(store), name, f"/models/{name}", tags={"team": name}, new_model=True)
        every = list_models(store.reader(), Token())
        assert list_models(store.reader(), Token(), "Cake") == [one for one in every if one.name == "Cake"]
        assert list_models(store.reader(), Token(), "Pie") == []
