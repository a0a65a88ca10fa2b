"""Where acts are written down: signed entries and what they move in MLflow's tables, together or not at all.

Over a rollback-journal store both files are attached to one connection and committed as one
(https://www.sqlite.org/atomiccommit.html#_multi_file_commit). Over a store in WAL mode that is not possible: there the
move is announced in the trail, made in the store with the announcement's hash as a tag, and confirmed in the trail; an
announcement that was not confirmed is completed or taken back by the next act, as the tag says.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bakehouse.domain.errors import TrailError, WriteRefused
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.trail import Entry, EntryType, Head
from bakehouse.registry.projection import Intent, RuleBroken
from bakehouse.registry.signing import NotAnEntry, Signer, read_entry
from bakehouse.registry.trail_rows import key_of, load, row_of
from bakehouse.store.registrations import mark_version, move_version, stages_of_model, version_tag
from bakehouse.store.store_marks import mark_store
from bakehouse.store.trail.file import ensure, writing
from bakehouse.store.trail.tables import TrailTables
from bakehouse.store.writing import Transaction, Writer

REQUEST_TAG = "bakehouse.request"
"""Version tag: the hash of the entry under which the version was last moved."""
APPROVED_BY_TAG = "bakehouse.approved_by"
OUTSIDE = "changed outside of Bakehouse"
_TAG_COMMENT = 5_000

T = TypeVar("T")
Remember = Callable[[str, Head], None]
"""Told the store's id and the head after each act, to be kept in the person's own folder."""


@dataclass(frozen=True, slots=True)
class Move:
    """A stage change that an act decided on. `approved_by` are display names, empty for a direct move."""

    version: VersionKey
    from_stage: str
    to_stage: Stage
    archived: frozenset[int]
    comment: str
    request_id: str = ""
    approved_by: tuple[str, ...] = ()


class TrailSession:
    """The trail inside one transaction: what it adds up to, and the way to add to it."""

    def __init__(self, tables: TrailTables, signer: Signer, now_ms: Callable[[], int]) -> None:
        self.tables, self.signer, self._now_ms = tables, signer, now_ms
        try:
            self.projection = load(tables)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise TrailError("The trail's tables hold what no entry says; bakehouse verify tells more.") from error
        self.head = tables.head()
        if self.head is not None:
            self.projection.store_id = _store_id(tables)

    def add(self, kind: EntryType, body: Mapping[str, Any]) -> Entry:
        """Sign and append the next entry. Raises WriteRefused where the rules do not allow it."""
        head = self.head
        sequence, previous = (0, "") if head is None else (head.length, head.hash)
        store_id = self.projection.store_id or secrets.token_hex(16)
        sealed = self.signer.seal(store_id, sequence, previous, self._now_ms(), kind, body)
        entry = sealed.entry
        try:
            touched = self.projection.apply(entry)
        except RuleBroken as broken:
            raise WriteRefused(f"{broken} Nothing was written.") from broken
        self.tables.append(sequence, entry.hash, sealed.envelope)
        for table, key in dict.fromkeys(touched):
            row = row_of(self.projection, table, key)
            if row is None:
                self.tables.remove(table, key_of(table, key))
            else:
                self.tables.put(table, row)
        self.head = Head(entry.hash if head is None else head.genesis, sequence + 1, entry.hash)
        return entry

    def standing(self, version: VersionKey, to_stage: str) -> dict[str, str]:
        """In which role and under which policy the signer acts, as entries say it."""
        _, policy = self.projection.policy(version.workspace, version.model, to_stage)
        return {"role": self.projection.role(self.signer.actor.key).word, "policy": policy}


class Desk:
    """Carries acts out for one person over one store. For a worker thread with the right to write."""

    def __init__(
        self, writer: Writer, signer: Signer, remember: Remember, now_ms: Callable[[], int] | None = None
    ) -> None:
        self._writer, self._signer, self._remember = writer, signer, remember
        self._now_ms = now_ms or _now_ms
        self._in_one = writer.store.locking == "rollback"

    def write(self, work: Callable[[Transaction, TrailSession], T]) -> T:
        """Do `work` where no stage changes. Raises WriteRefused, StoreError kin; then nothing is written."""
        with self._both() as (transaction, session):
            done = work(transaction, session)
        self._keep(session)
        return done

    def move(self, decide: Callable[[Transaction, TrailSession], Move | None]) -> Move | None:
        """Make the move that `decide` comes to, after the entries it added; None for none (yet)."""
        if self._in_one:
            with self._both() as (transaction, session):
                move = decide(transaction, session)
                if move is not None:
                    applied = session.add(EntryType.APPLIED, _applied(move, session, ""))
                    _write_move(transaction, move, applied.hash)
                    _follow(session, move)
            self._keep(session)
            return move
        return self._move_in_steps(decide)

    def _move_in_steps(self, decide: Callable[[Transaction, TrailSession], Move | None]) -> Move | None:
        ensure(self._writer.store.path)
        # The store's lock is held from the announcement to the move, so that nobody takes an open one for a dead one.
        with self._writer.transaction() as transaction:
            with writing(self._writer.store.path) as tables:
                session = TrailSession(tables, self._signer, self._now_ms)
                self._begin(transaction, session)
                move = decide(transaction, session)
                intended = None if move is None else session.add(EntryType.INTENDED, _applied(move, session, ""))
            self._keep(session)
            if move is None or intended is None:
                return None
            _write_move(transaction, move, intended.hash)
        with writing(self._writer.store.path) as tables:
            session = TrailSession(tables, self._signer, self._now_ms)
            if intended.hash in session.projection.intents:
                session.add(EntryType.APPLIED, _applied(move, session, intended.hash))
                _follow(session, move)
        self._keep(session)
        return move

    @contextmanager
    def _both(self) -> Iterator[tuple[Transaction, TrailSession]]:
        path = ensure(self._writer.store.path)
        if self._in_one:
            with self._writer.with_trail(path).transaction() as transaction:
                session = TrailSession(transaction.trail, self._signer, self._now_ms)
                self._begin(transaction, session)
                yield transaction, session
            return
        with self._writer.transaction() as transaction, writing(self._writer.store.path) as tables:
            session = TrailSession(tables, self._signer, self._now_ms)
            self._begin(transaction, session)
            yield transaction, session

    def _begin(self, transaction: Transaction, session: TrailSession) -> None:
        """Found the trail if there is none, and finish what was left undone."""
        if session.head is None:
            session.add(EntryType.FOUNDED, {"stages": list(_stages_of_all(transaction))})
        mark_store(transaction, session.projection.store_id)
        for intent in list(session.projection.intents.values()):
            _settle(transaction, session, intent)

    def _keep(self, session: TrailSession) -> None:
        if session.head is not None:
            self._remember(session.projection.store_id, session.head)


def record_outside(transaction: Transaction, session: TrailSession, workspace: str, model: str) -> int:
    """Write down each stage of a model that is another than the trail has; how many there were."""
    changed = 0
    for version, stage in sorted(stages_of_model(transaction, model, workspace).items()):
        key = VersionKey(workspace, model, version)
        known = session.projection.stage(key)
        if stage != known:
            session.add(EntryType.SYSTEM, _system(key, known, stage, OUTSIDE, ""))
            changed += 1
    return changed


def _settle(transaction: Transaction, session: TrailSession, intent: Intent) -> None:
    """Complete an announced move that was made, take back one that was not."""
    body = intent.body
    where = body["version"]
    key = VersionKey(str(where["workspace"]), str(where["model"]), int(where["version"]))
    tag = version_tag(transaction, key.model, key.version, REQUEST_TAG, key.workspace)
    if tag != intent.entry_hash:
        session.add(EntryType.ABANDONED, {"intent": intent.entry_hash, "request": intent.request_id, "version": where})
        return
    session.add(EntryType.APPLIED, {**body, "intent": intent.entry_hash})
    for other in body["archived"]:
        known = VersionKey(key.workspace, key.model, int(other))
        cause = f"archived by the move of version {key.version} to {body['to']}"
        system = _system(known, session.projection.stage(known), Stage.ARCHIVED.value, cause, intent.request_id)
        session.add(EntryType.SYSTEM, system)


def _follow(session: TrailSession, move: Move) -> None:
    for other in sorted(move.archived):
        key = replace(move.version, version=other)
        cause = f"archived by the move of version {move.version.version} to {move.to_stage}"
        body = _system(key, session.projection.stage(key), Stage.ARCHIVED.value, cause, move.request_id)
        session.add(EntryType.SYSTEM, body)


def _write_move(transaction: Transaction, move: Move, entry_hash: str) -> None:
    version = move.version
    comment = move.comment if len(move.comment) <= _TAG_COMMENT else ""
    move_version(
        transaction,
        version.model,
        version.version,
        move.to_stage,
        archive_existing=bool(move.archived),
        comment=comment,
        expected_stage=move.from_stage,
        expected_archived=move.archived if move.archived else None,
        workspace=version.workspace,
    )
    tags = {REQUEST_TAG: entry_hash, APPROVED_BY_TAG: ", ".join(move.approved_by)}
    mark_version(transaction, version.model, version.version, tags, version.workspace)


def _applied(move: Move, session: TrailSession, intent: str) -> dict[str, Any]:
    return {
        "request": move.request_id,
        "version": version_body(move.version),
        "from": move.from_stage,
        "to": move.to_stage.value,
        "archived": sorted(move.archived),
        "comment": move.comment,
        "intent": intent,
        **session.standing(move.version, move.to_stage.value),
    }


def _system(key: VersionKey, known: str, stage: str, cause: str, request_id: str) -> dict[str, Any]:
    return {"version": version_body(key), "from": known, "to": stage, "cause": cause, "request": request_id}


def version_body(version: VersionKey, run_id: str = "") -> dict[str, Any]:
    """A version as entries name it."""
    return {"workspace": version.workspace, "model": version.model, "version": version.version, "run": run_id}


def _stages_of_all(transaction: Transaction) -> Iterator[dict[str, Any]]:
    """What stands in the registry when a trail begins; None needs no words."""
    columns = ("workspace", "name", "version", "current_stage")
    for workspace, name, version, stage in transaction.rows("model_versions", columns, {}):
        if stage not in (None, Stage.NONE.value, "Deleted_Internal"):
            key = VersionKey(str(workspace or "default"), str(name), int(version))
            yield {**version_body(key), "stage": str(stage)}


def _store_id(tables: TrailTables) -> str:
    for _, _, envelope in tables.entries(0):
        try:
            return read_entry(envelope).store_id
        except NotAnEntry as error:
            raise TrailError(f"The trail's first entry cannot be read: {error}") from error
    return ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
