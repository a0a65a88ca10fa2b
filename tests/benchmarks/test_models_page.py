"""How long the models page takes with 5,000 models and 10,000 versions of one: opened, searched, sorted, scrolled."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bakehouse.itemmodels.version_table import VersionColumn
from bakehouse.pages.models import ModelsPage
from bakehouse.widgets.flat_table import FlatTable
from bakehouse.window import MainWindow
from bakehouse.windows import Windows
from tests.stores import insert, new_store
from tests.ui.conftest import clean_windows, windows  # noqa: F401

pytestmark = pytest.mark.benchmark

MODELS, VERSIONS = 5_000, 10_000
_STAGES = ("None", "None", "Archived")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`Big` with 10,000 versions, and 4,999 models with two versions each."""
    path = new_store(tmp_path_factory.mktemp("registry") / "mlflow.db")
    names = ["Big", *(f"model-{number:05d}" for number in range(MODELS - 1))]
    times = {"creation_time": 1_700_000_000_000, "last_updated_time": 1_700_000_000_000}
    insert(path, "registered_models", *({"name": name, "description": f"**{name}**", **times} for name in names))
    every = [("Big", number) for number in range(1, VERSIONS + 1)]
    every += [(name, number) for name in names[1:] for number in (1, 2)]
    insert(
        path,
        "model_versions",
        *({"name": name, "version": number, "current_stage": _STAGES[number % 3], "source": "s3://b", "status": "READY",
           "description": "Forecast of loaves", **times} for name, number in every),
    )  # fmt: skip
    return path


@pytest.fixture
def page(windows: Windows, store: Path, qtbot: QtBot) -> ModelsPage:  # noqa: F811
    window: MainWindow = windows.front
    window.open_store(store)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=60_000)
    return window.models


def measure(name: str, act: Callable[[], object], until: Callable[[], bool] = lambda: True, repeats: int = 5) -> None:
    """Print the best and the median in milliseconds: by the clock, and of this process's own work."""
    walls, works = [], []
    for _ in range(repeats):
        began, worked = time.perf_counter(), time.process_time()
        act()
        while not until():
            QApplication.processEvents()
        walls.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
    for kind, times in (("by the clock", sorted(walls)), ("of work", sorted(works))):
        print(f"\n{name}, {kind}: best {times[0]:.1f} ms, median {times[len(times) // 2]:.1f} ms")


def scroll(table: FlatTable) -> None:
    """One frame a few hundred pixels further down."""
    bar = table.verticalScrollBar()
    bar.setValue(bar.value() + 300)
    table.viewport().repaint()


def test_how_long_models_and_versions_take(page: ModelsPage, windows: Windows) -> None:  # noqa: F811
    window, tasks = windows.front, windows.front.tasks
    measure("read anew", lambda: page.refresh(None), lambda: not tasks.busy)
    overview, versions = page.overview, page.model_view.versions
    measure("shown", lambda: (window.menus.trigger("page.runs"), window.menus.trigger("page.models"), page.grab()))
    measure("overview, a frame", lambda: scroll(overview.table), repeats=30)
    measure("overview, a search", lambda: (overview.search.setText("00"), overview.search.clear()))
    measure("overview, an order", lambda: overview.table.sort_column(3))
    measure("a model opened", lambda: (page.sidebar.select_all(), page.reveal("Big")), lambda: not tasks.busy)
    measure("versions, a frame", lambda: scroll(versions.table), repeats=30)
    measure("versions, a search", lambda: (versions.search.setText("loaves"), versions.search.clear()))
    measure("versions, an order", lambda: versions.table.sort_column(VersionColumn.STAGE))
    measure("the board", lambda: (versions.show_board(False), versions.show_board(True)))
