"""What every test gets: an own home, no leaked threads or windows, unexpected logs as failures."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# No desktop service of the machine takes part in tests.
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Configuration, data and cache of this test alone."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("BAKEHOUSE_HOME", str(home))
    monkeypatch.delenv("BAKEHOUSE_PROFILE", raising=False)
    return home


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning or error in our log fails the test; one that is meant clears `caplog`."""
    yield
    ours = [r for r in caplog.get_records("call") if r.name.startswith("bakehouse") and r.levelno >= logging.WARNING]
    assert not ours, f"unexpected log: {[r.getMessage() for r in ours]}"


@pytest.fixture(autouse=True)
def no_leak() -> Iterator[None]:
    """A thread or window of ours that outlives its test fails it."""
    yield
    names = [thread.name for thread in threading.enumerate() if thread.name.startswith("bakehouse-")]
    assert not names, f"leaked threads: {names}"


@pytest.fixture
def no_gc() -> Iterator[None]:
    """Automatic collection off: PySide objects die where the test ends, not somewhere in the middle."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()
