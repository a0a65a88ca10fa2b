"""How long a filter of the search language takes over columns in memory; prints figures, never fails on a time."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.search.evaluation import DatasetValues, evaluate
from bakehouse.analysis.search.parser import parse
from bakehouse.domain.columns import ColumnKey

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
ROUNDS = 15


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
