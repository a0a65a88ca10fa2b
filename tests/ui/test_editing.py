"""Editing in the real window: asked once, done, said, taken back, and never against another's will."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.dialogs.edit_tags import EditTagsDialog
from bakehouse.dialogs.experiment_tags import ExperimentTagsDialog
from bakehouse.dialogs.lifecycle import LifecycleDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.new_experiment import NewExperimentDialog
from bakehouse.dialogs.text_answer import NameDialog, NoteDialog
from bakehouse.domain.edits import SetTag
from bakehouse.window import MainWindow
from tests.stores import add_experiment, add_run, change_store, new_store

Dialog = TypeVar("Dialog", bound=QDialog)
Open = Callable[..., MainWindow]

# The first write of a process loads SQLAlchemy.
LIMIT_MS = 30_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "Bread")
    for number in range(4):
        add_run(path, f"r{number}", experiment_id=1, name=f"run {number}", tags={"team": "a"})
    add_run(path, "child", experiment_id=1, name="child", tags={"mlflow.parentRunId": "r0"})
    add_experiment(path, 2, "Cake")
    add_run(path, "c", experiment_id=2, name="cake")
    return path


@pytest.fixture
def open_window(window: MainWindow, path: Path, qtbot: QtBot) -> Open:
    def open_(*, read_only: bool = False) -> MainWindow:
        window.open_store(path, read_only=read_only)
        qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=LIMIT_MS)
        return window

    return open_


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def dialog(window: MainWindow, kind: type[Dialog], qtbot: QtBot) -> Dialog:
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(kind)), timeout=LIMIT_MS)
    return next(d for d in window.findChildren(kind) if d.isVisible())


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)


def press(dialog: QDialog, text: str) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == text).click()


def switch_on(window: MainWindow, qtbot: QtBot) -> None:
    press(dialog(window, MessageDialog, qtbot), "Switch to editing")


def shown_ids(window: MainWindow) -> set[str]:
    return set(window.runs.model.frame.run_ids)


def notice(window: MainWindow) -> str:
    label = window.findChild(QLabel, "edit_notice_text")
    assert label is not None
    return label.text() if window.edit_notice.isVisible() else ""


def test_that_tags_are_set_after_one_question_about_editing(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    before = path.read_bytes()
    window.runs.selection.set(["r0", "r1"])
    window.menus.trigger("runs.tags")
    switch_on(window, qtbot)
    asked = dialog(window, EditTagsDialog, qtbot)
    assert path.read_bytes() == before
    key, value = asked.findChild(QComboBox, "tag_key"), asked.findChild(QPlainTextEdit, "tag_value")
    assert [key.itemText(row) for row in range(key.count())] == ["team"]
    key.setEditText("team")
    assert value.toPlainText() == "a"
    value.setPlainText("b")
    assert (
        asked.consequence.text() == "Sets “team” on 2 runs; all of them carry it now, and the value there is replaced."
    )
    asked.button.click()
    settle(window, qtbot)
    assert dict(rows(path, "SELECT run_uuid, value FROM tags WHERE key = 'team'")) == {
        "r0": "b", "r1": "b", "r2": "a", "r3": "a",
    }  # fmt: skip
    assert notice(window) == "Tag “team” set on 2 runs"

    window.menus.trigger("runs.tags")
    again = dialog(window, EditTagsDialog, qtbot)
    again.findChild(QComboBox, "tag_key").setEditText("team")
    again.findChild(QCheckBox, "remove_tag").setChecked(True)
    assert again.consequence.text() == "Removes “team” from the 2 runs of 2 runs that carry it."
    again.reject()


def test_that_ctrl_z_takes_the_last_edit_back(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    window.runs.edit_requested.emit("runs.tags", SetTag(("r0", "r1", "r2"), "team", "b"))
    switch_on(window, qtbot)
    qtbot.waitUntil(lambda: notice(window) != "", timeout=LIMIT_MS)
    settle(window, qtbot)
    undo = next(action for action in window.actions() if action.objectName() == "edit.undo")
    assert undo.isEnabled()
    assert undo.shortcut().toString() == "Ctrl+Z"
    undo.trigger()
    qtbot.waitUntil(lambda: notice(window) == "Took back tagging 3 runs", timeout=LIMIT_MS)
    assert {value for (value,) in rows(path, "SELECT value FROM tags WHERE key = 'team'")} == {"a"}
    assert not undo.isEnabled()


def test_that_an_undo_refuses_what_someone_else_changed(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    window.runs.edit_requested.emit("runs.tags", SetTag(("r0",), "team", "b"))
    switch_on(window, qtbot)
    qtbot.waitUntil(lambda: notice(window) != "", timeout=LIMIT_MS)
    change_store(path, "UPDATE tags SET value = 'theirs' WHERE key = 'team' AND run_uuid = 'r0'")
    window.findChild(QPushButton, "edit_notice_button").click()
    said = dialog(window, MessageDialog, qtbot)
    assert "changed by someone else since" in said.findChild(QLabel, "message_sentence").text()
    assert ("theirs",) in rows(path, "SELECT value FROM tags WHERE key = 'team'")
    said.close()


def test_that_a_run_is_renamed(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    window.runs.selection.set(["r0"])
    window.menus.trigger("runs.rename")
    switch_on(window, qtbot)
    asked = dialog(window, NameDialog, qtbot)
    name = asked.findChild(QLineEdit, "new_name")
    assert name.text() == "run 0"
    assert not asked.button.isEnabled()
    name.setText(" ")
    assert asked.consequence.text() == "A run needs a name."
    name.setText("n" * 251)
    assert not asked.button.isEnabled()
    name.setText("the best")
    asked.button.click()
    settle(window, qtbot)
    assert rows(path, "SELECT name FROM runs WHERE run_uuid = 'r0'") == [("the best",)]
    qtbot.waitUntil(lambda: "the best" in window.runs.model.frame.names, timeout=LIMIT_MS)


def test_that_a_note_is_written(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    window.runs.selection.set(["r0"])
    window.menus.trigger("runs.note")
    switch_on(window, qtbot)
    asked = dialog(window, NoteDialog, qtbot)
    text = asked.findChild(QPlainTextEdit, "note_text")
    text.setPlainText("x" * 8001)
    assert not asked.button.isEnabled()
    assert "this store takes 8,000" in asked.consequence.text()
    text.setPlainText("# Good\nrun")
    asked.button.click()
    settle(window, qtbot)
    assert rows(path, "SELECT value FROM tags WHERE key = 'mlflow.note.content'") == [("# Good\nrun",)]


def test_that_deleting_says_what_stays_and_runs_come_back(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    window.runs.selection.set(["r0", "r1"])
    window.menus.trigger("runs.delete")
    switch_on(window, qtbot)
    asked = dialog(window, LifecycleDialog, qtbot)
    assert "1 child run is not touched." in asked.consequence.text()
    command = asked.findChild(QLineEdit, "gc_command").text()
    assert command == f"mlflow gc --backend-store-uri sqlite:///{path} --run-ids r0,r1"
    asked.button.click()
    qtbot.waitUntil(lambda: shown_ids(window) == {"r2", "r3", "child"}, timeout=LIMIT_MS)
    assert not set(window.runs.selection.ids) & {"r0", "r1"}

    settle(window, qtbot)
    window.menus.trigger("runs.deleted")
    qtbot.waitUntil(lambda: shown_ids(window) == {"r0", "r1"}, timeout=LIMIT_MS)
    assert window.findChild(QPushButton, "deleted_runs").isVisible()
    window.runs.selection.set(["r0"])
    window.menus.trigger("runs.restore")
    qtbot.waitUntil(lambda: shown_ids(window) == {"r1"}, timeout=LIMIT_MS)
    settle(window, qtbot)
    window.findChild(QPushButton, "deleted_runs").click()
    qtbot.waitUntil(lambda: shown_ids(window) == {"r0", "r2", "r3", "child"}, timeout=LIMIT_MS)
    settle(window, qtbot)


def test_that_an_experiment_is_made_renamed_described(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    window.menus.trigger("experiments.create")
    switch_on(window, qtbot)
    asked = dialog(window, NewExperimentDialog, qtbot)
    asked.findChild(QLineEdit, "experiment_name").setText("Cake")
    assert not asked.button.isEnabled()
    asked.findChild(QLineEdit, "experiment_name").setText("Rye")
    asked.button.click()
    qtbot.waitUntil(lambda: "Rye" in [one.name for one in window.runs.sidebar.model.active], timeout=LIMIT_MS)
    settle(window, qtbot)

    window.menus.trigger("experiments.rename")
    naming = dialog(window, NameDialog, qtbot)
    naming.findChild(QLineEdit, "new_name").setText("Rye")
    assert "has this name already" in naming.consequence.text()
    naming.findChild(QLineEdit, "new_name").setText("Sourdough")
    naming.button.click()
    qtbot.waitUntil(lambda: window.runs.place() == "Sourdough", timeout=LIMIT_MS)
    settle(window, qtbot)

    window.menus.trigger("experiments.describe")
    describing = dialog(window, NoteDialog, qtbot)
    describing.findChild(QPlainTextEdit, "note_text").setPlainText("What we bake")
    describing.button.click()
    settle(window, qtbot)
    assert rows(path, "SELECT key, value, experiment_id FROM experiment_tags") == [
        ("mlflow.note.content", "What we bake", 1)
    ]


def test_that_tags_of_an_experiment_are_set_changed_and_removed(open_window: Open, path: Path, qtbot: QtBot) -> None:
    change_store(
        path, "INSERT INTO experiment_tags (key, value, experiment_id) VALUES ('mlflow.note.content', 'Hi', 1)"
    )
    window = open_window()
    before = rows(path, "SELECT * FROM experiments ORDER BY 1")

    def asked() -> ExperimentTagsDialog:
        window.menus.trigger("experiments.tags")
        return dialog(window, ExperimentTagsDialog, qtbot)

    def tags() -> list[tuple[Any, ...]]:
        settle(window, qtbot)
        return rows(path, "SELECT key, value FROM experiment_tags WHERE experiment_id = 1 ORDER BY 1")

    window.menus.trigger("experiments.tags")
    switch_on(window, qtbot)
    one = dialog(window, ExperimentTagsDialog, qtbot)
    assert not one.listed.facts, "the description has a dialog of its own"
    assert not one.button.isEnabled()
    one.findChild(QComboBox, "tag_key").setEditText("team")
    one.findChild(QPlainTextEdit, "tag_value").setPlainText("x" * 20_001)
    assert "this store takes" in one.consequence.text()
    one.findChild(QPlainTextEdit, "tag_value").setPlainText("ovens")
    one.button.click()
    assert tags() == [("mlflow.note.content", "Hi"), ("team", "ovens")]

    two = asked()
    assert [fact.name for fact in two.listed.facts] == ["team"]
    two.listed.fact_clicked.emit("team")
    assert two.value == "ovens"
    two.findChild(QPlainTextEdit, "tag_value").setPlainText("bread")
    assert two.consequence.text() == "Sets “team” on the experiment, in place of “ovens”."
    two.button.click()
    assert tags() == [("mlflow.note.content", "Hi"), ("team", "bread")]

    three = asked()
    three.findChild(QComboBox, "tag_key").setEditText("team")
    three.findChild(QCheckBox, "remove_tag").setChecked(True)
    three.button.click()
    assert tags() == [("mlflow.note.content", "Hi")]
    window.menus.trigger("edit.undo")
    assert tags() == [("mlflow.note.content", "Hi"), ("team", "bread")]
    assert rows(path, "SELECT * FROM experiments ORDER BY 1") == before, "no time of an experiment changes"


def test_that_a_deleted_experiment_is_found_and_restored(open_window: Open, path: Path, qtbot: QtBot) -> None:
    window = open_window()
    sidebar = window.runs.sidebar
    assert sidebar.selected == [1]
    window.menus.trigger("experiments.delete")
    switch_on(window, qtbot)
    asked = dialog(window, LifecycleDialog, qtbot)
    assert "with its 5 runs" in asked.consequence.text()
    asked.button.click()
    qtbot.waitUntil(lambda: shown_ids(window) == {"c"}, timeout=LIMIT_MS)
    settle(window, qtbot)

    window.findChild(QPushButton, "experiments_footer").click()
    assert [one.name for one in sidebar.model.shown] == ["Cake", "Default", "Bread"]
    sidebar.select([1])
    qtbot.waitUntil(lambda: len(shown_ids(window)) == 5, timeout=LIMIT_MS)
    settle(window, qtbot)
    window.menus.trigger("experiments.restore")
    restoring = dialog(window, LifecycleDialog, qtbot)
    assert "all its 5 runs" in restoring.consequence.text()
    restoring.button.click()
    qtbot.waitUntil(lambda: not window.runs.loader.deleted and len(shown_ids(window)) == 5, timeout=LIMIT_MS)
    settle(window, qtbot)
    assert rows(path, "SELECT count(*) FROM runs WHERE lifecycle_stage = 'active'") == [(6,)]


def test_that_a_pinned_experiment_stands_first_and_is_remembered(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    sidebar = window.runs.sidebar
    sidebar.select([2])
    settle(window, qtbot)
    window.menus.trigger("experiments.pin")
    assert [one.name for one in sidebar.model.shown] == ["Cake", "Bread", "Default"]
    assert sidebar.section.text() == "PINNED"
    window.opener.close()
    open_window()
    assert [one.name for one in window.runs.sidebar.model.shown] == ["Cake", "Bread", "Default"]
    window.runs.sidebar.select([2])
    settle(window, qtbot)
    window.menus.trigger("experiments.pin")
    assert [one.name for one in sidebar.model.shown] == ["Bread", "Cake", "Default"]


def test_that_equal_names_in_two_workspaces_are_told_apart_and_not_edited(
    open_window: Open, path: Path, qtbot: QtBot
) -> None:
    add_experiment(path, 3, "twin")
    change_store(path, "UPDATE experiments SET name = 'Bread', workspace = 'north' WHERE experiment_id = 3")
    window = open_window()
    model = window.runs.sidebar.model
    titles = [str(model.index(row).data()) for row in range(model.rowCount())]
    assert titles[:2] == ["Bread · default", "Bread · north"]
    window.runs.edit_requested.emit("runs.tags", SetTag(("r0",), "team", "b"))
    switch_on(window, qtbot)
    said = dialog(window, MessageDialog, qtbot)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)
    said = dialog(window, MessageDialog, qtbot)
    assert "2 workspaces" in said.findChild(QLabel, "message_sentence").text()
    said.close()
    assert {value for (value,) in rows(path, "SELECT value FROM tags WHERE key = 'team'")} == {"a"}


def test_that_edits_explain_themselves_on_a_store_opened_for_reading(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(read_only=True)
    window.runs.selection.set(["r0"])
    window.menus.trigger("runs.delete")
    said = dialog(window, MessageDialog, qtbot)
    assert said.windowTitle() == "Opened for reading only"
    said.close()


def test_that_waiting_for_another_writer_is_shown_and_can_be_cancelled(
    open_window: Open, path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        window.runs.edit_requested.emit("runs.tags", SetTag(("r0",), "team", "b"))
        switch_on(window, qtbot)
        doing = window.findChild(QLabel, "status_doing")
        qtbot.waitUntil(lambda: "Waiting for another writer" in doing.text(), timeout=LIMIT_MS)
        cancel = window.findChild(QPushButton, "status_cancel")
        qtbot.waitUntil(cancel.isVisible)
        cancel.click()
        qtbot.waitUntil(lambda: window.status.message.text() == "Stopped; nothing was written.", timeout=5_000)
        other.execute("ROLLBACK")
    assert {value for (value,) in rows(path, "SELECT value FROM tags WHERE key = 'team'")} == {"a"}


def test_that_a_store_with_a_waiting_write_is_closed_without_a_frozen_window(
    open_window: Open, path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        window.runs.edit_requested.emit("runs.tags", SetTag(("r0",), "team", "b"))
        switch_on(window, qtbot)
        qtbot.waitUntil(lambda: window.tasks.writing, timeout=LIMIT_MS)
        began = time.monotonic()
        window.menus.trigger("store.close")
        assert time.monotonic() - began < 1
        assert window.opener.session is not None
        other.execute("ROLLBACK")
    qtbot.waitUntil(lambda: window.opener.session is None, timeout=LIMIT_MS)
    assert ("b",) in rows(path, "SELECT value FROM tags WHERE key = 'team'")


def test_that_a_trigger_is_asked_about(open_window: Open, path: Path, qtbot: QtBot) -> None:
    change_store(path, "CREATE TRIGGER sneaky AFTER UPDATE ON tags BEGIN DELETE FROM params; END")
    window = open_window()
    window.runs.edit_requested.emit("runs.tags", SetTag(("r0",), "team", "b"))
    switch_on(window, qtbot)
    qtbot.waitUntil(
        lambda: any(d.windowTitle() == "A trigger would run" for d in window.findChildren(MessageDialog)),
        timeout=LIMIT_MS,
    )
    asked = next(d for d in window.findChildren(MessageDialog) if d.windowTitle() == "A trigger would run")
    press(asked, "Write all the same")
    settle(window, qtbot)
    assert ("b",) in rows(path, "SELECT value FROM tags WHERE key = 'team'")


def test_that_commands_and_the_experiments_menu_offer_what_fits(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()

    def enabled(*names: str) -> list[bool]:
        return [next(a for a in window.actions() if a.objectName() == name).isEnabled() for name in names]

    window.runs.selection.set(["r0", "r1"])
    edits = ("runs.rename", "runs.tags", "runs.note", "runs.delete", "runs.restore")
    assert enabled(*edits) == [False, True, True, True, False]
    window.runs.selection.set(["r0"])
    assert enabled(*edits) == [True, True, True, True, False]
    sidebar = window.runs.sidebar
    menu = sidebar.menu_at(sidebar.list.visualRect(sidebar.model.index(1)).center())
    assert sidebar.selected == [2]
    assert [action.objectName() for action in menu.actions()] == [
        "experiments.create", "experiments.rename", "experiments.describe", "experiments.tags", "experiments.pin",
        "experiments.delete",
    ]  # fmt: skip
    menu.deleteLater()
    settle(window, qtbot)
