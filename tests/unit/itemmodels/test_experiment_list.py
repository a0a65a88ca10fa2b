"""The experiments as a list."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from bakehouse.domain.runs import Experiment
from bakehouse.itemmodels.experiment_list import ExperimentListModel, ExperimentRole


def experiment(number: int, name: str, runs: int = 0, stage: str = "active") -> Experiment:
    return Experiment(number, name, "", stage, None, None, "default", runs, 0)


@pytest.fixture
def experiments(qapp):
    model = ExperimentListModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show([experiment(0, "Default"), experiment(2, "Prices", 12408), experiment(3, "churn"),
                experiment(4, "old", 5, "deleted")])  # fmt: skip
    yield model
    del tester


def test_that_experiments_stand_by_name_and_an_unused_default_last(experiments):
    assert [experiments.index(row).data() for row in range(3)] == ["churn", "Prices", "Default"]
    assert experiments.index(1).data(ExperimentRole.COUNT) == "12,408"


def test_that_deleted_experiments_are_only_counted(experiments):
    assert experiments.rowCount() == 3 and experiments.deleted == 1


def test_that_search_narrows_without_regard_to_case(experiments):
    experiments.search(" pri ")
    assert [one.name for one in experiments.shown] == ["Prices"]
    assert experiments.row_of(2) == 0 and experiments.row_of(3) == -1
    experiments.search("")
    assert experiments.rowCount() == 3


def test_that_names_are_made_visible(qapp):
    model = ExperimentListModel()
    model.show([experiment(1, "a\u202eb" + "x" * 9000)])
    assert model.index(0).data().startswith("a\\u202eb") and len(model.index(0).data()) < 220
