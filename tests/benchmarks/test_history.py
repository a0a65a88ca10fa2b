"""How long histories take to be shaped, smoothed, drawn, panned and read; prints figures, never fails on a time.

Times are processor time of this process, so that a busy machine changes little.
"""

from __future__ import annotations

import gc
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bakehouse.analysis.bands import BandKind, make_band
from bakehouse.analysis.envelope import make_series
from bakehouse.analysis.history_canvas import on_one_canvas
from bakehouse.analysis.history_charts import HistoryLook, make_chart
from bakehouse.analysis.smoothing import smoothed
from bakehouse.domain.cancellation import Token
from bakehouse.main import favour_window
from bakehouse.plots.history import HistoryPlot
from bakehouse.plots.history_grid import HistoryGrid
from bakehouse.store.history_growth import read_growth, read_run_histories
from bakehouse.store.opening import open_store
from bakehouse.theme import LIGHT, RunColors
from tests.benchmarks.generated_store import HISTORY_KEY, make_store, run_id_of
from tests.stores import change_store

pytestmark = pytest.mark.benchmark

TOKEN = Token()


@pytest.fixture(autouse=True)
def as_in_the_application() -> Iterator[None]:
    """The interpreter as the window sets it: its full collections would be counted here, but do not happen there."""
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    favour_window()
    yield
    gc.set_threshold(*before)
    sys.setswitchinterval(interval)


@dataclass(frozen=True)
class History:
    """As `store.metrics.History`."""

    run_id: str
    key: str
    steps: np.ndarray
    timestamps_ms: np.ndarray
    values: np.ndarray


def history(count: int, run: int = 0, key: str = "r2") -> History:
    steps = np.arange(count)
    noise = np.random.default_rng(run).normal(0, 0.02, count)
    return History(f"{run:032x}", key, steps, steps * 10, 1 - np.exp(-steps / (count / 5)) + noise)


def spent_ms(act: Callable[[], object]) -> float:
    began = process_time()
    act()
    return (process_time() - began) * 1000


@pytest.mark.parametrize("count", [100_000, 1_000_000, 10_000_000])
def test_that_one_long_history_is_measured(qtbot: QtBot, count: int) -> None:
    whole = history(count)
    plot = HistoryPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(1000, 440)
    with qtbot.waitExposed(plot):
        plot.show()
    charts = []
    shape = spent_ms(lambda: charts.append(make_chart([whole], {}, HistoryLook())))
    soft = spent_ms(lambda: charts.append(make_chart([whole], {}, HistoryLook(smoothing=0.9))))
    for chart, name in zip(charts, ("plain", "smoothed"), strict=True):
        first = spent_ms(lambda chart=chart: (plot.set_chart(chart), plot.repaint()))
        frames = []
        for step in range(30):
            low = step * count / 300
            frames.append(spent_ms(lambda low=low: (plot.set_x_range(low, low + count * 0.9), plot.repaint())))
        zooms = []
        for step in range(30):
            span = count * 0.8**step
            zooms.append(spent_ms(lambda span=span: (plot.set_x_range(0, span), plot.repaint())))
        print(
            f"\n{count:>10,} points, {name:<8}: first picture {first:5.1f} ms, pan frame {median(frames):4.1f} ms"
            f" (worst {max(frames):4.1f}), zoom frame {median(zooms):4.1f} ms (worst {max(zooms):4.1f})"
        )
    print(f"{count:>10,} points: made ready in a task in {shape:5.0f} ms, smoothed {soft:5.0f} ms")


def test_that_a_hundred_runs_of_ten_metrics_are_measured(qtbot: QtBot) -> None:
    by_key = [[history(1000, run, f"m{key}") for run in range(100)] for key in range(10)]
    grid = HistoryGrid(LIGHT, RunColors())
    qtbot.addWidget(grid)
    grid.resize(1000, 440)
    with qtbot.waitExposed(grid):
        grid.show()
    for look in (HistoryLook(), HistoryLook(smoothing=0.8)):
        charts: list = []
        shape = spent_ms(lambda look=look, charts=charts: charts.extend(make_chart(of, {}, look) for of in by_key))
        turns: list[float] = []
        began = process_time()
        turns.append(spent_ms(lambda charts=charts: grid.set_charts(charts)))
        # Every chart, also those that are scrolled to, painted turn by turn as the event loop would.
        for plot in grid.plots:
            turns.append(spent_ms(plot.grab))
            while plot._next_layer is not None:
                plot._turns.stop()
                turns.append(spent_ms(plot._take_turn))
        all_drawn = (process_time() - began) * 1000
        print(
            f"\n100 runs × 10 metrics × 1,000 points, smoothing {look.smoothing}: shaped in a task in {shape:4.0f} ms,"
            f" all drawn in {all_drawn:4.0f} ms of {len(turns)} turns, longest {max(turns):4.0f} ms"
        )
    plot = grid.plots[0]
    hover = median(spent_ms(lambda x=x: QTest.mouseMove(plot, QPoint(x, 90))) for x in range(60, 90))
    print(f"hover over 100 runs: {hover:4.1f} ms")
    grid.resize(1400, 700)
    for plot in grid.plots:
        plot.finish()
    linked = [
        # Those that are scrolled away are not painted by themselves; here they count as if they were in view.
        spent_ms(
            lambda x=x: (
                QTest.mouseMove(grid.plots[0], QPoint(x, 90)),
                *(p.repaint() for p in grid.plots if p.visibleRegion().isEmpty()),
            )
        )
        for x in range(60, 120)
    ]
    print(f"hover over ten linked charts of 100 runs: {median(linked):4.1f} ms a frame (worst {max(linked):4.1f})")
    began = process_time()
    grid.set_charts([on_one_canvas(charts, "fit")])
    plot = grid.plots[0]
    plot.finish()
    canvas = (process_time() - began) * 1000
    over = [spent_ms(lambda x=x: QTest.mouseMove(plot, QPoint(x, 200))) for x in range(60, 120)]
    print(f"the same on one canvas: drawn in {canvas:4.0f} ms, hover {median(over):4.1f} ms (worst {max(over):4.1f})")
    grown = [history(1010, 0, "m0"), *by_key[0][1:]]
    print(f"one of 100 runs has grown: {spent_ms(lambda: make_chart(grown, {}, look, known=charts[0])):4.1f} ms")


def test_that_smoothing_and_bands_are_measured() -> None:
    x = np.arange(10_000_000.0)
    y = np.random.default_rng(1).normal(size=len(x))
    for strength in (0.01, 0.5, 0.99):
        took = spent_ms(lambda s=strength: smoothed(x, y, s, x[-1]))
        print(f"\n10,000,000 points smoothed by {strength}: {took:5.0f} ms")
    members = [
        make_series(np.arange(1000.0) + run / 7, np.random.default_rng(run).normal(size=1000)) for run in range(100)
    ]
    print(f"band of 100 runs × 1,000 points: {spent_ms(lambda: make_band(members, BandKind.RANGE)):5.0f} ms")


def test_that_reading_and_growth_are_measured(tmp_path: Path) -> None:
    path = make_store(tmp_path / "long.db", runs=10, params=2, metrics=2, tags=2, history_points=1_000_000)
    run = run_id_of(0)
    sql = "SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND key = ? ORDER BY step"
    with open_store(path) as store:
        reader = store.reader()
        plain, ours = [], []
        for _ in range(3):
            began = process_time()
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
                connection.execute(sql, (run, HISTORY_KEY)).fetchall()
            plain.append(process_time() - began)
            began = process_time()
            known = read_run_histories(reader, run, [HISTORY_KEY], TOKEN)
            chart = make_chart(list(known.histories.values()), {}, HistoryLook())
            ours.append(process_time() - began)
        assert chart.lines[0].points == 1_000_000
        rows = ((HISTORY_KEY, 0.5, 2_000_000_000_000 + i, 2_000_000 + i, run) for i in range(100))
        for row in rows:
            change_store(
                path,
                ("INSERT INTO metrics(key, value, timestamp, step, run_uuid, is_nan) VALUES (?, ?, ?, ?, ?, 0)", row),
            )
        growth = spent_ms(lambda: read_growth(reader, known, [HISTORY_KEY], TOKEN))
    print(
        f"\n1,000,000 points: plain SQL {min(plain):.2f} s, read and made ready {min(ours):.2f} s"
        f" ({min(ours) / min(plain):.2f} times), 100 new points joined in {growth:.1f} ms"
    )
