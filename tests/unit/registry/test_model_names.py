"""MLflow's rules for names, as sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.models import Stage
from bakehouse.registry.names import alias_problem, canonical_stage, model_name_problem


@pytest.mark.parametrize("name", ["DemandForecast", "a b", "名前", "v1.2", "m-1", "x" * 256, "<b>"])
def test_that_names_mlflow_takes_are_fine(name: str) -> None:
    assert model_name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "needs a name"),
        ("   ", "needs a name"),
        ("a/b", "“/”"),
        ("a:b", "“:”"),
        ("..", "path"),
        (".", "path"),
        ("..x", "path"),
        ("x" * 257, "257"),
        ("a\u202eb", "invisible"),
        ("a\nb", "invisible"),
    ],
)
def test_that_a_name_mlflow_refuses_gets_its_reason(name: str, word: str) -> None:
    assert word in (model_name_problem(name) or "")


@pytest.mark.parametrize("alias", ["champion", "a-b_c", "ü", "vX", "1"])
def test_that_aliases_mlflow_takes_are_fine(alias: str) -> None:
    assert alias_problem(alias) is None


@pytest.mark.parametrize("alias", ["", "a b", "latest", "Latest", "v1", "V22", "x" * 256, "a/b"])
def test_that_an_alias_mlflow_refuses_gets_its_reason(alias: str) -> None:
    assert alias_problem(alias)


@given(st.text())
def test_that_any_text_gets_an_answer(text: str) -> None:
    model_name_problem(text)
    alias_problem(text)
    canonical_stage(text)


@pytest.mark.parametrize("stage", list(Stage))
def test_that_a_stage_is_understood_in_any_casing(stage: Stage) -> None:
    assert canonical_stage(stage.upper()) is stage
    assert canonical_stage(stage.lower()) is stage


def test_that_other_words_are_no_stage() -> None:
    assert canonical_stage("Deleted_Internal") is None
