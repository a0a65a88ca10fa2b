"""The order in which columns arrive: what is looked at first, and a table that fails does not stop the others."""

from __future__ import annotations

import numpy as np
import pytest

from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, ColumnKey, ColumnKind, metric, param
from bakehouse.pages.runs.loading import RunLoader, reload
from bakehouse.store.opening import open_store
from bakehouse.tasks import TaskRunner
from tests.benchmarks.generated_store import make_store
from tests.stores import change_store


@pytest.fixture
def path(tmp_path):
    return make_store(tmp_path / "mlflow.db", runs=300, params=6, metrics=6, tags=3)


@pytest.fixture
def load(path, qtbot):
    """Loads all columns, calling `surveyed(loader)` as soon as they are known; gives the frame and the keys as read."""
    tasks = TaskRunner()
    loader = RunLoader(tasks)
    store = open_store(path)

    def run(surveyed):
        frames, settled = [], []
        loader.frame_loaded.connect(frames.append)
        loader.surveyed.connect(lambda _: surveyed(loader))
        done = (ColumnState.COMPLETE, ColumnState.FAILED)
        loader.column_changed.connect(
            lambda key: settled.append(key) if frames and frames[-1].states[key] in done else None
        )
        with qtbot.waitSignal(loader.experiments_loaded, timeout=20_000):
            loader.open(store)
        with qtbot.waitSignal(loader.columns_settled, timeout=20_000):
            loader.load_runs([1], {1: "generated"})
        return frames[-1], settled

    yield run
    loader.close()
    tasks.close()
    store.close()


def test_that_wanted_columns_come_first_and_every_column_comes_once(load):
    frame, came = load(lambda loader: loader.want([RUN_NAME, metric("loss"), param("max_depth")]))
    assert came[:2] == [param("max_depth"), metric("loss")]
    assert len(came) == len(set(came)) == 6 + 6 + 3 + 2
    assert set(frame.states.values()) == {ColumnState.COMPLETE}


def test_that_a_column_asked_for_alone_comes_before_those_asked_for_earlier(load):
    def ask(loader):
        loader.want([param("max_depth"), metric("loss")])
        loader.want([metric("val/auc")])

    _, came = load(ask)
    assert came[0] == metric("val/auc")
    assert set(came[1:3]) == {param("max_depth"), metric("loss")}


def test_that_a_table_that_cannot_be_read_fails_its_columns_only(load, path):
    frame, _ = load(lambda _: change_store(path, "DROP TABLE params"))
    for key, state in frame.states.items():
        assert state is (ColumnState.FAILED if key.kind is ColumnKind.PARAM else ColumnState.COMPLETE), key
    assert "open it again" in frame.failures[param("max_depth")]


LEAST = ColumnKey(ColumnKind.METRIC, "loss", "min")


def test_that_a_figure_over_a_history_comes_only_when_wanted_and_behind_the_plain_columns(load):
    unknown = ColumnKey(ColumnKind.METRIC, "no such", "min")
    frame, came = load(lambda loader: loader.want([LEAST, metric("loss"), unknown]))
    assert came[:2] == [metric("loss"), LEAST]
    assert frame.columns[LEAST].count == np.isfinite(frame.columns[metric("loss")].present_numbers()).sum()
    assert {key for key in frame.keys if key.figure} == {LEAST}


def test_that_a_refresh_brings_the_wanted_figures_along(path):
    with open_store(path) as store:
        frame = reload(store, [1], [LEAST, metric("loss")], lambda _frame, _token: None, Token()).frame
    assert frame.state(LEAST) is ColumnState.COMPLETE
    assert not frame.can_load(LEAST)
    assert frame.can_load(LEAST._replace(figure="max"))
    assert not frame.can_load(ColumnKey(ColumnKind.METRIC, "no such", "max"))
