"""What the register dialog shows of the chosen model: its card, and the digest of its folder, both read aside."""

from __future__ import annotations

import itertools
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.locator import Locator
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.registry_edits import SetVersionTag
from bakehouse.pages.editing import EditRoom
from bakehouse.pages.models.version_reading import CardReading, make_digest, read_card
from bakehouse.registry.editing import carry_out
from bakehouse.registry.registering import DIGEST_TAG, ModelSource, digest_words
from bakehouse.store.registrations import VersionRegistered
from bakehouse.tasks import Lane, TaskRunner

_CARD = "register.card"
_NUMBERS = itertools.count(1)
_NOT_HERE = "Not digested: the files are not here."
_REMOTE = "Not digested: the files lie on another machine. All of them are fetched for a digest."
_STOPPED = "Not digested: stopped. The version is registered without a digest."
_NO_WAIT = "registering does not wait for it; it is noted once it is made"


class RegistrationReading(QObject):
    """Reads for one dialog, and goes on making the digest of a model that was registered meanwhile. GUI thread.

    Registering waits for neither card nor digest.
    """

    digest_followed = Signal(object)
    """The FolderDigest of a model, made after its dialog was answered."""

    def __init__(self, dialog: RegisterModelDialog, locator: Locator, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._dialog: RegisterModelDialog | None = dialog
        self._locator, self._tasks = locator, tasks
        self._slot = f"register.digest.{next(_NUMBERS)}"
        dialog.source_chosen.connect(self.read)
        dialog.finished.connect(self._part)
        dialog.stored.digest.digest_wanted.connect(self._make_digest)
        dialog.stored.digest.digest_unwanted.connect(self._cancel_digest)
        tasks.task_progressed.connect(self._tell_progress)

    @property
    def is_digesting(self) -> bool:
        """Whether a digest is being made."""
        return self._tasks.is_active(self._slot)

    def read(self, source: ModelSource) -> None:
        """Read what there is of this model; a digest of another one is made no more."""
        self._tasks.cancel(self._slot)
        self._tasks.start(
            _CARD,
            partial(read_card, self._locator, source.location),
            done=self._show_card,
            failed=self._card_failed,
            lane=Lane.PREVIEW,
        )

    def stop(self) -> None:
        """Make no digest any more."""
        self._tasks.cancel(self._slot)

    def _show_card(self, found: CardReading) -> None:
        if self._dialog is None:
            return
        self._dialog.stored.show_card(found.card, found.sentence)
        if found.location.path is None:
            self._dialog.stored.digest.show_problem(_NOT_HERE, can_try=False)
        elif found.location.remote:
            self._dialog.stored.digest.offer_digest(_REMOTE)
        else:
            self._make_digest()

    def _card_failed(self, error: BakehouseError) -> None:
        if self._dialog is not None:
            self._dialog.stored.show_card(None, str(error))

    def _make_digest(self) -> None:
        if self._dialog is None:
            return
        self._dialog.stored.digest.show_progress(f"Reading the model's files; {_NO_WAIT}")
        self._tasks.start(
            self._slot,
            partial(make_digest, self._locator, self._dialog.source.location),
            done=self._note_digest,
            failed=self._digest_failed,
            lane=Lane.WALK,
            title="Computing a digest",
        )

    def _note_digest(self, digest: FolderDigest) -> None:
        if self._dialog is not None:
            self._dialog.note_digest(digest)
        else:
            self.digest_followed.emit(digest)

    def _digest_failed(self, error: BakehouseError) -> None:
        if self._dialog is not None:
            self._dialog.stored.digest.show_problem(f"Not digested: {error}")

    def _cancel_digest(self) -> None:
        self._tasks.cancel(self._slot)
        if self._dialog is not None:
            self._dialog.stored.digest.offer_digest(_STOPPED)

    def _tell_progress(self, slot: str, done: int, total: int, _text: str) -> None:
        if slot == self._slot and total and self._dialog is not None and self.is_digesting:
            words = f"{size_text(done)} of {size_text(total)} read; {_NO_WAIT}"
            self._dialog.stored.digest.show_progress(words, done, total)

    def _part(self, result: int) -> None:
        """The dialog is answered, and the digest goes on; or it is dismissed."""
        self._dialog = None
        self._tasks.cancel(_CARD)
        if result != QDialog.DialogCode.Accepted:
            self._tasks.cancel(self._slot)


class LateDigest(QObject):
    """Notes a digest that is made after its model was registered. Ends itself; owned by the room. GUI thread."""

    def __init__(self, room: EditRoom, reading: RegistrationReading, window: QWidget) -> None:
        super().__init__(room)
        self._room, self._reading, self._window = room, reading, window
        self._registered: VersionRegistered | None = None
        self._digest: FolderDigest | None = None
        reading.setParent(self)
        reading.digest_followed.connect(self._take_digest)
        room.changed.connect(self._take_version)

    def _take_version(self, changes: Changes) -> None:
        if isinstance(changes, VersionRegistered) and self._registered is None:
            self._registered = changes
            self._note()

    def _take_digest(self, digest: FolderDigest) -> None:
        self._digest = digest
        self._note()

    def _note(self) -> None:
        digest, version = self._digest, self._registered
        if digest is not None and version is not None:
            edit = SetVersionTag(
                version.name, version.version, DIGEST_TAG, digest_words(digest.sha256, digest.rule), version.workspace
            )
            self._room.write(self._window, "Noting the digest", lambda writer: carry_out(writer, edit))
            self.end()

    def end(self) -> None:
        """Note nothing any more."""
        self._reading.stop()
        self.deleteLater()
