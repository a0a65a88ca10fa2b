"""The runs that the filter lets through, found in a task and kept through a refresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.search.evaluation import LeftOut, columns_of, evaluate
from bakehouse.analysis.search.expression import Expression
from bakehouse.analysis.search.parser import parse
from bakehouse.analysis.search.terms import read_filter
from bakehouse.analysis.text_filter import TextFilter
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError, FilterError
from bakehouse.domain.text import visible
from bakehouse.pages.runs.search_source import FrameSource
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.filter_bar import FilterNews

_SLOT, _WARM_SLOT = "runs.filter", "runs.filter.parser"
_SETTLE_MS = 300


def is_system_tag(key: ColumnKey) -> bool:
    """Whether a column is one of MLflow's own tags, which hold no news for a person looking for runs."""
    return key.kind is ColumnKind.TAG and key.name.startswith("mlflow.")


class TermMask(NamedTuple):
    """One term of a filter and bool[runs]: which runs it lets through; plain words are a term without expression."""

    expression: Expression | None
    mask: Mask


@dataclass(frozen=True)
class Answer:
    """What a text lets through in one frame: all of its terms."""

    mask: Mask
    terms: tuple[TermMask, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unknown: tuple[ColumnKey, ...] = ()
    """Columns that no run of these experiments has."""


class VisibleRuns(QObject):
    """Owns the text of the filter and its answer over the present frame. GUI thread; the search runs in a task.

    A text in the search language waits for its columns; while it cannot be read, what was shown last stays.
    """

    changed = Signal()
    failed = Signal(str)
    columns_wanted = Signal(object)
    """Keys that the filter asks and that are not loaded."""
    news = Signal(object)
    """A FilterNews."""

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._store: Store | None = None
        self._frame = RunFrame([])
        self._words = TextFilter()
        self._text = ""
        self.only: Callable[[RunFrame], Mask | None] = _everything
        """What else decides beside the text: the runs of a frame that are let through, None for all."""
        self.note = ""
        """What the present answer leaves out, in words."""
        self._mask: Mask | None = None
        self._terms: tuple[TermMask, ...] = ()
        self._is_warm = False
        self._later = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._later.timeout.connect(self._search)

    @property
    def text(self) -> str:
        """What is filtered by, without blanks around it."""
        return self._text

    @property
    def mask(self) -> Mask | None:
        """bool[runs], None when text and `only` let all through; not to be written to."""
        only = self.only(self._frame)
        return only if self._mask is None else self._mask if only is None else self._mask & only

    @property
    def terms(self) -> tuple[TermMask, ...]:
        """What each term of the text, and `only`, let through; all of them make the mask."""
        only = self.only(self._frame)
        return self._terms if only is None else (*self._terms, TermMask(None, only))

    def rows(self) -> Ints:
        """int32[k]: the rows of the frame that are let through."""
        mask = self.mask
        places = np.arange(self._frame.size) if mask is None else np.flatnonzero(mask)
        return places.astype(np.int32)

    def open(self, store: Store) -> None:
        """Filter runs of `store` from now on."""
        self._store = store

    def close(self) -> None:
        """Drop what is on its way."""
        self._tasks.cancel(_SLOT)
        self._later.stop()

    def show_frame(self, frame: RunFrame, *, keep: bool = False) -> None:
        """Filter other runs. With `keep` (a refresh) runs stay in or out until the text was looked for again."""
        before, earlier, terms = self._frame, self._mask, self._terms
        self._frame, self._mask, self._terms = frame, None, ()
        if keep and earlier is not None:
            rows = np.fromiter((before.row_of.get(run_id, -1) for run_id in frame.run_ids), np.int64, frame.size)
            self._mask = _carried(earlier, rows)
            self._terms = tuple(TermMask(one.expression, _carried(one.mask, rows)) for one in terms)
        self._search()

    def preparation(self) -> Callable[[RunFrame, Token], Answer | None]:
        """What a task can ask of a frame before it is shown; None when its columns are not there yet."""
        text = self._text
        if not text or self._store is None:
            return lambda _frame, _token: None
        return partial(self._prepared, text, self._store)

    def _prepared(self, text: str, store: Store, frame: RunFrame, token: Token) -> Answer | None:
        try:
            words, terms = read_filter(text)
        except FilterError:
            return None
        if any(frame.can_load(key) for key in _columns_of(terms)):
            return None
        return self._work(words, terms, frame, store)(token)

    def adopt(self, frame: RunFrame, text: str, answer: Answer | None) -> None:
        """Show a frame of a refresh at once with what `preparation` found for `text`; else as `show_frame` does."""
        if answer is None or text != self._text or len(answer.mask) != frame.size:
            self.show_frame(frame, keep=True)
            return
        self._tasks.cancel(_SLOT)
        self._later.stop()
        self._frame, self._mask, self._terms = frame, answer.mask, answer.terms
        self._note(answer)

    def set_text(self, text: str) -> None:
        """Filter by another text."""
        self._text = text.strip()
        if not self._text:
            self.close()
            self._mask, self._terms, self.note = None, (), ""
            self.news.emit(FilterNews())
            self.changed.emit()
        else:
            self._search()

    def column_arrived(self) -> None:
        """More can be searched now; several columns arrive together."""
        if not self._is_warm:
            # The parser is made when it is first called, a tenth of a second that no key shall wait for.
            self._is_warm = True
            self._tasks.start(_WARM_SLOT, _make_parser, done=self._warmed, failed=self._told, lane=Lane.FILES)
        if self._text and not self._later.isActive():
            self._later.start()

    def _search(self) -> None:
        if not self._text or self._store is None:
            return
        try:
            words, terms = read_filter(self._text)
        except FilterError as error:
            self._tasks.cancel(_SLOT)
            self.news.emit(FilterNews(str(error), error.position))
            return
        missing = [key for key in _columns_of(terms) if self._frame.can_load(key)]
        if missing:
            self._tasks.cancel(_SLOT)
            self.news.emit(FilterNews(f"Reading {_listed(missing)}…", is_passing=True))
            self.columns_wanted.emit(missing)
            return
        work = self._work(words, terms, self._frame, self._store)
        self._tasks.start(_SLOT, work, done=self._found, failed=self._told)

    def _work(
        self, words: str, terms: Sequence[Expression], frame: RunFrame, store: Store
    ) -> Callable[[Token], Answer]:
        """What answers a filter whose columns are all there."""
        size = frame.size
        # What plain words find does not depend on which figures somebody looked at.
        known = frame.columns.items()
        searched = {key: column for key, column in known if not is_system_tag(key) and not key.figure}
        evaluation = _evaluation(terms, frame, store)

        def work(token: Token) -> Answer:
            found = [] if not words else [TermMask(None, self._words.mask(searched, size, words, token.check))]
            left_out: dict[ColumnKey, LeftOut] = {}
            unknown: tuple[ColumnKey, ...] = ()
            if terms:
                more, left_out, unknown = evaluation(token)
                found += more
            everything = np.ones(size, np.bool_)
            mask = reduce(np.logical_and, (one.mask for one in found), everything)
            return Answer(mask, tuple(found), tuple(left_out.values()), unknown)

        return work

    def _found(self, answer: Answer) -> None:
        if len(answer.mask) != self._frame.size:
            return
        self._mask, self._terms = answer.mask, answer.terms
        self._note(answer)
        self.changed.emit()

    def _note(self, answer: Answer) -> None:
        parts = [
            f"{one.runs:,} {'run' if one.runs == 1 else 'runs'} not compared: {_listed([one.key])} is no number there"
            for one in answer.left_out
        ]
        parts += [f"no run here has {_listed(answer.unknown)}"] if answer.unknown else []
        self.note = "; ".join(parts)
        self.news.emit(FilterNews(self.note))

    def _warmed(self, _nothing: None) -> None:
        """The next filter is read without a pause."""

    def _told(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))


def _carried(mask: Mask, rows: npt.NDArray[np.int64]) -> Mask:
    """bool[len(rows)]: `mask` of the runs that were in `rows` before, False for new ones (-1)."""
    return np.append(mask, np.False_)[rows]


def _columns_of(terms: Sequence[Expression]) -> list[ColumnKey]:
    return list(dict.fromkeys(key for term in terms for key in columns_of(term)))


def _evaluation(
    terms: Sequence[Expression], frame: RunFrame, store: Store
) -> Callable[[Token], tuple[list[TermMask], dict[ColumnKey, LeftOut], tuple[ColumnKey, ...]]]:
    """The work that evaluates terms whose columns are all there."""
    keys = _columns_of(terms)
    columns = {key: column for key in keys if (column := frame.column(key)) is not None}
    unknown = tuple(
        key.latest for key in keys if key.latest not in frame.states and key.kind is not ColumnKind.ATTRIBUTE
    )

    def work(token: Token) -> tuple[list[TermMask], dict[ColumnKey, LeftOut], tuple[ColumnKey, ...]]:
        source = FrameSource(frame, columns, store, token)
        found, left_out = [], {}
        for term in terms:
            outcome = evaluate(term, source)
            found.append(TermMask(term, outcome.mask))
            left_out.update({one.key: one for one in outcome.left_out})
        return found, left_out, unknown

    return work


def _make_parser(_token: Token) -> None:
    parse("metrics.a > 1")


def _everything(_frame: RunFrame) -> Mask | None:
    return None


def _listed(keys: Sequence[ColumnKey]) -> str:
    return ", ".join(visible(key.search_name, 60) for key in keys)
