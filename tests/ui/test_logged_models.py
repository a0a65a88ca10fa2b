"""Logged models as a second table beside the runs, driven as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QTabBar

from bakehouse.analysis.logged_models import SOURCE_RUN
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.domain.columns import metric
from bakehouse.domain.runs import LoggedModel
from tests.stores import copy_of_store, shared_store

ERROR = metric("training_mean_absolute_error")


@pytest.fixture
def sample(window, qtbot):
    window.resize(1600, 1000)
    window.open_sample()
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=30_000)
    return window


def bring_out(window, qtbot):
    window.runs.findChild(QTabBar, "table_tabs").setCurrentIndex(1)
    area = window.runs.second.models
    qtbot.waitUntil(lambda: area.face.details is not None and not window.tasks.busy, timeout=10_000)
    return area


def test_that_they_stand_beside_the_runs_with_all_that_is_known(sample, qtbot):
    area = bring_out(sample, qtbot)
    models = area.table.models
    QAbstractItemModelTester(models, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert models.rowCount() == 11 and sample.status.message.text() == "11 logged models"
    titles = [models.headerData(column, Qt.Orientation.Horizontal) for column in range(6)]
    assert titles[:3] == ["Name", "Status", "Created"] and "Source run" in titles and "Registered as" in titles
    assert area.face.isVisible() and not sample.runs.inspector.title.isVisible()
    assert len(area.face.metrics.rows.facts) == 5


def test_that_they_are_sorted_and_found_by_words_while_the_current_one_stays(sample, qtbot):
    area = bring_out(sample, qtbot)
    models, current = area.table.models, area.table.current
    section = models.columns.index(ERROR)
    area.table.horizontalHeader().sectionClicked.emit(section)
    values = [models.frame.columns[ERROR].value(int(row)) for row in models.rows]
    assert values == sorted(values, reverse=True)
    assert area.table.current == current
    area.search.setText("gbm-lr")
    qtbot.waitUntil(lambda: models.rowCount() == 3)
    assert sample.status.message.text() == "3 of 11 logged models"
    area.search.setText("nothing of this kind")
    qtbot.waitUntil(lambda: area._sentence.isVisible())
    area.search.clear()
    qtbot.waitUntil(lambda: models.rowCount() == 11)
    assert area.table.current == current


def test_that_the_source_run_is_a_link_and_the_run_leads_back(sample, qtbot):
    area = bring_out(sample, qtbot)
    model_id, run_id = area.table.current, area.face.details.run_id
    column = area.table.models.columns.index(SOURCE_RUN)
    index = area.table.models.index(area.table.models.row_of(model_id), column)
    qtbot.mouseClick(area.table.viewport(), Qt.MouseButton.LeftButton, pos=area.table.visualRect(index).center())
    inspector = sample.runs.inspector
    qtbot.waitUntil(lambda: inspector.details is not None and inspector.details.run_id == run_id)
    qtbot.waitUntil(lambda: not sample.tasks.busy)
    assert inspector.title.isVisible() and not area.isVisible()
    link = next(fact.link for fact in inspector.overview.facts if fact.link.startswith("logged:"))
    inspector.overview.link_activated.emit(link)
    assert area.isVisible() and area.table.current == model_id


def test_that_a_model_is_registered_through_the_dialog(sample, qtbot):
    area = bring_out(sample, qtbot)
    asked: list[tuple[str, object]] = []
    sample.runs.edit_requested.disconnect()
    sample.runs.edit_requested.connect(lambda what, argument: asked.append((what, argument)))
    area.face.register.click()
    what, argument = asked[-1]
    assert what == "runs.register" and isinstance(argument, LoggedModel)
    assert argument.model_id == area.table.current
    sample.models.begin_edit(what, argument, sample)
    dialogs = QApplication.topLevelWidgets
    qtbot.waitUntil(lambda: any(isinstance(one, RegisterModelDialog) and one.isVisible() for one in dialogs()))
    dialog = next(one for one in dialogs() if isinstance(one, RegisterModelDialog) and one.isVisible())
    assert dialog.source.source == f"models:/{argument.model_id}"
    dialog.close()


def test_that_actions_over_runs_rest_while_the_models_are_in_front(sample, qtbot):
    before = len(sample.runs.selection.ids)
    assert before
    bring_out(sample, qtbot)
    actions = {action.objectName(): action for action in sample.actions()}
    assert not actions["runs.copy"].isEnabled()
    sample.runs.findChild(QTabBar, "table_tabs").setCurrentIndex(0)
    assert actions["runs.copy"].isEnabled() and len(sample.runs.selection.ids) == before


@pytest.mark.parametrize("name", ["mlflow-1.30", "mlflow-2.22"])
def test_that_older_stores_do_not_offer_them(name, window, qtbot):
    window.open_store(shared_store(name))
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=20_000)
    assert not window.runs.findChild(QTabBar, "table_tabs").isVisible()


def test_that_an_experiment_without_any_says_so(window, qtbot, tmp_path: Path):
    window.open_store(copy_of_store("mlflow-3.17", tmp_path))
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=20_000)
    tabs = window.runs.findChild(QTabBar, "table_tabs")
    assert tabs.isVisible()
    tabs.setCurrentIndex(1)
    area = window.runs.second.models
    qtbot.waitUntil(lambda: area.face.details is not None)
    window.runs.sidebar.select([0])
    qtbot.waitUntil(lambda: "No logged models" in area._sentence.text() and area._sentence.isVisible())
