"""Long edits in short transactions, so that a training process beside us never waits long for the lock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bakehouse.domain.errors import BakehouseError, Cancelled
from bakehouse.store.writing import Transaction, Writer

Item = TypeVar("Item")
Result = TypeVar("Result")

# A waiting SQLite tries again after 1, 2, 5, 10, 15, 20, 25, 25, 25, 50 ... ms: when the lock is held for 45 ms and
# then free for 25, one of its tries falls into the gap, and it waits about 75 ms at most.
_HOLD_AIM_S = 0.045
_REST_S = 0.025
_LEAST_WRITING_S = 0.02
_FIRST_ROWS = 250
_LEAST_ROWS = 20
_MOST_ROWS = 5_000
_PARTS = 4
"""Of so many pieces a transaction is made, so that one which takes longer than those before ends it early."""


@dataclass(frozen=True)
class Paged(Generic[Result]):
    """What of a long edit is written: the results of its pieces, and how many items they hold."""

    results: list[Result]
    done: int
    problem: BakehouseError | Cancelled | None = None
    """Why it ended before the last item."""


class _Pace:
    """How much is written before the lock is given back: from the wall clock, for a busy machine holds it longer."""

    def __init__(self) -> None:
        self.size = _FIRST_ROWS
        """How many items the next piece has."""
        self._commit: float | None = None
        self._piece = 0.0
        self._began = 0.0

    def begin(self) -> None:
        """The lock is held from now on."""
        self._began = time.perf_counter()

    def is_time(self) -> bool:
        """Whether another piece and the commit would hold the lock too long; the first transaction has one piece, for
        nobody knows how slow the disk is.
        """
        if self._commit is None:
            return True
        held = time.perf_counter() - self._began
        return held + self._piece > max(_LEAST_WRITING_S, _HOLD_AIM_S - self._commit)

    def note_piece(self, rows: int, seconds: float) -> None:
        """So long did a piece take."""
        self._piece = seconds
        writing = max(_LEAST_WRITING_S, _HOLD_AIM_S - (self._commit or 0.0))
        fitting = int(rows * writing / _PARTS / max(seconds, 1e-6))
        self.size = max(_LEAST_ROWS, min(fitting, self.size * 2, _MOST_ROWS))

    def note_commit(self, seconds: float) -> None:
        """So long did the commit take; what a slow disk does once it may do again, so it is forgotten slowly."""
        self._commit = max(seconds, (self._commit or 0.0) * 0.8)


def write_in_pages(
    writer: Writer,
    items: Sequence[Item],
    write: Callable[[Transaction, Sequence[Item]], Result],
    doing: str,
) -> Paged[Result]:
    """Call `write` with piece after piece, some of them in each transaction, which holds the lock for about 45 ms.

    A few hundred items are one transaction; more are as many as it takes, with a rest in between for other writers.
    What fails (or is cancelled) with nothing written is raised; later, what is written stays and the rest is told.
    """
    results: list[Result] = []
    done, pace = 0, _Pace()
    while done < len(items):
        try:
            writer.token.check()
            with writer.transaction() as transaction:
                pace.begin()
                page, end = _write_page(transaction, items, done, write, pace)
                written = time.perf_counter()
        except (BakehouseError, Cancelled) as error:
            if not done:
                raise
            return Paged(results, done, error)
        pace.note_commit(time.perf_counter() - written)
        results += page
        done = end
        writer.token.report(done, len(items), f"{doing}: {done:,} of {len(items):,} written")
        if done < len(items):
            time.sleep(_REST_S)
    return Paged(results, done)


def _write_page(
    transaction: Transaction,
    items: Sequence[Item],
    start: int,
    write: Callable[[Transaction, Sequence[Item]], Result],
    pace: _Pace,
) -> tuple[list[Result], int]:
    """As many pieces from `start` on as there is time for, at least one; their results, and where they end."""
    results: list[Result] = []
    end = start
    while end < len(items) and not (results and pace.is_time()):
        piece = items[end : end + pace.size]
        began = time.perf_counter()
        results.append(write(transaction, piece))
        pace.note_piece(len(piece), time.perf_counter() - began)
        end += len(piece)
    return results, end
