"""Asks before a link that leads out of its folder is followed, this once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from bakehouse.artifacts.following import followed
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import visible
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.plain_question import PlainQuestion

_FOLLOWS = "follows"

Then = Callable[[Entry, Entry], None]
"""Takes the link and what it leads to."""


def _follow(entry: Entry, guard: Guard | None, token: Token) -> Entry:
    """For a worker thread."""
    return followed(entry, guard, token)


class LinkFollowing(QObject):
    """Owned by whoever follows; `slot` is a name of its own among the runner's. GUI thread."""

    failed = Signal(str)
    """Why the link cannot be followed."""

    def __init__(self, tasks: TaskRunner, slot: str, view: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._slot = slot
        self._view = view

    def stop(self) -> None:
        """Forget what was asked for."""
        self._tasks.cancel(self._slot)

    def ask(self, link: Entry, guard: Guard | None, then: Then) -> None:
        """Look where the link leads, ask, and hand that on if the person agrees."""
        self._tasks.start(
            self._slot,
            partial(_follow, link, guard),
            done=partial(self._ask, link, then),
            failed=self._fail,
            lane=Lane.PREVIEW,
            title="Looking where a link leads",
        )

    def _fail(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))

    def _ask(self, link: Entry, then: Then, target: Entry) -> None:
        kind = "the folder" if target.is_folder else "the file"
        words = (
            f"It leads to {kind} {visible(str(target.path), 300)}, which is not one of these artifacts. Whoever wrote "
            "the link chose that place."
        )
        text = f"Follow {visible(link.name, 80)} this once?"
        box = PlainQuestion("follow_link", "Follow a link", text, words, self._view.window())
        box.addButton("Follow once", QMessageBox.ButtonRole.AcceptRole).setProperty(_FOLLOWS, True)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(partial(_follow_if_said, then, link, target))
        box.open()


def _follow_if_said(then: Then, link: Entry, target: Entry, button: QAbstractButton) -> None:
    if button.property(_FOLLOWS):
        then(link, target)
