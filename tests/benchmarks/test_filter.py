"""How long filters, what is offered while typing, and figures over histories take; prints, never fails on a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.search.completion import complete
from bakehouse.analysis.search.evaluation import DatasetValues, evaluate
from bakehouse.analysis.search.parser import parse
from bakehouse.analysis.search.terms import terms_of, without_term
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind, metric, param
from bakehouse.store.columns import read_columns
from bakehouse.store.opening import open_store
from tests.benchmarks.generated_store import make_store, run_id_of
from tests.stores import change_store

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
ROUNDS = 15
DEEP_RUNS, DEEP_POINTS = (1_000, 1_000) if RUNS >= 100_000 else (200, 500)


class Columns:
    """A metric, a param with as many texts as runs, and one with few."""

    size = RUNS

    def __init__(self) -> None:
        random = np.random.default_rng(17)
        rows = np.arange(RUNS, dtype=np.int32)
        self._metric = NumberColumn(rows, random.normal(size=RUNS), RUNS)
        self._rate = TextColumn(rows, rows, [repr(value) for value in random.random(RUNS).tolist()], RUNS)
        codes = random.integers(0, 6, RUNS).astype(np.int32)
        self._kind = TextColumn(rows, codes, ["xgboost", "lightgbm", "catboost", "forest", "linear", "mlp"], RUNS)

    def numbers(self, _key: ColumnKey) -> NumberColumn:
        return self._metric

    def texts(self, key: ColumnKey) -> TextColumn:
        return self._kind if key.name == "kind" else self._rate

    def datasets(self) -> DatasetValues:
        raise NotImplementedError


@pytest.mark.parametrize(
    "text",
    [
        "metrics.m > 0 AND params.kind = 'xgboost'",
        "metrics.m > 0 AND params.rate < 0.1",
        "metrics.m > 0 AND params.rate LIKE '0.12%'",
        "min(metrics.m) > 0 AND params.kind = 'xgboost'",
        "NOT (metrics.m > 0 OR params.kind IN ('mlp', 'linear')) AND params.rate IS NOT NULL",
    ],
)
def test_filtering(text: str) -> None:
    columns, taken = Columns(), []
    for _ in range(ROUNDS):
        began = time.process_time()
        outcome = evaluate(parse(text), columns)
        taken.append((time.process_time() - began) * 1e3)
    print(f"\n{text} ({RUNS:,} runs): best {min(taken):.1f} ms, median {np.median(taken):.1f} ms")
    assert 0 < outcome.mask.sum() < RUNS


@pytest.mark.parametrize(
    "text", ["metrics.norm", "min(metrics.norm", "metrics.`layer_9", "params.rate = '0.12", "metrics.a > 1 AND " * 550]
)
def test_completion(text: str) -> None:
    """Among 12,000 metrics, and a param with as many texts as runs."""
    names = [metric(f"layer_{number}/gradient norm") for number in range(12_000)]
    texts = [repr(value) for value in np.random.default_rng(17).random(RUNS).tolist()]
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        complete(text, len(text), [*names, param("rate")], lambda _: texts)
        taken.append((time.process_time() - began) * 1e3)
    print(f"\ncompletion of {text[:30]!r} ({len(text):,} characters): best {min(taken):.1f} ms")


def test_terms() -> None:
    text = " AND ".join(f"metrics.m{number} > {number}" for number in range(90))
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        terms = terms_of(text)
        without_term(text, terms[45])
        taken.append((time.process_time() - began) * 1e3)
    print(f"\n{len(terms)} terms of {len(text):,} characters: best {min(taken):.1f} ms")


@pytest.mark.parametrize("indexes", ["3.17", "older"])
def test_reading_figures(tmp_path: Path, indexes: str) -> None:
    """Of all runs and of as many as are on screen, from histories of many points."""
    path = make_store(tmp_path / "mlflow.db", DEEP_RUNS, params=1, metrics=5, tags=1, points=DEEP_POINTS)
    if indexes == "older":
        change_store(path, "DROP INDEX index_metrics_run_uuid_key_step")
    figures = [ColumnKey(ColumnKind.METRIC, "loss", figure, step) for figure, step in (("min", 0), ("at", 20))]
    ids = [run_id_of(number) for number in range(DEEP_RUNS)]
    with open_store(path) as store:
        held: list[float] = []
        store.on_statement = held.append
        for wanted in (figures[:1], figures[1:], figures):
            for some in (ids, ids[:60]):
                held.clear()
                began = time.process_time()
                found = read_columns(store.reader(), wanted, {run: row for row, run in enumerate(some)}, Token())
                took = (time.process_time() - began) * 1e3
                names = " and ".join(key.search_name for key in wanted)
                print(
                    f"\n{names}, {len(some):,} of {DEEP_RUNS:,} runs with {DEEP_POINTS:,} points, {indexes} indexes:"
                    f" {took:.0f} ms, {len(held)} statements, the longest {max(held) * 1e3:.0f} ms",
                    end="",
                )
                assert len(found[wanted[0]].rows) > len(some) // 2
    print()
