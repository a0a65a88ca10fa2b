"""Registering and transitioning as the person goes through them: read, ask, write, say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.dialogs.transition_stage import TransitionStageDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError, WriteRefused
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.pages.session import Session
from bakehouse.registry.registering import ModelSource, RegisterRequest, models_of_run, register
from bakehouse.registry.transitions import TransitionRequest, transition
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.registrations import DEFAULT_WORKSPACE, greatest_versions
from bakehouse.store.registry import list_models
from bakehouse.store.runs import read_details
from bakehouse.store.writing import TriggerFound, Writer, prepare
from bakehouse.tasks import Lane

Act = Callable[[Writer], Changes]


@dataclass(frozen=True)
class _Registrable:
    """All that the register dialog needs to know."""

    run_name: str
    sources: list[ModelSource]
    models: list[RegisteredModel]
    greatest: dict[tuple[str, str], int]
    workspace: str


class RegistryEditing(QObject):
    """Owned by the models page; the window has asked for editing mode before it gets here. GUI thread only.

    Dialogs are shown, never executed: nothing waits in a nested event loop.
    """

    changed = Signal(object)
    """The Changes of a write that is done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._dialog: QDialog | None = None

    def set_session(self, session: Session | None) -> None:
        """The open store; None when it is closed, which dismisses an open question."""
        self._session = session
        if session is None and self._dialog is not None:
            self._dialog.close()

    def register_run(self, run_id: str, window: QWidget) -> None:
        """Read what the run has to register, then ask."""
        if self._session is None:
            return
        self._session.tasks.start(
            "models.registrable",
            partial(_read_registrable, self._session.store, run_id),
            done=partial(self._ask_registration, window),
            failed=partial(self._tell, window, "The run could not be read"),
            title="Looking for the run's models",
        )

    def transition_version(self, model: RegisteredModel, version: ModelVersion, window: QWidget) -> None:
        """Ask where to move the version."""
        if self._session is None:
            return
        dialog = TransitionStageDialog(model, version, self._session.themes.theme, window)
        dialog.decided.connect(partial(self._transition, window))
        self._show(dialog)
        self._prepare(self._session)

    def _ask_registration(self, window: QWidget, found: _Registrable) -> None:
        if self._session is None:
            return
        if not found.sources:
            sentence = "This run has no logged model, so there is nothing to register."
            self._show(MessageDialog("No model", sentence, window))
            return
        dialog = RegisterModelDialog(
            found.run_name, found.sources, found.models, found.greatest, found.workspace, window
        )
        dialog.decided.connect(partial(self._register, window))
        self._show(dialog)
        self._prepare(self._session)

    def _prepare(self, session: Session) -> None:
        session.tasks.start("models.prepare", _prepare, done=_ignore, failed=_ignore, lane=Lane.BACKGROUND)

    def _register(self, window: QWidget, request: RegisterRequest) -> None:
        self._write(window, "Registering", lambda writer: register(writer, request))

    def _transition(self, window: QWidget, request: TransitionRequest) -> None:
        self._write(window, "Moving the version", lambda writer: transition(writer, request))

    def _write(self, window: QWidget, title: str, act: Act, allowed: frozenset[str] = frozenset()) -> None:
        if self._session is None:
            return
        self._session.tasks.start(
            "models.write",
            partial(_do, self._session.store, act, allowed),
            done=self.changed.emit,
            failed=partial(self._write_failed, window, title, act, allowed),
            lane=Lane.WRITE,
            title=title,
        )

    def _write_failed(
        self, window: QWidget, title: str, act: Act, allowed: frozenset[str], error: BakehouseError
    ) -> None:
        if not isinstance(error, TriggerFound):
            heading = "Refused" if isinstance(error, WriteRefused) else "Not written"
            self._tell(window, heading, error)
            return
        sentence = f"{error} Write all the same, and let it run?"
        more = allowed | set(error.names)

        def write_anyway(_answer: str) -> None:
            self._write(window, title, act, more)

        self._show(
            MessageDialog("A trigger would run", sentence, window, ("Cancel", "Write all the same"), write_anyway)
        )

    def _tell(self, window: QWidget, title: str, error: BakehouseError) -> None:
        self._show(MessageDialog(title, str(error), window))

    def _show(self, dialog: QDialog) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog
        dialog.finished.connect(partial(self._dismiss, dialog))
        dialog.open()

    def _dismiss(self, dialog: QDialog, _result: int) -> None:
        if self._dialog is dialog:
            self._dialog = None
        dialog.deleteLater()


def _prepare(_token: Token) -> None:
    prepare()


def _ignore(_result: object) -> None:
    """The write itself tells what is wrong."""


def _do(store: Store, act: Act, allowed: frozenset[str], _token: Token) -> Changes:
    return act(Writer(store, allow_triggers=allowed))


def _read_registrable(store: Store, run_id: str, token: Token) -> _Registrable:
    reader = store.reader()
    details = read_details(reader, run_id, token)
    if details is None:
        raise WriteRefused("This run is not in the store any more.")
    experiments = list_experiments(reader, token)
    workspace = next(
        (one.workspace for one in experiments if one.experiment_id == details.experiment_id), DEFAULT_WORKSPACE
    )
    return _Registrable(
        details.name or details.run_id,
        models_of_run(details),
        list_models(reader, token),
        greatest_versions(reader, token),
        workspace or DEFAULT_WORKSPACE,
    )
