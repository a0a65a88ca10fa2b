"""What the window asks of every page, and what a page may ask of the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.domain.changes import Changes
from bakehouse.domain.history import Place
from bakehouse.itemmodels.palette_rows import Group
from bakehouse.pages.session import Session
from bakehouse.theme import Theme

_LEAST = QSize(560, 360)


class Page(QWidget):
    """One screen. Made once by the window; `open` and `close_store` come in pairs. GUI thread only."""

    context_changed = Signal()
    """What decides about enabled commands, or `place()`, changed."""
    said = Signal(str)
    """The counts for the status line changed."""
    noticed = Signal(str, object)
    """A sentence that stays until it is dismissed, and up to two things to do about it: ((button, act), …)."""
    navigate_requested = Signal(str, object)
    """(page id, target): show a run id ("runs") or a model name ("models")."""
    edit_requested = Signal(str, object)
    """(action id, argument): an edit; after asking for editing mode, the page that has it in `edits()` begins it."""
    changed = Signal(object)
    """The Changes of an edit that is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    @override
    def minimumSizeHint(self) -> QSize:
        """The same for every page: a page in the background is not laid out, and its old height would hold."""
        return _LEAST

    def open(self, session: Session) -> None:
        """Show this store. Reads start here, in tasks."""
        raise NotImplementedError

    def close_store(self) -> None:
        """Forget the store; nothing of it is shown afterwards."""
        raise NotImplementedError

    def refresh(self, changes: Changes | None) -> None:
        """Read again what `changes` names (None: everything); selection, scroll and zoom stay."""
        raise NotImplementedError

    def follow(self) -> None:
        """Another program wrote to the store: show what is new, without hurry and at little cost."""
        self.refresh(None)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        raise NotImplementedError

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands of `actions.py` that this page answers."""
        return {}

    def context(self, context: Context) -> Context:
        """`context` with this page's part filled in."""
        return context

    def edits(self) -> frozenset[str]:
        """The action ids whose edits this page carries out, whichever page asks."""
        return frozenset()

    def begin_edit(self, what: str, argument: object, window: QWidget) -> None:
        """Editing is allowed: ask over `window` what is still open about the edit `what`, and do it."""

    def places(self) -> list[Group]:
        """What the palette can go to on this page."""
        return []

    def reveal(self, target: object) -> None:
        """Show and select what another page asked for."""

    def whereabouts(self) -> Place | None:
        """What is shown, to come back to it; None while it is on its way. The window fills in the page."""
        return Place()

    def return_to(self, place: Place) -> None:
        """Show again what `whereabouts` named, as far as it is still there."""

    def place(self) -> str:
        """Where in the store the page looks, for the top bar (an experiment's or model's name)."""
        return ""

    def summary(self) -> str:
        """The counts for the status line."""
        return ""

    def panes(self) -> list[QWidget]:
        """The parts that F6 goes through, in reading order."""
        return []

    def toggle_sidebar(self) -> None:
        """Show or hide the list on the left."""

    def toggle_inspector(self) -> None:
        """Show or hide the inspector on the right."""

    def remember_layout(self) -> None:
        """Called before the window closes: put splitter states into the settings."""
