"""Which models a run has, and what registering one would do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.registry.registering import (
    HISTORY_TAG,
    aliases_in,
    below,
    folder_of_model,
    folder_of_run,
    models_of_run,
    plan_registration,
    tags_in,
)


def run(*, tags: dict[str, str] | None = None, logged: tuple[LoggedModel, ...] = ()) -> RunDetails:
    return RunDetails(
        run_id="r1", experiment_id=1, experiment_name="e", name="n", status="FINISHED", lifecycle_stage="active",
        start_time_ms=None, end_time_ms=None, user="", artifact_uri="file:///a/r1/artifacts", params=(), metrics=(),
        tags=tuple((tags or {}).items()), datasets=(), logged_models=logged, registered_versions=(),
    )  # fmt: skip


def logged_model(model_id: str, status: int = 2) -> LoggedModel:
    return LoggedModel(model_id, 1, "model", f"file:///a/models/{model_id}/artifacts", status, None, "r1", 0)


def registered(name: str, workspace: str = "default") -> RegisteredModel:
    return RegisteredModel(name, "", None, None, (), (), workspace)


def test_that_a_logged_model_is_registered_by_its_id() -> None:
    (source,) = models_of_run(run(logged=(logged_model("m-1"),)))
    assert (source.source, source.run_id, source.note) == ("models:/m-1", "r1", "")
    assert source.location == "file:///a/models/m-1/artifacts"


def test_that_a_folder_inside_a_logged_model_has_an_address_of_its_own() -> None:
    model = logged_model("m-1")
    assert folder_of_model(model, "").source == "models:/m-1"
    assert folder_of_model(model, "inner").source == "file:///a/models/m-1/artifacts/inner"
    assert folder_of_run("s3://b/r?x=1", "deep/model", "r1").source == "s3://b/r/deep/model?x=1"


def test_that_an_unfinished_or_failed_logged_model_says_so() -> None:
    sources = models_of_run(run(logged=(logged_model("m-1", 1), logged_model("m-2", 3))))
    assert [source.note for source in sources] == ["it is still being logged", "logging it failed"]


def test_that_an_older_run_s_models_come_from_its_history_each_once() -> None:
    history = [{"artifact_path": "model"}, {"artifact_path": "deep/model"}, {"artifact_path": "model"}, 7, {}]
    sources = models_of_run(run(tags={HISTORY_TAG: json.dumps(history)}))
    assert [source.source for source in sources] == [
        "file:///a/r1/artifacts/model",
        "file:///a/r1/artifacts/deep/model",
    ]
    assert {source.run_id for source in sources} == {"r1"}


@pytest.mark.parametrize("tag", ["", "{", "7", "null", '"x"', "[1, null]", '[{"artifact_path": 3}]'])
def test_that_a_history_nobody_can_read_names_no_model(tag: str) -> None:
    assert models_of_run(run(tags={HISTORY_TAG: tag})) == []


@pytest.mark.parametrize(
    ("uri", "path", "joined"),
    [
        ("file:///a/b", "model", "file:///a/b/model"),
        ("./mlruns/0/r/artifacts/", "model", "./mlruns/0/r/artifacts/model"),
        ("s3://bucket/r?region=x", "model", "s3://bucket/r/model?region=x"),
        ("C:\\runs\\r", "model", "C:\\runs\\r/model"),
        ("file:///a/b", "", "file:///a/b"),
    ],
)
def test_that_a_path_is_joined_as_mlflow_joins_it(uri: str, path: str, joined: str) -> None:
    assert below(uri, path) == joined


def test_that_the_next_number_counts_deleted_versions() -> None:
    plan = plan_registration("Bread", [registered("Bread")], {("default", "Bread"): 4})
    assert plan.allowed
    assert plan.sentence == "Becomes version 5 of Bread."


def test_that_a_new_name_makes_a_model_and_a_bad_one_says_why() -> None:
    assert plan_registration("Rolls", [registered("Bread")], {}).new_model
    assert "“/”" in plan_registration("a/b", [], {}).problem


def test_that_a_prompt_s_name_is_taken() -> None:
    assert "prompt" in plan_registration("Greeting", [], {("default", "Greeting"): 1}).problem


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        ("a: b\n\n c=d \nbare\nempty:", (("a", "b"), ("c", "d"), ("bare", ""), ("empty", ""))),
        ("url: https://x/?a=b", (("url", "https://x/?a=b"),)),
        ("formula=a: b", (("formula", "a: b"),)),
    ],
)
def test_that_tags_are_read_a_line_each(text: str, tags: tuple[tuple[str, str], ...]) -> None:
    assert tags_in(text) == tags


def test_that_aliases_are_read_with_and_without_their_sign() -> None:
    assert aliases_in(" @champion, nightly  champion,") == ("champion", "nightly")


@given(st.text())
def test_that_any_text_is_read_as_tags_and_aliases(text: str) -> None:
    plan = plan_registration("Bread", [], {}, tags=tags_in(text), aliases=aliases_in(text))
    assert bool(plan.sentence) != bool(plan.problem)


def test_that_the_same_name_in_another_workspace_is_free() -> None:
    plan = plan_registration("Bread", [registered("Bread", "north")], {("north", "Bread"): 1})
    assert plan.allowed
    assert plan.new_model
