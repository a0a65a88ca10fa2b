"""Brushes and the runs that they keep."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, AxisLane, make_axis
from bakehouse.analysis.brushes import Brush, brush_between, brush_extent, combined_mask
from bakehouse.domain.columns import metric, param


def numbers(values: list[float | None], name: str = "m") -> AxisData:
    floats = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return AxisData(metric(name), name, floats, np.array([v is not None for v in values], dtype=np.bool_))


def words(codes: list[int], categories: tuple[str, ...]) -> AxisData:
    whole = np.array(codes, dtype=np.int32)
    return AxisData(param("p"), "p", np.full(len(codes), np.nan), whole >= 0, categories, whole)


def all_rows(data: AxisData) -> np.ndarray:
    return np.arange(data.size, dtype=np.int32)


def test_that_an_interval_holds_both_ends_and_neither_lane() -> None:
    data = numbers([1.0, 2.0, 3.0, None, np.nan, np.inf])
    assert Brush(1.0, 2.0).mask(data).tolist() == [True, True, False, False, False, False]
    assert Brush(1.0, np.inf).mask(data).tolist() == [True, True, True, False, False, False]


def test_that_lanes_can_be_chosen_with_or_without_an_interval() -> None:
    data = numbers([1.0, None, np.nan, -np.inf])
    assert Brush(missing=True).mask(data).tolist() == [False, True, False, False]
    assert Brush(1.0, 1.0, not_finite=True).mask(data).tolist() == [True, False, True, True]


def test_that_categories_keep_their_runs_and_missing_ones_only_when_asked() -> None:
    data = words([0, 1, -1, 2], ("a", "b", "c"))
    assert Brush(categories=frozenset("ac")).mask(data).tolist() == [True, False, False, True]
    assert Brush(categories=frozenset("a"), missing=True).mask(data).tolist() == [True, False, True, False]


def test_that_a_brush_of_another_kind_lets_nothing_through() -> None:
    assert not Brush(0.0, 1.0).mask(words([0, 1], ("a", "b"))).any()
    assert not Brush(categories=frozenset("a")).mask(numbers([1.0])).any()


def test_that_a_drag_over_categories_takes_those_inside() -> None:
    data = words([0, 1, 2], ("a", "b", "c"))
    axis = make_axis(data, all_rows(data))
    assert brush_between(axis, 1.2, 0.4) == Brush(categories=frozenset("ab"))
    assert brush_between(axis, 0.6, 0.9) == Brush(categories=frozenset())
    single = make_axis(data, np.array([1], dtype=np.int32))
    assert brush_between(single, 0.4, 0.6) == Brush(categories=frozenset("b"))


def test_that_a_drag_over_a_lane_alone_chooses_the_lane() -> None:
    data = numbers([1.0, None, 2.0])
    axis = make_axis(data, all_rows(data))
    assert brush_between(axis, np.nan, np.nan, [AxisLane.MISSING]) == Brush(missing=True)
    assert brush_between(axis, -0.2, -0.1) is None


def test_that_brushes_are_joined_by_and() -> None:
    first, second = numbers([1.0, 2.0, 3.0], "a"), numbers([3.0, 2.0, 1.0], "b")
    brushes = {first.key: Brush(2.0, 3.0), second.key: Brush(2.0, 3.0)}
    assert combined_mask((first, second), brushes, 3).tolist() == [False, True, False]
    assert combined_mask((first, second), brushes, 3, without=second.key).tolist() == [False, True, True]
    assert combined_mask((first, second), {}, 3).all()


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=40),
    st.floats(-0.2, 1.2),
    st.floats(-0.2, 1.2),
)
def test_that_a_drag_keeps_exactly_the_runs_drawn_inside_it(values: list[float], first: float, second: float) -> None:
    data = numbers(list(values))
    axis = make_axis(data, all_rows(data))
    brush = brush_between(axis, first, second)
    mask = np.zeros(data.size, dtype=np.bool_) if brush is None else brush.mask(data)
    low, high = min(first, second), max(first, second)
    positions = axis.positions.astype(np.float64)
    # A thousandth of the scale is far less than a pixel.
    surely_in = (positions > low + 1e-3) & (positions < high - 1e-3)
    surely_out = ~((positions > low - 1e-3) & (positions < high + 1e-3))
    assert mask[surely_in].all()
    assert not mask[surely_out].any()


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_that_a_brush_covers_the_places_it_was_dragged_over(first: float, second: float) -> None:
    data = numbers([-3.0, 5.0])
    axis = make_axis(data, all_rows(data))
    brush = brush_between(axis, first, second)
    assert brush is not None
    extent = brush_extent(axis, brush)
    assert extent is not None
    assert np.allclose(extent, (min(first, second), max(first, second)), atol=1e-9)


def test_that_a_brush_outside_the_visible_range_has_no_extent() -> None:
    data = numbers([1.0, 2.0])
    axis = make_axis(data, all_rows(data))
    assert brush_extent(axis, Brush(5.0, 6.0)) is None
    assert brush_extent(axis, Brush(missing=True)) is None
    assert brush_extent(axis, Brush(1.5, 9.0)) == (0.5, 1.0)
