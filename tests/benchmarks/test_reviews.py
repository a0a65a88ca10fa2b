"""What the reviews page costs: an inbox of 1,000 requests, and from an approval to what everybody sees."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bakehouse.domain.evidence import evidence_payload
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.trail import EntryType
from bakehouse.registry.desk import Desk, TrailSession, version_body
from bakehouse.registry.reviewing import approve
from bakehouse.store.opening import open_store
from bakehouse.store.registrations import create_model_version
from bakehouse.store.writing import Transaction, Writer
from bakehouse.window import MainWindow
from tests.stores import new_store
from tests.ui.conftest import clean_windows, window, windows  # noqa: F401
from tests.unit.registry.trails import DIGEST, Office, evidence, signer

pytestmark = pytest.mark.benchmark

REQUESTS = int(os.environ.get("BAKEHOUSE_BENCH_REQUESTS", "1000"))
MODEL = "Bench"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with `REQUESTS` versions, a request waiting for each."""
    path = new_store(tmp_path / "mlflow.db")
    with open_store(path) as store:
        writer = Writer(store)
        for number in range(1, REQUESTS + 1):
            create_model_version(writer, MODEL, f"/models/{number}", new_model=number == 1)

        def ask(_transaction: Transaction, session: TrailSession) -> None:
            for number in range(1, REQUESTS + 1):
                body = {
                    "version": version_body(VersionKey("default", MODEL, number)),
                    "from": "None",
                    "to": "Staging",
                    "archive_existing": False,
                    "comment": "please",
                    "evidence": evidence_payload(evidence(number)),
                }
                session.add(EntryType.REQUESTED, body)

        Desk(writer, signer("Ada"), Office(path)).write(ask)
    return path


def test_an_inbox_full_of_requests(window: MainWindow, qtbot: QtBot, path: Path) -> None:  # noqa: F811
    window.open_store(path)
    qtbot.waitUntil(lambda: len(window.reviews.inbox.model.all) == REQUESTS, timeout=120_000)
    qtbot.waitUntil(lambda: not window.tasks.busy, timeout=120_000)
    for _ in range(3):
        began, cpu = time.perf_counter(), time.process_time()
        window.reviews._load()
        qtbot.waitUntil(lambda: not window.tasks.is_active("reviews.book"), timeout=60_000)
        window.menus.trigger("page.reviews")
        window.reviews.repaint()
        print(
            f"\n{REQUESTS:,} requests read and shown in {(time.perf_counter() - began) * 1000:.0f} ms,"
            f" {(time.process_time() - cpu) * 1000:.0f} ms of processor (at most 300 ms)"
        )
        qtbot.waitUntil(lambda: not window.tasks.busy, timeout=60_000)
    first = window.reviews.inbox.model.shown[0].request_id
    with open_store(path) as store:
        desk = Desk(Writer(store), signer("Bo"), Office(path))
        began = time.perf_counter()
        approve(desk, first, "good", DIGEST)
        print(f"approved in {(time.perf_counter() - began) * 1000:.0f} ms (at most 300 ms until it is visible)")
    qtbot.waitUntil(lambda: len(window.reviews.inbox.model.all) == REQUESTS - 1, timeout=60_000)
