"""Round places for ticks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.ticks import (
    log_places,
    moment_label,
    moment_places,
    number_places,
    seconds_places,
    seconds_text,
)


def test_that_places_are_round() -> None:
    assert number_places(0.0, 1.0, 5) == [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
    assert number_places(-3, 27, 4, whole=True) == [0, 10, 20]
    assert number_places(0, 2, 9, whole=True) == [0, 1, 2]
    assert seconds_places(0, 3600, 5) == [0, 900, 1800, 2700, 3600]


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.integers(2, 12))
def test_that_places_lie_inside_and_are_few(first: float, second: float, most: int) -> None:
    low, high = min(first, second), max(first, second)
    places = number_places(low, high, most)
    slack = (high - low) * 1e-6
    assert all(low - slack <= place <= high + slack for place in places)
    assert len(places) <= most + 2


def test_that_moments_are_multiples_of_the_local_clock() -> None:
    places = moment_places(1.7e12, 1.7e12 + 3_600_000, 6)
    assert len(places) in (5, 6, 7)
    assert all(moment_label(place, 3_600_000)[-1] == "0" for place in places)
    assert seconds_text(90.0, 600.0) == "1.5 min"


def test_that_a_log_axis_has_powers_of_ten_and_less_round_places_only_where_there_is_room() -> None:
    assert [text for _, text in log_places(-2, 3, 6)] == ["0.01", "0.1", "1", "10", "100", "1000"]
    assert [text for _, text in log_places(0, 1, 9)] == ["1", "2", "5", "10"]
    assert len(log_places(-300, 300, 4)) <= 5
    assert [text for _, text in log_places(0.1, 0.9, 4)] == ["2", "4", "6"]
