"""How fast the plots are at 100,000 runs and a million points; prints, never fails on a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, thread_time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bakehouse.analysis.axes import AxisData
from bakehouse.analysis.brushes import brush_between
from bakehouse.domain.columns import metric, param
from bakehouse.plots.history import HistoryPlot
from bakehouse.plots.parallel import ParallelPlot
from bakehouse.plots.parallel_runs import AxisChoice
from bakehouse.theme import LIGHT

pytestmark = pytest.mark.benchmark


@dataclass
class History:
    """As `store.metrics.History`."""

    run_id: str
    key: str
    steps: np.ndarray
    timestamps_ms: np.ndarray
    values: np.ndarray


def some_axes(count: int, number: int = 8) -> list[AxisData]:
    random = np.random.default_rng(5)
    good = random.random(count)
    axes = []
    for index in range(number):
        values = good * random.random() + random.normal(0, 0.2, count)
        if index % 3 == 1:
            values = np.rint(values * 10)
        present = random.random(count) > 0.02
        axes.append(AxisData(param(f"p{index}"), f"p{index}", np.where(present, values, np.nan), present))
    codes = random.integers(0, 5, count).astype(np.int32)
    axes[0] = AxisData(param("kind"), "kind", np.full(count, np.nan), codes >= 0, tuple("abcde"), codes)
    axes[-1] = AxisData(metric("score"), "score", good, np.ones(count, dtype=np.bool_))
    return axes


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of processor time of this thread: the machine may be busy with other things."""
    begin = thread_time()
    work()
    return (thread_time() - begin) * 1000.0


@pytest.mark.parametrize("count", [1_000, 10_000, 100_000, 1_000_000])
@pytest.mark.parametrize("coloured", ["", "by number", "by text"])
def test_that_parallel_coordinates_are_measured(qtbot: QtBot, count: int, coloured: str) -> None:
    axes = [AxisChoice(data) for data in some_axes(count)]
    colour = {"by number": axes[-1], "by text": axes[0]}.get(coloured)
    ids = [str(i) for i in range(count)]
    rows = np.arange(count, dtype=np.int32)
    nobody = np.empty(0, dtype=np.int32)
    plot = ParallelPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(1000, 440)
    with qtbot.waitExposed(plot):
        plot.show()
    turns: list[float] = []
    layers = plot._layers

    def first_picture() -> None:
        turns.append(timed(lambda: plot.set_data(axes, colour, ids, rows, nobody)))
        while len(layers._work) > 1:  # the last piece of work is the ground, which no eye waits for
            turns.append(timed(layers._take_turn))
        turns.append(timed(plot.grab))

    begin = perf_counter()
    first = timed(first_picture)
    wall = (perf_counter() - begin) * 1000.0
    ground = timed(plot.finish)
    frames = []
    for step in range(8):

        def frame(low: float = 0.1 + 0.02 * step) -> None:
            # All that a move of the pointer costs: the interval and its ends, who lies inside, and the picture.
            for index in (1, len(axes) - 1):
                axis = plot.runs.axes[index]
                plot._put(axis.data.key, brush_between(axis, low, low + 0.6))
            plot._draw_top(live=True)
            plot.repaint()

        frames.append(timed(frame))
    plot.finish()
    QTest.mouseMove(plot, QPoint(300, 100))
    hover = median(timed(lambda x=x: (QTest.mouseMove(plot, QPoint(x, 150)), plot.repaint())) for x in range(200, 230))
    print(
        f"\nparallel {count:>9,} runs × 8{', ' + coloured if coloured else '':<11}: first picture {first:6.0f} ms"
        f" (by the clock {wall:.0f}, longest turn {max(turns):4.0f} ms), ground {ground:5.0f} ms,"
        f" brush frame {median(frames):4.0f} ms (worst {max(frames):4.0f}), hover {hover:4.1f} ms"
    )


@pytest.mark.parametrize("count", [100_000, 1_000_000, 10_000_000])
def test_that_histories_are_measured(qtbot: QtBot, count: int) -> None:
    random = np.random.default_rng(5)
    steps = np.arange(count)
    values = 1 - np.exp(-steps / (count / 5)) + random.normal(0, 0.02, count)
    plot = HistoryPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(1000, 440)
    with qtbot.waitExposed(plot):
        plot.show()
    whole = History("a" * 32, "r2", steps, steps * 10, values)

    def first_picture() -> None:
        plot.set_histories([whole], {})
        plot.repaint()

    first = timed(first_picture)
    frames = []
    for step in range(20):

        def pan(by: float = step * count / 200) -> None:
            plot.set_x_range(by, by + count * 0.9)
            plot.repaint()

        frames.append(timed(pan))
    plot._pointer = QPointF(400, 200)
    hover = median(timed(plot.repaint) for _ in range(10))
    print(
        f"\nhistory {count:>10,} points: first picture {first:5.0f} ms,"
        f" pan frame {median(frames):5.1f} ms (worst {max(frames):5.1f}), crosshair {hover:4.1f} ms"
    )


def test_that_a_hundred_histories_are_measured(qtbot: QtBot) -> None:
    random = np.random.default_rng(5)
    steps = np.arange(1000)
    many = [History(f"{i:032x}", "r2", steps, steps * 10, np.cumsum(random.normal(0, 0.02, 1000))) for i in range(100)]
    plot = HistoryPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(1000, 440)
    with qtbot.waitExposed(plot):
        plot.show()
    first = timed(lambda: (plot.set_histories(many, {}), plot.repaint()))
    frame = median(timed(lambda: (plot.set_x_range(50, 950), plot.repaint())) for _ in range(5))
    print(f"\nhistory 100 runs × 1,000 points: first picture {first:5.0f} ms, pan frame {frame:5.1f} ms")
