"""The tags of one run as chips, changed in place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from bakehouse.domain.edits import DeleteTag, SetTag
from bakehouse.domain.runs import RunDetails
from bakehouse.pages.runs.run_facts import shown_tags, system_tag_count
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.sections import Section
from bakehouse.widgets.tag_editor import TagEditor


@dataclass(frozen=True)
class _Draft:
    """A tag as typed; `begun` is the tag it started from, None for a new one."""

    begun: tuple[str, str] | None
    key: str
    value: str


class RunTags(Section):
    """A click on a chip opens it; what is typed there waits for its run, whatever else is looked at. GUI thread."""

    edit_requested = Signal(object)
    """A SetTag or DeleteTag."""
    menu_opening = Signal(str, object)
    """(key, QMenu) before the menu of a chip is shown."""

    def __init__(self, theme: Theme) -> None:
        self.chips = ChipList(theme)
        self.chips.setAccessibleName("Tags")
        self.chips.set_clickable(True)
        self.editor = TagEditor()
        self.editor.setObjectName("tag_editor")
        self.editor.hide()
        self.add = QPushButton("Add tag")
        self.add.setObjectName("add_tag")
        self.add.setProperty("link", "true")
        self._none = PlainLabel("No tags.", "muted")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID - 2)
        last = QHBoxLayout()
        last.addWidget(self._none)
        last.addStretch(1)
        last.addWidget(self.add)
        for part in (self.chips, self.editor):
            column.addWidget(part)
        column.addLayout(last)
        super().__init__("TAGS", body)
        self._details: RunDetails | None = None
        self._refusal = ""
        self._system = False
        self._tags: list[tuple[str, str]] = []
        self._drafts: dict[str, _Draft] = {}
        """By run id."""
        self.link.clicked.connect(self._toggle_system)
        self.chips.chip_clicked.connect(self._open_chip)
        self.chips.menu_requested.connect(self._open_menu)
        self.add.clicked.connect(self.begin)
        self.editor.edited.connect(self._keep)
        self.editor.cancelled.connect(self._leave)
        self.editor.save_requested.connect(self._save)
        self.editor.delete_requested.connect(self._delete)

    def set_theme(self, theme: Theme) -> None:
        self.chips.set_theme(theme)

    def show_run(self, details: RunDetails, refusal: str) -> None:
        """Show the run's tags; `refusal` says why they cannot be changed now, empty when they can."""
        self._details, self._refusal = details, refusal
        self.add.setEnabled(not refusal)
        self.add.setToolTip(refusal)
        self._fill()
        self._resume()

    def forget(self) -> None:
        """Another store is opened: its runs have no drafts here."""
        self._drafts.clear()
        self.editor.hide()

    def begin(self) -> None:
        """Offer a new tag."""
        if self._details is not None:
            self._open(None, "", "")

    def _fill(self) -> None:
        if self._details is None:
            return
        count = system_tag_count(self._details)
        self._tags = shown_tags(self._details, system=self._system)
        self.chips.show_tags(self._tags)
        self.chips.setVisible(bool(self._tags))
        self._none.setVisible(not self._tags)
        self.offer("" if not count else "Hide system tags" if self._system else f"Show {count} system tags")

    def _toggle_system(self) -> None:
        self._system = not self._system
        self._fill()

    # The editor

    def _open_chip(self, place: int) -> None:
        key, value = self._tags[place]
        self._open((key, value), key, value)

    def _open(self, begun: tuple[str, str] | None, key: str, value: str) -> None:
        if self._details is None:
            return
        self._drafts[self._details.run_id] = _Draft(begun, key, value)
        self._resume()
        self.editor.focus()

    def _resume(self) -> None:
        """Show the editor when this run has a draft that the store does not hold yet."""
        details = self._details
        draft = self._drafts.get(details.run_id) if details is not None else None
        if details is None or draft is None:
            self.editor.hide()
            return
        stored = details.tag(draft.key)
        if draft.begun is None:
            is_done = stored is not None and stored == draft.value and self.editor.isVisibleTo(self)
        else:
            is_done = stored is None or (stored == draft.value and stored != draft.begun[1])
            if not is_done and draft.value == draft.begun[1]:
                draft = _Draft((draft.key, stored or ""), draft.key, stored or "")
                self._drafts[details.run_id] = draft
        if is_done:
            self._leave()
            return
        base = None if draft.begun is None else (draft.key, stored or "")
        self.editor.begin(base, (draft.key, draft.value), details.tag_characters, self._refusal)
        self.editor.show()

    def _keep(self) -> None:
        if self._details is not None and self._details.run_id in self._drafts:
            begun = self._drafts[self._details.run_id].begun
            self._drafts[self._details.run_id] = _Draft(begun, *self.editor.draft)

    def _leave(self) -> None:
        if self._details is not None:
            self._drafts.pop(self._details.run_id, None)
        self.editor.hide()

    def _save(self, key: str, value: str) -> None:
        if self._details is not None:
            self.edit_requested.emit(SetTag((self._details.run_id,), key, value))

    def _delete(self, key: str) -> None:
        if self._details is not None:
            self.edit_requested.emit(DeleteTag((self._details.run_id,), key))

    def _open_menu(self, place: int, where: QPoint) -> None:
        key, value = self._tags[place]
        menu = QMenu(self)
        menu.setObjectName("tag_menu")
        self.menu_opening.emit(key, menu)
        clipboard = QGuiApplication.clipboard()
        menu.addSeparator()
        menu.addAction("Copy value").triggered.connect(lambda: clipboard.setText(value))
        menu.addAction("Copy name").triggered.connect(lambda: clipboard.setText(key))
        menu.addSeparator()
        edit = menu.addAction("Edit…")
        edit.triggered.connect(lambda: self._open((key, value), key, value))
        remove = menu.addAction("Delete tag")
        remove.setEnabled(not self._refusal)
        remove.triggered.connect(lambda: self._delete(key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)
