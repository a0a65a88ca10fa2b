"""The run table's item model."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.columns import RUN_NAME, USER
from bakehouse.itemmodels.run_table import FAILED, WAITING, RunTableModel
from tests.unit.itemmodels.frames import LATE, LR, RMSE, SHOWN, frame

DOWN = Qt.SortOrder.DescendingOrder


@pytest.fixture
def table(qapp):
    model = RunTableModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_frame(frame(), SHOWN)
    yield model
    del tester


def texts(model: RunTableModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def place(model: RunTableModel, key) -> int:
    return model.columns.index(key)


def test_that_cells_show_names_numbers_and_times_with_even_decimals(table):
    assert texts(table, 0) == [f"run {i}" for i in range(6)]
    assert texts(table, place(table, RMSE)) == ["0.750", "0.625", "0.500", "0.375", "0.250", "0.125"]
    assert texts(table, place(table, LR)) == ["0.1", "0.05", "auto"] * 2
    assert table.index(1, 1).data() == "2001-09-09"


def test_that_sorting_moves_rows_and_persistent_indexes_with_them(table):
    mark = QPersistentModelIndex(table.index(0, 0))
    table.sort(place(table, RMSE))
    assert texts(table, 0) == [f"run {i}" for i in reversed(range(6))]
    assert mark.row() == 5 and table.run_id(mark.row()) == "r0"
    table.sort(place(table, RMSE), DOWN)
    assert texts(table, 0)[0] == "run 0"


def test_that_a_filter_hides_rows_and_keeps_the_order(table):
    table.sort(place(table, RMSE))
    table.show_mask(np.array([True, False, True, False, True, False]))
    assert texts(table, 0) == ["run 4", "run 2", "run 0"]
    assert table.place_of("r2") == 1 and table.place_of("r1") == -1
    table.show_mask(np.zeros(6, np.bool_))
    assert table.rowCount() == 0
    table.show_mask(None)
    assert table.rowCount() == 6


def test_that_a_column_on_its_way_says_so_only_when_told_and_then_shows_its_values(table):
    column = place(table, LATE)
    assert texts(table, column) == [""] * 6
    table.show_waiting(True)
    assert texts(table, column) == [WAITING] * 6
    changed = []
    table.dataChanged.connect(lambda first, last: changed.append((first.column(), last.column())))
    table.frame.put(LATE, NumberColumn(np.array([1], np.int32), np.array([np.nan]), 6))
    table.column_changed(LATE)
    assert changed == [(column, column)]
    assert texts(table, column) == ["–", "NaN", "–", "–", "–", "–"]


def test_that_a_column_that_failed_shows_it(table):
    table.frame.mark(LATE, ColumnState.FAILED, "The store is damaged.")
    table.column_changed(LATE)
    assert set(texts(table, place(table, LATE))) == {FAILED}


def test_that_sorting_by_a_column_not_loaded_takes_effect_when_it_arrives(table):
    table.sort(place(table, LATE), DOWN)
    assert texts(table, 0)[0] == "run 0"
    table.frame.put(LATE, NumberColumn(np.arange(6, dtype=np.int32), np.arange(6.0), 6))
    table.column_changed(LATE)
    assert texts(table, 0)[0] == "run 5"


def test_that_only_the_metric_sorted_by_has_bars(table):
    column = place(table, RMSE)
    assert table.bar_at(0, column) is None
    table.sort(column, DOWN)
    assert table.bar_at(0, column) == 1.0
    assert 0 < (table.bar_at(5, column) or 0) < 0.1
    assert table.bar_at(0, place(table, LR)) is None


def test_that_hostile_names_are_shown_as_escapes_and_cut(qapp):
    model = RunTableModel()
    model.show_frame(frame(3, ["a\u202eb\n", "x" * 8000, ""]), SHOWN)
    shown = texts(model, 0)
    assert shown[0] == "a\\u202eb\\n" and len(shown[1]) == 200 and shown[2] == "r2"
    assert model.full_text_at(1, 0) == "x" * 8000


def test_that_whole_numbers_kept_as_text_stay_as_written(qapp):
    model = RunTableModel()
    runs = frame(2)
    runs.put(LR, TextColumn.of_texts(["007", "10"]))
    model.show_frame(runs, [RUN_NAME, LR])
    assert texts(model, 1) == ["007", "10"]
    assert model.cell(1).is_right


def test_that_an_empty_frame_is_a_table_without_rows(qapp):
    model = RunTableModel()
    model.show_frame(frame(0), SHOWN)
    model.sort(1)
    assert model.rowCount() == 0


def test_that_the_texts_of_groups_follow_the_filter(qapp):
    model = RunTableModel()
    model.show_frame(frame(6), [RUN_NAME, USER])
    model.arrange_by(Arrangement(group_by=(LR,)))
    model.show_mask(np.arange(6) % 3 == 1)
    assert [model.text_at(row, 1) for row in range(model.rowCount()) if model.group_at(row) >= 0] == ["ann"]
    model.show_mask(None)
    assert [model.text_at(row, 1) for row in range(model.rowCount()) if model.group_at(row) >= 0] == ["ann"] * 3
