"""Brushes as terms of a filter: both give the same runs, always."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, AxisLane, axis_data, make_axis
from bakehouse.analysis.brush_terms import brush_of, brush_text, brushes_of, with_brushes
from bakehouse.analysis.brushes import Brush, Interval, brush_between, tidied
from bakehouse.analysis.columns import Column, NumberColumn, TextColumn
from bakehouse.analysis.scales import ScaleKind
from bakehouse.analysis.search.evaluation import DatasetValues, evaluate
from bakehouse.analysis.search.parser import parse
from bakehouse.analysis.search.terms import terms_of
from bakehouse.domain.columns import STATUS, ColumnKey, metric, param, tag


class OneColumn:
    """A ColumnSource of one column."""

    def __init__(self, column: Column) -> None:
        self.column, self.size = column, column.size

    def numbers(self, _key: ColumnKey) -> NumberColumn:
        assert isinstance(self.column, NumberColumn)
        return self.column

    def texts(self, _key: ColumnKey) -> TextColumn:
        assert isinstance(self.column, TextColumn)
        return self.column

    def datasets(self) -> DatasetValues:
        raise AssertionError


def number_column(values: list[float | None]) -> NumberColumn:
    rows = np.array([row for row, value in enumerate(values) if value is not None], np.int32)
    return NumberColumn(rows, np.array([value for value in values if value is not None], np.float64), len(values))


def text_column(texts: list[str | None]) -> TextColumn:
    known = list(dict.fromkeys(text for text in texts if text is not None))
    rows = np.array([row for row, text in enumerate(texts) if text is not None], np.int32)
    codes = np.array([known.index(text) for text in texts if text is not None], np.int32)
    return TextColumn(rows, codes, known, len(texts))


def selected(text: str, column: Column) -> list[bool]:
    return evaluate(parse(text), OneColumn(column)).mask.tolist()


def agree(key: ColumnKey, column: Column, data: AxisData, brush: Brush) -> None:
    """The brush, its text, and the brush read from the text select the same runs."""
    text = brush_text(key, brush)
    assert selected(text, column) == brush.mask(data).tolist(), text
    read = brush_of(parse(text))
    assert read is not None, text
    assert read[0] == key
    assert read[1].mask(data).tolist() == brush.mask(data).tolist(), text
    assert len(terms_of(text)) == 1


odd_numbers = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 1e-300, 1e300, np.inf, -np.inf, np.nan, 1.7976931348623157e308, 5e-324]),
    st.floats(-100, 100),
    st.integers(-3, 3).map(float),
)
odd_texts = st.one_of(
    st.none(),
    st.sampled_from(["1", "1.0", "0.1", "1e-3", "auto", "it's", "both ' and \"", "back\\", "", "x\ny", "inf", "nan"]),
    st.text(max_size=4),
)
places = st.floats(-0.3, 1.3)
lanes = st.sets(st.sampled_from([AxisLane.MISSING, AxisLane.NOT_FINITE, AxisLane.NOT_POSITIVE]))


@settings(deadline=None)
@given(st.lists(odd_numbers, min_size=1, max_size=20), places, places, lanes, st.sampled_from(list(ScaleKind)))
def test_that_a_brush_on_numbers_and_its_text_give_the_same_runs(
    values: list[float | None], first: float, second: float, chosen: set[AxisLane], kind: ScaleKind
) -> None:
    key, column = metric("rmse"), number_column(values)
    data = axis_data(key, column)
    axis = make_axis(data, np.arange(len(values), dtype=np.int32), kind)
    brush = brush_between(axis, first, second, chosen)
    if brush is not None:
        agree(key, column, data, tidied(axis, brush))


@settings(deadline=None)
@given(
    st.lists(odd_texts, min_size=1, max_size=12), places, places, places, places, st.booleans(),
    st.sampled_from(list(ScaleKind)),
)  # fmt: skip
def test_that_brushes_on_texts_and_their_text_give_the_same_runs(
    texts: list[str | None], a: float, b: float, c: float, d: float, missing: bool, kind: ScaleKind
) -> None:
    key, column = param("the name"), text_column(texts)
    data = axis_data(key, column)
    axis = make_axis(data, np.arange(len(texts), dtype=np.int32), kind)
    brush = Brush(missing=missing)
    for one in (brush_between(axis, a, b), brush_between(axis, c, d)):
        brush = brush if one is None else brush.joined(one)
    if not brush.is_empty:
        agree(key, column, data, tidied(axis, brush))


@pytest.mark.parametrize(
    ("key", "brush", "text"),
    [
        (metric("a"), Brush.between(0.5, None), "metrics.a >= 0.5"),
        (metric("a"), Brush.between(0.5, 2.0), "(metrics.a >= 0.5 AND metrics.a <= 2)"),
        (metric("a"), Brush.between(2.0, 2.0), "metrics.a = 2"),
        (metric("a"), Brush((Interval(None, 1.0), Interval(2.0, 3.0))),
         "(metrics.a <= 1 OR (metrics.a >= 2 AND metrics.a <= 3))"),
        (metric("a"), Brush(missing=True), "metrics.a IS NULL"),
        (metric("a"), Brush((Interval(1.0, None),), missing=True, nan=True, infinite=(True, True)),
         "(metrics.a >= 1 OR metrics.a IS NULL OR metrics.a IS NAN OR metrics.a = -inf OR metrics.a = inf)"),
        (param("my lr"), Brush.between(None, 0.01), "params.`my lr` <= 0.01"),
        (param("m"), Brush(categories=frozenset({"b", "a"})), "params.m IN ('a', 'b')"),
        (param("m"), Brush(categories=frozenset({"it's"})), "params.m = \"it's\""),
        (tag("t"), Brush(categories=frozenset({"a"}), excluded=True, missing=True),
         "(tags.t != 'a' OR tags.t IS NULL)"),
        (STATUS, Brush(categories=frozenset({"a", "b"}), excluded=True), "status NOT IN ('a', 'b')"),
        (param("m"), Brush(excluded=True), "params.m IS NOT NULL"),
        (metric("a")._replace(figure="min"), Brush.between(None, 1.0), "min(metrics.a) <= 1"),
    ],
)  # fmt: skip
def test_that_brushes_read_as_a_person_writes_them(key: ColumnKey, brush: Brush, text: str) -> None:
    assert brush_text(key, brush) == text
    assert brush_of(parse(text)) == (key, brush)


@pytest.mark.parametrize(
    "text",
    ["metrics.a != 1", "params.m LIKE 'a%'", "NOT metrics.a > 1", "metrics.a > 1 OR metrics.b > 1",
     "metrics.a IS NOT NULL", "dataset.name = 'x'", "metrics.a NOT IN (1, 2)"],
)  # fmt: skip
def test_that_other_terms_are_no_brushes(text: str) -> None:
    assert brush_of(parse(text)) is None


def test_that_open_ends_and_several_terms_on_a_column_are_one_brush() -> None:
    found = brushes_of([term.expression for term in terms_of("metrics.a > 1 AND params.m LIKE 'x' AND metrics.a < 2")])
    brush, where = found[metric("a")]
    assert where == (0, 2)
    data = AxisData(metric("a"), "a", np.array([1.0, 1.5, 2.0]), np.ones(3, np.bool_))
    assert brush.mask(data).tolist() == [False, True, False]
    with_text = brushes_of([parse("params.m = 'a'"), parse("params.m = 'b'")])
    assert with_text[param("m")] == (Brush(categories=frozenset("a")), (0,))


@pytest.mark.parametrize(
    ("text", "brush", "after"),
    [
        ("", Brush.between(1.0, None), "metrics.a >= 1"),
        ("params.m = 'x'", Brush.between(1.0, 2.0), "params.m = 'x' AND (metrics.a >= 1 AND metrics.a <= 2)"),
        ("params.m = 'x' OR metrics.b > 1", Brush.between(1.0, None),
         "(params.m = 'x' OR metrics.b > 1) AND metrics.a >= 1"),
        (" metrics.a > 5  and params.m = 'x'", Brush.between(1.0, 2.0),
         "(metrics.a >= 1 AND metrics.a <= 2)  and params.m = 'x'"),
        ("metrics.a > 5 AND params.m = 'x' AND metrics.a < 9", Brush.between(1.0, None),
         "metrics.a >= 1 AND params.m = 'x'"),
        ("metrics.a > 5 AND params.m = 'x' AND metrics.a < 9", None, "params.m = 'x'"),
        ("metrics.a != 5 AND metrics.a >= 1", None, "metrics.a != 5"),
        ("metrics.a >= 1", None, ""),
        ("params.m = 'x'", None, "params.m = 'x'"),
    ],
)  # fmt: skip
def test_that_a_brush_takes_its_place_in_the_filter(text: str, brush: Brush | None, after: str) -> None:
    assert with_brushes(text, {metric("a"): brush}) == after


@pytest.mark.parametrize(
    ("key", "brush"),
    [
        (param("a'b`c\"d"), Brush.between(1.0, None)),
        (STATUS, Brush.between(1.0, None)),
        (param("m"), Brush(categories=frozenset(f"name {i}" for i in range(5000)))),
        (param("m"), Brush(nan=True)),
    ],
)
def test_that_what_no_filter_can_say_is_refused_with_a_sentence(key: ColumnKey, brush: Brush) -> None:
    with pytest.raises(ValueError, match="filter"):
        with_brushes("", {key: brush})


def test_that_a_filter_never_grows_past_what_its_line_takes() -> None:
    text = " AND ".join(f"metrics.number_{number} > 0" for number in range(430))
    with pytest.raises(ValueError, match="too long"):
        with_brushes(text, {param("m"): Brush(categories=frozenset(f"name {i}" for i in range(40)))})
