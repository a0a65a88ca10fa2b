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
_FIRST_ROWS = 250
_LEAST_ROWS = 20
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Paged(Generic[Result]):
    """What of a long edit is written: the results of its transactions, and how many items they hold."""

    results: list[Result]
    done: int
    problem: BakehouseError | Cancelled | None = None
    """Why it ended before the last item."""


def write_in_pages(
    writer: Writer,
    items: Sequence[Item],
    write: Callable[[Transaction, Sequence[Item]], Result],
    doing: str,
) -> Paged[Result]:
    """Call `write` with page after page, each in a transaction of its own that holds the lock for about 45 ms.

    A few hundred items are one transaction; more are as many as it takes, with a rest in between for other writers.
    What fails (or is cancelled) with nothing written is raised; later, what is written stays and the rest is told.
    """
    results: list[Result] = []
    done, size = 0, _FIRST_ROWS
    while done < len(items):
        page = items[done : done + size]
        try:
            writer.token.check()
            with writer.transaction() as transaction:
                began = time.perf_counter()
                result = write(transaction, page)
        except (BakehouseError, Cancelled) as error:
            if not done:
                raise
            return Paged(results, done, error)
        held = time.perf_counter() - began
        results.append(result)
        done += len(page)
        writer.token.report(done, len(items), f"{doing}: {done:,} of {len(items):,} written")
        fitting = int(len(page) * _HOLD_AIM_S / max(held, 1e-6))
        size = max(_LEAST_ROWS, min(fitting, size * 2, _MOST_ROWS))
        if done < len(items):
            time.sleep(_REST_S)
    return Paged(results, done)
