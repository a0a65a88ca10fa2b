"""People, a store with versions, and the acts of a review on it, for the tests of the trail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bakehouse.domain.evidence import DigestSeen, Evidence, VersionSeen
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.trail import Head
from bakehouse.registry.desk import Desk
from bakehouse.registry.reviewing import Asked, request_transition
from bakehouse.registry.signing import Signer
from bakehouse.store.opening import open_store
from bakehouse.store.registrations import create_model_version
from bakehouse.store.writing import Writer
from tests.stores import new_store

MODEL = "PriceOptimizer"
DIGEST = "ab" * 32


def signer(name: str) -> Signer:
    """The same key for the same name."""
    return Signer(name.encode().ljust(32, b".")[:32], name, name.lower())


def version(number: int) -> VersionKey:
    return VersionKey("default", MODEL, number)


def evidence(number: int, digest: str = DIGEST) -> Evidence:
    return Evidence(0, VersionSeen(number, "None", "s", "", "", (), (), (), (), DigestSeen(digest, 1, 1, 1)))


@dataclass
class Office:
    """A store with three versions of one model, in a mode of its journal, and desks for people at it."""

    path: Path
    remembered: dict[str, Head] = field(default_factory=dict)
    clock: int = 1_700_000_000_000

    @contextmanager
    def desk(self, name: str, *, accept: bool = False) -> Iterator[Desk]:
        with open_store(self.path) as store:
            yield Desk(Writer(store), signer(name), self, self._tick, accept=accept)

    def request(self, name: str, number: int, stage: Stage, *, comment: str = "please", archive: bool = True) -> str:
        with self.desk(name) as desk:
            asked = Asked(version(number), "", self.stage(number), stage, archive, comment)
            return request_transition(desk, asked, evidence(number)).request_id

    def stage(self, number: int) -> str:
        return str(self._one("SELECT current_stage FROM model_versions WHERE version = ?", number))

    def tag(self, number: int, key: str) -> str | None:
        found = self._one("SELECT value FROM model_version_tags WHERE version = ? AND key = ?", number, key)
        return None if found is None else str(found)

    def _one(self, statement: str, *values: object) -> object:
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute(statement, values).fetchone()
            return None if found is None else found[0]

    def last_head(self, store_id: str) -> Head | None:
        return self.remembered.get(store_id)

    def remember(self, store_id: str, head: Head) -> None:
        self.remembered[store_id] = head

    accept = remember

    def _tick(self) -> int:
        self.clock += 1_000
        return self.clock


def office(folder: Path, *, wal: bool = False) -> Office:
    path = new_store(folder / "mlflow.db")
    with open_store(path) as store:
        writer = Writer(store)
        for number in range(3):
            create_model_version(writer, MODEL, f"/models/{number}", new_model=number == 0)
    if wal:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    return Office(path)
