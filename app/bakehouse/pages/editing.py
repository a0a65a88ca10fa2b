"""The room in which edits are carried out: write, ask about triggers, say what went wrong, one dialog at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from bakehouse.commands.arguments import TRY_LOCK
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError, Cancelled, WriteRefused, WriteStopped
from bakehouse.pages.session import Session
from bakehouse.store.handle import Store
from bakehouse.store.lock_probe import check_locks, is_on_local_disk
from bakehouse.store.writing import TriggerFound, Writer, prepare
from bakehouse.tasks import Lane

T = TypeVar("T")
Act = Callable[[Writer], Changes]


class EditRoom(QObject):
    """Owned by who carries out edits (a page, the window); editing mode is on before anything gets here. GUI thread.

    Dialogs are shown, never executed: nothing waits in a nested event loop. A write that waits for another program's
    lock shows that in the status line, where it can be cancelled.
    """

    changed = Signal(object)
    """The Changes of a write that is done."""
    said = Signal(str)
    """A sentence that needs no answer."""

    def __init__(self, subject: str, parent: QObject | None = None) -> None:
        """`subject` begins the names of this room's task slots."""
        super().__init__(parent)
        self._subject = subject
        self._session: Session | None = None
        self._dialog: QDialog | None = None

    @property
    def session(self) -> Session | None:
        return self._session

    def set_session(self, session: Session | None) -> None:
        """The open store; None when it is closed, which dismisses an open question."""
        self._session = session
        if session is None and self._dialog is not None:
            self._dialog.close()

    def read(
        self, work: Callable[[Store, Token], T], done: Callable[[T], None], window: QWidget, title: str, failed: str
    ) -> None:
        """Read what a question has to know, then go on with `done`; `failed` heads the sentence when that cannot be."""
        if self._session is not None:
            self._session.tasks.start(
                f"{self._subject}.ask",
                partial(work, self._session.store),
                done=done,
                failed=partial(self.tell, window, failed),
                title=title,
            )

    def write(self, window: QWidget, title: str, act: Act, allowed: frozenset[str] = frozenset()) -> None:
        """Carry out `act`; `allowed` names the triggers that the person lets run."""
        if self._session is None:
            return
        self._session.tasks.start(
            f"{self._subject}.write",
            partial(_do, self._session.store, act, allowed),
            done=self.changed.emit,
            failed=partial(self._write_failed, window, title, act, allowed),
            lane=Lane.WRITE,
            title=title,
        )

    def ask(self, dialog: QDialog) -> None:
        """Show the question of an edit, and load what its write needs while the person thinks."""
        self.show(dialog)
        if self._session is not None:
            tasks = self._session.tasks
            tasks.start(f"{self._subject}.prepare", _prepare, done=_ignore, failed=_ignore, lane=Lane.BACKGROUND)

    def show(self, dialog: QDialog) -> None:
        """Show a dialog in place of the one before."""
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog
        dialog.finished.connect(partial(self._dismiss, dialog))
        dialog.open()

    def tell(self, window: QWidget, title: str, error: BakehouseError) -> None:
        """Say what went wrong."""
        self.show(MessageDialog(title, str(error), window))

    def _write_failed(
        self, window: QWidget, title: str, act: Act, allowed: frozenset[str], error: BakehouseError
    ) -> None:
        if isinstance(error, WriteStopped):
            self.said.emit(str(error))
        elif isinstance(error, TriggerFound):
            self._ask_about_trigger(window, title, act, allowed, error)
        else:
            self.tell(window, "Refused" if isinstance(error, WriteRefused) else "Not written", error)

    def _ask_about_trigger(
        self, window: QWidget, title: str, act: Act, allowed: frozenset[str], found: TriggerFound
    ) -> None:
        sentence = f"{found} Write all the same, and let it run?"
        more = allowed | set(found.names)

        def write_anyway(_answer: str) -> None:
            self.write(window, title, act, more)

        self.show(
            MessageDialog("A trigger would run", sentence, window, ("Cancel", "Write all the same"), write_anyway)
        )

    def _dismiss(self, dialog: QDialog, _result: int) -> None:
        if self._dialog is dialog:
            self._dialog = None
        dialog.deleteLater()


def _prepare(_token: Token) -> None:
    prepare()


def _ignore(_result: object) -> None:
    """The write itself tells what is wrong."""


def _second_process() -> list[str]:
    """The command that tries a lock; a frozen application is its own interpreter."""
    own = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "bakehouse"]
    return [*own, TRY_LOCK]


def _do(store: Store, act: Act, allowed: frozenset[str], token: Token) -> Changes:
    if not store.locks_work:
        if not is_on_local_disk(store.path):
            check_locks(store.path, _second_process())
        store.locks_work = True
    try:
        return act(Writer(store, allow_triggers=allowed, token=token))
    except Cancelled as cancelled:
        raise WriteStopped("Stopped; nothing was written.") from cancelled
