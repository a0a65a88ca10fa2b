# ruff: noqa: F811
"""How long columns take: the chooser with 12,000 of them, which differ, a frame of scrolling beside frozen ones."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, ColumnKind, metric
from bakehouse.itemmodels.column_list import ColumnListModel
from bakehouse.store.columns import list_keys
from bakehouse.store.differences import same_columns
from bakehouse.store.keys import TABLES
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_run_ids
from bakehouse.theme import LIGHT
from bakehouse.widgets.column_chooser import ColumnChooser
from bakehouse.window import MainWindow
from tests.benchmarks.gaps import Gaps
from tests.benchmarks.generated_store import cached_store
from tests.benchmarks.test_run_table import RUNS, measure, section, settle_paint, shown, wide
from tests.stores import add_experiment, new_store
from tests.ui.conftest import clean_windows, window, windows  # noqa: F401

pytestmark = pytest.mark.benchmark

__all__ = ["shown", "wide"]


def test_the_chooser_with_12_000_columns(qapp, qtbot):
    keys = [RUN_NAME, *(metric(f"layer_{i // 40}/head_{i % 40}/loss") for i in range(12_000))]
    chooser = ColumnChooser(LIGHT)
    qtbot.addWidget(chooser)
    frame = RunFrame([])
    measure("make 12,000 lines", lambda: ColumnListModel().show(keys, keys[:5], {}), 5)

    def opened() -> None:
        chooser.open_below(chooser, keys, keys[:5], keys[:5], frame)
        chooser.repaint()

    measure("open the chooser", opened, 7)
    texts = iter(["l", "la", "layer_1", "layer_17", "head_3", "7/loss", "zzz", ""] * 3)
    measure("filter the chooser", lambda: (chooser.model.search(next(texts)), chooser.repaint()), 20)
    chooser.hide()


def test_which_columns_differ(monkeypatch):
    store = open_store(cached_store(RUNS), read_only=True)
    try:
        reader, token = store.reader(), Token()
        ids, keys = read_run_ids(reader, [1], token), list_keys(reader, [1], token)
        measure("which of 50 columns differ, all of them", lambda: same_columns(reader, keys, [1], ids, token), 3)
        # The dearest case: two columns of each table that look alike until its last row.
        some = [key for kind in TABLES for key in [one for one in keys if one.kind is kind][:2]]
        monkeypatch.setattr("bakehouse.store.differences._GROUPED", "CAST(key AS BLOB), count({value}), 1, 1")
        began = time.process_time()
        measure("two columns of each table compared to the end", lambda: same_columns(reader, some, [1], ids, token), 1)
        print(f"processor time {time.process_time() - began:.2f} s")
        assert {key.kind for key in some} == set(TABLES) and ColumnKind.METRIC in TABLES
    finally:
        store.close()


def test_scroll_beside_a_frozen_column(shown):
    model, view = shown
    model.sort(section(model, metric("m3")))
    for frozen in (0, 1):
        view.freeze(frozen)
        for name, bar, step in (("down", view.verticalScrollBar(), 81), ("across", view.horizontalScrollBar(), 60)):
            bar.setValue(0)

            def again(bar=bar, step=step) -> None:
                bar.setValue(bar.value() + step)
                settle_paint(view)

            began = time.process_time()
            measure(f"scroll {name} with {frozen} frozen, one frame", again, 25)
            print(f"processor time a frame {(time.process_time() - began) / 25 * 1000:.1f} ms")


KEYS, WIDE_RUNS = 12_000, 100


def wide_store(path: Path) -> Path:
    """100 runs with 12,000 metrics each."""
    add_experiment(new_store(path), 1, "Bread")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        runs = [f"{i:032x}" for i in range(WIDE_RUNS)]
        connection.executemany(
            "INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, experiment_id)"
            " VALUES (?, ?, 'ada', 'FINISHED', ?, ?, 'active', 1)",
            ((one, f"run {i}", 1_700_000_000_000 + i, 1_700_000_001_000 + i) for i, one in enumerate(runs)),
        )
        for table in ("metrics", "latest_metrics"):
            connection.executemany(
                f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 1, 0, 0, ?)",
                ((f"layer{k}/loss", i * (k + 3) % 1009 / 7, one) for k in range(KEYS) for i, one in enumerate(runs)),
            )
        connection.commit()
    return path


def test_a_table_that_shows_twelve_thousand_metrics(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.resize(1600, 1000)
    window.show()
    path = wide_store(tmp_path / "mlflow.db")
    gaps = Gaps(window)
    began = time.perf_counter()
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == WIDE_RUNS and len(page.model.frame.keys) > KEYS, timeout=300_000)
    print(f"\nknown after {time.perf_counter() - began:.2f} s")
    gaps.tell("opening")
    keys = [key for key in page.model.frame.keys if key.kind is ColumnKind.METRIC]
    began, spent = time.perf_counter(), time.process_time()
    page.tools.columns.show([RUN_NAME, *keys])
    print(f"all shown: {(time.perf_counter() - began) * 1000:.0f} ms in one go")
    qtbot.wait(300)
    gaps.tell("showing all")
    qtbot.waitUntil(lambda: page.loader.columns_left == 0 and not window.tasks.busy, timeout=300_000)
    print(f"all read after {time.perf_counter() - began:.1f} s, {time.process_time() - spent:.1f} s of processor time")
    gaps.tell("reading them")
    for name, bar in (("down", page.table.verticalScrollBar()), ("across", page.table.horizontalScrollBar())):
        times = []
        for step in range(40):
            began = time.process_time()
            bar.setValue(step * bar.maximum() // 40)
            page.table.viewport().repaint()
            times.append((time.process_time() - began) * 1000)
        times.sort()
        print(f"scroll {name}: median {times[20]:.1f}, worst {times[-1]:.1f} ms")
    gaps.tell("scrolling")
    for name, act in (
        ("sort", lambda: page.tools.columns.sort(keys[7000], descending=True)),
        ("filter", lambda: page.filter_bar.set_text("metrics.`layer7000/loss` < 50")),
        ("clear", page.clear_filter),
        ("select all", page.selecting.select_all),
        ("move a column", lambda: page.tools.columns.move(5, 2)),
        ("hide a column", lambda: page.tools.columns.hide(5)),
        ("choose columns", page.tools.columns.choose),
    ):
        began = time.process_time()
        act()
        print(f"{name}: {(time.process_time() - began) * 1000:.0f} ms")
        qtbot.wait(500)
        gaps.tell(name)
    page.tools.columns.chooser.hide()
    window.menus.trigger("store.refresh")
    qtbot.wait(100)
    qtbot.waitUntil(lambda: not window.tasks.busy and not page.live.is_reading, timeout=300_000)
    gaps.tell("reading again")
    gaps.stop()
