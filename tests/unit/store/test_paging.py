"""Long edits give the lock back in time, also when some of their pieces or a commit take longer than those before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.store.paging import write_in_pages


class Clock:
    """A wall clock that only work moves, and a writer whose transactions tell how long they held the lock."""

    def __init__(self, commit_s: float) -> None:
        self.now = 0.0
        self.held: list[float] = []
        self.token = Token()
        self._commit_s = commit_s

    @contextmanager
    def transaction(self) -> Iterator[Clock]:
        began = self.now
        yield self
        self.now += self._commit_s
        self.held.append(self.now - began)


@pytest.mark.parametrize("commit_s", [0.001, 0.03])
@pytest.mark.parametrize("slower", [1, 4])
def test_that_slow_pieces_and_slow_commits_do_not_hold_the_lock_long(
    monkeypatch: pytest.MonkeyPatch, commit_s: float, slower: int
) -> None:
    clock = Clock(commit_s)
    monkeypatch.setattr(
        "bakehouse.store.paging.time", SimpleNamespace(perf_counter=lambda: clock.now, sleep=lambda _: None)
    )

    def write(_transaction: object, piece: Sequence[int]) -> list[int]:
        clock.now += sum(0.0001 * (slower if 3_000 <= item < 5_000 else 1) for item in piece)
        return list(piece)

    done = write_in_pages(clock, range(10_000), write, "Writing")  # type: ignore[arg-type]
    assert done.problem is None
    assert [item for piece in done.results for item in piece] == list(range(10_000))
    assert max(clock.held) < 0.08
    assert len(clock.held) < 150
