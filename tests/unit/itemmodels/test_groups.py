"""Groups, nested runs and folding in the run table's item model."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.order import SortKey
from bakehouse.domain.arrangement import Aggregate, Arrangement
from bakehouse.domain.columns import DURATION, PARENT_RUN, RUN_NAME, param
from bakehouse.itemmodels.group_keys import VALUES_ROLE, GroupKeysModel, group_keys
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection, RunSelectionModel
from tests.unit.itemmodels.frames import LR, RMSE, SHOWN, frame

Flag = QItemSelectionModel.SelectionFlag
SAID = int(Qt.ItemDataRole.AccessibleTextRole)


@pytest.fixture
def table(qapp):
    """Six runs; r1 and r2 lie under r0, r4 under r3; lr is 0.1, 0.05, auto in turn."""
    model = RunTableModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    runs = frame()
    runs.put(PARENT_RUN, TextColumn.of_texts(["", "r0", "r0", "", "r3", ""], numeric=False))
    model.show_frame(runs, SHOWN)
    yield model
    del tester


def column(model: RunTableModel, key) -> list[str]:
    section = model.columns.index(key)
    return [model.index(row, section).data() for row in range(model.rowCount())]


def test_that_folding_a_row_removes_its_inside_and_unfolding_brings_it_back(table):
    table.arrange_by(Arrangement())
    assert column(table, RUN_NAME) == [f"run {i}" for i in range(6)]
    told = []
    table.rowsRemoved.connect(lambda _parent, first, last: told.append((first, last)))
    table.rowsInserted.connect(lambda _parent, first, last: told.append((first, last)))
    mark = QPersistentModelIndex(table.index(5, 0))
    table.set_open(0, False)
    assert column(table, RUN_NAME) == ["run 0", "run 3", "run 4", "run 5"] and mark.row() == 3
    assert table.folded_runs(0) == 2
    table.set_open(0, True)
    assert told == [(1, 2), (1, 2)] and mark.row() == 5


def test_that_the_accessible_text_says_level_and_state(table):
    table.arrange_by(Arrangement())
    table.set_open(0, False)
    assert table.index(0, 0).data(SAID) == "Name: run 0, level 1, collapsed"
    assert table.index(1, 0).data(SAID) == "Name: run 3, level 1, expanded"
    assert table.index(2, 0).data(SAID) == "Name: run 4, level 2"
    assert table.index(2, 1).data(SAID).startswith("Started: ")


def test_that_a_group_shows_value_count_and_aggregates(table):
    table.arrange_by(Arrangement(nested=False, group_by=(LR,)))
    assert column(table, RUN_NAME) == ["lr 0.05 (2 runs)", "lr 0.1 (2 runs)", "lr auto (2 runs)"]
    assert column(table, RMSE) == ["0.438", "0.562", "0.312"]
    table.arrange_by(Arrangement(nested=False, group_by=(LR,), aggregate=Aggregate.MAXIMUM))
    assert column(table, RMSE) == ["0.625", "0.750", "0.500"]
    table.arrange_by(Arrangement(nested=False, group_by=(LR,), aggregate=Aggregate.COUNT))
    assert column(table, RMSE) == ["2", "2", "2"] and column(table, DURATION) == ["2", "2", "2"]
    assert column(table, LR) == ["0.05", "0.1", "auto"]


def test_that_a_tooltip_has_every_figure_and_counts_what_is_left_out(table):
    table.frame.put(RMSE, NumberColumn(np.array([0, 1], np.int32), np.array([np.nan, 2.0]), 6))
    table.column_changed(RMSE)
    table.frame.put(LR, TextColumn.of_texts(["a"] * 6))
    table.arrange_by(Arrangement(nested=False, group_by=(LR,)))
    said = table.groups.tooltip(0, table.cell(table.columns.index(RMSE)))
    assert said.splitlines() == [
        "6 runs in this group", "mean 2", "minimum 2", "median 2", "maximum 2", "4 runs without a value",
        "1 run with NaN or an infinite value, left out",
    ]  # fmt: skip


def test_that_runs_without_the_value_are_a_group_of_their_own(table):
    table.frame.put(LR, TextColumn.of_texts(["", "1", "", "1", "", ""]))
    table.column_changed(LR)
    table.arrange_by(Arrangement(nested=False, group_by=(LR,)))
    assert column(table, RUN_NAME) == ["lr 1 (2 runs)", "no lr (4 runs)"]


def test_that_groups_wait_for_their_column_and_appear_when_it_arrives(table):
    late = param("late")
    table.arrange_by(Arrangement(nested=False, group_by=(late,)))
    assert table.rowCount() == 6 and table.arranged.waiting(table.frame) == [late]
    table.frame.put(late, TextColumn.of_texts(["x", "y"] * 3))
    table.column_changed(late)
    assert column(table, RUN_NAME) == ["late x (3 runs)", "late y (3 runs)"]


def test_that_sorting_orders_groups_and_keeps_persistent_indexes_on_them(table):
    table.arrange_by(Arrangement(nested=False, group_by=(LR,)))
    table.set_open(0, True)
    group, run = QPersistentModelIndex(table.index(0, 0)), QPersistentModelIndex(table.index(1, 0))
    table.sort_by([SortKey(RMSE)])
    assert column(table, RMSE) == ["0.312", "0.438", "0.250", "0.625", "0.562"]
    assert (group.row(), table.run_id(run.row())) == (1, "r1")
    table.sort_by([SortKey(RUN_NAME, True)])
    groups = [text for text in column(table, RUN_NAME) if text.startswith("lr")]
    assert groups == ["lr 0.1 (2 runs)", "lr 0.05 (2 runs)", "lr auto (2 runs)"]  # texts follow numbers both ways


def test_that_a_bar_stands_for_the_mean_but_not_for_a_deviation(table):
    table.arrange_by(Arrangement(nested=False, group_by=(LR,)))
    table.sort_by([SortKey(RMSE)])
    section = table.columns.index(RMSE)
    assert 0 < (table.bar_at(0, section) or 0) < (table.bar_at(2, section) or 0) < 1
    table.arrange_by(Arrangement(nested=False, group_by=(LR,), aggregate=Aggregate.DEVIATION))
    assert table.bar_at(0, section) is None


def test_that_selecting_a_group_selects_its_runs_and_toggling_turns_them_together(table):
    selection = RunSelection()
    model = RunSelectionModel(table, selection)
    table.arrange_by(Arrangement(nested=False, group_by=(LR,)))
    model.setCurrentIndex(table.index(1, 0), Flag.ClearAndSelect | Flag.Rows)
    assert set(selection.ids) == {"r0", "r3"} and model.isSelected(table.index(1, 0))
    table.set_open(1, True)
    model.select(QItemSelection(table.index(2, 0), table.index(2, 0)), Flag.Toggle | Flag.Rows)
    assert selection.ids == ("r3",) and not model.isSelected(table.index(1, 0))
    model.select(QItemSelection(table.index(1, 0), table.index(1, 0)), Flag.Toggle | Flag.Rows)
    assert set(selection.ids) == {"r0", "r3"}
    model.select(QItemSelection(table.index(1, 0), table.index(1, 0)), Flag.Toggle | Flag.Rows)
    assert selection.ids == ()


def test_that_a_selection_survives_folding(table):
    selection = RunSelection()
    model = RunSelectionModel(table, selection)
    table.arrange_by(Arrangement())
    selection.set(["r1", "r5"], "r1")
    table.set_all_open(False)
    assert column(table, RUN_NAME) == ["run 0", "run 3", "run 5"] and selection.ids == ("r1", "r5")
    assert not model.isSelected(table.index(0, 0)) and model.isSelected(table.index(2, 0))
    table.uncover("r1")
    assert column(table, RUN_NAME) == ["run 0", "run 1", "run 2", "run 3", "run 5"]
    assert model.isSelected(table.index(1, 0))


def test_that_stars_follow_runs_into_another_frame(table):
    table.show_stars(frozenset({"r1", "r9"}))
    assert np.flatnonzero(table.starred).tolist() == [1]
    table.show_frame(frame(10), SHOWN)
    assert np.flatnonzero(table.starred).tolist() == [1, 9]


def test_that_keys_to_group_by_are_found_without_regard_to_case_and_say_their_values(table):
    keys = GroupKeysModel()
    tester = QAbstractItemModelTester(keys, QAbstractItemModelTester.FailureReportingMode.Fatal)
    keys.show(table.frame, group_keys(table.frame), [])
    texts = [keys.index(row).data() for row in range(keys.rowCount())]
    assert texts[0] == "lr" and "Status" in texts and "rmse" not in texts
    keys.search("L")
    assert keys.index(0).data() == "lr" and keys.index(0).data(VALUES_ROLE) == "param · 3 values"
    keys.show(table.frame, group_keys(table.frame), [LR])
    assert keys.key_at(keys.index(0)) != LR
    del tester
