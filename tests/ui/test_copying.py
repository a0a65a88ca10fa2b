"""What the copy commands put on the clipboard, asked for as a person does."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from bakehouse.domain.columns import metric, param
from bakehouse.domain.runs import RunDetails
from bakehouse.exports.snippets import model_addresses, python_snippet
from bakehouse.resources import sample_directory
from bakehouse.window import MainWindow

LR, UPLIFT = param("learning_rate"), metric("revenue_uplift")


@pytest.fixture
def opened(window: MainWindow, qtbot, tmp_path) -> MainWindow:
    shutil.copyfile(sample_directory() / "mlflow.db", tmp_path / "mlflow.db")
    window.open_store(tmp_path / "mlflow.db")
    page = window.runs
    qtbot.waitUntil(lambda: len(page.model.columns) > 4 and page.loader.columns_left == 0, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=20_000)
    return window


def copied(window: MainWindow, qtbot, command: str) -> str:
    QGuiApplication.clipboard().clear()
    window.menus.trigger(command)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() != "", timeout=20_000)
    return QGuiApplication.clipboard().text()


def test_that_every_selected_run_is_copied_in_the_order_and_columns_of_the_table(opened, qtbot):
    page = opened.runs
    page.selecting.select_all()
    rows = list(csv.DictReader(io.StringIO(copied(opened, qtbot, "runs.copy_csv"))))
    assert len(rows) == 200
    assert [row["run_name"] for row in rows] == [page.model.frame.names[run] for run in page.model.visible_runs()]
    column = page.model.frame.column(UPLIFT)
    assert [row["metrics.revenue_uplift"] for row in rows] == [column.text(int(r)) for r in page.model.visible_runs()]
    assert rows[0]["start_time"].endswith("Z") and float(rows[0]["duration_ms"]) > 0
    assert opened.status.message.text() == "Copied 200 rows as CSV"


def test_that_documents_get_titles_and_tables_of_their_own(opened, qtbot):
    page = opened.runs
    page.selection.set([page.model.run_id(3)])
    markdown = copied(opened, qtbot, "runs.copy_markdown").splitlines()
    assert len(markdown) == 3 and markdown[0].startswith("| Name | Started | ")
    latex = copied(opened, qtbot, "runs.copy_latex").splitlines()
    assert latex[-1] == "\\end{tabular}" and latex[3].startswith("Name & Started & ")


def test_that_the_current_cell_ids_addresses_and_a_program_are_copied(opened, qtbot):
    page = opened.runs
    ids = [page.model.run_id(2), page.model.run_id(4)]
    page.selection.set(ids)
    assert copied(opened, qtbot, "runs.copy_id") == "\n".join(ids)
    assert copied(opened, qtbot, "runs.copy_address") == "\n".join(f"runs:/{run_id}" for run_id in ids)
    program = copied(opened, qtbot, "runs.copy_python")
    assert compile(program, "copied", "exec") and all(repr(run_id) in program for run_id in ids)
    section = page.model.columns.index(LR)
    column = page.model.frame.column(LR)
    row = next(row for row, run in enumerate(page.model.rows) if column.text(int(run)))
    page.table.setCurrentIndex(page.model.index(row, section))
    assert copied(opened, qtbot, "runs.copy_cell") == column.text(int(page.model.rows[row]))


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_that_the_cell_menu_offers_to_copy_otherwise(opened, qtbot):
    page = opened.runs
    page.table.menu_requested.emit(0, 0, page.mapToGlobal(QPoint(300, 300)))
    menu = page.findChild(QMenu, "cell_menu")
    submenu = next(action.menu() for action in menu.actions() if action.menu() is not None)
    assert [action.objectName() for action in submenu.actions() if not action.isSeparator()][:2] == [
        "runs.copy_csv",
        "runs.copy_markdown",
    ]
    assert all(action.isEnabled() for action in submenu.actions())
    menu.close()


def test_that_nothing_is_offered_to_copy_while_nothing_is_selected(opened):
    opened.runs.selection.set([])
    assert not opened.findChild(QAction, "runs.copy_python").isEnabled()


def details(**changes) -> RunDetails:
    facts = {
        "run_id": "ab12", "experiment_id": 1, "experiment_name": "e", "name": "n", "status": "FINISHED",
        "lifecycle_stage": "active", "start_time_ms": 0, "end_time_ms": 0, "user": "", "artifact_uri": "./a",
        "params": (), "metrics": (), "tags": (), "datasets": (), "logged_models": (), "registered_versions": (),
    }  # fmt: skip
    return RunDetails(**{**facts, **changes})


def test_that_the_program_loads_the_model_as_its_client_logged_it():
    old = details(tags=(("mlflow.log-model.history", '[{"artifact_path": "model"}]'),))
    assert model_addresses(old) == ["runs:/ab12/model"]
    assert model_addresses(details()) == []
    program = python_snippet(Path('/data/it\'s "mine"/mlflow.db'), ["ab12"], model_addresses(old))
    found: dict[str, str] = {}
    names = {"mlflow": type("M", (), {
        "set_tracking_uri": staticmethod(lambda uri: found.update(uri=uri)),
        "get_run": staticmethod(lambda run: found.update(run=run)),
        "pyfunc": type("P", (), {"load_model": staticmethod(lambda uri: found.update(model=uri))}),
    })}  # fmt: skip
    exec(program.replace("import mlflow\n", ""), names)
    assert found == {"uri": 'sqlite:////data/it\'s "mine"/mlflow.db', "run": "ab12", "model": "runs:/ab12/model"}
