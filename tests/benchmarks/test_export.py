"""How long 100,000 runs take into a file, and a long history; prints figures, never fails on a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.exports.formats import Format
from bakehouse.exports.history_tables import HistoryTable, Shape
from bakehouse.exports.table_files import table_text, write_table
from bakehouse.exports.tables import NumberCells, Table, TextCells, TimeCells
from bakehouse.store.opening import open_store
from tests.benchmarks.generated_store import HISTORY_KEY, make_store, run_id_of

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
POINTS = 20 * RUNS


def table() -> Table:
    """Twenty columns: ten metrics, eight params of few and of many texts, two times."""
    random = np.random.default_rng(17)
    whole = np.ones(RUNS, np.bool_)
    metrics = [NumberCells(random.normal(size=RUNS), whole) for _ in range(10)]
    few = [TextCells(random.integers(0, 6, RUNS).astype(np.int32), ["xgboost", "linear", "mlp", "a", "b", "c"])] * 4
    many = [TextCells(np.arange(RUNS, dtype=np.int32), list(map(repr, random.random(RUNS).tolist())))] * 4
    times = [TimeCells(1.7e12 + np.arange(RUNS) * 1000.0)] * 2
    cells = (*metrics, *few, *many, *times)
    return Table(tuple(f"c{place}" for place in range(len(cells))), cells, RUNS)


@pytest.mark.parametrize("kind", Format)
def test_runs_into_a_file(kind: Format, tmp_path: Path) -> None:
    source = table()
    begun = time.process_time()
    write_table(source, tmp_path / "t", Token(), kind=kind, safe=True)
    spent = time.process_time() - begun
    size = (tmp_path / "t").stat().st_size / 1e6
    print(f"\n{RUNS:,} runs x 20 as {kind.title}: {spent:.2f} s of processor, {size:.0f} MB")


def test_runs_onto_the_clipboard() -> None:
    source = table()
    begun = time.process_time()
    text = table_text(source, Format.TSV, Token())
    print(f"\n{RUNS:,} runs x 20 as text: {time.process_time() - begun:.2f} s of processor, {len(text) / 1e6:.0f} MB")


def test_a_long_history(tmp_path: Path) -> None:
    path = make_store(tmp_path / "mlflow.db", 200, 2, 3, 2, history_points=POINTS)
    with open_store(path, read_only=True) as store:
        begun = time.process_time()
        source = HistoryTable(store.reader(), [run_id_of(0)], [""], [HISTORY_KEY], Shape.LONG, Token())
        write_table(source, tmp_path / "h.parquet", Token())
        print(f"\n{source.points:,} points as Parquet: {time.process_time() - begun:.2f} s of processor")
