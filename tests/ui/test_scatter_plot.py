"""The scatter plot: every run has a place, and runs can be chosen by click, box and lasso."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from bakehouse.analysis.axes import AxisData, axis_data
from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import metric, param
from bakehouse.plots.scatter import ScatterPlot
from bakehouse.plots.scatter_layout import View
from bakehouse.plots.scatter_points import MOST_DOTS
from bakehouse.plots.scatter_runs import ScatterRuns
from bakehouse.theme import DARK, LIGHT, RunColors


def numbers(name: str, values: list[float], present: list[bool] | None = None) -> AxisData:
    known = np.ones(len(values), np.bool_) if present is None else np.array(present)
    return AxisData(metric(name), name, np.array(values, np.float64), known)


def runs_of(
    x: AxisData,
    y: AxisData,
    colour: AxisData | None = None,
    size: AxisData | None = None,
    scale: ScaleKind | None = None,
) -> ScatterRuns:
    count = x.size
    ids = [f"run{place}" for place in range(count)]
    return ScatterRuns.over((x, scale), (y, None), colour, size, ids, [""] * count, np.arange(count, dtype=np.int32))


@pytest.fixture
def plot(qtbot: QtBot) -> ScatterPlot:
    plot = ScatterPlot(LIGHT, RunColors())
    qtbot.addWidget(plot)
    plot.resize(800, 500)
    plot.show()
    return plot


def place(plot: ScatterPlot, number: int) -> QPoint:
    x, y, seen = plot._where()
    assert seen[number]
    return QPoint(round(float(x[number])), round(float(y[number])))


NOTHING = np.empty(0, np.int32)
CORNERS = runs_of(numbers("x", [0.0, 1.0, 0.0, 1.0, 0.5]), numbers("y", [0.0, 0.0, 1.0, 1.0, 0.5]))


def test_that_a_click_selects_the_run_under_it(plot: ScatterPlot, qtbot: QtBot) -> None:
    plot.set_runs(CORNERS, NOTHING)
    with qtbot.waitSignal(plot.run_clicked) as clicked:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place(plot, 3))
    assert clicked.args == ["run3", False]
    with qtbot.waitSignal(plot.run_clicked) as clicked:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place(plot, 4))
    assert clicked.args == ["run4", True]


@pytest.mark.parametrize("mode", ["box", "lasso"])
def test_that_a_drag_selects_the_runs_inside(plot: ScatterPlot, qtbot: QtBot, mode: str) -> None:
    plot.set_runs(CORNERS, NOTHING)
    plot.drag_mode = mode  # type: ignore[assignment]
    first, second, middle = place(plot, 2), place(plot, 1), place(plot, 4)
    path = [first + QPoint(200, -20), middle + QPoint(-20, -60), middle + QPoint(-20, 60), second + QPoint(20, 20)]
    path.append(QPoint(second.x() + 20, first.y() - 20))
    if mode == "box":
        path = [path[0], QPoint(second.x() + 20, second.y() + 20)]
    with qtbot.waitSignal(plot.runs_selected) as selected:
        qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=path[0])
        for point in path[1:]:
            qtbot.mouseMove(plot, point)
        qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=path[-1])
    assert selected.args is not None
    assert set(selected.args[0]) == {"run1", "run3", "run4"} and selected.args[1] is False


def test_that_runs_without_a_value_or_with_an_odd_one_stand_on_lanes_and_are_said(plot: ScatterPlot) -> None:
    x = numbers("lr", [0.1, 0.0, -1.0, np.nan, 1.0], [True, True, True, False, True])
    y = numbers("loss", [1.0, 2.0, 3.0, 4.0, np.inf])
    plot.set_runs(runs_of(x, y, scale=ScaleKind.LOG), NOTHING)
    assert plot._where()[2].all()
    assert plot.status() == "5 runs drawn; 1 without lr; 2 with lr ≤ 0; 1 NaN or infinite in loss"
    layout = plot.layout_shown()
    across, up, _ = plot._where()
    assert (across[1:4] < layout.left).all() and up[4] > layout.bottom


def test_that_one_run_stays_visible_among_a_crowd(plot: ScatterPlot) -> None:
    count = MOST_DOTS * 4
    values = np.full(count, 0.0)
    values[-1] = 1.0
    data = AxisData(metric("x"), "x", values, np.ones(count, np.bool_))
    plot.set_runs(runs_of(data, data), NOTHING)
    image = plot.grab().toImage()
    point = place(plot, count - 1)
    ratio = image.devicePixelRatio()
    colour = image.pixelColor(round(point.x() * ratio), round(point.y() * ratio))
    panel = QColor(LIGHT.panel)
    assert sum(abs(a - b) for a, b in zip(colour.getRgb()[:3], panel.getRgb()[:3], strict=True)) > 60  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_odd_data_is_drawn(plot: ScatterPlot, theme: object) -> None:
    plot.set_theme(theme)  # type: ignore[arg-type]
    many = [f"category {number}" for number in range(10_000)]
    words = axis_data(param("<b>p</b>\u202e"), TextColumn.of_texts(many))
    wide = numbers("wide", [1e-300, 1e300] * 5_000)
    missing = numbers("none", [np.nan] * 10_000, [False] * 10_000)
    one = numbers("one", [3.0] * 10_000)
    for x, y, colour, size in ((words, wide, words, wide), (one, one, missing, missing), (missing, words, None, one)):
        for scale in ScaleKind:
            plot.set_runs(runs_of(x, y, colour, size, scale), NOTHING)
            plot.grab()
    single = runs_of(numbers("x", [1.0]), numbers("y", [np.nan]))
    plot.set_runs(single, np.array([0], np.int32))
    plot.grab()
    plot.set_runs(None, NOTHING)
    plot.grab()


def test_that_zooming_counts_what_is_in_sight_and_home_shows_all(plot: ScatterPlot, qtbot: QtBot) -> None:
    plot.set_runs(CORNERS, NOTHING)
    plot.set_view(View(-0.02, 0.4, -0.02, 0.4))
    assert plot.status() == "1 of 5 runs in sight"
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.status() == "5 runs drawn"


def test_that_keys_move_and_zoom_without_leaving_what_there_is(plot: ScatterPlot, qtbot: QtBot) -> None:
    plot.set_runs(CORNERS, NOTHING)
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Minus, Qt.Key.Key_Minus):
        qtbot.keyClick(plot, key)
    assert plot.view() == View()
