"""A second start of the real application hands its store to the first one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stores import new_store

_PATIENCE_S = 60.0


def start(*arguments: object, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bakehouse", *map(str, arguments)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


@contextmanager
def running(*arguments: object, folder: Path) -> Iterator[subprocess.Popen[str]]:
    with start(*arguments, folder=folder) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_opened(store: Path, home: Path, process: subprocess.Popen[str]) -> None:
    """The store stands first in the recent list that the running application keeps."""
    settings = home / "config" / "bakehouse.ini"
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None
        text = settings.read_text() if settings.exists() else ""
        if any(line.startswith(f"recent={store}") for line in text.splitlines()):
            return
        time.sleep(0.05)
    raise AssertionError(f"{store} was not opened; the settings are {text!r}")


def test_that_a_second_start_opens_its_store_in_the_running_application(tmp_path: Path, own_home: Path) -> None:
    first, second = new_store(tmp_path / "first.db"), new_store(tmp_path / "second.db")
    with running(first, folder=tmp_path) as application:
        wait_until_opened(first, own_home, application)
        # By a relative path: the first one runs in another folder perhaps.
        with start("second.db", folder=second.parent) as later:
            assert later.wait(_PATIENCE_S) == 0
        wait_until_opened(second, own_home, application)


def test_that_a_killed_application_leaves_its_place_to_the_next_one(tmp_path: Path, own_home: Path) -> None:
    first, second, third = (new_store(tmp_path / f"{name}.db") for name in ("first", "second", "third"))
    with running(first, folder=tmp_path) as application:
        wait_until_opened(first, own_home, application)
    with running(second, folder=tmp_path) as application:
        wait_until_opened(second, own_home, application)
        with start(third, folder=tmp_path) as later:
            assert later.wait(_PATIENCE_S) == 0
        wait_until_opened(third, own_home, application)
