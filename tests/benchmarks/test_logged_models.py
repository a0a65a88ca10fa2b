# ruff: noqa: F811
"""What the second table costs with many logged models, one a run; `BAKEHOUSE_BENCH_RUNS` sets how many."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bakehouse.pages.runs.logged_models import LoggedModelsArea
from bakehouse.window import MainWindow
from tests.benchmarks.gaps import Gaps
from tests.stores import add_experiment, new_store
from tests.ui.conftest import clean_windows, window, windows  # noqa: F401

pytestmark = pytest.mark.benchmark

MODELS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
PARAMS, METRICS = 10, 5


def fill(path: Path) -> Path:
    """`MODELS` runs, each with a logged model of 10 params and 5 metrics."""
    add_experiment(new_store(path), 1, "Bread")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        runs = [f"{i * 2654435761 % 2**32:08x}{i:024x}" for i in range(MODELS)]
        connection.executemany(
            "INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, experiment_id)"
            " VALUES (?, ?, 'ada', 'FINISHED', ?, ?, 'active', 1)",
            ((one, f"run {i}", 1_700_000_000_000 + i, 1_700_000_001_000 + i) for i, one in enumerate(runs)),
        )
        connection.executemany(
            "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,"
            " last_updated_timestamp_ms, status, lifecycle_stage, source_run_id)"
            " VALUES (?, 1, ?, 's3://b/m', ?, ?, 2, 'active', ?)",
            (
                (f"m-{one}", f"model {i % 1000}", 1_700_000_000_000 + i, 1_700_000_000_000 + i, one)
                for i, one in enumerate(runs)
            ),
        )
        connection.executemany(
            "INSERT INTO logged_model_params (model_id, experiment_id, param_key, param_value) VALUES (?, 1, ?, ?)",
            ((f"m-{one}", f"p{k}", str(i * (k + 7) % 997)) for i, one in enumerate(runs) for k in range(PARAMS)),
        )
        connection.executemany(
            "INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms, metric_step, metric_value,"
            " experiment_id, run_id) VALUES (?, ?, 1, 0, ?, 1, ?)",
            ((f"m-{one}", f"m{k}", i * (k + 3) % 1009 / 7, one) for i, one in enumerate(runs) for k in range(METRICS)),
        )
        connection.commit()
    return path


def frames(area: LoggedModelsArea, qtbot: QtBot, act: Callable[[int], object]) -> list[float]:
    """Milliseconds of processor time of 40 frames painted after `act`."""
    times = []
    for step in range(40):
        began = time.process_time()
        act(step)
        area.table.viewport().repaint()
        times.append((time.process_time() - began) * 1000)
    return sorted(times)


def test_opening_sorting_finding_and_scrolling(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.resize(1600, 1000)
    window.show()
    window.open_store(fill(tmp_path / "mlflow.db"))
    page, area = window.runs, window.runs.second.models
    qtbot.waitUntil(lambda: page.model.rowCount() == MODELS and not window.tasks.busy, timeout=300_000)
    gaps = Gaps(window)
    began = time.perf_counter()
    page.area.bring_forward(second=True)
    qtbot.waitUntil(lambda: area.table.models.rowCount() == MODELS, timeout=300_000)
    print(
        f"\n{MODELS:,} logged models × {PARAMS} params × {METRICS} metrics: {time.perf_counter() - began:.2f} s to rows"
    )
    qtbot.waitUntil(lambda: area.face.details is not None and not window.tasks.busy, timeout=60_000)
    gaps.tell("opening")
    models, header = area.table.models, area.table.horizontalHeader()
    for section in range(min(len(models.columns), 10)):
        title = models.headerData(section, Qt.Orientation.Horizontal)
        for turn in ("first", "again"):
            began = time.process_time()
            header.sectionClicked.emit(section)
            area.table.viewport().repaint()
            print(f"sort by {title}, {turn}: {(time.process_time() - began) * 1000:.0f} ms")
            qtbot.wait(20)
    gaps.tell("sorting")
    area.search.setText("model 77")
    qtbot.waitUntil(lambda: 0 < models.rowCount() < MODELS and not window.tasks.busy, timeout=60_000)
    area.search.setText("p1=5")
    qtbot.waitUntil(lambda: not window.tasks.busy and not area._typing.isActive(), timeout=60_000)
    area.search.clear()
    qtbot.waitUntil(lambda: models.rowCount() == MODELS, timeout=60_000)
    gaps.tell("finding")
    bar = area.table.verticalScrollBar()
    down = frames(area, qtbot, lambda step: bar.setValue(step * bar.maximum() // 40))
    across = frames(area, qtbot, lambda step: area.table.horizontalScrollBar().setValue(step * 20))
    print(f"scroll: down median {down[20]:.1f}, worst {down[-1]:.1f}; across {across[20]:.1f}, {across[-1]:.1f} ms")
    gaps.tell("scrolling")
    for step in range(20):
        area.table.selectRow(step * 37 % MODELS)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=60_000)
    gaps.tell("choosing")
    page.second.note_change()
    qtbot.waitUntil(lambda: not area._rest.isActive() and not window.tasks.busy, timeout=300_000)
    gaps.tell("reading again")
    gaps.stop()
