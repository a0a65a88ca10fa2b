"""Nesting, groups and stars on the runs page, driven as a person would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPushButton, QToolButton

from bakehouse.analysis.order import SortKey
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.columns import RUN_NAME, metric, param, tag
from bakehouse.personal.stars import StarFile
from bakehouse.places import data_directory
from bakehouse.widgets.name_cells import Part, part_at
from tests.stores import add_experiment, add_run, new_store

PARENT = "mlflow.parentRunId"


@pytest.fixture
def page(window, qtbot):
    window.resize(1500, 950)
    window.open_sample()
    page = window.runs
    qtbot.waitUntil(lambda: len(page.model.rows) == 200 and ready(window), timeout=30_000)
    return page


def ready(window) -> bool:
    return window.runs.loader.columns_left == 0 and not window.tasks.busy


def open_runs(window, qtbot, path: Path, runs: dict[str, str | None], **about):
    """The page over a store of runs with the ids of their parents."""
    new_store(path)
    for number, (run_id, parent) in enumerate(runs.items()):
        tags = {PARENT: parent} if parent else {}
        add_run(path, run_id, name=f"name-{run_id}", start=1_700_000_000_000 - number, tags=tags, **about)
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: len(page.model.visible_runs()) == len(runs) and ready(window), timeout=20_000)
    return page


def ids(page) -> list[str]:
    return [page.model.run_id(row) for row in range(page.model.rowCount())]


def click(page, qtbot, row: int, part: Part, **more) -> None:
    table, section = page.table, page.model.tree_section
    table.scrollTo(page.model.index(row, section))
    header = table.horizontalHeader()
    left, width = table.left_of(section), header.sectionSize(section)
    x = next(x for x in range(width) if part_at(page.model, row, x, width) is part) + 3
    where = QPoint(left + x, table.visualRect(page.model.index(row, section)).center().y())
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where, **more)


def parent_row(page) -> int:
    return next(row for row in range(page.model.rowCount()) if page.model.is_foldable(row))


def test_that_the_sweep_of_the_sample_is_nested_at_first_and_folds_by_click_and_key(page, qtbot):
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    row = parent_row(page)
    inside = page.table._table.shown_inside(row)
    chosen = page.selection.ids
    assert inside == 12 and page.tools.groups.button.text() == "Nested"
    click(page, qtbot, row, Part.ARROW)
    assert page.model.rowCount() == 188 and page.summary().startswith("200 runs, 12 folded away")
    assert page.selection.ids == chosen
    page.table.setFocus()
    page.table._make_current(row)
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    assert page.model.rowCount() == 200
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    assert page.table.currentIndex().row() == row + 1
    qtbot.keyClick(page.table, Qt.Key.Key_Left)
    assert page.table.currentIndex().row() == row
    qtbot.keyClick(page.table, Qt.Key.Key_Left)
    assert page.model.rowCount() == 188
    qtbot.keyClick(page.table, Qt.Key.Key_Asterisk)
    assert page.model.rowCount() == 200
    assert tester is not None


def test_that_what_is_folded_stays_so_through_sort_filter_and_refresh(page, window, qtbot):
    row = parent_row(page)
    parent = page.model.run_id(row)
    page.table.set_open(row, False)
    page.model.sort_by([SortKey(metric("rmse"))])
    assert page.model.folded_runs(page.model.place_of(parent)) == 12
    page.filter_bar.set_text("params.algorithm = 'gradient_boosting'")
    qtbot.waitUntil(lambda: page.model.rowCount() < 150 and not window.tasks.busy)
    assert page.model.folded_runs(page.model.place_of(parent)) == 12
    frame = page.model.frame
    page.refresh(None)
    qtbot.waitUntil(lambda: page.model.frame is not frame and not window.tasks.busy)
    assert page.model.folded_runs(page.model.place_of(parent)) == 12


def test_that_the_parent_of_a_match_stays_and_is_counted_apart(page, window, qtbot):
    page.filter_bar.set_text("attributes.run_name LIKE 'sweep-lr0.12%'")
    qtbot.waitUntil(lambda: page.model.rowCount() < 10 and not window.tasks.busy)
    assert page.model.rowCount() == 4 and page.summary().startswith("3 of 200 runs, 1 parent kept")
    assert page.model.arranged.kept[page.model.rows].tolist() == [True, False, False, False]
    page.selecting.select_all()
    assert len(page.selection.ids) == 3 and page.model.run_id(0) not in page.selection.ids


def test_that_nesting_can_be_switched_off_and_stays_off(page, qtbot):
    qtbot.mouseClick(page.tools.groups.button, Qt.MouseButton.LeftButton)
    box = page.tools.groups.chooser.findChild(QCheckBox, "nest_runs")
    qtbot.waitUntil(box.isVisible)
    box.click()
    assert not page.model.arranged.nested and page.tools.groups.button.text() == "Group"
    assert page.tools.groups._settings.flag("nest_runs", True) is False
    page.tools.groups.chooser.close()


def test_that_groups_are_chosen_by_search_shown_with_figures_and_taken_back(page, window, qtbot):
    qtbot.mouseClick(page.tools.groups.button, Qt.MouseButton.LeftButton)
    chooser = page.tools.groups.chooser
    search = chooser.findChild(QLineEdit, "group_search")
    qtbot.keyClicks(search, "algo")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    sizes = {page.model.text_at(row, 0).split(" (")[0]: page.model.groups.size(row) for row in range(3)}
    assert set(sizes) == {f"algorithm {name}" for name in ("gradient_boosting", "linear", "random_forest")}
    assert page.model.rowCount() == 3 and sum(sizes.values()) == 200
    assert page.tools.groups.button.text() == "By algorithm"
    assert page.summary().startswith("200 runs in 3 groups, 200 folded away")
    qtbot.keyClicks(search, "features")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert page.tools.groups.arrangement.group_by == (param("algorithm"), param("features"))
    how = chooser.findChild(QComboBox, "group_aggregate")
    how.setCurrentIndex(how.findText("Minimum"))
    how.activated.emit(how.currentIndex())
    section = page.model.columns.index(metric("rmse"))
    column = page.model.frame.column(metric("rmse"))
    runs = page.model.arranged.runs_of_rows(0, 0)
    values = column.numbers()[runs]
    assert page.model.text_at(0, section) == f"{values[np.isfinite(values)].min():.3f}"
    page.tools.groups.expand_all()
    assert page.model.rowCount() == 200 + page.model.arranged.grouping.count
    page.tools.groups.fold_all()
    assert page.model.rowCount() == 3
    next(b for b in chooser.findChildren(QPushButton) if b.text() == "No groups").click()
    assert page.model.arranged.grouping is None and page.model.rowCount() == 188
    page.tools.groups.expand_all()
    assert page.model.rowCount() == 200
    chooser.close()


def test_that_a_group_row_selects_and_copies_its_runs(page, window, qtbot):
    page.tools.groups.arrange(Arrangement(group_by=(param("algorithm"),)))
    click(page, qtbot, 1, Part.NAME)
    runs = page.model.arranged.runs_of_rows(1, 1)
    assert set(page.selection.ids) == {page.model.frame.run_ids[run] for run in runs.tolist()}
    page.handlers()["runs.copy"]()
    qtbot.waitUntil(lambda: not window.tasks.busy)
    assert len(QApplication.clipboard().text().splitlines()) == 1 + len(runs)
    assert page.table._tooltip(1, page.model.columns.index(metric("rmse"))).startswith(f"{len(runs)} runs in")


def test_that_a_run_shown_from_elsewhere_is_unfolded(page, qtbot):
    page.tools.groups.arrange(Arrangement(group_by=(param("algorithm"),)))
    run_id = page.model.frame.run_ids[7]
    page.reveal(run_id)
    qtbot.waitUntil(lambda: page.model.place_of(run_id) >= 0)
    assert page.selection.ids == (run_id,) and page.table.currentIndex().row() == page.model.place_of(run_id)


def test_that_parents_in_a_circle_lose_no_run(window, qtbot, tmp_path):
    runs = {"a": "a", "b": "c", "c": "b", "d": "c", "e": "nowhere", "f": None, "g": "f"}
    page = open_runs(window, qtbot, tmp_path / "circles.db", runs)
    assert sorted(ids(page)) == list("abcdefg")
    depth = {page.model.run_id(row): page.model.depth(row) for row in range(7)}
    assert depth == {"a": 0, "b": 0, "c": 0, "d": 1, "e": 0, "f": 0, "g": 1}
    page.model.set_all_open(False)
    assert sorted(ids(page)) == list("abcef")


def test_that_a_parent_in_another_experiment_leaves_its_children_at_the_top(window, qtbot, tmp_path):
    path = tmp_path / "two.db"
    new_store(path)
    add_experiment(path, 1, "other")
    add_run(path, "above", experiment_id=1)
    add_run(path, "one", tags={PARENT: "above"})
    add_run(path, "two")
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 2 and ready(window), timeout=20_000)
    assert not page.model.arranged.nested and page.tools.groups.button.text() == "Group"
    page.sidebar.select([0, 1])
    qtbot.waitUntil(lambda: page.model.rowCount() == 3 and ready(window), timeout=20_000)
    assert page.model.arranged.nested


def test_that_hostile_group_values_are_shown_as_escapes(window, qtbot, tmp_path):
    page = open_runs(window, qtbot, tmp_path / "h.db", {"a": None}, params={"<b>k</b>": "x\u202e<img src=1>\n"})
    page.tools.groups.arrange(Arrangement(group_by=(param("<b>k</b>"),)))
    assert page.model.text_at(0, 0) == "<b>k</b> x\\u202e<img src=1>\\n (1 run)"
    page.tools.groups.choose()
    page.tools.groups.chooser.close()


def test_that_a_click_on_the_star_keeps_the_selection_and_survives_the_window(page, window, qtbot):
    chosen, run_id = page.selection.ids, page.model.run_id(3)
    click(page, qtbot, 3, Part.STAR)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    assert page.selection.ids == chosen and "1 starred" in page.summary()
    (file,) = (data_directory() / "stars").glob("*.json")
    assert StarFile(file.stem, Path("elsewhere")).read() == {run_id}
    click(page, qtbot, 3, Part.STAR)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    assert StarFile(file.stem, Path("elsewhere")).read() == frozenset()


def test_that_a_key_stars_what_is_selected_and_the_switch_shows_only_that(page, window, qtbot):
    page.selection.set([page.model.run_id(row) for row in (2, 5)])
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    assert "2 starred" in page.summary()
    switch = window.findChild(QToolButton, "only_starred")
    switch.click()
    assert len(page.model.visible_runs()) == 2 and page.plots.parallel.plot is not None
    assert page.summary().startswith("2 of 200 runs")
    page.selection.set([page.model.run_id(0)])
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    assert len(page.model.visible_runs()) == 1
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    assert len(page.model.visible_runs()) == 2
    page.clear_filter()
    assert not switch.isChecked() and len(page.model.visible_runs()) == 200
    qtbot.waitUntil(lambda: not window.tasks.busy)


def test_that_another_windows_stars_are_seen_when_this_one_comes_to_the_front(page, window, qtbot):
    click(page, qtbot, 3, Part.STAR)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    (file,) = (data_directory() / "stars").glob("*.json")
    StarFile(file.stem, Path("elsewhere")).change({page.model.run_id(4): True})
    QApplication.sendEvent(page, QEvent(QEvent.Type.WindowActivate))
    qtbot.waitUntil(lambda: "2 starred" in page.summary())


def test_that_a_star_file_that_cannot_be_read_is_said(page, window, qtbot):
    click(page, qtbot, 3, Part.STAR)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    (file,) = (data_directory() / "stars").glob("*.json")
    file.write_text("{")
    said: list[str] = []
    page.said.connect(said.append)
    page.tools.stars.read()
    qtbot.waitUntil(lambda: any("no JSON" in text for text in said))


def test_that_only_starred_without_any_says_so(page, qtbot):
    page.tools.stars.button.click()
    message = page.findChild(object, "runs_message")
    qtbot.waitUntil(message.isVisible)
    assert message.text() == "No run matches a star."
    page.clear_filter()
    assert page.model.rowCount() == 200


def test_that_groups_by_a_tag_that_no_run_here_has_are_dropped_with_the_experiment(page, window, qtbot):
    page.tools.groups.arrange(Arrangement(group_by=(tag("candidate"), param("algorithm"))))
    other = next(one for one in page.sidebar.model.active if one.name == "Default")
    page.sidebar.select([other.experiment_id])
    qtbot.waitUntil(lambda: page.model.frame.size == 0 and not window.tasks.busy)
    assert page.model.columns[0] == RUN_NAME and page.tools.groups.words() == ""
