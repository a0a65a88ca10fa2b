"""Trails that are missing, another store's, replaced, linked, or in another state than they were left in."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import StoreReplaced, TrailDoubted, TrailError, TrailUnfinished
from bakehouse.domain.models import Stage
from bakehouse.registry.reviewing import add_comment, approve, move_directly, record_changes_outside
from bakehouse.registry.trail_check import changes_outside, check_trail, has_trail
from bakehouse.registry.verifying import Verification
from bakehouse.store.opening import open_store
from bakehouse.store.trail.file import ensure, reading
from tests.stores import change_store
from tests.unit.registry.trails import DIGEST, Office, office, version


@pytest.fixture(params=["rollback", "wal"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """An office where Ada has moved version 1 to Production."""
    made = office(tmp_path, wal=request.param == "wal")
    with made.desk("Ada") as desk:
        move_directly(desk, version(1), "None", Stage.PRODUCTION, frozenset(), "first")
    return made


def checked(at: Office) -> Verification:
    with open_store(at.path) as store:
        done = check_trail(store, Token())
    assert done is not None
    return done


def trail_of(at: Office) -> Path:
    return at.path.with_name("mlflow.db.bakehouse")


def test_that_a_trail_taken_away_stops_acts_until_the_person_begins_anew(at: Office) -> None:
    trail_of(at).unlink()
    (known,) = at.remembered
    with pytest.raises(TrailDoubted, match="removed, or the store was copied without it"):
        at.request("Ada", 2, Stage.STAGING)
    before = dict(at.remembered)
    with at.desk("Bo", accept=True) as desk:
        record_changes_outside(desk)
    done = checked(at)
    assert done.holds and done.projection.replaces == known != done.projection.store_id
    assert "begun anew" in done.notices[0] and "1 versions are tagged" in done.notices[0]
    at.request("Ada", 2, Stage.STAGING)
    at.remembered = before
    with pytest.raises(TrailDoubted, match="not what you have seen before"):
        at.request("Ada", 3, Stage.STAGING)


def test_that_the_trail_of_another_store_is_not_taken_for_this_ones(at: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = office(tmp_path / "other")
    other.request("Eve", 1, Stage.STAGING)
    shutil.copy(trail_of(other), trail_of(at))
    with pytest.raises(TrailDoubted, match="made for another store"):
        at.request("Ada", 2, Stage.STAGING)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    unmarked = office(fresh)
    shutil.copy(trail_of(other), trail_of(unmarked))
    with pytest.raises(TrailDoubted, match="made for another store"):
        unmarked.request("Ada", 2, Stage.STAGING)


def test_that_deleting_a_version_elsewhere_is_told_and_written_down(at: Office) -> None:
    change_store(at.path, "UPDATE model_versions SET current_stage = 'Deleted_Internal' WHERE version = 1")
    told = "PriceOptimizer version 1, in Production in the trail, was deleted or renamed outside of Bakehouse."
    with open_store(at.path) as store:
        assert changes_outside(store, Token()) == [told]
    assert told in checked(at).findings[0].sentence
    at.request("Bo", 2, Stage.PRODUCTION)
    done = checked(at)
    assert done.holds and done.projection.stage(version(1)) == "Deleted"
    assert "deleted" in list(done.projection.activities.values())[-2].system_comment


def test_that_a_tag_of_an_entry_that_nobody_wrote_is_found(at: Office) -> None:
    change_store(
        at.path, f"UPDATE model_version_tags SET value = '{'0' * 64}' WHERE key = 'bakehouse.request' AND version = 1"
    )
    assert "under an entry that is not in this trail" in checked(at).findings[0].sentence


def test_that_a_store_put_into_wal_mode_meanwhile_is_opened_again_first(tmp_path: Path) -> None:
    at = office(tmp_path)
    at.request("Ada", 1, Stage.STAGING)
    with at.desk("Ada") as desk:
        with closing(sqlite3.connect(at.path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with pytest.raises(StoreReplaced, match="WAL mode since it was opened"):
            move_directly(desk, version(2), "None", Stage.STAGING, frozenset(), "")
    with at.desk("Ada") as desk:
        move_directly(desk, version(2), "None", Stage.STAGING, frozenset(), "")
    assert checked(at).holds


def test_that_moves_belong_into_a_trail_that_is_gone_too(at: Office, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    with open_store(office(tmp_path / "fresh").path) as store:
        assert not has_trail(store, Token())
    trail_of(at).unlink()
    with open_store(at.path) as store:
        assert has_trail(store, Token())


def test_that_a_link_to_the_store_leads_to_the_same_trail(at: Office, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(at.path)
    with Office(link).desk("Bo") as desk:
        record_changes_outside(desk)
    assert [one.name for one in link.parent.iterdir()] == ["link.db"]
    assert checked(Office(link)).holds


def test_that_a_trail_put_into_wal_mode_is_taken_out_of_it(at: Office) -> None:
    with closing(sqlite3.connect(trail_of(at))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    at.request("Ada", 2, Stage.STAGING)
    assert trail_of(at).read_bytes()[18:20] == b"\1\1"
    assert checked(at).holds


def test_that_a_trail_whose_writer_was_killed_says_so_and_is_repaired_by_the_next_act(at: Office) -> None:
    trail, journal = trail_of(at), Path(f"{trail_of(at)}-journal")
    with closing(sqlite3.connect(trail, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE activities SET comment = hex(zeroblob(20000))")
        connection.execute("UPDATE entries SET envelope = hex(zeroblob(20000))")
        hot = trail.read_bytes(), journal.read_bytes()
        connection.execute("ROLLBACK")
    trail.write_bytes(hot[0])
    journal.write_bytes(hot[1])
    with pytest.raises(TrailUnfinished, match="switch to editing, which repairs it"), reading(at.path):
        pass
    at.request("Ada", 2, Stage.STAGING)
    assert checked(at).holds


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 0", "DROP TABLE requests", "CREATE VIEW v AS SELECT 1"])
def test_that_tables_that_were_not_made_so_are_refused(at: Office, statement: str) -> None:
    change_store(trail_of(at), statement)
    with pytest.raises(TrailError):
        at.request("Ada", 2, Stage.STAGING)
    with pytest.raises(TrailError):
        checked(at)


def test_that_a_clock_set_back_is_noted_and_no_finding(at: Office) -> None:
    at.clock -= 1_000_000
    asked = at.request("Ada", 2, Stage.STAGING)
    with at.desk("Bo") as desk:
        approve(desk, asked, "", DIGEST)
    done = checked(at)
    assert done.holds and "earlier time" in done.notices[0]


def test_that_the_file_has_the_stores_own_mode(tmp_path: Path) -> None:
    made = office(tmp_path)
    made.path.chmod(0o660)
    assert ensure(made.path).stat().st_mode & 0o777 == 0o660
    assert ensure(made.path).stat().st_gid == made.path.stat().st_gid


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    made = office(tmp_path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(Exception, match="may not be written"):
            made.request("Ada", 1, Stage.STAGING)
    finally:
        tmp_path.chmod(0o700)


def test_that_another_persons_name_may_be_anything_but_not_half_a_character(tmp_path: Path) -> None:
    made = office(tmp_path)
    strange = "\0\u202eAda \U0001f35e"
    asked = made.request(strange, 1, Stage.STAGING)
    with made.desk("Bo") as desk:
        add_comment(desk, asked, "hm")
    assert checked(made).projection.requests[asked].requester.name == strange
