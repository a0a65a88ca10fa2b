"""Parallel coordinates in the real window: axes, scales, colour, links to table and filter, views."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from bakehouse.analysis.brushes import Brush
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import DURATION, EXPERIMENT, STATUS, metric, param

LR, ALGORITHM, RMSE = param("learning_rate"), param("algorithm"), metric("rmse")

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(window, qtbot):
    window.resize(1500, 950)
    window.open_sample()
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 200 and not window.tasks.busy, timeout=20_000)
    qtbot.waitUntil(lambda: LR in keys(page) and page.plots.parallel.plot.is_settled, timeout=10_000)
    return page


def keys(page):
    return [choice.data.key for choice in page.plots.parallel.plot.runs.choices]


def choose(page, index: int, name: str) -> None:
    """Trigger an entry of an axis's menu."""
    menu = page.plots.parallel.axis_menu(index)
    action = next(action for action in menu.actions() if action.objectName() == name)
    assert action.isEnabled()
    action.trigger()
    menu.close()


def test_that_the_plot_starts_with_params_that_differ_and_the_best_metric_last(page):
    assert [key.kind for key in keys(page)] == sorted(key.kind for key in keys(page))
    assert keys(page)[-1] == RMSE
    assert page.plots.parallel.plan.colour == RMSE


def test_that_the_menu_of_an_axis_scales_flips_moves_colours_and_removes(page, qtbot):
    tab, before = page.plots.parallel, keys(page)
    place = before.index(LR)
    choose(page, place, "axis_scale_log")
    qtbot.waitUntil(lambda: tab.plot.runs.axes[place].kind is ScaleKind.LOG)
    choose(page, place, "axis_flip")
    qtbot.waitUntil(lambda: tab.plot.runs.axes[place].is_flipped)
    choose(page, place, "axis_right")
    qtbot.waitUntil(lambda: keys(page).index(LR) == place + 1)
    assert tab.plot.runs.axes[place + 1].kind is ScaleKind.LOG
    assert tab.plot.runs.axes[place + 1].is_flipped
    choose(page, before.index(ALGORITHM) - (before.index(ALGORITHM) == place + 1), "axis_colour")
    qtbot.waitUntil(lambda: tab.plot.runs.colour is not None and tab.plot.runs.colour.data.key == ALGORITHM)
    assert {text for _, text in tab.plot._layers.legend.entries} >= {"gradient_boosting", "random_forest"}
    choose(page, keys(page).index(LR), "axis_remove")
    qtbot.waitUntil(lambda: LR not in keys(page))
    assert "Axes 6" in tab._axes_button.text()


def test_that_texts_have_only_the_scale_of_categories(page):
    menu = page.plots.parallel.axis_menu(keys(page).index(ALGORITHM))
    enabled = {action.objectName(): action.isEnabled() for action in menu.actions()}
    assert not enabled["axis_scale_log"]
    assert enabled["axis_scale_category"]
    menu.close()


def test_that_a_title_is_dragged_by_the_mouse(page, qtbot):
    plot, before = page.plots.parallel.plot, keys(page)
    x = plot._layout.axis_x
    start, end = QPoint(round(x[0]), 20), QPoint(round(x[2]) + 30, 20)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(plot, start + QPoint(30, 0))
    QTest.mouseMove(plot, end)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    qtbot.waitUntil(lambda: keys(page) == [*before[1:3], before[0], *before[3:]])


def test_that_removing_an_axis_leaves_its_term_in_force(page, qtbot):
    plot = page.plots.parallel.plot
    plot.set_brushes({LR: Brush.between(None, 0.05)})
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    found = len(page.model.visible_runs())
    choose(page, keys(page).index(LR), "axis_remove")
    qtbot.waitUntil(lambda: LR not in keys(page))
    qtbot.waitUntil(lambda: len(plot.runs.rows) == found)
    assert page.filter_bar.text == "params.learning_rate <= 0.05"
    assert plot.brushes() == {}


def test_that_duration_is_brushed_like_any_other_column_and_the_experiment_is_refused(page, qtbot):
    tab = page.plots.parallel
    tab._axes_chosen([DURATION, STATUS, EXPERIMENT, RMSE])
    qtbot.waitUntil(lambda: DURATION in keys(page))
    tab.plot.set_brushes({DURATION: Brush.between(None, 30_000.0)})
    assert page.filter_bar.text == "duration <= 30000"
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    durations = page.model.frame.column(DURATION)
    assert all(durations.value(int(run)) <= 30_000 for run in page.model.visible_runs())
    with qtbot.waitSignal(page.said) as said:
        tab.plot.set_brushes({EXPERIMENT: Brush(categories=frozenset({"x"}))})
    assert "filter" in said.args[0]
    assert set(tab.plot.brushes()) == {DURATION}


def test_that_hovering_is_linked_between_table_and_plots(page, qtbot):
    plot, table = page.plots.parallel.plot, page.table
    run_id = page.model.run_id(3)
    row = page.model.frame.row_of[run_id]
    place = table.visualRect(page.model.index(3, 0)).center()
    QTest.mouseMove(table.viewport(), place)
    assert plot._hovered_elsewhere == row
    plot.run_hovered.emit(page.model.run_id(5))
    assert table._hovered_elsewhere == 5
    plot.run_hovered.emit("")
    assert table._hovered_elsewhere == -1
    page.plots.bring_forward(page.plots.scatter)
    qtbot.waitUntil(lambda: page.plots.scatter.plot._runs is not None)
    QTest.mouseMove(table.viewport(), place - QPoint(0, 27))
    assert page.plots.scatter.plot._hovered_elsewhere == page.model.frame.row_of[page.model.run_id(2)]


def test_that_axes_scales_flips_and_colour_are_kept_in_views_and_through_a_refresh(page, qtbot):
    tab = page.plots.parallel
    tab._axes_chosen([RMSE, LR, ALGORITHM])
    tab._act("flip", keys(page).index(LR))
    qtbot.waitUntil(lambda: len(keys(page)) == 3)
    tab._scale(keys(page).index(LR), ScaleKind.PERCENTILE)
    tab._colour_by(ALGORITHM)
    kept, plan = tab.settings(), tab.plan
    page.refresh(None)
    qtbot.waitUntil(lambda: not page.live.is_reading and not page.window().tasks.busy, timeout=20_000)
    assert tab.plan == plan
    tab._axes_chosen([RMSE])
    tab._colour_by(None)
    tab.restore(kept)
    assert tab.plan == plan
    qtbot.waitUntil(lambda: tab.plot.runs.colour is not None and len(keys(page)) == 3)
    axis = tab.plot.runs.axes[keys(page).index(LR)]
    assert axis.kind is ScaleKind.PERCENTILE
    assert axis.is_flipped
    tab.restore({"axes": 7, "scales": [{"group": 1}], "flipped": "x", "colour": {"name": []}})
    assert tab.plan.axes == plan.axes


def test_that_a_run_deleted_while_shown_leaves_plot_and_filter_whole(page, qtbot):
    plot = page.plots.parallel.plot
    plot.set_brushes({LR: Brush.between(None, 0.05)})
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    gone = int(page.model.visible_runs()[0])
    frame = page.model.frame
    keep = [row for row in range(frame.size) if row != gone]
    smaller = RunFrame([frame.run_ids[row] for row in keep], [frame.names[row] for row in keep])
    smaller.know(frame.states)
    page.visible.adopt(smaller, "", None)
    page.plots.show_frame(smaller, keep=True)
    page.tell_plots()
    plot.grab()
    assert page.filter_bar.text == "params.learning_rate <= 0.05"
