"""Extremes of ranges by blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.envelope import LONG, envelope, make_series, with_pyramid
from bakehouse.analysis.pyramid import extremes, make_pyramid


@given(st.integers(1, 700), st.lists(st.tuples(st.integers(0, 699), st.integers(1, 400)), min_size=1, max_size=12))
def test_that_extremes_of_ranges_are_exact(count: int, ranges: list[tuple[int, int]]) -> None:
    values = np.random.default_rng(count).normal(size=count)
    starts = np.array([min(start, count - 1) for start, _ in sorted(ranges)])
    ends = np.minimum(starts + np.array([length for _, length in sorted(ranges)]), count)
    # Ranges of a picture never overlap; neither do these.
    ends = np.maximum(np.minimum(ends, np.append(starts[1:], count)), starts + 1)
    lows, highs = extremes(make_pyramid(values), values, starts, ends)
    assert lows.tolist() == [values[a:b].min() for a, b in zip(starts, ends, strict=True)]
    assert highs.tolist() == [values[a:b].max() for a, b in zip(starts, ends, strict=True)]


def test_that_a_long_series_gives_the_same_picture_with_and_without_blocks() -> None:
    count = 6 * LONG
    random = np.random.default_rng(3)
    y = random.normal(size=count)
    y[[700_001, 700_063, 700_064]] = [50.0, -50.0, 60.0]
    x = np.cumsum(random.exponential(size=count))
    plain = make_series(x, y)
    long = with_pyramid(plain)
    assert plain.bounds == long.bounds
    for low, high in ((x[0], x[-1]), (x[1000], x[-5000]), (x[600_000], x[900_000])):
        first, second = envelope(plain, low, high, 500), envelope(long, low, high, 500)
        assert first.x.tolist() == second.x.tolist()
        assert first.y.tolist() == second.y.tolist()


def test_that_blocks_grow_with_the_series() -> None:
    y = np.random.default_rng(1).normal(size=LONG + 1000)
    known = with_pyramid(make_series(np.arange(LONG + 30.0), y[: LONG + 30]))
    whole = make_series(np.arange(LONG + 1000.0), y)
    grown, anew = with_pyramid(whole, known).pyramid, with_pyramid(whole).pyramid
    assert grown is not None and anew is not None
    assert grown.lows.tolist() == anew.lows.tolist()
    assert grown.highs.tolist() == anew.highs.tolist()
