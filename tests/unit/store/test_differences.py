"""Which columns are the same in all runs, on stores of ours: as the loaded columns say it."""

from __future__ import annotations

import math

import pytest

from bakehouse.analysis.columns import build_column
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, metric, param, tag
from bakehouse.store.columns import list_keys, read_columns
from bakehouse.store.differences import same_columns
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_run_ids
from tests.stores import add_experiment, add_run, change_store, new_store


def same_in(path, experiments=(0,)) -> tuple[set[ColumnKey], set[ColumnKey]]:
    """What the query says, and what the columns themselves say."""
    store = open_store(path, read_only=True)
    try:
        reader, token = store.reader(), Token()
        ids = read_run_ids(reader, experiments, token)
        keys = list_keys(reader, experiments, token)
        row_of = {run_id: row for row, run_id in enumerate(ids)}
        columns = read_columns(reader, keys, row_of, token)
        alike = {key for key in keys if not build_column(columns[key], len(ids)).differs()}
        return set(same_columns(reader, keys, experiments, ids, token)), alike
    finally:
        store.close()


@pytest.fixture
def path(tmp_path):
    return new_store(tmp_path / "mlflow.db")


def test_that_equal_values_in_every_run_are_the_same_and_one_exception_is_not(path):
    for i in range(300):
        params = {"constant": "7", "late": "a" if i < 299 else "b", "varied": str(i), "text": "1" if i % 2 else "1.0"}
        metrics = {"flat": 0.5, "rising": float(i), "nan": math.nan, "once nan": math.nan if i == 151 else 0.0}
        add_run(path, f"{i:032x}", params=params, metrics=metrics, tags={"team": "x"})
    found, alike = same_in(path)
    assert found == alike
    assert found == {param("constant"), metric("flat"), metric("nan"), tag("team")}


def test_that_a_missing_value_differs_from_a_present_one(path):
    for i in range(250):
        add_run(path, f"{i:032x}", params={"mostly": "1"} if i != 201 else {}, tags={"rare": "y"} if i == 7 else {})
    found, alike = same_in(path)
    assert found == alike == set()


def test_that_runs_of_other_experiments_and_deleted_ones_do_not_count(path):
    add_experiment(path, 5, "other")
    for i in range(200):
        add_run(path, f"{i:032x}", params={"p": "same"}, metrics={"m": 1.0})
    add_run(path, "f" * 32, experiment_id=5, params={"p": "else"}, metrics={"m": 2.0})
    add_run(path, "e" * 32, stage="deleted", params={"p": "gone"})
    assert same_in(path) == ({param("p"), metric("m")}, {param("p"), metric("m")})
    assert same_in(path, (0, 5)) == (set(), set())


def test_that_a_single_run_has_nothing_that_differs(path):
    add_run(path, "a" * 32, params={"p": "1"}, metrics={"m": 2.0})
    assert same_in(path) == ({param("p"), metric("m")}, {param("p"), metric("m")})


def test_that_odd_stores_are_answered_without_a_fault(path):
    for i in range(150):
        add_run(path, f"{i:032x}", params={"p": "1"}, tags={"t": "v"})
    change_store(path, "UPDATE tags SET value = NULL WHERE run_uuid LIKE '%7'", "DELETE FROM latest_metrics")
    found, alike = same_in(path)
    assert found == alike == {param("p")}
