"""Axes of parallel coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, AxisLane, axis_data, format_values, make_axis, number_ticks
from bakehouse.analysis.columns import build_column
from bakehouse.domain.columns import DURATION, START_TIME, metric, param


class Pairs:
    """What the store hands over for a metric."""

    def __init__(self, rows: list[int], values: list[float]) -> None:
        self.rows = np.array(rows, dtype=np.int32)
        self.values = np.array(values, dtype=np.float64)


class Words:
    """What the store hands over for a param."""

    def __init__(self, rows: list[int], codes: list[int], categories: list[str]) -> None:
        self.rows = np.array(rows, dtype=np.int32)
        self.codes = np.array(codes, dtype=np.int32)
        self.categories = categories


def numbers(values: list[float | None]) -> AxisData:
    floats = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return AxisData(metric("m"), "m", floats, np.array([v is not None for v in values], dtype=np.bool_))


def words(codes: list[int], categories: tuple[str, ...]) -> AxisData:
    whole = np.array(codes, dtype=np.int32)
    return AxisData(param("p"), "p", np.full(len(codes), np.nan), whole >= 0, categories, whole)


def all_rows(data: AxisData) -> np.ndarray:
    return np.arange(data.size, dtype=np.int32)


def test_that_a_metric_column_becomes_a_scale_and_keeps_missing_apart_from_nan() -> None:
    column = build_column(Pairs([0, 1, 3], [1.0, np.nan, np.inf]), 5)
    data = axis_data(metric("auc"), column)
    assert data.categories is None
    assert data.lanes().tolist() == [
        AxisLane.SCALE,
        AxisLane.NOT_FINITE,
        AxisLane.MISSING,
        AxisLane.NOT_FINITE,
        AxisLane.MISSING,
    ]


def test_that_a_param_of_numbers_becomes_a_scale_and_one_with_a_word_categories() -> None:
    numeric = axis_data(param("lr"), build_column(Words([0, 1], [0, 1], ["0.1", "1e-3"]), 3))
    assert numeric.categories is None
    assert numeric.values[:2].tolist() == [0.1, 0.001]
    mixed = axis_data(param("depth"), build_column(Words([0, 1], [0, 1], ["none", "3"]), 3))
    assert mixed.categories == ("3", "none")
    assert make_axis(mixed, all_rows(mixed)).missing == 1


def test_that_the_scale_reaches_from_the_least_to_the_greatest_value_of_the_rows_shown() -> None:
    data = numbers([5.0, 1.0, 3.0, 100.0, None])
    axis = make_axis(data, np.array([0, 1, 2, 4], dtype=np.int32))
    assert (axis.low, axis.high) == (1.0, 5.0)
    assert axis.positions[:3].tolist() == [1.0, 0.0, 0.5]
    assert np.isnan(axis.positions[3])
    assert axis.missing == 1


def test_that_categories_stand_in_their_order_from_the_top_and_only_those_that_occur() -> None:
    data = words([0, 2, -1, 2], ("a", "b", "c"))
    axis = make_axis(data, all_rows(data))
    assert axis.categories == ("a", "c")
    assert axis.positions[:2].tolist() == [1.0, 0.0]
    assert axis.lanes[2] == AxisLane.MISSING
    assert [tick.text for tick in axis.ticks] == ["a", "c"]


@pytest.mark.parametrize("values", [[2.0, 2.0], [2.0], [None, None], [], [np.nan, np.inf]])
def test_that_poor_columns_make_an_axis_without_a_warning(values: list[float | None]) -> None:
    data = numbers(values)
    axis = make_axis(data, all_rows(data))
    on_scale = axis.lanes == AxisLane.SCALE
    assert np.all(axis.positions[on_scale] == 0.5)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30))
def test_that_every_finite_value_lies_on_the_scale_and_every_other_on_a_lane(values: list[float]) -> None:
    data = numbers(list(values))
    axis = make_axis(data, all_rows(data))
    finite = np.isfinite(data.values)
    assert np.all((axis.positions[finite] >= 0) & (axis.positions[finite] <= 1))
    assert np.all(axis.lanes[~finite] == AxisLane.NOT_FINITE)
    assert axis.value_at(0.0) == axis.low
    assert axis.value_at(1.0) == axis.high


def test_that_ticks_are_few_and_short() -> None:
    assert [t.text for t in number_ticks(0.001, 0.2)] == ["0.001", "0.101", "0.200"]
    assert [t.text for t in number_ticks(50, 500)] == ["50", "275", "500"]
    assert [t.text for t in number_ticks(1e-9, 3e-9)] == ["1e-09", "2e-09", "3e-09"]
    assert [t.text for t in number_ticks(-1e308, 1e308)] == ["-1e+308", "0", "1e+308"]
    assert [t.text for t in number_ticks(7.0, 7.0)] == ["7"]


def test_that_times_and_durations_are_written_as_such() -> None:
    assert format_values([48_000.0, 5_400_000.0], DURATION) == ["48 s", "90 min"]
    day = format_values([1.7e12, 1.71e12], START_TIME)[0]
    assert day.startswith("2023-11-1")
    assert format_values([1e30], START_TIME) == ["1e+30"]
