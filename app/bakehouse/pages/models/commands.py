"""What can be done with the model and the versions in front, by command, key or menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from bakehouse.actions import Context
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.registry_edits import CreateModel, DeleteModel, DeleteVersion, RenameModel
from bakehouse.domain.text import visible
from bakehouse.pages.models.inspector import VersionInspector
from bakehouse.pages.models.model_view import ModelView
from bakehouse.pages.models.overview import ModelOverview
from bakehouse.registry.transitions import in_words
from bakehouse.widgets.menu_entries import add_entry

_SHOWN = 60
_PARTNERS = 6


class InFront(Protocol):
    """What the page shows now."""

    @property
    def model(self) -> RegisteredModel | None:
        """The model in front, or the overview's current one."""
        ...

    @property
    def version(self) -> ModelVersion | None: ...

    @property
    def selected(self) -> list[ModelVersion]: ...

    @property
    def workspace(self) -> str:
        """Where a new model would lie."""
        ...


class ModelCommands(QObject):
    """Owned by the models page. GUI thread; writes nothing: edits go out as values."""

    edit_requested = Signal(str, object)
    version_opened = Signal(object)
    model_opened = Signal(object)
    """A RegisteredModel to be shown."""
    comparison_requested = Signal(object)
    """list[ModelVersion]: at least two, the first of them the baseline."""
    run_requested = Signal(str)
    inspector_requested = Signal()
    """Something of the inspector is about to be edited."""

    def __init__(
        self,
        front: InFront,
        overview: ModelOverview,
        view: ModelView,
        inspector: VersionInspector,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._front, self._overview, self._view, self._inspector = front, overview, view, inspector
        self._parent = parent
        self.read_only = True

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands of `actions.py` that are answered here."""
        return {
            "models.transition": self.ask_transition,
            "models.request": self.ask_request,
            "models.create": self.create_model,
            "models.rename": self.rename_model,
            "models.describe": self.describe_model,
            "models.delete": self.delete_model,
            "models.open_version": self.open_version,
            "models.compare": self.compare,
            "models.compare_production": self.compare_with_production,
            "models.delete_version": self.delete_version,
            "models.board": self.turn_board,
            "models.find": self.find,
        }

    def answer_key(self, event: QKeyEvent) -> bool:
        """Do what a key stands for on this page; whether it stands for something."""
        keys, modifiers = Qt.Key, event.modifiers()
        if event.matches(QKeySequence.StandardKey.Find):
            self.find()
        elif event.key() == keys.Key_J and modifiers == Qt.KeyboardModifier.ControlModifier:
            self.compare()
        elif event.key() == keys.Key_F2 and not modifiers and not self.read_only:
            self.rename_model()
        elif event.key() == keys.Key_Delete and not modifiers and not self.read_only:
            (self.delete_model if self._overview.isVisibleTo(self._parent) else self.delete_version)()
        else:
            return False
        return True

    def context(self, context: Context) -> Context:
        """`context` with what is in front filled in."""
        version = self._front.version
        return replace(
            context,
            selected_version=version is not None,
            selected_versions=self._view.versions.selected_count if self._view.isVisibleTo(self._parent) else 0,
            selected_model=self._front.model is not None,
            in_model=self._view.isVisibleTo(self._parent),
            shows_board=self._view.versions.is_board,
            has_production=bool(self._in_production(version)),
        )

    # Commands

    def ask_transition(self) -> None:
        """Ask where to move the version in front."""
        if self._front.version is not None:
            self.edit_requested.emit("models.transition", self._front.version)

    def ask_request(self) -> None:
        """Ask whom to ask about the version in front."""
        if self._front.version is not None:
            self.edit_requested.emit("reviews.request", self._front.version)

    def move(self, version: ModelVersion, stage: Stage, other: ModelVersion | None) -> None:
        """Ask about a move to `stage`, `other` being the one to take each other's place."""
        self.edit_requested.emit("models.transition", (version, stage, other))

    def create_model(self) -> None:
        """Ask for the name of a model without versions."""
        self.edit_requested.emit("models.edit", CreateModel("", workspace=self._front.workspace))

    def rename_model(self) -> None:
        """Ask for another name of the model in front."""
        model = self._front.model
        if model is not None:
            self.edit_requested.emit("models.edit", RenameModel(model.name, "", model.workspace))

    def describe_model(self) -> None:
        """Put the keyboard into the description of the model in front."""
        model = self._front.model
        if model is not None:
            self.model_opened.emit(model)
            self._view.head.description.begin()

    def delete_model(self) -> None:
        """Ask before the model in front is deleted."""
        model = self._front.model
        if model is not None:
            self.edit_requested.emit("models.edit", DeleteModel(model.name, workspace=model.workspace))

    def delete_version(self) -> None:
        """Ask before the version in front is deleted."""
        version = self._front.version
        if version is not None:
            edit = DeleteVersion(version.name, version.version, workspace=version.workspace)
            self.edit_requested.emit("models.edit", edit)

    def open_version(self) -> None:
        """Show the version in front on its page."""
        if self._front.version is not None:
            self.version_opened.emit(self._front.version)

    def compare(self) -> None:
        """Put the selected versions side by side, those in Production first: the others are held against them."""
        production = Stage.PRODUCTION.value
        self._compare(sorted(self._front.selected, key=lambda one: (one.stage != production, one.version)))

    def compare_page(self) -> None:
        """Put the version of the version page beside those in Production, else beside the one before it."""
        version, model = self._front.version, self._front.model
        if version is None or model is None:
            return
        others = self._in_production(version)
        if not others:
            numbers = [one for one in model.versions if one.version != version.version]
            others = [one for one in numbers if one.version < version.version][:1] or numbers[-1:]
        self._compare([*others, version])

    def compare_with_production(self) -> None:
        """Put the version in front beside those in Production."""
        version = self._front.version
        if version is not None:
            self._compare([*self._in_production(version), version])

    def turn_board(self) -> None:
        """Show the board in place of the table, or the table."""
        self._view.versions.show_board(not self._view.versions.is_board)
        self._view.versions.take_keyboard()

    def find(self) -> None:
        """Put the keyboard into the search."""
        search = self._view.versions.search if self._view.isVisibleTo(self._parent) else self._overview.search
        search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        search.selectAll()

    def _compare(self, versions: list[ModelVersion]) -> None:
        if len(versions) > 1:
            self.comparison_requested.emit(versions)

    def _in_production(self, version: ModelVersion | None) -> list[ModelVersion]:
        """The other versions in Production, newest first."""
        model = self._front.model
        if model is None or version is None:
            return []
        stage = Stage.PRODUCTION.value
        return [one for one in model.versions if one.stage == stage and one.version != version.version]

    # Menus

    def open_version_menu(self, where: QPoint) -> None:
        """The menu over the versions that are selected."""
        version, selected = self._front.version, self._front.selected
        if version is None:
            return
        menu = QMenu(self._parent)
        menu.setObjectName("version_menu")
        add_entry(menu, "Open version", self.open_version)
        if version.run_id:
            add_entry(menu, "Show source run", partial(self.run_requested.emit, version.run_id))
        menu.addSeparator()
        if len(selected) > 1:
            add_entry(menu, f"Compare {len(selected):,} versions", self.compare)
        for other in self._in_production(version)[:_PARTNERS]:
            words = f"Compare with version {other.version} in Production"
            add_entry(menu, words, partial(self._compare, [other, version]))
        menu.addSeparator()
        self._add_moves(menu, version)
        self._add_edits(menu)
        menu.addSeparator()
        self._add_copies(menu, version)
        menu.addSeparator()
        self._add_edit(menu, "Delete version…", self.delete_version)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def _add_moves(self, menu: QMenu, version: ModelVersion) -> None:
        moves = menu.addMenu("Transition to")
        moves.setObjectName("transition_menu")
        for stage in Stage:
            if stage.value != version.stage:
                words = f"{in_words(stage)[:1].upper()}{in_words(stage)[1:]}…"
                add_entry(moves, words, partial(self.move, version, stage, None))
        moves.setEnabled(not self.read_only)
        self._add_edit(menu, "Request transition…", self.ask_request)

    def _add_edits(self, menu: QMenu) -> None:
        menu.addSeparator()
        edits = self._inspector.edits
        for words, act in (
            ("Edit description", edits.description.begin),
            ("Add alias", edits.aliases.begin),
            ("Add tag", edits.tags.begin),
        ):
            self._add_edit(menu, words, partial(self._in_inspector, act))

    def _in_inspector(self, act: Callable[[], object]) -> None:
        self.inspector_requested.emit()
        act()

    def _add_edit(self, menu: QMenu, words: str, act: Callable[[], object]) -> None:
        add_entry(menu, words, act).setEnabled(not self.read_only)

    def _add_copies(self, menu: QMenu, version: ModelVersion) -> None:
        copy = QGuiApplication.clipboard().setText
        texts = [f"models:/{version.name}/{version.version}"]
        texts += [f"models:/{version.name}@{alias}" for alias in version.aliases[:3]]
        for text in texts:
            add_entry(menu, f"Copy {visible(text, _SHOWN)}", partial(copy, text))

    def open_model_menu(self, where: QPoint) -> None:
        """The menu of the model in front."""
        model = self._front.model
        if model is None:
            return
        menu = QMenu(self._parent)
        menu.setObjectName("model_menu")
        if not self._view.isVisibleTo(self._parent):
            add_entry(menu, "Open model", partial(self.model_opened.emit, model))
        add_entry(menu, "Copy name", partial(QGuiApplication.clipboard().setText, model.name))
        menu.addSeparator()
        self._add_edit(menu, "Edit description", self.describe_model)
        self._add_edit(menu, "Rename model…", self.rename_model)
        menu.addSeparator()
        self._add_edit(menu, "New model…", self.create_model)
        self._add_edit(menu, "Delete model…", self.delete_model)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)
