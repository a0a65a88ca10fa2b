"""Least, greatest and at a step: over every point, whichever way they are read."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind, metric
from bakehouse.store import history_figures
from bakehouse.store.columns import Numbers, list_keys, read_columns
from bakehouse.store.history_figures import read_figures
from bakehouse.store.metrics import read_history, read_ranges
from bakehouse.store.opening import open_store
from bakehouse.store.reading import PageSize, Reader
from bakehouse.store.runs import read_headers
from tests.stores import SHARED_NAMES, add_points, add_run, change_store, insert, new_store, shared_store

TOKEN = Token()


def figure(name: str, which: str, step: int = 0) -> ColumnKey:
    return ColumnKey(ColumnKind.METRIC, name, which, step)


def values_of(reader: Reader, key: ColumnKey, run_ids: list[str]) -> dict[str, float]:
    """The figure of every run that has it, NaN as the text `nan`."""
    row_of = {run_id: row for row, run_id in enumerate(run_ids)}
    found = read_columns(reader, [key], row_of, TOKEN)[key]
    assert isinstance(found, Numbers)
    pairs = zip(found.rows.tolist(), found.values.tolist(), strict=True)
    return {run_ids[row]: "nan" if math.isnan(value) else value for row, value in pairs}


@pytest.fixture(params=["run by run", "along the key"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    cost = 0.0 if request.param == "run by run" else 1e9
    monkeypatch.setattr(history_figures, "_STATEMENT", cost)
    monkeypatch.setattr(history_figures, "_JUMPED_ROW", 0.0)
    monkeypatch.setattr(history_figures, "_PASSED_ROW", 1.0)
    return str(request.param)


@pytest.fixture(params=["3.17 indexes", "older indexes", "no index by run", "no primary key"])
def store_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    if request.param != "3.17 indexes":
        change_store(path, "DROP INDEX index_metrics_run_uuid_key_step")
    if request.param == "no index by run":
        change_store(path, "DROP INDEX index_metrics_run_uuid")
    if request.param == "no primary key":
        change_store(
            path,
            "CREATE TABLE copied (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN)",
            "DROP TABLE metrics",
            "ALTER TABLE copied RENAME TO metrics",
        )
    return path


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three rows, so that every border between pages is met."""
    monkeypatch.setattr(PageSize, "__init__", lambda self, greatest=3: self.__dict__.update(greatest=3, rows=3))
    monkeypatch.setattr(history_figures, "MAX_PAGE_ROWS", 3)


@pytest.mark.usefixtures("small_pages", "way")
def test_that_only_finite_points_have_a_least_and_a_greatest(store_path: Path) -> None:
    points = {
        "usual": [(0, 3.0), (1, -1.5), (2, 2.0), (3, 8.0)],
        "nan": [(0, 3.0), (1, math.nan), (2, 2.0)],
        "infinite": [(0, math.inf), (1, 4.0), (2, -math.inf)],
        "nothing finite": [(0, math.inf), (1, math.nan)],
        "one": [(0, 0.0)],
    }
    for run_id, series in points.items():
        add_run(store_path, run_id)
        add_points(store_path, run_id, {"m": series, "other": [(0, 99.0), (1, -99.0)]})
    add_run(store_path, "without")
    ids = [*points, "without"]
    with open_store(store_path) as store:
        low = values_of(store.reader(), figure("m", "min"), ids)
        high = values_of(store.reader(), figure("m", "max"), ids)
    assert low == {"usual": -1.5, "nan": 2.0, "infinite": 4.0, "one": 0.0}
    assert high == {"usual": 8.0, "nan": 3.0, "infinite": 4.0, "one": 0.0}


@pytest.mark.usefixtures("small_pages", "way")
def test_that_the_greatest_time_and_then_value_counts_at_a_step(store_path: Path) -> None:
    add_run(store_path, "a")
    add_run(store_path, "b")
    # (step, time, value), in the order of writing
    for run_id, rows in {
        "a": [(5, 30, 1.0), (-2, 40, 2.0), (5, 10, 3.0), (5, 30, 7.0), (5, 30, 4.0), (5, 5, 8.0), (6, 99, 9.0)],
        "b": [(5, 30, 2.0), (5, 31, math.nan), (-2, 1, math.inf)],
    }.items():
        for step, time, value in rows:
            shape = {"key": "m", "timestamp": time, "step": step, "run_uuid": run_id}
            stored = {"value": 0.0 if value != value else min(value, 1.7976931348623157e308)}
            insert(store_path, "metrics", {**shape, **stored, "is_nan": int(value != value)})
    with open_store(store_path) as store:
        reader = store.reader()
        assert values_of(reader, figure("m", "at", 5), ["a", "b"]) == {"a": 7.0, "b": "nan"}
        assert values_of(reader, figure("m", "at", -2), ["b", "a"]) == {"a": 2.0, "b": math.inf}
        assert values_of(reader, figure("m", "at", 0), ["a", "b"]) == {}
        assert values_of(reader, figure("none", "at", 0), ["a", "b"]) == {}


@pytest.mark.parametrize("name", SHARED_NAMES)
@pytest.mark.usefixtures("way")
def test_that_figures_of_real_stores_are_those_of_their_histories(name: str) -> None:
    with open_store(shared_store(name)) as store:
        reader = store.reader()
        ids = read_headers(reader, [0, 1, 2, 3], TOKEN, deleted=True).run_ids
        names = [key.name for key in list_keys(reader, None, TOKEN) if key.kind is ColumnKind.METRIC]
        for key in names:
            histories = {run_id: read_history(reader, run_id, key, TOKEN) for run_id in ids}
            ranges = {run_id: read_ranges(reader, run_id, TOKEN).get(key) for run_id in ids}
            low = {run_id: one.minimum for run_id, one in ranges.items() if one and one.minimum is not None}
            high = {run_id: one.maximum for run_id, one in ranges.items() if one and one.maximum is not None}
            assert values_of(reader, figure(key, "min"), ids) == low
            assert values_of(reader, figure(key, "max"), ids) == high
            for step in (0, 1, 5):
                there = {}
                for run_id, history in histories.items():
                    found = np.flatnonzero(history.steps == step)
                    times = history.timestamps_ms[found]
                    if len(found):
                        last = history.values[found][times == times.max()]
                        there[run_id] = "nan" if np.isnan(last).all() else float(np.nanmax(last))
                assert values_of(reader, figure(key, "at", step), ids) == there


@pytest.mark.usefixtures("small_pages")
def test_that_all_figures_of_a_metric_are_read_together(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a")
    add_points(path, "a", {"m": [(step, float(step)) for step in range(20)]})
    keys = [figure("m", "min"), figure("m", "max"), figure("m", "at", 3), figure("m", "at", 19), metric("m")]
    with open_store(path) as store:
        found = read_columns(store.reader(), keys, {"a": 4}, TOKEN)
    assert {key: found[key].rows.tolist() for key in keys} == {key: [4] for key in keys}
    assert [float(found[key].values[0]) for key in keys] == [0.0, 19.0, 3.0, 19.0, 19.0]


@pytest.mark.usefixtures("small_pages", "way")
def test_that_odd_stored_values_harm_nothing(store_path: Path) -> None:
    add_run(store_path, "a")
    rows = [("word", 1, 0), (b"\xff", 2, 0), (2.5, 3, 0), (1.5, "noon", 0), (3.5, 5, 0)]
    for value, time, step in rows:
        shape = {"key": "m", "value": value, "timestamp": time, "step": step, "run_uuid": "a", "is_nan": 0}
        insert(store_path, "metrics", shape)
    insert_odd = "INSERT INTO metrics(key, value, timestamp, run_uuid, step, is_nan)"
    change_store(store_path, f"{insert_odd} VALUES ('m', 9.5, 6, CAST(x'ff61' AS TEXT), 0, 0)")
    with open_store(store_path) as store:
        reader = store.reader()
        assert values_of(reader, figure("m", "min"), ["a"]) == {"a": 1.5}
        assert values_of(reader, figure("m", "max"), ["a"]) == {"a": 3.5}
        assert values_of(reader, figure("m", "at", 0), ["a"])["a"] in (1.5, 2.5, 3.5)


def test_that_a_page_holds_its_lock_shortly(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    for run in range(20):
        add_run(path, f"r{run}")
        add_points(path, f"r{run}", {"m": [(step, float(step % 7)) for step in range(2_000)]})
    statements: list[float] = []
    with open_store(path) as store:
        store.on_statement = statements.append
        keys = [figure("m", "max"), figure("m", "at", 1999)]
        row_of = {f"r{run}": run for run in range(20)}
        assert all(len(rows) == 20 for _, rows, _ in read_figures(store.reader(), keys, row_of, TOKEN))
    assert len(statements) > 8
