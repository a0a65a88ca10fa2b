"""The consequence of a transition, in words."""

from __future__ import annotations

from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.registry.transitions import COMMENT_LIMIT, partners, plan_swap, plan_transition
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG


def version(number: int, stage: str, tags: tuple[tuple[str, str], ...] = ()) -> ModelVersion:
    return ModelVersion(
        "DemandForecast", number, stage, "READY", "models:/m-1", None, None, "", None, None, (), tags, "default"
    )


def model(*stages: str) -> RegisteredModel:
    versions = [version(number, stage) for number, stage in enumerate(stages, 1)]
    return RegisteredModel("DemandForecast", "", None, None, (), tuple(reversed(versions)), "default")


def said(stages: tuple[str, ...], number: int, stage: Stage, archive: bool, comment: str = "") -> str:
    forecast = model(*stages)
    moved = next(v for v in forecast.versions if v.version == number)
    return plan_transition(forecast, moved, stage, archive, comment).sentence


def test_that_an_archived_predecessor_is_named() -> None:
    assert said(("Production", "Staging"), 2, Stage.PRODUCTION, True) == (
        "DemandForecast 2 moves from Staging to Production. Version 1, now in Production, will be archived."
    )


def test_that_a_predecessor_that_stays_is_named_too() -> None:
    assert said(("Production", "Production", "None"), 3, Stage.PRODUCTION, False) == (
        "DemandForecast 3 moves from stage None to Production. Versions 1 and 2 stay in Production beside it."
    )


def test_that_nobody_else_is_mentioned_when_nobody_else_is_touched() -> None:
    assert said(("Archived", "Staging"), 2, Stage.ARCHIVED, False) == "DemandForecast 2 moves from Staging to Archived."
    assert said(("Archived", "Staging"), 2, Stage.NONE, True) == "DemandForecast 2 moves from Staging to stage None."


def test_that_many_versions_are_counted() -> None:
    assert "8 versions, now in Staging, will be archived." in said(("Staging",) * 8 + ("None",), 9, Stage.STAGING, True)


def test_that_the_stage_it_is_in_is_no_move() -> None:
    forecast = model("Staging")
    plan = plan_transition(forecast, forecast.versions[0], Stage.STAGING, True)
    assert not plan.allowed
    assert plan.problem == "DemandForecast 1 is already in Staging."


def test_that_a_foreign_stage_can_be_left() -> None:
    assert said(("QA\u202e",), 1, Stage.STAGING, False) == "DemandForecast 1 moves from QA\\u202e to Staging."


def test_that_losing_the_last_comment_is_said() -> None:
    moved = version(1, "None", ((TRANSITION_COMMENT_TAG, "fine"),))
    forecast = RegisteredModel("DemandForecast", "", None, None, (), (moved,), "default")
    assert (
        "comment of its last transition is removed" in plan_transition(forecast, moved, Stage.STAGING, False).sentence
    )
    assert "removed" not in plan_transition(forecast, moved, Stage.STAGING, False, "better").sentence


def test_that_an_exchange_names_both_ways_and_who_stays() -> None:
    forecast = model("Production", "Staging", "Production")
    second, first = forecast.versions[1], forecast.versions[2]
    assert partners(forecast, second, Stage.PRODUCTION) == (3, 1)
    assert plan_swap(forecast, second, first).sentence == (
        "DemandForecast 2 moves from Staging to Production, and version 1 from Production to Staging, both at once. "
        "Version 3 stays in Production."
    )
    assert "already in Production" in plan_swap(forecast, forecast.versions[0], first).problem


def test_that_no_version_is_sent_to_a_stage_that_mlflow_lacks() -> None:
    forecast = model("Production", "QA")
    assert partners(forecast, forecast.versions[0], Stage.PRODUCTION) == ()
    assert "MLflow does not have" in plan_swap(forecast, forecast.versions[0], forecast.versions[1]).problem
    assert "MLflow does not have" in plan_swap(forecast, forecast.versions[1], forecast.versions[0]).problem


def test_that_a_comment_longer_than_a_tag_is_refused() -> None:
    forecast = model("None")
    plan = plan_transition(forecast, forecast.versions[0], Stage.STAGING, False, "x" * (COMMENT_LIMIT + 1))
    assert "5,001" in plan.problem
