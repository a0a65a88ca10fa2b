"""Checks a trail from its first entry to its last, and what it adds up to, against the file and MLflow's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.trail import Entry, Finding, Head
from bakehouse.registry.projection import GONE, Projection, outside_changes
from bakehouse.registry.rules import RuleBroken, apply
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
    is_whole: bool = True
    """Whether the check began with the first entry, so that it can tell whether the rules were kept."""
    clock_ms: int = 0
    """The latest time that an entry tells."""

    @property
    def holds(self) -> bool:
        return not self.findings

    def found(self, sentence: str, sequence: int | None = None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(sentence, sequence))

    def noticed(self, sentence: str) -> None:
        if len(self.notices) < MOST_FINDINGS:
            self.notices.append(sentence)


def verify_entries(
    stored: Iterable[tuple[Any, Any, Any]], token: Token, total: int = 0, after: Head | None = None
) -> Verification:
    """Order, links, signatures and rules of (sequence, hash, envelope) as stored. Raises Cancelled.

    About 0.2 ms an entry on one core; reports entries checked of `total`. With `after` these are the entries behind a
    head that was verified before; whether they keep the rules cannot be told then, only that they follow.
    """
    done = Verification(head=after, is_whole=after is None)
    go_on(done, stored, token, total)
    return done


def go_on(done: Verification, stored: Iterable[tuple[Any, Any, Any]], token: Token, total: int) -> None:
    """Check the entries behind `done.head` and add to it what they are. Raises Cancelled."""
    previous, expected = ("", 0) if done.head is None else (done.head.hash, done.head.length)
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
            if done.is_whole:
                _apply(done, entry, expected)
            if entry.time_ms < done.clock_ms:
                done.noticed(f"Entry {sequence} tells an earlier time than one before it: a clock was set.")
            done.clock_ms = max(done.clock_ms, entry.time_ms)
        previous = str(entry_hash)
        expected += 1
        done.hashes.append(previous)
        done.head = Head(done.head.genesis if done.head is not None else previous, expected, previous)


def verify_tables(
    tables: TrailTables, token: Token, look: Callable[[Verification], None] | None = None
) -> Verification:
    """All of `verify_entries`, and whether the projection's rows are what the entries add up to.

    `look` adds what it finds in the store; it is called again when somebody acted meanwhile. The trail is not held
    while it reads: who commits to both files holds the store's lock while waiting for the trail's.
    """
    done = Verification()
    while True:
        head = tables.head()
        go_on(done, tables.entries(len(done.hashes)), token, 0 if head is None else head.length)
        kept = len(done.findings), len(done.notices)
        with tables.snapshot():
            is_newer = _is_newer(tables.head(), done)
            if not is_newer:
                _check_rows(done, tables, token)
        if not is_newer and look is not None:
            look(done)
            is_newer = _is_newer(tables.head(), done)
        if not is_newer:
            break
        del done.findings[kept[0] :], done.notices[kept[1] :]
    for intent in done.projection.intents.values():
        done.noticed(f"A move to {intent.body['to']} was announced and not confirmed; the next act settles it.")
    return done


def _is_newer(head: Head | None, done: Verification) -> bool:
    return head is not None and head.length > len(done.hashes) and head.hash not in done.hashes[-1:]


def _check_rows(done: Verification, tables: TrailTables, token: Token) -> None:
    wanted = all_rows(done.projection)
    for table in PROJECTED:
        token.check()
        stored = tables.rows(table)
        if _sorted(stored) == wanted[table] and not _kinds_differ(_sorted(stored), wanted[table]):
            continue
        changed = len(set(map(repr, stored)) ^ set(map(repr, wanted[table])))
        done.found(f"The table {table} is not what the entries add up to ({changed} rows differ).")


def check_stages(done: Verification, stages: Mapping[VersionKey, str]) -> None:
    """Add what of MLflow's stages is another than in the trail. `stages`: every version of the store, as stored."""
    projection = done.projection
    open_moves = {str(one.body["version"]["model"]) for one in projection.intents.values()}
    for version, stage in outside_changes(stages, projection.stages).items():
        if version.model not in open_moves:
            done.found(f"{outside_sentence(version, projection.stage(version), stage)} This is not in the trail.")


def outside_sentence(version: VersionKey, known: str, stage: str) -> str:
    """What another program did to a version that the trail has in `known`."""
    name = f"{version.model} version {version.version}"
    if stage == GONE:
        return f"{name}, in {known} in the trail, was deleted or renamed outside of Bakehouse."
    return f"{name} is in {stage} in MLflow's table, in {known} in the trail: it was changed outside of Bakehouse."


def check_tags(done: Verification, tags: Mapping[VersionKey, str]) -> None:
    """Add versions whose tag names an entry that this trail does not have. `tags`: of every version that has one."""
    hashes = set(done.hashes)
    others = [version for version, entry in tags.items() if entry not in hashes]
    if done.projection.replaces:
        done.noticed(
            "This trail was begun anew in place of one that was gone; what was decided before is not in it"
            + (f", which is what {len(others)} versions are tagged with." if others else ".")
        )
        return
    for version in others:
        done.found(
            f"{version.model} version {version.version} was moved under an entry that is not in this trail: "
            "the trail was replaced or cut, or the version's tag was edited."
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
    if not known or store_id == known:
        return
    if not store_id and len(done.hashes) == 1:
        done.noticed("The trail was begun and its store not marked yet; the next act does it.")
        return
    what = "another id" if store_id else "no id"
    done.found(f"The store carries {what} of a trail: this trail was made for another store, or the tag was removed.")


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
        apply(done.projection, entry)
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
