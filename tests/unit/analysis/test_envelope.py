"""Min/max envelope of histories."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.envelope import envelope, make_series, off_log, on_log, value_at


def test_that_a_single_spike_in_a_million_points_survives_at_every_zoom() -> None:
    y = np.zeros(1_000_000)
    y[654_321] = 7.0
    y[123_456] = -3.0
    series = make_series(np.arange(1_000_000, dtype=np.float64), y)
    for low, high in ((0, 999_999), (600_000, 700_000), (100_000, 660_000), (654_000, 655_000), (654_321, 654_321)):
        line = envelope(series, low, high, 800)
        inside = y[low : high + 1]
        assert line.y.max() == max(inside.max(), 0.0)
        assert line.y.min() == min(inside.min(), 0.0)
        assert len(line.x) <= 4 * 802


@given(
    st.lists(st.tuples(st.integers(-20, 200), st.floats(-1e6, 1e6)), min_size=1, max_size=400),
    st.integers(1, 20),
)
def test_that_each_pixel_column_reaches_its_least_and_greatest_value(
    points: list[tuple[int, float]], columns: int
) -> None:
    x, y = (np.array(side, dtype=np.float64) for side in zip(*points, strict=True))
    series = make_series(x, y)
    low, high = float(x.min()), float(x.max())
    line = envelope(series, low, high, columns)
    assert np.all(np.diff(line.x) >= 0)
    edges = np.linspace(low, high, columns + 1)
    places = np.minimum(np.searchsorted(edges, x, side="right"), columns)
    drawn = np.minimum(np.searchsorted(edges, line.x, side="right"), columns)
    for column in np.unique(places):
        mine = line.y[drawn == column]
        assert mine.min() == y[places == column].min()
        assert mine.max() == y[places == column].max()


def test_that_few_points_are_passed_through_and_neighbours_outside_are_kept() -> None:
    series = make_series(np.arange(10, dtype=np.float64), np.arange(10, dtype=np.float64) ** 2)
    line = envelope(series, 2.5, 6.5, 100)
    assert line.x.tolist() == [2, 3, 4, 5, 6, 7]
    assert line.connect.tolist() == [True] * 5 + [False]


def test_that_nan_and_infinities_break_the_line_and_are_kept_as_marks() -> None:
    y = np.array([1.0, 2.0, np.nan, 3.0, np.inf, 4.0, 5.0, -np.inf])
    series = make_series(np.arange(8, dtype=np.float64), y)
    line = envelope(series, 0, 7, 100)
    assert line.y.tolist() == [1, 2, 3, 4, 5]
    assert line.connect.tolist() == [True, False, False, True, False]
    assert line.isolated().tolist() == [False, False, True, False, False]
    assert (series.nan_x.tolist(), series.plus_x.tolist(), series.minus_x.tolist()) == ([2], [4], [7])


def test_that_a_break_stays_a_break_where_columns_are_crowded() -> None:
    y = np.sin(np.arange(10_000) / 50.0)
    y[3000:7000] = np.nan
    series = make_series(np.arange(10_000, dtype=np.float64), y)
    line = envelope(series, 0, 9999, 100)
    before = int(np.flatnonzero(line.x < 3000)[-1])
    assert not line.connect[before]
    assert line.connect[:before].all()


def test_that_repeated_and_negative_steps_keep_every_point_in_order() -> None:
    steps = np.array([-2, -1, -1, -1, 0, 0], dtype=np.float64)
    series = make_series(steps, np.array([1.0, 5.0, 2.0, 3.0, 4.0, 6.0]))
    line = envelope(series, -2, 0, 100)
    assert line.x.tolist() == steps.tolist()
    assert line.y.tolist() == [1, 5, 2, 3, 4, 6]
    assert value_at(series, -1.1) == (-1.0, 3.0)


def test_that_points_out_of_order_are_sorted_and_equal_places_keep_their_order() -> None:
    series = make_series(np.array([3.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    assert series.x.tolist() == [1, 1, 3]
    assert series.y.tolist() == [2, 3, 1]


def test_that_a_history_of_one_point_or_of_nan_alone_is_no_trouble() -> None:
    one = make_series(np.array([5.0]), np.array([2.0]))
    assert one.bounds == (5.0, 5.0, 2.0, 2.0)
    assert envelope(one, 4, 6, 10).isolated().tolist() == [True]
    empty = make_series(np.array([5.0]), np.array([np.nan]))
    assert empty.bounds == (5.0, 5.0, 0.0, 0.0)
    assert len(envelope(empty, 4, 6, 10).x) == 0
    assert value_at(empty, 5.0) is None
    assert make_series(np.empty(0), np.empty(0)).bounds is None


def test_that_on_a_log_scale_zero_and_less_break_the_line_and_are_kept_aside() -> None:
    series = make_series(np.array([0.0, 1.0, 2.0, 3.0, 10.0]), np.array([5.0, 10.0, -1.0, 0.0, 1000.0]))
    log = on_log(series, log_x=True, log_y=True)
    assert log.x.tolist() == [0, 1]
    assert log.y.tolist() == [1, 3]
    assert log.breaks.tolist() == [True, True]
    assert log.below_x.tolist() == np.log10([2.0, 3.0]).tolist()
    assert log.left_y.tolist() == np.log10([5.0]).tolist()
    assert off_log(series, log_x=True, log_y=True) == (1, 2)
    assert on_log(series, log_x=False, log_y=False) is series


def test_that_a_break_stays_where_the_first_point_behind_it_has_no_logarithm() -> None:
    series = make_series(np.arange(5.0), np.array([1.0, np.nan, -1.0, 10.0, 100.0]))
    log = on_log(series, log_x=False, log_y=True)
    assert log.x.tolist() == [0, 3, 4]
    assert log.breaks.tolist() == [True, True, False]
