"""The tags of one run as chips, changed in place; those of MLflow itself on demand."""

from __future__ import annotations

from PySide6.QtCore import Signal
from typing_extensions import override

from bakehouse.domain.edits import DeleteTag, SetTag
from bakehouse.domain.runs import RunDetails
from bakehouse.pages.runs.run_facts import shown_tags, system_tag_count
from bakehouse.theme import Theme
from bakehouse.widgets.tag_section import TagSection


class RunTags(TagSection):
    """Drafts wait for their run, by its id. GUI thread only."""

    edit_requested = Signal(object)
    """A SetTag or DeleteTag."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._details: RunDetails | None = None
        self._system = False
        self.link.clicked.connect(self._toggle_system)
        self.set_requested.connect(self._save)
        self.delete_requested.connect(self._delete)

    def show_run(self, details: RunDetails, refusal: str) -> None:
        """Show the run's tags; `refusal` says why they cannot be changed now, empty when they can."""
        self._details = details
        self._offer_system(details)
        shown = shown_tags(details, system=self._system)
        self.show_tags(details.run_id, shown, details.tag_characters, refusal, dict(details.tags))

    @override
    def offer_adding(self, offered: bool) -> None:
        """A run takes many tags one after another: the link stays beside the editor."""

    def _offer_system(self, details: RunDetails) -> None:
        count = system_tag_count(details)
        self.offer("" if not count else "Hide system tags" if self._system else f"Show {count} system tags")

    def _toggle_system(self) -> None:
        self._system = not self._system
        if self._details is not None:
            self._offer_system(self._details)
            self.show_chips(shown_tags(self._details, system=self._system))

    def _save(self, key: str, value: str) -> None:
        if self._details is not None:
            self.edit_requested.emit(SetTag((self._details.run_id,), key, value))

    def _delete(self, key: str) -> None:
        if self._details is not None:
            self.edit_requested.emit(DeleteTag((self._details.run_id,), key))
