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
        "status = 'FINISHED'", "start_time > 5", "run_name LIKE 'a%'", "min(metrics.a",
        "NOT (max( metric.a) > 1", "note LIKE '%slow%'", "attributes.status != 'x'", "run_id in ('a')",
    ],
)  # fmt: skip
def test_that_the_language_is_recognized(text: str) -> None:
    assert is_search(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "min",
        "at 5",
        "note",
        "max(a)",
        "gbm",
        "lr=0.1",
        "gbm lr=0.1",
        "status",
        "status=FINISHED",
        "running jobs",
        "not",
    ],
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
        ("mi", (0, 2), "min(metrics."),
        ("min(metrics.r", (4, 13), "metrics.r2) "),
        ("not at( metrics.val", (8, 19), "metrics.`val loss`, "),
        ("at(metrics.`val loss`, 100) ", (28, 28), "> "),
        ("min(metrics.rmse) i", (18, 19), "IN ("),
        ("max(metrics.rmse) < 1 ", (22, 22), "AND "),
        ("params.`a b` ", (13, 13), "= "),
        ('params."a b" ', (13, 13), "= "),
        ('params."alg', (0, 11), "params.algorithm "),
        ("metrics.rmse IS NULL ", (21, 21), "AND "),
        ("attributes.st", (0, 13), "attributes.status "),
        ("attributes.start_time ", (22, 22), "> "),
        ("attributes.status = 'FI", (20, 23), "'FINISHED'"),
        ("dataset.", (0, 8), "dataset.name "),
        ("dataset.name ", (13, 13), "= "),
        ("note ", (5, 5), "= "),
        ("metrics.rmse > 0 AND run.e", (21, 26), "run.end_time "),
    ],
)
def test_that_what_fits_at_the_cursor_is_offered(text: str, span: tuple[int, int], first: str) -> None:
    found = complete(text, len(text), KEYS, values)
    assert (found.start, found.end) == span
    assert found.texts[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "metrics.rmse < ",
        "metrics.rmse < 1",
        "params.algorithm = 'gbm'",
        "params.none = 'x",
        "at(metrics.rmse, ",
        "min(metrics.rmse) < ",
        "dataset.name = '",
        "note = '",
    ],
)
def test_that_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert complete(text, len(text), KEYS, values).texts == ()


def test_that_a_parenthesis_that_is_there_is_not_written_again() -> None:
    found = complete("min(metrics.rm) < 4", 14, KEYS, values)
    assert (found.start, found.end, found.texts) == (4, 14, ("metrics.rmse",))


def test_that_functions_are_coloured_as_words_of_the_language() -> None:
    text = "min(metrics.a) < 1 AND params.min = 'at (x)'"
    kinds = [(text[word.start : word.end], word.kind) for word in words(text)]
    assert kinds[0] == ("min", "keyword") and (".min", "name") in kinds and ("'at (x)'", "text") in kinds


@pytest.mark.parametrize(
    "text",
    [
        "metrics.a > 1 AND " * 555, "params.a IN (" + "'abc', " * 1_400, "(" * 10_000, "min(metrics." * 800,
        "'" * 10_000, "a" * 10_000, "not " * 2_500, "params.`" + "a" * 9_990, " " * 10_000, "in(" * 3_300,
    ],
)  # fmt: skip
def test_that_ten_thousand_characters_do_not_stall_what_happens_while_typing(text: str) -> None:
    began = time.process_time()
    complete(text, len(text), KEYS, values)
    is_search(text)
    words(text)
    assert time.process_time() - began < 1


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
