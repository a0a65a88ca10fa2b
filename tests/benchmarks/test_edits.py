"""How long edits of thousands of runs take, and how long a writer beside us waits; prints figures, never fails on one.

10,000 runs by default; `BAKEHOUSE_BENCH_RUNS=100000` for the large store, `BAKEHOUSE_BENCH_STORE` for a file that is
there already; a copy is edited.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.edits import DeleteRuns, RunEdit, SetTag
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.run_edits import edit_runs
from bakehouse.store.undoing import put_back
from bakehouse.store.writing import Writer, prepare
from tests.benchmarks.generated_store import cached_store

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
TAGGED = 10_000

# A training process: one small commit after another, as MLflow's log calls are; prints the longest waits.
TRAINER = """
import os, sqlite3, sys, time
path, stop, run_id = sys.argv[1:]
waits = []
connection = sqlite3.connect(path, timeout=20, isolation_level=None)
while not os.path.exists(stop):
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    waited = time.perf_counter() - began
    connection.execute("INSERT OR REPLACE INTO tags VALUES ('beside', ?, ?)", (str(len(waits)), run_id))
    connection.execute("COMMIT")
    waits.append(waited * 1000)
    time.sleep(0.005)
waits.sort()
print(f"{len(waits)} commits, waits: median {waits[len(waits) // 2]:.1f}, p99 {waits[len(waits) * 99 // 100]:.0f},"
      f" longest {waits[-1]:.0f} ms")
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    given = os.environ.get("BAKEHOUSE_BENCH_STORE")
    path = tmp_path / "edited.db"
    shutil.copyfile(Path(given) if given else cached_store(runs=RUNS, history_points=100_000), path)
    prepare()
    with open_store(path) as opened:
        yield opened


@contextmanager
def trainer(store: Store, run_id: str, what: str) -> Iterator[None]:
    stop = store.path.with_name(f"stop-{what.replace(' ', '-')}")
    command = [sys.executable, "-c", TRAINER, str(store.path), str(stop), run_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        time.sleep(0.3)
        try:
            yield
        finally:
            stop.touch()
            assert process.stdout is not None
            print(f"  beside {what}: {process.stdout.read().strip()}")


def ids_of(store: Store) -> list[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT run_uuid FROM runs")]


def test_edits_of_thousands_of_runs(store: Store) -> None:
    every = ids_of(store)
    some = tuple(random.Random(1).sample(every, min(TAGGED, len(every))))
    print(f"\nstore of {len(every):,} runs, {store.path.stat().st_size / 1e6:,.0f} MB")
    with trainer(store, every[0], "nothing"):
        time.sleep(1)
    _measure(store, every[0], SetTag(some, "bench.new", "a"), "tagging")
    _measure(store, every[0], SetTag(some, "bench.new", "b"), "tagging again")
    _measure(store, every[0], DeleteRuns(some), "deleting")
    if len(every) > len(some):
        _measure(store, every[0], SetTag(tuple(every), "bench.all", "a"), "tagging all")


def _measure(store: Store, beside: str, edit: RunEdit, what: str) -> None:
    pages: list[int] = []
    writer = Writer(store, token=Token(lambda done, _total, _text: pages.append(done)))
    with trainer(store, beside, what):
        began = time.perf_counter()
        done = edit_runs(writer, edit)
        took = time.perf_counter() - began
    print(f"  {done.problem}" if done.problem else "", end="")
    print(f"{what}: {len(done.run_ids):,} runs in {took:.2f} s, {len(pages)} transactions")
    if what == "tagging again" and done.undo is not None:
        began = time.perf_counter()
        put_back(Writer(store), done.undo)
        print(f"  taken back in {time.perf_counter() - began:.2f} s")
