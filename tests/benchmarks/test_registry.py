"""What a registry of 10,000 versions costs to read and to write to; prints figures, never fails on one.

CPU time stands beside the clock, which other programs on the machine stretch. `BAKEHOUSE_BENCH_VERSIONS` sets the size.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import RegisteredModel, Stage
from bakehouse.domain.registry_edits import DeleteModel, RenameModel, SetAlias, SetVersionTag
from bakehouse.registry.consequences import consequence
from bakehouse.registry.editing import carry_out
from bakehouse.registry.registering import ModelSource, RegisterRequest, plan_registration, register
from bakehouse.registry.transitions import plan_transition
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.reading import Reader
from bakehouse.store.registrations import greatest_versions, transition_stage
from bakehouse.store.registry import list_models
from bakehouse.store.undoing import put_back
from bakehouse.store.writing import Writer, prepare
from tests.stores import new_store

pytestmark = pytest.mark.benchmark

VERSIONS = int(os.environ.get("BAKEHOUSE_BENCH_VERSIONS", "10000"))
MODELS = 100

T = TypeVar("T")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Half of the versions belong to one model, the others to a hundred; three tags each, and some aliases."""
    path = new_store(tmp_path / "mlflow.db")
    names = ["Large"] * (VERSIONS // 2) + [f"Model {n % MODELS}" for n in range(VERSIONS - VERSIONS // 2)]
    count: dict[str, int] = {}
    versions, tags, aliases = [], [], []
    stages = [stage.value for stage in Stage]
    for place, name in enumerate(names):
        number = count[name] = count.get(name, 0) + 1
        source = f"models:/m-{place:032x}"
        row = (name, number, place, place, f"Version {number}", stages[place % 4], source, "r1", "READY", "default")
        versions.append(row)
        tags += [(f"key {n}", f"value {place}", name, number, "default") for n in range(3)]
        if place % 10 == 0:
            aliases.append((f"alias-{place}", number, name, "default"))
    with closing(sqlite3.connect(path)) as connection, connection:
        models = [(name, 1, 1, "What it is for", "default") for name in count]
        connection.executemany("INSERT INTO registered_models VALUES (?, ?, ?, ?, ?)", models)
        columns = (
            "name, version, creation_time, last_updated_time, description, current_stage, source, run_id, status,"
            " workspace"
        )
        connection.executemany(f"INSERT INTO model_versions ({columns}) VALUES ({'?, ' * 9}?)", versions)
        connection.executemany("INSERT INTO model_version_tags VALUES (?, ?, ?, ?, ?)", tags)
        connection.executemany("INSERT INTO registered_model_aliases VALUES (?, ?, ?, ?)", aliases)
        connection.execute(
            "INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id, artifact_uri)"
            " VALUES ('r1', 'run', 'FINISHED', 'active', 0, 's3://b/r1')"
        )
    prepare()
    with open_store(path) as opened:
        yield opened


def timed(what: str, act: Callable[[], T]) -> T:
    began, cpu = time.perf_counter(), time.process_time()
    result = act()
    print(f"  {what}: {(time.process_time() - cpu) * 1000:.0f} ms CPU, {(time.perf_counter() - began) * 1000:.0f} ms")
    return result


def large(store: Store) -> RegisteredModel:
    return next(model for model in list_models(store.reader(), Token()) if model.name == "Large")


def test_reading_the_registry(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    print(f"\n{VERSIONS:,} versions of {MODELS + 1} models:")
    reader = store.reader()
    for round_name in ("first", "second"):
        models = timed(f"list_models, {round_name}", lambda: list_models(reader, Token()))
    assert sum(len(model.versions) for model in models) == VERSIONS
    timed("greatest_versions", lambda: greatest_versions(reader, Token()))
    statements: list[float] = []
    plain = Reader.rows

    def counted(self: Reader, *args: object, **kwargs: object) -> object:
        began = time.perf_counter()
        rows = plain(self, *args, **kwargs)  # type: ignore[arg-type]
        statements.append((time.perf_counter() - began) * 1000)
        return rows

    monkeypatch.setattr(Reader, "rows", counted)
    list_models(reader, Token())
    print(f"  {len(statements)} statements, the longest {max(statements):.0f} ms")


def test_registering_and_moving(store: Store) -> None:
    print(f"\n{VERSIONS:,} versions, half of them of one model:")
    source = ModelSource("model", "s3://b/r1/model", "s3://b/r1/model", "r1")
    reader = store.reader()
    for round_name in ("first", "second"):
        request = RegisterRequest("Large", False, source, "d", tags=(("a", "b"),), aliases=(f"new-{round_name}",))
        done = timed(f"register, {round_name}", lambda: register(Writer(store), request))  # noqa: B023 - called at once
        models = timed("  visible: list_models", lambda: list_models(reader, Token()))
    assert max(v.version for m in models if m.name == "Large" for v in m.versions) == done.version
    model = large(store)
    greatest = greatest_versions(reader, Token())
    timed("plan_registration", lambda: plan_registration("Large", models, greatest, aliases=("new-first",)))
    moved = model.versions[0]
    timed("plan_transition", lambda: plan_transition(model, moved, Stage.PRODUCTION, True))
    move = {"archive_existing": True, "comment": "c"}
    timed(
        "transition that archives a quarter of the model",
        lambda: transition_stage(Writer(store), "Large", moved.version, Stage.PRODUCTION, **move),  # type: ignore[arg-type]
    )


def test_edits_of_a_large_model(store: Store) -> None:
    print(f"\nA model of {VERSIONS // 2:,} versions:")
    model = large(store)
    timed("set a tag", lambda: carry_out(Writer(store), SetVersionTag("Large", 1, "key 0", "other")))
    timed("set an alias", lambda: carry_out(Writer(store), SetAlias("Large", "best", 1)))
    timed("say what deleting does", lambda: consequence(DeleteModel("Large"), model))
    done = timed("delete it", lambda: carry_out(Writer(store), DeleteModel("Large")))
    undo = done.undo
    assert undo is not None
    timed("take that back", lambda: put_back(Writer(store), undo))
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE model_versions SET current_stage = 'None'")
    timed("rename it", lambda: carry_out(Writer(store), RenameModel("Large", "Larger")))
