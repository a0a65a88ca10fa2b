"""The Markdown note of one run, read and written in place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bakehouse.domain.edits import SetNote
from bakehouse.domain.runs import RunDetails
from bakehouse.theme import Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.note_editor import NoteEditor
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.widgets.sections import Section

_CHANGED = "The note was changed elsewhere since you began. Saving replaces it."


class RunNote(Section):
    """A draft stays with its run until the store holds it or the person cancels it. GUI thread."""

    edit_requested = Signal(object)
    """A SetNote."""
    link_activated = Signal(str)

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
        self._drafts: dict[str, tuple[str, str]] = {}
        """Run id → (the note when the draft was begun, the draft)."""
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
            if self._is_untouched(before.run_id):
                del self._drafts[before.run_id]
        self.viewer.show_markdown(details.note)
        self._take_in(details)
        self._show()

    def _take_in(self, details: RunDetails) -> None:
        """Follow what the store holds now: a draft that was saved is done, one that was not begun starts from it."""
        begun, draft = self._drafts.get(details.run_id, (details.note, details.note))
        if begun == details.note:
            return
        if draft == details.note:
            del self._drafts[details.run_id]
        elif draft == begun:
            self._drafts[details.run_id] = (details.note, details.note)

    def _is_untouched(self, run_id: str) -> bool:
        begun, draft = self._drafts.get(run_id, ("", "x"))
        return begun == draft

    def forget(self) -> None:
        """Another store is opened: its runs have no drafts here."""
        self._drafts.clear()

    def begin(self) -> None:
        """Offer the note for editing."""
        if self._details is not None and not self._refusal:
            self._drafts[self._details.run_id] = (self._details.note, self._details.note)
            self._show()
            self.editor.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        details = self._details
        if details is None:
            return
        found = self._drafts.get(details.run_id)
        self.editor.setVisible(found is not None)
        self.viewer.setVisible(found is None and bool(details.note))
        self._none.setVisible(found is None and not details.note)
        self.offer("" if found is not None else "Edit" if details.note else "Write one")
        self.link.setEnabled(not self._refusal)
        self.link.setToolTip(self._refusal)
        if found is not None:
            begun, draft = found
            self.editor.begin(details.note, draft, details.tag_characters, self._refusal)
            self.editor.warn(_CHANGED if begun != details.note else self._refusal)

    def _keep(self, text: str) -> None:
        if self._details is not None and self._details.run_id in self._drafts:
            begun, _ = self._drafts[self._details.run_id]
            self._drafts[self._details.run_id] = (begun, text)

    def _leave(self) -> None:
        if self._details is not None:
            self._drafts.pop(self._details.run_id, None)
            self._show()

    def _save(self, text: str) -> None:
        if self._details is not None:
            self.edit_requested.emit(SetNote((self._details.run_id,), text))
