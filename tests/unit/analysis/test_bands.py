"""Groups of runs as mean and band."""

from __future__ import annotations

import numpy as np
import pytest

from bakehouse.analysis.bands import MOST_PLACES, BandKind, make_band
from bakehouse.analysis.envelope import Series, make_series


def series(*points: tuple[float, float]) -> Series:
    x, y = zip(*points, strict=True)
    return make_series(np.array(x, dtype=np.float64), np.array(y, dtype=np.float64))


def test_that_runs_of_other_steps_are_interpolated_between_their_own_points() -> None:
    band = make_band([series((0, 0), (10, 10)), series((0, 2), (5, 3), (10, 4))], BandKind.RANGE)
    assert band.x.tolist() == [0, 5, 10]
    assert band.mean.tolist() == [1, 4, 7]
    assert band.low.tolist() == [0, 3, 4]
    assert band.high.tolist() == [2, 5, 10]


def test_that_a_run_counts_only_from_its_first_to_its_last_point() -> None:
    band = make_band([series((0, 0), (4, 0)), series((2, 6), (8, 6))], BandKind.RANGE)
    assert band.x.tolist() == [0, 2, 4, 8]
    assert band.mean.tolist() == [0, 3, 3, 6]


def test_that_nothing_is_made_up_inside_a_gap_of_nan() -> None:
    gap = series((0, 0), (1, 0), (2, np.nan), (3, 8))
    band = make_band([gap, series((0, 2), (1, 2), (2, 2), (3, 2))], BandKind.RANGE)
    assert band.mean.tolist() == [1, 1, 2, 5]


def test_that_of_repeated_steps_the_last_value_counts() -> None:
    band = make_band([series((1, 5), (1, 7), (2, 7))], BandKind.DEVIATION)
    assert band.mean.tolist() == [7, 7]
    assert band.low.tolist() == [7, 7]


def test_that_a_deviation_reaches_one_each_way() -> None:
    band = make_band([series((0, 1)), series((0, 3))], BandKind.DEVIATION)
    assert (band.low.tolist(), band.high.tolist()) == ([1], [3])
    wide = make_band([series((0, 1e300)), series((0, -1e300))], BandKind.DEVIATION)
    assert np.isfinite(wide.high).all()


def test_that_very_many_places_are_thinned_and_nothing_gives_nothing() -> None:
    x = np.arange(5000.0)
    assert len(make_band([make_series(x, x), make_series(x + 0.5, x)], BandKind.RANGE).x) == MOST_PLACES
    assert len(make_band([series((0, np.nan))], BandKind.RANGE).x) == 0


def test_that_the_mean_is_a_line() -> None:
    assert make_band([series((0, 1), (1, 3))], BandKind.RANGE).series.y.tolist() == pytest.approx([1, 3])
