"""Histories of several runs and metrics in the window, under a person's hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QTabBar
from pytestqt.qtbot import QtBot

from bakehouse.domain.columns import param
from bakehouse.domain.comparison import Direction
from bakehouse.pages.runs.plots.history_tab import HistoryTab
from bakehouse.personal.directions import DirectionFile
from bakehouse.plots.history import HistoryPlot
from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_points, add_run, change_store, new_store

RUNS = [f"{i:032x}" for i in range(4)]
NAN = float("nan")
SOON_MS = 8_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "baking")
    for number, run in enumerate(RUNS):
        oven = "wood" if number % 2 else "gas"
        add_run(path, run, experiment_id=1, name=f"loaf {number}", params={"oven": oven}, status="RUNNING", end=None)
        add_points(
            path,
            run,
            {
                "loss": [(step, 10.0 / (step + 1) + number) for step in range(50)],
                "acc": [(step, step / 50) for step in range(50)],
                "gain": [(step, float(step - 2)) for step in range(10)],
                "odd": [(0, NAN), (1, NAN)],
                "single": [(7, 3.0)],
                "system/cpu": [(step, 0.5) for step in range(5)],
            },
        )
    return path


@pytest.fixture
def tab(window: MainWindow, qtbot: QtBot, path: Path) -> HistoryTab:
    window.resize(1400, 900)
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 4 and page.loader.columns_left == 0, timeout=20_000)
    page.selection.set(RUNS)
    page.plots.bring_forward(page.plots.history)
    qtbot.waitUntil(lambda: page.plots.history.status() != "", timeout=SOON_MS)
    return page.plots.history


def show(tab: HistoryTab, qtbot: QtBot, *keys: str) -> list[HistoryPlot]:
    """The plots of these metrics, once they are drawn."""
    tab._metrics_chosen(keys)
    qtbot.waitUntil(
        lambda: tab.grid is not None and [plot.chart.key for plot in tab.grid.plots] == list(keys), timeout=SOON_MS
    )
    assert tab.grid is not None
    return tab.grid.plots


def choose(tab: HistoryTab, name: str, value: str) -> None:
    combo = tab.choosers.popup.findChild(QComboBox, name)
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())


def check(tab: HistoryTab, name: str) -> None:
    tab.choosers.popup.findChild(QCheckBox, name).setChecked(True)


def test_that_several_metrics_stand_beside_each_other_and_show_the_same_part_of_x(tab, qtbot):
    loss, acc, gain = show(tab, qtbot, "loss", "acc", "gain")
    assert "4 runs × 3 metrics" in tab.status()
    assert loss.x_range() == acc.x_range() == gain.x_range()
    QTest.keyClick(acc, Qt.Key.Key_Plus)
    assert loss.x_range() == acc.x_range() == gain.x_range()
    assert loss.x_range()[1] < 49
    QTest.keyClick(gain, Qt.Key.Key_Home)
    assert loss.x_range() == acc.x_range() and loss.x_range()[1] > 49


def test_that_the_pointer_and_the_hovered_run_of_one_chart_show_in_all(tab, qtbot):
    loss, acc = show(tab, qtbot, "loss", "acc")
    loss.finish()
    acc.finish()
    before = acc.grab().toImage()
    window = loss.window_shown()
    line = loss.chart.lines[-1].series
    loss._point(window.plot.center())
    assert acc.grab().toImage() != before
    heard: list[str] = []
    tab.run_hovered.connect(heard.append)
    at = window.plot.topLeft()
    at.setX(window.x_pixel(line.x[30]))
    at.setY(window.y_pixel(line.y[30]))
    loss._point(at)
    hovered = loss.chart.lines[-1].ids[0]
    assert heard == [hovered]
    assert acc._hovered_ids() == (hovered,)
    loss.leaveEvent(None)
    assert acc._hovered_ids() == () and heard[-1] == ""


def test_that_metrics_are_found_and_system_metrics_stand_apart(tab, qtbot):
    show(tab, qtbot, "loss", "acc")
    chooser = tab.choosers.metrics
    assert chooser.text() == "loss +1"
    QTest.mouseClick(chooser, Qt.MouseButton.LeftButton)
    model = chooser.popup.model
    lines = [model.index(row).data() for row in range(model.rowCount())]
    assert lines[:3] == ["Metrics  5", "loss", "acc"]
    assert lines[-2:] == ["System metrics  1", "system/cpu"]
    QTest.keyClicks(chooser.popup.search, "GAI")
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Metrics  1", "gain"]
    model.setData(model.index(1), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(lambda: [p.chart.key for p in tab.grid.plots] == ["loss", "acc", "gain"], timeout=SOON_MS)
    chooser.popup.hide()


def test_that_smoothing_keeps_the_raw_line_and_the_part_that_was_zoomed_to(tab, qtbot):
    (loss,) = show(tab, qtbot, "loss")
    loss.set_x_range(10, 30)
    raw = loss.chart.lines[0].series.y
    tab.choosers.slider.setValue(90)
    qtbot.waitUntil(lambda: loss.chart.lines[0].raw is not None)
    line = loss.chart.lines[0]
    assert np.array_equal(line.raw.y, raw)
    assert line.series.y[-1] > raw[-1]
    assert loss.x_range() == (10, 30)
    tab.choosers.slider.setValue(0)
    qtbot.waitUntil(lambda: loss.chart.lines[0].raw is None)


def test_that_what_has_no_logarithm_is_said_and_marked(tab, qtbot):
    (gain,) = show(tab, qtbot, "gain")
    check(tab, "history_log_y")
    assert "12 values at zero or below marked at the foot" in tab.status()
    before = gain.grab().toImage()
    check(tab, "history_log_x")
    assert "4 points at step zero or below marked at the left edge" in tab.status() or "8 values" in tab.status()
    assert gain.grab().toImage() != before
    assert sum(line.points for line in gain.chart.lines) == 40


def test_that_runs_are_grouped_by_a_param_with_their_mean_and_band(tab, qtbot):
    (loss,) = show(tab, qtbot, "loss")
    tab.choosers.group.picked.emit(param("oven"))
    qtbot.waitUntil(lambda: len(loss.chart.lines) == 2)
    gas, wood = loss.chart.lines
    assert (gas.name, wood.name) == ("gas · 2 runs", "wood · 2 runs")
    assert gas.band is not None
    assert (gas.band.low[0], gas.band.mean[0], gas.band.high[0]) == (10.0, 11.0, 12.0)
    assert "interpolated" in tab.status()
    loss.grab()
    choose(tab, "history_band", "deviation")
    assert loss.chart.lines[0].band.low[0] == pytest.approx(10.0)
    tab.choosers.group.picked.emit(None)
    qtbot.waitUntil(lambda: len(loss.chart.lines) == 4)


def test_that_the_best_value_of_each_run_is_marked(tab, qtbot):
    (loss,) = show(tab, qtbot, "loss")
    choose(tab, "history_best", "min")
    assert [line.best[0] for line in loss.chart.lines] == [49.0] * 4
    choose(tab, "history_best", "max")
    assert loss.chart.lines[0].best == (0.0, 10.0)
    loss.grab()


def test_that_best_values_follow_what_is_said_of_each_metric(tab, qtbot):
    loss, acc, gain = show(tab, qtbot, "loss", "acc", "gain")
    choose(tab, "history_best", "best")
    assert [line.best[0] for line in loss.chart.lines] == [49.0] * 4
    assert [line.best[0] for line in acc.chart.lines] == [49.0] * 4
    assert [line.best for line in gain.chart.lines] == [None] * 4
    assert "no direction known of gain: not marked" in tab.status()
    menu = tab.menu(["gain"])
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["As guessed from the name"]
    next(action for action in menu.actions() if action.text() == "Lower is better").trigger()
    qtbot.waitUntil(lambda: [line.best for line in gain.chart.lines] == [(0.0, -2.0)] * 4)
    assert "not marked" not in tab.status()
    assert DirectionFile().read() == {"gain": Direction.LOWER}


def test_that_several_metrics_are_drawn_on_one_canvas_and_apart_again(tab, qtbot):
    assert not tab.choosers.canvas.isEnabled()
    show(tab, qtbot, "loss", "acc")
    assert tab.choosers.canvas.isEnabled()
    QTest.mouseClick(tab.choosers.canvas, Qt.MouseButton.LeftButton)
    (canvas,) = tab.grid.plots
    assert [metric.name for metric in canvas.chart.metrics] == ["loss", "acc"]
    assert len(canvas.chart.lines) == 8
    assert "4 runs × 2 metrics" in tab.status()
    canvas.set_x_range(10, 30)
    choose(tab, "history_best", "best")
    assert canvas.x_range() == (10, 30)
    assert [line.best[0] for line in canvas.chart.lines] == [49.0] * 8
    choose(tab, "history_axes", "one")
    assert canvas.chart.axes == 1
    choose(tab, "history_axes", "two")
    assert canvas.chart.axes == 2
    assert not canvas.grab().isNull() and tab.drawing() is not None
    QTest.mouseClick(tab.choosers.canvas, Qt.MouseButton.LeftButton)
    assert [plot.chart.key for plot in tab.grid.plots] == ["loss", "acc"]


def test_that_a_canvas_grows_where_it_is_zoomed(tab, qtbot, path):
    show(tab, qtbot, "loss", "acc")
    tab.choosers.canvas.setChecked(True)
    (canvas,) = tab.grid.plots
    canvas._show_x(5, 20)
    change_store(path, ("DELETE FROM latest_metrics WHERE run_uuid = ? AND key = 'loss'", (RUNS[2],)))
    add_points(path, RUNS[2], {"loss": [(step, 0.5) for step in range(50, 60)]})
    qtbot.waitUntil(lambda: "410 points" in tab.status(), timeout=SOON_MS)
    assert canvas.x_range() == (5, 20)
    assert sum(line.points for line in canvas.chart.lines) == 410


def test_that_only_lines_with_new_points_are_made_anew(tab, qtbot, path):
    loss, acc = show(tab, qtbot, "loss", "acc")
    loss._show_x(5, 20)
    before = {line.ids: line for line in loss.chart.lines}
    change_store(path, ("DELETE FROM latest_metrics WHERE run_uuid = ? AND key = 'loss'", (RUNS[2],)))
    add_points(path, RUNS[2], {"loss": [(step, 0.5) for step in range(50, 60)]})
    qtbot.waitUntil(lambda: "410 points" in tab.status(), timeout=SOON_MS)
    anew = [line.ids[0] for line in loss.chart.lines if before[line.ids] is not line]
    assert anew == [RUNS[2]]
    assert loss.x_range() == acc.x_range() == (5, 20)


def test_that_a_run_deleted_while_it_is_shown_leaves_the_others(tab, qtbot, path):
    (loss,) = show(tab, qtbot, "loss")
    for table in ("metrics", "latest_metrics", "params", "tags"):
        change_store(path, f"DELETE FROM {table} WHERE run_uuid = '{RUNS[1]}'")
    change_store(path, f"DELETE FROM runs WHERE run_uuid = '{RUNS[1]}'")
    qtbot.waitUntil(lambda: len(loss.chart.lines) == 3, timeout=SOON_MS)
    assert RUNS[1] not in [line.ids[0] for line in loss.chart.lines]


@pytest.mark.parametrize("key", ["odd", "single"])
def test_that_histories_of_nan_alone_or_of_one_point_are_drawn_in_every_way(tab, qtbot, key):
    (plot,) = show(tab, qtbot, key)
    for name in ("history_log_x", "history_log_y"):
        check(tab, name)
        plot.grab()
    choose(tab, "history_best", "max")
    tab.choosers.slider.setValue(50)
    qtbot.waitUntil(lambda: plot.chart.look.smoothing == 0.5)
    tab.choosers.group.picked.emit(param("oven"))
    qtbot.waitUntil(lambda: plot.chart.is_grouped)
    plot.grab()


def test_that_a_view_keeps_how_histories_are_drawn(tab, qtbot):
    show(tab, qtbot, "loss", "acc")
    choose(tab, "history_x", "relative")
    check(tab, "history_log_y")
    tab.choosers.slider.setValue(60)
    tab.choosers.group.picked.emit(param("oven"))
    choose(tab, "history_best", "best")
    choose(tab, "history_axes", "own")
    tab.choosers.canvas.setChecked(True)
    qtbot.waitUntil(lambda: tab.grid.plots[0].chart.is_grouped and tab.choosers.look.smoothing == 0.6)
    kept = tab.settings()
    tab.restore({})
    assert tab.settings() == {}
    tab.restore(kept)
    assert tab.settings() == kept
    tab.restore({"x": 3, "best": [], "smoothing": "much", "metrics": "none", "group": 7, "band": None, "axes": 3})
    assert tab.settings() == {}


def test_that_the_tools_fit_a_small_window(tab, qtbot, window):
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024)
    panel = window.runs.plots
    bar = panel.findChild(QTabBar, "plot_tabs")
    for one in panel.tabs:
        panel.bring_forward(one)
        qtbot.waitUntil(lambda one=one: one.tools.isVisible() and bar.width() >= bar.sizeHint().width())
        right = one.tools.mapTo(panel, one.tools.rect().topRight()).x()
        assert right <= panel.width() and one.tools.width() >= one.tools.minimumSizeHint().width()
