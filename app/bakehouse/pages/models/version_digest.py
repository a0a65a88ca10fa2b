"""The digest of the shown version: made aside when it is asked for, compared with the one noted at registration."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import QObject

from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.locator import Location, Locator
from bakehouse.domain.errors import BakehouseError
from bakehouse.pages.models.version_reading import make_digest
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.digest_section import DigestSection

_SLOT = "version.digest"
_NOTED = re.compile(r"sha256:([0-9a-f]{64})(?:\s+rule\s+(\d+))?")
_REMOTE = "SHA-256 over every file of the model. They lie on another machine: all of them are fetched for it."


class VersionDigest(QObject):
    """Owned by the version page; `section` shows what it does. GUI thread."""

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._locator: Locator | None = None
        self._address = ""
        self.section = DigestSection()
        self.section.digest_wanted.connect(self._start)
        self.section.digest_unwanted.connect(self.stop)
        tasks.task_progressed.connect(self._tell_progress)

    def expect(self, noted: str) -> None:
        """What the next digest is compared with: the value of the version's tag, "" where it has none."""
        found = _NOTED.match(noted)
        if found is not None:
            self.section.compare_with(found[1], int(found[2] or 1), "noted at registration")
        else:
            self.section.compare_with("", 0, "Not compared: no digest was recorded at registration.")

    def show_place(self, locator: Locator, address: str, location: Location) -> None:
        """Where the files are, or are not; a digest of the same place stays."""
        is_other = address != self._address
        self._locator, self._address = locator, address
        if location.path is None:
            self.stop()
            self.section.show_problem("Not digested: the files are not here.", can_try=False)
        elif is_other or self.section.is_out_of_reach:
            self.stop()
            if location.remote:
                self.section.offer_digest(_REMOTE)
            else:
                self.section.offer_digest()

    def forget(self) -> None:
        """Another version is shown."""
        self.stop()
        self._address = ""
        self.section.offer_digest()

    def stop(self) -> None:
        """Make no digest any more."""
        self._tasks.cancel(_SLOT)

    def _start(self) -> None:
        if self._locator is None or not self._address:
            return
        self.section.show_progress("Reading the model's files…")
        self._tasks.start(
            _SLOT,
            partial(make_digest, self._locator, self._address),
            done=self.section.show_digest,
            failed=self._fail,
            lane=Lane.WALK,
            title="Computing a digest",
        )

    def _fail(self, error: BakehouseError) -> None:
        self.section.show_problem(str(error))

    def _tell_progress(self, slot: str, done: int, total: int, _text: str) -> None:
        if slot == _SLOT and total and self._tasks.is_active(slot):
            self.section.show_progress(f"{size_text(done)} of {size_text(total)} read", done, total)
