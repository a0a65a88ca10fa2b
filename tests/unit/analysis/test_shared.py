"""What several runs share, from their columns."""

from __future__ import annotations

import math

import numpy as np

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.shared import shared_runs
from bakehouse.domain.columns import DURATION, START_TIME, STATUS, metric, param, tag

IDS = ["a", "b", "c", "d"]
ROW_OF = {run_id: row for row, run_id in enumerate(IDS)}
COLUMNS = {
    STATUS: TextColumn.of_texts(["FINISHED", "FAILED", "FINISHED", ""], numeric=False),
    START_TIME: NumberColumn.whole(np.array([5.0, 1.0, 9.0, math.nan])),
    DURATION: NumberColumn.whole(np.array([10.0, math.nan, 30.0, math.nan])),
    param("lr"): TextColumn.of_texts(["0.1", "0.2", "0.1", ""]),
    param("model"): TextColumn.of_texts(["tree", "tree", "net", "tree"]),
    tag("team"): TextColumn.of_texts(["", "", "", "x"]),
    metric("auc"): NumberColumn(np.array([0, 1, 2], np.int32), np.array([0.5, math.nan, 0.7]), 4),
}


def test_that_a_common_value_is_named_and_several_are_counted():
    shared = shared_runs(COLUMNS, ROW_OF, ["a", "b"])
    assert [(one.key.name, one.text, one.distinct) for one in shared.texts] == [("lr", None, 2), ("model", "tree", 1)]
    assert (shared.texts[0].low, shared.texts[0].high) == (0.1, 0.2)


def test_that_runs_without_a_value_are_counted():
    shared = shared_runs(COLUMNS, ROW_OF, IDS)
    assert {one.key.name: one.without for one in shared.texts} == {"lr": 1, "model": 0, "team": 3}
    (auc,) = shared.numbers
    assert (auc.without, auc.not_finite, auc.low, auc.high) == (1, 1, 0.5, 0.7)


def test_that_statuses_times_and_durations_are_summed_up():
    shared = shared_runs(COLUMNS, ROW_OF, [*IDS, "elsewhere"])
    assert shared.statuses == (("FINISHED", 2), ("", 1), ("FAILED", 1))
    assert (shared.first_start_ms, shared.last_start_ms) == (1.0, 9.0)
    assert (shared.total_duration_ms, shared.timed) == (40.0, 2)
    assert (shared.count, shared.missing) == (4, 1)


def test_that_values_near_the_greatest_floats_have_a_finite_mean():
    column = NumberColumn(np.array([0, 1], np.int32), np.array([1.7e308, 1.7e308]), 2)
    (one,) = shared_runs({metric("big"): column}, {"a": 0, "b": 1}, ["a", "b"]).numbers
    assert one.mean is not None and math.isfinite(one.mean)


def test_that_no_runs_share_nothing():
    shared = shared_runs(COLUMNS, ROW_OF, [])
    assert not shared.texts and not shared.numbers and math.isnan(shared.first_start_ms)
