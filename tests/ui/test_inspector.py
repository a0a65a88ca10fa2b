"""The inspector of the runs page: facts, links, edits in place, and foreign Markdown that loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from bakehouse.dialogs.dataset import DatasetDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.columns import param
from bakehouse.domain.edits import DeleteTag, RenameRun, SetNote, SetTag
from bakehouse.pages.runs.note_drafts import NoteDraft, NoteDrafts
from bakehouse.theme import LIGHT
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_points, add_run, change_store, insert, new_store, shared_store

RUN = "a" * 32
NOTE = "mlflow.note.content"


class Opened:
    """The window over a store, and the edits that its runs page asked for."""

    def __init__(self, window: MainWindow, qtbot, path: Path) -> None:
        self.window, self.page, self.qtbot, self.path = window, window.runs, qtbot, path
        self.inspector = window.runs.inspector
        self.edits: list[tuple[str, object]] = []
        window.runs.edit_requested.disconnect()
        window.runs.edit_requested.connect(lambda what, edit: self.edits.append((what, edit)))

    def show(self, run_id: str) -> None:
        self.page.reveal(run_id)
        self.qtbot.waitUntil(lambda: self.shown == run_id and not self.window.tasks.busy, timeout=10_000)

    @property
    def shown(self) -> str:
        return self.inspector.details.run_id if self.inspector.details is not None else ""

    def changed(self, *statements) -> None:
        """Another program writes; the page is told to read again."""
        change_store(self.path, *statements)
        before = self.inspector.details
        self.inspector.reload()
        self.qtbot.waitUntil(lambda: self.inspector.details is not before and not self.window.tasks.busy)

    def fact(self, name: str):
        return next(fact for fact in self.inspector.overview.facts if fact.name == name)

    def facts(self, name: str) -> list[str]:
        """The values from the line called `name` to the next one with a name."""
        found: list[str] = []
        for fact in self.inspector.overview.facts:
            if fact.name == name or (found and not fact.name):
                found.append(fact.value)
            elif found:
                break
        return found


@pytest.fixture
def path(tmp_path) -> Path:
    store = new_store(tmp_path / "mlflow.db")
    add_experiment(store, 1, "churn")
    tags = {
        "team": "pricing",
        NOTE: "# Title\n\nA [ticket](https://example.com/1) <img src='file:///etc/hostname'> ![c](file:///etc/passwd)",
        "mlflow.source.name": "src/train.py",
        "mlflow.source.git.commit": "3f9c2d1aa87bb1c2d3e4f5061728394a5b6c7d8e",
        "mlflow.source.git.repoURL": "git@github.com:acme/churn.git",
    }
    params = {"lr": "0.1", "model": "tree"}
    add_run(store, RUN, experiment_id=1, name="sweep", params=params, tags=tags, start=1_700_000_200_000)
    add_points(store, RUN, {"loss": [(step, 1 / (step + 1)) for step in range(50)], "auc": [(0, 0.9)]})
    add_points(store, RUN, {f"system/cpu_{n}": [(0, 1.0), (1, 2.0)] for n in range(3)})
    for number, status in enumerate(("FINISHED", "FAILED")):
        child = {"mlflow.parentRunId": RUN}
        add_run(store, f"{number:032x}", experiment_id=1, name=f"trial-{number}", status=status, tags=child)
    dataset = {"dataset_uuid": "d", "experiment_id": 1, "name": "churn-2024", "digest": "dfb3", "dataset_schema": "{}"}
    insert(store, "datasets", {**dataset, "dataset_source_type": "http", "dataset_source": '{"url": "x"}'})
    link = {"source_type": "DATASET", "source_id": "d", "destination_type": "RUN", "destination_id": RUN}
    insert(store, "inputs", {"input_uuid": "i", **link})
    return store


@pytest.fixture
def make(window, qtbot) -> Iterator[object]:
    def open_store(store: Path, read_only: bool = False) -> Opened:
        window.resize(1600, 1000)
        window.open_store(store, read_only=read_only)
        qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=20_000)
        return Opened(window, qtbot, store)

    yield open_store


@pytest.fixture
def opened(make, path) -> Opened:
    parts = make(path)
    parts.show(RUN)
    return parts


def dialog(kind):
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def test_that_the_overview_says_state_source_relatives_and_data(opened):
    assert opened.fact("Status").value == "Finished"
    assert "ago" in opened.fact("Started").value
    assert opened.fact("Source").full == "src/train.py"
    assert opened.facts("Children") == ["2 runs: 1 failed, 1 finished", "trial-0", "trial-1 · failed"]
    assert opened.fact("Dataset").value.startswith("churn-2024")
    assert opened.fact("Run ID").copies and opened.fact("Artifacts").copies


def test_that_a_link_to_the_source_asks_first_and_is_https(opened):
    link = opened.fact("Commit").link
    assert link.startswith("web:https://github.com/acme/churn/tree/3f9c2d1")
    opened.inspector.overview.link_activated.emit(link)
    question = dialog(MessageDialog)
    assert [button.text() for button in question.findChildren(QPushButton)] == ["Cancel", "Open"]
    question.close()


def test_that_a_dataset_opens_with_all_its_words(opened):
    opened.inspector.overview.link_activated.emit(opened.fact("Dataset").link)
    assert "churn-2024" in dialog(DatasetDialog).windowTitle()
    dialog(DatasetDialog).close()


def test_that_children_lead_to_themselves_and_back_to_the_parent(opened, qtbot):
    child = next(fact for fact in opened.inspector.overview.facts if fact.value == "trial-0")
    opened.inspector.overview.link_activated.emit(child.link)
    qtbot.waitUntil(lambda: opened.shown == child.full and not opened.window.tasks.busy)
    opened.inspector.overview.link_activated.emit(opened.fact("Parent").link)
    qtbot.waitUntil(lambda: opened.shown == RUN and not opened.window.tasks.busy)
    opened.inspector.overview.link_activated.emit(opened.fact("Children").link)
    assert len(opened.page.selection.ids) == 2


def test_that_a_lines_button_and_menu_copy_its_value(opened):
    overview = opened.inspector.overview
    line = overview.line_of("Run ID")
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(line.right() - 6, line.center().y()))
    assert QGuiApplication.clipboard().text() == RUN
    menu: QMenu = overview.menu_for(opened.fact("Source"))
    next(action for action in menu.actions() if action.text() == "Copy value").trigger()
    assert QGuiApplication.clipboard().text() == "src/train.py"
    menu.close()


def test_that_a_metric_has_its_figures_its_curve_and_leads_to_its_history(opened, qtbot):
    rows = opened.inspector.metrics.rows
    loss = next(fact for fact in rows.facts if fact.name == "loss")
    assert (loss.value, *loss.more) == ("0.02", "0.02", "1.00")
    qtbot.waitUntil(lambda: "loss" in rows._lines)
    assert "auc" not in rows._lines
    line = rows.line_of("loss")
    QTest.mouseClick(rows, Qt.MouseButton.LeftButton, pos=line.center())
    qtbot.waitUntil(lambda: "50 points" in opened.page.plots.history.status())


def test_that_system_metrics_are_folded_under_one_line(opened):
    section = opened.inspector.metrics
    assert [fact.name for fact in section.rows.facts] == ["auc", "loss"]
    assert section.fold.text() == "Show 3 system metrics" and not section.folded.isVisible()
    section.fold.click()
    assert len(section.folded.facts) == 3 and section.folded.isVisible()


def test_that_a_params_menu_filters_and_adds_a_column(opened, qtbot):
    params = opened.inspector.params.rows
    fact = next(fact for fact in params.facts if fact.name == "model")
    opened.page.model.show_columns([key for key in opened.page.model.columns if key != param("model")])
    menu = params.menu_for(fact)
    entries = {action.text(): action for action in menu.actions()}
    entries["Add as column"].trigger()
    assert param("model") in opened.page.model.columns
    menu.actions()[0].trigger()
    assert opened.page.filter_bar.text in ("params.model = 'tree'", 'params.model = "tree"')
    menu.close()


def test_that_thousands_of_metrics_are_searched(make, tmp_path, qtbot):
    store = new_store(tmp_path / "many.db")
    add_run(store, RUN, metrics={f"layer_{number}/norm": float(number) for number in range(3000)})
    opened = make(store)
    opened.show(RUN)
    section = opened.inspector.metrics
    assert len(section.rows.facts) == 8 and section.link.text() == "Show all 3,000"
    section.search.setText("layer_2999")
    assert [fact.name for fact in section.rows.facts] == ["layer_2999/norm"]
    section.search.setText("nothing like it")
    assert not section.rows.facts
    section.search.clear()
    section.link.click()
    assert len(section.rows.facts) == 3000
    assert len(section.findChildren(QPushButton)) < 5


def test_that_foreign_markdown_loads_no_image_and_shows_html_as_text(opened):
    shown = opened.inspector.note.viewer.toPlainText()
    assert "<img src='file:///etc/hostname'>" in shown
    assert "[image not shown: c]" in shown
    assert "\ufffc" not in shown
    document = opened.inspector.note.viewer.document()
    for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.StyleSheetResource):
        assert document.resource(kind, QUrl("file:///etc/hostname")) is None


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "/etc/passwd", "mailto:a@b.c"])
def test_that_only_web_links_of_a_note_are_told(qtbot, address):
    viewer = NoteViewer(LIGHT)
    qtbot.addWidget(viewer)
    viewer.show_markdown(f"[x]({address})")
    told: list[str] = []
    viewer.link_activated.connect(told.append)
    viewer.anchorClicked.emit(QUrl(address))
    assert not told and viewer.source().isEmpty()
    viewer.anchorClicked.emit(QUrl("https://example.com/"))
    assert told == ["https://example.com/"]


def test_that_a_name_is_edited_in_place_and_stays_open_until_the_store_has_it(opened):
    title = opened.inspector.title
    QTest.mouseDClick(title.label, Qt.MouseButton.LeftButton)
    assert title.field.isVisible()
    title.field.selectAll()
    QTest.keyClicks(title.field, "better")
    QTest.keyClick(title.field, Qt.Key.Key_Return)
    assert opened.edits == [("runs.rename", RenameRun(RUN, "better"))]
    assert title.field.isVisible()
    opened.changed(("UPDATE runs SET name = 'better' WHERE run_uuid = ?", (RUN,)))
    assert not title.field.isVisible() and title.label.text() == "better"


def test_that_a_tag_is_added_changed_and_deleted_in_place(opened):
    tags = opened.inspector.tags
    tags.begin()
    tags.editor.key.setText("stage")
    tags.editor.value.setPlainText("prod")
    tags.editor.save.click()
    assert opened.edits.pop() == ("runs.tags", SetTag((RUN,), "stage", "prod"))
    assert tags.editor.isVisible()
    opened.changed(("INSERT INTO tags (key, value, run_uuid) VALUES ('stage', 'prod', ?)", (RUN,)))
    assert not tags.editor.isVisible()
    tags.chips.chip_clicked.emit(0)
    assert tags.editor.draft == ("stage", "prod") and tags.editor.key.isReadOnly()
    tags.editor.remove.click()
    assert opened.edits.pop() == ("runs.tags", DeleteTag((RUN,), "stage"))


def test_that_a_tag_that_mlflow_would_refuse_is_said_before(opened):
    tags = opened.inspector.tags
    tags.begin()
    tags.editor.key.setText("a//b")
    assert tags.editor.news.isVisible() and not tags.editor.save.isEnabled()
    tags.editor.key.setText("fine")
    tags.editor.value.setPlainText("x" * 8001)
    assert "8,000" in tags.editor.news.text() and not tags.editor.save.isEnabled()


def test_that_a_note_is_written_with_preview_and_count(opened):
    note = opened.inspector.note
    note.begin()
    note.editor.text.setPlainText("**bold**")
    note.editor.tabs.setCurrentIndex(1)
    assert note.editor.preview.toPlainText() == "bold"
    note.editor.tabs.setCurrentIndex(0)
    QTest.keyClick(note.editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert opened.edits == [("runs.note", SetNote((RUN,), "**bold**"))]
    note.editor.text.setPlainText("x" * 8001)
    assert not note.editor.save.isEnabled()


def test_that_drafts_survive_another_run_a_refresh_and_a_change_from_elsewhere(opened):
    note, tags, title = opened.inspector.note, opened.inspector.tags, opened.inspector.title
    note.begin()
    note.editor.text.setPlainText("half a thought")
    tags.begin()
    tags.editor.key.setText("half")
    title.begin()
    title.field.clear()
    QTest.keyClicks(title.field, "half a name")
    opened.show("0" * 32)
    assert not note.editor.isVisible() and not tags.editor.isVisible() and not title.field.isVisible()
    opened.show(RUN)
    assert note.editor.text.toPlainText() == "half a thought"
    assert tags.editor.isVisible() and tags.editor.key.text() == "half"
    assert title.field.text() == "half a name"
    opened.changed(("UPDATE tags SET value = 'theirs' WHERE key = ? AND run_uuid = ?", (NOTE, RUN)))
    assert note.editor.text.toPlainText() == "half a thought"
    assert "changed elsewhere" in note.editor.warning.text()
    opened.changed(("UPDATE tags SET value = 'half a thought' WHERE key = ? AND run_uuid = ?", (NOTE, RUN)))
    assert not note.editor.isVisible()


def test_that_a_note_not_saved_is_kept_when_the_store_closes_and_offered_again(opened, qtbot):
    note, notices = opened.inspector.note, opened.window.notices
    note.begin()
    note.editor.text.setPlainText("half a thought")
    opened.window.opener.close()
    qtbot.waitUntil(lambda: opened.window.opener.session is None)
    assert not note.drafts.unsaved
    opened.window.open_store(opened.path)
    qtbot.waitUntil(lambda: opened.page.model.frame.size > 0 and not opened.window.tasks.busy, timeout=10_000)
    assert notices.isVisible()
    assert notices.findChild(PlainLabel, "notice_text").text() == "Your note on “sweep” was not saved."
    next(button for button in notices.findChildren(QPushButton) if button.text() == "Continue").click()
    qtbot.waitUntil(lambda: opened.shown == RUN and not opened.window.tasks.busy, timeout=10_000)
    assert note.editor.isVisible() and note.editor.text.toPlainText() == "half a thought"
    opened.changed(("UPDATE tags SET value = 'half a thought' WHERE key = ? AND run_uuid = ?", (NOTE, RUN)))
    opened.window.opener.close()
    opened.window.open_store(opened.path)
    qtbot.waitUntil(lambda: opened.page.model.frame.size > 0 and not opened.window.tasks.busy, timeout=10_000)
    assert not notices.isVisible(), "the store holds it now"


def test_that_a_note_not_saved_outlives_the_window_and_can_be_discarded(opened, qtbot):
    note, settings = opened.inspector.note, opened.window.opener.session.settings
    note.begin()
    note.editor.text.setPlainText("half a thought")
    opened.page.remember_layout()
    assert [texts[2] for texts in settings.note_drafts(opened.path).values()] == ["half a thought"]
    opened.window.opener.close()
    opened.window.open_store(opened.path)
    qtbot.waitUntil(lambda: opened.page.model.frame.size > 0 and not opened.window.tasks.busy, timeout=10_000)
    buttons = opened.window.notices.findChildren(QPushButton)
    next(button for button in buttons if button.text() == "Discard").click()
    assert not settings.note_drafts(opened.path) and not note.editor.isVisible()


def test_that_two_windows_keep_each_others_drafts(opened):
    settings, path = opened.window.opener.session.settings, opened.path
    one, other = NoteDrafts(opened.page), NoteDrafts(opened.page)
    for drafts in (one, other):
        drafts.open(settings, path)
    one.put("a", NoteDraft("run a", "", "mine"))
    other.put("b", NoteDraft("run b", "", "theirs"))
    one.keep()
    other.close()
    assert settings.note_drafts(path) == {"a": ("run a", "", "mine"), "b": ("run b", "", "theirs")}
    one.drop("a")
    one.close()
    assert list(settings.note_drafts(path)) == ["b"]


def test_that_a_read_only_store_and_a_deleted_run_explain_themselves(make, path):
    opened = make(path, read_only=True)
    opened.show(RUN)
    assert "reading only" in opened.inspector._refusal.text() and opened.inspector._refusal.isVisible()
    assert not opened.inspector.tags.add.isEnabled() and not opened.inspector.note.link.isEnabled()
    opened.inspector.title.begin()
    assert not opened.inspector.title.field.isVisible()


def test_that_a_run_deleted_elsewhere_says_so(opened):
    opened.changed(("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", (RUN,)))
    assert opened.fact("Lifecycle").value == "Deleted"
    assert "restore" in opened.inspector._refusal.text()


@pytest.mark.parametrize("name", ["mlflow-1.30", "mlflow-2.22", "mlflow-3.17"])
def test_that_every_run_of_a_real_store_is_shown(name, make, qtbot):
    opened = make(shared_store(name))
    for run_id in list(opened.page.model.frame.run_ids):
        opened.show(run_id)
        assert opened.fact("Run ID").value == run_id


def test_that_several_runs_show_what_they_share(opened, qtbot):
    several = opened.inspector.several
    with qtbot.waitSignal(several.shown, timeout=10_000):
        opened.page.selecting.select_all()
    assert several.isVisible() and not opened.inspector.title.isVisible()
    facts = {fact.name: fact.value for fact in several.overview.facts}
    assert facts["Status"] == "2 finished, 1 failed"
    assert {fact.name: fact.value for fact in several.params.rows.facts}["lr"] == "0.1 · 2 without"
    opened.page.selection.set([RUN], RUN)
    qtbot.waitUntil(lambda: opened.inspector.title.isVisible())
    assert not several.isVisible()


def test_that_a_run_with_hundreds_of_models_lists_a_few_and_counts_the_rest(path, make):
    for number in range(300):
        row = {"model_id": f"m-{number:03d}", "experiment_id": 1, "name": f"step-{number}", "source_run_id": RUN}
        place = {"artifact_location": f"./models/{number}", "status": 2, "lifecycle_stage": "active"}
        insert(path, "logged_models", {**row, **place, "creation_timestamp_ms": number, "last_updated_timestamp_ms": 1})
    opened = make(path)
    opened.show(RUN)
    models = opened.facts("Model")
    assert models[0] == "step-0" and models[-1] == "and 292 more" and len(models) == 9
