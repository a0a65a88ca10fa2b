"""Filters made of one cell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.search.parser import parse
from bakehouse.analysis.search.quick import cell_terms, with_term
from bakehouse.domain.columns import DURATION, STATUS, metric, param, tag

ROWS = np.arange(3, dtype=np.int32)
NUMBERS = NumberColumn(ROWS, np.array([0.1, math.nan, 5.0]), 4)
TEXTS = TextColumn(ROWS, ROWS, ["gbm", "5", "a'b\"c"], 4)


@pytest.mark.parametrize(
    ("key", "column", "row", "terms"),
    [
        (metric("r"), NUMBERS, 0, ["metrics.r = 0.1", "metrics.r != 0.1", "metrics.r <= 0.1", "metrics.r >= 0.1"]),
        (metric("r"), NUMBERS, 1, ["metrics.r IS NAN", "metrics.r IS NOT NAN"]),
        (metric("r"), NUMBERS, 3, ["metrics.r IS NULL", "metrics.r IS NOT NULL"]),
        (param("a b"), TEXTS, 0, ["params.`a b` = 'gbm'", "params.`a b` != 'gbm'"]),
        (param("n"), TEXTS, 1, ["params.n = '5'", "params.n != '5'", "params.n <= 5", "params.n >= 5"]),
        (tag("t"), TEXTS, 1, ["tags.t = '5'", "tags.t != '5'"]),
        (param("n"), TEXTS, 2, []),
        (STATUS, TEXTS, 0, ["status = 'gbm'", "status != 'gbm'"]),
        (DURATION, NUMBERS, 0, []),
    ],
)
def test_that_a_cell_suggests_terms_that_can_be_read(key, column, row, terms) -> None:
    found = list(cell_terms(key, column, row))
    assert found == terms
    for term in found:
        parse(term)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", "tags.t = 'x'"),
        ("plain words", "plain words AND tags.t = 'x'"),
        (
            "bread AND butter AND metrics.a > 1 OR metrics.b > 1",
            "bread AND butter AND (metrics.a > 1 OR metrics.b > 1) AND tags.t = 'x'",
        ),
        ("metrics.a >", "tags.t = 'x'"),
        ("metrics.a > 1", "metrics.a > 1 AND tags.t = 'x'"),
        ("metrics.a > 1 or metrics.b > 1", "(metrics.a > 1 or metrics.b > 1) AND tags.t = 'x'"),
        ("(metrics.a > 1 or metrics.b > 1)", "(metrics.a > 1 or metrics.b > 1) AND tags.t = 'x'"),
        ("(metrics.a > 1) or (metrics.b > 1)", "((metrics.a > 1) or (metrics.b > 1)) AND tags.t = 'x'"),
    ],
)
def test_that_a_term_narrows_what_is_there(text, whole) -> None:
    assert with_term(text, "tags.t = 'x'") == whole
