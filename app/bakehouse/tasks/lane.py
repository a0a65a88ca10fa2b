"""One worker thread with its queue of jobs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bakehouse.domain.cancellation import Token


@dataclass(eq=False)
class Job:
    """One start of a slot: what to run and what to tell. Made on the GUI thread, run on a lane's thread."""

    slot: str
    generation: int
    title: str
    work: Callable[[Token], object]
    token: Token
    done: Callable[[object], None]
    failed: Callable[[Exception], None]
    elapsed_ms: float = field(default=0.0)
    result: object = None
    error: BaseException | None = None


class LaneThread(threading.Thread):
    """Runs jobs one after another; `finished` is called on this thread for each job that ran, cancelled or not."""

    def __init__(self, name: str, finished: Callable[[Job], None]) -> None:
        super().__init__(name=f"bakehouse-{name}", daemon=True)
        self._finished = finished
        self._jobs: deque[Job] = deque()
        self._wake = threading.Condition()
        self._closing = False

    def put(self, job: Job) -> None:
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()

    def drop_waiting(self, slot: str) -> list[Job]:
        """Take back the jobs of `slot` that have not started."""
        with self._wake:
            dropped = [job for job in self._jobs if job.slot == slot]
            self._jobs = deque(job for job in self._jobs if job.slot != slot)
        return dropped

    def close(self) -> None:
        """No further jobs; the thread ends after those in its queue."""
        with self._wake:
            self._closing = True
            self._wake.notify()

    def run(self) -> None:
        while (job := self._next()) is not None:
            begun = time.perf_counter()
            try:
                job.token.check()
                job.result = job.work(job.token)
            except BaseException as error:  # noqa: BLE001 - handed to the GUI thread, which tells world from bug
                job.error = error
            job.elapsed_ms = (time.perf_counter() - begun) * 1000
            self._finished(job)
            del job

    def _next(self) -> Job | None:
        with self._wake:
            while not self._jobs and not self._closing:
                self._wake.wait()
            return self._jobs.popleft() if self._jobs else None
