"""How registered models and versions are found, and what the overview says of a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.registry_rows import first_line, numbers_text, summarize
from bakehouse.analysis.registry_search import RegistrySearch, searchable, term_of
from bakehouse.domain.models import ModelVersion, RegisteredModel

BREAD = searchable(
    ["Bread", "Forecast of loaves"], ["Production", "None"], ["champion"], [("team", "pricing")], "gbm-1"
)


def version(number: int, stage: str = "None", aliases: tuple[str, ...] = ()) -> ModelVersion:
    return ModelVersion(
        "Bread", number, stage, "READY", "s3://b", None, "run", "", number, number, aliases, (), "default"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True), ("   ", True), ("bread", True), ("LOAVES forecast", True), ("cake", False), ("bread cake", False),
        ("stage:production", True), ("stage:prod", True), ("stage:staging", False), ("-stage:staging", True),
        ("alias:champ", True), ("alias:@champion", True), ("alias:*", True), ("alias:x", False),
        ("tag:team", True), ("tag:team=pric", True), ("tag:team=growth", False), ("tag:color", False),
        ("run:gbm", True), ("run:rf", False), ("-bread", False), ("@champion", True), ("team: pricing", True),
        ("stage:", True), ("tag:", True), ('"forecast of"', True), ('"of forecast"', False),
    ],
)  # fmt: skip
def test_that_every_term_must_hold(text: str, found: bool) -> None:
    assert RegistrySearch(text).matches(BREAD) is found


def test_that_a_term_is_written_as_it_is_read() -> None:
    one = searchable(["x"], [], [], [("two words", "v")])
    assert RegistrySearch(term_of("tag", "two words")).matches(one)
    assert not RegistrySearch(term_of("tag", "three words")).matches(one)


@given(st.text(max_size=40))
def test_that_whatever_is_typed_is_a_search(text: str) -> None:
    RegistrySearch(text).matches(BREAD)


def test_that_a_row_says_what_stands_in_which_stage() -> None:
    versions = (version(4, "Staging"), version(3, "Production", ("b", "A")), version(2, "Production"), version(1))
    model = RegisteredModel("Bread", "# For *shops*\nmore", 1, 2, (("t", "1"), ("u", "")), versions, "default")
    (row,) = summarize([model])
    assert (row.latest, row.staging, row.production) == (4, (4,), (3, 2))
    assert row.aliases == (("A", 3), ("b", 3))
    assert row.first_line == "For shops"
    assert row.tags == "t: 1, u"


def test_that_a_model_without_versions_has_a_row() -> None:
    (row,) = summarize([RegisteredModel("Bread", "", None, None, (), (), "default")])
    assert (row.latest, row.staging, row.changed_ms, row.first_line) == (None, (), None, "")


@pytest.mark.parametrize(
    ("numbers", "text"), [((), ""), ((7,), "7"), ((9, 7), "9, 7"), (tuple(range(9, 0, -1)), "9, 8, 7 and 6 more")]
)
def test_that_several_versions_in_a_stage_are_counted(numbers: tuple[int, ...], text: str) -> None:
    assert numbers_text(numbers) == text


@pytest.mark.parametrize(
    ("markdown", "line"),
    [("**Bold** and `code`", "Bold and code"), ("- a list", "a list"), ("snake_case_name", "snake_case_name"),
     ("\n\n> quoted", "quoted"), ("a\u202eb", "a\\u202eb")],
)  # fmt: skip
def test_that_a_description_begins_as_plain_words(markdown: str, line: str) -> None:
    assert first_line(markdown) == line
