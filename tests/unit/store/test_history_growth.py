"""Histories that grow while they are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.store.history_growth import read_growth, read_run_histories
from bakehouse.store.metrics import read_history
from bakehouse.store.opening import open_store
from tests.stores import add_run, change_store, insert, new_store

TOKEN = Token()


@pytest.fixture(params=["3.17 index", "older indexes", "no index"])
def store_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    if request.param != "3.17 index":
        change_store(path, "DROP INDEX index_metrics_run_uuid_key_step")
    if request.param == "no index":
        change_store(path, "DROP INDEX index_metrics_run_uuid")
    add_run(path, "a")
    add_run(path, "b")
    return path


def log(path: Path, run: str, key: str, *points: tuple[int, int, float]) -> None:
    for step, time, value in points:
        row = {"key": key, "value": value, "timestamp": time, "step": step, "run_uuid": run, "is_nan": 0}
        insert(path, "metrics", row)


def test_that_later_points_join_the_known_ones_whatever_their_step(store_path: Path) -> None:
    log(store_path, "a", "m", (0, 1, 1.0), (5, 2, 2.0))
    with open_store(store_path) as store:
        reader = store.reader()
        known = read_run_histories(reader, "a", ["m", "n"], TOKEN)
        assert list(known.histories) == ["m"]
        assert read_growth(reader, known, ["m", "n"], TOKEN) is known
        log(store_path, "b", "m", (9, 9, 9.0))
        log(store_path, "a", "m", (-3, 3, 3.0), (5, 3, 4.0))
        log(store_path, "a", "n", (1, 4, 5.0))
        log(store_path, "a", "other", (1, 4, 6.0))
        grown = read_growth(reader, known, ["m", "n"], TOKEN)
        for key in ("m", "n"):
            whole = read_history(reader, "a", key, TOKEN)
            assert grown.histories[key].steps.tolist() == whole.steps.tolist()
            assert grown.histories[key].timestamps_ms.tolist() == whole.timestamps_ms.tolist()
            assert grown.histories[key].values.tolist() == whole.values.tolist()
        assert set(grown.histories) == {"m", "n"}


def test_that_growth_comes_in_pages_of_which_none_is_lost(store_path: Path) -> None:
    log(store_path, "a", "m", (0, 0, 1.0))
    with open_store(store_path) as store:
        reader = store.reader()
        known = read_run_histories(reader, "a", ["m"], TOKEN)
        log(store_path, "a", "m", *((step, step, float(step)) for step in range(1, 30)))
        reader.page_size("metrics.growth").rows = 4
        grown = read_growth(reader, known, ["m"], TOKEN)
        assert grown.histories["m"].values.tolist() == [1.0, *map(float, range(1, 30))]


def test_that_a_run_whose_points_are_gone_has_none_left(store_path: Path) -> None:
    log(store_path, "a", "m", (0, 1, 1.0))
    with open_store(store_path) as store:
        reader = store.reader()
        known = read_run_histories(reader, "a", ["m"], TOKEN)
        change_store(store_path, "DELETE FROM metrics WHERE run_uuid = 'a'")
        assert read_growth(reader, known, ["m"], TOKEN).histories == {}
