"""Notes that were begun and not saved, kept for the person until the store holds them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from bakehouse.settings import Settings

_REST_MS = 2_000
"""After a change: a crash loses no more than what was typed since."""


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note as typed; `begun` is what the store held when it was begun."""

    run_name: str
    begun: str
    text: str

    @property
    def is_untouched(self) -> bool:
        return self.text == self.begun


class NoteDrafts(QObject):
    """The drafts of one store by run id, written to the person's settings at rest and at `keep`. GUI thread.

    Another window on the same store may keep drafts too: only the runs that were touched here are written.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._settings: Settings | None = None
        self._store = Path()
        self._drafts: dict[str, NoteDraft] = {}
        self._touched: set[str] = set()
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.keep)

    def open(self, settings: Settings, store: Path) -> None:
        """Take up what was left of this store's notes."""
        self.close()
        self._settings, self._store = settings, store
        self._drafts = {run_id: NoteDraft(*texts) for run_id, texts in settings.note_drafts(store).items()}

    def close(self) -> None:
        """Keep what was typed, and forget the store."""
        self.keep()
        self._settings = None
        self._drafts = {}

    def keep(self) -> None:
        """Write what was changed since the last time."""
        self._rest.stop()
        if self._settings is None or not self._touched:
            return
        kept = self._settings.note_drafts(self._store)
        for run_id in self._touched:
            draft = self._drafts.get(run_id)
            kept.pop(run_id, None)
            if draft is not None and not draft.is_untouched:
                kept[run_id] = (draft.run_name, draft.begun, draft.text)
        self._touched = set()
        self._settings.remember_note_drafts(self._store, kept)

    @property
    def unsaved(self) -> dict[str, NoteDraft]:
        """Those in which something was typed."""
        return {run_id: draft for run_id, draft in self._drafts.items() if not draft.is_untouched}

    def of(self, run_id: str) -> NoteDraft | None:
        return self._drafts.get(run_id)

    def put(self, run_id: str, draft: NoteDraft) -> None:
        self._drafts[run_id] = draft
        self._touch(run_id)

    def drop(self, run_id: str) -> None:
        """It is saved or given up."""
        if self._drafts.pop(run_id, None) is not None:
            self._touch(run_id)

    def _touch(self, run_id: str) -> None:
        self._touched.add(run_id)
        self._rest.start()
