"""What the person has seen of each trail: its beginning and its last head, so that a replaced or cut one is noticed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bakehouse.domain.trail import Head
from bakehouse.personal.files import read_json, write_json
from bakehouse.places import data_directory

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class SeenTrail:
    """The head that was last seen, when (UTC, milliseconds), and the last one that was verified from the beginning."""

    head: Head
    seen_ms: int
    verified: Head | None = None


class TrailMemory:
    """`trails.json` in the person's data folder. For worker threads; each change reads the file again."""

    def __init__(self) -> None:
        self._file = data_directory() / "trails.json"

    def seen(self, store_id: str) -> SeenTrail | None:
        """What was seen of this store's trail, None for nothing. Raises PersonalFileError."""
        one = self._all().get(store_id)
        if not isinstance(one, dict):
            return None
        head, verified, seen_ms = _head(one.get("head")), _head(one.get("verified")), one.get("seen_ms")
        return SeenTrail(head, seen_ms, verified) if head is not None and isinstance(seen_ms, int) else None

    def last_head(self, store_id: str) -> Head | None:
        """The head seen last. Raises PersonalFileError."""
        seen = self.seen(store_id)
        return None if seen is None else seen.head

    def remember(self, store_id: str, head: Head, *, verified: bool = False) -> None:
        """Keep this head as the last one seen (and verified). A shorter one than is known is not kept.

        Raises PersonalFileError.
        """
        known = self._all()
        before = self.seen(store_id)
        if before is not None and before.head.genesis == head.genesis and before.head.length > head.length:
            return
        self._put(known, store_id, head, head if verified else before.verified if before is not None else None)

    def accept(self, store_id: str, head: Head) -> None:
        """Keep this head instead of whatever was seen before: the person was told, and goes on with it.

        Raises PersonalFileError.
        """
        self._put(self._all(), store_id, head, None)

    def _put(self, known: dict[str, object], store_id: str, head: Head, whole: Head | None) -> None:
        entry: dict[str, object] = {"head": _written(head), "seen_ms": time.time_ns() // 1_000_000}
        if whole is not None:
            entry["verified"] = _written(whole)
        known.pop(store_id, None)
        known[store_id] = entry
        latest = dict(list(known.items())[-_MOST:])
        write_json(self._file, {"version": 1, "trails": latest})

    def _all(self) -> dict[str, object]:
        content = read_json(self._file)
        found = content.get("trails") if isinstance(content, dict) else None
        return dict(found) if isinstance(found, dict) else {}


def _written(head: Head) -> dict[str, object]:
    return {"genesis": head.genesis, "length": head.length, "hash": head.hash}


def _head(value: object) -> Head | None:
    if not isinstance(value, dict):
        return None
    genesis, length, last = value.get("genesis"), value.get("length"), value.get("hash")
    if isinstance(genesis, str) and isinstance(length, int) and isinstance(last, str):
        return Head(genesis, length, last)
    return None
