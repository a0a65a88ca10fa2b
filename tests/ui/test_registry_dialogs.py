"""The dialogs of registration and transition: what they say while the person answers, and what they hand over."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.dialogs.transition_stage import TransitionStageDialog
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.registry.registering import ModelSource, RegisterRequest
from bakehouse.registry.transitions import SwapRequest, TransitionRequest
from bakehouse.theme import DARK, LIGHT, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.name_field import NameField

Part = TypeVar("Part", bound=QWidget)
SOURCE = ModelSource("model", "models:/m-1", "file:///a", "r1")


def version(number: int, stage: str) -> ModelVersion:
    return ModelVersion("Bread", number, stage, "READY", "s", None, "r1", "", 1, number, (), (), "default")


def bread(*stages: str) -> RegisteredModel:
    versions = tuple(version(number, stage) for number, stage in enumerate(stages, 1))
    return RegisteredModel("Bread", "", 1, 5, (), versions[::-1], "default")


def part(dialog: QWidget, kind: type[Part], name: str) -> Part:
    found = dialog.findChild(kind, name)
    assert found is not None
    return found


def transition(qtbot: QtBot, model: RegisteredModel, number: int, theme: Theme = LIGHT) -> TransitionStageDialog:
    moved = next(v for v in model.versions if v.version == number)
    dialog = TransitionStageDialog(model, moved, theme)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def registering(
    qtbot: QtBot, *models: RegisteredModel, sources: tuple[ModelSource, ...] = (SOURCE,)
) -> RegisterModelDialog:
    greatest = {(m.workspace, m.name): len(m.versions) + 1 for m in models}
    dialog = RegisterModelDialog("run <b>1</b>", sources, models, greatest, "default", LIGHT)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def consequence(dialog: QWidget) -> str:
    return part(dialog, PlainLabel, "consequence").text()


def test_that_the_next_stage_on_the_way_is_offered_and_its_consequence_said(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("Production", "Staging"), 2)
    assert dialog.stage is Stage.PRODUCTION
    assert consequence(dialog) == (
        "Bread 2 moves from Staging to Production.\nVersion 1, now in Production, will be archived."
    )
    assert part(dialog, QPushButton, "move").text() == "Move to Production"


def test_that_the_words_follow_every_answer(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("Production", "Staging"), 2)
    part(dialog, QCheckBox, "archive_existing").click()
    assert "stays in Production beside it" in consequence(dialog)
    dialog.choose(Stage.ARCHIVED)
    assert consequence(dialog) == "Bread 2 moves from Staging to Archived."
    assert not part(dialog, QCheckBox, "archive_existing").isEnabled()


def test_that_two_versions_can_exchange_their_stages(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("Production", "Staging", "Production"), 2)
    exchange, archive = part(dialog, QCheckBox, "exchange_stages"), part(dialog, QCheckBox, "archive_existing")
    exchange.click()
    assert not archive.isChecked()
    assert part(dialog, QPushButton, "move").text() == "Exchange stages"
    assert "version 3 from Production to Staging, both at once" in consequence(dialog)
    part(dialog, QComboBox, "exchange_partner").setCurrentIndex(1)
    assert "version 1 from Production to Staging" in consequence(dialog)
    part(dialog, QPlainTextEdit, "transition_comment").setPlainText("back")
    with qtbot.waitSignal(dialog.decided) as decided:
        qtbot.mouseClick(part(dialog, QPushButton, "move"), Qt.MouseButton.LeftButton)
    assert decided.args == [SwapRequest("Bread", "default", 2, Stage.STAGING, 1, Stage.PRODUCTION, "back")]


def test_that_what_is_archived_does_not_change_places(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("Production", "Staging"), 2)
    exchange, archive = part(dialog, QCheckBox, "exchange_stages"), part(dialog, QCheckBox, "archive_existing")
    exchange.click()
    archive.click()
    assert (exchange.isChecked(), archive.isChecked()) == (False, True)
    exchange.click()
    exchange.click()
    assert archive.isChecked()
    exchange.click()
    dialog.choose(Stage.ARCHIVED)
    assert not exchange.isEnabled()
    assert consequence(dialog) == "Bread 2 moves from Staging to Archived."


def test_that_the_stage_it_is_in_cannot_be_chosen(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("Staging"), 1)
    dialog.choose(Stage.STAGING)
    assert dialog.stage is Stage.PRODUCTION


def test_that_the_decision_carries_what_was_shown(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("Staging", "Staging", "None"), 3)
    part(dialog, QPlainTextEdit, "transition_comment").setPlainText(" good \n")
    with qtbot.waitSignal(dialog.decided) as decided:
        qtbot.mouseClick(part(dialog, QPushButton, "move"), Qt.MouseButton.LeftButton)
    assert decided.args == [
        TransitionRequest("Bread", 3, "default", "None", Stage.STAGING, True, frozenset({1, 2}), "good")
    ]
    assert dialog.isHidden()


def test_that_cancelling_decides_nothing(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("None"), 1, DARK)
    with qtbot.assertNotEmitted(dialog.decided):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()


def test_that_a_comment_too_long_for_a_tag_cannot_be_sent(qtbot: QtBot) -> None:
    dialog = transition(qtbot, bread("None"), 1)
    part(dialog, QPlainTextEdit, "transition_comment").setPlainText("x" * 5001)
    assert "5,001" in consequence(dialog)
    assert not part(dialog, QPushButton, "move").isEnabled()


def test_that_registering_offers_the_model_changed_last_and_its_next_number(qtbot: QtBot) -> None:
    older = RegisteredModel("Rolls", "", 1, 2, (), (), "default")
    dialog = registering(qtbot, older, bread("None", "None"))
    assert consequence(dialog) == "Becomes version 4 of Bread."
    assert part(dialog, QLineEdit, "new_name").text() == "Bread"


def test_that_a_new_name_is_judged_while_it_is_typed(qtbot: QtBot) -> None:
    dialog = registering(qtbot)
    button, name = part(dialog, QPushButton, "register"), part(dialog, QLineEdit, "new_name")
    assert not button.isEnabled()
    qtbot.keyClicks(name, "a/b")
    assert "“/”" in consequence(dialog)
    assert not button.isEnabled()
    name.setText(" Rye ")
    assert consequence(dialog) == "Creates the registered model Rye with this as version 1."
    assert button.isEnabled()


def test_that_an_existing_name_typed_as_new_becomes_its_next_version(qtbot: QtBot) -> None:
    dialog = registering(qtbot, bread("None"))
    part(dialog, QLineEdit, "new_name").setText("bread")
    assert consequence(dialog) == (
        "Creates the registered model bread with this as version 1. There is Bread already, written otherwise."
    )
    part(dialog, QLineEdit, "new_name").setText("Bread")
    assert consequence(dialog) == "Becomes version 3 of Bread."


def test_that_names_that_are_there_are_completed_and_listed(qtbot: QtBot) -> None:
    dialog = registering(qtbot, bread("None"), RegisteredModel("Rye Bread", "", 1, 2, (), (), "default"))
    name = part(dialog, NameField, "new_name")
    name.clear()
    qtbot.keyClicks(name, "rye")
    completer = name.completer()
    assert completer.popup().isVisible()
    assert [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())] == [
        "Rye Bread"
    ]
    qtbot.keyClick(completer.popup(), Qt.Key.Key_Down)
    qtbot.keyClick(completer.popup(), Qt.Key.Key_Return)
    assert name.text() == "Rye Bread"
    name.setText("x")
    qtbot.keyClick(name, Qt.Key.Key_Down)
    assert completer.completionCount() == 2
    completer.popup().hide()


def test_that_tags_and_aliases_are_judged_while_they_are_typed(qtbot: QtBot) -> None:
    (newest, *_) = bread("None", "None").versions
    held = replace(newest, aliases=("champion",))
    dialog = registering(qtbot, replace(bread("None", "None"), versions=(held,)))
    tags, aliases = part(dialog, QPlainTextEdit, "version_tags"), part(dialog, QLineEdit, "version_aliases")
    aliases.setText("@champion, v1")
    assert "version number" in consequence(dialog)
    assert not part(dialog, QPushButton, "register").isEnabled()
    aliases.setText("@champion nightly")
    assert consequence(dialog) == "Becomes version 3 of Bread. The alias @champion moves from version 2."
    tags.setPlainText("team: a\nteam: b")
    assert "there twice" in consequence(dialog)
    tags.setPlainText("team: a\nchecked=yes\nbare")
    with qtbot.waitSignal(dialog.decided) as decided:
        qtbot.mouseClick(part(dialog, QPushButton, "register"), Qt.MouseButton.LeftButton)
    (request,) = decided.args
    assert request.tags == (("team", "a"), ("checked", "yes"), ("bare", ""))
    assert request.aliases == ("champion", "nightly")


def test_that_a_digest_belongs_to_the_model_it_was_made_of(qtbot: QtBot) -> None:
    other = ModelSource("second", "models:/m-2", "file:///b", "r1")
    dialog = registering(qtbot, bread("None"), sources=(SOURCE, other))
    dialog.note_digest(FolderDigest("0" * 64, ()))
    with qtbot.waitSignal(dialog.source_chosen) as chosen:
        part(dialog, QComboBox, "model_source").setCurrentIndex(1)
    assert chosen.args == [other]
    with qtbot.waitSignal(dialog.decided) as decided:
        qtbot.mouseClick(part(dialog, QPushButton, "register"), Qt.MouseButton.LeftButton)
    assert decided.args[0].digest == ""


def test_that_the_request_names_the_chosen_source(qtbot: QtBot) -> None:
    other = ModelSource("second", "models:/m-2", "file:///b", "r1", "logging it failed")
    dialog = registering(qtbot, bread("None"), sources=(SOURCE, other))
    part(dialog, QComboBox, "model_source").setCurrentIndex(1)
    part(dialog, QPlainTextEdit, "version_description").setPlainText("Better crust")
    with qtbot.waitSignal(dialog.decided) as decided:
        qtbot.mouseClick(part(dialog, QPushButton, "register"), Qt.MouseButton.LeftButton)
    assert decided.args == [RegisterRequest("Bread", False, other, "Better crust", "default")]


@pytest.mark.parametrize("dialog_of", [lambda q: transition(q, bread("None"), 1), lambda q: registering(q, bread())])
def test_that_foreign_text_is_never_rich(qtbot: QtBot, dialog_of: object) -> None:
    dialog = dialog_of(qtbot)  # type: ignore[operator]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in dialog.findChildren(PlainLabel))


@pytest.mark.parametrize("dialog_of", [lambda q: transition(q, bread("None"), 1), lambda q: registering(q, bread())])
def test_that_every_control_has_a_name_for_a_screen_reader(qtbot: QtBot, dialog_of: object) -> None:
    dialog = dialog_of(qtbot)  # type: ignore[operator]
    for kind in (QComboBox, QLineEdit, QPlainTextEdit):
        for control in dialog.findChildren(kind):
            assert control.accessibleName() or not control.objectName()
