"""Small frames for item models."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.frame import RunFrame, attribute_column, frame_of
from bakehouse.domain.columns import DURATION, RUN_ID, RUN_NAME, START_TIME, metric, param

LR, RMSE, LATE = param("lr"), metric("rmse"), metric("late")
SHOWN = [RUN_NAME, START_TIME, DURATION, LR, RMSE, LATE]


def frame(size: int = 6, names: list[str] | None = None) -> RunFrame:
    """`size` runs r0…: rmse falls from row to row, lr has three values as text, `late` is not loaded."""
    numbers = np.arange(size, dtype=np.float64)
    result = frame_of(
        SimpleNamespace(
            run_ids=[f"r{i}" for i in range(size)],
            experiment_ids=np.ones(size, np.int64),
            names=names or [f"run {i}" for i in range(size)],
            statuses=["FINISHED"] * size,
            users=["ann"] * size,
            start_times_ms=1e12 + numbers * 1000,
            end_times_ms=1e12 + numbers * 2000,
        ),  # type: ignore[arg-type]
        {1: "prices"},
    )
    for key in (RUN_NAME, RUN_ID):
        result.put(key, attribute_column(result, key))
    rows = np.arange(size, dtype=np.int32)
    result.put(LR, TextColumn(rows, (rows % 3).astype(np.int32), ["0.1", "0.05", "auto"][: max(1, min(3, size))], size))
    result.put(RMSE, NumberColumn(rows, (size - numbers) / 8, size))
    result.know([LATE])
    return result
