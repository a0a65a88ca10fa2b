"""How fast a large store is read; prints figures, never fails on a time.

10,000 runs by default; `BAKEHOUSE_BENCH_RUNS=100000` for the large store, `BAKEHOUSE_BENCH_STORE` for a file that is
there already (made by `generated_store.py --history 1000000`).
"""

from __future__ import annotations

import gc
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind, metric, param
from bakehouse.main import favour_window
from bakehouse.store.columns import list_keys, read_column, read_columns
from bakehouse.store.experiments import list_experiments
from bakehouse.store.facts import store_facts
from bakehouse.store.handle import Store
from bakehouse.store.metrics import read_history
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_details, read_headers
from tests.benchmarks.generated_store import HISTORY_KEY, cached_store, run_id_of

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
POINTS = 1_000_000 if RUNS >= 100_000 else 100_000
TOKEN = Token()


@pytest.fixture(scope="module")
def large_store() -> Path:
    given = os.environ.get("BAKEHOUSE_BENCH_STORE")
    return Path(given) if given else cached_store(runs=RUNS, history_points=POINTS)


@pytest.fixture(autouse=True)
def as_in_the_application() -> Iterator[None]:
    """The interpreter as the window sets it: its full collections would be counted here, but do not happen there."""
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    favour_window()
    yield
    gc.set_threshold(*before)
    sys.setswitchinterval(interval)


@contextmanager
def measured(what: str, store: Store | None = None) -> Iterator[None]:
    """Print the wall and processor time of the block, and the read transactions in it."""
    held: list[float] = []
    if store is not None:
        store.on_statement = held.append
    wall, processor = time.perf_counter(), time.process_time()
    yield
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    line = f"{what:<44} {wall:8.3f} s  (processor {processor:7.3f} s)"
    if held:
        longest = max(held) * 1e3
        weighty = [seconds for seconds in held if seconds > 0.001] or held
        line += f"  {len(held)} reads, median {statistics.median(weighty) * 1e3:.1f} ms, longest {longest:.1f} ms"
    print(line)
    if store is not None:
        store.on_statement = None


def test_opening_and_columns(large_store: Path) -> None:
    print(f"\n{large_store.name}: {large_store.stat().st_size / 1e6:,.0f} MB")
    with measured("open"):
        store = open_store(large_store)
    with store:
        reader = store.reader()
        with measured("experiments with counts", store):
            experiments = [e.experiment_id for e in list_experiments(reader, TOKEN)]
        with measured("headers of all runs", store):
            headers = read_headers(reader, experiments, TOKEN)
        row_of = {run_id: row for row, run_id in enumerate(headers.run_ids)}
        with measured("keys of the selected experiments", store):
            keys = list_keys(reader, experiments, TOKEN)
        for key in (metric("loss"), metric("loss"), param("learning_rate"), param("algorithm")):
            with measured(f"one column: {key.search_name}", store):
                column = read_column(reader, key, row_of, TOKEN)
            assert len(column.rows) > 0.9 * len(row_of)
        for kind in (ColumnKind.METRIC, ColumnKind.PARAM, ColumnKind.TAG):
            of_kind = [key for key in keys if key.kind is kind]
            with measured(f"{len(of_kind)} columns at once: {kind.title}", store):
                read_columns(reader, of_kind, row_of, TOKEN)
        few = dict(list(row_of.items())[:200])
        with measured(f"all {len(keys)} columns of 200 runs", store):
            read_columns(reader, keys, few, TOKEN)
        with measured("facts", store):
            store_facts(store, TOKEN)


def test_one_long_history(large_store: Path) -> None:
    run_id = run_id_of(0)
    with open_store(large_store) as store:
        reader = store.reader()
        for _ in range(2):
            with (
                measured("history, plain SQL"),
                closing(sqlite3.connect(f"{large_store.as_uri()}?mode=ro", uri=True)) as c,
            ):
                sql = "SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND key = ? ORDER BY step"
                plain = len(c.execute(sql, (run_id, HISTORY_KEY)).fetchall())
            with measured("history, read_history", store):
                history = read_history(reader, run_id, HISTORY_KEY, TOKEN)
            assert len(history.values) == plain
        with measured("details of that run", store):
            read_details(reader, run_id, TOKEN)
        with measured("details of another run", store):
            read_details(reader, run_id_of(7), TOKEN)


def test_idle_poll(large_store: Path) -> None:
    with open_store(large_store) as store:
        print(f"idle poll {_seconds_each(store.watcher().poll) * 1e6:.0f} µs")


def _seconds_each(act: Callable[[], object], times: int = 500) -> float:
    began = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - began) / times


def test_one_visible_column_of_a_cold_file(large_store: Path) -> None:
    if not hasattr(os, "posix_fadvise"):
        pytest.skip("the file cache cannot be emptied here")
    for key in (ColumnKey(ColumnKind.METRIC, "loss"), param("learning_rate")):
        # Before any connection: closing a descriptor would drop SQLite's locks.
        descriptor = os.open(large_store, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
        with measured(f"cold: open, headers and {key.search_name}"), open_store(large_store) as store:
            headers = read_headers(store.reader(), [1], TOKEN)
            read_column(store.reader(), key, {run: row for row, run in enumerate(headers.run_ids)}, TOKEN)
