"""The terms of a filter: found in its text, taken out of it, replaced in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.search.expression import Comparator, Condition, Conjunction, Disjunction, Negation
from bakehouse.analysis.search.parser import parse
from bakehouse.analysis.search.terms import read_filter, replace_term, terms_of, without_term
from bakehouse.domain.columns import metric
from bakehouse.domain.errors import FilterError


def texts(filter_text: str) -> list[str]:
    return [term.text for term in terms_of(filter_text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("gbm lr=0.1", []),
        ("metrics.a > 1", ["metrics.a > 1"]),
        ("  metrics.a>1 and  (metrics.b > 2 or tags.c = 'x') ", ["metrics.a>1", "(metrics.b > 2 or tags.c = 'x')"]),
        ("NOT metrics.a > 1 AND min( metrics.`b c` ) < 2", ["NOT metrics.a > 1", "min( metrics.`b c` ) < 2"]),
        ("metrics.a > 1 OR metrics.b > 2", ["metrics.a > 1 OR metrics.b > 2"]),
        ("(metrics.a > 1 AND metrics.b > 2)", ["(metrics.a > 1 AND metrics.b > 2)"]),
        ("((metrics.a > 1)) AND not (params.x = ' and ')", ["((metrics.a > 1))", "not (params.x = ' and ')"]),
        ("metrics.a > 1 tags.b IN ('x', 'y') AND AND", ["metrics.a > 1", "tags.b IN ('x', 'y')"]),
        ("metrics.a > 1 AND metrics.b", ["metrics.a > 1"]),
        ("metrics.a > 1 AND metrics.b > 2 AND (metrics.c", ["metrics.a > 1", "metrics.b > 2"]),
        ("metrics.a > 1 AND (metrics.b > 2 AND metrics.c", ["metrics.a > 1"]),
        ("metrics.a >", []),
        ("gbm lr=0.1 AND metrics.a > 1 AND metrics.b > 2", ["gbm lr=0.1", "metrics.a > 1", "metrics.b > 2"]),
        ("bread and metrics.a > 1", []),
    ],
)
def test_that_terms_are_what_the_outermost_and_joins(text: str, terms: list[str]) -> None:
    assert texts(text) == terms


def test_that_a_term_knows_what_it_means() -> None:
    first, second, third = terms_of("(metrics.a > 1 or metrics.b > 2) and not tags.c is null and metrics.d < 1")
    assert isinstance(first.expression, Disjunction)
    assert isinstance(second.expression, Negation)
    assert third.expression == parse("metrics.d < 1")


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("metrics.a > 1", 0, ""),
        ("metrics.a > 1 AND metrics.b > 2", 0, "metrics.b > 2"),
        ("metrics.a > 1 AND metrics.b > 2", 1, "metrics.a > 1"),
        ("metrics.a > 1  and  metrics.b > 2 AND  metrics.c = 3", 1, "metrics.a > 1  and metrics.c = 3"),
        ("metrics.a > 1 metrics.b > 2 metrics.c > 3", 1, "metrics.a > 1 metrics.c > 3"),
        ("metrics.a > 1 AND metrics.b > 2 AND par", 1, "metrics.a > 1 AND par"),
        ("metrics.a > 1 AND par", 0, "par"),
        ("metrics.a > 1 OR metrics.b > 2", 0, ""),
        ("(metrics.a > 1)AND(metrics.b > 2)", 0, "(metrics.b > 2)"),
        ("(metrics.a > 1)AND(metrics.b > 2)", 1, "(metrics.a > 1)"),
    ],
)
def test_that_a_term_is_taken_out_and_the_rest_stays_as_it_was_written(text: str, place: int, rest: str) -> None:
    assert without_term(text, terms_of(text)[place]) == rest


TERMS = ["metrics.a > 1", "(metrics.a > 1 OR tags.b = 'AND')", "NOT params.c IS NULL", "at(metrics.d, 3) < 1e-3"]
JOINTS = [" AND ", " and  ", " ", " AND AND "]


@given(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=5), st.lists(st.sampled_from(JOINTS), min_size=4), st.data()
)
def test_that_what_is_left_means_the_other_terms(terms: list[str], joints: list[str], data: st.DataObject) -> None:
    text = terms[0] + "".join(joint + term for joint, term in zip(joints, terms[1:], strict=False))
    place = data.draw(st.integers(0, len(terms) - 1))
    rest = without_term(text, terms_of(text)[place])
    assert texts(rest) == terms[:place] + terms[place + 1 :]


def test_that_a_term_is_replaced_in_its_place() -> None:
    text = "metrics.a > 1 AND metrics.b > 2"
    first, second = terms_of(text)
    assert replace_term(text, first, "metrics.a >= 5") == "metrics.a >= 5 AND metrics.b > 2"
    replaced = replace_term(text, second, "metrics.b > 2 OR metrics.b IS NULL")
    assert replaced == "metrics.a > 1 AND (metrics.b > 2 OR metrics.b IS NULL)"
    assert isinstance(parse(replaced), Conjunction)
    alone = replace_term("metrics.a > 1", terms_of("metrics.a > 1")[0], "metrics.a > 1 OR metrics.b > 2")
    assert alone == "metrics.a > 1 OR metrics.b > 2"
    with pytest.raises(FilterError):
        replace_term(text, first, "metrics.a >")


def test_that_parentheses_change_no_meaning() -> None:
    assert isinstance(parse("((metrics.a > 1))"), Condition)
    assert parse("(metrics.a > 1 and metrics.b > 2) and metrics.c > 3") == Conjunction(
        (parse("metrics.a > 1 and metrics.b > 2"), parse("metrics.c > 3"))
    )


def test_that_plain_words_may_stand_before_a_search() -> None:
    words, terms = read_filter("gbm  lr AND metrics.a > 1 AND params.b = 'x'")
    assert words == "gbm  lr"
    assert terms == (parse("metrics.a > 1"), parse("params.b = 'x'"))
    assert read_filter("bread AND butter") == ("bread AND butter", ())
    first, second = terms_of("gbm AND metrics.a > 1")
    assert without_term("gbm AND metrics.a > 1", first) == "metrics.a > 1"
    assert without_term("gbm AND metrics.a > 1", second) == "gbm"
    with pytest.raises(FilterError) as raised:
        read_filter("gbm AND metrics.a >")
    assert raised.value.position == len("gbm AND metrics.a >")


def test_that_inf_is_what_mlflow_stores_for_an_infinity() -> None:
    greatest = 1.7976931348623157e308
    assert parse("metrics.a = inf") == parse("metrics.a = 1.7976931348623157e308")
    assert parse("metrics.a IN (-INF, 1)") == Condition(metric("a"), Comparator.IN, (-greatest, 1.0))
    with pytest.raises(FilterError):
        parse("metrics.a = info")
