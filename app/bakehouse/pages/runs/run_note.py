"""The Markdown note of one run, read and written in place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bakehouse.domain.edits import SetNote
from bakehouse.domain.runs import RunDetails
from bakehouse.domain.text import counted, visible
from bakehouse.pages.runs.note_drafts import NoteDraft, NoteDrafts
from bakehouse.settings import Settings
from bakehouse.theme import Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.note_editor import NoteEditor
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.widgets.sections import Section

_SHOWN = 60
_CHANGED = "The note was changed elsewhere since you began. Saving replaces it."


class RunNote(Section):
    """A draft stays with its run, also when the store is closed, until the store holds it or the person cancels it.

    GUI thread.
    """

    edit_requested = Signal(object)
    """A SetNote."""
    link_activated = Signal(str)
    noticed = Signal(str, object)
    """That notes were not saved, and what to do about it: ((button, act), …)."""
    runs_requested = Signal(object)
    """Ids of runs to be shown."""

    def __init__(self, theme: Theme) -> None:
        self.viewer = NoteViewer(theme)
        self.editor = NoteEditor(theme)
        self.editor.setObjectName("note_editor")
        self._none = PlainLabel("No note yet.", "muted")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.viewer, self._none, self.editor):
            column.addWidget(part)
        super().__init__("NOTE", body)
        self.link.setObjectName("edit_note")
        self._details: RunDetails | None = None
        self._refusal = ""
        self.drafts = NoteDrafts(self)
        self.link.clicked.connect(self.begin)
        self.editor.edited.connect(self._keep)
        self.editor.cancelled.connect(self._leave)
        self.editor.save_requested.connect(self._save)
        self.viewer.link_activated.connect(self.link_activated)
        self.editor.link_activated.connect(self.link_activated)

    def set_theme(self, theme: Theme) -> None:
        self.viewer.set_theme(theme)
        self.editor.set_theme(theme)

    def show_run(self, details: RunDetails, refusal: str) -> None:
        """Show the run's note; `refusal` says why it cannot be changed now, empty when it can."""
        before, self._details, self._refusal = self._details, details, refusal
        if before is not None and before.run_id != details.run_id:
            self.editor.tabs.setCurrentIndex(0)
            left = self.drafts.of(before.run_id)
            if left is not None and left.is_untouched:
                self.drafts.drop(before.run_id)
        self.viewer.show_markdown(details.note)
        self._take_in(details)
        self._show()

    def _take_in(self, details: RunDetails) -> None:
        """Follow what the store holds now: a draft that was saved is done, one that was not begun starts from it."""
        draft = self.drafts.of(details.run_id)
        if draft is None or draft.begun == details.note:
            return
        if draft.text == details.note:
            self.drafts.drop(details.run_id)
        elif draft.is_untouched:
            self.drafts.put(details.run_id, NoteDraft(details.name, details.note, details.note))

    def open(self, settings: Settings, store: Path) -> None:
        """Runs of this store come from now on; what was left unsaved of their notes is offered."""
        self._details = None
        self.drafts.open(settings, store)
        self._offer()

    def forget(self) -> None:
        """The store is closed; drafts stay with the person."""
        self.drafts.close()
        self._details = None

    def _offer(self) -> None:
        left = self.drafts.unsaved
        if not left:
            return
        names = [f"“{visible(draft.run_name, _SHOWN)}”" for draft in left.values()]
        whose = names[0] if len(names) == 1 else f"{names[0]} and {counted(len(names) - 1, 'other run')}"
        notes, were = ("Your note", "was") if len(names) == 1 else ("Your notes", "were")
        ids = tuple(left)
        show = ("Continue", partial(self.runs_requested.emit, ids))
        self.noticed.emit(f"{notes} on {whose} {were} not saved.", (show, ("Discard", partial(self._discard, ids))))

    def _discard(self, run_ids: tuple[str, ...]) -> None:
        for run_id in run_ids:
            self.drafts.drop(run_id)
        self.drafts.keep()
        self._show()

    def begin(self) -> None:
        """Offer the note for editing."""
        if self._details is not None and not self._refusal:
            note = self._details.note
            self.drafts.put(self._details.run_id, NoteDraft(self._details.name, note, note))
            self._show()
            self.editor.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        details = self._details
        if details is None:
            return
        found = self.drafts.of(details.run_id)
        self.editor.setVisible(found is not None)
        self.viewer.setVisible(found is None and bool(details.note))
        self._none.setVisible(found is None and not details.note)
        self.offer("" if found is not None else "Edit" if details.note else "Write one")
        self.link.setEnabled(not self._refusal)
        self.link.setToolTip(self._refusal)
        if found is not None:
            self.editor.begin(details.note, found.text, details.tag_characters, self._refusal)
            self.editor.warn(_CHANGED if found.begun != details.note else self._refusal)

    def _keep(self, text: str) -> None:
        draft = self.drafts.of(self._details.run_id) if self._details is not None else None
        if self._details is not None and draft is not None and draft.text != text:
            self.drafts.put(self._details.run_id, replace(draft, text=text))

    def _leave(self) -> None:
        if self._details is not None:
            self.drafts.drop(self._details.run_id)
            self._show()

    def _save(self, text: str) -> None:
        if self._details is not None:
            self.edit_requested.emit(SetNote((self._details.run_id,), text))
