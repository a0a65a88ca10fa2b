"""The reviews page: the inbox, the request in front, and what the person does about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.history import Place
from bakehouse.domain.lineage import MODEL_LINK, RUN_LINK, linked_version
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.requests import RequestAction, RequestState, ReviewRequest
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.pages.page import Page
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.reviews.book import Book, Case, read_book
from bakehouse.pages.reviews.case_reading import CaseReading
from bakehouse.pages.reviews.case_view import CaseView
from bakehouse.pages.reviews.checking import Checked, TrailChecking
from bakehouse.pages.reviews.editing import ReviewEditing
from bakehouse.pages.reviews.inbox import Inbox
from bakehouse.pages.reviews.inbox_lines import inbox_lines
from bakehouse.pages.reviews.taking_out import TakingOut
from bakehouse.pages.reviews.timeline import TimelineWindow
from bakehouse.pages.session import Session
from bakehouse.settings import Settings
from bakehouse.tasks import TaskRunner
from bakehouse.theme import INSPECTOR_WIDTH, SIDEBAR_WIDTH, Theme, ThemeSource
from bakehouse.widgets.empty_state import EmptyState

_BOOK = "reviews.book"
_NOTHING = (
    "No transition was requested in this store yet. Choose a version on the models page and request its transition; "
    "whoever decides finds it here, with the evidence of that moment."
)
_LAYOUT = "reviews.splitter"
_INBOX_WIDTH, _INBOX_NARROW = SIDEBAR_WIDTH + 100, SIDEBAR_WIDTH
_NARROW = 1200
"""Below this width the lists beside the evidence make room for it."""


class ReviewsPage(Page):
    """Made once by the window. Reads the trail in tasks; signed acts through `editing`."""

    waiting_changed = Signal(int)
    """How many requests wait for this person."""
    trail_checked = Signal(str, str)
    """How much of the trail is verified, in words, and the colour they are said in."""

    def __init__(
        self, themes: ThemeSource, tasks: TaskRunner, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reviews_page")
        self._themes, self._tasks, self._settings = themes, tasks, settings
        self._session: Session | None = None
        self._book = Book()
        self._wanted = ""
        self._is_split_moved = self._is_narrow = False
        self._tells = False
        """Whether the next check is answered in a dialog."""
        self.editing = ReviewEditing(self)
        self.checking = TrailChecking(self)
        self.taking_out = TakingOut(self)
        self.inbox = Inbox(themes.theme)
        self.case = CaseView(themes, tasks)
        self.reading = CaseReading(self.case, tasks, self)
        self._empty = EmptyState("reviews_empty")
        self._main = QStackedWidget()
        self._refresher = Refresher(self._read_again, self)
        self.setFocusProxy(self.inbox)
        self._lay_out()
        self._connect()

    @property
    def _case(self) -> Case | None:
        """The request in front."""
        return self.reading.case

    # What the window asks

    @override
    def open(self, session: Session) -> None:
        self._session = session
        self.editing.set_session(session)
        self.checking.set_session(session)
        self.reading.set_session(session)
        self.case.set_locator(session.locator)
        self._load()

    @override
    def close_store(self) -> None:
        for slot in (_BOOK, "reviews.capture", "reviews.digest"):
            self._tasks.cancel(slot)
        self._refresher.stop()
        self.checking.set_session(None)
        self.trail_checked.emit("", "good")
        self.editing.set_session(None)
        self.reading.set_session(None)
        self._session, self._book = None, Book()
        self.case.set_locator(None)
        self._show_book()

    @override
    def refresh(self, changes: Changes | None) -> None:
        if changes is None:
            self.reading.look_again()
        if self._session is not None and (changes is None or changes.model_names or not changes.run_ids):
            self._load()

    @override
    def follow(self) -> None:
        if self.isVisible():
            self._refresher.ask()
        else:
            self._refresher.ask_later()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresher.ask_if_due()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        is_narrow = width < _NARROW
        if is_narrow != self._is_narrow and not self._is_split_moved:
            self._is_narrow = is_narrow
            inbox = _INBOX_NARROW if is_narrow else _INBOX_WIDTH
            side = _INBOX_NARROW if is_narrow else INSPECTOR_WIDTH
            self._split.setSizes([inbox, width - inbox])
            self.case.split.setSizes([width - inbox - side, side])

    def _note_split(self) -> None:
        self._is_split_moved = True

    @override
    def set_theme(self, theme: Theme) -> None:
        self.inbox.set_theme(theme)
        self.case.set_theme(theme)

    @override
    def handlers(self) -> Mapping[str, Callable[[], object]]:
        return {
            "reviews.approve": partial(self._decide, RequestAction.APPROVE),
            "reviews.reject": partial(self._decide, RequestAction.REJECT),
            "reviews.cancel": partial(self._decide, RequestAction.CANCEL),
            "reviews.policy": partial(self.edit_requested.emit, "reviews.policy", None),
            "reviews.people": partial(self.edit_requested.emit, "reviews.people", None),
            "reviews.verify": self._verify,
            "reviews.timeline": self._show_timeline,
            "reviews.dossier": self._save_dossier,
            "reviews.export": self._export_trail,
        }

    @override
    def context(self, context: Context) -> Context:
        return replace(
            context,
            request_open=self._case is not None and self._is_pending(self._case.request),
            request_shown=self._case is not None,
        )

    @override
    def places(self) -> list[Group]:
        store = "" if self._session is None else self._session.store.path
        entries = []
        for one in self._book.requests:
            if not self._is_pending(one):
                continue
            name = f"{one.version.model} {one.version.version} → {one.to_stage}"
            go = partial(self._go_to, one.request_id)
            entries.append(Entry(f"request/{store}/{one.request_id}", name, "message-square-check", go, "request"))
        return [Group("Requests", entries)]

    @override
    def edits(self) -> frozenset[str]:
        return frozenset({"reviews.request", "reviews.decide", "reviews.comment", "reviews.policy", "reviews.people"})

    @override
    def begin_edit(self, what: str, argument: object, window: QWidget) -> None:
        """`reviews.request` (ModelVersion), `reviews.decide` (RequestAction), `reviews.comment` (text), or rules."""
        if what == "reviews.request" and isinstance(argument, ModelVersion):
            self.editing.request(argument, window)
        elif what == "reviews.policy":
            self.editing.policy(self._book, self._case.request if self._case is not None else None, window)
        elif what == "reviews.people":
            self.editing.people(self._book, window)
        elif self._case is not None and isinstance(argument, RequestAction):
            self.editing.decide(argument, self._case, self._book, window)
        elif self._case is not None and what == "reviews.comment":
            self.editing.comment(self._case.request.request_id, str(argument), window)

    @override
    def reveal(self, target: object) -> None:
        """`target`: a request's id."""
        if isinstance(target, str):
            self._wanted = target
            self.inbox.choose(target)

    @override
    def whereabouts(self) -> Place | None:
        return Place(item=self.inbox.request_id or None)

    @override
    def return_to(self, place: Place) -> None:
        if isinstance(place.item, str):
            self.inbox.choose(place.item)

    @override
    def place(self) -> str:
        return visible(self._case.request.version.model, 80) if self._case is not None else ""

    @override
    def summary(self) -> str:
        if not self._book.requests:
            return ""
        waiting = self._waiting()
        return f"{counted(waiting, 'request')} {'waits' if waiting == 1 else 'wait'} for you"

    @override
    def panes(self) -> list[QWidget]:
        return [self.inbox, *self.case.panes]

    @override
    def toggle_sidebar(self) -> None:
        self.inbox.setVisible(self.inbox.isHidden())

    @override
    def toggle_inspector(self) -> None:
        self.case.side.setVisible(self.case.side.isHidden())

    @override
    def remember_layout(self) -> None:
        if self._is_split_moved:
            self._settings.remember_layout(_LAYOUT, self._split.saveState())

    # Reading

    def _read_again(self) -> bool:
        if self._session is not None:
            self._load()
        return self._session is not None

    def _load(self) -> None:
        if self._session is not None:
            work = partial(read_book, self._session.store)
            self._tasks.start(_BOOK, work, done=self._loaded, failed=self._load_failed)

    def _loaded(self, book: Book) -> None:
        self._refresher.finished()
        is_other = (book.head, book.stages) != (self._book.head, self._book.stages)
        self._book = book
        self._show_book()
        if is_other:
            self.checking.check(whole=False)
        if self._case is not None and self.inbox.request_id == self._case.request.request_id:
            self.reading.read(self.inbox.request_id, book)

    def _load_failed(self, error: BakehouseError) -> None:
        self._refresher.given_up()
        self._empty.show_message(f"The requests of this store cannot be read. {error}", role="bad")
        self._main.setCurrentWidget(self._empty)
        self.inbox.hide()

    def _show_book(self) -> None:
        book = self._book
        lines = inbox_lines(book)
        has_any = bool(book.requests)
        self.inbox.setVisible(has_any)
        self._empty.show_message(_NOTHING, action="Show the models")
        waiting = self._waiting()
        self.inbox.show_lines(lines, waiting)
        if self._wanted:
            self.inbox.choose(self._wanted)
            self._wanted = ""
        if not has_any:
            self._main.setCurrentWidget(self._empty)
        self.waiting_changed.emit(waiting)
        self.said.emit(self.summary())
        self.context_changed.emit()

    def _waiting(self) -> int:
        return sum(self._book.waits_for_me(one) for one in self._book.requests)

    def _choose(self, request_id: str) -> None:
        if not request_id:
            self.reading.leave()
            if self._book.requests:
                self._empty.show_message("Nothing here. Other requests are on the other tabs.")
            self._main.setCurrentWidget(self._empty)
            self.context_changed.emit()
            return
        self.reading.read(request_id, self._book)

    def _show_case(self, _case: Case) -> None:
        self._main.setCurrentWidget(self.case)
        last = self.checking.last
        self.case.show_verification(last.words, last.tone)
        self.context_changed.emit()

    def _case_failed(self, sentence: str) -> None:
        self._empty.show_message(sentence, role="bad")
        self._main.setCurrentWidget(self._empty)

    # Acting

    @staticmethod
    def _is_pending(request: ReviewRequest) -> bool:
        return request.state is RequestState.PENDING

    def _decide(self, action: RequestAction) -> None:
        if self._case is not None and self.case.can(action):
            self.edit_requested.emit("reviews.decide", action)

    def _comment(self, text: str) -> None:
        self.edit_requested.emit("reviews.comment", text)

    def _verify(self) -> None:
        self._tells = True
        self.checking.check(whole=True)

    def _show_checked(self, found: Checked) -> None:
        self.case.show_verification(found.words, found.tone)
        self.trail_checked.emit(found.words, found.tone)
        if self._tells:
            self._tells = False
            title = "The trail holds" if found.tone == "good" else "The trail does not hold"
            MessageDialog(title if found.entries or found.findings else "No trail", found.sentence, self).open()

    def _save_dossier(self) -> None:
        if self._session is not None and self._case is not None:
            self.taking_out.save_dossier(self._session, self._book, self._case)

    def _export_trail(self) -> None:
        if self._session is not None:
            self.taking_out.save_trail(self._session)

    def _show_timeline(self) -> None:
        session = self._session
        if session is not None:
            model = self._case.request.version.model if self._case is not None and self.isVisible() else ""
            TimelineWindow(session.store, session.tasks, session.themes.theme, model, self.window()).show()

    def _go_to(self, request_id: str) -> None:
        self.navigate_requested.emit("reviews", request_id)

    def _follow_link(self, link: str) -> None:
        target = link.partition(":")[2]
        version = linked_version(link)
        if version is not None:
            self.navigate_requested.emit("models", version)
        elif link.startswith(RUN_LINK):
            self.navigate_requested.emit("runs", target)
        elif link.startswith(MODEL_LINK):
            self.navigate_requested.emit("models", target)

    # Appearance

    def _lay_out(self) -> None:
        self._main.setObjectName("page")
        self._main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for part in (self._empty, self.case):
            self._main.addWidget(part)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.inbox)
        self._split.addWidget(self._main)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([_INBOX_WIDTH, 1200])
        state = self._settings.layout(_LAYOUT)
        if state is not None:
            self._is_split_moved = self._split.restoreState(state)
        self._split.splitterMoved.connect(self._note_split)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._split)
        self._show_book()

    def _connect(self) -> None:
        self.inbox.chosen.connect(self._choose)
        self._empty.acted.connect(partial(self.navigate_requested.emit, "models", None))
        self.case.decision_requested.connect(self._decide)
        self.case.comment_requested.connect(self._comment)
        self.reading.shown.connect(self._show_case)
        self.reading.failed.connect(self._case_failed)
        self.reading.said.connect(self.said)
        self.case.link_activated.connect(self._follow_link)
        self.case.verification_requested.connect(self._verify)
        self.case.policy_requested.connect(partial(self.edit_requested.emit, "reviews.policy", None))
        self.case.files.said.connect(self.said)
        self.taking_out.noticed.connect(self.noticed)
        self.checking.checked.connect(self._show_checked)
        self.editing.changed.connect(self.changed)
        self.editing.said.connect(self.said)
