"""Fills a preview: reads in the PREVIEW lane, turns pages, makes digests, asks before anything leaves the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QMessageBox

from bakehouse.artifacts.digests import FolderDigest, folder_digest
from bakehouse.artifacts.fetching import Fetched, fetch_for_preview
from bakehouse.artifacts.listing import Entry, size_text
from bakehouse.artifacts.preview_kinds import FactsPreview
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.source_links import is_web_link
from bakehouse.domain.text import visible
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.link_following import LinkFollowing
from bakehouse.widgets.plain_question import PlainQuestion
from bakehouse.widgets.preview_loading import Loaded, load_preview
from bakehouse.widgets.table_ordering import TableOrdering

_PATIENCE_MS = 120
_OPENS = "opens"


def _digest(folder: Path, guard: Guard | None, token: Token) -> FolderDigest:
    """For a worker thread."""
    return folder_digest(folder, token, guard=guard)


def _load(entry: Entry, guard: Guard | None, fetched: Fetched, token: Token, *, place: int) -> Loaded:
    """Read a preview, after its file was fetched when it lies on another machine; for a worker thread."""
    if entry.remote:
        fetch_for_preview(entry, fetched, token)
    return load_preview(entry, guard, token, place=place)


class PreviewReading(QObject):
    """Owned by whoever shows a preview; `slot` is a name of its own among the runner's. GUI thread."""

    shown = Signal()
    """Something about the file stands in the preview now."""

    def __init__(self, tasks: TaskRunner, slot: str, preview: ArtifactPreview, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._slot = slot
        self._preview = preview
        self._entry: Entry | None = None
        self._fetched = Fetched()
        self.guard: Guard | None = None
        self._following = LinkFollowing(tasks, f"{slot}.follow", preview, self)
        self._following.failed.connect(self._say_no_way)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._say_what_is_known)
        preview.places.place_wanted.connect(self._turn_to)
        preview.browser_wanted.connect(self._ask_for_browser)
        preview.follow_wanted.connect(self._ask_to_follow)
        preview.markdown.link_activated.connect(self._ask_for_link)
        preview.card.digest_wanted.connect(self._start_digest)
        preview.card.digest_unwanted.connect(self._stop_digest)
        self._orderings = (
            TableOrdering(tasks, f"{slot}.order", preview.table),
            TableOrdering(tasks, f"{slot}.example", preview.card.table),
        )
        tasks.task_progressed.connect(self._tell_progress)

    @property
    def entry(self) -> Entry | None:
        """The file that is shown or being read."""
        return self._entry

    def read(self, entry: Entry, place: int = 0) -> None:
        """Show `entry` as soon as it is read; what is known of it stands there after a moment."""
        self.stop()
        self._entry = entry
        self._patience.start()
        self._start(entry, place)

    def stop(self) -> None:
        """Forget what is wanted; nothing of it arrives."""
        self._entry = None
        self._patience.stop()
        self._tasks.cancel(self._slot)
        self._following.stop()
        for ordering in self._orderings:
            ordering.stop()
        self._stop_digest()

    # Links

    def _ask_to_follow(self) -> None:
        if self._entry is not None:
            self._following.ask(self._entry, self.guard, self._follow)

    def _follow(self, link: Entry, target: Entry) -> None:
        if link is self._entry:
            self._entry = target
            self._start(target, 0)

    def _say_no_way(self, sentence: str) -> None:
        if self._entry is not None:
            self._preview.show_problem(self._entry.name, sentence)

    def _turn_to(self, place: int) -> None:
        if self._entry is not None:
            self._start(self._entry, place)

    def _start(self, entry: Entry, place: int) -> None:
        self._tasks.start(
            self._slot,
            partial(_load, entry, self.guard, self._fetched, place=place),
            done=partial(self._show, entry),
            failed=partial(self._fail, entry),
            lane=Lane.PREVIEW,
            title=f"Fetching {visible(entry.name, 60)}" if entry.remote else "Reading a preview",
        )

    def _show(self, entry: Entry, loaded: Loaded) -> None:
        self._patience.stop()
        self._preview.show_preview(entry.name, loaded)
        self.shown.emit()

    def _fail(self, entry: Entry, error: BakehouseError) -> None:
        self._patience.stop()
        self._preview.show_problem(entry.name, str(error))
        self.shown.emit()

    def _say_what_is_known(self) -> None:
        entry = self._entry
        if entry is not None:
            facts = (("Size", size_text(entry.size)),) if entry.size is not None else ()
            self._preview.show_preview(
                entry.name, Loaded(FactsPreview("Fetching…" if entry.remote else "Reading…", facts))
            )
            self.shown.emit()

    # Digest

    @property
    def _digest_slot(self) -> str:
        return f"{self._slot}.digest"

    def _start_digest(self) -> None:
        if self._entry is None:
            return
        if self._entry.remote:
            self._preview.card.show_digest_problem(
                "The model's files lie elsewhere: save them and digest what was saved."
            )
            return
        self._preview.card.show_digesting("Reading the model's files…")
        self._tasks.start(
            self._digest_slot,
            partial(_digest, self._entry.path.parent, self.guard),
            done=self._preview.card.show_digest,
            failed=self._fail_digest,
            lane=Lane.WALK,
            title="Computing a digest",
        )

    def _stop_digest(self) -> None:
        self._tasks.cancel(self._digest_slot)

    def _fail_digest(self, error: BakehouseError) -> None:
        self._preview.card.show_digest_problem(str(error))

    def _tell_progress(self, slot: str, done: int, total: int, _text: str) -> None:
        if slot == self._digest_slot and total and self._tasks.is_active(slot):
            self._preview.card.show_digesting(f"{size_text(done)} of {size_text(total)} read", done, total)

    # Out of the window

    def _ask_for_browser(self) -> None:
        if self._entry is not None:
            address = QUrl.fromEncoded(self._entry.path.as_uri().encode("ascii"))
            self._ask(
                "Open this file in the browser?",
                f"{visible(self._entry.name, 200)} may run scripts there and fetch from the network.",
                address,
            )

    def _ask_for_link(self, address: str) -> None:
        if is_web_link(address):
            self._ask("Open this page in the browser?", visible(address, 300), QUrl(address))

    def _ask(self, question: str, words: str, address: QUrl) -> None:
        box = PlainQuestion("open_outside", "Open in browser", question, words, self._preview.window())
        box.addButton("Open", QMessageBox.ButtonRole.AcceptRole).setProperty(_OPENS, True)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(partial(_open_if_said, address))
        box.open()


def _open_if_said(address: QUrl, button: QAbstractButton) -> None:
    if button.property(_OPENS):
        QDesktopServices.openUrl(address)
