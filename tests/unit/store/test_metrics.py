"""Histories: every point, in order, in old schemas and new ones."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.store.metrics import MetricRange, metric_keys, read_history, read_ranges
from bakehouse.store.opening import open_store
from bakehouse.store.reading import PageSize
from bakehouse.store.runs import read_headers
from tests.stores import SHARED_NAMES, add_points, add_run, change_store, insert, new_store, shared_store

TOKEN = Token()


@pytest.fixture(params=["3.17 index", "older indexes", "no index"])
def store_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    if request.param != "3.17 index":
        change_store(path, "DROP INDEX index_metrics_run_uuid_key_step")
    if request.param == "no index":
        change_store(path, "DROP INDEX index_metrics_run_uuid")
    return path


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three rows, so that every border between pages is met."""
    monkeypatch.setattr(PageSize, "__init__", lambda self, greatest=3: self.__dict__.update(greatest=3, rows=3))


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_the_histories_of_real_stores_hold_every_point_in_order(name: str) -> None:
    points = 0
    infinite = nans = negative = 0
    with open_store(shared_store(name)) as store:
        reader = store.reader()
        for run_id in read_headers(reader, [0, 1, 2, 3], TOKEN, deleted=True).run_ids:
            ranges = read_ranges(reader, run_id, TOKEN)
            assert sorted(ranges) == metric_keys(reader, [run_id], TOKEN)
            for key, known in ranges.items():
                history = read_history(reader, run_id, key, TOKEN)
                assert len(history.steps) == len(history.values) == len(history.timestamps_ms) == known.points
                pairs = list(zip(history.steps.tolist(), history.timestamps_ms.tolist(), strict=True))
                assert pairs == sorted(pairs)
                points += known.points
                infinite += int(np.isinf(history.values).sum())
                nans += int(np.isnan(history.values).sum())
                negative += int((history.steps < 0).sum())
    assert points == 1647 and infinite >= 2 and nans >= 1 and negative >= 1


@pytest.mark.usefixtures("small_pages")
def test_that_repeated_negative_and_late_steps_stand_by_step_and_time(store_path: Path) -> None:
    add_run(store_path, "a")
    add_run(store_path, "b", metrics={"m": 5.0})
    rows = [
        (5, 30, 1.0),
        (-2, 40, 2.0),
        (5, 10, 3.0),
        (0, 20, 4.0),
        (5, 20, 5.0),
        (5, 20, 6.0),
        (7, 1, 7.0),
        (5, 5, 8.0),
    ]
    for step, time, value in rows:
        insert(
            store_path,
            "metrics",
            {"key": "m", "value": value, "timestamp": time, "step": step, "run_uuid": "a", "is_nan": 0},
            {"key": "other", "value": value, "timestamp": time, "step": step, "run_uuid": "a", "is_nan": 0},
        )
    with open_store(store_path) as store:
        history = read_history(store.reader(), "a", "m", TOKEN)
    assert history.values.tolist() == [2.0, 4.0, 8.0, 3.0, 5.0, 6.0, 1.0, 7.0]
    assert history.steps.tolist() == [-2, 0, 5, 5, 5, 5, 5, 7]
    assert history.steps.dtype == np.int64 and history.timestamps_ms.dtype == np.int64


@pytest.mark.usefixtures("small_pages")
def test_that_nan_and_infinities_of_a_history_are_what_was_logged(store_path: Path) -> None:
    add_run(store_path, "a")
    points = [(0, 1.0), (1, math.nan), (2, math.inf), (3, -math.inf), (4, 0.1 + 0.2)]
    add_points(store_path, "a", {"m": points})
    with open_store(store_path) as store:
        values = read_history(store.reader(), "a", "m", TOKEN).values.tolist()
        ranges = read_ranges(store.reader(), "a", TOKEN)
    assert repr(values) == repr([v for _, v in points])
    assert ranges == {"m": MetricRange(5, 0.1 + 0.2, 1.0)}


def test_that_thousands_of_points_at_one_step_are_read_once_each(store_path: Path) -> None:
    add_run(store_path, "a")
    sql = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
        INSERT INTO metrics(key, value, timestamp, step, is_nan, run_uuid) SELECT 'm', i, i, i / 9000, 0, 'a' FROM n"""
    change_store(store_path, sql)
    with open_store(store_path) as store:
        history = read_history(store.reader(), "a", "m", TOKEN)
        assert read_ranges(store.reader(), "a", TOKEN) == {"m": MetricRange(12_000, 1.0, 12_000.0)}
    assert history.values.tolist() == list(range(1, 12_001))


@pytest.mark.usefixtures("small_pages")
def test_that_wrong_types_in_a_history_never_raise(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "DROP TABLE metrics", "CREATE TABLE metrics(key, value, timestamp, step, is_nan, run_uuid)")
    add_run(path, "a")
    for value, time, step in [
        (1.0, 5, 1),
        ("word", 6, 2),
        (None, 7, 3),
        ("2.5", "x", "4"),
        (3.0, None, "five"),
        (b"\x00", 1, 1),
    ]:
        insert(
            path, "metrics", {"key": "m", "value": value, "timestamp": time, "step": step, "is_nan": 0, "run_uuid": "a"}
        )
    with open_store(path) as store:
        history = read_history(store.reader(), "a", "m", TOKEN)
        read_ranges(store.reader(), "a", TOKEN)
    assert sorted(history.values.tolist()) == [1.0, 2.5, 3.0]


def test_that_a_metric_nobody_logged_has_an_empty_history(store_path: Path) -> None:
    add_run(store_path, "a", metrics={"m": 1.0})
    with open_store(store_path) as store:
        reader = store.reader()
        assert len(read_history(reader, "a", "other", TOKEN).values) == 0
        assert len(read_history(reader, "nobody", "m", TOKEN).values) == 0
        assert read_ranges(reader, "nobody", TOKEN) == {}
        assert metric_keys(reader, [], TOKEN) == []


def test_that_the_metric_keys_of_many_runs_are_their_union(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a", metrics={"x": 1.0, "y": 1.0})
    add_run(path, "b", metrics={"y": 1.0, "z": 1.0})
    with open_store(path) as store:
        assert metric_keys(store.reader(), ["a", "b", *map(str, range(1_200))], TOKEN) == ["x", "y", "z"]
