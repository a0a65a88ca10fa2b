"""Lineage in the real window: from data to stage and back, each node a way to what it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from bakehouse.dialogs.dataset import DatasetDialog
from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_run, insert, new_store

RUN, OTHER, MODEL = "a" * 32, "b" * 32, "m-" + "c" * 32
LIMIT_MS = 20_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Data → a run → its logged model → a version in Production; and another run on the same data elsewhere."""
    store = new_store(tmp_path / "mlflow.db")
    for number, (run_id, name) in enumerate(((RUN, "gbm-212"), (OTHER, "rf-9")), start=1):
        add_experiment(store, number, f"experiment {number}")
        add_run(store, run_id, experiment_id=number, name=name)
        data = {"dataset_uuid": f"d{number}", "experiment_id": number, "name": "sales", "digest": "d3c2ffff9e1f"}
        insert(store, "datasets", {**data, "dataset_source_type": "local", "dataset_source": "{}"})
        link = {"source_type": "DATASET", "source_id": f"d{number}", "destination_type": "RUN"}
        insert(store, "inputs", {"input_uuid": f"i{number}", **link, "destination_id": run_id})
    times = {"creation_timestamp_ms": 1, "last_updated_timestamp_ms": 1}
    logged = {"model_id": MODEL, "experiment_id": 1, "name": "price_model", "artifact_location": "./m", "status": 2}
    insert(store, "logged_models", {**logged, **times, "lifecycle_stage": "active", "source_run_id": RUN})
    insert(store, "registered_models", {"name": "Price"})
    source = {"source": f"models:/{MODEL}", "run_id": RUN, "status": "READY"}
    insert(store, "model_versions", {"name": "Price", "version": 2, "current_stage": "Production", **source})
    return store


@pytest.fixture
def shown(window: MainWindow, qtbot: QtBot, path: Path) -> MainWindow:
    window.resize(1600, 1000)
    window.open_store(path)
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=LIMIT_MS)
    window.runs.reveal(RUN)
    qtbot.waitUntil(lambda: bool(window.runs.inspector.graph.graph.nodes) and not window.tasks.busy, timeout=LIMIT_MS)
    return window


def node(window: MainWindow, kind: str) -> QAbstractButton:
    found = window.runs.inspector.graph.findChild(QAbstractButton, f"lineage_{kind}")
    assert found is not None
    return found


def dataset_dialog() -> DatasetDialog:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, DatasetDialog) and w.isVisible())


def test_that_the_inspector_tells_the_way_from_data_to_stage(shown: MainWindow) -> None:
    graph = shown.runs.inspector.graph
    assert [one.label for one in graph.graph.nodes] == ["sales", "gbm-212", "price_model", "Price 2", "Production"]
    assert graph.accessibleDescription() == (
        "Dataset: sales; Run: gbm-212; Logged model: price_model; Version: Price 2; Stage: Production"
    )
    assert node(shown, "dataset").accessibleDescription().startswith("Dataset sales, Digest d3c2ffff9e1f")


def test_that_a_version_and_a_stage_lead_to_the_models_page(shown: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(node(shown, "version"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown.models.isVisible() and shown.models.place().startswith("Price"), timeout=LIMIT_MS)


def test_that_a_dataset_says_which_versions_came_of_it_in_every_experiment(shown: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(node(shown, "dataset"), Qt.MouseButton.LeftButton)
    dialog = dataset_dialog()
    words = dialog.findChild(QLabel, "dataset_use_words")
    assert words is not None
    qtbot.waitUntil(lambda: words.text() == "2 runs, 1 version")
    assert [(fact.name, fact.value) for fact in dialog.versions.facts] == [("Production", "Price 2 · from gbm-212")]
    assert [fact.value for fact in dialog.runs.facts] == ["gbm-212", "rf-9"]
    dialog.runs.link_activated.emit(dialog.runs.facts[1].link)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    inspector = shown.runs.inspector
    qtbot.waitUntil(lambda: inspector.details is not None and inspector.details.run_id == OTHER, timeout=LIMIT_MS)


def test_that_a_closed_dialog_waits_for_nothing(shown: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(node(shown, "dataset"), Qt.MouseButton.LeftButton)
    dataset_dialog().reject()
    qtbot.waitUntil(lambda: not shown.tasks.busy)


def test_that_a_logged_model_is_shown_from_any_experiment(shown: MainWindow, qtbot: QtBot) -> None:
    runs = shown.runs
    runs.reveal(OTHER)
    qtbot.waitUntil(
        lambda: runs.inspector.details is not None and runs.inspector.details.run_id == OTHER, timeout=LIMIT_MS
    )
    runs.reveal(MODEL)
    qtbot.waitUntil(
        lambda: runs.second.is_shown and runs.second.models.table.current == MODEL and not shown.tasks.busy,
        timeout=LIMIT_MS,
    )
    details = runs.second.models.face.details
    assert details is not None
    assert details.name == "price_model"


def test_that_a_logged_model_that_is_gone_is_said(shown: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.runs.said, check_params_cb=lambda words: "gone from the store" in words):
        shown.runs.reveal("m-" + "0" * 32)
