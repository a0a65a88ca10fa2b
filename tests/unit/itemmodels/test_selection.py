"""The one selection of runs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel

from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection, RunSelectionModel
from tests.unit.itemmodels.frames import RMSE, SHOWN, frame

Flag = QItemSelectionModel.SelectionFlag


@pytest.fixture
def parts(qapp):
    table, selection = RunTableModel(), RunSelection()
    table.show_frame(frame(1000), SHOWN)
    return table, selection, RunSelectionModel(table, selection)


def span(table: RunTableModel, first: int, last: int) -> QItemSelection:
    return QItemSelection(table.index(first, 0), table.index(last, 0))


def shadow(model: RunSelectionModel) -> list[tuple[int, int]]:
    ranges = model.selection()
    return sorted((ranges.at(i).top(), ranges.at(i).bottom()) for i in range(ranges.count()))


def test_that_selecting_rows_selects_their_runs(parts):
    table, selection, model = parts
    model.select(span(table, 2, 3), Flag.ClearAndSelect | Flag.Rows)
    assert selection.ids == ("r2", "r3")
    model.select(span(table, 7, 7), Flag.Toggle | Flag.Rows)
    model.select(span(table, 2, 2), Flag.Deselect | Flag.Rows)
    assert selection.ids == ("r3", "r7")
    assert shadow(model) == [(3, 3), (7, 7)]


def test_that_a_growing_selection_replaces_what_it_selected_before(parts):
    table, selection, model = parts
    model.select(span(table, 1, 1), Flag.ClearAndSelect | Flag.Rows)
    model.select(span(table, 5, 5), Flag.Toggle | Flag.Rows)
    model.select(span(table, 5, 9), Flag.Select | Flag.Current | Flag.Rows)
    model.select(span(table, 5, 6), Flag.Select | Flag.Current | Flag.Rows)
    assert selection.ids == ("r1", "r5", "r6")


def test_that_the_selection_survives_order_and_filter(parts):
    table, selection, model = parts
    model.select(span(table, 0, 1), Flag.ClearAndSelect | Flag.Rows)
    table.sort(SHOWN.index(RMSE))
    assert selection.ids == ("r0", "r1")
    assert shadow(model) == [(998, 999)]
    mask = np.ones(1000, np.bool_)
    mask[0] = False
    table.show_mask(mask)
    assert selection.ids == ("r0", "r1") and shadow(model) == [(998, 998)]
    table.show_mask(None)
    assert shadow(model) == [(998, 999)]


def test_that_a_scattered_selection_keeps_qt_to_the_rows_around_the_window(parts):
    table, selection, model = parts
    selection.set([f"r{i}" for i in range(0, 1000, 2)])
    assert model.mask.sum() == 500
    model.show_window(400, 420)
    assert len(shadow(model)) < 100 and model.isSelected(table.index(410, 0))
    assert not model.isSelected(table.index(411, 0))
    model.show_window(900, 920)
    assert model.isSelected(table.index(910, 0))
    assert selection.ids[-1] == "r998" and len(selection.ids) == 500


def test_that_everything_selected_is_one_range_before_and_after_sorting(parts):
    table, selection, model = parts
    model.select(span(table, 0, 999), Flag.ClearAndSelect | Flag.Rows)
    assert shadow(model) == [(0, 999)]
    table.sort(SHOWN.index(RMSE))
    assert shadow(model) == [(0, 999)] and len(selection.ids) == 1000


def test_that_a_click_makes_its_run_the_current_one_with_one_signal(parts):
    table, selection, model = parts
    told = []
    selection.changed.connect(lambda: told.append((selection.ids, selection.current)))
    model.setCurrentIndex(table.index(4, 0), Flag.ClearAndSelect | Flag.Rows)
    assert told == [(("r4",), "r4")]
    model.setCurrentIndex(table.index(6, 0), Flag.Select | Flag.Rows)
    assert told[1:] == [(("r4", "r6"), "r6")]


def test_that_runs_that_are_gone_leave_the_selection(parts):
    table, selection, model = parts
    selection.set(["r1", "r999"], "r999")
    table.show_frame(frame(10), SHOWN)
    model.adopt_frame()
    assert selection.ids == ("r1",) and selection.current == "r1"
    assert shadow(model) == [(1, 1)]


def test_that_toggling_adds_and_removes_a_run(qapp):
    selection = RunSelection()
    selection.toggle("a")
    selection.toggle("b")
    assert (selection.ids, selection.current) == (("a", "b"), "b")
    selection.toggle("b")
    assert (selection.ids, selection.current) == (("a",), "a")
