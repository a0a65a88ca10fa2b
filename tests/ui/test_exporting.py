"""The export dialog and what comes of it, driven in the real window."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFileDialog, QLabel, QPushButton, QTableView

from bakehouse.dialogs.export_runs import ExportRunsDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import metric, param
from bakehouse.domain.errors import Cancelled
from bakehouse.exports.formats import Format
from bakehouse.exports.requests import write_request
from bakehouse.resources import sample_directory
from bakehouse.window import MainWindow
from tests.stores import add_points, add_run, new_store

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RUNS = [f"{number:032x}" for number in range(40)]


def open_in(window: MainWindow, qtbot, path: Path) -> MainWindow:
    window.open_store(path)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.frame.size > 0 and page.loader.columns_left == 0, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)
    return window


@pytest.fixture
def opened(window: MainWindow, qtbot, tmp_path) -> MainWindow:
    path = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS):
        add_run(path, run_id, name=f"run {place}", params={"lr": str(place / 10), "note": "=1+1"})
        add_points(path, run_id, {"loss": [(step, step / 4) for step in range(5)]})
    return open_in(window, qtbot, path)


def ask(window: MainWindow) -> ExportRunsDialog:
    window.menus.trigger("runs.export")
    dialog = window.findChild(QDialog, "export_runs")
    assert isinstance(dialog, ExportRunsDialog) and dialog.isVisible()
    return dialog


def choose(dialog: ExportRunsDialog, **places: int) -> None:
    for name, place in places.items():
        dialog.findChild(QComboBox, f"export_{name}").setCurrentIndex(place)


def export_to(window: MainWindow, dialog: ExportRunsDialog, qtbot, path: Path) -> None:
    """Press Export and choose `path` in the file dialog."""
    dialog.findChild(QPushButton, "export").click()
    files = window.findChild(QFileDialog, "export_file")
    files.fileSelected.emit(str(path))
    files.close()


def notice(window: MainWindow) -> str:
    return window.notices.findChild(QLabel, "notice_text").text() if window.notices.isVisible() else ""


def said(dialog: ExportRunsDialog) -> str:
    return dialog.findChild(QLabel, "consequence").text()


def test_that_the_visible_runs_are_offered_first_and_counted(opened, qtbot):
    opened.runs.selection.set(RUNS[:2])
    dialog = ask(opened)
    texts = [dialog.findChild(QComboBox, "export_which").itemText(place) for place in range(3)]
    assert texts == ["Visible runs (40)", "Selected runs (2)", "All runs of the experiments (40)"]
    assert said(dialog) == f"40 runs with {len(opened.runs.model.columns)} columns as CSV."
    table = dialog.findChild(QTableView, "export_preview")
    qtbot.waitUntil(lambda: table.model() is not None and table.isVisible())
    names = [table.model().index(row, 0).data() for row in range(table.model().rowCount())]
    assert names == [opened.runs.model.frame.names[run] for run in opened.runs.model.visible_runs()[:8]]


def test_that_csv_holds_what_is_shown_and_no_formula(opened, qtbot, tmp_path):
    dialog = ask(opened)
    assert dialog.findChild(QCheckBox, "export_safe").isChecked()
    choose(dialog, columns=1)
    export_to(opened, dialog, qtbot, tmp_path / "out")
    qtbot.waitUntil(lambda: "exported to" in notice(opened), timeout=20_000)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    model = opened.runs.model
    assert [row["run_name"] for row in rows] == [model.frame.names[run] for run in model.visible_runs()]
    assert {row["params.note"] for row in rows} == {"'=1+1"}
    assert [button.text() for button in opened.notices.findChildren(QPushButton) if button.isVisible()] == [
        "Open",
        "Show in folder",
    ]


def test_that_selected_runs_with_chosen_columns_become_a_workbook(opened, qtbot, tmp_path):
    opened.runs.selection.set([RUNS[3], RUNS[5]])
    dialog = ask(opened)
    dialog.findChild(QPushButton, "choose_columns").click()
    dialog._chooser.columns_chosen.emit([param("lr"), param("note"), metric("loss")])
    dialog._chooser.close()
    choose(dialog, which=1, format=list(Format).index(Format.EXCEL))
    assert said(dialog) == "2 runs with 3 columns as Excel."
    assert not dialog.findChild(QCheckBox, "export_safe").isEnabled()
    export_to(opened, dialog, qtbot, tmp_path / "out.xlsx")
    qtbot.waitUntil(lambda: "exported to" in notice(opened), timeout=20_000)
    cells = list(openpyxl.load_workbook(tmp_path / "out.xlsx")["runs"].iter_rows())
    assert [[cell.value for cell in row] for row in cells[1:]] == [["0.3", "=1+1", 1.0], ["0.5", "=1+1", 1.0]] or [
        [cell.value for cell in row] for row in cells[1:]
    ] == [["0.5", "=1+1", 1.0], ["0.3", "=1+1", 1.0]]
    assert all(cell.data_type != "f" for row in cells for cell in row)


def test_that_histories_are_shown_first_and_written_long(opened, qtbot, tmp_path):
    dialog = ask(opened)
    choose(dialog, what=1, format=list(Format).index(Format.PARQUET))
    assert said(dialog) == "The histories of 1 metric of 40 runs, one row for each point, as Parquet."
    table = dialog.findChild(QTableView, "export_preview")
    qtbot.waitUntil(lambda: table.model() is not None and table.model().columnCount() == 5)
    assert [table.model().index(row, 2).data() for row in range(8)] == ["0", "1", "2", "3", "4", "0", "1", "2"]
    export_to(opened, dialog, qtbot, tmp_path / "h.parquet")
    qtbot.waitUntil(lambda: notice(opened).startswith("200 points of 40 runs exported to"), timeout=20_000)
    assert parquet.read_table(tmp_path / "h.parquet").num_rows == 200


def test_that_what_cannot_be_done_is_said_before_and_disables_the_button(opened, qtbot):
    opened.runs.selection.set([])
    dialog = ask(opened)
    choose(dialog, which=1)
    assert said(dialog) == "There are no such runs."
    assert not dialog.findChild(QPushButton, "export").isEnabled()
    choose(dialog, which=0, what=1)
    dialog._metric_chooser.columns_chosen.emit([])
    assert said(dialog) == "Choose one metric or more."
    choose(dialog, what=0, format=list(Format).index(Format.LATEX))
    assert dialog.findChild(QPushButton, "export").isEnabled()


def test_that_a_file_that_is_there_is_asked_about_and_replaced_only_then(opened, qtbot, tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    export_to(opened, ask(opened), qtbot, path)
    qtbot.waitUntil(lambda: opened.findChild(QDialog, "replace_file") is not None, timeout=20_000)
    question = opened.findChild(QDialog, "replace_file")
    assert path.read_text() == "old"
    next(button for button in question.findChildren(QPushButton) if button.text() == "Replace").click()
    qtbot.waitUntil(lambda: path.read_text() != "old", timeout=20_000)
    qtbot.waitUntil(lambda: "exported to" in notice(opened), timeout=20_000)


def test_that_a_folder_that_is_not_there_and_the_store_itself_are_sentences(opened, qtbot, tmp_path):
    export_to(opened, ask(opened), qtbot, tmp_path / "nowhere" / "out.csv")
    qtbot.waitUntil(lambda: notice(opened).startswith("There is no folder"), timeout=20_000)
    opened.notices.dismiss()
    store = tmp_path / "mlflow.db"
    opened.runs.tools.exporting.write(_request(opened), store, replace=True)
    qtbot.waitUntil(lambda: "is the store itself" in notice(opened), timeout=20_000)


def _request(window: MainWindow):
    dialog = ask(window)
    request = dialog.request
    dialog.reject()
    return request


def test_that_cancel_leaves_nothing_and_says_so(opened, qtbot, tmp_path):
    out = tmp_path / "results"
    out.mkdir()
    opened.runs.tools.exporting.write(_request(opened), out / "out.csv")
    opened.status._ask_cancel()
    # It may have been complete by then: what is said is what is there.
    cancelled = "Export cancelled; no file was written"
    qtbot.waitUntil(lambda: opened.status.message.text() == cancelled or opened.notices.isVisible())
    assert (list(out.iterdir()) == []) is (opened.status.message.text() == cancelled)


def test_that_a_writer_cancelled_in_the_middle_removes_its_file(opened, qtbot, tmp_path):
    out = tmp_path / "results"
    out.mkdir()
    dialog = ask(opened)
    choose(dialog, what=1)
    request = dialog.request
    dialog.reject()
    seen: list[list[str]] = []

    def stop(_done: int, _total: int, _text: str) -> None:
        seen.append([path.name for path in out.iterdir()])
        token.cancel()

    token = Token(progress=stop)
    store = opened.opener.session.store
    with pytest.raises(Cancelled):
        write_request(store, request, out / "h.csv", False, token)
    assert seen[0][0].endswith(".part") and list(out.iterdir()) == []


def test_that_the_dialog_goes_with_its_store(opened):
    dialog = ask(opened)
    opened.opener.close()
    assert not dialog.isVisible() and opened.runs.tools.exporting._dialog is None


def test_that_escape_closes_and_the_dialog_can_be_asked_for_again(window, qtbot, tmp_path):
    shutil.copyfile(sample_directory() / "mlflow.db", tmp_path / "mlflow.db")
    open_in(window, qtbot, tmp_path / "mlflow.db")
    first = ask(window)
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert not first.isVisible()
    qtbot.waitUntil(lambda: window.findChild(QDialog, "export_runs") is None)
    assert ask(window) is not first
