"""The story of a review by real clicks: requested by one person, seen, decided and verified by another."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.domain.requests import RequestAction
from bakehouse.pages.reviews.inbox import Tab
from bakehouse.sample import install_sample
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.stage_timeline import StageTimeline
from bakehouse.window import MainWindow

_WAIT_MS = 20_000


def dialog(window: MainWindow, qtbot: QtBot) -> QDialog:
    """The dialog that is in front."""

    def found() -> list[QDialog]:
        return [one for one in window.findChildren(QDialog) if one.isVisible()]

    qtbot.waitUntil(lambda: bool(found()), timeout=_WAIT_MS)
    return found()[-1]


def press(over: QDialog, text: str) -> None:
    next(one for one in over.findChildren(QPushButton) if one.text() == text and one.isEnabled()).click()


def write(over: QDialog, name: str, text: str) -> None:
    field = over.findChild(QPlainTextEdit, name)
    assert field is not None
    field.setPlainText(text)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=_WAIT_MS)


def become(person: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """From now on the person's folders, and so the key, are another one's."""
    monkeypatch.setenv("BAKEHOUSE_HOME", str(home / person))


def choose_version(window: MainWindow, qtbot: QtBot, model: str, version: int) -> None:
    window.menus.trigger("page.models")
    qtbot.waitUntil(lambda: bool(window.models.sidebar.model.all), timeout=_WAIT_MS)
    window.models.reveal((model, version))
    qtbot.waitUntil(
        lambda: window.models.table.current is not None and window.models.table.current.version == version,
        timeout=_WAIT_MS,
    )


def give_name(window: MainWindow, qtbot: QtBot, name: str) -> None:
    asked = dialog(window, qtbot)
    assert asked.windowTitle() == "Your name in the trail"
    field = asked.findChild(QLineEdit, "new_name")
    assert field is not None
    field.setText(name)
    press(asked, "Make my key")


@pytest.fixture
def story(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MainWindow:
    """Ada has requested Production for DemandForecast 3 of a sample store."""
    become("Ada", monkeypatch, tmp_path)
    window.open_store(install_sample(tmp_path / "store"))
    qtbot.waitUntil(lambda: window.opener.session is not None, timeout=_WAIT_MS)
    choose_version(window, qtbot, "DemandForecast", 3)
    window.menus.trigger("models.request")
    press(dialog(window, qtbot), "Switch to editing")
    qtbot.waitUntil(lambda: dialog(window, qtbot).objectName() == "request_transition", timeout=_WAIT_MS)
    asked = dialog(window, qtbot)
    write(asked, "request_comment", "uplift holds")
    press(asked, "Request")
    qtbot.waitUntil(lambda: dialog(window, qtbot).objectName() == "name_dialog", timeout=_WAIT_MS)
    give_name(window, qtbot, "Ada")
    window.menus.trigger("page.reviews")
    qtbot.waitUntil(lambda: bool(window.reviews.inbox.model.all), timeout=_WAIT_MS)
    settle(window, qtbot)
    return window


def stage(window: MainWindow, version: int) -> str:
    model = next(one for one in window.models.sidebar.model.all if one.name == "DemandForecast")
    return next(one.stage for one in model.versions if one.version == version)


def test_that_a_request_moves_nothing_and_waits_with_its_evidence(story: MainWindow, qtbot: QtBot) -> None:
    page = story.reviews
    assert stage(story, 3) == "Staging"
    assert page.summary() == "1 request waits for you"
    qtbot.waitUntil(lambda: page.case.can(RequestAction.APPROVE), timeout=_WAIT_MS)
    assert page.case.evidence.model.has_incumbent
    assert page.case.can(RequestAction.CANCEL)


def test_that_a_second_person_approves_and_the_version_moves(
    story: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    become("Bo", monkeypatch, tmp_path)
    story.menus.trigger("store.refresh")
    settle(story, qtbot)
    page = story.reviews
    qtbot.waitUntil(lambda: page.case.can(RequestAction.APPROVE), timeout=_WAIT_MS)
    assert not page.case.can(RequestAction.CANCEL)
    story.menus.trigger("reviews.approve")
    asked = dialog(story, qtbot)
    consequence = asked.findChild(PlainLabel, "consequence")
    assert consequence is not None and "version 2, now in Production, is archived" in consequence.text()
    write(asked, "decision_comment", "fine")
    press(asked, "Approve")
    qtbot.waitUntil(lambda: dialog(story, qtbot).objectName() == "name_dialog", timeout=_WAIT_MS)
    give_name(story, qtbot, "Bo")
    qtbot.waitUntil(lambda: stage(story, 3) == "Production", timeout=_WAIT_MS)
    assert stage(story, 2) == "Archived"
    settle(story, qtbot)
    assert page.summary() == "0 requests wait for you"
    page.inbox.tabs.setCurrentIndex(Tab.DECIDED)
    settle(story, qtbot)
    titles = [line.title for line in page.case.activities.lines]
    assert titles == ["Applied Staging → Production", "Approved", "Requested Production"]
    story.menus.trigger("reviews.verify")
    assert dialog(story, qtbot).windowTitle() == "The trail holds"


def test_that_a_comment_is_written_by_the_thread(story: MainWindow, qtbot: QtBot) -> None:
    page = story.reviews
    field = page.findChild(QPlainTextEdit, "new_comment")
    send = page.findChild(QPushButton, "send_comment")
    assert field is not None and send is not None and not send.isEnabled()
    field.setPlainText("what about latency?")
    qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.case.activities.lines) == 2, timeout=_WAIT_MS)
    assert page.case.activities.lines[0].text == "what about latency?"
    settle(story, qtbot)


def test_that_changed_files_are_told(story: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    assert os.environ["BAKEHOUSE_HOME"].endswith("Ada")
    page = story.reviews
    assert page._case is not None and page._case.version is not None and story.opener.session is not None
    place = story.opener.session.locator.locate(page._case.version.storage_location or "").path
    assert place is not None
    (place / "MLmodel").write_text("changed", encoding="utf-8")
    story.menus.trigger("store.refresh")
    qtbot.waitUntil(lambda: page.case.evidence.model.check.role == "bad", timeout=_WAIT_MS)
    settle(story, qtbot)


def test_that_a_policy_set_by_the_founder_keeps_the_requester_from_approving(story: MainWindow, qtbot: QtBot) -> None:
    page = story.reviews
    story.menus.trigger("reviews.policy")
    asked = dialog(story, qtbot)
    assert asked.objectName() == "policy"
    press(asked, "Set policy")
    why = page.findChild(PlainLabel, "case_obstacle")
    assert why is not None
    qtbot.waitUntil(lambda: "somebody else than the requester" in why.text(), timeout=_WAIT_MS)
    assert not page.case.can(RequestAction.APPROVE) and page.summary() == "0 requests wait for you"
    settle(story, qtbot)


def test_that_a_manager_gives_a_key_a_role(story: MainWindow, qtbot: QtBot) -> None:
    story.menus.trigger("reviews.people")
    asked = dialog(story, qtbot)
    for name, text in (("new_key", "ab" * 32), ("new_person", "Bo")):
        field = asked.findChild(QLineEdit, name)
        assert field is not None
        field.setText(text)
    press(asked, "Set roles")
    qtbot.waitUntil(lambda: "ab" * 32 in story.reviews._book.projection.people, timeout=_WAIT_MS)
    settle(story, qtbot)


def test_that_a_past_date_is_answered_and_the_time_before_the_trail_is_not(story: MainWindow, qtbot: QtBot) -> None:
    story.menus.trigger("reviews.timeline")
    shown = dialog(story, qtbot)
    answer, chart = shown.findChild(PlainLabel, "timeline_answer"), shown.findChild(StageTimeline)
    assert answer is not None and chart is not None
    qtbot.waitUntil(lambda: "Production 2; Staging 3" in answer.text(), timeout=_WAIT_MS)
    chart.set_moment(chart.reach[0])
    assert answer.text().endswith("not recorded.")
    shown.close()
    settle(story, qtbot)


def test_that_whoever_switches_to_editing_records_what_changed_outside(story: MainWindow, qtbot: QtBot) -> None:
    session = story.opener.session
    assert session is not None
    path = session.store.path
    with closing(sqlite3.connect(path)) as client:
        client.execute("UPDATE model_versions SET current_stage = 'None' WHERE name = 'DemandForecast' AND version = 2")
        client.commit()
    story.open_store(path)
    qtbot.waitUntil(lambda: story.opener.session not in (None, session), timeout=_WAIT_MS)
    story.menus.trigger("page.reviews")
    qtbot.waitUntil(lambda: story.reviews.checking.last.tone == "bad", timeout=_WAIT_MS)
    assert "changed outside of Bakehouse" in story.reviews.checking.last.sentence
    story.menus.trigger("reviews.cancel")
    press(dialog(story, qtbot), "Switch to editing")
    qtbot.waitUntil(lambda: story.reviews.checking.last.tone == "good", timeout=_WAIT_MS)
    settle(story, qtbot)
