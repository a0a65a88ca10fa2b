"""Shades by rank over the visible runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.shading import STEPS, rank_steps
from bakehouse.theme import DARK, LIGHT, Theme


def steps_of(values: list[float], runs: list[int] | None = None) -> list[int]:
    column = NumberColumn(np.arange(len(values), dtype=np.int32), np.array(values, np.float64), len(values))
    return rank_steps(column, np.array(range(len(values)) if runs is None else runs, np.int32)).tolist()


def test_that_the_least_is_lightest_and_the_greatest_deepest():
    assert steps_of([3.0, 1.0, 2.0]) == [STEPS, 1, 1 + STEPS // 2, 0]


def test_that_only_visible_runs_count_and_others_have_no_shade():
    assert steps_of([1.0, 500.0, 2.0], [0, 2]) == [1, 0, STEPS, 0]


def test_that_nan_and_missing_have_no_shade_and_an_infinity_ranks_highest():
    assert steps_of([float("nan"), 1.0, float("inf")]) == [0, 1, STEPS, 0]
    sparse = NumberColumn(np.array([1, 3], np.int32), np.array([5.0, 4.0]), 40)
    steps = rank_steps(sparse, np.arange(40, dtype=np.int32))
    assert steps[1] == STEPS and steps[3] == 1 and np.count_nonzero(steps) == 2


def test_that_equal_values_share_a_shade_and_a_constant_column_has_none():
    assert steps_of([1.0, 1.0, 2.0])[0] == steps_of([1.0, 1.0, 2.0])[1]
    assert steps_of([7.0, 7.0]) == [0, 0, 0]


def test_that_params_that_are_numbers_are_shaded_and_words_among_them_are_not():
    column = TextColumn.of_texts(["0.1", "auto", "10", "9"])
    assert rank_steps(column, np.arange(4, dtype=np.int32)).tolist() == [1, 0, STEPS, 1 + STEPS // 2, 0]


@given(st.lists(st.floats(allow_nan=True), max_size=60))
def test_that_shades_never_fall_where_values_rise(values):
    steps = steps_of(values)
    pairs = sorted((value, step) for value, step in zip(values, steps, strict=False) if not np.isnan(value))
    assert [step for _, step in pairs] == sorted(step for _, step in pairs)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_text_stays_legible_on_every_shade(theme: Theme):
    for ground in (theme.panel, theme.selection, theme.raised):
        for step in range(STEPS + 1):
            assert contrast(theme.text, mixed(theme.shade, ground, step / STEPS)) >= 4.5


def mixed(above: str, below: str, share: float) -> tuple[float, ...]:
    return tuple(a * share + b * (1 - share) for a, b in zip(rgb(above), rgb(below), strict=True))


def rgb(color: str) -> tuple[float, ...]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))


def contrast(text: str, ground: tuple[float, ...]) -> float:
    """As WCAG 2 reckons it."""

    def luminance(color: tuple[float, ...]) -> float:
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(rgb(text)), luminance(ground)))
    return (high + 0.05) / (low + 0.05)
