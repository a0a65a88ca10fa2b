"""A search line over an artifact tree: what it finds anywhere below the addresses takes the tree's place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Location, Locator
from bakehouse.artifacts.ordering import Order, in_order
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.searching import Search, find_entries, words_found
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.itemmodels.artifact_tree import ArtifactTreeModel
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.search_field import SearchField

_PAUSE_MS = 200
_ELSEWHERE = "These artifacts lie on another machine; they are not searched."

Answer = tuple[list[Search], list[Location]]


class _Telling(QObject):
    """Brings what a worker thread finds to the GUI thread."""

    found = Signal(int, int, object, int)
    """Number of the search, which address, its Entries, how many were looked at."""


def find(
    locator: Locator, guard: Guard, uris: Sequence[str], words: str, order: Order, told: _Telling, number: int,
    token: Token,
) -> Answer:  # fmt: skip
    """Search every address; for a worker thread. Raises Cancelled."""
    searches, locations = [], []
    for place, uri in enumerate(uris):
        location = locator.locate(uri)
        locations.append(location)
        if location.path is None or location.remote or not location.path.is_dir():
            searches.append(Search([], 0))
            continue
        found = find_entries(location.path, words, token, partial(told.found.emit, number, place), guard=guard)
        ordered = in_order(found.found, order, token)
        searches.append(Search(ordered, found.looked_at, found.is_cut, found.unread))
    return searches, locations


class ArtifactFinding(QWidget):
    """The line, how much was found, and Stop while it looks. Owned by an ArtifactView. GUI thread."""

    begun = Signal()
    """The tree is about to give way to what is found."""
    ended = Signal()
    """The tree is back."""
    tree_wanted = Signal()
    """The keyboard wants to go on to what was found."""

    def __init__(self, tasks: TaskRunner, slot: str, model: ArtifactTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._slot = slot
        self._model = model
        self._number = 0
        self._tops: list[int] = []
        self._found: dict[int, list[Entry]] = {}
        self.locator: Locator | None = None
        self.guard: Guard | None = None
        self._told = _Telling(self)
        self._told.found.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.line = SearchField()
        self.line.setObjectName("artifact_search")
        self.line.setAccessibleName("Find files")
        self.line.setPlaceholderText("Find files")
        self.line.textChanged.connect(self._wait)
        self.line.installEventFilter(self)
        self._words = PlainLabel("", "muted")
        self._words.setObjectName("artifacts_found")
        self._stop_link = QPushButton("Stop")
        self._stop_link.setProperty("link", "true")
        self._stop_link.clicked.connect(self._stop_looking)
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self._words, 1)
        below.addWidget(self._stop_link)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 6)
        layout.setSpacing(4)
        layout.addWidget(self.line)
        layout.addLayout(below)
        self._say("", looking=False)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._start)

    def forget(self) -> None:
        """Empty the line; the tree is shown anew by its owner."""
        self._pause.stop()
        self._tasks.cancel(self._slot)
        self._number += 1
        self._tops = []
        self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(False)
        self._say("", looking=False)

    def _wait(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self._leave()

    def _leave(self) -> None:
        was_finding = self._model.is_finding
        self.forget()
        if was_finding:
            self._model.show_all()
            self.ended.emit()

    def _start(self) -> None:
        words = self.line.text().strip()
        if not words or self.locator is None or self.guard is None:
            return
        self._number += 1
        if not self._model.is_finding:
            self.begun.emit()
        self._tops = self._model.show_found()
        self._found = {number: [] for number in self._tops}
        self._say("Looking…", looking=True)
        uris = [root.uri for root in self._model.roots]
        self._tasks.start(
            self._slot,
            partial(find, self.locator, self.guard, uris, words, self._model.order, self._told, self._number),
            done=self._finish,
            failed=self._fail,
            lane=Lane.WALK,
            title="Finding files",
        )

    def _take(self, number: int, place: int, entries: list[Entry], looked_at: int) -> None:
        """Show what is found while it still looks; later ones come behind, so that no row jumps."""
        if number != self._number or not self._tasks.is_active(self._slot):
            return
        top = self._tops[place]
        self._found[top] += entries
        self._model.place(top, self._found[top], is_whole=False)
        count = sum(map(len, self._found.values()))
        self._say(f"{count:,} found among {looked_at:,} so far", looking=True)

    def _finish(self, answer: Answer) -> None:
        searches, locations = answer
        for top, search, location in zip(self._tops, searches, locations, strict=True):
            sentence = _ELSEWHERE if location.remote else location.reason if location.path is None else ""
            if sentence:
                self._model.fail(top, sentence, location)
            else:
                self._model.place(top, search.found, location)
        self._say(words_found(searches), looking=False)

    def _fail(self, error: BakehouseError) -> None:
        self._say(str(error), looking=False)

    def _stop_looking(self) -> None:
        self._tasks.cancel(self._slot)
        for top, entries in self._found.items():
            self._model.place(top, entries)
        count = sum(map(len, self._found.values()))
        self._say(f"{count:,} found, stopped before the end", looking=False)

    def _say(self, words: str, *, looking: bool) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._stop_link.setVisible(looking)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 2, 0, 6 if words else GRID)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and self.line.text():
                self.line.clear()
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.tree_wanted.emit()
                return True
        return super().eventFilter(watched, event)
