"""Where tests find MLflow stores: the shared real ones, and small ones made by hand from the 3.17 schema."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SCHEMA_SQL = Path(__file__).resolve().parent / "data" / "schema-3.17.sql"
SHARED_NAMES = ("mlflow-1.30", "mlflow-2.22", "mlflow-3.17")


def stores_directory() -> Path:
    """The folder of the shared stores: `BAKEHOUSE_STORES`, else `shared/stores` beside the checkout."""
    return Path(os.environ.get("BAKEHOUSE_STORES") or PROJECT.parent / "shared" / "stores")


def shared_store(name: str) -> Path:
    """The `mlflow.db` of the shared store `name`; skips the test when it is not on this machine. Never write to it."""
    path = stores_directory() / name / "mlflow.db"
    if not path.is_file():
        pytest.skip(f"the shared store {name} is not here (set BAKEHOUSE_STORES to the folder that holds it)")
    return path


def copy_of_store(name: str, folder: Path) -> Path:
    """A writable copy of the shared store's `mlflow.db` (without its artifacts) in `folder`."""
    target = folder / "mlflow.db"
    target.write_bytes(shared_store(name).read_bytes())
    return target


def new_store(path: Path, *, page_size: int = 4096) -> Path:
    """An empty store with the schema of MLflow 3.17 and its Default experiment at `path`."""
    path.write_bytes(_empty_store(page_size))
    return path


@cache
def _empty_store(page_size: int) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA page_size={page_size}")
        connection.executescript(SCHEMA_SQL.read_text(encoding="utf-8"))
        connection.commit()
        return connection.serialize()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    # Nothing of a test has to survive a power cut.
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def change_store(path: Path, *statements: str | tuple[str, Iterable[Any]]) -> None:
    """Run statements on a store of ours and commit; a tuple is (sql, parameters). Foreign keys are not enforced."""
    with closing(_connect(path)) as connection:
        for statement in statements:
            sql, parameters = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(sql, tuple(parameters))
        connection.commit()


def insert(path: Path, table: str, *rows: Mapping[str, Any]) -> None:
    """Insert rows given as {column: value} into a store of ours."""
    with closing(_connect(path)) as connection:
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))
        connection.commit()


def add_experiment(path: Path, experiment_id: int, name: str, stage: str = "active") -> int:
    """An experiment with artifacts below `./mlruns`."""
    insert(
        path,
        "experiments",
        {
            "experiment_id": experiment_id,
            "name": name,
            "artifact_location": f"./mlruns/{experiment_id}",
            "lifecycle_stage": stage,
            "creation_time": 1_700_000_000_000 + experiment_id,
            "last_update_time": 1_700_000_000_000 + experiment_id,
        },
    )
    return experiment_id


def add_run(
    path: Path,
    run_id: str,
    *,
    experiment_id: int = 0,
    name: str | None = "run",
    status: str = "FINISHED",
    stage: str = "active",
    start: object = 1_700_000_000_000,
    end: object = 1_700_000_060_000,
    params: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
    tags: Mapping[str, Any] | None = None,
) -> str:
    """A run as a client writes it: each metric is one point at step 0, in `metrics` and `latest_metrics`."""
    insert(
        path,
        "runs",
        {
            "run_uuid": run_id,
            "name": name,
            "source_type": "UNKNOWN",
            "source_name": "",
            "entry_point_name": "",
            "user_id": "ada",
            "status": status,
            "start_time": start,
            "end_time": end,
            "source_version": "",
            "lifecycle_stage": stage,
            "artifact_uri": f"./mlruns/{experiment_id}/{run_id}/artifacts",
            "experiment_id": experiment_id,
        },
    )
    insert(path, "params", *({"key": k, "value": v, "run_uuid": run_id} for k, v in (params or {}).items()))
    insert(path, "tags", *({"key": k, "value": v, "run_uuid": run_id} for k, v in (tags or {}).items()))
    add_points(path, run_id, {key: [(0, value)] for key, value in (metrics or {}).items()})
    return run_id


def add_points(path: Path, run_id: str, points: Mapping[str, list[tuple[int, float]]]) -> None:
    """History of one run as {key: [(step, value)]}, stored as MLflow stores it; the last point given is the latest."""
    for key, series in points.items():
        rows = [
            {
                "key": key,
                "value": stored_value(value),
                "is_nan": int(value != value),
                "timestamp": 1_700_000_000_000 + step * 1000,
                "step": step,
                "run_uuid": run_id,
            }
            for step, value in series
        ]
        insert(path, "metrics", *rows)
        insert(path, "latest_metrics", *rows[-1:])


def stored_value(value: float) -> float:
    """How MLflow stores a metric value: NaN as 0 (with is_nan = 1), infinities as the greatest floats."""
    if value != value:
        return 0.0
    return max(-1.7976931348623157e308, min(1.7976931348623157e308, value))
