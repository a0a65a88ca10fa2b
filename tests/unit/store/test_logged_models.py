"""Logged models of MLflow 3 as columns and one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bakehouse.analysis.logged_models import (
    CREATED,
    NAME,
    REGISTERED,
    SOURCE_RUN,
    STATE,
    frame_of_models,
    shown_columns,
)
from bakehouse.analysis.text_filter import TextFilter
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import metric, param
from bakehouse.store.logged_models import read_logged_model, read_logged_models
from bakehouse.store.opening import open_store
from tests.stores import add_experiment, add_run, change_store, insert, new_store, shared_store


@pytest.fixture
def reader():
    opened = []

    def make(where):
        opened.append(open_store(where))
        return opened[-1].reader()

    yield make
    for store in opened:
        store.close()


def add_model(path, model_id, name="model", *, experiment_id=1, run_id="r", status=2, stage="active", created=1000):
    insert(
        path,
        "logged_models",
        {
            "model_id": model_id,
            "experiment_id": experiment_id,
            "name": name,
            "artifact_location": f"./models/{model_id}",
            "creation_timestamp_ms": created,
            "last_updated_timestamp_ms": created + 5,
            "status": status,
            "lifecycle_stage": stage,
            "source_run_id": run_id,
        },
    )


def add_metric(path, model_id, key, value, step, moment=0):
    row = {"model_id": model_id, "metric_name": key, "metric_value": value, "metric_step": step}
    insert(path, "logged_model_metrics", {**row, "metric_timestamp_ms": moment, "experiment_id": 1, "run_id": "r"})


@pytest.fixture
def path(tmp_path):
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "one")
    add_experiment(path, 2, "two")
    add_run(path, "r", experiment_id=1, name="trainer")
    add_model(path, "m-1")
    add_model(path, "m-2", "other", status=3, run_id=None, created=2000)
    add_model(path, "m-gone", stage="deleted")
    add_model(path, "m-far", experiment_id=2)
    for key, value in (("lr", "0.1"), ("kind", "tree")):
        row = {"model_id": "m-1", "experiment_id": 1, "param_key": key, "param_value": value}
        insert(path, "logged_model_params", row)
    add_metric(path, "m-1", "auc", 0.7, 5)
    add_metric(path, "m-1", "auc", 0.9, 1)
    add_metric(path, "m-1", "loss", None, 0)
    add_metric(path, "m-2", "auc", 1.7976931348623157e308, 0)
    return path


def test_that_models_of_the_experiments_come_without_deleted_ones(path, reader):
    found = read_logged_models(reader(path), [1], Token())
    assert found.model_ids == ["m-1", "m-2"]
    assert found.statuses == ["READY", "FAILED"]
    assert found.run_names == ["trainer", ""]
    assert read_logged_models(reader(path), [1, 2], Token()).model_ids == ["m-1", "m-2", "m-far"]


def test_that_a_metric_is_the_one_of_the_greatest_step(path, reader):
    found = read_logged_models(reader(path), [1], Token()).metrics
    assert found["auc"].values.tolist() == [0.7, math.inf]
    assert math.isnan(found["loss"].values[0])


def test_that_registered_versions_are_named_without_deleted_ones(path, reader):
    insert(path, "registered_models", {"name": "churn", "workspace": "default"})
    for version, stage in ((1, "None"), (2, "Deleted_Internal"), (3, "Production")):
        row = {"name": "churn", "version": version, "current_stage": stage, "workspace": "default"}
        insert(path, "model_versions", {**row, "source": "models:/m-1"})
    source = reader(path)
    assert read_logged_models(source, [1], Token()).registered == ["churn 1, churn 3", ""]
    details = read_logged_model(source, "m-1", Token())
    assert details is not None
    assert details.versions == (("churn", 1, "None"), ("churn", 3, "Production"))


def test_that_one_model_tells_params_metrics_tags_and_run(path, reader):
    insert(path, "logged_model_tags", {"model_id": "m-1", "experiment_id": 1, "tag_key": "a", "tag_value": "b"})
    details = read_logged_model(reader(path), "m-1", Token())
    assert details is not None
    assert details.params == (("kind", "tree"), ("lr", "0.1"))
    assert [(one.key, one.step) for one in details.metrics] == [("auc", 5), ("loss", 0)]
    assert (details.run_id, details.run_name, details.tags) == ("r", "trainer", (("a", "b"),))
    assert read_logged_model(reader(path), "m-gone", Token()) is None
    assert read_logged_model(reader(path), "m-nowhere", Token()) is None


def test_that_they_become_columns_that_are_searched_by_words(path, reader):
    frame = frame_of_models(read_logged_models(reader(path), [1], Token()))
    columns = shown_columns(frame)
    assert columns[:3] == [NAME, STATE, CREATED]
    assert SOURCE_RUN in columns and REGISTERED not in columns
    assert {metric("auc"), metric("loss"), param("lr")} <= set(columns)
    finder = TextFilter()
    found = {text: np.flatnonzero(finder.mask(frame.columns, 2, text)).tolist() for text in ("tree", "other", "m-1")}
    assert found == {"tree": [0], "other": [1], "m-1": [0]}


@pytest.mark.parametrize("name", ["mlflow-1.30", "mlflow-2.22"])
def test_that_older_stores_have_none(name, reader):
    source = reader(shared_store(name))
    assert read_logged_models(source, [0, 1, 2], Token()).model_ids == []
    assert read_logged_model(source, "m-1", Token()) is None


def test_that_a_real_stores_models_come_with_run_and_metrics(reader):
    source = reader(shared_store("mlflow-3.17"))
    found = read_logged_models(source, [1, 2], Token())
    assert found.model_ids and all(found.run_names) and "acc" in found.metrics
    for model_id in found.model_ids:
        assert read_logged_model(source, model_id, Token()) is not None


def test_that_a_store_without_some_columns_is_read_too(path, reader):
    change_store(path, "ALTER TABLE logged_models DROP COLUMN model_type")
    assert read_logged_models(reader(path), [1], Token()).types == ["", ""]
