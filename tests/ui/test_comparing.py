"""The comparison of the selected runs, driven in the real window."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QLineEdit, QMenu, QToolButton

from bakehouse.domain.comparison import Direction
from bakehouse.pages.runs.plots.compare_tab import CompareTab
from bakehouse.personal.directions import DirectionFile
from bakehouse.plots.drawing import Drawing, svg_bytes
from bakehouse.theme import LIGHT, RunColors
from bakehouse.widgets.comparison_view import paint_picture, picture_size
from bakehouse.window import MainWindow
from tests.stores import add_run, change_store, new_store

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RUNS = [f"{number:032x}" for number in range(60)]


@pytest.fixture
def opened(window: MainWindow, qtbot, tmp_path) -> MainWindow:
    path = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS):
        params = {"lr": str(place / 10), "same": "1", **{f"p{number}": "x" for number in range(20)}}
        metrics = {"auc": 0.5 + place / 1000, "loss": 1.0 / (place + 1), "odd": math.nan if place == 1 else 1.0}
        add_run(path, run_id, name=f"run {place}", params=params, metrics=metrics, tags={"team": "a" if place else "b"})
    window.open_store(path)
    window.resize(1400, 900)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.frame.size > 0 and page.loader.columns_left == 0, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)
    return window


def compare(window: MainWindow, qtbot, run_ids: list[str]) -> CompareTab:
    tab = window.runs.plots.compare
    window.runs.selection.set(run_ids)
    window.menus.trigger("runs.compare")
    qtbot.waitUntil(lambda: list(tab.model.comparison.run_ids) == run_ids[:50], timeout=10_000)
    return tab


def names(tab: CompareTab) -> list[str]:
    return [row.name for row in tab.model.shown_rows]


def column(tab: CompareTab, name: str, run: int) -> tuple[str, str, int, bool]:
    row = next(row for row in range(tab.model.rowCount()) if tab.model.index(row, 0).data() == name)
    cell = tab.model.cell(row, run)
    return cell.text, cell.change, cell.verdict, cell.is_best


def choose(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


def test_that_only_differences_are_shown_at_first_and_everything_on_demand(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:2])
    tester = QAbstractItemModelTester(tab.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert names(tab) == ["Run ID", "lr", "auc", "loss", "odd", "team"]
    assert "6 of" in tab.status() and tab.status().startswith("2 runs")
    opened.findChild(QCheckBox, "compare_differences").click()
    assert {"same", "p7"} <= set(names(tab))
    opened.findChild(QLineEdit, "compare_search").setText("p1")
    assert names(tab) == ["p1", *(f"p{number}" for number in range(10, 20))]
    qtbot.mouseClick(tab.view.names.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 40))
    assert tab.model.folded
    del tester


def test_that_a_baseline_gives_changes_coloured_by_direction_and_the_best_are_marked(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:3])
    choose(tab.run_menu(0), "Make baseline")
    assert column(tab, "auc", 2) == ("0.502", "+0.002  +0.4 %", 1, True)
    assert column(tab, "loss", 1) == ("0.500", "-0.500  -50.0 %", 1, False)
    assert column(tab, "lr", 1) == ("0.1", "+0.1", 0, False)
    assert column(tab, "odd", 1)[:2] == ("NaN", "")
    assert column(tab, "auc", 0)[1] == ""
    choose(tab.run_menu(0), "No baseline")
    assert column(tab, "auc", 2)[1] == ""


def test_that_a_direction_is_said_once_and_remembered(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:3])
    tab.model.hold_against(RUNS[0])
    row = next(row for row in tab.model.shown_rows if row.name == "auc")
    assert tab.model.direction(row) == (Direction.HIGHER, True)
    choose(tab.row_menu(row), "Lower is better")
    qtbot.waitUntil(lambda: tab.model.direction(row) == (Direction.LOWER, False))
    assert column(tab, "auc", 2)[2] == -1 and column(tab, "auc", 0)[3]
    assert DirectionFile().read() == {"auc": Direction.LOWER}
    choose(tab.row_menu(row), "As guessed from the name")
    qtbot.waitUntil(lambda: tab.model.direction(row) == (Direction.HIGHER, True))


def test_that_columns_are_moved_removed_and_centred(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:4])
    choose(tab.run_menu(2), "Move to the front")
    qtbot.waitUntil(lambda: tab.model.comparison.run_ids == (RUNS[2], RUNS[0], RUNS[1], RUNS[3]))
    choose(tab.run_menu(1), "Remove from the selection")
    qtbot.waitUntil(lambda: tab.model.comparison.run_ids == (RUNS[2], RUNS[1], RUNS[3]))
    header = tab.view.values.header
    left = header.sectionViewportPosition(2) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(left, 8))
    qtbot.waitUntil(lambda: opened.runs.selection.current == RUNS[1])
    assert set(opened.runs.selection.ids) == {RUNS[1], RUNS[2], RUNS[3]}


def test_that_too_few_too_many_and_deleted_runs_are_said(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS)
    assert "the first 50 of 60 selected" in tab.status()
    opened.runs.selection.set(RUNS[:1])
    message = tab.findChild(QLabel, "compare_message")
    qtbot.waitUntil(message.isVisible)
    assert message.text() == "Select two runs or more in the table to compare them."
    compare(opened, qtbot, RUNS[:3])
    change_store(opened.runs._session.store.path, f"DELETE FROM runs WHERE run_uuid = '{RUNS[1]}'")
    tab.refresh()
    qtbot.waitUntil(lambda: RUNS[1] not in tab.model.comparison.run_ids, timeout=10_000)


def test_that_the_histories_of_the_runs_come_forward(opened, qtbot) -> None:
    compare(opened, qtbot, RUNS[:3])
    opened.findChild(QToolButton, "compare_histories").click()
    assert opened.runs.plots.front() is opened.runs.plots.history


def test_that_what_is_shown_is_saved_as_csv_in_full(opened, qtbot, tmp_path: Path) -> None:
    compare(opened, qtbot, RUNS[:3])
    opened.menus.trigger("plots.save_data")
    files = opened.findChild(QFileDialog, "plot_file")
    files.fileSelected.emit(str(tmp_path / "compare.csv"))
    files.close()
    qtbot.waitUntil(lambda: (tmp_path / "compare.csv").exists())
    with (tmp_path / "compare.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["loss"]["run 2"] == repr(1.0 / 3) and rows["loss"]["section"] == "metrics"
    assert rows["lr"]["run 1"] == "0.1" and rows["odd"]["run 1"] == "NaN" and "same" not in rows


def test_that_the_whole_comparison_is_drawn_also_what_is_scrolled_away(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:40])
    drawing = tab.drawing()
    assert drawing is not None and drawing.size.width() > 40 * 150 > tab.width()


def test_that_a_view_keeps_what_was_chosen_of_the_comparison(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:3])
    opened.findChild(QCheckBox, "compare_differences").click()
    choose(tab.run_menu(1), "Make baseline")
    choose(tab.show_menu(), "Params")
    choose(tab.show_menu(), "Better and worse")
    opened.findChild(QLineEdit, "compare_search").setText("o")
    assert column(tab, "loss", 0)[2:] == (0, False), "nothing is better or worse now"
    kept = tab.settings()
    assert kept == {
        "differences": False, "baseline": RUNS[1], "folded": ["params"], "directions": False, "words": "o",
    }  # fmt: skip
    tab.restore({})
    assert tab.settings() == {} and column(tab, "loss", 2)[2:] == (0, True)
    assert tab.model.baseline is None and not tab.model.folded
    tab.restore(kept)
    assert tab.settings() == kept and tab.model.baseline == RUNS[1]
    tab.restore({"differences": 3, "baseline": [], "folded": "params", "directions": 0, "words": {}})
    assert tab.settings() == {}


def test_that_a_baseline_of_a_view_waits_until_its_run_is_compared(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:3])
    tab.restore({"baseline": RUNS[7]})
    assert tab.model.baseline is None
    compare(opened, qtbot, RUNS[6:9])
    assert tab.model.baseline == RUNS[7]


def test_that_changing_the_comparison_changes_the_view(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:3])
    views = opened.runs.tools.views
    views.save("compared")
    qtbot.waitUntil(lambda: not views.is_changed)
    choose(tab.run_menu(1), "Make baseline")
    qtbot.waitUntil(lambda: views.is_changed)
    views.choose("compared")
    assert tab.model.baseline is None


def test_that_a_picture_counts_the_rows_that_it_has_no_room_for(opened, qtbot) -> None:
    tab = compare(opened, qtbot, RUNS[:3])
    whole = picture_size(tab.model, 300)
    assert picture_size(tab.model, tab.model.rowCount()) == whole
    cut = picture_size(tab.model, 4)
    assert cut.height() < whole.height()
    texts = svg_bytes(
        Drawing(cut, lambda painter, theme, _ratio: paint_picture(painter, tab.model, theme, RunColors(), 4)), LIGHT, ""
    )
    assert f"and {tab.model.rowCount() - 4} more lines".encode() in texts
