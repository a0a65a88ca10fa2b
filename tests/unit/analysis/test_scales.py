"""Scales of numbers, and axes on which numbers and other texts stand apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, AxisLane, axis_data, make_axis
from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.scales import ScaleKind, make_scale, suggested_kind
from bakehouse.domain.columns import metric, param

KINDS = (ScaleKind.LINEAR, ScaleKind.LOG, ScaleKind.PERCENTILE)
positive = st.floats(1e-300, 1e300, allow_subnormal=False)


def texts(values: list[str]) -> AxisData:
    return axis_data(param("p"), TextColumn.of_texts(values))


def all_rows(data: AxisData) -> np.ndarray:
    return np.arange(data.size, dtype=np.int32)


@given(st.lists(positive, min_size=1, max_size=40), st.sampled_from(KINDS))
def test_that_greater_values_never_lie_lower_and_the_ends_are_exact(values: list[float], kind: ScaleKind) -> None:
    scale = make_scale(kind, np.array(values))
    ascending = scale.positions(np.sort(np.array(values)))
    assert (np.diff(ascending) >= 0).all()
    assert (ascending >= 0).all() and (ascending <= 1 + 1e-12).all()
    assert scale.value_at(0.0) == min(values) and scale.value_at(1.0) == max(values)
    inside = scale.value_at(0.37)
    assert min(values) <= inside <= max(values)


def test_that_values_of_very_different_size_share_one_log_axis() -> None:
    scale = make_scale(ScaleKind.LOG, np.array([1e-300, 1.0, 1e300]))
    assert scale.positions(np.array([1e-300, 1.0, 1e300])) == pytest.approx([0.0, 0.5, 1.0])


def test_that_equal_values_share_a_place_by_rank() -> None:
    scale = make_scale(ScaleKind.PERCENTILE, np.array([1.0, 5.0, 5.0, 5.0, 100.0]))
    assert scale.positions(np.array([1.0, 5.0, 100.0])) == pytest.approx([0.0, 0.5, 1.0])


def test_that_widely_spread_positive_values_suggest_a_log_scale() -> None:
    assert suggested_kind(np.array([1e-5, 0.1])) is ScaleKind.LOG
    assert suggested_kind(np.array([1e-5, 0.0, 0.1])) is ScaleKind.LINEAR
    assert suggested_kind(np.empty(0)) is ScaleKind.LINEAR


def test_that_zero_and_less_have_a_lane_on_a_log_axis() -> None:
    values = np.array([-1.0, 0.0, 1.0, 10.0, np.nan])
    data = AxisData(metric("m"), "m", values, np.ones(5, np.bool_))
    axis = make_axis(data, all_rows(data), ScaleKind.LOG)
    positive_lane, scale_lane = AxisLane.NOT_POSITIVE, AxisLane.SCALE
    assert axis.lanes.tolist() == [positive_lane, positive_lane, scale_lane, scale_lane, AxisLane.NOT_FINITE]
    assert axis.not_positive == 2
    assert axis.positions[2:4].tolist() == [0.0, 1.0]


def test_that_numbers_and_other_texts_stand_apart_on_one_axis() -> None:
    data = texts(["1", "2", "3", "auto", "", "none"])
    assert data.is_mixed
    axis = make_axis(data, all_rows(data), ScaleKind.LINEAR)
    assert axis.categories == ("auto", "none")
    assert axis.lanes.tolist() == [0, 0, 0, 0, AxisLane.MISSING, 0]
    assert axis.positions[:3] == pytest.approx([0.0, axis.numbers_top / 2, axis.numbers_top])
    assert axis.positions[3] == 1.0 and axis.positions[5] == pytest.approx(axis.texts_from)
    assert axis.position_of(2.0) == pytest.approx(axis.numbers_top / 2)
    assert axis.value_at(axis.numbers_top) == 3.0
    assert [tick.text for tick in axis.ticks] == ["1", "2", "3", "auto", "none"]


def test_that_a_mixed_column_of_which_only_one_kind_is_shown_uses_the_whole_axis() -> None:
    data = texts(["1", "3", "auto", "none"])
    numbers = make_axis(data, np.array([0, 1], np.int32), ScaleKind.LINEAR)
    assert numbers.categories is None and numbers.positions.tolist() == [0.0, 1.0]
    words = make_axis(data, np.array([2, 3], np.int32), ScaleKind.LINEAR)
    assert words.categories == ("auto", "none") and words.positions.tolist() == [1.0, 0.0]


def test_that_numbers_can_be_categories_with_the_greatest_at_the_top() -> None:
    data = AxisData(metric("m"), "m", np.array([2.0, 0.5, 2.0, np.inf]), np.ones(4, np.bool_))
    axis = make_axis(data, all_rows(data), ScaleKind.CATEGORY)
    assert axis.categories == ("2", "0.5")
    assert axis.positions[:3].tolist() == [1.0, 0.0, 1.0]
    assert axis.lanes[3] == AxisLane.NOT_FINITE


def test_that_learning_rates_are_shown_by_their_size() -> None:
    assert suggested_kind(np.array([1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1])) is ScaleKind.LOG
    assert suggested_kind(np.linspace(0.005, 0.2, 50)) is ScaleKind.LINEAR
    assert suggested_kind(np.array([1e-320, 1e300])) is ScaleKind.LOG
