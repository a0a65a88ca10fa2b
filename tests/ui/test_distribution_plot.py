"""The distribution plot: bars and boxes over all runs, and runs chosen by them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from bakehouse.analysis.axes import AxisData, axis_data
from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import metric, param
from bakehouse.plots.distribution import DistributionPlot
from bakehouse.plots.distribution_runs import DistributionRuns
from bakehouse.theme import DARK, LIGHT


def numbers(values: list[float]) -> AxisData:
    return AxisData(metric("m"), "m", np.array(values), ~np.isnan(values))


def words(texts: list[str]) -> AxisData:
    return axis_data(param("p"), TextColumn.of_texts(texts))


def runs_of(values: AxisData, groups: AxisData | None = None, scale: ScaleKind | None = None) -> DistributionRuns:
    rows = np.arange(values.size, dtype=np.int32)
    return DistributionRuns.over((values, scale), groups, [f"run{row}" for row in rows], rows)


@pytest.fixture
def plot(qtbot: QtBot) -> DistributionPlot:
    plot = DistributionPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show()
    return plot


def test_that_groups_stand_by_size_and_runs_without_the_value_last(plot: DistributionPlot) -> None:
    runs = runs_of(numbers([1, 2, 3, 4, 5, 6]), words(["a", "b", "b", "", "b", ""]))
    assert runs.group_names == ("b", "a", "without it")
    assert runs.groups.tolist() == [1, 0, 0, 2, 0, 2]
    plot.set_runs(runs)
    assert plot.status() == "6 runs"


def test_that_a_click_on_a_bar_selects_its_runs(plot: DistributionPlot, qtbot: QtBot) -> None:
    plot.set_runs(runs_of(words(["a", "b", "b", ""])))
    area = plot._area()
    with qtbot.waitSignal(plot.runs_selected) as selected:
        at = QPoint(round(area.left() + plot._inside(0.0) * area.width()), round(area.bottom()) - 20)
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at)
    assert selected.args == [["run1", "run2"], False]
    assert plot.status() == "4 runs; 1 without p"


def test_that_a_click_on_a_box_adds_its_runs_with_shift(plot: DistributionPlot, qtbot: QtBot) -> None:
    plot.set_runs(runs_of(numbers([1, 2, 3, 4]), words(["a", "b", "b", "a"])))
    area = plot._area()
    at = QPoint(round(area.center().x()), round(area.top() + plot._row_height() * 1.5))
    with qtbot.waitSignal(plot.runs_selected) as selected:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, at)
    assert selected.args == [["run1", "run2"], True]


def test_that_groups_that_do_not_fit_are_counted(plot: DistributionPlot) -> None:
    plot.set_runs(runs_of(numbers([1.0] * 500), words([f"group {number}" for number in range(500)])))
    plot.grab()
    assert plot.status() == f"500 runs; {500 - plot._groups_shown()} smaller groups do not fit here"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_odd_values_are_drawn(plot: DistributionPlot, theme: object) -> None:
    plot.set_theme(theme)  # type: ignore[arg-type]
    for values in (
        numbers([np.nan, np.inf]),
        numbers([1e-300, 1e300]),
        numbers([0.0, -1.0]),
        words(["<i>x</i>"]),
        numbers([2]),
    ):
        for groups in (None, words(["\u202e"] * values.size), numbers([np.nan] * values.size)):
            for scale in ScaleKind:
                plot.set_runs(runs_of(values, groups, scale))
                plot.grab()
    plot.set_runs(None)
    plot.grab()
