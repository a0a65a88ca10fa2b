"""The real window on real stores: opening, refusing, watching, closing."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit, QPushButton, QTextBrowser
from pytestqt.qtbot import QtBot

from bakehouse.actions import ACTIONS, MENUS, SEPARATOR
from bakehouse.dialogs.crash import CrashDialog
from bakehouse.resources import sample_directory
from bakehouse.settings import Settings
from bakehouse.window import MainWindow


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A copy of the sample's database, without its artifacts."""
    return Path(shutil.copy(sample_directory() / "mlflow.db", tmp_path / "mlflow.db"))


def _text(window: MainWindow, name: str) -> str:
    label = window.findChild(QLabel, name)
    assert label is not None
    return label.text()


def _open(window: MainWindow, qtbot: QtBot, path: Path, *, read_only: bool = False) -> None:
    window.open_store(path, read_only=read_only)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)


def _digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_that_opening_and_looking_changes_no_byte_and_leaves_no_side_file(
    window: MainWindow, qtbot: QtBot, store: Path
) -> None:
    before, changed = _digest(store.parent), store.stat().st_mtime_ns
    _open(window, qtbot, store)
    window.menus.trigger("page.models")
    qtbot.waitUntil(lambda: not window.tasks.busy)
    window.menus.trigger("store.close")
    assert _digest(store.parent) == before
    assert store.stat().st_mtime_ns == changed


def test_that_the_status_line_counts_the_runs_and_names_the_mode(window: MainWindow, qtbot: QtBot, store: Path) -> None:
    _open(window, qtbot, store, read_only=True)
    assert _text(window, "status_mode") == "Read-only"
    qtbot.waitUntil(lambda: "runs" in _text(window, "status_message"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, "no file"),
        (lambda p: p.write_bytes(b""), "empty"),
        (lambda p: p.mkdir(), "folder"),
        (lambda p: p.write_bytes(b"PK\x03\x04" + b"x" * 500), "SQLite"),
        (lambda p: p.symlink_to(p), "symbolic links"),
    ],
)
def test_that_what_is_no_store_gets_one_sentence_on_the_welcome_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, make: object, words: str
) -> None:
    path = tmp_path / "mlflow.db"
    make(path)  # type: ignore[operator]
    window.open_store(path)
    qtbot.waitUntil(lambda: _text(window, "welcome_problem") != "")
    assert words.lower() in _text(window, "welcome_problem").lower()
    assert window.opener.session is None


def test_that_a_store_that_cannot_be_opened_leaves_the_open_one_alone(
    window: MainWindow, qtbot: QtBot, store: Path, tmp_path: Path
) -> None:
    _open(window, qtbot, store)
    session = window.opener.session
    window.open_store(tmp_path / "nothing.db")
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(QDialog)))
    next(d for d in window.findChildren(QDialog) if d.isVisible()).close()
    assert window.opener.session is session


def test_that_a_commit_by_another_process_is_noticed(window: MainWindow, qtbot: QtBot, store: Path) -> None:
    _open(window, qtbot, store)
    with closing(sqlite3.connect(store)) as other:
        other.execute("UPDATE runs SET name = 'renamed elsewhere'")
        other.commit()
    with qtbot.waitSignal(window.opener.file_changed, timeout=10_000):
        pass
    qtbot.waitUntil(lambda: not window.tasks.busy)


def test_that_a_deleted_store_is_said_and_can_be_closed(window: MainWindow, qtbot: QtBot, store: Path) -> None:
    _open(window, qtbot, store)
    store.unlink()
    qtbot.waitUntil(window.notices.isVisible, timeout=10_000)
    assert "gone" in _text(window, "notice_text")
    window.menus.trigger("store.close")
    assert window.opener.session is None


def test_that_a_replaced_store_is_said_and_loaded_again_on_demand(
    window: MainWindow, qtbot: QtBot, store: Path, tmp_path: Path
) -> None:
    _open(window, qtbot, store)
    first = window.opener.session
    replacement = Path(shutil.copy(sample_directory() / "mlflow.db", tmp_path / "other.db"))
    replacement.replace(store)
    qtbot.waitUntil(window.notices.isVisible, timeout=10_000)
    assert "Another file" in _text(window, "notice_text")
    window.questions.load_again()
    qtbot.waitUntil(lambda: window.opener.session not in (None, first) and not window.tasks.busy, timeout=20_000)


def test_that_a_store_dropped_on_the_window_is_opened(window: MainWindow, qtbot: QtBot, store: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(store))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, Qt.KeyboardModifier.NoModifier)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(50, 50), copy, data, left, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
    assert window.opener.session is not None
    assert window.opener.session.store.path == store.resolve()


def test_that_opened_stores_are_remembered_and_a_missing_one_is_forgotten(
    window: MainWindow, qtbot: QtBot, store: Path, tmp_path: Path
) -> None:
    _open(window, qtbot, store)
    assert Settings().recent == [] or store.resolve() in window._settings.recent
    window.menus.trigger("store.close")
    assert window.welcome.recent.count() == 1
    store.unlink()
    window.welcome.path_chosen.emit(store.resolve())
    qtbot.waitUntil(lambda: window.welcome.recent.count() == 0)


def test_that_the_theme_can_be_changed_while_a_store_is_open(window: MainWindow, qtbot: QtBot, store: Path) -> None:
    _open(window, qtbot, store)
    window.menus.trigger("theme.dark")
    assert window._themes.theme.is_dark
    window.menus.trigger("theme.system")


def test_that_every_command_has_a_handler(window: MainWindow) -> None:
    assert {row.id for row in ACTIONS} == set(window.menus._handlers)
    listed = {entry for _, ids in MENUS for entry in ids} - {SEPARATOR, "recent", "open_beside", "copy_as"}
    assert listed <= {row.id for row in ACTIONS}
    shortcuts = [row.shortcut for row in ACTIONS if row.shortcut]
    assert len(shortcuts) == len(set(shortcuts))


_KILLED_WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size=5")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE params SET value = value || 'half'")
os.kill(os.getpid(), 9)
"""


def _leave_unfinished(store: Path) -> None:
    """What a training process leaves that is killed in mid-commit: changed pages and a hot journal."""
    subprocess.run([sys.executable, "-c", _KILLED_WRITER, str(store)], check=False)
    assert store.with_name(f"{store.name}-journal").stat().st_size > 0


def _answer(window: MainWindow, qtbot: QtBot, text: str) -> None:
    def button() -> QPushButton | None:
        dialogs = (d for d in window.findChildren(QDialog) if d.isVisible())
        return next((b for d in dialogs for b in d.findChildren(QPushButton) if b.text() == text), None)

    qtbot.waitUntil(lambda: button() is not None)
    found = button()
    assert found is not None
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_that_a_store_left_by_a_killed_writer_is_repaired_only_when_asked(
    window: MainWindow, qtbot: QtBot, store: Path
) -> None:
    _leave_unfinished(store)
    before = _digest(store.parent)
    window.open_store(store)
    _answer(window, qtbot, "Cancel")
    assert window.opener.session is None
    assert _digest(store.parent) == before
    window.open_store(store)
    _answer(window, qtbot, "Repair the file")
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT count(*) FROM params WHERE value LIKE '%half'").fetchone() == (0,)


def test_that_a_repaired_copy_leaves_the_original_alone(
    window: MainWindow, qtbot: QtBot, store: Path, tmp_path: Path
) -> None:
    _leave_unfinished(store)
    before = _digest(store.parent)
    copy = tmp_path / "elsewhere" / "copy.db"
    copy.parent.mkdir()
    window.opener.open_repaired_copy(store, copy)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=20_000)
    window.menus.trigger("store.close")
    copy.unlink()
    copy.parent.rmdir()
    assert _digest(store.parent) == before


def test_that_a_bug_reaches_the_crash_dialog_with_its_traceback(qtbot: QtBot, qapp: QApplication) -> None:
    try:
        raise ZeroDivisionError("the bug <b>itself</b>")
    except ZeroDivisionError as error:
        dialog = CrashDialog(error, "bakehouse.log")
    qtbot.addWidget(dialog)
    details = dialog.findChild(QPlainTextEdit)
    assert details is not None
    assert "ZeroDivisionError: the bug <b>itself</b>" in details.toPlainText()


def test_that_the_filter_language_is_explained_beside_the_window(window):
    window.menus.trigger("help.filter")
    text = window.findChild(QTextBrowser, "help_text").toPlainText()
    assert "metrics.rmse < 4" in text
    assert "IS NULL" in text
