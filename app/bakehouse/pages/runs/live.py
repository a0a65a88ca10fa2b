"""Keeps the runs page up with the store: news of others, own edits, F5."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import END_TIME, PARENT_RUN, RUN_ID, RUN_NAME, START_TIME, STATUS, USER, ColumnKey
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.runs.following import RunFollower, watched_runs
from bakehouse.pages.runs.plots.axis_plan import PreparedAxes
from bakehouse.pages.runs.visible_runs import Answer
from bakehouse.store.handle import Store
from bakehouse.tasks import TaskRunner

if TYPE_CHECKING:
    from bakehouse.pages.runs.page import RunsPage


_ALWAYS = (PARENT_RUN, STATUS, START_TIME, END_TIME, USER)
"""What rows are nested by, and what is compared to see whether a run has changed."""

_PLOT_FOLLOWS_FROM = 20_000
"""With more runs the table does not wait for the plot's axes: those follow in a task of their own."""


@dataclass(frozen=True)
class Prepared:
    """What a task made ready for the swap of a frame: which runs the filter lets through, and the plot's axes."""

    text: str = ""
    answer: Answer | None = None
    axes: PreparedAxes | None = None


class LiveRuns(QObject):
    """Owned by the page; decides when it reads again, and how much. GUI thread."""

    def __init__(self, page: RunsPage, tasks: TaskRunner) -> None:
        super().__init__(page)
        self._page = page
        self._store: Store | None = None
        self._edited: set[str] = set()
        self._anew = False
        self._follower = RunFollower(tasks, page.loader, self)
        self._refresher = Refresher(self._read, self)
        self._details = Refresher(self._read_details, self)
        self._follower.ended.connect(self._refresher.finished)
        self._follower.anew_wanted.connect(self._read_anew)
        self._follower.failed.connect(self._failed)
        page.loader.reloaded.connect(self._reloaded)
        page.loader.columns_settled.connect(self._refresher.ask_if_due)
        page.inspector.model_known.connect(self._details.finished)

    def open(self, store: Store) -> None:
        """Follow this store from now on."""
        self._store = store
        self._follower.open(self._wanted)

    def stop(self) -> None:
        """Follow nothing."""
        self._store = None
        self._follower.close()
        self._edited.clear()
        self._anew = False
        for part in (self._refresher, self._details):
            part.stop()

    def follow(self) -> None:
        """Another program wrote."""
        self._follower.note_change()
        self._refresher.ask()

    def follow_edit(self, run_ids: Iterable[str]) -> None:
        """We wrote to these runs: show it at once."""
        self._edited.update(run_ids)
        self._refresher.ask(at_once=True)

    def load_anew(self) -> None:
        """Read everything shown once more, at once."""
        self._anew = True
        self._refresher.ask(at_once=True)

    def given_up(self) -> None:
        """What was being read will not arrive."""
        self._refresher.given_up()

    def reload_inspector(self) -> None:
        """The shown run has news: read it again, at a measure."""
        self._details.ask()

    def sweep(self) -> None:
        """Compare now with the store what leaves no trace, if somebody wrote and the last time was long ago."""
        self._follower.sweep_if_due()

    @property
    def is_stale(self) -> bool:
        """Whether somebody wrote since the last sweep."""
        return self._follower.is_stale

    @property
    def is_reading(self) -> bool:
        """Whether a look for news is under way."""
        return self._refresher.is_running

    # Inside

    def _read(self) -> bool:
        page, store = self._page, self._store
        if store is None:
            return False
        if not page.sidebar.selected:
            page.loader.open(store)
            return False
        if self._anew or page.loader.deleted:
            return self._read_anew()
        if not self._follower.can_follow:
            # The runs are still being read; what comes meanwhile is looked for as soon as they are there.
            self._refresher.ask_later()
            return False
        frame, (first, last) = page.model.frame, page.table.shown_rows()
        on_screen = [run for run in page.model.rows[first : last + 1].tolist() if run >= 0]
        current = () if page.selection.current is None else (page.selection.current,)
        watched = watched_runs(frame, on_screen, (*current, *self._edited))
        self._edited.clear()
        self._follower.look(watched, page.model.sort_keys, self._preparation(), self._looked_at())
        return True

    def _read_anew(self) -> bool:
        page = self._page
        self._anew = False
        self._edited.clear()
        page.loader.refresh(page.sidebar.selected, self._wanted(), self._preparation())
        return True

    def _wanted(self) -> list[ColumnKey]:
        page = self._page
        groups = page.tools.groups.arrangement.group_by
        wanted = [*page.model.columns, *groups, *(sort.column for sort in page.model.sort_keys), *page.plots.columns]
        return list(dict.fromkeys(wanted))

    def _looked_at(self) -> frozenset[ColumnKey] | None:
        """The columns that must be there when a grown frame is shown; None: all, for a filter may ask any."""
        page = self._page
        if page.visible.text:
            return None
        asked = {*page.plots.columns, *page.tools.groups.arrangement.group_by}
        asked.update(sort.column for sort in page.model.sort_keys)
        # A table shows names and ids without their columns, which only serve order and search.
        named = {RUN_NAME, RUN_ID} - asked
        return frozenset({*self._wanted(), *_ALWAYS} - named)

    def _preparation(self) -> Callable[[RunFrame, Token], Prepared]:
        page = self._page
        text, filtered, drawn = page.visible.text, page.visible.preparation(), page.plots.parallel.preparation()
        if page.tools.stars.on:
            drawn = None  # which runs are drawn is known only when the frame is shown

        def prepare(frame: RunFrame, token: Token) -> Prepared:
            answer = filtered(frame, token)
            if drawn is None or frame.size > _PLOT_FOLLOWS_FROM or (text and answer is None):
                return Prepared(text, answer)
            return Prepared(text, answer, drawn(frame, answer, token))

        return prepare

    def _reloaded(self, _result: object) -> None:
        self._refresher.finished()

    def _failed(self, sentence: str) -> None:
        self._refresher.finished()
        self._page.said.emit(sentence)

    def _read_details(self) -> bool:
        self._page.inspector.reload()
        return self._page.selection.current is not None
