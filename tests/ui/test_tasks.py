"""The task runner: slots, generations, lanes, cancelling."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.tasks import Lane, TaskRunner


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


def _no_failure(error: BakehouseError) -> None:
    raise AssertionError(error)


def test_that_a_result_arrives_on_the_gui_thread(tasks: TaskRunner, qtbot: QtBot) -> None:
    seen: list[tuple[int, threading.Thread]] = []
    tasks.start("a", lambda token: 7, done=lambda r: seen.append((r, threading.current_thread())), failed=_no_failure)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(7, threading.main_thread())]


def test_that_an_older_result_never_lands_after_a_newer_start(tasks: TaskRunner, qtbot: QtBot) -> None:
    release = threading.Event()
    landed: list[str] = []

    def slow(token: Token) -> str:
        release.wait(5)
        return "old"

    tasks.start("a", slow, done=landed.append, failed=_no_failure)
    tasks.start("a", lambda token: "new", done=landed.append, failed=_no_failure)
    release.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert landed == ["new"]


def test_that_cancelling_interrupts_the_running_statement(tasks: TaskRunner, qtbot: QtBot) -> None:
    inside, interrupted = threading.Event(), threading.Event()

    def work(token: Token) -> None:
        with token.interruptible(interrupted.set):
            inside.set()
            assert interrupted.wait(5)
        token.check()

    tasks.start("a", work, done=_no_failure, failed=_no_failure)
    qtbot.waitUntil(inside.is_set)
    tasks.cancel("a")
    assert interrupted.is_set()
    assert not tasks.busy


def test_that_writes_are_queued_in_order_and_never_replaced(tasks: TaskRunner, qtbot: QtBot) -> None:
    landed: list[int] = []
    for number in range(5):
        tasks.start("w", lambda token, n=number: n, done=landed.append, failed=_no_failure, lane=Lane.WRITE)
    tasks.cancel("w")
    qtbot.waitUntil(lambda: len(landed) == 5)
    assert landed == [0, 1, 2, 3, 4]


def test_that_an_error_of_the_world_reaches_failed_and_a_bug_reaches_crashed(tasks: TaskRunner, qtbot: QtBot) -> None:
    failures: list[str] = []
    bugs: list[BaseException] = []
    tasks.crashed.connect(bugs.append)

    def world(token: Token) -> None:
        raise BakehouseError("The disk is full.")

    def bug(token: Token) -> None:
        raise ZeroDivisionError

    tasks.start("a", world, done=_no_failure, failed=lambda e: failures.append(str(e)))
    tasks.start("b", bug, done=_no_failure, failed=_no_failure)
    qtbot.waitUntil(lambda: bool(failures and bugs))
    assert failures == ["The disk is full."]
    assert isinstance(bugs[0], ZeroDivisionError)


def test_that_background_work_stands_aside_for_interactive_reads(tasks: TaskRunner, qtbot: QtBot) -> None:
    order: list[str] = []
    begun, reading, release = threading.Event(), threading.Event(), threading.Event()

    def background(token: Token) -> None:
        begun.set()
        reading.wait(5)
        token.check()
        order.append("background")

    def interactive(token: Token) -> None:
        reading.set()
        release.wait(0.1)
        order.append("interactive")

    tasks.start("b", background, done=lambda r: None, failed=_no_failure, lane=Lane.BACKGROUND)
    qtbot.waitUntil(begun.is_set)
    tasks.start("i", interactive, done=lambda r: None, failed=_no_failure)
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["interactive", "background"]


def test_that_settling_waits_for_writes_and_new_work_starts_afterwards(tasks: TaskRunner, qtbot: QtBot) -> None:
    wrote: list[int] = []
    landed: list[int] = []
    tasks.start("w", lambda token: wrote.append(1), done=lambda r: None, failed=_no_failure, lane=Lane.WRITE)
    tasks.settle()
    assert wrote == [1]
    tasks.start("a", lambda token: 3, done=landed.append, failed=_no_failure)
    qtbot.waitUntil(lambda: landed == [3])
