"""The list of columns in the chooser."""

from __future__ import annotations

from PySide6.QtCore import Qt

from bakehouse.domain.columns import RUN_NAME, metric, param
from bakehouse.itemmodels.column_list import ColumnListModel

KEYS = [RUN_NAME, param("lr"), param("LR decay"), metric("rmse"), metric("auc")]


def shown(model: ColumnListModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


def listed() -> ColumnListModel:
    model = ColumnListModel()
    model.show(KEYS, [RUN_NAME, metric("rmse")], {metric("rmse"): 5})
    return model


def test_that_columns_stand_below_their_groups_with_counts():
    model = listed()
    assert shown(model) == ["Run  1", "Name", "Params  2", "lr", "LR decay", "Metrics  2", "auc", "rmse"]
    model.search("LR")
    assert shown(model) == ["Params  2", "lr", "LR decay"]
    model.search("metrics.r")
    assert shown(model) == ["Metrics  1 of 2", "rmse"]


def test_that_a_heading_turns_all_that_is_found_in_its_group():
    model = listed()
    metrics = model.index(5)
    assert model.group_state(metrics) == "some"
    model.toggle_group(metrics)
    assert metric("auc") in model.chosen and model.group_state(metrics) == "all"
    model.toggle_group(metrics)
    assert model.chosen == [RUN_NAME] and model.group_state(metrics) == "none"


def test_that_columns_that_are_alike_are_not_offered_and_stay_chosen():
    model = listed()
    model.leave_out(frozenset({metric("rmse"), param("lr")}))
    assert shown(model) == ["Run  1", "Name", "Params  1", "LR decay", "Metrics  1", "auc"]
    assert metric("rmse") in model.chosen
    model.leave_out(frozenset())
    assert "rmse" in shown(model)
    assert model.index(7).data(Qt.ItemDataRole.UserRole) == "5"
