"""A store's trail checked as a whole or from the last verified head on, and taken out with its proof."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import TrailError
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.trail import Head
from bakehouse.registry.desk import REQUEST_TAG, founding_ids
from bakehouse.registry.projection import outside_changes
from bakehouse.registry.signing import hash_of
from bakehouse.registry.trail_rows import all_rows
from bakehouse.registry.verifying import (
    Verification,
    check_head,
    check_stages,
    check_store_id,
    check_tags,
    outside_sentence,
    verify_entries,
    verify_tables,
)
from bakehouse.store.handle import Store
from bakehouse.store.registry import stages_of_versions, tags_of_versions
from bakehouse.store.store_marks import read_store_id
from bakehouse.store.trail.file import reading, trail_path, writing
from bakehouse.store.trail.tables import TrailTables

EXPORT_FORMAT = "bakehouse-trail"
EXPORT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Expected:
    """A head that a trail must continue, and in words when or by whom it was seen."""

    head: Head
    when: str


def check_trail(store: Store, token: Token, expected: Sequence[Expected] = ()) -> Verification | None:
    """Check everything about a store's trail; None for a store that has none and never had. Changes nothing.

    About 0.3 s for 1,000 entries. Raises TrailUnfinished, TrailError, StoreError kin, Cancelled.
    """
    marked = read_store_id(store.reader(), token)
    with reading(store.path) as tables:
        if tables is None or tables.head() is None:
            return _missing(store, marked, expected)
        done = verify_tables(tables, token, partial(_compare_store, store, token))
    for one in expected:
        check_head(done, one.head, one.when)
    return done


def check_since(store: Store, verified: Head, token: Token, seen: Head | None = None) -> Verification | None:
    """Check links and signatures of what came after a head that was verified as a whole, and MLflow's stages; quick.

    None where the trail does not continue that head and the one `seen` last, or has no entries: then only
    `check_trail` can tell. Raises TrailUnfinished, TrailError, StoreError kin, Cancelled.
    """
    with reading(store.path) as tables:
        if tables is None or not tables.continues(verified) or not (seen is None or tables.continues(seen)):
            return None
        newer = list(tables.entries(verified.length - 1))
    if not newer or hash_of(str(newer[0][2])) != verified.hash:
        return None
    done = verify_entries(newer[1:], token, len(newer), after=verified)
    for sentence in changes_outside(store, token):
        done.found(sentence)
    return done


def rebuild(store: Store, token: Token) -> list[str]:
    """Make the trail's tables anew from its entries, which must hold; the names of those that were not as they say.

    Needs the right to write; the store itself is not touched. Raises TrailError where the entries do not hold or
    were added to meanwhile, StoreError kin, Cancelled.
    """
    with reading(store.path) as tables:
        if tables is None or (head := tables.head()) is None:
            raise TrailError("This store has no trail, so there is nothing to make anew.")
        done = verify_entries(tables.entries(), token, head.length)
    if not done.holds:
        raise TrailError(
            f"The entries themselves do not hold, so nothing is made from them: {done.findings[0].sentence}"
        )
    wanted = all_rows(done.projection)
    with writing(store.path) as tables:
        if tables.head() != done.head:
            raise TrailError("Somebody acted meanwhile; try again.")
        changed = [
            table for table in wanted if sorted(map(repr, tables.rows(table))) != sorted(map(repr, wanted[table]))
        ]
        for table in changed:
            tables.clear(table)
            for row in wanted[table]:
                tables.put(table, row)
    return changed


def export_trail(store: Store, token: Token) -> dict[str, Any]:
    """The whole trail with its proof as JSON values, for `bakehouse verify FILE.json`. Raises TrailError kin."""
    with reading(store.path) as tables:
        if tables is None or (head := tables.head()) is None:
            raise TrailError("This store has no trail, so there is nothing to export.")
        envelopes = []
        for sequence, _, envelope in tables.entries():
            if sequence % 1000 == 0:
                token.check()
                token.report(sequence, head.length, "entries read")
            envelopes.append(json.loads(envelope))
    return {
        "format": EXPORT_FORMAT,
        "version": EXPORT_VERSION,
        "store": store.path.name,
        "head": {"genesis": head.genesis, "length": head.length, "hash": head.hash},
        "entries": envelopes,
    }


def check_export(content: object, token: Token, expected: Sequence[Expected] = ()) -> Verification:
    """Check an exported trail by itself: order, links, signatures, rules. Raises TrailError for no such file."""
    if not isinstance(content, dict) or content.get("format") != EXPORT_FORMAT:
        raise TrailError("This file is no trail that was exported by Bakehouse.")
    if content.get("version") != EXPORT_VERSION:
        raise TrailError("This trail was exported by a newer Bakehouse; check it with that one.")
    entries = content.get("entries")
    if not isinstance(entries, list) or not entries:
        raise TrailError("This exported trail holds no entries.")
    texts = [json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=True) for one in entries]
    done = verify_entries(((n, hash_of(text), text) for n, text in enumerate(texts)), token, len(texts))
    stated = content.get("head")
    if done.head is not None and (not isinstance(stated, dict) or stated.get("hash") != done.head.hash):
        done.found("The file names another last entry than it holds: entries are missing at its end.")
    for one in expected:
        check_head(done, one.head, one.when)
    return done


def known_ids(store: Store, token: Token) -> list[str]:
    """Under which ids a store's trail may have been seen: its own, the one the store carries, the one it replaces.

    Raises TrailUnfinished, TrailError, StoreError kin.
    """
    with reading(store.path) as tables:
        own, replaced = ("", "") if tables is None else founding_ids(tables)
    marked = read_store_id(store.reader(), token)
    return [one for one in dict.fromkeys((own, marked, replaced)) if one]


def changes_outside(store: Store, token: Token) -> list[str]:
    """A sentence for each stage in MLflow's table that the trail has otherwise; none without a trail. Quick.

    Raises TrailUnfinished, TrailError, StoreError kin.
    """
    with reading(store.path) as tables:
        if tables is None:
            return []
        while True:
            with tables.snapshot():
                head = tables.head()
                known = {VersionKey(*row[:3]): str(row[3]) for row in tables.rows("stages")}
                announced = {str(json.loads(body)["version"]["model"]) for _, _, body in tables.rows("intents")}
            found = _stages(store, token)
            # Not while the trail is held, see `verify_tables`.
            if tables.head() == head:
                break
    changed = outside_changes(found, known)
    return [
        outside_sentence(version, known.get(version, Stage.NONE.value), stage)
        for version, stage in changed.items()
        if version.model not in announced
    ]


def _compare_store(store: Store, token: Token, done: Verification) -> None:
    check_store_id(done, read_store_id(store.reader(), token))
    check_stages(done, _stages(store, token))
    check_tags(
        done, {VersionKey(*key): tag for key, tag in tags_of_versions(store.reader(), REQUEST_TAG, token).items()}
    )


def _stages(store: Store, token: Token) -> dict[VersionKey, str]:
    return {VersionKey(*key): stage for key, stage in stages_of_versions(store.reader(), token).items()}


def has_trail(store: Store, token: Token) -> bool:
    """Whether moves in this store belong into a trail: it has one, or carries the mark of one that is gone.

    Raises TrailError kin, StoreError kin.
    """
    with reading(store.path) as tables:
        if tables is not None and tables.head() is not None:
            return True
    return bool(read_store_id(store.reader(), token))


def envelope_of(tables: TrailTables, entry_hash: str) -> str:
    """The stored text of an entry. Raises TrailError where it is gone."""
    found = tables.envelope(entry_hash)
    if found is None:
        raise TrailError("An entry of the trail is missing; bakehouse verify tells more.")
    return found


def _missing(store: Store, marked: str, expected: Sequence[Expected]) -> Verification | None:
    if not marked and not expected:
        return None
    done = Verification()
    done.found(
        f"The store carries the mark of a trail, but {trail_path(store.path).name} is not beside it: it was removed, "
        "or the store was copied without it."
    )
    return done
