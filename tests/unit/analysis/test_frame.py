"""Runs as columns."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.frame import ColumnState, RunFrame, default_columns, frame_of
from bakehouse.domain.columns import DURATION, EXPERIMENT, RUN_ID, RUN_NAME, START_TIME, metric, param, tag


def headers() -> SimpleNamespace:
    return SimpleNamespace(
        run_ids=["a", "b"], experiment_ids=np.array([1, 7]), names=["first", ""], statuses=["FINISHED", "RUNNING"],
        users=["ann", ""], start_times_ms=np.array([1000.0, 2000.0]), end_times_ms=np.array([4000.0, np.nan]),
    )  # fmt: skip


def test_that_attributes_are_there_at_once():
    frame = frame_of(headers(), {1: "prices"})
    assert frame.unloaded() == [RUN_NAME, RUN_ID]
    assert frame.row_of == {"a": 0, "b": 1}
    assert frame.columns[DURATION].text(0) == "3000.0" and frame.columns[DURATION].text(1) == ""
    assert [frame.columns[EXPERIMENT].text(i) for i in range(2)] == ["prices", "7"]
    assert (frame.name(0), frame.name(1)) == ("first", "b")


def test_that_a_column_of_another_size_is_refused():
    with pytest.raises(ValueError, match="3 rows"):
        RunFrame(["a"]).put(param("x"), TextColumn.of_texts(["1", "2", "3"]))


def test_that_states_follow_a_column_on_its_way():
    frame = RunFrame(["a"])
    frame.know([metric("m"), param("p")])
    assert frame.keys == [param("p"), metric("m")]
    assert frame.unloaded() == [param("p"), metric("m")]
    frame.mark(param("p"), ColumnState.FAILED, "The store is damaged.")
    assert frame.unloaded() == [metric("m")] and frame.failures[param("p")] == "The store is damaged."
    frame.put(param("p"), TextColumn.of_texts(["1"]))
    assert frame.state(param("p")) is ColumnState.COMPLETE and not frame.failures


def test_that_the_first_columns_are_the_most_relevant_ones_that_vary():
    frame = RunFrame(["a", "b"])
    frame.know([param("rare"), param("lr"), param("seed"), metric("rmse"), metric("system/cpu"), tag("t")])
    relevance = {param("rare"): 1, param("lr"): 2, param("seed"): 2, metric("rmse"): 2, metric("system/cpu"): 9}
    assert default_columns(frame, relevance, frozenset([param("seed")]), params=1, metrics=1) == [
        RUN_NAME, START_TIME, DURATION, param("lr"), metric("rmse"),
    ]  # fmt: skip
