# ruff: noqa: F811
"""What following costs: 1,000 runs more in a shown table, polls at rest, reads beside a writer without pause."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from bakehouse.analysis.growing import grow
from bakehouse.pages.runs import RunsPage
from bakehouse.store.increments import read_increment
from bakehouse.window import MainWindow
from tests.benchmarks.generated_store import cached_store
from tests.stores import PROJECT
from tests.ui.conftest import clean_windows, window, windows  # noqa: F401
from tests.ui.test_live import _TRAINER

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
MORE = 1_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(cached_store(RUNS), tmp_path / "mlflow.db"))


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot, path: Path) -> RunsPage:
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == RUNS and page.loader.columns_left == 0, timeout=300_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=60_000)
    window.opener._poll.stop()  # the looks are made by hand here
    page.live.follow()  # the first one takes the fingerprints
    qtbot.waitUntil(lambda: not page.live.is_reading, timeout=60_000)
    return page


def log_runs(path: Path, batch: int) -> None:
    """`MORE` runs with 20 params, 20 metrics and 10 tags each, in one commit."""
    with closing(sqlite3.connect(path)) as connection:
        ids = [f"{batch:02}{number:030}" for number in range(MORE)]
        connection.executemany(
            "INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, experiment_id)"
            " VALUES (?, ?, 'ada', 'FINISHED', ?, ?, 'active', 1)",
            [(one, f"late {one[-4:]}", 1_800_000_000_000 + i, 1_800_000_001_000 + i) for i, one in enumerate(ids)],
        )
        for table in ("params", "tags"):
            keys = [row[0] for row in connection.execute(f"SELECT DISTINCT key FROM {table} LIMIT 20")]
            connection.executemany(
                f"INSERT INTO {table} (key, value, run_uuid) VALUES (?, ?, ?)",
                [(key, str(i * 7 % 1000 / 1000), one) for i, one in enumerate(ids) for key in keys],
            )
        keys = [row[0] for row in connection.execute("SELECT DISTINCT key FROM latest_metrics LIMIT 20")]
        rows = [(key, i / 7, 1_800_000_000_000, 0, 0, one) for i, one in enumerate(ids) for key in keys]
        for table in ("metrics", "latest_metrics"):
            connection.executemany(
                f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)", rows
            )
        connection.commit()


def test_append_to_a_shown_table(page, qtbot, path, monkeypatch):
    took: dict[str, float] = {}

    def timed(name, function):
        def call(*arguments):
            began = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                took[name] = (time.perf_counter() - began) * 1000
                took[f"{name} at"] = time.perf_counter()

        return call

    monkeypatch.setattr("bakehouse.pages.runs.following.read_increment", timed("read", read_increment))
    monkeypatch.setattr("bakehouse.pages.runs.following.grow", timed("grow", grow))
    monkeypatch.setattr(page.shown, "_swap", timed("swap", page.shown._swap))
    beats: list[float] = []
    beat = QTimer(page)
    beat.timeout.connect(lambda: beats.append(time.perf_counter()))
    for batch in range(4):
        log_runs(path, batch)
        beats.clear()
        beat.start(1)
        page.live.follow_edit([])
        qtbot.waitUntil(lambda b=batch: page.model.frame.size == RUNS + (b + 1) * MORE, timeout=60_000)
        page.table.viewport().repaint()
        painted = time.perf_counter()
        qtbot.wait(300)
        beat.stop()
        since_read = (painted - took["read at"]) * 1000
        gap = max(later - earlier for earlier, later in pairwise(beats)) * 1000
        print(
            f"\n{MORE:,} runs into {RUNS:,}: read {took['read']:.0f} ms, grow {took['grow']:.0f} ms,"
            f" swap {took['swap']:.0f} ms; from increment read to painted {since_read:.0f} ms; longest gap {gap:.0f} ms"
        )
        qtbot.waitUntil(lambda: not page.live.is_reading, timeout=60_000)


def test_a_look_with_nothing_new(page, qtbot):
    for _ in range(3):
        began, cpu = time.perf_counter(), time.process_time()
        page.live.follow_edit([])
        qtbot.waitUntil(lambda: not page.live.is_reading, timeout=60_000)
        print(
            f"\na look at {RUNS:,} runs without news: {(time.perf_counter() - began) * 1000:.0f} ms,"
            f" {(time.process_time() - cpu) * 1000:.0f} ms of processor"
        )


def test_polls_at_rest(page, qtbot, window):
    page.live._follower.is_stale = False  # no sweep is due: the fixture only looked, nobody wrote
    qtbot.wait(2_000)
    used = []
    for polls in (False, True):
        if polls:
            window.opener._poll.start()
        cpu, began = time.process_time(), time.perf_counter()
        qtbot.wait(10_000)
        used.append((time.process_time() - cpu) / (time.perf_counter() - began) * 1000)
    print(f"\nidle: {used[0]:.2f} ms of processor a second without polls, {used[1]:.2f} with")
    watcher = window.opener._watcher
    assert watcher is not None
    began = time.process_time()
    for _ in range(1_000):
        watcher.poll()
    print(f"one poll: {(time.process_time() - began) * 1000:.0f} µs of processor, two a second")


def test_the_share_of_time_reading_beside_a_writer_without_pause(page, qtbot, path, window):
    held: list[float] = []
    looks: list[int] = []
    page.loader.reloaded.connect(lambda news: looks.append(news.frame.size))
    assert window.opener.session is not None
    window.opener.session.store.on_statement = held.append
    window.opener._poll.start()
    writer = subprocess.Popen(
        [sys.executable, "-c", _TRAINER, str(path), str(PROJECT), "10"], stdout=subprocess.PIPE, text=True
    )
    began = time.perf_counter()
    qtbot.waitUntil(lambda: writer.poll() is not None, timeout=60_000)
    seconds = time.perf_counter() - began
    made = int(writer.communicate()[0])
    print(
        f"\n{made} runs logged in {seconds:.0f} s beside {RUNS:,}: {len(looks)} refreshes, statements"
        f" {sum(held) / seconds * 100:.1f} % of the time, the longest {max(held) * 1000:.0f} ms"
    )
