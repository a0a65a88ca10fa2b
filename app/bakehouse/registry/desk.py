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
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bakehouse.domain.errors import StoreReplaced, TrailDoubted, TrailError, WriteRefused
from bakehouse.domain.models import Stage
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE
from bakehouse.domain.requests import ReviewRequest, VersionKey
from bakehouse.domain.trail import Entry, EntryType, Head
from bakehouse.registry.projection import Intent, outside_changes
from bakehouse.registry.rules import RuleBroken, apply
from bakehouse.registry.signing import NotAnEntry, Signer, read_entry
from bakehouse.registry.trail_rows import key_of, load, load_request, row_of
from bakehouse.store.failures import shown
from bakehouse.store.registrations import (
    mark_version,
    move_version,
    stages_of_model,
    version_tag,
)
from bakehouse.store.registry import DELETED_STAGE
from bakehouse.store.store_marks import mark_store, store_mark
from bakehouse.store.trail.file import ensure, trail_path, writing
from bakehouse.store.trail.tables import TrailTables
from bakehouse.store.writing import Transaction, Writer

REQUEST_TAG = "bakehouse.request"
"""Version tag: the hash of the entry under which the version was last moved."""
APPROVED_BY_TAG = "bakehouse.approved_by"
_TAG_COMMENT = 5_000

T = TypeVar("T")


class HeadMemory(Protocol):
    """What the person has seen of each trail, by the store's id; kept in the person's own folder."""

    def last_head(self, store_id: str) -> Head | None:
        """The head seen last, None for a trail never seen."""

    def remember(self, store_id: str, head: Head) -> None:
        """Keep this head, which continues the last one."""

    def accept(self, store_id: str, head: Head) -> None:
        """Keep this head instead of the last one, which it need not continue."""


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
            self.projection = load(tables, only_open=True)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise _unreadable() from error
        self.head = tables.head()
        if self.head is not None:
            self.projection.store_id, self.projection.replaces = founding_ids(tables)

    def add(self, kind: EntryType, body: Mapping[str, Any]) -> Entry:
        """Sign and append the next entry. Raises WriteRefused where the rules do not allow it."""
        self.request(str(body.get("request", "")))
        head = self.head
        sequence, previous = (0, "") if head is None else (head.length, head.hash)
        store_id = self.projection.store_id or secrets.token_hex(16)
        sealed = self.signer.seal(store_id, sequence, previous, self._now_ms(), kind, body)
        entry = sealed.entry
        try:
            touched = apply(self.projection, entry)
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

    def request(self, request_id: str) -> ReviewRequest | None:
        """A request of this trail, whatever became of it."""
        try:
            return load_request(self.tables, self.projection, request_id)
        except (ValueError, TypeError, IndexError) as error:
            raise _unreadable() from error

    def standing(self, version: VersionKey, to_stage: str) -> dict[str, str]:
        """In which role and under which policy the signer acts, as entries say it."""
        _, policy = self.projection.policy(version.workspace, version.model, to_stage)
        return {"role": self.projection.role(self.signer.actor.key).word, "policy": policy}


class Desk:
    """Carries acts out for one person over one store. For a worker thread with the right to write."""

    def __init__(
        self,
        writer: Writer,
        signer: Signer,
        memory: HeadMemory,
        now_ms: Callable[[], int] | None = None,
        *,
        accept: bool = False,
    ) -> None:
        """`accept`: the person was told what TrailDoubted says, and goes on with the trail as it is now."""
        self._writer, self._signer, self._memory, self._accept = writer, signer, memory, accept
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

        def decide_one(transaction: Transaction, session: TrailSession) -> tuple[Move, ...]:
            move = decide(transaction, session)
            return () if move is None else (move,)

        return next(iter(self.move_together(decide_one)), None)

    def move_together(self, decide: Callable[[Transaction, TrailSession], tuple[Move, ...]]) -> tuple[Move, ...]:
        """Make the moves that `decide` comes to, all or none, after the entries it added."""
        if self._in_one:
            with self._both() as (transaction, session):
                moves = decide(transaction, session)
                for move in moves:
                    applied = session.add(EntryType.APPLIED, _applied(move, session))
                    _write_move(transaction, move, applied.hash)
                    _follow(session, applied)
            self._keep(session)
            return moves
        return self._move_in_steps(decide)

    def _move_in_steps(self, decide: Callable[[Transaction, TrailSession], tuple[Move, ...]]) -> tuple[Move, ...]:
        self._found_in_steps()
        # The store's lock is held from the announcement to the move, so that nobody takes an open one for a dead one.
        with self._writer.transaction() as transaction:
            with writing(self._writer.store.path) as tables:
                session = TrailSession(tables, self._signer, self._now_ms)
                self._begin(transaction, session)
                moves = decide(transaction, session)
                intended = [session.add(EntryType.INTENDED, _applied(move, session)).hash for move in moves]
            self._keep(session)
            if not moves:
                return ()
            for move, announced in zip(moves, intended, strict=True):
                _write_move(transaction, move, announced)
        with writing(self._writer.store.path) as tables:
            session = TrailSession(tables, self._signer, self._now_ms)
            for announced in intended:
                intent = session.projection.intents.get(announced)
                if intent is not None:
                    _confirm(session, intent)
        self._keep(session)
        return moves

    def _found_in_steps(self) -> None:
        """Begin the trail of a WAL store and mark the store, so that no other entry stands over an unmarked one."""
        ensure(self._writer.store.path)
        with self._writer.transaction() as transaction, writing(self._writer.store.path) as tables:
            self._begin(transaction, TrailSession(tables, self._signer, self._now_ms))

    @contextmanager
    def _both(self) -> Iterator[tuple[Transaction, TrailSession]]:
        path = ensure(self._writer.store.path)
        if self._in_one:
            with self._writer.with_trail(path).transaction() as transaction:
                if transaction.is_in_wal:
                    raise StoreReplaced(
                        f"{shown(self._writer.store.path)} was put into WAL mode since it was opened; nothing was "
                        "written, so open it again."
                    )
                session = TrailSession(transaction.trail, self._signer, self._now_ms)
                self._begin(transaction, session)
                yield transaction, session
            return
        self._found_in_steps()
        with self._writer.transaction() as transaction, writing(self._writer.store.path) as tables:
            session = TrailSession(tables, self._signer, self._now_ms)
            self._begin(transaction, session)
            yield transaction, session

    def _begin(self, transaction: Transaction, session: TrailSession) -> None:
        """Found the trail if there is none, else see that it is the one that belongs here; finish what was left."""
        marked = store_mark(transaction)
        if not self._accept:
            self._doubt(session, marked)
        if session.head is None:
            session.add(EntryType.FOUNDED, {"stages": list(_founding_stages(transaction)), "replaces": marked or ""})
        mark_store(transaction, session.projection.store_id)
        for intent in list(session.projection.intents.values()):
            _settle(transaction, session, intent)

    def _doubt(self, session: TrailSession, marked: str | None) -> None:
        """Raises TrailDoubted where the trail is not the one that store and person know."""
        name, head = shown(trail_path(self._writer.store.path)), session.head
        if head is None:
            if marked:
                raise TrailDoubted(
                    f"The store carries the mark of a trail, but {name} is not there or holds nothing: it was removed,"
                    " or the store was copied without it. Put it back; nothing was written."
                )
            return
        store_id = session.projection.store_id
        # A WAL store is marked after its trail has begun.
        if marked is not None and marked != store_id and (marked or head.length > 1):
            raise TrailDoubted(
                f"{name} was made for another store, or the store's mark was removed. Put the right file there; "
                "nothing was written."
            )
        seen = self._memory.last_head(store_id)
        if seen is None and session.projection.replaces:
            seen = self._memory.last_head(session.projection.replaces)
        if seen is not None and not session.tables.continues(seen):
            raise TrailDoubted(
                f"{name} is not what you have seen before: it was replaced, cut or written anew. Put the right file "
                "there; nothing was written."
            )

    def _keep(self, session: TrailSession) -> None:
        if session.head is not None:
            keep = self._memory.accept if self._accept else self._memory.remember
            keep(session.projection.store_id, session.head)


def record_outside(transaction: Transaction, session: TrailSession, workspace: str, model: str) -> list[str]:
    """Write down each stage of a model that is another than the trail has; the model once for each."""
    found = {
        VersionKey(workspace, model, version): stage
        for version, stage in stages_of_model(transaction, model, workspace).items()
    }
    known = {
        version: stage
        for version, stage in session.projection.stages.items()
        if (version.workspace, version.model) == (workspace, model)
    }
    return _record(session, found, known)


def record_all_outside(transaction: Transaction, session: TrailSession) -> list[str]:
    """As `record_outside`, for every model."""
    return _record(session, stages_of_all(transaction), session.projection.stages)


def _record(session: TrailSession, found: Mapping[VersionKey, str], known: Mapping[VersionKey, str]) -> list[str]:
    changed = outside_changes(found, known)
    for version in sorted(changed, key=lambda one: (one.workspace, one.model, one.version)):
        _add_system(session, version, changed[version])
    return [version.model for version in changed]


def _settle(transaction: Transaction, session: TrailSession, intent: Intent) -> None:
    """Complete an announced move that was made, take back one that was not."""
    where = intent.body["version"]
    model, number, workspace = str(where["model"]), int(where["version"]), str(where["workspace"])
    if version_tag(transaction, model, number, REQUEST_TAG, workspace) == intent.entry_hash:
        _confirm(session, intent)
    else:
        session.add(EntryType.ABANDONED, {"intent": intent.entry_hash, "request": intent.request_id, "version": where})


def _confirm(session: TrailSession, intent: Intent) -> None:
    _follow(session, session.add(EntryType.APPLIED, {**intent.body, "intent": intent.entry_hash}))


def _follow(session: TrailSession, applied: Entry) -> None:
    """Write down what a move that was just added archives."""
    for version in sorted(session.projection.follows, key=lambda one: one.version):
        _add_system(session, version, Stage.ARCHIVED.value, applied)


def _add_system(session: TrailSession, version: VersionKey, stage: str, applied: Entry | None = None) -> None:
    body = {
        "version": version_body(version),
        "from": session.projection.stage(version),
        "to": stage,
        "after": "" if applied is None else applied.hash,
        "request": "" if applied is None else applied.body["request"],
    }
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


def _applied(move: Move, session: TrailSession) -> dict[str, Any]:
    return {
        "request": move.request_id,
        "version": version_body(move.version),
        "from": move.from_stage,
        "to": move.to_stage.value,
        "archived": sorted(move.archived),
        "comment": move.comment,
        "intent": "",
        **session.standing(move.version, move.to_stage.value),
    }


def version_body(version: VersionKey, run_id: str = "") -> dict[str, Any]:
    """A version as entries name it."""
    return {"workspace": version.workspace, "model": version.model, "version": version.version, "run": run_id}


def stages_of_all(transaction: Transaction) -> dict[VersionKey, str]:
    """Every version of the store that is not deleted, with its stage as stored."""
    columns = ("workspace", "name", "version", "current_stage")
    return {
        VersionKey(str(workspace or DEFAULT_WORKSPACE), str(name), int(version)): str(stage or Stage.NONE)
        for workspace, name, version, stage in transaction.rows("model_versions", columns, {})
        if stage != DELETED_STAGE
    }


def _founding_stages(transaction: Transaction) -> Iterator[dict[str, Any]]:
    """What stands in the registry when a trail begins; None needs no words."""
    for version, stage in stages_of_all(transaction).items():
        if stage != Stage.NONE:
            yield {**version_body(version), "stage": stage}


def _unreadable() -> TrailError:
    return TrailError("The trail's tables hold what no entry says; bakehouse verify tells more.")


def founding_ids(tables: TrailTables) -> tuple[str, str]:
    """The store's id, and that of the trail that this one was begun instead of; empty where there is none.

    Raises TrailError where the first entry cannot be read.
    """
    first = tables.first()
    if first is None:
        return "", ""
    try:
        entry = read_entry(first)
    except NotAnEntry as error:
        raise TrailError(f"The trail's first entry cannot be read: {error}") from error
    return entry.store_id, str(entry.body.get("replaces", ""))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
