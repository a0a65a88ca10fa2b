"""The trail as values: entries that follow each other, signed, and what may be found wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bakehouse.domain.requests import ActivityType

TRAIL_FORMAT = 1
"""Version of the rule by which an entry's payload is written; it stands in every payload."""


class EntryType(StrEnum):
    """What an entry records: the seven activities, and what the trail itself needs."""

    FOUNDED = "FOUNDED_TRAIL"
    ROLE = "SET_ROLE"
    POLICY = "SET_POLICY"
    INTENDED = "INTENDED_TRANSITION"
    """A move is about to be written to a store in WAL mode, where both files cannot be committed as one."""
    ABANDONED = "ABANDONED_TRANSITION"
    """An announced move that was never made is taken back, and with it the approval that had led to it."""
    REQUESTED = ActivityType.REQUESTED.value
    APPROVED = ActivityType.APPROVED.value
    REJECTED = ActivityType.REJECTED.value
    CANCELLED = ActivityType.CANCELLED.value
    APPLIED = ActivityType.APPLIED.value
    SYSTEM = ActivityType.SYSTEM.value
    COMMENT = ActivityType.COMMENT.value


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wrote an entry: `key` is the Ed25519 public key in hexadecimal, `account` the system's user name."""

    key: str
    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `hash` is the SHA-256 of its signed envelope as stored; `previous` that of the entry before it."""

    sequence: int
    hash: str
    previous: str
    store_id: str
    time_ms: int
    type: EntryType
    actor: Actor
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a trail ends: how many entries it has and the last one's hash. `genesis` is the first one's."""

    genesis: str
    length: int
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a trail. `sequence` is the entry it is about, None for the trail as a whole."""

    sentence: str
    sequence: int | None = None
