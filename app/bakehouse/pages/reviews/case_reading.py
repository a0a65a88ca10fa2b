"""Reads one request in tasks and shows it: first the record, then its curves and how the files compare."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.evidence import DigestSeen
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.requests import RequestState
from bakehouse.pages.reviews.book import Book, Case, read_case, read_curves
from bakehouse.pages.reviews.case_view import CaseView
from bakehouse.pages.session import Session
from bakehouse.registry.evidence import digest_of
from bakehouse.store.history_growth import RunHistories
from bakehouse.tasks import Lane, TaskRunner

_CASE, _CURVES, _DIGEST = "reviews.case", "reviews.curves", "reviews.compare"
_CURVES_AT_MOST = 12


class CaseReading(QObject):
    """Owned by the reviews page; fills its CaseView. GUI thread only."""

    shown = Signal(object)
    """The Case that is on screen now."""
    failed = Signal(str)
    """Why a request cannot be shown."""
    said = Signal(str)

    def __init__(self, view: CaseView, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self._tasks = view, tasks
        self._session: Session | None = None
        self._book = Book()
        self.case: Case | None = None
        self._digests: dict[str, DigestSeen] = {}
        """Request → the digest of its version's files as they are."""
        view.metric_chosen.connect(self._read_curve)

    def set_session(self, session: Session | None) -> None:
        """The open store; None when it is closed."""
        for slot in (_CASE, _CURVES, _DIGEST):
            self._tasks.cancel(slot)
        self._session, self.case, self._book = session, None, Book()
        self._digests = {}

    def look_again(self) -> None:
        """The files may have changed: compare them anew with the next case."""
        self._digests = {}

    def leave(self) -> None:
        """No request is in front any more."""
        self.case = None

    def read(self, request_id: str, book: Book) -> None:
        """Read this request of the book and show it."""
        self._book = book
        request = book.projection.requests.get(request_id)
        if self._session is not None and request is not None:
            work = partial(read_case, self._session.store, request)
            self._tasks.start(_CASE, work, done=self._show, failed=self._fail)

    def _show(self, case: Case) -> None:
        before, self.case = self.case, case
        session = self._session
        if session is None:
            return
        self._view.show_case(case, self._book, read_only=session.read_only)
        request_id = case.request.request_id
        if request_id in self._digests:
            self._compared(request_id, self._digests[request_id])
        elif case.version is not None and case.request.state is RequestState.PENDING:
            self._compare(request_id, case.version)
        if before is None or before.request.request_id != request_id:
            self._read_curves(self._view.evidence.model.metrics[:_CURVES_AT_MOST])
        self.shown.emit(case)

    def _fail(self, error: BakehouseError) -> None:
        self.case = None
        self.failed.emit(str(error))

    def _compare(self, request_id: str, version: ModelVersion) -> None:
        if self._session is None:
            return
        self._view.evidence.model.set_check("comparing the files…", "muted")
        self._tasks.start(
            _DIGEST,
            partial(digest_of, self._session.locator, version),
            done=partial(self._compared, request_id),
            failed=self._fail_quietly,
            lane=Lane.WALK,
            title="Comparing the model's files",
        )

    def _compared(self, request_id: str, found: DigestSeen) -> None:
        case, session = self.case, self._session
        self._digests[request_id] = found
        if case is None or session is None or case.request.request_id != request_id:
            return
        self._view.show_check(found)
        matches = bool(found.sha256) and found.sha256 == case.request.digest
        self._view.show_actions(self._book, digest_matches=matches, read_only=session.read_only)

    def _read_curve(self, metric: str) -> None:
        self._read_curves([metric])

    def _read_curves(self, metrics: list[str]) -> None:
        if self._session is not None and self.case is not None and metrics:
            self._tasks.start(
                _CURVES,
                partial(read_curves, self._session.store, self.case, metrics),
                done=partial(self._show_curves, metrics),
                failed=self._fail_quietly,
                lane=Lane.BACKGROUND,
            )

    def _show_curves(self, metrics: list[str], runs: list[RunHistories]) -> None:
        self._view.show_curves(metrics, runs)

    def _fail_quietly(self, error: BakehouseError) -> None:
        self.said.emit(str(error))
