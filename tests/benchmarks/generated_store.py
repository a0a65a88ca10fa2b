"""A large MLflow store made by arithmetic: the same bytes of content each time, in the order a client writes them."""

from __future__ import annotations

import argparse
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

SCHEMA_SQL = Path(__file__).resolve().parents[1] / "data" / "schema-3.17.sql"
HISTORY_KEY = "long/history"
START_MS = 1_700_000_000_000
_BLOCK = 5_000
_SEED = 20_240_117
_ALGORITHMS = ("xgboost", "lightgbm", "catboost", "random_forest", "linear", "mlp")
_STATUSES = ("FINISHED", "FAILED", "KILLED", "RUNNING")
_PARAMS = (
    "learning_rate", "max_depth", "algorithm", "n_estimators", "subsample", "optimizer", "seed", "dropout",
    "batch_size", "scheduler",
)  # fmt: skip
_METRICS = ("loss", "val/auc", "val/rmse", "train/seconds", "val/r2")
_TAGS = (
    "mlflow.user", "mlflow.runName", "mlflow.source.name", "mlflow.source.type", "mlflow.source.git.commit",
    "team", "dataset",
)  # fmt: skip


def make_store(
    path: Path,
    runs: int = 100_000,
    params: int = 20,
    metrics: int = 20,
    tags: int = 10,
    points: int = 1,
    history_points: int = 0,
) -> Path:
    """Write a store of MLflow 3.17 with one experiment `generated` (id 1) to `path`, replacing what lay there.

    Rows lie run by run, as a training process writes them, so that a column read by key has to jump. About one value
    in a hundred is absent, NaN or infinite. `points` is the number of points of each metric; `history_points` more of
    the key `long/history` go to the first run (`run_id_of(0)`).
    """
    working = path.with_name(path.name + ".making")
    working.unlink(missing_ok=True)
    with closing(sqlite3.connect(working, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-600000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(SCHEMA_SQL.read_text(encoding="utf-8"))
        indexes = _drop_run_indexes(connection)
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO experiments(experiment_id, name, artifact_location, lifecycle_stage, creation_time,"
            " last_update_time) VALUES (1, 'generated', './mlruns/1', 'active', ?, ?)",
            (START_MS, START_MS),
        )
        for first in range(0, runs, _BLOCK):
            _insert_block(connection, first, min(_BLOCK, runs - first), params, metrics, tags, points)
        if history_points and runs:
            _insert_history(connection, run_id_of(0), history_points)
        connection.execute("COMMIT")
        for sql in indexes:
            connection.execute(sql)
    working.replace(path)
    return path


def cached_store(
    runs: int = 100_000, params: int = 20, metrics: int = 20, tags: int = 10, history_points: int = 0
) -> Path:
    """The store of this size from the cache (`BAKEHOUSE_BENCH_DIR`, else the person's own), made when absent."""
    folder = Path(
        os.environ.get("BAKEHOUSE_BENCH_DIR") or Path(platformdirs.user_cache_dir("bakehouse-bench", appauthor=False))
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"generated-{runs}x{params}x{metrics}x{tags}-{history_points}.db"
    if not path.exists():
        make_store(path, runs, params, metrics, tags, history_points=history_points)
    return path


def run_id_of(number: int) -> str:
    """The id of the run with this number: scattered like a uuid, but always the same."""
    scrambled = (number * 0x9E3779B97F4A7C15F39CC0605CEDC835 + 0x2545F4914F6CDD1D) % (1 << 128)
    return f"{scrambled:032x}"


def _drop_run_indexes(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('params', 'tags', 'metrics', 'latest_metrics')"
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def _insert_block(
    connection: sqlite3.Connection, first: int, count: int, params: int, metrics: int, tags: int, points: int
) -> None:
    random = np.random.default_rng((_SEED, first))
    ids = [run_id_of(first + i) for i in range(count)]
    starts = (START_MS + (first + np.arange(count)) * 1_000).tolist()
    connection.executemany(
        "INSERT INTO runs(run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
        " VALUES (?, ?, 'UNKNOWN', '', '', ?, ?, ?, ?, '', 'active', ?, 1)",
        _run_rows(random, first, ids, starts),
    )
    connection.executemany(
        "INSERT INTO params(key, value, run_uuid) VALUES (?, ?, ?)",
        _interleaved(
            ids, [(name, _param_values(random, i, count)) for i, name in enumerate(_names(_PARAMS, "param", params))]
        ),
    )
    connection.executemany(
        "INSERT INTO tags(key, value, run_uuid) VALUES (?, ?, ?)",
        _interleaved(
            ids, [(name, _tag_values(random, i, first, count)) for i, name in enumerate(_names(_TAGS, "tag", tags))]
        ),
    )
    names = _names(_METRICS, "metric", metrics)
    for step in range(points):
        rows = list(_metric_rows(random, names, ids, starts, step))
        connection.executemany(
            "INSERT INTO metrics(key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        if step == points - 1:
            connection.executemany(
                "INSERT INTO latest_metrics(key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )


def _names(known: tuple[str, ...], prefix: str, count: int) -> list[str]:
    return [known[i] if i < len(known) else f"{prefix}_{i:02d}" for i in range(count)]


def _run_rows(random: np.random.Generator, first: int, ids: list[str], starts: list[int]) -> Iterator[tuple[Any, ...]]:
    status = random.choice(len(_STATUSES), size=len(ids), p=(0.94, 0.04, 0.01, 0.01)).tolist()
    lasted = random.integers(1_000, 3_600_000, size=len(ids)).tolist()
    for i, run_id in enumerate(ids):
        running = _STATUSES[status[i]] == "RUNNING"
        end = None if running else starts[i] + lasted[i]
        uri = f"./mlruns/1/{run_id}/artifacts"
        yield run_id, f"sweep-{first + i:06d}", f"user{i % 7}", _STATUSES[status[i]], starts[i], end, uri


def _param_values(random: np.random.Generator, index: int, count: int) -> list[str | None]:
    """Every third param is a float written out, every third a whole number, every third a word; 1 % are absent."""
    if index % 3 == 0:
        values = [repr(v) for v in np.exp(random.uniform(-9, 0, count)).tolist()]
    elif index % 3 == 1:
        values = [str(v) for v in random.integers(1, 400, count).tolist()]
    else:
        values = [_ALGORITHMS[v] for v in random.integers(0, len(_ALGORITHMS), count).tolist()]
    return _with_gaps(random, values)


def _tag_values(random: np.random.Generator, index: int, first: int, count: int) -> list[str | None]:
    if index == 1:
        return [f"sweep-{first + i:06d}" for i in range(count)]
    if index == 4:
        return [f"{v:040x}" for v in random.integers(0, 500, count).tolist()]
    return _with_gaps(random, [f"value {v}" for v in random.integers(0, 12, count).tolist()])


def _with_gaps(random: np.random.Generator, values: list[str]) -> list[str | None]:
    gaps = random.random(len(values)) < 0.01
    return [None if gap else value for gap, value in zip(gaps.tolist(), values, strict=True)]


def _interleaved(ids: list[str], columns: list[tuple[str, list[str | None]]]) -> Iterator[tuple[str, str, str]]:
    for i, run_id in enumerate(ids):
        for key, values in columns:
            value = values[i]
            if value is not None:
                yield key, value, run_id


def _metric_rows(
    random: np.random.Generator, names: list[str], ids: list[str], starts: list[int], step: int
) -> Iterator[tuple[Any, ...]]:
    table = random.normal(0.7, 0.2, (len(ids), len(names)))
    fate = random.random(table.shape)
    values, fates = table.tolist(), fate.tolist()
    for i, run_id in enumerate(ids):
        for j, key in enumerate(names):
            value, is_nan = values[i][j], 0
            if fates[i][j] < 0.01:
                continue
            if fates[i][j] < 0.015:
                value, is_nan = 0.0, 1
            elif fates[i][j] < 0.018:
                value = 1.7976931348623157e308
            yield key, value, starts[i] + step, run_id, step, is_nan


def _insert_history(connection: sqlite3.Connection, run_id: str, count: int) -> None:
    random = np.random.default_rng(_SEED)
    latest: tuple[Any, ...] = ()
    for first in range(0, count, 100_000):
        size = min(100_000, count - first)
        steps = np.arange(first, first + size)
        values = 2.0 / (1.0 + steps / 50_000) + random.normal(0, 0.05, size)
        rows = list(
            zip(
                [HISTORY_KEY] * size, values.tolist(), (START_MS + steps * 250).tolist(), [run_id] * size,
                steps.tolist(), [0] * size, strict=True,
            )
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO metrics(key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        latest = rows[-1]
    connection.execute(
        "INSERT INTO latest_metrics(key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", latest
    )


def main() -> None:
    """`python generated_store.py TARGET [--runs N] [--history N]`: make one by hand."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--history", type=int, default=0)
    given = parser.parse_args()
    began = time.perf_counter()
    make_store(given.target, runs=given.runs, history_points=given.history)
    print(f"{given.target}: {given.target.stat().st_size / 1e6:.0f} MB in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
