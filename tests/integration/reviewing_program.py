"""A fork server: each line on stdin is an act of a review, done by a child that may be killed on its way.

A line is JSON `{"acts": [{"store", "person", "act", "request"}], "kill_at": N or null, "commit": N or null,
"after_s": S}`: with `kill_at` the child kills itself before its Nth statement that is no mere look; with `commit` it is
killed `after_s` after its Nth COMMIT began. Several acts start at the same moment, in a child each. The answer is
`{"codes": [...], "statements": N, "commits": [seconds, ...]}`, the numbers of the last child that lived to its end.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from bakehouse.domain.errors import StoreError
from bakehouse.domain.models import Stage
from bakehouse.domain.trail import Head
from bakehouse.registry.desk import Desk
from bakehouse.registry.reviewing import approve, move_directly, reject
from bakehouse.store.opening import open_store
from bakehouse.store.writing import Writer, prepare
from tests.unit.registry.trails import DIGEST, signer, version

REFUSED = 3


class Nobody:
    """Remembers nothing."""

    def last_head(self, store_id: str) -> Head | None:
        return None

    def remember(self, store_id: str, head: Head) -> None:
        pass

    accept = remember


class Watch:
    """Counts statements and commits of all connections of this process, and ends it where that was asked for."""

    def __init__(self, kill_at: int | None, news: int) -> None:
        self.kill_at, self.news = kill_at, news
        self.statements = 0
        self.commits: list[float] = []
        self._committing: float | None = None

    def note(self, statement: str) -> None:
        self.end_of_commit()
        # What begins with dashes are statements within statements.
        if statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "--")):
            return
        if self.statements == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.statements += 1
        if statement.strip().upper() == "COMMIT":
            self._committing = time.monotonic()
            os.write(self.news, b"c")

    def end_of_commit(self) -> None:
        if self._committing is not None:
            self.commits.append(time.monotonic() - self._committing)
            self._committing = None


def do(act: dict[str, Any], start: int, watch: Watch, answer: int) -> None:
    """One act, as a person's own process does it. Never returns."""

    class Watched(sqlite3.Connection):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            self.set_trace_callback(watch.note)

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **more: connect(*args, **{**more, "factory": Watched})  # type: ignore[assignment]
    os.read(start, 1)
    code = 0
    with open_store(Path(act["store"])) as store:
        desk = Desk(Writer(store), signer(act["person"]), Nobody())
        try:
            if act["act"] == "approve":
                approve(desk, act["request"], "good", DIGEST)
            elif act["act"] == "reject":
                reject(desk, act["request"], "bad")
            else:
                move_directly(desk, version(2), "None", Stage.PRODUCTION, frozenset(), "now")
        except StoreError as error:
            print(error, file=sys.stderr)
            code = REFUSED
    watch.end_of_commit()
    os.write(answer, json.dumps({"statements": watch.statements, "commits": watch.commits}).encode())
    os._exit(code)


def serve(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one line."""
    start, go = os.pipe()
    news, tell = os.pipe()
    answers, answer = os.pipe()
    children = []
    for act in order["acts"]:
        child = os.fork()
        if child == 0:
            do(act, start, Watch(order["kill_at"], tell), answer)
        children.append(child)
    os.write(go, b"g" * len(children))
    if order["commit"] is not None:
        for _ in range(order["commit"] + 1):
            select.select([news], [], [], 30)
            os.read(news, 1)
        time.sleep(order["after_s"])
        os.kill(children[0], signal.SIGKILL)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    told = os.read(answers, 65_536).decode() if any(code >= 0 for code in codes) else "{}"
    for one in (start, go, news, tell, answers, answer):
        os.close(one)
    return {"codes": codes, **json.loads(told[told.rindex("{") :])}


def main() -> None:
    prepare()
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)


main()
