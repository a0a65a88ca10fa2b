"""The story of a review: requested, decided, applied and proved, on rollback and on WAL stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import TrailDoubted, WriteRefused
from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope
from bakehouse.domain.requests import COMMENT_LIMIT, VersionKey
from bakehouse.registry.reviewing import (
    add_comment,
    approve,
    cancel,
    exchange_directly,
    move_directly,
    record_changes_outside,
    reject,
    set_policy,
    set_role,
)
from bakehouse.registry.verifying import Verification, check_head, check_stages, verify_tables
from bakehouse.store.opening import open_store
from bakehouse.store.registrations import transition_stage
from bakehouse.store.trail.file import reading
from bakehouse.store.writing import Writer
from tests.unit.registry.trails import DIGEST, MODEL, Office, office, signer, version


@pytest.fixture(params=["rollback", "wal"])
def desk_of(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    return office(tmp_path, wal=request.param == "wal")


def verified(at: Office) -> Verification:
    with reading(at.path) as tables:
        assert tables is not None
        done = verify_tables(tables, Token())
    check_stages(done, {version(number): at.stage(number) for number in (1, 2, 3)})
    return done


def kinds(at: Office) -> list[str]:
    return [one.type.value for one in verified(at).projection.activities.values()]


def test_that_an_approval_moves_the_version_and_archives_what_it_replaces(desk_of: Office) -> None:
    with desk_of.desk("Ada") as desk:
        move_directly(desk, version(1), "None", Stage.PRODUCTION, frozenset(), "first")
    asked = desk_of.request("Ada", 2, Stage.PRODUCTION)
    with desk_of.desk("Bo") as desk:
        said = approve(desk, asked, "good", DIGEST).sentence
    assert said == "PriceOptimizer version 2 approved and moved to Production, 1 archived"
    assert (desk_of.stage(1), desk_of.stage(2)) == ("Archived", "Production")
    assert desk_of.tag(2, "bakehouse.approved_by") == "Bo"
    assert kinds(desk_of) == [
        "APPLIED_TRANSITION",
        "REQUESTED_TRANSITION",
        "APPROVED_REQUEST",
        "APPLIED_TRANSITION",
        "SYSTEM_TRANSITION",
    ]
    assert verified(desk_of).holds


def test_that_an_exchange_of_stages_is_two_moves_in_the_trail_or_none(desk_of: Office) -> None:
    first, second = (version(2), Stage.STAGING), (version(1), Stage.PRODUCTION)
    with desk_of.desk("Ada") as desk:
        move_directly(desk, version(1), "None", Stage.PRODUCTION, frozenset(), "")
        move_directly(desk, version(2), "None", Stage.STAGING, frozenset(), "")
        exchange_directly(desk, first, second, "better")
        with pytest.raises(WriteRefused, match="by now"):
            exchange_directly(desk, (version(2), Stage.PRODUCTION), (version(1), Stage.ARCHIVED), "")
    assert (desk_of.stage(1), desk_of.stage(2)) == ("Staging", "Production")
    assert kinds(desk_of) == ["APPLIED_TRANSITION"] * 4
    assert verified(desk_of).holds


def test_that_the_tag_of_the_version_names_an_entry_of_the_trail(desk_of: Office) -> None:
    with desk_of.desk("Ada") as desk:
        move_directly(desk, version(1), "None", Stage.STAGING, frozenset(), "")
    assert desk_of.tag(1, "bakehouse.request") in verified(desk_of).hashes


def test_that_a_request_decided_once_cannot_be_decided_again(desk_of: Office) -> None:
    asked = desk_of.request("Ada", 1, Stage.STAGING)
    with desk_of.desk("Bo") as desk:
        reject(desk, asked, "not yet")
        with pytest.raises(WriteRefused, match="was rejected by Bo meanwhile"):
            approve(desk, asked, "", DIGEST)
    assert desk_of.stage(1) == "None"
    assert verified(desk_of).holds


def test_that_only_the_requester_or_a_manager_cancels(desk_of: Office) -> None:
    asked = desk_of.request("Ada", 1, Stage.STAGING)
    with desk_of.desk("Bo") as desk, pytest.raises(WriteRefused, match="Only the requester"):
        cancel(desk, asked, "")
    with desk_of.desk("Ada") as desk:
        cancel(desk, asked, "later")
    assert kinds(desk_of)[-1] == "CANCELLED_REQUEST"


def test_that_four_eyes_and_the_number_of_approvals_hold(desk_of: Office) -> None:
    with desk_of.desk("Ada") as desk:
        set_policy(desk, Scope(stage="Production"), Policy(approvals=2))
        for name in ("Bo", "Cy"):
            set_role(desk, signer(name).actor.key, name, Role.REVIEWER)
    asked = desk_of.request("Ada", 1, Stage.PRODUCTION)
    with desk_of.desk("Ada") as desk, pytest.raises(WriteRefused, match="somebody else than the requester"):
        approve(desk, asked, "", DIGEST)
    with desk_of.desk("Dan") as desk, pytest.raises(WriteRefused, match="asks for a reviewer; you are an editor"):
        approve(desk, asked, "", DIGEST)
    with desk_of.desk("Bo") as desk:
        assert "more are needed" in approve(desk, asked, "", DIGEST).sentence
        with pytest.raises(WriteRefused, match="approved it already"):
            approve(desk, asked, "", DIGEST)
    assert desk_of.stage(1) == "None"
    with desk_of.desk("Cy") as desk:
        approve(desk, asked, "", DIGEST)
    assert (desk_of.stage(1), desk_of.tag(1, "bakehouse.approved_by")) == ("Production", "Bo, Cy")
    assert verified(desk_of).holds


def test_that_changed_bytes_stop_an_approval_under_a_policy(desk_of: Office) -> None:
    with desk_of.desk("Ada") as desk:
        set_policy(desk, Scope(), Policy())
        set_role(desk, signer("Bo").actor.key, "Bo", Role.REVIEWER)
    asked = desk_of.request("Ada", 1, Stage.STAGING)
    with desk_of.desk("Bo") as desk, pytest.raises(WriteRefused, match="not those of the request"):
        approve(desk, asked, "", "cd" * 32)


def test_that_a_policy_keeps_others_from_moving_directly(desk_of: Office) -> None:
    with desk_of.desk("Ada") as desk:
        set_policy(desk, Scope("default", MODEL), Policy())
    with desk_of.desk("Bo") as desk, pytest.raises(WriteRefused, match="request the transition instead"):
        move_directly(desk, version(1), "None", Stage.STAGING, frozenset(), "x")
    with desk_of.desk("Ada") as desk, pytest.raises(WriteRefused, match="needs a comment"):
        move_directly(desk, version(1), "None", Stage.STAGING, frozenset(), " ")


def test_that_only_managers_change_roles_and_the_last_one_stays(desk_of: Office) -> None:
    with desk_of.desk("Ada") as desk:
        set_role(desk, signer("Bo").actor.key, "Bo", Role.REVIEWER)
        with pytest.raises(WriteRefused, match="last manager"):
            set_role(desk, signer("Ada").actor.key, "Ada", Role.VIEWER)
    with desk_of.desk("Bo") as desk, pytest.raises(WriteRefused, match="Only a manager"):
        set_role(desk, signer("Bo").actor.key, "Bo", Role.MANAGER)


def test_that_a_change_by_another_program_is_found_and_recorded_under_ones_key(desk_of: Office) -> None:
    asked = desk_of.request("Ada", 1, Stage.STAGING)
    with open_store(desk_of.path) as store:
        transition_stage(Writer(store), MODEL, 3, Stage.PRODUCTION)
    assert "changed outside of Bakehouse" in verified(desk_of).findings[0].sentence
    with desk_of.desk("Bo") as desk:
        record_changes_outside(desk)
        add_comment(desk, asked, "seen")
    assert kinds(desk_of) == ["REQUESTED_TRANSITION", "SYSTEM_TRANSITION", "NEW_COMMENT"]
    assert verified(desk_of).holds


def test_that_what_stood_there_before_the_trail_is_taken_as_it_was(desk_of: Office) -> None:
    with open_store(desk_of.path) as store:
        transition_stage(Writer(store), MODEL, 3, Stage.PRODUCTION)
    desk_of.request("Ada", 1, Stage.STAGING)
    assert verified(desk_of).projection.stage(VersionKey("default", MODEL, 3)) == "Production"
    assert verified(desk_of).holds


def test_that_a_version_that_is_gone_or_moved_cannot_be_approved(desk_of: Office) -> None:
    asked = desk_of.request("Ada", 1, Stage.STAGING)
    with open_store(desk_of.path) as store:
        transition_stage(Writer(store), MODEL, 1, Stage.ARCHIVED)
    with desk_of.desk("Bo") as desk, pytest.raises(WriteRefused, match="is in Archived by now"):
        approve(desk, asked, "", DIGEST)


def test_that_the_longest_comment_with_any_character_goes_in_and_one_more_does_not(desk_of: Office) -> None:
    asked = desk_of.request("Ada", 1, Stage.STAGING)
    strange = "\0\u202e<b>é\U0001f35e\n"
    text = (strange * COMMENT_LIMIT)[:COMMENT_LIMIT]
    with desk_of.desk("Bo") as desk:
        add_comment(desk, asked, text)
        for wrong in (text + "x", "\ud800"):
            with pytest.raises(WriteRefused, match="comment"):
                add_comment(desk, asked, wrong)
    assert [one.comment for one in verified(desk_of).projection.activities.values()][-1] == text
    assert verified(desk_of).holds


def test_that_a_shorter_or_another_trail_is_known_by_the_remembered_head(desk_of: Office, tmp_path: Path) -> None:
    desk_of.request("Ada", 1, Stage.STAGING)
    trail = desk_of.path.with_name("mlflow.db.bakehouse")
    older = trail.read_bytes()
    desk_of.request("Ada", 2, Stage.STAGING)
    (head,) = desk_of.remembered.values()
    good = verified(desk_of)
    check_head(good, head, "yesterday")
    assert good.holds
    trail.write_bytes(older)
    cut = verified(desk_of)
    assert cut.holds
    check_head(cut, head, "yesterday")
    assert "1 entries that were seen yesterday are missing" in cut.findings[0].sentence
    with pytest.raises(TrailDoubted, match="not what you have seen"):
        desk_of.request("Ada", 3, Stage.PRODUCTION)
    desk_of.remembered.clear()
    desk_of.request("Eve", 3, Stage.PRODUCTION)
    forked = verified(desk_of)
    check_head(forked, head, "yesterday")
    assert "written anew" in forked.findings[0].sentence
