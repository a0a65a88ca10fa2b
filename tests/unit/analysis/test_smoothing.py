"""Smoothing of histories."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.smoothing import smoothed


def one_by_one(x: np.ndarray, y: np.ndarray, strength: float, span: float) -> list[float]:
    """The formula as it is stated."""
    weight = min(strength**0.5, 0.999)
    total = count = 0.0
    result = []
    for i, value in enumerate(y):
        fade = weight ** ((x[i] - x[max(i - 1, 0)]) / (span or 1.0) * 1000.0)
        total, count = total * fade + value, count * fade + 1.0
        result.append(total / count)
    return result


@given(
    st.lists(st.tuples(st.integers(-50, 2000), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.sampled_from([0.0001, 0.1, 0.5, 0.9, 0.99]),
)
def test_that_sums_by_block_equal_the_stated_formula(points: list[tuple[int, float]], strength: float) -> None:
    points.sort(key=lambda point: point[0])
    x, y = (np.array(side, dtype=np.float64) for side in zip(*points, strict=True))
    span = float(x[-1] - x[0])
    wanted = one_by_one(x, y, strength, span)
    assert smoothed(x, y, strength, span) == pytest.approx(wanted, rel=1e-9, abs=1e-6)


def test_that_no_strength_changes_nothing_and_a_constant_stays() -> None:
    x, y = np.arange(5.0), np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    assert smoothed(x, y, 0.0, 4.0) is y
    assert smoothed(x, np.full(5, 0.1), 0.99, 4.0).tolist() == [0.1] * 5


def test_that_repeated_steps_are_averaged_evenly() -> None:
    assert smoothed(np.zeros(4), np.array([1.0, 2.0, 3.0, 6.0]), 0.9, 0.0).tolist() == [1, 1.5, 2, 3]


@pytest.mark.parametrize("greatest", [1e300, 1.7e308, 1e-320])
def test_that_extreme_values_stay_finite(greatest: float) -> None:
    result = smoothed(np.arange(1000.0), np.resize([greatest, -greatest], 1000), 0.01, 999.0)
    assert np.isfinite(result).all()
    assert np.abs(result).max() <= greatest


def test_that_times_in_milliseconds_smooth_as_seconds_do() -> None:
    x, y = np.arange(100.0), np.sin(np.arange(100.0))
    seconds, moments = smoothed(x, y, 0.8, 99.0), smoothed(1.7e12 + 1000 * x, y, 0.8, 99_000.0)
    assert moments == pytest.approx(seconds, rel=1e-4, abs=1e-4)
