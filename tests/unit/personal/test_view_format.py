"""Views as JSON: nothing is lost on the way, whatever a newer version or a damaged file says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.order import SortKey
from bakehouse.domain.column_look import DECIMALS_AT_MOST, ColumnLook, Ground
from bakehouse.domain.columns import RUN_NAME, ColumnKey, ColumnKind, metric, param, tag
from bakehouse.domain.errors import PersonalFileError
from bakehouse.personal.view_format import View, ViewColumn, key_of, key_value, view_of_text, view_text

VIEW = View(
    "Best uplift",
    (
        ViewColumn(RUN_NAME, 240),
        ViewColumn(param("learning_rate")),
        ViewColumn(ColumnKey(ColumnKind.METRIC, "rmse", "min"), None, ColumnLook(3, Ground.SHADING)),
        ViewColumn(ColumnKey(ColumnKind.METRIC, "rmse", "at", -5), None, ColumnLook(None, Ground.BARS)),
        ViewColumn(tag("team"), 90, extra={"pinned": True}),
    ),
    1,
    (SortKey(metric("uplift"), True), SortKey(RUN_NAME)),
    "metrics.uplift > 0.05",
    {"plots": {"front": "Scatter"}, "from the future": [1, {"a": None}]},
    ({"group": "datasets", "name": "digest"},),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
plain_keys = st.builds(ColumnKey, st.sampled_from(ColumnKind), st.text(max_size=20), st.just(""), st.just(0))
figures = st.builds(
    ColumnKey, st.just(ColumnKind.METRIC), st.text(max_size=20), st.sampled_from(["min", "max"]), st.just(0)
)
steps = st.builds(
    ColumnKey, st.just(ColumnKind.METRIC), st.text(max_size=9), st.just("at"), st.integers(-(2**63) + 1, 2**63 - 1)
)
keys = plain_keys | figures | steps
looks = st.builds(ColumnLook, st.none() | st.integers(0, DECIMALS_AT_MOST), st.sampled_from(Ground))
OWN = ("group", "name", "figure", "step", "width", "decimals", "ground")
extras = st.dictionaries(st.text(max_size=6).filter(lambda name: name not in OWN), json_values, max_size=2)
columns = st.lists(
    st.builds(ViewColumn, keys, st.none() | st.integers(20, 5000), looks, extras), max_size=6, unique_by=lambda c: c.key
)
sections = st.dictionaries(
    st.text(max_size=8).filter(
        lambda name: name not in ("bakehouse_view", "name", "columns", "frozen", "sort", "filter")
    ),
    json_values,
    max_size=3,
)


@st.composite
def views(draw) -> View:
    shown = tuple(draw(columns))
    sort = draw(st.lists(st.builds(SortKey, keys, st.booleans()), max_size=3, unique_by=lambda one: one.column))
    name = draw(st.text(max_size=40)).strip()
    foreign = tuple(draw(st.lists(st.builds(lambda name: {"group": "?", "name": name}, st.text()), max_size=2)))
    frozen = draw(st.integers(0, len(shown)))
    return View(name, shown, frozen, tuple(sort), draw(st.text(max_size=50)), draw(sections), foreign)


@given(views())
def test_that_every_view_comes_back_as_it_was(view):
    assert view_of_text(view_text(view)) == view


def test_that_a_view_is_written_in_words_a_person_can_read():
    value = json.loads(view_text(VIEW))
    assert value["columns"][2] == {
        "group": "metrics", "name": "rmse", "figure": "min", "decimals": 3, "ground": "shading",
    }  # fmt: skip
    assert value["sort"][0] == {"group": "metrics", "name": "uplift", "descending": True}
    assert value["bakehouse_view"] == 1 and value["from the future"] == [1, {"a": None}]


def test_that_what_is_not_understood_is_kept():
    value = json.loads(view_text(VIEW))
    value["columns"][1] |= {"ground": "hologram", "decimals": 99, "width": "wide"}
    value["charts"] = {"kind": "sankey"}
    view = view_of_text(json.dumps(value))
    assert view.columns[1].look == ColumnLook() and view.columns[1].width is None
    again = json.loads(view_text(view))
    assert again["columns"][1]["ground"] == "hologram" and again["columns"][1]["decimals"] == 99
    assert again["charts"] == {"kind": "sankey"} and again["columns"][-1] == {"group": "datasets", "name": "digest"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("null", "it is no view"),
        ("[]", "it is no view"),
        ("{}", "it is no view"),
        ('{"bakehouse_view": "one"}', "“bakehouse_view” is not a whole number"),
        ('{"bakehouse_view": 2}', "a newer Bakehouse made it (format 2)"),
        ('{"bakehouse_view": 1, "columns": {}}', "its “columns” is not a list"),
        ('{"bakehouse_view": 1, "frozen": true}', "its “frozen” is not a whole number"),
        ('{"bakehouse_view": 1, "filter": 5}', "its “filter” is not a text"),
    ],
)
def test_that_a_damaged_view_is_refused_in_words(text, wrong):
    with pytest.raises(PersonalFileError) as error:
        view_of_text(text)
    assert wrong in str(error.value)


@given(json_values | st.dictionaries(st.sampled_from(["bakehouse_view", "columns", "sort", "frozen"]), json_values))
def test_that_any_json_is_a_view_or_refused(value):
    try:
        view = view_of_text(json.dumps(value))
    except PersonalFileError:
        return
    assert view_of_text(view_text(view)) == view


@given(json_values)
def test_that_any_value_names_a_column_or_none(value):
    key = key_of(value)
    assert key is None or key_of(key_value(key)) == key


def test_that_a_column_named_twice_counts_once_and_a_frozen_count_is_bounded():
    value = {"bakehouse_view": 1, "columns": [{"group": "params", "name": "a"}] * 3, "frozen": 9}
    view = view_of_text(json.dumps(value))
    assert [column.key for column in view.columns] == [param("a")] and view.frozen == 1
