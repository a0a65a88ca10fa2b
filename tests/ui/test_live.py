"""What another process writes beside the open window is on screen soon, and nothing that the person did is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bakehouse.analysis.brushes import Brush
from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.changes import Changes
from bakehouse.domain.columns import RUN_NAME, STATUS, ColumnKind, metric, param, tag
from bakehouse.pages.runs import RunsPage
from bakehouse.window import MainWindow
from tests.benchmarks.generated_store import make_store, run_id_of
from tests.stores import PROJECT, add_experiment, add_points, add_run, change_store, insert

LOSS, DEPTH, TEAM = metric("loss"), param("max_depth"), tag("team")
SOON_MS = 4_000
"""A second on an idle machine; tests wait longer before they give up."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_store(tmp_path / "mlflow.db", runs=300, params=6, metrics=6, tags=6)


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot, path: Path) -> RunsPage:
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 300 and page.loader.columns_left == 0, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)
    return page


def shown(page: RunsPage, run_id: str, key) -> str:
    frame = page.model.frame
    column = frame.column(key)
    return "" if column is None or run_id not in frame.row_of else column.text(frame.row_of[run_id])


def test_that_new_runs_with_all_they_logged_appear_by_themselves(page, qtbot, path):
    frame = page.model.frame
    untouched = frame.column(DEPTH)
    add_run(
        path, "fresh", experiment_id=1, name="fresh run", status="RUNNING", start=1_900_000_000_000, end=None,
        params={"max_depth": "77", "brand new": "x"}, metrics={"loss": 0.125}, tags={"team": "blue"},
    )  # fmt: skip
    qtbot.waitUntil(lambda: page.model.rowCount() == 301, timeout=SOON_MS)
    assert page.model.index(0, page.model.columns.index(RUN_NAME)).data() == "fresh run"
    # Columns that nobody looks at grow behind those on screen.
    qtbot.waitUntil(lambda: page.loader.is_surveyed and not page.loader.is_catching_up, timeout=SOON_MS)
    assert [shown(page, "fresh", key) for key in (DEPTH, LOSS, TEAM, STATUS)] == ["77", "0.125", "blue", "RUNNING"]
    assert page.model.frame.state(param("brand new")) is ColumnState.COMPLETE
    assert page.model.frame.column(DEPTH).text(5) == untouched.text(5)
    assert page.sidebar.model.active[0].active_runs == 301


def test_that_metric_points_and_status_of_any_run_follow(page, qtbot, path):
    hidden = page.model.run_id(250)
    change_store(path, ("DELETE FROM latest_metrics WHERE run_uuid = ? AND key = 'loss'", (hidden,)))
    add_points(path, hidden, {"loss": [(900, 7.5)], "appeared": [(1, 2.5)]})
    change_store(path, ("UPDATE runs SET status = 'KILLED' WHERE run_uuid = ?", (hidden,)))
    qtbot.waitUntil(lambda: shown(page, hidden, LOSS) == "7.5", timeout=SOON_MS)
    qtbot.waitUntil(lambda: shown(page, hidden, STATUS) == "KILLED", timeout=SOON_MS)
    assert shown(page, hidden, metric("appeared")) == "2.5"


def test_that_overwritten_tags_and_renames_of_runs_on_screen_follow(page, qtbot, path):
    visible = page.model.run_id(0)
    change_store(
        path,
        ("UPDATE tags SET value = 'repainted' WHERE run_uuid = ? AND key = 'team'", (visible,)),
        ("UPDATE runs SET name = 'renamed' WHERE run_uuid = ?", (visible,)),
    )
    qtbot.waitUntil(lambda: shown(page, visible, TEAM) == "repainted", timeout=SOON_MS)
    assert page.model.index(0, 0).data() == "renamed"


def test_that_edits_of_other_runs_come_with_f5_at_once(page, qtbot, path, window):
    other = page.model.run_id(280)
    change_store(path, ("UPDATE tags SET value = 'elsewhere' WHERE run_uuid = ? AND key = 'team'", (other,)))
    window.menus.trigger("store.refresh")
    qtbot.waitUntil(lambda: shown(page, other, TEAM) == "elsewhere", timeout=SOON_MS)


def test_that_edits_of_other_runs_come_with_the_sweep(page, qtbot, path, monkeypatch):
    other = page.model.run_id(280)
    change_store(
        path,
        ("UPDATE tags SET value = 'elsewhere' WHERE run_uuid = ? AND key = 'team'", (other,)),
        ("DELETE FROM tags WHERE run_uuid = ? AND key = 'dataset'", (other,)),
    )
    qtbot.waitUntil(lambda: page.live.is_stale, timeout=SOON_MS)
    monkeypatch.setattr("bakehouse.pages.runs.following._SWEEP_EVERY_S", 0.0)
    page.live.sweep()
    qtbot.waitUntil(lambda: shown(page, other, TEAM) == "elsewhere", timeout=SOON_MS)
    assert shown(page, other, tag("dataset")) == ""


def test_that_own_edits_are_shown_before_the_next_look(page, qtbot, path):
    other = page.model.run_id(280)
    page.follow()  # the rest after it must not hold the edit up
    qtbot.waitUntil(lambda: not page.live.is_reading)
    change_store(path, ("UPDATE tags SET value = 'mine' WHERE run_uuid = ? AND key = 'team'", (other,)))
    began = time.perf_counter()
    page.refresh(Changes("Set team", frozenset([other])))
    qtbot.waitUntil(lambda: shown(page, other, TEAM) == "mine", timeout=SOON_MS)
    print(f"own edit shown after {(time.perf_counter() - began) * 1000:.0f} ms")


def test_that_place_selection_order_filter_and_brushes_stay(page, qtbot, path):
    page.model.sort(page.model.columns.index(LOSS), Qt.SortOrder.DescendingOrder)
    page.filter_bar.set_text("metrics.loss < 100")
    qtbot.waitUntil(lambda: page.visible.mask is not None and page.visible.note is not None)
    qtbot.waitUntil(lambda: page.plots.parallel.plot.is_settled, timeout=10_000)
    plot = page.plots.parallel.plot
    axis = next(key for key in page.plots.columns if key.kind is ColumnKind.METRIC)
    values = page.model.frame.column(axis).numbers()
    qtbot.waitUntil(lambda: axis in [choice.data.key for choice in plot.runs.choices], timeout=10_000)
    plot.set_brushes({axis: Brush.between(-1e9, float(values[values == values].mean()))})
    text = page.filter_bar.text
    assert text.startswith("metrics.loss < 100 AND (")
    qtbot.waitUntil(lambda: page.visible.text == text and len(page.visible.terms) == 2)
    before = page.model.rowCount()
    assert 20 < before < 300
    kept = [page.model.run_id(3), page.model.run_id(9)]
    page.selection.set(kept, kept[1])
    page.table.verticalScrollBar().setValue(15 * 27 + 5)
    at_top = page.model.run_id(page.table.rowAt(0))
    counts = set()
    page.model.modelReset.connect(lambda: counts.add(page.model.rowCount()))
    for number in range(4):
        add_run(
            path, f"first{number}", experiment_id=1, start=1_900_000_000_000,
            metrics={"loss": 90.0 if number else 500.0, axis.name: -5.0},
        )  # fmt: skip
    qtbot.waitUntil(lambda: page.model.frame.size == 304, timeout=SOON_MS)
    assert page.selection.ids == tuple(kept)
    assert page.selection.current == kept[1]
    assert page.model.run_id(page.table.rowAt(0)) == at_top
    assert page.filter_bar.text == text
    assert axis in plot.brushes()
    assert all(before <= count <= before + 4 for count in counts), f"flickered: {counts}, {before} before"


def test_that_of_many_runs_the_plot_follows_the_table_and_keeps_its_picture_meanwhile(page, qtbot, path, monkeypatch):
    monkeypatch.setattr("bakehouse.pages.runs.plots.parallel_tab._MANY_ROWS", 100)
    plot = page.plots.parallel.plot
    qtbot.waitUntil(lambda: plot.has_picture and plot.is_settled, timeout=10_000)
    axis = next(key for key in page.plots.columns if key.kind is ColumnKind.METRIC)
    plot.set_brushes({axis: Brush.between(-1e9, 1e9)})
    qtbot.waitUntil(lambda: page.visible.mask is not None and plot.is_settled and not page.window().tasks.busy)
    before = plot.runs
    seen = []

    def look() -> None:
        inked = plot.grab().toImage() if plot.runs is before else None
        seen.append((page.model.rowCount(), plot.runs is before, axis in plot.brushes(), inked == picture))

    page.selection.set([page.model.run_id(4)], page.model.run_id(4))
    qtbot.waitUntil(lambda: plot.is_settled)
    picture = plot.grab().toImage()
    rows = page.model.rowCount()
    page.loader.reloaded.connect(look)
    values = {key.name: 0.5 for key in page.plots.columns if key.kind is ColumnKind.METRIC}
    add_run(path, "fresh", experiment_id=1, start=1_900_000_000_000, metrics=values)
    qtbot.waitUntil(lambda: "fresh" in plot.runs.ids and plot.is_settled, timeout=SOON_MS)
    assert seen[0] == (rows + 1, True, True, True)
    assert axis in plot.brushes()
    assert plot.brush_mask()[page.model.frame.row_of["fresh"]]


def test_that_histories_of_a_running_run_grow_and_stay_zoomed(page, qtbot, path):
    run = page.model.run_id(0)
    change_store(path, ("DELETE FROM latest_metrics WHERE run_uuid = ?", (run,)))
    add_points(path, run, {"loss": [(step, step / 10) for step in range(100)]})
    page.selection.set([run])
    history = page.plots.history
    page.plots.bring_forward(history)
    qtbot.waitUntil(lambda: "points of 1 run" in history.status(), timeout=SOON_MS)
    history.show_metric("loss")
    qtbot.waitUntil(lambda: history.grid is not None and history.grid.plots[0].x_range()[1] > 50, timeout=SOON_MS)
    plot = history.grid.plots[0]
    points = int(history.status().split()[0])
    plot.set_x_range(20, 60)
    change_store(path, ("DELETE FROM latest_metrics WHERE run_uuid = ? AND key = 'loss'", (run,)))
    add_points(path, run, {"loss": [(step, step / 10) for step in range(100, 130)]})
    qtbot.waitUntil(lambda: f"{points + 30} points" in history.status(), timeout=SOON_MS)
    assert plot.x_range() == (20, 60)


def test_that_the_inspector_follows_the_shown_run(page, qtbot, path):
    run = page.model.run_id(0)
    page.selection.set([run])
    qtbot.waitUntil(lambda: page.inspector.details is not None and page.inspector.details.run_id == run)
    insert(path, "params", {"key": "late param", "value": "1", "run_uuid": run})
    qtbot.waitUntil(lambda: ("late param", "1") in page.inspector.details.params, timeout=SOON_MS)
    change_store(path, ("UPDATE runs SET status = 'FAILED' WHERE run_uuid = ?", (run,)))
    qtbot.waitUntil(lambda: page.inspector.details.status == "FAILED", timeout=SOON_MS)


def test_that_new_experiments_and_deleted_runs_show_in_the_sidebar(page, qtbot, path):
    add_experiment(path, 5, "second thoughts")
    add_run(path, "elsewhere", experiment_id=5)
    change_store(path, ("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", (run_id_of(3),)))
    qtbot.waitUntil(
        lambda: {one.name: one.active_runs for one in page.sidebar.model.active}.get("second thoughts") == 1,
        timeout=SOON_MS,
    )
    qtbot.waitUntil(lambda: page.model.rowCount() == 299, timeout=SOON_MS)
    assert page.model.place_of(run_id_of(3)) == -1


def test_that_runs_taken_out_of_the_store_are_gone(page, qtbot, path):
    last = run_id_of(299)
    for table in ("params", "tags", "metrics", "latest_metrics", "runs"):
        change_store(path, (f"DELETE FROM {table} WHERE run_uuid = ?", (last,)))
    qtbot.waitUntil(lambda: last not in page.model.frame.row_of, timeout=2 * SOON_MS)
    assert page.model.rowCount() == 299


_TRAINER = """
import sqlite3, sys, time
sys.path.insert(0, sys.argv[2])
from tests.stores import add_run, add_points, change_store
path, until = sys.argv[1], time.monotonic() + float(sys.argv[3])
number = 0
while time.monotonic() < until:
    run = f"trained{number}"
    add_run(path, run, experiment_id=1, status="RUNNING", end=None, params={"max_depth": number}, metrics={"loss": 0.5})
    for step in range(1, 8):
        change_store(path, ("DELETE FROM latest_metrics WHERE run_uuid = ? AND key = 'loss'", (run,)))
        add_points(path, run, {"loss": [(step, number + step / 10)]})
    change_store(path, ("UPDATE runs SET status = 'FINISHED', end_time = 1 WHERE run_uuid = ?", (run,)))
    number += 1
print(number)
"""


def test_that_a_writer_without_pause_is_followed_at_most_once_a_second_to_its_end(page, qtbot, path):
    swaps: list[float] = []
    page.loader.reloaded.connect(lambda _: swaps.append(time.monotonic()))
    writer = subprocess.Popen(
        [sys.executable, "-c", _TRAINER, str(path), str(PROJECT), "4"], stdout=subprocess.PIPE, text=True
    )
    qtbot.waitUntil(lambda: writer.poll() is not None, timeout=30_000)
    made = int(writer.communicate()[0])
    assert writer.returncode == 0
    qtbot.waitUntil(lambda: page.model.frame.size == 300 + made, timeout=2 * SOON_MS)
    last = f"trained{made - 1}"
    qtbot.waitUntil(lambda: shown(page, last, STATUS) == "FINISHED", timeout=2 * SOON_MS)
    assert shown(page, last, LOSS) == repr(made - 1 + 0.7)
    assert all(later - earlier > 0.9 for earlier, later in pairwise(swaps))


def test_that_columns_on_their_way_are_brought_up_to_a_frame_that_grew_meanwhile(page, qtbot, path):
    frame = page.model.frame
    frame.mark(LOSS, ColumnState.UNLOADED)
    del frame.columns[LOSS]
    page.loader.want([LOSS])
    page.follow()
    add_run(path, "between", experiment_id=1, metrics={"loss": 3.25})
    page.follow()
    qtbot.waitUntil(lambda: shown(page, "between", LOSS) == "3.25", timeout=2 * SOON_MS)
    assert page.model.frame.column(LOSS).size == 301
