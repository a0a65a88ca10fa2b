"""Density images and exact coverage of many lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, make_axis
from bakehouse.analysis.coverage import line_coverage
from bakehouse.analysis.density import (
    BINS,
    SCALE_BINS,
    axis_bins,
    bin_rows,
    fine_images,
    pair_bins,
    pair_histogram,
    projection,
)
from bakehouse.domain.columns import metric

COLUMNS, ROWS = 40, 200
PLACES = (3.0, 150.0, (170.0, 185.0, 195.0))


def bins_of(values: list[float | None]) -> np.ndarray:
    floats = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    data = AxisData(metric("m"), "m", floats, np.array([v is not None for v in values], dtype=np.bool_))
    return axis_bins(make_axis(data, np.arange(len(values), dtype=np.int32)))


def test_that_extremes_lie_on_the_ends_and_lanes_have_bins_of_their_own() -> None:
    assert bins_of([0.0, 1.0, None, np.nan]).tolist() == [0, SCALE_BINS - 1, SCALE_BINS, SCALE_BINS + 1]


@given(st.lists(st.tuples(st.integers(0, BINS - 1), st.integers(0, BINS - 1)), min_size=1, max_size=300))
def test_that_every_column_of_the_image_counts_every_run(pairs: list[tuple[int, int]]) -> None:
    left, right = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    image = projection(COLUMNS, ROWS, *PLACES).image(pair_histogram(pair_bins(left, right)))
    assert image.shape == (COLUMNS, ROWS)
    assert np.allclose(image.sum(axis=1), len(pairs), rtol=1e-5)


def test_that_a_crowd_of_all_pairs_is_conserved_too() -> None:
    histogram = np.arange(BINS * BINS, dtype=np.float64)
    image = projection(COLUMNS, ROWS, *PLACES).image(histogram)
    assert np.allclose(image.sum(axis=1), histogram.sum(), rtol=1e-5)
    coarse = projection(COLUMNS, ROWS, *PLACES).image(histogram, every=4)
    assert coarse.shape == (COLUMNS, ROWS)
    assert np.allclose(coarse.sum(axis=1), histogram.sum(), rtol=1e-5)


@given(st.integers(0, BINS - 1), st.integers(0, BINS - 1))
def test_that_a_single_run_lies_where_its_line_is(left: int, right: int) -> None:
    rows = bin_rows(*PLACES)
    pairs = pair_bins(np.array([left], dtype=np.int32), np.array([right], dtype=np.int32))
    image = projection(COLUMNS, ROWS, *PLACES).image(pair_histogram(pairs))
    share = (np.arange(COLUMNS) + 0.5) / COLUMNS
    expected = rows[left] * (1 - share) + rows[right] * share
    assert np.all(np.abs(image.argmax(axis=1) + 0.5 - expected) <= 1.0)


def test_that_one_run_among_a_hundred_thousand_leaves_a_trace() -> None:
    left = np.concatenate([np.full(100_000, 20), [120]]).astype(np.int32)
    right = np.concatenate([np.full(100_000, 20), [125]]).astype(np.int32)
    image = projection(COLUMNS, ROWS, *PLACES).image(pair_histogram(pair_bins(left, right)))
    assert np.all(image[:, :30].max(axis=1) >= 0.5)


def test_that_weights_give_the_sum_of_values_along_each_pair() -> None:
    pairs = np.array([5, 5, 9], dtype=np.int32)
    sums = pair_histogram(pairs, np.array([0.25, 0.5, 1.0], dtype=np.float32))
    assert sums[5] == 0.75
    assert sums[9] == 1.0
    assert sums.sum() == 1.75


ends = st.floats(2.0, 98.0, width=32)


@given(st.lists(st.tuples(ends, ends), min_size=1, max_size=20))
def test_that_coverage_adds_up_to_the_thickness_of_the_lines(lines: list[tuple[float, float]]) -> None:
    left, right = (np.array(side, dtype=np.float32) for side in zip(*lines, strict=True))
    amount, _ = line_coverage(left, right, 50, 100)
    thickness = np.hypot(1.0, (right - left) / 50)
    # Ends are rounded to a quarter of a pixel; lines near an edge lose what lies beyond it.
    assert np.all(amount.sum(axis=1) <= thickness.sum() + 0.13 * len(lines))
    assert amount[25].sum() == pytest.approx(thickness.sum(), abs=0.13 * len(lines) + 0.01)


@given(ends, ends)
def test_that_a_line_covers_the_pixels_on_its_way(left: float, right: float) -> None:
    amount, _ = line_coverage(np.float32([left]), np.float32([right]), 50, 100)
    middles = left + (right - left) * (np.arange(50) + 0.5) / 50
    centre = (amount * (np.arange(100) + 0.5)).sum(axis=1) / amount.sum(axis=1)
    assert np.all(np.abs(centre - middles) < 0.3)


def test_that_coverage_gives_the_mean_value_where_lines_lie_alone() -> None:
    left, right = np.float32([10, 40]), np.float32([10, 40])
    amount, (sums,) = line_coverage(left, right, 10, 60, [np.float32([0.2, 0.9])])
    assert sums is not None
    assert sums[5, :25].sum() / amount[5, :25].sum() == pytest.approx(0.2, rel=1e-4)
    assert sums[5, 25:].sum() / amount[5, 25:].sum() == pytest.approx(0.9, rel=1e-4)


def test_that_lines_outside_the_picture_do_no_harm() -> None:
    amount, _ = line_coverage(np.float32([-500, 900]), np.float32([-400, 900]), 10, 60)
    assert amount.sum() == 0.0


def test_that_a_fine_image_counts_every_run_and_lies_where_the_coarse_one_does() -> None:
    random = np.random.default_rng(4)
    pairs = pair_bins(*(random.integers(0, BINS, 5_000).astype(np.int32) for _ in range(2)))
    counts = pair_histogram(pairs)
    values = pair_histogram(pairs, random.random(5_000).astype(np.float32))
    work = fine_images([counts, values], COLUMNS, ROWS, bin_rows(*PLACES), 0.5)
    pauses = 0
    while True:
        try:
            next(work)
            pauses += 1
        except StopIteration as end:
            amount, sums = end.value
            break
    assert pauses >= 1
    assert np.allclose(amount.sum(axis=1), 5_000, rtol=1e-5)
    assert np.allclose(sums.sum(axis=1), values.sum(), rtol=1e-5)
    assert np.allclose(amount, projection(COLUMNS, ROWS, *PLACES).image(counts), atol=40)
