"""How long the run table takes: sort, select, filter, scroll. `BAKEHOUSE_BENCH_RUNS` sets the number of runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QApplication

from bakehouse.analysis.columns import NumberColumn, TextColumn, build_column
from bakehouse.analysis.frame import RunFrame, attribute_column, frame_of
from bakehouse.analysis.order import SortKey
from bakehouse.analysis.text_filter import TextFilter
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_ID, RUN_NAME, START_TIME, ColumnKey, metric, param, tag
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.store.columns import read_column
from bakehouse.store.opening import open_store
from bakehouse.theme import LIGHT
from bakehouse.widgets.run_table_view import RunTableView
from tests.benchmarks.generated_store import cached_store

pytestmark = pytest.mark.benchmark

RUNS = int(os.environ.get("BAKEHOUSE_BENCH_RUNS", "10000"))
PARAMS, METRICS, TAGS = 20, 20, 7


def measure(name: str, act: Callable[[], object], repeats: int = 7) -> float:
    """Print the best and the median of some repeats in milliseconds; the median is the answer."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(f"\n{name} ({RUNS:,} runs): best {times[0]:.1f} ms, median {times[len(times) // 2]:.1f} ms")
    return times[len(times) // 2]


def wide_frame(size: int) -> RunFrame:
    """Runs with 50 columns: attributes, params as text (half of them all distinct), metrics, tags."""
    rng = np.random.default_rng(7)
    rows = np.arange(size, dtype=np.int32)
    starts = 1.6e12 + rng.integers(0, 10**10, size).astype(np.float64)
    frame = frame_of(
        SimpleNamespace(
            run_ids=[f"{i:032x}" for i in range(size)], names=[f"sweep-{i:06}" for i in range(size)],
            experiment_ids=np.ones(size, np.int64), statuses=["FINISHED"] * size, users=["ann"] * size,
            start_times_ms=starts, end_times_ms=starts + rng.integers(1000, 10**6, size),
        ),  # type: ignore[arg-type]
        {1: "prices"},
    )  # fmt: skip
    for key in (RUN_NAME, RUN_ID):
        frame.put(key, attribute_column(frame, key))
    for i in range(PARAMS):
        if i % 2:
            frame.put(param(f"p{i}"), TextColumn.of_texts([repr(v) for v in rng.random(size).round(6).tolist()]))
        else:
            codes = rng.integers(0, 8, size).astype(np.int32)
            frame.put(param(f"p{i}"), TextColumn(rows, codes, [f"choice {c}" for c in range(8)], size))
    for i in range(METRICS):
        frame.put(metric(f"m{i}"), NumberColumn(rows, rng.normal(size=size), size))
    for i in range(TAGS):
        codes = rng.integers(0, 5, size).astype(np.int32)
        frame.put(tag(f"t{i}"), TextColumn(rows, codes, [f"team {c}" for c in range(5)], size))
    return frame


@pytest.fixture(scope="module")
def wide() -> RunFrame:
    return wide_frame(RUNS)


@pytest.fixture
def shown(qapp, qtbot, wide):
    model, selection = RunTableModel(), RunSelection()
    view = RunTableView(model, selection, LIGHT)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    model.show_frame(wide, wide.keys)
    settle()
    return model, view


def settle() -> None:
    for _ in range(5):
        QApplication.sendPostedEvents()
        QApplication.instance().processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def section(model: RunTableModel, key: ColumnKey) -> int:
    return model.columns.index(key)


def test_sort_by_loaded_columns(shown, wide):
    model, view = shown
    for key in (START_TIME, metric("m3"), param("p3"), param("p4"), RUN_NAME):
        began = time.perf_counter()
        model.sort(section(model, key))
        view.viewport().repaint()
        first = (time.perf_counter() - began) * 1000
        orders = iter([Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder] * 10)

        def again(key=key, orders=orders) -> None:
            model.sort(section(model, key), next(orders))
            view.viewport().repaint()

        print(f"\nfirst sort by {key.search_name}, painted: {first:.1f} ms")
        measure(f"sort by {key.search_name}, painted", again)


def test_select_all_then_sort(shown):
    model, view = shown
    measure("select all, painted", lambda: (view.selectAll(), view.viewport().repaint()), 5)
    orders = iter([Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder] * 10)

    def again() -> None:
        model.sort(section(model, metric("m1")), next(orders))
        view.viewport().repaint()

    measure("sort with all selected, painted", again)
    half = RUNS // 2
    view.runs._selection.set(model.run_id(row) for row in range(0, RUNS, 2))
    assert int(view.runs.mask.sum()) == RUNS - half
    measure("sort with every second run selected, painted", again)


def test_filter_keystrokes(wide):
    for text in ("s", "sw", "sweep", "sweep-00001", "0", "0.1", "0.12", "choice", "m3=1.2", "zzz", "team sweep"):
        words = TextFilter()
        words.mask(wide.columns, wide.size, "warm up")
        measure(f"filter {text!r}", lambda text=text, words=words: words.mask(wide.columns, wide.size, text), 3)


def test_show_a_filter(shown, wide):
    model, view = shown
    masks = iter([np.arange(wide.size) % n == 0 for n in (2, 3, 5, 7, 2, 3, 5, 7, 2, 3)])

    def again() -> None:
        model.show_mask(next(masks))
        view.viewport().repaint()

    measure("show another visible set, painted", again)


def test_scroll(shown):
    model, view = shown
    model.sort(section(model, metric("m3")), Qt.SortOrder.DescendingOrder)
    for name, bar, step in (
        ("scroll by three rows", view.verticalScrollBar(), 81),
        ("scroll by a page", view.verticalScrollBar(), 650),
        ("scroll across", view.horizontalScrollBar(), 60),
    ):
        bar.setValue(0)

        def again(bar=bar, step=step) -> None:
            bar.setValue(bar.value() + step)
            settle_paint(view)

        measure(f"{name}, one frame", again, 25)


def settle_paint(view: RunTableView) -> None:
    QApplication.sendPostedEvents()
    QApplication.instance().processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def test_sort_by_a_column_not_loaded(tmp_path_factory):
    store = open_store(cached_store(RUNS), read_only=True)
    try:
        reader, token = store.reader(), Token()
        ids = [row[0] for row in reader.rows("SELECT run_uuid FROM runs", (), token=token)]
        frame = RunFrame(ids)
        key = metric("metric_05")

        def load_and_sort() -> None:
            frame.put(key, build_column(read_column(reader, key, frame.row_of, token), frame.size))
            model = RunTableModel()
            model.show_frame(frame, [RUN_NAME, key])
            model.sort_by([SortKey(key, True)])

        measure("sort by a column not loaded", load_and_sort, 5)
    finally:
        store.close()
