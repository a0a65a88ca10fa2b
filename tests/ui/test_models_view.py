"""Overview, versions as table and board, and edits in place, in the real window on real stores."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.analysis.comparison import Section
from bakehouse.dialogs.lifecycle import LifecycleDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.model_name import ModelNameDialog
from bakehouse.dialogs.transition_stage import TransitionStageDialog
from bakehouse.domain.models import ModelVersion, Stage
from bakehouse.domain.registry_edits import DeleteVersion
from bakehouse.itemmodels.model_overview import ModelOverviewModel, OverviewColumn
from bakehouse.itemmodels.version_facts import VersionFacts
from bakehouse.itemmodels.version_lanes import LaneModel
from bakehouse.itemmodels.version_table import VersionColumn
from bakehouse.pages.models import ModelsPage
from bakehouse.pages.models.board import LONG
from bakehouse.pages.models.comparing import VersionComparison
from bakehouse.registry.editing import carry_out
from bakehouse.store.opening import open_store
from bakehouse.store.writing import Writer
from bakehouse.window import MainWindow
from tests.stores import change_store, copy_of_store, insert, new_store

LIMIT_MS = 30_000
D = TypeVar("D", bound=QDialog)


@pytest.fixture
def shown(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """The models page of a real store, editing allowed."""
    open_models(window, copy_of_store("mlflow-3.17", tmp_path), qtbot)
    return window


def open_models(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    window.open_store(path)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=LIMIT_MS)
    window.editing.is_on = True
    window.menus.trigger("page.models")
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)


def show_model(window: MainWindow, name: str, qtbot: QtBot) -> ModelsPage:
    window.models.reveal(name)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)
    return window.models


def dialog_of(window: MainWindow, kind: type[D], qtbot: QtBot) -> D:
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(kind)), timeout=LIMIT_MS)
    return next(d for d in window.findChildren(kind) if d.isVisible())


def column(window: MainWindow, which: OverviewColumn) -> list[str]:
    rows = window.models.overview.table.rows
    return [str(rows.index(row, which).data()) for row in range(rows.rowCount())]


def kept(page: ModelsPage) -> list[tuple[int, str, tuple[str, ...], str]]:
    model = page.sidebar.model.find(("default", "ChurnModel"))
    versions = model.versions if model is not None else ()
    return [(one.version, one.stage, one.aliases, one.source) for one in versions]


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)


def test_that_the_overview_says_of_every_model_what_matters(shown: MainWindow) -> None:
    page = shown.models
    assert page.overview.isVisible()
    assert page.inspector.isHidden()
    assert column(shown, OverviewColumn.NAME) == ["ChurnModel", "ChurnModelByModelUri", "HandMade"]
    assert column(shown, OverviewColumn.PRODUCTION)[0] == "2"
    assert column(shown, OverviewColumn.STAGING)[0] == "3"
    assert column(shown, OverviewColumn.ALIASES)[0] == "@challenger  @champion"
    assert column(shown, OverviewColumn.VERSIONS)[0] == "3"
    assert column(shown, OverviewColumn.DESCRIPTION)[0] == "RM desc"
    assert page.summary() == "3 models"


def test_that_the_overview_is_searched_sorted_and_left_by_keys_and_come_back_to(
    shown: MainWindow, qtbot: QtBot
) -> None:
    page = shown.models
    page.commands.find()
    qtbot.keyClicks(page.overview.search, "alias:champion")
    assert column(shown, OverviewColumn.NAME) == ["ChurnModel"]
    assert page.summary() == "1 of 3 models"
    page.overview.search.setText("nothing like it")
    nothing = shown.findChild(QLabel, "overview_empty")
    assert nothing is not None
    assert "nothing like it" in nothing.text()
    page.overview.search.clear()
    table = page.overview.table
    table.sort_column(OverviewColumn.VERSIONS)
    assert column(shown, OverviewColumn.VERSIONS)[0] == "3"
    table.sort_column(OverviewColumn.NAME)
    table.sort_column(OverviewColumn.NAME)
    assert column(shown, OverviewColumn.NAME)[0] == "HandMade"
    table.choose(("default", "HandMade"))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert page.place() == "HandMade"
    assert page.model_view.isVisible()
    shown.menus.trigger("go.back")
    assert page.overview.isVisible()


def test_that_a_version_has_a_page_and_leads_back(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(1)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    settle(shown, qtbot)
    assert page.version_page.isVisible()
    assert page.place() == "ChurnModel 1"
    assert page.inspector.isHidden()
    shown.menus.trigger("go.back")
    assert page.model_view.isVisible()
    assert page.table.current is not None
    assert page.table.current.version == 1


def test_that_a_version_deleted_elsewhere_leads_back_with_a_sentence(
    shown: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(1)
    shown.menus.trigger("models.open_version")
    settle(shown, qtbot)
    with open_store(tmp_path / "mlflow.db") as other:
        carry_out(Writer(other), DeleteVersion("ChurnModel", 1))
    with qtbot.waitSignal(page.said, check_params_cb=lambda words: "not in the store" in words, timeout=LIMIT_MS):
        page.refresh(None)
    settle(shown, qtbot)
    assert page.model_view.isVisible()
    assert [one.version for one in page.table.versions.versions] == [3, 2]


def test_that_a_model_deleted_elsewhere_leads_back_to_all_models(
    shown: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page = show_model(shown, "HandMade", qtbot)
    change_store(
        tmp_path / "mlflow.db",
        "DELETE FROM model_versions WHERE name = 'HandMade'",
        "DELETE FROM registered_models WHERE name = 'HandMade'",
    )
    with qtbot.waitSignal(page.said, check_params_cb=lambda words: "not in the store" in words, timeout=LIMIT_MS):
        page.refresh(None)
    assert page.overview.isVisible()


def test_that_prompts_are_never_listed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    store = new_store(tmp_path / "mlflow.db")
    insert(store, "registered_models", {"name": "Greeting"}, {"name": "Rye"})
    insert(store, "registered_model_tags", {"name": "Greeting", "key": "mlflow.prompt.is_prompt", "value": "true"})
    open_models(window, store, qtbot)
    assert column(window, OverviewColumn.NAME) == ["Rye"]


def board_store(tmp_path: Path, archived: int = 2) -> Path:
    store = new_store(tmp_path / "mlflow.db")
    stages = ["None", "Production", "Staging", "QA", *["Archived"] * archived]
    insert(store, "registered_models", {"name": "Rye"})
    insert(
        store,
        "model_versions",
        *({"name": "Rye", "version": n, "current_stage": stage, "source": "s3://b", "status": "READY"}
          for n, stage in enumerate(stages, 1)),
    )  # fmt: skip
    return store


def test_that_the_board_has_a_lane_a_stage_and_is_remembered(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_models(window, board_store(tmp_path), qtbot)
    page = show_model(window, "Rye", qtbot)
    window.menus.trigger("models.board")
    board = page.model_view.versions.board
    assert board.isVisible()
    assert window._settings.flag("models_board", False)
    numbers = {lane.stage: [one.version for one in lane.cards.versions] for lane in board.lanes}
    assert numbers == {Stage.NONE: [1], Stage.STAGING: [3], Stage.PRODUCTION: [2], Stage.ARCHIVED: [6, 5], None: [4]}
    assert board.lanes[-1].isVisible()


def test_that_the_board_is_walked_by_keys(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_models(window, board_store(tmp_path), qtbot)
    page = show_model(window, "Rye", qtbot)
    versions = page.model_view.versions
    versions.show_board(True)
    versions.choose(1)
    lanes = versions.board.lanes
    for key, lane, number in (("Right", 1, 3), ("Right", 2, 2), ("Right", 3, 6), ("Down", 3, 5), ("Left", 2, 2)):
        at = next(one for one in lanes if one.view.current is not None)
        qtbot.keyClick(at.view, getattr(Qt.Key, f"Key_{key}"))
        assert versions.current is not None
        assert (versions.current.version, lanes[lane].view.current) == (number, versions.current)
        assert page.inspector._version == versions.current
    qtbot.keyClick(lanes[2].view, Qt.Key.Key_Return)
    assert page.place() == "Rye 2"


def test_that_a_long_archive_is_folded_until_it_is_unfolded(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_models(window, board_store(tmp_path, LONG + 1), qtbot)
    page = show_model(window, "Rye", qtbot)
    page.model_view.versions.show_board(True)
    archived = page.model_view.versions.board.lanes[3]
    assert archived.is_folded
    qtbot.mouseClick(archived.fold, Qt.MouseButton.LeftButton)
    page.refresh(None)
    settle(window, qtbot)
    assert not archived.is_folded


def test_that_a_dropped_card_asks_and_moves_nothing_by_itself(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_models(window, board_store(tmp_path), qtbot)
    page = show_model(window, "Rye", qtbot)
    page.model_view.versions.show_board(True)
    lanes = page.model_view.versions.board.lanes
    lanes[1].view.version_dropped.emit(1, None)
    dialog = dialog_of(window, TransitionStageDialog, qtbot)
    assert dialog.stage is Stage.STAGING
    assert dialog.partner is None
    dialog.reject()
    assert [one.version for one in lanes[0].cards.versions] == [1]
    lanes[2].view.version_dropped.emit(1, lanes[2].cards.versions[0])
    dialog = dialog_of(window, TransitionStageDialog, qtbot)
    assert dialog.partner is not None
    assert (dialog.stage, dialog.partner.version) == (Stage.PRODUCTION, 2)
    button = dialog.findChild(QPushButton, "move")
    assert button is not None
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert [one.version for one in lanes[2].cards.versions] == [1]
    assert [one.version for one in lanes[0].cards.versions] == [2]


def test_that_metrics_of_source_runs_stand_beside_versions_and_sort_them(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    qtbot.waitUntil(lambda: bool(page.model_view.versions.facts.metrics), timeout=LIMIT_MS)
    names = page.model_view.versions.metrics._names
    page.model_view.versions.metrics_chosen.emit(names[:2])
    settle(shown, qtbot)
    versions = page.table.versions
    behind = versions.columns.index(VersionColumn.RUN) + 1
    assert versions.columns[behind : behind + len(names[:2])] == names[:2]
    page.table.sort_column(behind)
    shown_values = [page.model_view.versions.facts.metric(names[0], one) for one in versions.versions]
    present = [value for value in shown_values if value is not None]
    assert present == sorted(present, reverse=True)
    page.model_view.versions.metrics_chosen.emit([])
    settle(shown, qtbot)
    assert versions.columns == list(VersionColumn)


def test_that_a_search_keeps_what_is_selected_and_a_refresh_keeps_both(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(2)
    page.model_view.versions.search.setText("stage:production")
    assert [one.version for one in page.table.versions.versions] == [2]
    page.refresh(None)
    settle(shown, qtbot)
    assert [one.version for one in page.table.versions.versions] == [2]
    page.model_view.versions.search.clear()
    assert page.table.current is not None
    assert page.table.current.version == 2


def test_that_description_and_tags_of_the_model_are_written_in_place_and_taken_back(
    shown: MainWindow, qtbot: QtBot
) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    head = page.model_view.head
    head.description.begin()
    head.description.editor.text.setPlainText("Who **leaves**")
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        qtbot.mouseClick(head.description.editor.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: head.description.viewer.toPlainText() == "Who leaves", timeout=LIMIT_MS)
    assert head.description.editor.isHidden()
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        head.tags.set_requested.emit("owner", "Ann")
    qtbot.waitUntil(
        lambda: page.faces.model is not None and ("owner", "Ann") in page.faces.model.tags, timeout=LIMIT_MS
    )
    settle(shown, qtbot)
    shown.editing.undo()
    qtbot.waitUntil(
        lambda: page.faces.model is not None and ("owner", "Ann") not in page.faces.model.tags, timeout=LIMIT_MS
    )


def test_that_a_version_gets_an_alias_that_leaves_another(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(3)
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        page.inspector.edits.aliases.set_requested.emit("champion")
    settle(shown, qtbot)
    assert page.table.current is not None
    assert "champion" in page.table.current.aliases


def test_that_a_model_in_use_says_why_it_cannot_be_renamed(shown: MainWindow, qtbot: QtBot) -> None:
    show_model(shown, "ChurnModel", qtbot)
    shown.menus.trigger("models.rename")
    said = dialog_of(shown, MessageDialog, qtbot).findChild(QLabel, "message_sentence")
    assert said is not None
    assert "stand in the way" in said.text()


def test_that_a_renamed_model_stays_in_front(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModelByModelUri", qtbot)
    shown.menus.trigger("models.rename")
    dialog = dialog_of(shown, ModelNameDialog, qtbot)
    field, button = dialog.findChild(QLineEdit, "model_name"), dialog.findChild(QPushButton, "name_model")
    assert field is not None
    assert button is not None
    field.setText("HandMade")
    assert not button.isEnabled()
    field.setText("ByUri")
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(shown, qtbot)
    assert page.place() == "ByUri"


def test_that_an_empty_model_is_made_and_shown(shown: MainWindow, qtbot: QtBot) -> None:
    button = shown.findChild(QPushButton, "create_model")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(shown, ModelNameDialog, qtbot)
    field, create = dialog.findChild(QLineEdit, "model_name"), dialog.findChild(QPushButton, "name_model")
    assert field is not None
    assert create is not None
    assert not create.isEnabled()
    field.setText("Rye")
    with qtbot.waitSignal(shown.models.changed, timeout=LIMIT_MS):
        qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
    settle(shown, qtbot)
    assert shown.models.place() == "Rye"
    said = shown.findChild(QLabel, "versions_empty")
    assert said is not None
    assert said.isVisible()


@pytest.mark.parametrize("action", ["models.delete", "models.delete_version"])
def test_that_a_deletion_names_its_consequences_and_can_be_taken_back(
    shown: MainWindow, qtbot: QtBot, action: str
) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(2)
    before = kept(page)
    shown.menus.trigger(action)
    dialog = dialog_of(shown, LifecycleDialog, qtbot)
    assert "Production" in dialog.consequence.text()
    assert "champion" in dialog.consequence.text()
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    settle(shown, qtbot)
    if action == "models.delete":
        assert page.overview.isVisible()
        assert "ChurnModel" not in column(shown, OverviewColumn.NAME)
    else:
        assert [one.version for one in page.table.versions.versions] == [3, 1]
    shown.editing.undo()
    qtbot.waitUntil(lambda: kept(page) == before, timeout=LIMIT_MS)


def test_that_the_menu_of_versions_moves_compares_and_copies(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(3)
    page.commands.open_version_menu(page.mapToGlobal(page.rect().center()))
    menu = page.findChild(QMenu, "version_menu")
    assert menu is not None
    texts = [entry.text() for entry in menu.actions()]
    assert "Compare with version 2 in Production" in texts
    assert "Copy models:/ChurnModel/3" in texts
    moves = menu.findChild(QMenu, "transition_menu")
    assert moves is not None
    assert [entry.text() for entry in moves.actions()] == ["Stage None…", "Production…", "Archived…"]
    menu.close()


def test_that_the_item_models_keep_qt_s_rules(qtbot: QtBot) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    facts = VersionFacts()
    overview, lane = ModelOverviewModel(), LaneModel(Stage.STAGING, facts)
    testers = [QAbstractItemModelTester(model, mode) for model in (overview, lane)]
    versions = [
        ModelVersion("m", n, "Staging", "READY", "s", None, None, "", n, n, ("a",), (), "default") for n in range(4)
    ]
    lane.show(versions)
    lane.show(versions[:1])
    overview.search("x")
    for place in OverviewColumn:
        overview.sort(place, Qt.SortOrder.DescendingOrder)
    assert testers


def test_that_selected_versions_are_compared_down_to_their_files(window: MainWindow, qtbot: QtBot) -> None:
    window.open_sample()
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=LIMIT_MS)
    window.menus.trigger("page.models")
    page = show_model(window, "DemandForecast", qtbot)
    page.table.selectAll()
    assert window.menus.action("models.compare").isEnabled()
    qtbot.keyClick(page.table, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(window, VersionComparison, qtbot)
    assert dialog.windowTitle() == "DemandForecast: versions 2, 1 and 3"
    qtbot.waitUntil(lambda: any("·" in text for text in files_of(dialog)), timeout=LIMIT_MS)
    sections = {row.section for row in dialog.model.comparison.rows}
    assert {Section.METRICS, Section.SIGNATURE, Section.REQUIREMENTS, Section.FLAVORS, Section.FILES} <= sections
    assert dialog.model.baseline == "default/DemandForecast/2"
    dialog.accept()


def files_of(dialog: VersionComparison) -> list[str]:
    rows = dialog.model.comparison.rows
    return [text or "" for row in rows if row.section is Section.FILES for text in row.texts]


def test_that_a_version_without_run_and_files_is_compared_all_the_same(shown: MainWindow, qtbot: QtBot) -> None:
    page = show_model(shown, "ChurnModel", qtbot)
    page.table.choose(3)
    shown.menus.trigger("models.compare_production")
    dialog = dialog_of(shown, VersionComparison, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.model.comparison.rows), timeout=LIMIT_MS)
    settle(shown, qtbot)
    status = dialog.findChild(QLabel, "version_compare_status")
    assert status is not None
    assert "Version 2" in status.text()
    dialog.accept()


def test_that_models_of_one_name_in_two_workspaces_stay_apart(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    store = copy_of_store("mlflow-3.17", tmp_path)
    change_store(store, "INSERT INTO registered_models (workspace, name) VALUES ('bakery', 'HandMade')")
    open_models(window, store, qtbot)
    names = column(window, OverviewColumn.NAME)
    assert names[2:] == ["HandMade  ·  bakery", "HandMade  ·  default"]
    page = window.models
    page.overview.table.choose(("bakery", "HandMade"))
    qtbot.keyClick(page.overview.table, Qt.Key.Key_Return)
    assert page.faces.model is not None
    assert (page.faces.model.workspace, page.faces.model.versions) == ("bakery", ())
    page.commands.create_model()
    dialog = dialog_of(window, ModelNameDialog, qtbot)
    field, create = dialog.findChild(QLineEdit, "model_name"), dialog.findChild(QPushButton, "name_model")
    assert field is not None
    assert create is not None
    field.setText("ChurnModel")
    with qtbot.waitSignal(page.changed, timeout=LIMIT_MS):
        qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert (page.faces.model.workspace, page.faces.model.name) == ("bakery", "ChurnModel")


def test_that_nothing_can_be_changed_in_a_store_opened_for_reading_only(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_store(copy_of_store("mlflow-3.17", tmp_path), read_only=True)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=LIMIT_MS)
    window.menus.trigger("page.models")
    show_model(window, "ChurnModel", qtbot)
    for name in ("create_model", "rename_model", "transition"):
        button = window.findChild(QPushButton, name)
        assert button is not None
        assert not button.isEnabled()
        assert "reading only" in button.toolTip()
    for action in ("models.create", "models.rename", "models.delete", "models.delete_version", "models.describe"):
        assert not window.menus.action(action).isEnabled()
