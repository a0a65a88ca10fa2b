"""What may matter, first."""

from __future__ import annotations

import numpy as np
import pytest

from bakehouse.analysis.association import association, relevance
from bakehouse.analysis.columns import NumberColumn, TextColumn

SCORE = NumberColumn.whole(np.arange(40.0))


def texts(*values: str) -> TextColumn:
    return TextColumn.of_texts([values[i % len(values)] for i in range(40)])


def test_that_a_param_in_the_metrics_order_explains_it_whichever_way_it_runs():
    rising = TextColumn.of_texts([str(i**3) for i in range(40)])
    falling = NumberColumn.whole(-np.exp(np.arange(40.0) / 10))
    assert association(rising, SCORE) == pytest.approx(1)
    assert association(falling, SCORE) == pytest.approx(1)


def test_that_categories_that_part_the_metric_explain_it_and_many_unique_ones_do_not():
    halves = TextColumn.of_texts(["low"] * 20 + ["high"] * 20)
    assert association(halves, SCORE) > 0.7
    assert association(texts("a", "b"), SCORE) < 0.05
    assert association(TextColumn.of_texts([f"run {i}" for i in range(40)]), SCORE) == 0


def test_that_the_same_everywhere_or_hardly_there_explains_nothing():
    assert association(texts("1"), SCORE) == 0
    assert association(texts("x"), SCORE) == 0
    assert association(NumberColumn(np.array([3], np.int32), np.array([1.0]), 40), SCORE) == 0
    assert association(SCORE, NumberColumn.whole(np.full(40, np.inf))) == 0


def test_that_fullness_counts_where_nothing_is_explained():
    half = NumberColumn(np.arange(20, dtype=np.int32), np.ones(20), 40)
    assert relevance(half, SCORE) < relevance(texts("1"), SCORE) < relevance(SCORE, SCORE)
    assert relevance(half, None) == pytest.approx(0.05)
