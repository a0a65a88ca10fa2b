"""What the register dialog shows of the chosen model: its card, and the digest of its folder, both read aside."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.locator import Locator
from bakehouse.dialogs.register_model import RegisterModelDialog
from bakehouse.domain.errors import BakehouseError
from bakehouse.pages.models.version_reading import CardReading, make_digest, read_card
from bakehouse.registry.registering import ModelSource
from bakehouse.tasks import Lane, TaskRunner

_CARD = "register.card"
_DIGEST = "register.digest"
_NOT_HERE = "Not digested: the files are not here."
_REMOTE = "Not digested: the files lie on another machine. All of them are fetched for a digest."
_STOPPED = "Not digested: stopped. The version is registered without a digest."


class RegistrationReading(QObject):
    """Lives as long as its dialog. Registering waits for neither card nor digest. GUI thread."""

    def __init__(self, dialog: RegisterModelDialog, locator: Locator, tasks: TaskRunner) -> None:
        super().__init__(dialog)
        self._dialog, self._locator, self._tasks = dialog, locator, tasks
        dialog.source_chosen.connect(self.read)
        dialog.finished.connect(self._stop)
        dialog.stored.digest.digest_wanted.connect(self._make_digest)
        dialog.stored.digest.digest_unwanted.connect(self._cancel_digest)
        tasks.task_progressed.connect(self._tell_progress)

    def read(self, source: ModelSource) -> None:
        """Read what there is of this model; a digest of another one is made no more."""
        self._tasks.cancel(_DIGEST)
        self._tasks.start(
            _CARD,
            partial(read_card, self._locator, source.location),
            done=self._show_card,
            failed=self._card_failed,
            lane=Lane.PREVIEW,
        )

    def _show_card(self, found: CardReading) -> None:
        self._dialog.stored.show_card(found.card, found.sentence)
        if found.location.path is None:
            self._dialog.stored.digest.show_problem(_NOT_HERE, can_try=False)
        elif found.location.remote:
            self._dialog.stored.digest.offer_digest(_REMOTE)
        else:
            self._make_digest()

    def _card_failed(self, error: BakehouseError) -> None:
        self._dialog.stored.show_card(None, str(error))

    def _make_digest(self) -> None:
        self._dialog.stored.digest.show_progress("Reading the model's files; registering does not wait for it…")
        self._tasks.start(
            _DIGEST,
            partial(make_digest, self._locator, self._dialog.source.location),
            done=self._note_digest,
            failed=self._digest_failed,
            lane=Lane.WALK,
            title="Computing a digest",
        )

    def _note_digest(self, digest: FolderDigest) -> None:
        self._dialog.note_digest(digest)

    def _digest_failed(self, error: BakehouseError) -> None:
        self._dialog.stored.digest.show_problem(f"Not digested: {error}")

    def _cancel_digest(self) -> None:
        self._tasks.cancel(_DIGEST)
        self._dialog.stored.digest.offer_digest(_STOPPED)

    def _tell_progress(self, slot: str, done: int, total: int, _text: str) -> None:
        if slot == _DIGEST and total and self._tasks.is_active(slot):
            words = f"{size_text(done)} of {size_text(total)} read; registering does not wait for it"
            self._dialog.stored.digest.show_progress(words, done, total)

    def _stop(self) -> None:
        self._tasks.cancel(_CARD)
        self._tasks.cancel(_DIGEST)
