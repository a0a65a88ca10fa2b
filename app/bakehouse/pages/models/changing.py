"""Edits of models and versions as the person goes through them: a question where one is needed, then the write."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bakehouse.dialogs.lifecycle import LifecycleDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.model_name import ModelNameDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.registry_edits import CreateModel, DeleteModel, DeleteVersion, RegistryEdit, RenameModel
from bakehouse.domain.text import visible
from bakehouse.pages.editing import EditRoom
from bakehouse.registry.consequences import EditPlan, consequence
from bakehouse.registry.editing import carry_out
from bakehouse.store.handle import Store
from bakehouse.store.registrations import greatest_versions

_TITLES = {"DeleteModel": "Deleting the model", "DeleteVersion": "Deleting the version", "RenameModel": "Renaming"}


class RegistryChanging(EditRoom):
    """Owned by the models page; `changed` carries what was written. GUI thread only."""

    decided = Signal(object)
    """The RegistryEdit that is about to be written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("models.edit", parent)

    def begin(self, edit: RegistryEdit, model: RegisteredModel | None, window: QWidget) -> None:
        """Ask about `edit` of `model` where a question is due, and write it.

        A CreateModel or RenameModel without a (new) name asks for it; deletions always ask.
        """
        match edit:
            case CreateModel(name=""):
                self._ask_name(edit.workspace, None, window)
            case RenameModel(new_name=""):
                if model is not None:
                    self._ask_name(edit.workspace, model, window)
            case DeleteModel() | DeleteVersion():
                self._ask_deletion(edit, model, window)
            case _:
                self._write(window, edit)

    def _ask_deletion(self, edit: DeleteModel | DeleteVersion, model: RegisteredModel | None, window: QWidget) -> None:
        plan = consequence(edit, model)
        if model is None or not plan.allowed:
            self.show(MessageDialog("Not deleted", plan.problem, window))
            return
        if isinstance(edit, DeleteModel):
            edit = replace(edit, shown=frozenset(version.version for version in model.versions))
            title, subject, button = "Delete this model?", visible(model.name, 80), "Delete model"
        else:
            version = next(one for one in model.versions if one.version == edit.version)
            edit = replace(edit, shown_stage=version.stage)
            title, button = "Delete this version?", "Delete version"
            subject = f"{visible(model.name, 80)} {version.version}"
        dialog = LifecycleDialog(title, subject, _words(plan), button, edit, parent=window)
        dialog.decided.connect(partial(self._write, window))
        self.ask(dialog)

    def _ask_name(self, workspace: str, model: RegisteredModel | None, window: QWidget) -> None:
        if model is not None:
            plan = consequence(RenameModel(model.name, model.name, workspace), model)
            if plan.problem:
                self.show(MessageDialog("It cannot be renamed now", plan.problem, window))
                return
        ask = partial(self._name_asked, workspace, model, window)
        work = partial(_read_names, workspace)
        self.read(work, ask, window, "Looking at the registry", "The registry could not be read")

    def _name_asked(
        self, workspace: str, model: RegisteredModel | None, window: QWidget, taken: frozenset[str]
    ) -> None:
        dialog = ModelNameDialog(taken, workspace, model, window)
        dialog.decided.connect(partial(self._write, window))
        self.ask(dialog)

    def _write(self, window: QWidget, edit: RegistryEdit) -> None:
        self.decided.emit(edit)
        title = _TITLES.get(type(edit).__name__, "Writing to the registry")
        self.write(window, title, lambda writer: carry_out(writer, edit))


def _words(plan: EditPlan) -> str:
    return "\n".join(filter(None, (plan.warning, *plan.sentences)))


def _read_names(workspace: str, store: Store, token: Token) -> frozenset[str]:
    return frozenset(name for place, name in greatest_versions(store.reader(), token) if place == workspace)
