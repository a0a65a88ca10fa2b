"""Several windows: each with its own store, one theme and one list of recent stores, closed together."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from bakehouse.domain.cancellation import Token
from bakehouse.domain.options import Options
from bakehouse.resources import sample_directory
from bakehouse.tasks import Lane
from bakehouse.window import MainWindow
from bakehouse.windows import Windows


def _copy(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(sample_directory() / "mlflow.db", folder / name))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return _copy(tmp_path, "mlflow.db")


@pytest.fixture
def other_store(tmp_path: Path) -> Path:
    return _copy(tmp_path / "other", "second.db")


def _wait(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    def is_there() -> bool:
        session = window.opener.session
        return session is not None and session.store.path == path.resolve() and not window.tasks.busy

    qtbot.waitUntil(is_there, timeout=20_000)


def _opened(qtbot: QtBot, windows: Windows, path: Path) -> MainWindow:
    windows.front.open_store(path)
    _wait(qtbot, windows.front, path)
    return windows.front


def test_that_a_new_window_shows_the_same_store_a_step_lower(windows: Windows, qtbot: QtBot, store: Path) -> None:
    first = _opened(qtbot, windows, store)
    first.menus.trigger("window.new")
    second = windows.front
    assert second is not first
    _wait(qtbot, second, store)
    assert second.size() == first.size()
    assert second.pos() != first.pos()
    assert second.tasks is not first.tasks
    second.menus.trigger("page.models")
    assert first.stack.currentWidget() is first.runs


def test_that_a_store_handed_over_gets_a_window_of_its_own(
    windows: Windows, qtbot: QtBot, store: Path, other_store: Path
) -> None:
    first = _opened(qtbot, windows, store)
    windows.hand_over(Options(other_store))
    assert len(windows.shown) == 2
    _wait(qtbot, windows.front, other_store)
    assert first.opener.session is not None
    assert first.opener.session.store.path == store.resolve()


def test_that_a_store_handed_over_takes_the_front_window_when_that_is_preferred(
    windows: Windows, qtbot: QtBot, store: Path, other_store: Path
) -> None:
    first = _opened(qtbot, windows, store)
    first._settings.second_store_in_new_window = False
    windows.hand_over(Options(other_store))
    _wait(qtbot, first, other_store)
    assert windows.shown == [first]


def test_that_a_store_handed_over_to_the_welcome_page_opens_there(windows: Windows, qtbot: QtBot, store: Path) -> None:
    first = windows.front
    windows.hand_over(Options(store))
    _wait(qtbot, first, store)
    assert windows.shown == [first]


def test_that_a_store_open_somewhere_is_brought_to_the_front_instead(
    windows: Windows, qtbot: QtBot, store: Path, other_store: Path
) -> None:
    first = _opened(qtbot, windows, store)
    windows.hand_over(Options(other_store))
    second = windows.front
    _wait(qtbot, second, other_store)
    session = first.opener.session
    second.menus.recent_chosen.emit(store.resolve(), False)
    qtbot.waitUntil(first.isActiveWindow)
    assert windows.front is first
    assert first.opener.session is session
    assert second.opener.session is not None
    assert second.opener.session.store.path == other_store.resolve()


def test_that_a_recent_store_opens_beside_the_present_one(
    windows: Windows, qtbot: QtBot, store: Path, other_store: Path
) -> None:
    first = _opened(qtbot, windows, other_store)
    _opened(qtbot, windows, store)
    entry = next(action for action in first.menus.beside.actions() if action.text().endswith("second.db"))
    assert isinstance(entry, QAction)
    entry.trigger()
    assert len(windows.shown) == 2
    _wait(qtbot, windows.front, other_store)


def test_that_the_theme_and_the_recent_stores_are_the_same_in_every_window(
    windows: Windows, qtbot: QtBot, store: Path
) -> None:
    first = windows.front
    first.menus.trigger("window.new")
    second = windows.front
    _opened(qtbot, windows, store)
    assert [action.text() for action in first.menus.recent.actions()] == [str(store.resolve())]
    second.menus.trigger("theme.dark")
    assert first.findChild(QAction, "theme.dark").isChecked()
    second.menus.trigger("theme.light")


def test_that_quitting_closes_every_window_after_its_last_write(windows: Windows, qtbot: QtBot, store: Path) -> None:
    first = _opened(qtbot, windows, store)
    first.menus.trigger("window.new")
    second = windows.front
    _wait(qtbot, second, store)
    may_end, ended = threading.Event(), threading.Event()

    def write(_token: Token) -> None:
        may_end.wait(20)
        ended.set()

    first.tasks.start("write", write, done=lambda _: None, failed=lambda _: None, lane=Lane.WRITE)
    second.menus.trigger("app.quit")
    assert first.isVisible()
    qtbot.waitUntil(lambda: windows.shown == [first])
    may_end.set()
    qtbot.waitUntil(lambda: not first.isVisible())
    assert ended.is_set()


def test_that_closing_one_window_leaves_the_other_at_work(windows: Windows, qtbot: QtBot, store: Path) -> None:
    first = _opened(qtbot, windows, store)
    first.menus.trigger("window.new")
    second = windows.front
    _wait(qtbot, second, store)
    second.menus.trigger("window.close")
    assert windows.shown == [first]
    first.menus.trigger("store.refresh")
    qtbot.waitUntil(lambda: not first.tasks.busy, timeout=20_000)
    assert first.opener.session is not None


def test_that_a_window_fits_a_small_screen_on_every_page(windows: Windows, qtbot: QtBot) -> None:
    window = windows.front
    window.open_sample()
    qtbot.waitUntil(lambda: window.runs.model.frame.size > 0 and not window.tasks.busy, timeout=30_000)
    for page in ("page.runs", "page.models"):
        window.resize(1024, 700)
        window.menus.trigger(page)
        qtbot.waitUntil(lambda: not window.tasks.busy)
        assert (window.width(), window.height()) == (1024, 700)
