"""Runs with every odd value that MLflow can store, as plain dicts and written into a store."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.stores import add_run, change_store, insert, stored_value

NUMBERS = [0.0, -1.5, 2.0, 3.25, 100.0, 1e-9, math.inf, -math.inf, math.nan]
TEXTS = ["a", "A", "ab", "", "5", "5.0", " 2 ", "1e-3", "nan", "inf", "it's", "50%", "ä", "1_000", "x\ny", "-1.5"]
METRICS, PARAMS, TAGS = ["rmse", "val loss", "a.b"], ["lr", "the `odd`", "n"], ["team", "mlflow.note.content"]
DATASETS = ["sales", "Sales 2024", "d"]

Run = dict[str, Any]


def some_runs(count: int) -> list[Run]:
    """Runs as dicts, with `metrics` {name: [(step, time, value)]} and `datasets` [(name, digest, context)]."""
    chance = random.Random(3)

    def some(names: list[str], value: Callable[[], Any]) -> dict[str, Any]:
        return {name: value() for name in names if chance.random() < 0.7}

    def history() -> list[tuple[int, int, float]]:
        points = {
            (chance.choice((0, 0, 1, 2, -3)), chance.randint(0, 3), chance.choice(NUMBERS))
            for _ in range(chance.randint(1, 6))
        }
        # MLflow cannot tell a logged NaN from a 0 at the same step and time: one of them is enough.
        unlike = {(step, time, 0.0 if value != value else value): (step, time, value) for step, time, value in points}
        return list(unlike.values())

    return [
        {
            "id": f"{number:032x}",
            "status": chance.choice(("FINISHED", "FAILED", "RUNNING")),
            "user_id": chance.choice(("ada", "", None)),
            "start_time": float(number * 7),
            "end_time": chance.choice((None, 50.0, 700.0)),
            "metrics": some(METRICS, history),
            "params": some(PARAMS, lambda: chance.choice(TEXTS)),
            "tags": some([*TAGS, "mlflow.runName"], lambda: chance.choice(TEXTS)),
            "datasets": [
                (chance.choice(DATASETS), f"{chance.choice('xy')}{number}{place}", chance.choice(("train", "", None)))
                for place in range(chance.choice((0, 0, 1, 2)))
            ],
        }
        for number in range(count)
    ]


def write_runs(path: Path, runs: list[Run]) -> None:
    for run in runs:
        run_id = run["id"]
        user = ("UPDATE runs SET user_id = ? WHERE run_uuid = ?", (run["user_id"], run_id))
        times = {"start": run["start_time"], "end": run["end_time"]}
        add_run(path, run_id, status=run["status"], params=run["params"], tags=run["tags"], **times)
        change_store(path, user)
        for key, points in run["metrics"].items():
            rows = [
                {
                    "key": key, "value": stored_value(value), "is_nan": int(value != value), "timestamp": time,
                    "step": step, "run_uuid": run_id,
                }
                for step, time, value in points
            ]  # fmt: skip
            insert(path, "metrics", *rows)
            insert(path, "latest_metrics", max(rows, key=lambda row: (row["step"], row["timestamp"], row["value"])))
        for place, (name, digest, context) in enumerate(run["datasets"]):
            used = f"{run_id}/{place}"
            insert(
                path, "datasets",
                {"dataset_uuid": used, "experiment_id": 0, "name": name, "digest": digest,
                 "dataset_source_type": "local", "dataset_source": "{}"},
            )  # fmt: skip
            shape = {"source_type": "DATASET", "source_id": used, "destination_type": "RUN", "destination_id": run_id}
            insert(path, "inputs", {"input_uuid": used, **shape})
            if context is not None:
                insert(path, "input_tags", {"input_uuid": used, "name": "mlflow.data.context", "value": context})
