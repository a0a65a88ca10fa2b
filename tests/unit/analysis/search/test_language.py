"""The filter language: what it reads, what it refuses and where it points."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.analysis.search.expression import (
    EVERYTHING,
    Comparator,
    Condition,
    Conjunction,
    DatasetField,
    Expression,
    filter_text,
    is_number,
)
from bakehouse.analysis.search.parser import OrderKey, parse, parse_order
from bakehouse.domain.columns import NOTE, ColumnKey, ColumnKind, metric, param, tag
from bakehouse.domain.errors import FilterError


def attribute(name: str) -> ColumnKey:
    return ColumnKey(ColumnKind.ATTRIBUTE, name)


def figure(name: str, which: str, step: int = 0) -> ColumnKey:
    return ColumnKey(ColumnKind.METRIC, name, which, step)


def condition(text: str) -> Condition:
    expression = parse(text)
    assert isinstance(expression, Condition)
    return expression


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("metrics.auc > 1", metric("auc")),
        ("metric.auc > 1", metric("auc")),
        ("`metrics`.auc > 1", metric("auc")),
        ("metrics.a.b.c > 1", metric("a.b.c")),
        ("metrics.layer[0] > 1", metric("layer[0]")),
        ("metrics.`val loss/epoch` > 1", metric("val loss/epoch")),
        ('metrics."val loss" > 1', metric("val loss")),
        ("metrics.'val loss' > 1", metric("val loss")),
        ("metrics.and > 1", metric("and")),
        ("metrics.größe > 1", metric("größe")),
        ("metrics.日本 > 1", metric("日本")),
        ("param.lr = 'x'", param("lr")),
        ("parameters.lr = 'x'", param("lr")),
        ("tags.mlflow.source.type = 'x'", tag("mlflow.source.type")),
        ("status = 'x'", attribute("status")),
        ("attr.status = 'x'", attribute("status")),
        ("run.user_id = 'x'", attribute("user_id")),
        ("`Run name` = 'x'", attribute("run_name")),
        ("attributes.\"run name\" = 'x'", attribute("run_name")),
        ("Created > 1", attribute("start_time")),
        ("datasets.name = 'x'", DatasetField.NAME),
        ("note = 'x'", NOTE),
        ("attributes.note = 'x'", NOTE),
        ("min(metrics.a) > 1", figure("a", "min")),
        ("MAX ( `metric`.`val loss` ) > 1", figure("val loss", "max")),
        ("at(metrics.a, -5) > 1", figure("a", "at", -5)),
        ('at(metrics."a b",9223372036854775807) > 1', figure("a b", "at", 2**63 - 1)),
    ],
)
def test_that_every_spelling_of_a_column_is_read_as_mlflow_reads_it(text: str, subject: object) -> None:
    assert condition(text).subject == subject


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("metrics.a > -1.5", -1.5),
        ("metrics.a > 1E-5", 1e-5),
        ("metrics.a > .5", 0.5),
        ("metrics.a > 1.", 1.0),
        ("metrics.a > 1e400", float("inf")),
        ('params.a = "it\'s"', "it's"),
        ("params.a = 'it''s'", "it''s"),
        (r"params.a = 'it\'s'", r"it\'s"),
        ("params.a = 'C:\\'", "C:\\"),
        ("params.a = ''", ""),
        ("params.a LIKE 'a AND b'", "a AND b"),
        ("run_id IN ('x', \"y\",)", ("x", "y")),
        (r"run_id NOT  IN ('x' 'y', 'a\x41')", ("xy", "aA")),
        ("tags.a is not null", None),
    ],
)
def test_that_values_are_read_as_mlflow_reads_them(text: str, value: object) -> None:
    assert condition(text).value == value


@pytest.mark.parametrize("text", ["", "   ", "AND", " and AND"])
def test_that_a_filter_without_a_condition_holds_for_every_run(text: str) -> None:
    assert parse(text) == EVERYTHING


def test_that_conditions_beside_each_other_are_joined_as_with_and() -> None:
    expected = Conjunction((Condition(metric("a"), Comparator.LESS, 1.0), Condition(param("b"), Comparator.EQUAL, "x")))
    assert parse("metrics.a < 1 and params.b = 'x'") == expected
    assert parse("AND metrics.a<1 params.b='x' AND AND") == expected


def test_that_a_condition_knows_the_characters_it_came_from() -> None:
    text = "  metrics.a < 1 AND run_id IN ('x', 'y')  AND tags.c IS NULL"
    expression = parse(text)
    assert isinstance(expression, Conjunction)
    places = [text[c.start : c.end] for c in expression.terms if isinstance(c, Condition)]
    assert places == ["metrics.a < 1", "run_id IN ('x', 'y')", "tags.c IS NULL"]


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("metrics.a == 1", 10, "write ="),
        ("metrics.a <> 1", 10, "write !="),
        ("metrics.a LIKE 1", 10, "LIKE"),
        ("metrics.a > '1'", 12, "without quotes"),
        ("metrics.a > nan", 12, "number"),
        ("metrics.a > 1e+3", 12, "number"),
        ("metrics.a > + 1", 12, "number"),
        ("metrics.a >", 11, "ends"),
        ("metrics.a", 9, "ends"),
        ("metrics. a > 1", 7, "dot"),
        ("metrics.a-b > 1", 9, "backticks"),
        ("metrics.`a > 1", 8, "never closed"),
        ("metrics.a > 1; metrics.b > 1", 13, "column"),
        ("metrics.a > 1 foo", 17, "ends"),
        ("5 < metrics.a", 0, "column"),
        ("params.a = x", 11, "quotes: 'x'"),
        ("params.a = `x`", 11, "quotes"),
        ("params.a = 'x", 11, "never closed"),
        ("params.a > 'x'", 9, "only with"),
        ("params.a = ('x')", 11, "IN"),
        ("run_id IN 'x'", 10, "list"),
        ("run_id IN ()", 11, "expected here, not )"),
        ("run_id IN (5)", 10, "texts in quotes"),
        ("metrics.a IN ('x')", 13, "without quotes"),
        ("params.a IN ('x', 5)", 12, "either"),
        ("params.a < '5'", 9, "without quotes"),
        ("params.a LIKE 5", 14, "quotes: '5'"),
        ("(metrics.a > 1", 14, "never closed"),
        ("metrics.a > 1)", 13, "closes none"),
        ("metrics.a > 1 OR", 16, "ends"),
        ("NOT", 3, "ends"),
        ("NOT " * 300 + "metrics.a > 1", 804, "deep"),
        ("run_id IN ('a'", 14, "list"),
        ("Status = 'x'", 0, "no attribute"),
        ("experiment_id = '1'", 0, "no attribute"),
        ("PARAMS.a = 'x'", 0, "no kind of column"),
        ("dataset.profile = 'x'", 0, "digest"),
        ("dataset.name > 'x'", 13, "only with"),
        ("start_time > '5'", 13, "number"),
        ("min(", 4, "within a function"),
        ("min(metrics.a", 13, "within a function"),
        ("min()", 4, "a function is"),
        ("min(metrics.a > 1", 14, "a function is"),
        ("min metrics.a > 1", 4, "comparison"),
        ("at(metrics.a) > 1", 3, "needs a step"),
        ("at(metrics.a, 1.5) > 1", 14, "whole number"),
        ("at(metrics.a, x) > 1", 14, "whole number"),
        ("at(metrics.a, 9223372036854775808) > 1", 14, "large"),
        ("min(metrics.a, 3) > 1", 15, "takes a metric only"),
        ("min(params.a) > 1", 4, "history of a metric"),
        ("max(status) > 1", 4, "history of a metric"),
        ("min(metrics.a) > 'x'", 17, "without quotes"),
        ("(min(metrics.a) > 1", 19, "never closed"),
        ("min" * 3_000, 9_000, "ends"),
        ("min(" * 2_500, 7, "a function is"),
    ],
)
def test_that_what_mlflow_refuses_is_refused_with_a_sentence_at_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    sentence = str(caught.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert caught.value.position == position


@settings(deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("minatmetrics.a params`\"'()<>=!,1-e %_\\ANDORINLIKEISNULL\n\t\u202e🙂"), max_size=60
    )
)
def test_that_any_text_is_read_or_refused_at_a_place_inside_it(text: str) -> None:
    try:
        parse(text)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
        assert str(error).isprintable()


def test_that_very_long_filters_are_read() -> None:
    text = " AND ".join(f"metrics.m{i} > {i}" for i in range(3000))
    expression = parse(text)
    assert isinstance(expression, Conjunction)
    assert len(expression.terms) == 3000
    with pytest.raises(FilterError):
        parse("(" * 10_000)


names = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="`\"'\\"), min_size=0, max_size=12)
plain_names = st.from_regex(r"[a-z_][a-z0-9_]{0,5}(\.[a-z][a-z0-9_]{0,5}){0,2}", fullmatch=True)
values = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="'\\"), max_size=12)
free_values = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
EQUALITY = (Comparator.EQUAL, Comparator.UNEQUAL)
TEXT_TESTS = (*EQUALITY, Comparator.LIKE, Comparator.ILIKE)


@st.composite
def any_condition(draw: st.DrawFn) -> Condition:
    kind = draw(st.sampled_from([*ColumnKind, None]))
    if kind is None:
        subject: ColumnKey | DatasetField = draw(st.sampled_from(DatasetField))
    elif kind is ColumnKind.ATTRIBUTE:
        subject = attribute(draw(st.sampled_from(["run_id", "run_name", "status", "start_time", "end_time"])))
    else:
        subject = ColumnKey(kind, draw(names | plain_names))
        if kind is ColumnKind.METRIC:
            which = draw(st.sampled_from(["", "min", "max", "at"]))
            step = draw(st.integers(-(2**63), 2**63 - 1)) if which == "at" else 0
            subject = subject._replace(figure=which, step=step)
    if is_number(subject):
        comparator = draw(st.sampled_from([c for c in Comparator if c not in TEXT_TESTS[2:]][:6]))
        return Condition(subject, comparator, draw(st.floats(allow_nan=False)))
    lists = isinstance(subject, DatasetField) or subject == attribute("run_id")
    presence = not isinstance(subject, DatasetField) and subject.kind in {ColumnKind.PARAM, ColumnKind.TAG}
    shape = draw(st.sampled_from(["text", *(["list"] * lists), *(["presence"] * presence)]))
    if shape == "list":
        comparator = draw(st.sampled_from([Comparator.IN, Comparator.NOT_IN]))
        return Condition(subject, comparator, tuple(draw(st.lists(free_values, min_size=1, max_size=3))))
    if shape == "presence":
        return Condition(subject, draw(st.sampled_from([Comparator.IS_NULL, Comparator.IS_NOT_NULL])), None)
    return Condition(subject, draw(st.sampled_from(TEXT_TESTS)), draw(values))


@settings(deadline=None)
@given(st.lists(any_condition(), max_size=4))
def test_that_a_written_expression_is_read_back_the_same(terms: list[Condition]) -> None:
    expression: Expression = terms[0] if len(terms) == 1 else Conjunction(tuple(terms))
    assert parse(filter_text(expression)) == expression


def test_that_what_the_language_cannot_write_is_refused() -> None:
    for unwritable in (Condition(param("a"), Comparator.EQUAL, "'\""), Condition(param('`"'), Comparator.EQUAL, "x")):
        with pytest.raises(ValueError, match="cannot write"):
            filter_text(unwritable)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("metrics.auc DESC", OrderKey(metric("auc"), True)),
        ("metrics.auc", OrderKey(metric("auc"), False)),
        ("params.`learning rate` asc", OrderKey(param("learning rate"), False)),
        ('tags."a b"', OrderKey(tag("a b"), False)),
        ("attributes.start_time DESC", OrderKey(attribute("start_time"), True)),
        ("created", OrderKey(attribute("start_time"), False)),
        ("min(metrics.auc) DESC", OrderKey(figure("auc", "min"), True)),
        ("at(metrics.`a b`, 10)", OrderKey(figure("a b", "at", 10), False)),
    ],
)
def test_that_orders_are_read_as_mlflow_reads_them(text: str, order: OrderKey) -> None:
    assert parse_order(text) == order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "metrics.auc UP",
        "metrics.auc DESC, metrics.b",
        "`Run name`",
        "dataset.name",
        "foo.a",
        "min(params.a)",
        "at(metrics.a)",
        "max(metrics.a",
        "metrics.a DESC NULLS LAST",
    ],
)
def test_that_orders_mlflow_refuses_are_refused(text: str) -> None:
    with pytest.raises(FilterError):
        parse_order(text)
