"""Which version was in which stage when: what a trail tells, and what it cannot."""

from __future__ import annotations

from bakehouse.domain.requests import Activity, ActivityType, Person, VersionKey
from bakehouse.domain.stage_history import Origin, StageHistory, stage_history

ONE, TWO = (VersionKey("default", "Bread", number) for number in (1, 2))


def moved(sequence: int, version: VersionKey, to_stage: str, kind: ActivityType, cause: str = "") -> Activity:
    at = sequence * 100
    return Activity(sequence, "", kind, version, "", Person("k", "Ada"), at, "None", to_stage, "why", cause)


def history(*moves: Activity) -> StageHistory:
    return stage_history(50, {ONE: "Production"}, moves, "outside")


def told(made: StageHistory, time_ms: int) -> dict[int, str]:
    return {stay.version.version: stay.stage for stay in made.at(time_ms)}


def test_that_a_stage_holds_from_its_move_to_the_next_one() -> None:
    made = history(
        moved(1, TWO, "Production", ActivityType.APPLIED), moved(2, ONE, "Archived", ActivityType.SYSTEM, "archived")
    )
    assert told(made, 99) == {1: "Production"}
    assert told(made, 100) == {1: "Production", 2: "Production"}
    assert told(made, 5_000) == {1: "Archived", 2: "Production"}


def test_that_before_the_founding_nothing_is_told() -> None:
    assert told(history(), 49) == {}


def test_that_none_and_a_deletion_end_a_stay_without_beginning_one() -> None:
    for stage in ("None", "Deleted"):
        assert told(history(moved(1, ONE, stage, ActivityType.SYSTEM, "x")), 200) == {}


def test_that_how_a_stay_is_known_is_told() -> None:
    made = history(
        moved(1, TWO, "Staging", ActivityType.SYSTEM, "outside of it"), moved(2, TWO, "Archived", ActivityType.APPLIED)
    )
    assert [stay.origin for stay in made.stays] == [Origin.FOUND, Origin.OUTSIDE, Origin.APPLIED]
    assert made.stays[2].comment == "why"


def test_that_comments_and_decisions_move_nothing() -> None:
    made = history(moved(1, ONE, "Archived", ActivityType.APPROVED), moved(2, ONE, "Archived", ActivityType.COMMENT))
    assert told(made, 500) == {1: "Production"}
