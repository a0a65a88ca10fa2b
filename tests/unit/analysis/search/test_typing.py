"""What a filter line knows of a text while it is typed: whether it is a search, its words, what fits at the cursor."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.search.completion import MOST, complete
from bakehouse.analysis.search.intent import is_search
from bakehouse.analysis.search.words import words
from bakehouse.domain.columns import ColumnKey, metric, param, tag

KEYS = [metric("rmse"), metric("val loss"), metric("r2"), param("algorithm"), param("learning_rate"), tag("team")]


def values(key: ColumnKey) -> list[str]:
    return {"algorithm": ["gbm", "random_forest", "o'hara"], "status": ["FINISHED", "FAILED"]}.get(key.name, [])


@pytest.mark.parametrize(
    "text",
    [
        "metrics.rmse < 1", "metrics.", " ((params.`a b` = 'x'", "not tags.x is null", "dataset.name = 'a'",
        "status = 'FINISHED'", "start_time > 5", "run_name LIKE 'a%'", "attributes.status != 'x'", "run_id in ('a')",
    ],
)  # fmt: skip
def test_that_the_language_is_recognized(text: str) -> None:
    assert is_search(text)


@pytest.mark.parametrize(
    "text", ["", "gbm", "lr=0.1", "gbm lr=0.1", "status", "status=FINISHED", "running jobs", "not"]
)
def test_that_plain_words_stay_plain_words(text: str) -> None:
    assert not is_search(text)


@given(st.text("ab.'\"`()<>=! 019-metricsANDOR\n", max_size=60))
def test_that_words_cover_everything_but_blanks_in_order(text: str) -> None:
    found = words(text)
    covered = "".join(text[word.start : word.end] for word in found)
    assert covered.replace(" ", "").replace("\n", "") == "".join(text.split()).replace("\n", "")
    assert all(before.end <= after.start for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("text", "span", "first"),
    [
        ("met", (0, 3), "metrics."),
        ("metrics.r", (0, 9), "metrics.r2 "),
        ("metrics.val", (0, 11), "metrics.`val loss` "),
        ("metrics.`val l", (0, 14), "metrics.`val loss` "),
        ("(params.alg", (1, 11), "params.algorithm "),
        ("metrics.rmse ", (13, 13), "> "),
        ("params.algorithm ", (17, 17), "= "),
        ("params.algorithm = ", (19, 19), "'gbm'"),
        ("params.algorithm = 'ran", (19, 23), "'random_forest'"),
        ("params.algorithm IN ('gbm', 'r", (28, 30), "'random_forest'"),
        ("status = 'FI", (9, 12), "'FINISHED'"),
        ("metrics.rmse < 1 ", (17, 17), "AND "),
        ("metrics.rmse < 1 o", (17, 18), "OR "),
        ("metrics.rmse < 1 AND p", (21, 22), "params."),
    ],
)
def test_that_what_fits_at_the_cursor_is_offered(text: str, span: tuple[int, int], first: str) -> None:
    found = complete(text, len(text), KEYS, values)
    assert (found.start, found.end) == span
    assert found.texts[0] == first


@pytest.mark.parametrize(
    "text", ["", "metrics.rmse < ", "metrics.rmse < 1", "params.algorithm = 'gbm'", "params.none = 'x"]
)
def test_that_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert complete(text, len(text), KEYS, values).texts == ()


def test_that_thousands_of_names_are_searched_at_once() -> None:
    many = [metric(f"layer_{number}/gradient norm") for number in range(12_000)]
    began = time.process_time()
    found = complete("metrics.norm", 12, many, values)
    print(f"completion among 12,000 names: {(time.process_time() - began) * 1e3:.0f} ms")
    assert len(found.texts) == MOST


@given(st.text("abmetricsparams.'\"`()<>=! 019INLIKE", max_size=50))
def test_that_no_text_is_too_odd_to_be_completed(text: str) -> None:
    found = complete(text, len(text), KEYS, values)
    assert 0 <= found.start <= found.end <= len(text)
