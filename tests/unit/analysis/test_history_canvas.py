"""Several metrics on one canvas: which share a y axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.history_canvas import on_one_canvas, share_axes
from bakehouse.analysis.history_charts import HistoryLook, make_chart


@dataclass
class History:
    """As `store.metrics.History`."""

    run_id: str
    key: str
    values: np.ndarray

    @property
    def steps(self):
        return np.arange(len(self.values))

    @property
    def timestamps_ms(self):
        return np.arange(len(self.values))


def charts(**values):
    return [
        make_chart([History(f"run{n}", key, np.array(ys, np.float64)) for n, ys in enumerate(of)], {}, HistoryLook())
        for key, of in values.items()
    ]


def test_that_metrics_of_alike_ranges_share_one_axis():
    assert share_axes([(0.1, 0.9), (0.3, 0.8), (0.0, 1.0)], "fit") == [0, 0, 0]


def test_that_metrics_far_apart_get_an_axis_on_each_side():
    assert share_axes([(0.1, 0.9), (100, 2000), (0.0, 1.0)], "fit") == [0, 1, 0]
    assert share_axes([(100, 2000), (0.1, 0.9)], "fit") == [0, 1]


def test_that_small_values_around_a_large_one_are_not_flattened():
    assert share_axes([(0.0, 0.01), (1000.0, 1000.01)], "fit") == [0, 1]


def test_that_three_kinds_of_ranges_get_an_axis_each():
    assert share_axes([(0, 1), (0, 100), (0, 10_000)], "fit") == [0, 1, 2]


def test_that_a_metric_of_one_value_or_none_asks_for_no_axis():
    assert share_axes([(0, 1), (0.5, 0.5), None], "fit") == [0, 0, 0]


def test_that_the_person_has_the_last_word():
    apart = [(0, 1), (0, 100), (0, 10_000)]
    assert share_axes(apart, "one") == [0, 0, 0]
    assert share_axes(apart, "own") == [0, 1, 2]
    assert sorted(share_axes(apart, "two")) in ([0, 0, 1], [0, 1, 1])


REACH = st.tuples(st.floats(-1e308, 1e308), st.floats(-1e308, 1e308)).map(lambda pair: tuple(sorted(pair)))


@given(st.lists(st.none() | REACH, min_size=1, max_size=12), st.sampled_from(["fit", "one", "two", "own"]))
def test_that_axes_are_numbered_without_a_gap_from_the_first_metric_on(reaches, axes):
    of_metric = share_axes(reaches, axes)
    assert len(of_metric) == len(reaches)
    assert of_metric[0] == 0
    assert set(of_metric) == set(range(max(of_metric) + 1))


def test_that_the_canvas_has_every_line_of_its_charts_and_knows_its_metric():
    made = charts(loss=[[3, 2, 1], [4, 2, 2]], acc=[[0, 0.5, 1], [0, 0.2, 0.9]])
    canvas = on_one_canvas(made, "fit")
    assert [(line.ids, line.metric) for line in canvas.lines] == [
        (("run0",), 0), (("run1",), 0), (("run0",), 1), (("run1",), 1),
    ]  # fmt: skip
    assert [metric.name for metric in canvas.metrics] == ["loss", "acc"]
    assert canvas.metrics[0].reach == (1.0, 4.0)
    assert sum(line.points for line in canvas.lines) == 12


def test_that_one_metric_stays_a_chart_of_its_own():
    (chart,) = charts(loss=[[1, 2]])
    assert on_one_canvas([chart], "own") is chart


def test_that_a_group_has_the_same_tone_in_the_charts_of_all_metrics():
    groups = {"run0": "gas", "run1": "wood"}
    both = make_chart([History(f"run{n}", "loss", np.ones(2)) for n in (0, 1)], {}, HistoryLook(), groups)
    one = make_chart([History("run1", "acc", np.ones(2))], {}, HistoryLook(), groups)
    assert [line.tone for line in both.lines] == [0, 1]
    assert [line.tone for line in one.lines] == [1]
