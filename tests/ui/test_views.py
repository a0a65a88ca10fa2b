"""Saved views in the window: saved, chosen, changed, taken to other experiments, remembered, shared."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel

from bakehouse.analysis.order import SortKey
from bakehouse.analysis.scales import ScaleKind
from bakehouse.dialogs.line import LineDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.arrangement import Aggregate, Arrangement
from bakehouse.domain.column_look import Ground
from bakehouse.domain.columns import RUN_NAME, START_TIME, metric, param
from bakehouse.personal.view_format import View, ViewColumn, key_value
from bakehouse.personal.views import ViewShelf, export_view

RMSE, LR = metric("rmse"), param("learning_rate")

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def ready(window, runs: int = 200) -> bool:
    return len(window.runs.model.columns) > 3 and window.runs.model.frame.size == runs and not window.tasks.busy


@pytest.fixture
def page(window, qtbot):
    window.open_sample()
    qtbot.waitUntil(lambda: ready(window), timeout=20_000)
    return window.runs


def entry(page, text: str):
    return next(action for action in page.tools.view_menu.menu().actions() if action.text() == text)


def button(page) -> str:
    return page.filter_bar.view_button.text()


def save_as(page, qtbot, name: str) -> None:
    entry(page, "Save as…").trigger()
    dialog = page.window().findChild(LineDialog, "view_name_dialog")
    dialog.field.setText(name)
    dialog.button.click()
    assert button(page) == f"View: {name}"


def arrange(page) -> None:
    page.tools.columns.show([RUN_NAME, RMSE, START_TIME, LR])
    page.tools.columns.set_ground(LR, Ground.SHADING)
    page.tools.columns.set_decimals(RMSE, 2)
    page.tools.columns.freeze(2)
    page.table.horizontalHeader().resizeSection(3, 222)
    page.tools.columns.sort_by([SortKey(RMSE, False), SortKey(LR, True)])
    page.filter_bar.set_text("metrics.rmse < 6")


def test_that_a_change_is_marked_and_can_be_taken_back(page, qtbot):
    assert button(page) == "View: Default"
    assert not page.tools.views.is_changed
    before = list(page.model.columns)
    page.tools.columns.move(4, 2)
    qtbot.waitUntil(lambda: button(page) == "View: Default •")
    entry(page, "Reset to default").trigger()
    assert page.model.columns == before and button(page) == "View: Default"


def test_that_a_view_brings_back_all_that_it_was_saved_with(page, window, qtbot):
    arrange(page)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    save_as(page, qtbot, "Best uplift")
    qtbot.waitUntil(lambda: button(page) == "View: Best uplift")
    saved = page.tools.views.captured()
    entry(page, "Default").trigger()
    assert page.model.columns == page.tools.columns.defaults and page.filter_bar.text == ""
    assert page.model.looks == {} and page.table.chosen_widths == {}
    entry(page, "Best uplift").trigger()
    assert page.tools.views.captured() == saved
    assert page.model.columns == [RUN_NAME, RMSE, START_TIME, LR] and page.tools.columns.frozen == 2
    assert page.table.horizontalHeader().sectionSize(3) == 222
    assert page.model.sort_keys == (SortKey(RMSE, False), SortKey(LR, True))
    assert page.filter_bar.text == "metrics.rmse < 6"
    assert button(page) == "View: Best uplift"


def test_that_saving_again_renaming_and_deleting_act_on_the_shelf(page, window, qtbot):
    save_as(page, qtbot, "one")
    page.tools.columns.hide(1)
    qtbot.waitUntil(lambda: button(page) == "View: one •")
    entry(page, "Save").trigger()
    qtbot.waitUntil(lambda: len(ViewShelf().read().find("one").columns) == len(page.model.columns))
    entry(page, "Rename…").trigger()
    dialog = window.findChild(LineDialog, "view_name_dialog")
    assert dialog.field.text() == "one" and not dialog.button.isEnabled()
    dialog.field.setText("two")
    dialog.button.click()
    qtbot.waitUntil(lambda: button(page) == "View: two")
    assert [view.name for view in page.tools.views.shelf.views] == ["two"]
    entry(page, "Delete…").trigger()
    question = window.findChild(MessageDialog)
    assert "two" in question.windowTitle()
    next(b for b in question.findChildren(type(page.filter_bar.view_button)) if b.text() == "Delete").click()
    qtbot.waitUntil(lambda: button(page).startswith("View: Default"))
    qtbot.waitUntil(lambda: ViewShelf().read().views == ())


def test_that_a_view_in_another_experiment_shows_what_is_there_and_keeps_the_rest(page, window, qtbot):
    page.tools.columns.show([RUN_NAME, metric("revenue_uplift"), RMSE])
    qtbot.waitUntil(lambda: not window.tasks.busy)
    save_as(page, qtbot, "mine")
    other = next(one for one in page.sidebar.model.active if one.name == "customer_churn_v2")
    page.sidebar.select([other.experiment_id])
    qtbot.waitUntil(lambda: ready(window, other.active_runs), timeout=20_000)
    said: list[str] = []
    page.said.connect(said.append)
    page.tools.views.choose("mine")
    assert metric("revenue_uplift") not in page.model.columns and page.model.columns[0] == RUN_NAME
    assert any("not in these runs and kept for others" in sentence for sentence in said)
    assert not page.tools.views.is_changed
    page.tools.columns.freeze(0)
    page.tools.views.save()
    qtbot.waitUntil(lambda: ViewShelf().read().find("mine").frozen == 0)
    kept = [column.key for column in ViewShelf().read().find("mine").columns]
    assert kept[:2] == [RUN_NAME, metric("revenue_uplift")]
    qtbot.waitUntil(lambda: not window.tasks.busy)


def test_that_a_table_is_found_again_as_it_was_left(page, window, qtbot):
    path = page._session.store.path
    arrange(page)
    left = page.tools.views.captured()
    window.opener.close()
    qtbot.waitUntil(lambda: not window.tasks.busy)
    window.open_store(path)
    qtbot.waitUntil(lambda: ready(window) and page.model.columns == [RUN_NAME, RMSE, START_TIME, LR], timeout=20_000)
    again = page.tools.views.captured()
    assert (again.columns, again.sort, again.frozen) == (left.columns, left.sort, left.frozen)
    assert page.filter_bar.text == "" and button(page) == "View: Default •"


def test_that_new_tables_start_with_the_view_that_was_chosen_for_them(page, window, qtbot):
    page.tools.columns.show([RUN_NAME, RMSE])
    save_as(page, qtbot, "lean")
    entry(page, "Start new tables with it").trigger()
    qtbot.waitUntil(lambda: page.tools.views.shelf.default == "lean")
    other = next(one for one in page.sidebar.model.active if one.name == "house_price_prediction")
    page.sidebar.select([other.experiment_id])
    qtbot.waitUntil(lambda: page.model.frame.size == other.active_runs and not window.tasks.busy, timeout=20_000)
    shown = [key for key in (RUN_NAME, RMSE) if key == RUN_NAME or key in page.model.frame.states]
    assert page.model.columns == shown and button(page) == "View: lean"


def test_that_a_view_is_exported_and_imported_and_a_bad_file_is_said(page, window, qtbot, tmp_path):
    arrange(page)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    entry(page, "Export…").trigger()
    dialog = window.findChild(QFileDialog)
    file = tmp_path / "shared.bakehouse-view.json"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    qtbot.waitUntil(file.is_file)
    assert json.loads(file.read_text())["filter"] == "metrics.rmse < 6"
    page.tools.views.choose("")
    page.tools.view_menu._import(str(file))
    qtbot.waitUntil(lambda: button(page) == "View: shared")
    assert page.model.columns == [RUN_NAME, RMSE, START_TIME, LR]
    said: list[str] = []
    page.said.connect(said.append)
    page.tools.view_menu._import(str(page._session.store.path))
    qtbot.waitUntil(lambda: "This is the store that is open, not a view." in said)
    file.write_text("{}")
    page.tools.view_menu._import(str(file))
    qtbot.waitUntil(lambda: any("no view of Bakehouse" in sentence for sentence in said))


def test_that_a_stranger_s_name_is_shown_as_plain_text(page, window, qtbot, tmp_path):
    file = tmp_path / "x.json"
    export_view(View("<img src='file:///x'>\u202e & co", (ViewColumn(RUN_NAME),)), file)
    page.tools.view_menu._import(str(file))
    qtbot.waitUntil(lambda: page.tools.views.name.startswith("<img"))
    assert "\u202e" not in button(page) and "<img" in button(page)
    assert "<img" not in page.filter_bar.view_button.toolTip()
    assert all("\u202e" not in label.text() for label in window.findChildren(QLabel))


def test_that_axes_and_colour_of_the_plot_belong_to_the_view(page, window, qtbot):
    page.plots.restore(
        {
            "front": "Parallel coordinates",
            "tabs": {
                "Parallel coordinates": {
                    "axes": [{"group": "params", "name": "learning_rate"}, {"group": "metrics", "name": "rmse"}],
                    "colour": None,
                }
            },
        }
    )
    save_as(page, qtbot, "plotted")
    page.tools.views.choose("")
    page.plots.parallel.set_axes([LR, param("algorithm"), RMSE])
    page.tools.views.choose("plotted")
    assert page.plots.columns[:2] == [LR, RMSE]
    page.plots.restore({"front": 5, "tabs": [1]})
    page.plots.restore(None)
    qtbot.waitUntil(lambda: not window.tasks.busy)


def test_that_the_palette_offers_views(page, qtbot):
    save_as(page, qtbot, "from the palette")
    groups = {group.title: group for group in page.places()}
    (found,) = groups["Views"].entries
    page.tools.views.choose("")
    found.go()
    assert page.tools.views.name == "from the palette"


def test_that_a_view_keeps_groups_and_the_columns_of_every_plot(page, qtbot):
    page.tools.groups.arrange(Arrangement(False, (param("algorithm"),), Aggregate.MAXIMUM))
    scatter = page.plots.scatter
    page.plots.bring_forward(scatter)
    scatter.pick("x", param("n_trees"))
    scatter.scale("x", ScaleKind.PERCENTILE)
    page.tools.views.save("by algorithm")
    page.tools.views.choose("")
    page.tools.groups.arrange(Arrangement())
    scatter.pick("x", param("seed"))
    page.plots.bring_forward(page.plots.parallel)
    page.tools.views.choose("by algorithm")
    assert page.tools.groups.arrangement == Arrangement(False, (param("algorithm"),), Aggregate.MAXIMUM)
    assert (scatter.keys["x"], scatter.scales["x"]) == (param("n_trees"), ScaleKind.PERCENTILE)
    qtbot.waitUntil(lambda: scatter.plot.status().startswith("200 runs drawn"))


def test_that_the_settings_of_every_plot_go_out_with_a_view_and_come_back_elsewhere(page, window, qtbot, tmp_path):
    plots = page.plots
    settings = {
        "Parallel coordinates": {
            "axes": [key_value(LR), key_value(param("n_trees")), key_value(RMSE)],
            "colour": key_value(param("algorithm")),
            "scales": [{**key_value(LR), "scale": "log"}],
            "flipped": [key_value(RMSE)],
        },
        "History": {
            "x": "relative", "log_x": False, "log_y": True, "smoothing": 0.6, "best": "best", "band": "deviation",
            "canvas": True, "axes": "two", "metrics": ["rmse", "r2"], "group": key_value(param("algorithm")),
        },
        "Scatter": {
            "x": {"column": key_value(LR), "scale": "log"},
            "y": {"column": key_value(RMSE), "scale": "linear"},
            "colour": {"column": key_value(param("algorithm")), "scale": None},
            "size": {"column": key_value(param("n_trees")), "scale": None},
            "drag": "lasso",
        },
        "Distribution": {
            "values": {"column": key_value(RMSE), "scale": "percentile"},
            "groups": {"column": key_value(param("algorithm")), "scale": "category"},
        },
        "Compare": {"differences": False, "folded": ["tags"], "directions": False, "words": "r"},
    }  # fmt: skip
    plots.restore({"front": "Distribution", "tabs": settings})
    page.filter_bar.set_text("metrics.rmse < 6 and params.learning_rate < 0.1")
    qtbot.waitUntil(lambda: not window.tasks.busy)
    save_as(page, qtbot, "all plots")
    file = tmp_path / "all.bakehouse-view.json"
    page.tools.view_menu._export(str(file))
    qtbot.waitUntil(file.is_file)
    usual = {title: {} for title in settings}
    plots.restore({"front": "Scatter", "tabs": usual})
    page.filter_bar.set_text("")
    assert plots.settings()["tabs"]["History"] == {}
    there, here = (
        next(one for one in page.sidebar.model.active if one.name == name)
        for name in ("house_price_prediction", "price_optimization_2024")
    )
    show(page, window, qtbot, there)
    page.tools.view_menu._import(str(file))
    qtbot.waitUntil(lambda: "all plots" in page.tools.views.name)
    elsewhere = plots.settings()
    assert elsewhere["front"] == "Distribution"
    without_group = {name: value for name, value in settings["History"].items() if name != "group"}
    assert elsewhere["tabs"]["History"] == without_group, "these runs have no param of that name"
    assert elsewhere["tabs"]["Compare"] == settings["Compare"]
    assert elsewhere["tabs"]["Scatter"]["drag"] == "lasso"
    assert elsewhere["tabs"]["Scatter"]["y"]["column"] == key_value(metric("fold_rmse")), "what was shown stays"
    show(page, window, qtbot, here)
    page.tools.views.choose("all plots")
    assert plots.settings() == {"front": "Distribution", "tabs": settings}
    assert page.filter_bar.text == "metrics.rmse < 6 and params.learning_rate < 0.1"


def show(page, window, qtbot, experiment) -> None:
    page.sidebar.select([experiment.experiment_id])
    qtbot.waitUntil(lambda: page.model.frame.size == experiment.active_runs and not window.tasks.busy, timeout=20_000)
