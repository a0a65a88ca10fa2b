"""From the start of the process to rows on screen, and a large store until all columns are there; prints, never fails.

`BAKEHOUSE_BENCH_RUNS` and `BAKEHOUSE_BENCH_STORE` as in `test_store_reading.py`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.generated_store import cached_store

pytestmark = pytest.mark.benchmark

PROBE = Path(__file__).with_name("startup_probe.py")
RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
ROUNDS = 5


def child(home: Path, *arguments: str) -> str:
    """The output of one Python process with a home of its own; compiled files are kept, as on a person's machine."""
    environment = {**os.environ, "BAKEHOUSE_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=600).stdout


def test_the_sample_from_process_start_to_rows(tmp_path: Path) -> None:
    child(tmp_path, str(PROBE), "sample")
    libraries, rows = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        child(tmp_path, "-c", "import PySide6.QtWidgets, numpy")
        libraries.append(time.perf_counter() - began)
        rows.append(json.loads(child(tmp_path, str(PROBE), "sample")))
    base, ours = statistics.median(libraries), statistics.median(one["rows_s"] for one in rows)
    print(
        f"\nimport of Qt and numpy {base:.2f} s; process start to the sample's rows {ours:.2f} s, {ours / base:.1f} ×"
    )
    print(f"window {statistics.median(one['window_s'] for one in rows):.2f} s, {rows[-1]['rows_mb']:.0f} MB resident")


def test_a_large_store_until_all_columns_are_there(tmp_path: Path) -> None:
    given = os.environ.get("BAKEHOUSE_BENCH_STORE")
    store = given or str(cached_store(runs=RUNS))
    child(tmp_path, str(PROBE), store)
    found = json.loads(child(tmp_path, str(PROBE), store, "settle"))
    print(f"\n{Path(store).name}: window to first rows {found['rows_s'] - found['window_s']:.2f} s")
    print(f"first rows to all columns {found['columns_s'] - found['rows_s']:.1f} s, {found['end_mb']:.0f} MB resident")
    print(f"longest gap of the window's thread {found['longest_gap_ms']:.0f} ms, over 50 ms: {found['gaps']:.0f}")
