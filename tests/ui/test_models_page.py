"""The models page on a real store: what it shows, where it leads, and edits from question to refreshed table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.actions import Context
from bakehouse.artifacts.digests import folder_digest
from bakehouse.artifacts.locator import Locator
from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.dialogs.transition_stage import TransitionStageDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.registry_edits import RegisterFolder
from bakehouse.itemmodels.registry_models import ModelListModel
from bakehouse.itemmodels.version_table import VersionColumn, VersionTableModel
from bakehouse.pages.models import ModelsPage
from bakehouse.pages.models.registering import LateDigest, RegistrationReading
from bakehouse.pages.session import Session
from bakehouse.registry.registering import ModelSource
from bakehouse.settings import Settings
from bakehouse.store import registrations
from bakehouse.store.opening import open_store
from bakehouse.store.writing import Writer
from bakehouse.tasks import TaskRunner
from bakehouse.theme import DARK, ThemeSource
from bakehouse.widgets.labels import PlainLabel
from tests.stores import change_store, copy_of_store, new_store

Open = Callable[..., ModelsPage]

# The first write of a process loads SQLAlchemy.
WRITE_LIMIT_MS = 30_000


@pytest.fixture
def open_page(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens a store on a shown models page; what is opened is closed in the order the window does it."""
    tasks, themes = TaskRunner(), ThemeSource("light")
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    page = ModelsPage(themes, tasks, Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    stores = []

    def open_(path: Path, *, read_only: bool = False, model: str = "ChurnModel") -> ModelsPage:
        store = open_store(path, read_only=read_only)
        stores.append(store)
        page.open(Session(store, Locator(path), tasks, themes, Settings(tmp_path / "settings.ini")))
        page.changed.connect(page.refresh)
        qtbot.waitUntil(lambda: not tasks.busy)
        page.reveal(model)
        qtbot.waitUntil(lambda: not tasks.busy)
        return page

    yield open_
    page.close_store()
    tasks.close()
    for store in stores:
        store.close()
    assert not crashes


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[ModelsPage], None]:
    def settle(page: ModelsPage) -> None:
        qtbot.waitUntil(lambda: not page._tasks.busy, timeout=WRITE_LIMIT_MS)

    return settle


def names(page: ModelsPage) -> list[str]:
    model = page.sidebar.model
    return [str(model.index(row).data()) for row in range(model.rowCount())]


def cells(page: ModelsPage, column: VersionColumn) -> list[str]:
    model = page.table.versions
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def dialog_of(page: ModelsPage, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    qtbot.waitUntil(lambda: any(d.isVisible() for d in page.findChildren(kind)), timeout=WRITE_LIMIT_MS)
    return next(d for d in page.findChildren(kind) if d.isVisible())


def test_that_models_and_versions_of_a_real_store_are_shown(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    assert names(page) == ["ChurnModel", "ChurnModelByModelUri", "HandMade"]
    assert cells(page, VersionColumn.VERSION) == ["3", "2", "1"]
    assert cells(page, VersionColumn.STAGE) == ["Staging", "Production", "Archived"]
    assert cells(page, VersionColumn.ALIASES) == ["challenger", "champion", ""]
    assert cells(page, VersionColumn.RUN) == ["model-2", "model-1", "model-0"]
    assert page.place() == "ChurnModel"
    assert page.summary() == "3 models · ChurnModel has 3 versions"
    assert page.context(Context()).selected_version
    assert page.model_view.head.description.viewer.toPlainText() == "RM desc"


@pytest.mark.parametrize("name", ["mlflow-1.30", "mlflow-2.22"])
def test_that_older_stores_are_shown_too(open_page: Open, tmp_path: Path, name: str) -> None:
    page = open_page(copy_of_store(name, tmp_path))
    assert names(page) == ["ChurnModel", "HandMade"]
    assert cells(page, VersionColumn.STAGE) == ["Staging", "Production", "Archived"]


def test_that_a_store_without_models_says_what_to_do(open_page: Open, tmp_path: Path) -> None:
    page = open_page(new_store(tmp_path / "mlflow.db"))
    said = page.findChild(QLabel, "models_empty")
    assert said.isVisible()
    assert said.text() == "No registered models yet. Select a run with a model and choose Register model."
    assert not page.context(Context()).selected_version


def test_that_the_search_narrows_the_list_and_keeps_the_choice(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    search = page.findChild(QLineEdit, "model_search")
    qtbot.keyClicks(search, "hand")
    assert names(page) == ["HandMade"]
    assert page.findChild(QLabel, "models_count").text() == "MODELS · 1 OF 3"
    assert page.place() == "ChurnModel"
    search.setText("growth")
    assert names(page) == ["ChurnModel"]


def test_that_the_source_run_is_one_click_away(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    run_id = page.table.current.run_id
    with qtbot.waitSignal(page.navigate_requested) as asked:
        qtbot.mouseClick(page.findChild(QPushButton, "source_run"), Qt.MouseButton.LeftButton)
    assert asked.args == ["runs", run_id]


def test_that_another_page_can_ask_for_a_model_and_version(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    page.reveal("HandMade")
    assert page.place() == "HandMade"
    page.reveal(("ChurnModel", 1))
    assert page.place() == "ChurnModel"
    assert page.table.current.version == 1


def test_that_a_transition_goes_from_question_to_refreshed_table(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    with qtbot.waitSignal(page.edit_requested) as asked:
        qtbot.mouseClick(page.findChild(QPushButton, "transition"), Qt.MouseButton.LeftButton)
    page.begin_edit(*asked.args, page)
    dialog = dialog_of(page, TransitionStageDialog, qtbot)
    assert isinstance(dialog, TransitionStageDialog)
    dialog.choose(Stage.PRODUCTION)
    with qtbot.waitSignal(page.changed, timeout=WRITE_LIMIT_MS) as done:
        qtbot.mouseClick(dialog.findChild(QPushButton, "move"), Qt.MouseButton.LeftButton)
    assert isinstance(done.args[0], Changes)
    assert done.args[0].sentence == "ChurnModel version 3 moved to Production, 1 archived"
    settled(page)
    assert cells(page, VersionColumn.STAGE) == ["Production", "Archived", "Archived"]
    assert page.table.current.version == 3


def test_that_registering_shows_the_new_version(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    run_id = page.table.current.run_id
    page.editing.register_run(run_id, page)
    dialog = dialog_of(page, RegisterModelDialog, qtbot)
    assert isinstance(dialog, RegisterModelDialog)
    dialog.findChild(QLineEdit, "new_name").setText("Rye")
    with qtbot.waitSignal(page.changed, timeout=WRITE_LIMIT_MS):
        qtbot.mouseClick(dialog.findChild(QPushButton, "register"), Qt.MouseButton.LeftButton)
    settled(page)
    assert names(page) == ["ChurnModel", "ChurnModelByModelUri", "HandMade", "Rye"]
    assert page.place() == "Rye"
    assert cells(page, VersionColumn.VERSION) == ["1"]


def test_that_a_run_without_a_model_is_told_so(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id, artifact_uri)"
                       " VALUES ('r1', 'bare', 'FINISHED', 'active', 0, 's3://b/r1')")  # fmt: skip
    page = open_page(path)
    page.editing.register_run("r1", page)
    dialog = dialog_of(page, MessageDialog, qtbot)
    assert "nothing to register" in dialog.findChild(QLabel, "message_sentence").text()


def test_that_a_version_changed_meanwhile_is_refused_with_the_reason(
    open_page: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    page = open_page(path)
    page.begin_edit("models.transition", page.table.current, page)
    dialog = dialog_of(page, TransitionStageDialog, qtbot)
    with open_store(path) as other:
        registrations.transition_stage(Writer(other), "ChurnModel", 3, Stage.ARCHIVED)
    qtbot.mouseClick(dialog.findChild(QPushButton, "move"), Qt.MouseButton.LeftButton)
    said = dialog_of(page, MessageDialog, qtbot)
    assert "is in Archived by now" in said.findChild(QLabel, "message_sentence").text()


def test_that_a_trigger_is_asked_about_and_nothing_is_written_without_a_yes(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    change_store(path, "CREATE TRIGGER sneaky AFTER UPDATE ON model_versions BEGIN SELECT 1; END")
    page = open_page(path)
    page.begin_edit("models.transition", page.table.current, page)
    dialog = dialog_of(page, TransitionStageDialog, qtbot)
    qtbot.mouseClick(dialog.findChild(QPushButton, "move"), Qt.MouseButton.LeftButton)
    question = dialog_of(page, MessageDialog, qtbot)
    assert "sneaky" in question.findChild(QLabel, "message_sentence").text()
    with qtbot.waitSignal(page.changed, timeout=WRITE_LIMIT_MS):
        yes = next(b for b in question.findChildren(QPushButton) if b.text() != "Cancel")
        qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    settled(page)
    assert cells(page, VersionColumn.STAGE)[0] == "Production"


def test_that_a_read_only_store_explains_why_it_cannot_be_edited(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path), read_only=True)
    button = page.findChild(QPushButton, "transition")
    assert not button.isEnabled()
    assert "reading only" in button.toolTip()


def test_that_a_refresh_keeps_version_and_order(
    open_page: Open, tmp_path: Path, settled: Callable[[ModelsPage], None]
) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    page.table.sortByColumn(VersionColumn.VERSION, Qt.SortOrder.AscendingOrder)
    page.table.choose(1)
    page.refresh(None)
    settled(page)
    assert cells(page, VersionColumn.VERSION) == ["1", "2", "3"]
    assert page.table.current.version == 1


def test_that_what_was_read_stays_when_the_store_cannot_be_read_again(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    page = open_page(path)
    change_store(path, "ALTER TABLE model_versions RENAME TO elsewhere")
    with qtbot.waitSignal(page.said) as said:
        page.refresh(None)
    settled(page)
    assert "mlflow.db" in said.args[0]
    assert cells(page, VersionColumn.VERSION) == ["3", "2", "1"]


def test_that_a_closed_store_leaves_nothing_behind(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    page.close_store()
    assert names(page) == []
    assert page.table.current is None
    assert page.summary() == ""


def test_that_the_page_is_painted_in_both_themes(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    light = page.table.grab().toImage()
    page.set_theme(DARK)
    assert page.table.grab().toImage() != light


def version(number: int, **changes: object) -> ModelVersion:
    values = {
        "name": "Bread", "version": number, "stage": "None", "status": "READY", "source": "s",
        "storage_location": None, "run_id": None, "description": "", "creation_time_ms": number,
        "last_updated_time_ms": number, "aliases": (), "tags": (), "workspace": "default",
    }  # fmt: skip
    return ModelVersion(**(values | changes))  # type: ignore[arg-type]


def test_that_the_item_models_keep_qt_s_rules(qtbot: QtBot) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    versions, models = VersionTableModel(), ModelListModel()
    testers = [QAbstractItemModelTester(model, mode) for model in (versions, models)]
    versions.show([version(n) for n in range(5)])
    models.show([RegisteredModel(name, "", 1, 1, (), (version(1),), "default") for name in ("b", "A", "\u202ec")])
    models.search("a")
    for column in VersionColumn:
        versions.sort(column, Qt.SortOrder.AscendingOrder)
        versions.sort(column, Qt.SortOrder.DescendingOrder)
    assert testers


def test_that_missing_stands_last_in_both_directions() -> None:
    model = VersionTableModel()
    model.show([version(1, description="b"), version(2), version(3, description="a")])
    model.sort(VersionColumn.DESCRIPTION, Qt.SortOrder.AscendingOrder)
    assert [v.version for v in model.versions] == [3, 1, 2]
    model.sort(VersionColumn.DESCRIPTION, Qt.SortOrder.DescendingOrder)
    assert [v.version for v in model.versions] == [1, 3, 2]


def test_that_stages_sort_in_the_order_of_the_board() -> None:
    model = VersionTableModel()
    stages = ("Archived", "Production", "None", "QA", "Staging")
    model.show([version(n, stage=stage) for n, stage in enumerate(stages)])
    model.sort(VersionColumn.STAGE, Qt.SortOrder.AscendingOrder)
    assert [v.stage for v in model.versions] == ["None", "Staging", "Production", "Archived", "QA"]


def test_that_names_from_a_store_are_shown_with_their_hidden_characters() -> None:
    models = ModelListModel()
    models.show([RegisteredModel("a\u202eb\n", "", 1, 1, (), (), "default")])
    assert models.index(0).data() == "a\\u202eb\\n"


def test_that_a_model_s_folder_among_the_artifacts_is_registered_with_its_own_address(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    page = open_page(path)
    run_id = page.table.current.run_id
    page.begin_edit("runs.register", RegisterFolder(f"runs:/{run_id}", "nested/model"), page)
    dialog = dialog_of(page, RegisterModelDialog, qtbot)
    dialog.findChild(QLineEdit, "new_name").setText("Rye")
    dialog.findChild(QLineEdit, "version_aliases").setText("fresh")
    with qtbot.waitSignal(page.changed, timeout=WRITE_LIMIT_MS):
        qtbot.mouseClick(dialog.findChild(QPushButton, "register"), Qt.MouseButton.LeftButton)
    settled(page)
    version = page.table.current
    assert version.source.endswith(f"{run_id}/artifacts/nested/model")
    assert (version.run_id, version.aliases) == (run_id, ("fresh",))


def test_that_a_folder_of_a_run_that_is_gone_is_not_registered(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    page.begin_edit("runs.register", RegisterFolder("runs:/gone", "model"), page)
    dialog = dialog_of(page, MessageDialog, qtbot)
    assert "not in the store any more" in dialog.findChild(QLabel, "message_sentence").text()


@pytest.mark.parametrize(
    "address",
    ["s3://b/r1", "dbfs:/r1", "mlflow-artifacts:/1/r1", "no scheme", "file:///no/such/folder", "%00:\\?"],
)
def test_that_a_model_anywhere_can_be_registered_undigested(
    address: str, open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    path = new_store(tmp_path / "mlflow.db")
    insert = (
        "INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id, artifact_uri)"
        " VALUES ('r1', 'far', 'FINISHED', 'active', 0, ?)"
    )
    change_store(path, (insert, [address]))
    page = open_page(path)
    page.begin_edit("runs.register", RegisterFolder("runs:/r1", "model"), page)
    dialog = dialog_of(page, RegisterModelDialog, qtbot)
    words = dialog.findChild(PlainLabel, "digest_words")
    qtbot.waitUntil(lambda: words.text().startswith("Not digested"), timeout=WRITE_LIMIT_MS)
    dialog.findChild(QLineEdit, "new_name").setText("Rye")
    with qtbot.waitSignal(page.changed, timeout=WRITE_LIMIT_MS):
        qtbot.mouseClick(dialog.findChild(QPushButton, "register"), Qt.MouseButton.LeftButton)
    settled(page)
    assert page.table.current.source == f"{address}/model"
    assert page.table.current.tags == ()


def test_that_the_digest_made_while_one_answers_is_noted_with_the_version(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    path = new_store(tmp_path / "mlflow.db")
    folder = tmp_path / "r1" / "model"
    folder.mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {sklearn: {sklearn_version: 1.6.0}}\n")
    (folder / "outside").symlink_to("/etc/hostname")
    insert = (
        "INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id, artifact_uri)"
        " VALUES ('r1', 'near', 'FINISHED', 'active', 0, ?)"
    )
    change_store(path, (insert, [(tmp_path / "r1").as_uri()]))
    page = open_page(path)
    page.begin_edit("runs.register", RegisterFolder("runs:/r1", "model"), page)
    dialog = dialog_of(page, RegisterModelDialog, qtbot)
    words = dialog.findChild(PlainLabel, "digest_words")
    qtbot.waitUntil(lambda: "rule 1" in words.text(), timeout=WRITE_LIMIT_MS)
    assert "1 link not followed" in words.text()
    assert dialog.findChild(PlainLabel, "stored_model_summary").text() == "sklearn · no signature · 0 requirements"
    dialog.findChild(QLineEdit, "new_name").setText("Rye")
    with qtbot.waitSignal(page.changed, timeout=WRITE_LIMIT_MS):
        qtbot.mouseClick(dialog.findChild(QPushButton, "register"), Qt.MouseButton.LeftButton)
    settled(page)
    expected = folder_digest(folder, Token())
    assert page.table.current.tags == (("bakehouse.digest", f"{expected} rule 1"),)


def test_that_a_digest_that_takes_long_is_noted_after_registering(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    path = new_store(tmp_path / "mlflow.db")
    folder = tmp_path / "r1" / "model"
    folder.mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {sklearn: {sklearn_version: 1.6.0}}\n")
    with (folder / "weights").open("wb") as weights:
        weights.truncate(600_000_000)
    insert = (
        "INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id, artifact_uri)"
        " VALUES ('r1', 'large', 'FINISHED', 'active', 0, ?)"
    )
    change_store(path, (insert, [(tmp_path / "r1").as_uri()]))
    page = open_page(path)
    page.begin_edit("runs.register", RegisterFolder("runs:/r1", "model"), page)
    dialog = dialog_of(page, RegisterModelDialog, qtbot)
    words = dialog.findChild(PlainLabel, "digest_words")
    qtbot.waitUntil(lambda: "does not wait" in words.text(), timeout=WRITE_LIMIT_MS)
    dialog.findChild(QLineEdit, "new_name").setText("Rye")
    said: list[str] = []
    page.changed.connect(lambda changes: said.append(changes.sentence))
    qtbot.mouseClick(dialog.findChild(QPushButton, "register"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=60_000)
    assert said == ["Rye version 1 registered", "Tag “bakehouse.digest” set on Rye version 1"]
    settled(page)
    assert page.table.current.tags == (("bakehouse.digest", f"{folder_digest(folder, Token())} rule 1"),)


def test_that_a_late_digest_is_not_noted_in_another_store(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    dialog = RegisterModelDialog("s", [ModelSource("m", "s", str(tmp_path), None)], [], {}, "default", DARK, page)
    session = page.editing.session
    assert session is not None
    reading = RegistrationReading(dialog, session.locator, session.tasks, page.editing)
    late = LateDigest(page.editing, reading, page)
    page.close_store()
    with qtbot.waitSignal(late.destroyed):
        pass


def test_that_rows_without_words_stand_where_models_are_long_on_their_way(
    open_page: Open, tmp_path: Path, qtbot: QtBot, settled: Callable[[ModelsPage], None]
) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path))
    page.faces.patience.timeout.emit()
    assert page.faces.waiting.isVisible()
    page.refresh(None)
    settled(page)
    assert page.model_view.isVisible()
