"""Description, tags and aliases of a version changed in place on its page: what is asked for, how drafts are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.registry_edits import DeleteAlias, DeleteVersionTag, DescribeVersion, SetAlias, SetVersionTag
from bakehouse.pages.models.version_page import VersionPage
from bakehouse.store.opening import open_store
from bakehouse.store.registry import list_models
from bakehouse.window import MainWindow
from tests.stores import copy_of_store
from tests.ui.test_version_page import open_page

__all__ = ["open_page"]

Open = Callable[..., VersionPage]
# The first write of a process loads SQLAlchemy.
LIMIT_MS = 30_000


@pytest.fixture
def page(open_page: Open, tmp_path: Path) -> VersionPage:
    return open_page(copy_of_store("mlflow-3.17", tmp_path))


def button(page: VersionPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def test_that_a_description_is_written_in_place_and_kept_while_others_are_looked_at(
    page: VersionPage, qtbot: QtBot
) -> None:
    section = page.edits.description
    button(page, "edit_description").click()
    section.editor.text.setPlainText("# Better")
    model, version = page._model, page.version
    assert model is not None
    page.show_version(model, next(one for one in model.versions if one.version == 1))
    assert not section.editor.isVisibleTo(page)
    page.show_version(model, version)
    assert section.editor.text.toPlainText() == "# Better"
    with qtbot.waitSignal(page.edit_requested) as asked:
        section.editor.save.click()
    assert asked.args == [DescribeVersion("ChurnModel", 2, "# Better")]


def test_that_a_description_longer_than_the_store_takes_is_not_saved(page: VersionPage) -> None:
    button(page, "edit_description").click()
    page.edits.description.editor.text.setPlainText("x" * 5001)
    assert not page.edits.description.editor.save.isEnabled()


def test_that_tags_are_added_changed_and_removed(page: VersionPage, qtbot: QtBot) -> None:
    section = page.edits.tags
    button(page, "add_tag").click()
    section.editor.key.setText("team")
    section.editor.value.setPlainText("pricing")
    with qtbot.waitSignal(page.edit_requested) as asked:
        section.editor.save.click()
    assert asked.args == [SetVersionTag("ChurnModel", 2, "team", "pricing")]
    section.editor.cancelled.emit()
    section.chips.chip_clicked.emit(0)
    with qtbot.waitSignal(page.edit_requested) as asked:
        section.editor.remove.click()
    assert asked.args == [DeleteVersionTag("ChurnModel", 2, "validated")]


def test_that_an_alias_says_from_which_version_it_moves(page: VersionPage, qtbot: QtBot) -> None:
    section = page.edits.aliases
    button(page, "add_alias").click()
    section.name.setText("challenger")
    assert section.news.text() == "Version 3 has it now; it moves here."
    with qtbot.waitSignal(page.edit_requested) as asked:
        section.save.click()
    assert asked.args == [SetAlias("ChurnModel", "challenger", 2)]


@pytest.mark.parametrize("alias", ["v3", "latest", "a b", "champion"])
def test_that_an_alias_that_cannot_be_is_not_saved(page: VersionPage, alias: str) -> None:
    section = page.edits.aliases
    button(page, "add_alias").click()
    section.name.setText(alias)
    assert section.news.text()
    assert not section.save.isEnabled()


def test_that_an_alias_is_removed_by_its_menu(page: VersionPage, qtbot: QtBot) -> None:
    page.edits.aliases.chips.chip_clicked.emit(0)
    menu = page.findChild(QMenu, "alias_menu")
    assert menu is not None
    with qtbot.waitSignal(page.edit_requested) as asked:
        menu.actions()[-1].trigger()
    assert asked.args == [DeleteAlias("ChurnModel", "champion")]
    menu.close()


def test_that_a_store_for_reading_only_says_why_nothing_can_be_changed(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-3.17", tmp_path), read_only=True)
    for name in ("edit_description", "add_tag", "add_alias"):
        assert not button(page, name).isEnabled()
        assert "reading only" in button(page, name).toolTip()


def test_that_an_old_store_without_aliases_says_so(open_page: Open, tmp_path: Path) -> None:
    page = open_page(copy_of_store("mlflow-1.30", tmp_path))
    assert not button(page, "add_alias").isEnabled()
    assert "2.3" in button(page, "add_alias").toolTip()


def test_that_what_is_changed_on_the_page_is_in_the_store_and_on_the_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = copy_of_store("mlflow-3.17", tmp_path)
    window.resize(1600, 1000)
    window.open_store(path)
    qtbot.waitUntil(lambda: window.opener.session is not None and not window.tasks.busy, timeout=LIMIT_MS)
    window.editing.is_on = True
    window.menus.trigger("page.models")
    window.models.reveal(("ChurnModel", 2))
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)
    window.menus.trigger("models.open_version")
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=LIMIT_MS)
    page = window.models.version_page
    assert page.isVisible()

    def stored() -> ModelVersion:
        with open_store(path, read_only=True) as store:
            models = list_models(store.reader(), Token())
        return next(one for model in models if model.name == "ChurnModel" for one in model.versions if one.version == 2)

    def shown(attribute: str) -> object:
        return getattr(page.version, attribute)

    page.edits.aliases.begin()
    page.edits.aliases.name.setText("challenger")
    page.edits.aliases.save.click()
    qtbot.waitUntil(lambda: shown("aliases") == ("challenger", "champion"), timeout=LIMIT_MS)
    assert not page.edits.aliases.name.isVisible()
    page.edits.tags.begin()
    page.edits.tags.editor.key.setText("team")
    page.edits.tags.editor.value.setPlainText("pricing")
    page.edits.tags.editor.save.click()
    qtbot.waitUntil(lambda: ("team", "pricing") in page.edits.tags._tags, timeout=LIMIT_MS)
    assert not page.edits.tags.editor.isVisible()
    page.edits.description.begin()
    page.edits.description.editor.text.setPlainText("Written here")
    page.edits.description.editor.save.click()
    qtbot.waitUntil(lambda: shown("description") == "Written here", timeout=LIMIT_MS)
    assert page.edits.description.viewer.toPlainText() == "Written here"
    found = stored()
    assert found.aliases == ("challenger", "champion")
    assert ("team", "pricing") in found.tags
    assert found.description == "Written here"
