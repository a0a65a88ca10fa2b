"""What a long trail costs: verifying all of it, the quick check, and an act at its end."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.evidence import evidence_payload
from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope
from bakehouse.domain.trail import EntryType
from bakehouse.registry.desk import TrailSession, version_body
from bakehouse.registry.reviewing import approve, set_policy, set_role
from bakehouse.registry.trail_check import changes_outside, check_since, check_trail
from bakehouse.store.opening import open_store
from bakehouse.store.trail.file import writing
from tests.stores import insert
from tests.unit.registry.trails import DIGEST, MODEL, Office, evidence, office, signer, version

pytestmark = pytest.mark.benchmark

ENTRIES = int(os.environ.get("BAKEHOUSE_BENCH_ENTRIES", "10000"))
VERSIONS = ENTRIES // 10
NEXT = {"None": "Staging", "Staging": "Production", "Production": "Archived", "Archived": "Staging"}

T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> T:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {cpu:.3f} s on the processor, {wall:.3f} s on the clock")
    return found


def grow(at: Office) -> dict[int, str]:
    """Requests, approvals and moves up to ENTRIES; where each version is then."""
    where: dict[int, str] = {}
    seen = evidence_payload(evidence(1))
    with writing(at.path) as tables:
        session = TrailSession(tables, signer("Ada"), lambda: 1_800_000_000_000)
        for count in range(ENTRIES // 3):
            number = count % VERSIONS + 1
            key, here = version(number), where.get(number, "None")
            body = {"version": version_body(key), "comment": "as it should be"}
            move = {"from": here, "to": NEXT[here]}
            session.signer = signer("Ada")
            asked = session.add(EntryType.REQUESTED, {**body, **move, "archive_existing": False, "evidence": seen})
            session.signer = signer("Bo")
            standing = session.standing(key, NEXT[here])
            session.add(EntryType.APPROVED, {**body, **standing, "request": asked.hash, "digest": DIGEST})
            session.add(
                EntryType.APPLIED, {**body, **standing, **move, "request": asked.hash, "archived": [], "intent": ""}
            )
            where[number] = NEXT[here]
    return where


def test_a_long_trail(tmp_path: Path) -> None:
    at = office(tmp_path)
    key = {"workspace": "default", "name": MODEL, "current_stage": "None", "status": "READY"}
    insert(at.path, "model_versions", *({**key, "version": number} for number in range(4, VERSIONS + 1)))
    with at.desk("Ada") as desk:
        set_policy(desk, Scope(stage="Production"), Policy())
        set_role(desk, signer("Bo").actor.key, "Bo", Role.REVIEWER)
    where = timed(f"sign and write {ENTRIES:,} entries", lambda: grow(at))
    with closing(sqlite3.connect(at.path)) as connection:
        statement = "UPDATE model_versions SET current_stage = ? WHERE version = ?"
        connection.executemany(statement, [(stage, number) for number, stage in where.items()])
        connection.commit()
    with open_store(at.path) as store:
        done = timed("verify all of it", lambda: check_trail(store, Token()))
        assert done is not None and done.holds and done.head is not None
        head = done.head
        timed("check from the last verified head", lambda: check_since(store, head, Token()))
        timed(f"of that, the stages of {VERSIONS:,} versions", lambda: changes_outside(store, Token()))
    asked = timed("request", lambda: at.request("Ada", 2, Stage.NONE))
    with at.desk("Bo") as desk:
        timed("approve and move", lambda: approve(desk, asked, "good", DIGEST))
