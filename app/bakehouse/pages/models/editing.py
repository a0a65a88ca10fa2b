"""Registering and transitioning as the person goes through them: read, ask, write, say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.dialogs.transition_stage import TransitionStageDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE, RegisterFolder
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.runs import LoggedModel
from bakehouse.pages.models.registering import LateDigest, RegistrationReading
from bakehouse.pages.session import Session
from bakehouse.pages.signing import SigningRoom
from bakehouse.registry.desk import Desk
from bakehouse.registry.registering import (
    ModelSource,
    RegisterRequest,
    folder_of_model,
    folder_of_run,
    models_of_run,
    register,
    source_of_model,
)
from bakehouse.registry.reviewing import exchange_directly, move_directly
from bakehouse.registry.trail_check import has_trail
from bakehouse.registry.transitions import StageMove, SwapRequest, transition
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader
from bakehouse.store.registrations import greatest_versions
from bakehouse.store.registry import list_models, source_of_logged_model
from bakehouse.store.runs import read_details


@dataclass(frozen=True)
class _Registrable:
    """All that the register dialog needs to know."""

    subject: str
    sources: list[ModelSource]
    models: list[RegisteredModel]
    greatest: dict[tuple[str, str], int]
    workspace: str


class RegistryEditing(SigningRoom):
    """Owned by the models page. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("models", parent)

    @override
    def set_session(self, session: Session | None) -> None:
        for late in self.findChildren(LateDigest):
            late.end()
        super().set_session(session)

    def register_run(self, run_id: str, window: QWidget) -> None:
        """Read what the run has to register, then ask."""
        ask = partial(self._ask_registration, window)
        work = partial(_read_registrable, run_id)
        self.read(work, ask, window, "Looking for the run's models", "The run could not be read")

    def register_logged_model(self, model: LoggedModel, window: QWidget) -> None:
        """Read what the registry holds, then ask about this one model."""
        ask = partial(self._ask_registration, window)
        work = partial(_read_registrable_model, model)
        self.read(work, ask, window, "Looking at the registry", "The registry could not be read")

    def register_folder(self, folder: RegisterFolder, window: QWidget) -> None:
        """Read whose artifacts these are, then ask about this one folder."""
        ask = partial(self._ask_registration, window)
        work = partial(_read_registrable_folder, folder)
        self.read(work, ask, window, "Looking at the folder", "The folder cannot be registered")

    def transition_version(
        self,
        model: RegisteredModel,
        version: ModelVersion,
        window: QWidget,
        stage: Stage | None = None,
        other: ModelVersion | None = None,
    ) -> None:
        """Ask where to move the version; `stage` is chosen at first, `other` the one to take each other's place."""
        if self.session is None:
            return
        dialog = TransitionStageDialog(model, version, self.session.themes.theme, window)
        if stage is not None:
            dialog.choose(stage)
        if other is not None:
            dialog.exchange_with(other)
        dialog.decided.connect(partial(self._transition, window))
        self.ask(dialog)

    def _ask_registration(self, window: QWidget, found: _Registrable) -> None:
        if not found.sources:
            sentence = "This run has no logged model, so there is nothing to register."
            self.show(MessageDialog("No model", sentence, window))
            return
        session = self.session
        if session is None:
            return
        dialog = RegisterModelDialog(
            found.subject, found.sources, found.models, found.greatest, found.workspace, session.themes.theme, window
        )
        reading = RegistrationReading(dialog, session.locator, session.tasks, self)
        dialog.decided.connect(partial(self._register, window, reading))
        dialog.rejected.connect(reading.deleteLater)
        reading.read(dialog.source)
        self.ask(dialog)

    def _register(self, window: QWidget, reading: RegistrationReading, request: RegisterRequest) -> None:
        """Write; a digest that is still being made becomes a tag of the version once both are there."""
        if reading.is_digesting:
            LateDigest(self, reading, window)
        else:
            reading.deleteLater()
        self.write(window, "Registering", lambda writer: register(writer, request))

    def _transition(self, window: QWidget, request: StageMove) -> None:
        move = partial(self._move, window, request)
        self.read(has_trail, move, window, "", "The trail could not be read")

    def _move(self, window: QWidget, request: StageMove, has_trail: bool) -> None:
        """With a trail beside the store a move is signed and stands in it."""
        if has_trail:
            self.sign(window, "Moving the version", partial(_move_signed, request))
        else:
            self.write(window, "Moving the version", lambda writer: transition(writer, request))


def _move_signed(request: StageMove, desk: Desk) -> Changes:
    version = VersionKey(request.workspace, request.name, request.version)
    if isinstance(request, SwapRequest):
        other = replace(version, version=request.other)
        return exchange_directly(desk, (version, request.from_stage), (other, request.stage), request.comment)
    archived = request.archived if request.archive_existing else frozenset[int]()
    return move_directly(desk, version, request.from_stage, request.stage, archived, request.comment)


def _read_registrable(run_id: str, store: Store, token: Token) -> _Registrable:
    reader = store.reader()
    details = read_details(reader, run_id, token)
    if details is None:
        raise WriteRefused("This run is not in the store any more.")
    return _Registrable(
        f"from run {details.name or details.run_id}",
        models_of_run(details),
        list_models(reader, token),
        greatest_versions(reader, token),
        _workspace_of(reader, details.experiment_id, token),
    )


def _read_registrable_model(model: LoggedModel, store: Store, token: Token) -> _Registrable:
    reader = store.reader()
    return _Registrable(
        f"the logged model {model.name or model.model_id}",
        [source_of_model(model)],
        list_models(reader, token),
        greatest_versions(reader, token),
        _workspace_of(reader, model.experiment_id, token),
    )


def _read_registrable_folder(folder: RegisterFolder, store: Store, token: Token) -> _Registrable:
    reader = store.reader()
    owner = folder.owner.partition("/")[2]
    if folder.owner.startswith("runs:/"):
        details = read_details(reader, owner, token)
        if details is None:
            raise WriteRefused("This run is not in the store any more.")
        source = folder_of_run(details.artifact_uri, folder.path, details.run_id)
        subject, experiment = f"from run {details.name or details.run_id}", details.experiment_id
    else:
        model = source_of_logged_model(reader, owner, token)
        if model is None:
            raise WriteRefused("This logged model is not in the store any more.")
        source = folder_of_model(model, folder.path)
        subject, experiment = f"the logged model {model.name or model.model_id}", model.experiment_id
    return _Registrable(
        subject,
        [source],
        list_models(reader, token),
        greatest_versions(reader, token),
        _workspace_of(reader, experiment, token),
    )


def _workspace_of(reader: Reader, experiment_id: int, token: Token) -> str:
    experiments = list_experiments(reader, token)
    found = next((one.workspace for one in experiments if one.experiment_id == experiment_id), "")
    return found or DEFAULT_WORKSPACE
