"""Viewing or editing: asked once a store, then every edit goes to the page that carries it out; and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.changes import Changes, EditDone, Undo
from bakehouse.domain.edits import Edit, ExperimentEdit
from bakehouse.pages.page import Page
from bakehouse.pages.session import Session
from bakehouse.pages.signing import SigningRoom
from bakehouse.store.undoing import put_back
from bakehouse.widgets.edit_notice import EditNotice


class EditingMode(QObject):
    """Owned by the window. Takes the pages' edit requests and keeps what the last edit can be undone with."""

    switched = Signal()
    """Editing is on or off, or whether there is something to undo changed."""
    changed = Signal(object)
    """The Changes of any page's edit, or of an undo."""
    said = Signal(str)

    def __init__(self, pages: Iterable[Page], notice: EditNotice, window: QWidget) -> None:
        super().__init__(window)
        self.is_on = False
        self._pages = list(pages)
        self._notice = notice
        self._window = window
        self._session: Session | None = None
        self._undo: Undo | None = None
        self._room = SigningRoom("window", self)
        self._room.changed.connect(self._written)
        self._room.said.connect(self.said)
        for page in self._pages:
            page.edit_requested.connect(self.ask)
            page.changed.connect(self._written)

    @property
    def can_undo(self) -> bool:
        return self._undo is not None

    def set_session(self, session: Session | None) -> None:
        """Another store, or none: viewing again, and nothing to undo."""
        self._session = session
        self._room.set_session(session)
        self.is_on, self._undo = False, None
        self._notice.dismiss()
        self.switched.emit()

    def ask(self, what: str, argument: object) -> None:
        """Carry out the edit `what`; the first one asks to switch to editing."""
        session = self._session
        if session is None:
            return
        if session.read_only:
            MessageDialog(
                "Opened for reading only",
                "This store was opened with --read-only, or its file or folder may not be written by you. "
                "Open it again without the option, or ask for the right to write.",
                self._window,
            ).open()
        elif self.is_on:
            self._begin(what, argument)
        else:
            MessageDialog(
                "Switch to editing?",
                "Until now Bakehouse has only read this store. Editing writes to it what MLflow itself would write, "
                "so that every MLflow client reads it; the training beside it waits for a moment at most.",
                self._window,
                ("Switch to editing", "Cancel"),
                partial(self._switch_on, what, argument),
            ).open()

    def undo(self) -> None:
        """Take the last edit back, where nobody else changed the same since."""
        undo, self._undo = self._undo, None
        self._notice.dismiss()
        self.switched.emit()
        if undo is not None:
            self._room.write(self._window, "Undoing", lambda writer: put_back(writer, undo))

    def _switch_on(self, what: str, argument: object, _answer: str) -> None:
        if self._session is not None:
            self.is_on = True
            self.switched.emit()
            self._room.record_outside(self._window)
            self._begin(what, argument)

    def _begin(self, what: str, argument: object) -> None:
        for page in self._pages:
            if what in page.edits():
                page.begin_edit(what, argument, self._window)

    def _written(self, changes: Changes) -> None:
        if self._session is None:
            return
        self._notice.dismiss()
        if isinstance(changes, EditDone):
            self._undo = changes.undo or self._undo
            if changes.rest is not None:
                self._notice.show_notice(
                    changes.sentence, "Write the rest", partial(self._go_on, changes.rest), stays=True
                )
            elif changes.undo is not None:
                self._notice.show_notice(changes.sentence, "Undo", self.undo)
            else:
                self._notice.show_notice(changes.sentence, stays=bool(changes.problem))
        self.switched.emit()
        self.changed.emit(changes)

    def _go_on(self, rest: Edit) -> None:
        self._begin("experiments.tags" if isinstance(rest, ExperimentEdit) else "runs.tags", rest)
