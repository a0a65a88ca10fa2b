"""Brushes and the runs that they keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, AxisLane, make_axis
from bakehouse.analysis.brushes import Brush, Interval, brush_between, lanes_of, merged, spans, tidied, without_piece
from bakehouse.analysis.decimals import shortest_between
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import metric, param

NUMBER_KINDS = (ScaleKind.LINEAR, ScaleKind.LOG, ScaleKind.PERCENTILE, ScaleKind.CATEGORY)


def numbers(values: list[float | None], name: str = "m") -> AxisData:
    floats = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return AxisData(metric(name), name, floats, np.array([v is not None for v in values], dtype=np.bool_))


def words(codes: list[int], categories: tuple[str, ...]) -> AxisData:
    whole = np.array(codes, dtype=np.int32)
    return AxisData(param("p"), "p", np.full(len(codes), np.nan), whole >= 0, categories, whole)


def mixed() -> AxisData:
    codes = np.array([0, 1, 2, 3, -1], np.int32)
    values = np.array([1.0, 2.0, np.nan, np.nan, np.nan])
    return AxisData(param("p"), "p", values, codes >= 0, ("1", "2", "auto", "none"), codes, 2)


def all_rows(data: AxisData) -> np.ndarray:
    return np.arange(data.size, dtype=np.int32)


def test_that_an_interval_holds_both_ends_and_an_infinity_only_without_one() -> None:
    data = numbers([1.0, 2.0, 3.0, None, np.nan, np.inf])
    assert Brush.between(1.0, 2.0).mask(data).tolist() == [True, True, False, False, False, False]
    assert Brush.between(1.5, None).mask(data).tolist() == [False, True, True, False, False, True]


def test_that_lanes_can_be_chosen_with_or_without_an_interval() -> None:
    data = numbers([1.0, None, np.nan, -np.inf])
    assert Brush(missing=True).mask(data).tolist() == [False, True, False, False]
    both = Brush((Interval(1.0, 1.0),), nan=True, infinite=(True, False))
    assert both.mask(data).tolist() == [True, False, True, True]


def test_that_categories_keep_their_runs_and_missing_ones_only_when_asked() -> None:
    data = words([0, 1, -1, 2], ("a", "b", "c"))
    assert Brush(categories=frozenset("ac")).mask(data).tolist() == [True, False, False, True]
    assert Brush(categories=frozenset("a"), missing=True).mask(data).tolist() == [True, False, True, False]
    assert Brush(categories=frozenset("a"), excluded=True).mask(data).tolist() == [False, True, False, True]


def test_that_several_brushes_of_an_axis_are_joined_and_merge_where_they_touch() -> None:
    data = numbers([1.0, 2.0, 3.0, 4.0])
    two = Brush.between(1.0, 1.5).joined(Brush.between(3.5, None))
    assert two.mask(data).tolist() == [True, False, False, True]
    assert merged([Interval(3.0, 4.0), Interval(None, 1.0), Interval(0.5, 2.0)]) == (
        Interval(None, 2.0),
        Interval(3.0, 4.0),
    )
    inside, outside = Brush(categories=frozenset("ab")), Brush(categories=frozenset("bc"), excluded=True)
    assert inside.joined(outside) == Brush(categories=frozenset("c"), excluded=True)


def test_that_a_drag_over_categories_takes_those_inside() -> None:
    data = words([0, 1, 2], ("a", "b", "c"))
    axis = make_axis(data, all_rows(data))
    assert brush_between(axis, 1.2, 0.4) == Brush(categories=frozenset("ab"))
    assert brush_between(axis, 0.6, 0.9) is None
    single = make_axis(data, np.array([1], dtype=np.int32))
    assert brush_between(single, 0.4, 0.6) == Brush(categories=frozenset("b"))


def test_that_texts_are_told_by_those_outside_where_that_is_shorter() -> None:
    data = words([0, 1, 2], ("a", "b", "c"))
    axis = make_axis(data, all_rows(data))
    assert tidied(axis, Brush(categories=frozenset("ab"))) == Brush(categories=frozenset("c"), excluded=True)
    assert tidied(axis, Brush(categories=frozenset("a"))) == Brush(categories=frozenset("a"))
    assert tidied(axis, Brush(categories=frozenset("abc"))) == Brush(excluded=True)
    beside_numbers = make_axis(mixed(), all_rows(mixed()), ScaleKind.LINEAR)
    both = Brush(categories=frozenset({"auto", "none"}))
    assert tidied(beside_numbers, both) == both


def test_that_numbers_and_texts_of_one_axis_are_brushed_apart() -> None:
    data = mixed()
    axis = make_axis(data, all_rows(data), ScaleKind.LINEAR)
    assert brush_between(axis, 0.0, 0.7).mask(data).tolist() == [True, True, False, False, False]
    assert brush_between(axis, 0.5, 0.8).mask(data).tolist() == [False, True, False, True, False]
    assert brush_between(axis, 0.7, 1.0).mask(data).tolist() == [False, False, True, True, False]


def test_that_a_drag_over_a_lane_alone_chooses_the_lane() -> None:
    data = numbers([1.0, None, 2.0])
    axis = make_axis(data, all_rows(data))
    assert brush_between(axis, np.nan, np.nan, [AxisLane.MISSING]) == Brush(missing=True)
    assert brush_between(axis, -0.2, -0.1) is None
    odd = numbers([1.0, np.nan, -np.inf])
    lane = brush_between(make_axis(odd, all_rows(odd)), np.nan, np.nan, [AxisLane.NOT_FINITE])
    assert lane == Brush(nan=True, infinite=(True, False))


def test_that_zero_and_less_are_brushed_on_their_lane_of_a_logarithmic_axis() -> None:
    data = numbers([10.0, 1.0, 0.0, -4.0])
    axis = make_axis(data, all_rows(data), ScaleKind.LOG)
    lane = brush_between(axis, np.nan, np.nan, [AxisLane.NOT_POSITIVE])
    assert lane == Brush.between(None, 0.0)
    assert set(lanes_of(axis, lane)) == {AxisLane.NOT_POSITIVE}
    scale = brush_between(axis, 0.0, 0.5)
    assert scale.mask(data).tolist() == [False, True, False, False]
    assert not lanes_of(axis, scale)


def test_that_a_piece_is_taken_out_of_a_brush() -> None:
    data = words([0, 1, 2], ("a", "b", "c"))
    axis = make_axis(data, all_rows(data))
    brush = Brush(categories=frozenset("b"), excluded=True, missing=True)
    upper = spans(axis, brush)[-1]
    assert (upper.low, upper.high) == (1.0, 1.0)
    assert without_piece(axis, brush, upper.piece) == Brush(categories=frozenset("c"), missing=True)
    without_lane = without_piece(axis, brush, lanes_of(axis, brush)[AxisLane.MISSING])
    assert without_lane == Brush(categories=frozenset("b"), excluded=True)


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=40),
    st.floats(-0.2, 1.2),
    st.floats(-0.2, 1.2),
    st.sampled_from(NUMBER_KINDS),
    st.booleans(),
)
def test_that_a_drag_keeps_exactly_the_runs_drawn_inside_it(
    values: list[float], first: float, second: float, kind: ScaleKind, flipped: bool
) -> None:
    data = numbers(list(values))
    axis = make_axis(data, all_rows(data), kind)
    axis = axis.flipped() if flipped else axis
    brush = brush_between(axis, first, second)
    mask = np.zeros(data.size, dtype=np.bool_) if brush is None else brush.mask(data)
    low, high = min(first, second), max(first, second)
    positions = axis.positions.astype(np.float64)
    # A thousandth of the scale is far less than a pixel.
    surely_in = (positions > low + 1e-3) & (positions < high - 1e-3)
    surely_out = ~((positions > low - 1e-3) & (positions < high + 1e-3))
    assert mask[surely_in].all()
    assert not mask[surely_out].any()
    # What is painted covers what was dragged over, as far as runs lie there.
    covered = np.zeros(data.size, np.bool_)
    for span in [] if brush is None else spans(axis, brush):
        covered |= (positions >= span.low - 1e-3) & (positions <= span.high + 1e-3)
    assert covered[surely_in].all()


@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [(0.333, 1.0, (3.0, None)), (-0.1, 0.42, (None, 4.0)), (0.31, 0.38, (3.0, 4.0)), (0.0, 1.0, (0.0, 10.0))],
)
def test_that_ends_are_short_and_there_is_none_where_no_run_lies_beyond(
    first: float, second: float, interval: tuple[float | None, float | None]
) -> None:
    data = numbers([0.0, 5.0, 10.0])
    axis = make_axis(data, all_rows(data))
    assert brush_between(axis, first, second).intervals == (interval,)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False), st.floats(), st.booleans())
def test_that_the_shortest_decimal_lies_between(low: float, high: float, wanted: float, open_low: bool) -> None:
    low, high = min(low, high), max(low, high)
    if low < high and wanted == wanted:
        found = shortest_between(low, high, wanted, open_low=open_low)
        assert (low < found <= high) if open_low else (low <= found < high)


@pytest.mark.parametrize(
    ("low", "high", "wanted", "found"),
    [
        (99.9, 100.2, 100.15, 100.0),
        (0.1234, 0.1239, 0.1236, 0.1236),
        (0.0012, 0.87, 0.0051, 0.005),
        (-3.0, 7.0, 6.6, 7.0),
        (1e-300, 1e300, 1e-300, 2e-300),
    ],
)
def test_that_few_digits_come_first(low: float, high: float, wanted: float, found: float) -> None:
    assert shortest_between(low, high, wanted, open_low=True) == found


def test_that_a_brush_outside_the_visible_range_has_no_span() -> None:
    data = numbers([1.0, 2.0])
    axis = make_axis(data, all_rows(data))
    assert spans(axis, Brush.between(5.0, 6.0)) == []
    assert spans(axis, Brush(missing=True)) == []
    assert [span[:2] for span in spans(axis, Brush.between(1.5, 9.0))] == [(0.5, 1.0)]
    by_category = make_axis(data, all_rows(data), ScaleKind.CATEGORY)
    assert [span[:2] for span in spans(by_category, Brush.between(1.5, None))] == [(1.0, 1.0)]
