"""The tags of something as chips, changed in place."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

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


class TagSection(Section):
    """A click on a chip opens it; a draft waits for what it belongs to, whatever else is looked at. GUI thread."""

    set_requested = Signal(str, str)
    """(key, value)."""
    delete_requested = Signal(str)
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
        self._key: Hashable = None
        self._tags: list[tuple[str, str]] = []
        self._stored: Mapping[str, str] = {}
        self._limit = 0
        self._refusal = ""
        self._drafts: dict[Hashable, _Draft] = {}
        self.chips.chip_clicked.connect(self._open_chip)
        self.chips.menu_requested.connect(self._open_menu)
        self.add.clicked.connect(self.begin)
        self.editor.edited.connect(self._keep)
        self.editor.cancelled.connect(self._leave)
        self.editor.save_requested.connect(self.set_requested)
        self.editor.delete_requested.connect(self.delete_requested)

    def set_theme(self, theme: Theme) -> None:
        self.chips.set_theme(theme)

    def show_tags(
        self,
        key: Hashable,
        tags: Sequence[tuple[str, str]],
        limit: int,
        refusal: str,
        stored: Mapping[str, str] | None = None,
    ) -> None:
        """Show the tags of `key`, values of at most `limit` characters; `refusal` says why none can be changed now.

        `stored` are all that the store holds, where not every one is shown.
        """
        self._key, self._limit, self._refusal = key, limit, refusal
        self._stored = dict(tags) if stored is None else stored
        self.show_chips(tags)
        self.add.setEnabled(not refusal)
        self.add.setToolTip(refusal)
        self._resume()

    def show_chips(self, tags: Sequence[tuple[str, str]]) -> None:
        """Show these of the tags; a draft stays as it is."""
        before, self._tags = self._tags, list(tags)
        if before != self._tags:
            self.chips.show_tags(self._tags)
        self.chips.setVisible(bool(self._tags))
        self._none.setVisible(not self._tags)

    def offer_adding(self, offered: bool) -> None:
        """Show or hide the link that begins a new tag; it makes room for the editor."""
        self.add.setVisible(offered)

    def forget(self) -> None:
        """Another store is opened: nothing of it has drafts here."""
        self._drafts.clear()
        self._key = None
        self.editor.hide()

    def begin(self) -> None:
        """Offer a new tag."""
        self._open(None, "", "")

    def _open_chip(self, place: int) -> None:
        key, value = self._tags[place]
        self._open((key, value), key, value)

    def _open(self, begun: tuple[str, str] | None, key: str, value: str) -> None:
        if self._key is not None:
            self._drafts[self._key] = _Draft(begun, key, value)
            self._resume()
            self.editor.focus()

    def _resume(self) -> None:
        """Show the editor when there is a draft that the store does not hold yet."""
        draft = self._drafts.get(self._key)
        self.offer_adding(draft is None)
        if draft is None:
            self.editor.hide()
            return
        stored = self._stored.get(draft.key)
        if draft.begun is None:
            is_done = stored is not None and stored == draft.value and self.editor.isVisibleTo(self)
        else:
            is_done = stored is None or (stored == draft.value and stored != draft.begun[1])
            if not is_done and draft.value == draft.begun[1]:
                draft = _Draft((draft.key, stored or ""), draft.key, stored or "")
                self._drafts[self._key] = draft
        if is_done:
            self._leave()
            return
        base = None if draft.begun is None else (draft.key, stored or "")
        self.editor.begin(base, (draft.key, draft.value), self._limit, self._refusal)
        self.editor.show()

    def _keep(self) -> None:
        draft = self._drafts.get(self._key)
        if draft is not None:
            self._drafts[self._key] = _Draft(draft.begun, *self.editor.draft)

    def _leave(self) -> None:
        self._drafts.pop(self._key, None)
        self.editor.hide()
        self.offer_adding(True)

    def _open_menu(self, place: int, where: QPoint) -> None:
        key, value = self._tags[place]
        menu = QMenu(self)
        menu.setObjectName("tag_menu")
        self.menu_opening.emit(key, menu)
        menu.addSeparator()
        clipboard = QGuiApplication.clipboard()
        menu.addAction("Copy value").triggered.connect(lambda: clipboard.setText(value))
        menu.addAction("Copy name").triggered.connect(lambda: clipboard.setText(key))
        menu.addSeparator()
        edit = menu.addAction("Edit…")
        edit.triggered.connect(lambda: self._open((key, value), key, value))
        remove = menu.addAction("Delete tag")
        remove.setEnabled(not self._refusal)
        remove.triggered.connect(lambda: self.delete_requested.emit(key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)
