"""A process that dies anywhere in an approval, or meets another one there, leaves a trail and a store that agree."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import StoreUnfinished, TrailUnfinished
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import RequestState
from bakehouse.registry.reviewing import add_comment, move_directly
from bakehouse.registry.trail_check import check_trail
from bakehouse.registry.verifying import Verification
from bakehouse.store.opening import open_store, repair
from tests.stores import PROJECT
from tests.unit.registry.trails import Office, office, version

pytestmark = pytest.mark.integration

KILLED = -9
REFUSED = 3
COMMIT_WINDOWS = 80
"""How many moments of all commits of an approval are tried."""


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    program = PROJECT / "tests" / "integration" / "reviewing_program.py"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), *filter(None, sys.path)])}
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Waiting:
    """An office where Ada has asked to move version 2 to Production in place of version 1."""

    at: Office
    request: str
    server: subprocess.Popen[str]

    def order(
        self,
        folder: Path,
        *acts: tuple[str, str],
        kill_at: int | None = None,
        commit: int | None = None,
        after_s: float = 0,
    ) -> tuple[Office, dict[str, Any]]:
        """A copy of the office in `folder`, after these (person, act) there."""
        folder.mkdir()
        for one in self.at.path.parent.glob("mlflow.db*"):
            shutil.copy(one, folder / one.name)
        store = folder / "mlflow.db"
        every = [{"store": str(store), "person": who, "act": act, "request": self.request} for who, act in acts]
        assert self.server.stdin is not None and self.server.stdout is not None
        self.server.stdin.write(
            json.dumps({"acts": every, "kill_at": kill_at, "commit": commit, "after_s": after_s}) + "\n"
        )
        self.server.stdin.flush()
        return Office(store, clock=self.at.clock), json.loads(self.server.stdout.readline())


@pytest.fixture(scope="module", params=["rollback", "wal"])
def waiting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: subprocess.Popen[str]
) -> Waiting:
    at = office(tmp_path_factory.mktemp("office"), wal=request.param == "wal")
    with at.desk("Ada") as desk:
        move_directly(desk, version(1), "None", Stage.PRODUCTION, frozenset(), "first")
    return Waiting(at, at.request("Ada", 2, Stage.PRODUCTION), server)


def checked(at: Office) -> Verification:
    with open_store(at.path) as store:
        done = check_trail(store, Token())
    assert done is not None
    return done


def agreed(at: Office, request_id: str) -> bool:
    """Whether the version was moved; everything that says so must say the same, before and after the next act."""
    try:
        with open_store(at.path):
            pass
    except StoreUnfinished:
        repair(at.path)
    try:
        done = checked(at)
        assert done.holds, done.findings
    except TrailUnfinished:
        pass
    with at.desk("Cy") as desk:
        add_comment(desk, request_id, "what happened?")
    done = checked(at)
    assert done.holds and not done.projection.intents, done.findings
    found = done.projection.requests[request_id]
    moved = at.stage(2) == "Production"
    assert moved is found.is_applied is (found.state is RequestState.APPROVED)
    assert (at.stage(1), at.stage(2)) == (("Archived", "Production") if moved else ("Production", "None"))
    assert (at.tag(2, "bakehouse.approved_by") == "Bo") is moved
    assert (at.tag(2, "bakehouse.request") in done.hashes) is moved
    return moved


def test_that_an_approval_killed_before_any_statement_is_done_or_not_done(waiting: Waiting, tmp_path: Path) -> None:
    at, told = waiting.order(tmp_path / "whole", ("Bo", "approve"))
    assert told["codes"] == [0] and agreed(at, waiting.request)
    outcomes = []
    for number in range(told["statements"]):
        at, killed = waiting.order(tmp_path / str(number), ("Bo", "approve"), kill_at=number)
        assert killed["codes"] == [KILLED]
        outcomes.append(agreed(at, waiting.request))
        shutil.rmtree(tmp_path / str(number))
    assert not outcomes[0] and outcomes == sorted(outcomes)


def test_that_an_approval_killed_within_a_commit_is_done_or_not_done(waiting: Waiting, tmp_path: Path) -> None:
    _, told = waiting.order(tmp_path / "whole", ("Bo", "approve"))
    moved = 0
    windows = COMMIT_WINDOWS // len(told["commits"])
    for commit, seconds in enumerate(told["commits"]):
        for window in range(windows):
            folder = tmp_path / f"{commit}-{window}"
            at, _ = waiting.order(folder, ("Bo", "approve"), commit=commit, after_s=seconds * window / windows)
            if window % 2:
                # Another client repairs the store with its first look, knowing nothing of a trail.
                with closing(sqlite3.connect(at.path)) as client:
                    client.execute("SELECT count(*) FROM model_versions").fetchall()
            moved += agreed(at, waiting.request)
            shutil.rmtree(folder)
    assert moved < COMMIT_WINDOWS


@pytest.mark.parametrize("round_number", range(6))
def test_that_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    waiting: Waiting, tmp_path: Path, round_number: int
) -> None:
    acts = [("Bo", "approve"), ("Cy", "reject")]
    at, told = waiting.order(tmp_path / "race", *(acts if round_number % 2 else reversed(acts)))
    assert sorted(told["codes"]) == [0, REFUSED]
    done = checked(at)
    assert done.holds
    found = done.projection.requests[waiting.request]
    assert (found.state is RequestState.APPROVED) is (at.stage(2) == "Production")
    assert found.decided_by is not None and found.decided_by.name == ("Bo" if at.stage(2) == "Production" else "Cy")


def test_that_a_direct_move_beside_an_approval_leaves_one_of_them(waiting: Waiting, tmp_path: Path) -> None:
    at, told = waiting.order(tmp_path / "race", ("Bo", "approve"), ("Cy", "move"))
    assert sorted(told["codes"]) == [0, REFUSED]
    assert checked(at).holds and at.stage(2) == "Production"
