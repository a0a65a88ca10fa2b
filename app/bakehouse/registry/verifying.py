"""Checks a trail from its first entry to its last, and what it adds up to, against the file and MLflow's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.trail import Entry, Finding, Head
from bakehouse.registry.projection import Projection, RuleBroken
from bakehouse.registry.signing import NotAnEntry, check_signature, read_entry
from bakehouse.registry.trail_rows import all_rows
from bakehouse.store.trail.schema import PROJECTED
from bakehouse.store.trail.tables import TrailTables

MOST_FINDINGS = 200
_REPORT_EVERY = 500


@dataclass
class Verification:
    """What a check has found; without findings the trail holds."""

    findings: list[Finding] = field(default_factory=list)
    projection: Projection = field(default_factory=Projection)
    head: Head | None = None
    hashes: list[str] = field(default_factory=list)
    """Those of all entries as stored."""
    notices: list[str] = field(default_factory=list)
    """What is no proof of anything wrong, and worth telling: clocks set back, unfinished moves."""

    @property
    def holds(self) -> bool:
        return not self.findings

    def found(self, sentence: str, sequence: int | None = None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(sentence, sequence))


def verify_entries(
    stored: Iterable[tuple[Any, Any, Any]], token: Token, total: int = 0, after: Head | None = None
) -> Verification:
    """Order, links, signatures and rules of (sequence, hash, envelope) as stored. Raises Cancelled.

    About 0.2 ms an entry on one core; reports entries checked of `total`. With `after` these are the entries behind a
    head that was verified before; whether they keep the rules cannot be told then, only that they follow.
    """
    done = Verification(head=after)
    previous, expected, clock = ("", 0, 0) if after is None else (after.hash, after.length, 0)
    for sequence, entry_hash, envelope in stored:
        if expected % _REPORT_EVERY == 0:
            token.check()
            token.report(expected, total, "entries verified")
        if sequence != expected:
            done.found(f"Entry {expected} is missing: entry {sequence} follows the one before it.", expected)
            expected = int(sequence) if isinstance(sequence, int) else expected
        entry = _read(done, sequence, envelope)
        if entry is not None:
            _check_place(done, entry, sequence, entry_hash, previous)
            if after is None:
                _apply(done, entry, expected)
            if entry.time_ms < clock:
                done.notices.append(f"Entry {sequence} tells an earlier time than the one before it: a clock was set.")
            clock = max(clock, entry.time_ms)
        previous = str(entry_hash)
        expected += 1
        done.hashes.append(previous)
        done.head = Head(after.genesis if after is not None else done.hashes[0], expected, previous)
    return done


def verify_tables(tables: TrailTables, token: Token) -> Verification:
    """All of `verify_entries`, and whether the projection's rows are what the entries add up to."""
    head = tables.head()
    done = verify_entries(tables.entries(), token, head.length if head is not None else 0)
    wanted = all_rows(done.projection)
    for table in PROJECTED:
        token.check()
        stored = tables.rows(table)
        if _sorted(stored) == wanted[table] and not _kinds_differ(_sorted(stored), wanted[table]):
            continue
        changed = len(set(map(repr, stored)) ^ set(map(repr, wanted[table])))
        done.found(f"The table {table} is not what the entries add up to ({changed} rows differ).")
    for intent in done.projection.intents.values():
        done.notices.append(f"A move to {intent.body['to']} was announced and not confirmed; the next act settles it.")
    return done


def check_stages(done: Verification, stages: Mapping[VersionKey, str]) -> None:
    """Add what of MLflow's stages is another than in the trail. `stages`: every version of the store, as stored."""
    open_moves = {
        (str(one.body["version"]["model"]), int(one.body["version"]["version"]))
        for one in done.projection.intents.values()
    }
    for version, stage in stages.items():
        known = done.projection.stage(version)
        if stage != known and (version.model, version.version) not in open_moves:
            done.found(
                f"{version.model} version {version.version} is in {stage} in MLflow's table, in {known} in the trail: "
                "it was changed outside of Bakehouse and not recorded."
            )


def check_head(done: Verification, expected: Head, when: str) -> None:
    """Add a finding where the trail is not a continuation of the one that was seen `when`."""
    head = done.head
    if head is None or head.genesis != expected.genesis:
        done.found(f"This is another trail than the one seen {when}: it was replaced.")
    elif head.length < expected.length:
        missing = expected.length - head.length
        done.found(f"The last {missing} entries that were seen {when} are missing: the trail was cut.")
    elif done.hashes[expected.length - 1] != expected.hash:
        done.found(
            f"Entry {expected.length - 1} is another one than was seen {when}: the trail was written anew from there."
        )


def check_store_id(done: Verification, store_id: str) -> None:
    """Add a finding where the store carries another id than the trail."""
    known = done.projection.store_id
    if known and store_id != known:
        what = "another id" if store_id else "no id"
        done.found(
            f"The store carries {what} of a trail: this trail was made for another store, or the tag was removed."
        )


def stage_or_none(stage: str | None) -> str:
    """A stage as stored; versions without one are in None."""
    return stage or Stage.NONE.value


def _read(done: Verification, sequence: object, envelope: object) -> Entry | None:
    try:
        return check_signature(str(envelope))
    except NotAnEntry as error:
        done.found(f"Entry {sequence} is not as it was written. {error}", _number(sequence))
    try:
        # What it says still counts for the entries after it, so that one broken signature is one finding.
        return read_entry(str(envelope))
    except NotAnEntry:
        return None


def _apply(done: Verification, entry: Entry, number: int) -> None:
    try:
        done.projection.apply(entry)
    except RuleBroken as broken:
        done.found(str(broken), number)


def _check_place(done: Verification, entry: Entry, sequence: object, entry_hash: object, previous: str) -> None:
    number = _number(sequence)
    if entry.hash != entry_hash:
        done.found(f"Entry {sequence} has another hash than is stored beside it.", number)
    if entry.sequence != sequence:
        done.found(f"Entry {sequence} says that it is number {entry.sequence}: entries were moved.", number)
    if entry.previous != previous:
        done.found(f"Entry {sequence} does not follow the entry before it: the chain is broken there.", number)


def _number(sequence: object) -> int | None:
    return sequence if isinstance(sequence, int) else None


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    try:
        return sorted(rows)
    except TypeError:
        return rows


def _kinds_differ(rows: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> bool:
    """1 equals 1.0 for Python; a cell of another type was edited all the same."""
    return any(
        type(a) is not type(b) for row, other in zip(rows, wanted, strict=True) for a, b in zip(row, other, strict=True)
    )
