"""How long nesting, grouping and folding take, in processor time. `BAKEHOUSE_BENCH_RUNS` sets the number of runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.order import SortKey
from bakehouse.analysis.run_rows import RunRows
from bakehouse.domain.arrangement import Aggregate, Arrangement
from bakehouse.domain.columns import PARENT_RUN, metric, param
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.theme import LIGHT
from bakehouse.widgets.run_table_view import RunTableView
from tests.benchmarks.test_run_table import RUNS, settle, wide_frame

pytestmark = pytest.mark.benchmark

ALL = [how for how in Aggregate if how is not Aggregate.MEDIAN]


@pytest.fixture(scope="module")
def nested():
    """Every tenth run is a parent of the nine that follow."""
    frame = wide_frame(RUNS)
    parents = [frame.run_ids[i - i % 10] if i % 10 else "" for i in range(RUNS)]
    frame.put(PARENT_RUN, TextColumn.of_texts(parents, numeric=False))
    return frame


@pytest.fixture
def shown(qapp, qtbot, nested):
    model = RunTableModel()
    view = RunTableView(model, RunSelection(), LIGHT)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    model.show_frame(nested, nested.keys[:60])
    model.sort_by([SortKey(metric("m3"), True)])
    settle()
    return model, view


def measure(name: str, act: Callable[[], object], repeats: int = 7) -> float:
    """Print and answer the median of some repeats in milliseconds of processor time."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        act()
        times.append((time.process_time() - began) * 1000)
    times.sort()
    print(f"\n{name} ({RUNS:,} runs): best {times[0]:.1f} ms, median {times[len(times) // 2]:.1f} ms")
    return times[len(times) // 2]


@pytest.mark.parametrize("key", [param("p0"), param("p1")], ids=["8 values", "all different"])
def test_group_with_five_aggregates(nested, key):
    order = [SortKey(metric("m3"), True)]

    def group() -> None:
        rows = RunRows()
        rows.arrangement = Arrangement(nested=False, group_by=(key,))
        rows.arrange(nested, None, order)
        assert rows.grouping is not None
        for how in ALL:
            rows.grouping.figures(nested.column(metric("m1")), how)

    measure(f"group by {key.name} with count, mean, min, max, deviation of a metric", group)


def test_group_painted(shown):
    model, view = shown
    flat = Arrangement(nested=False)

    def group() -> None:
        model.arrange_by(replace(flat, group_by=(param("p0"),)))
        view.viewport().repaint()

    def ungroup() -> None:
        model.arrange_by(flat)
        view.viewport().repaint()

    measure("group and ungroup in the table, painted both times", lambda: (group(), ungroup()), 5)
    model.arrange_by(replace(flat, group_by=(param("p0"), param("p2"), param("p4"))))
    measure("sort three levels of groups, painted", lambda: (model.sort(3), view.viewport().repaint()), 5)


def test_fold_all_painted(shown):
    model, view = shown
    for name, arrangement in (
        ("nested runs", Arrangement()),
        ("groups", Arrangement(nested=False, group_by=(param("p0"),))),
    ):
        model.arrange_by(arrangement)
        folded = iter([False, True] * 20)

        def again(folded=folded) -> None:
            model.set_all_open(next(folded))
            view.viewport().repaint()

        measure(f"fold or unfold all {name}, painted", again, 10)
        model.set_all_open(True)
        measure(
            f"fold and unfold one of {name}, painted",
            lambda: (model.set_open(0, False), view.viewport().repaint(), model.set_open(0, True)),
        )


def test_sort_and_filter_nested(shown):
    model, view = shown
    for nested in (False, True):
        model.arrange_by(Arrangement(nested=nested))
        name = "nested" if nested else "flat"
        measure(f"sort {name}, painted", lambda: (model.sort_by(model.sort_keys), view.viewport().repaint()))
        masks = iter([np.arange(RUNS) % n == 1 for n in (2, 3, 5, 7, 2, 3, 5, 7)])
        measure(
            f"filter {name}, painted", lambda masks=masks: (model.show_mask(next(masks)), view.viewport().repaint())
        )
        model.show_mask(None)
