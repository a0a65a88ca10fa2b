"""How long a comparison takes to be laid out, shown, scrolled and searched; prints figures, never fails on a time.

Times are processor time of this process, so that a busy machine changes little.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from bakehouse.analysis.comparison import compare
from bakehouse.domain.comparison import ComparedRun
from bakehouse.itemmodels.comparison_table import ComparisonModel
from bakehouse.main import favour_window
from bakehouse.theme import LIGHT, RunColors
from bakehouse.widgets.comparison_view import ComparisonView

pytestmark = pytest.mark.benchmark

RUNS, ROWS = 50, 12_000


@pytest.fixture(autouse=True)
def as_in_the_application() -> Iterator[None]:
    """The interpreter as the window sets it: its full collections would be counted here, but do not happen there."""
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    favour_window()
    yield
    gc.set_threshold(*before)
    sys.setswitchinterval(interval)


def spent_ms(act: Callable[[], object]) -> float:
    began = process_time()
    act()
    return (process_time() - began) * 1000


def run(place: int) -> ComparedRun:
    return ComparedRun(
        run_id=f"{place:032x}",
        name=f"run {place}",
        status="FINISHED",
        lifecycle_stage="active",
        user="",
        experiment="all",
        start_time_ms=place,
        end_time_ms=place + 5,
        artifact_uri="",
        params={f"p{key}": str(key * place) for key in range(ROWS // 2)},
        metrics={f"m{key}": key + place / 7 for key in range(ROWS // 2)},
        tags={},
        datasets=(),
    )


def test_that_many_rows_of_many_runs_are_measured(qtbot: QtBot) -> None:
    model = ComparisonModel()
    view = ComparisonView(model, LIGHT, RunColors())
    qtbot.addWidget(view)
    view.resize(1600, 600)
    with qtbot.waitExposed(view):
        view.show()
    runs = [run(place) for place in range(RUNS)]
    made = []
    laid_out = spent_ms(lambda: made.append(compare(runs)))
    comparison = made[0]

    def paint() -> None:
        for grid in (view.names, view.values):
            grid.viewport().repaint()
            grid.header.viewport().repaint()

    shown = spent_ms(lambda: model.show_comparison(comparison))
    first = spent_ms(QCoreApplication.processEvents)
    frames = []
    bar = view.values.verticalScrollBar()
    for value in range(0, min(bar.maximum(), 9_000), 173):
        frames.append(spent_ms(lambda value=value: (bar.setValue(value), paint())))
    model.hold_against(runs[0].run_id)
    changes = []
    for value in range(0, min(bar.maximum(), 9_000), 173):
        changes.append(spent_ms(lambda value=value: (bar.setValue(value), paint())))
    across = []
    sideways = view.values.horizontalScrollBar()
    for value in range(0, sideways.maximum(), 211):
        across.append(spent_ms(lambda value=value: (sideways.setValue(value), paint())))
    search = spent_ms(lambda: (model.filter(differing=True, words="m1 9"), paint()))
    print(
        f"\n{RUNS} runs × {len(comparison.rows):,} rows: laid out in a task in {laid_out:4.0f} ms,"
        f" shown {shown:4.1f} ms, first paint {first:4.1f} ms"
    )
    print(
        f"scroll frame {median(frames):4.1f} ms (worst {max(frames):4.1f}), with a baseline {median(changes):4.1f} ms"
        f" (worst {max(changes):4.1f}), sideways {median(across):4.1f} ms (worst {max(across):4.1f}),"
        f" search {search:4.1f} ms"
    )
