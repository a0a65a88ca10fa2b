"""The runs that the filter lets through, found in a task and kept through a refresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.search.evaluation import LeftOut, columns_of, evaluate
from bakehouse.analysis.search.expression import Expression
from bakehouse.analysis.search.intent import is_search
from bakehouse.analysis.search.parser import parse
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


@dataclass(frozen=True)
class Answer:
    """What a text lets through in one frame."""

    mask: Mask
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
        before, earlier = self._frame, self._mask
        self._frame, self._mask = frame, None
        if keep and earlier is not None:
            stayed = {before.run_ids[row] for row in np.flatnonzero(earlier).tolist()}
            self._mask = np.fromiter((run_id in stayed for run_id in frame.run_ids), np.bool_, frame.size)
        self._search()

    def preparation(self) -> Callable[[RunFrame, Token], Answer | None]:
        """What a task can ask of a frame before it is shown; None when its columns are not there yet."""
        text = self._text
        if not text or self._store is None:
            return lambda _frame, _token: None
        return partial(self._prepared, text, self._store)

    def _prepared(self, text: str, store: Store, frame: RunFrame, token: Token) -> Answer | None:
        work: Callable[[Token], Answer] | None = None
        if not is_search(text):
            work = self._words_in(frame, text)
        else:
            with suppress(FilterError):
                expression = parse(text)
                if not any(frame.can_load(key) for key in columns_of(expression)):
                    work = _evaluation(expression, frame, store)
        return None if work is None else work(token)

    def adopt(self, frame: RunFrame, text: str, answer: Answer | None) -> None:
        """Show a frame of a refresh at once with what `preparation` found for `text`; else as `show_frame` does."""
        if answer is None or text != self._text or len(answer.mask) != frame.size:
            self.show_frame(frame, keep=True)
            return
        self._tasks.cancel(_SLOT)
        self._later.stop()
        self._frame, self._mask = frame, answer.mask
        self._note(answer)

    def set_text(self, text: str) -> None:
        """Filter by another text."""
        self._text = text.strip()
        if not self._text:
            self.close()
            self._mask, self.note = None, ""
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
        if is_search(self._text):
            self._evaluate(self._store)
            return
        self._tasks.start(_SLOT, self._words_in(self._frame, self._text), done=self._found, failed=self._told)

    def _words_in(self, frame: RunFrame, text: str) -> Callable[[Token], Answer]:
        size = frame.size
        # What plain words find does not depend on which figures somebody looked at.
        known = frame.columns.items()
        columns = {key: column for key, column in known if not is_system_tag(key) and not key.figure}
        return lambda token: Answer(self._words.mask(columns, size, text, token.check))

    def _evaluate(self, store: Store) -> None:
        try:
            expression = parse(self._text)
        except FilterError as error:
            self._tasks.cancel(_SLOT)
            self.news.emit(FilterNews(str(error), error.position))
            return
        frame, keys = self._frame, columns_of(expression)
        missing = [key for key in keys if frame.can_load(key)]
        if missing:
            self._tasks.cancel(_SLOT)
            self.news.emit(FilterNews(f"Reading {_listed(missing)}…", is_passing=True))
            self.columns_wanted.emit(missing)
            return
        self._tasks.start(_SLOT, _evaluation(expression, frame, store), done=self._found, failed=self._told)

    def _found(self, answer: Answer) -> None:
        if len(answer.mask) != self._frame.size:
            return
        self._mask = answer.mask
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


def _evaluation(expression: Expression, frame: RunFrame, store: Store) -> Callable[[Token], Answer]:
    """The work that answers an expression whose columns are all there."""
    keys = columns_of(expression)
    columns = {key: column for key in keys if (column := frame.column(key)) is not None}
    unknown = tuple(
        key.latest for key in keys if key.latest not in frame.states and key.kind is not ColumnKind.ATTRIBUTE
    )

    def work(token: Token) -> Answer:
        outcome = evaluate(expression, FrameSource(frame, columns, store, token))
        return Answer(outcome.mask, outcome.left_out, unknown)

    return work


def _make_parser(_token: Token) -> None:
    parse("metrics.a > 1")


def _everything(_frame: RunFrame) -> Mask | None:
    return None


def _listed(keys: Sequence[ColumnKey]) -> str:
    return ", ".join(visible(key.search_name, 60) for key in keys)
