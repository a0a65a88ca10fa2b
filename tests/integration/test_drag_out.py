"""A real drag: our window, a second program, a real X server and a pointer moved by xdotool."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

_NEEDED = ("Xvfb", "openbox", "xdotool")
_MISSING = [name for name in _NEEDED if shutil.which(name) is None]
_LIMIT_S = 60
RUN = "c" * 32


class Program:
    """A child process that speaks in JSON lines; its lines are read by a thread so that waiting has a limit."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def next_line(self, limit_s: float = _LIMIT_S) -> Any:
        return json.loads(self._lines.get(timeout=limit_s))

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """The environment of programs on an X server of their own, with a window manager."""
    if _MISSING:
        pytest.skip(f"needs {', '.join(_MISSING)}")
    with ExitStack() as stack:
        readable, writable = os.pipe()
        arguments = ["Xvfb", "-displayfd", str(writable), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
        server = subprocess.Popen(arguments, pass_fds=(writable,), stderr=subprocess.DEVNULL)
        stack.callback(_end, server)
        os.close(writable)
        with os.fdopen(readable) as told:
            number = told.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        environment = os.environ | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        environment.pop("WAYLAND_DISPLAY", None)
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        stack.callback(_end, manager)
        yield environment


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=10)


def _drag(environment: dict[str, str], start: list[int], end: tuple[int, int]) -> None:
    """Press, move in small steps as a hand does, release. The pauses let the two programs answer each other."""
    x, y = start
    steps: list[str] = ["mousemove", str(x), str(y), "sleep", "0.2", "mousedown", "1"]
    for step in range(1, 21):
        across = x + (end[0] - x) * step // 20
        down = y + (end[1] - y) * step // 20
        steps += ["sleep", "0.05", "mousemove", str(across), str(down)]
    steps += ["sleep", "0.4", "mouseup", "1"]
    subprocess.run(["xdotool", *steps], env=environment, check=True, timeout=_LIMIT_S)


def test_that_a_file_and_a_folder_arrive_in_another_program(tmp_path: Path, screen: dict[str, str]) -> None:
    root = tmp_path / "mlruns" / "0" / RUN / "artifacts"
    (root / "model" / "data").mkdir(parents=True)
    (root / "model" / "MLmodel").write_text("flavors")
    (root / "model" / "data" / "weights.bin").write_bytes(os.urandom(200_000))
    (root / "50% off ä#1.csv").write_bytes(os.urandom(5_000))
    here = Path(__file__).parent
    with ExitStack() as stack:
        target = Program([sys.executable, str(here / "drop_target.py")], screen)
        stack.callback(target.end)
        assert target.next_line() == {"ready": True}
        store = tmp_path / "mlflow.db"
        source = Program(
            [sys.executable, str(here / "drag_source.py"), str(store), f"./mlruns/0/{RUN}/artifacts"], screen
        )
        stack.callback(source.end)
        rows = source.next_line()["rows"]
        for name in ("50% off ä#1.csv", "model"):
            before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
            arrived = _dropped(target, screen, rows[name])
            assert arrived["urls"] == [(root / name).as_uri()]
            chosen = [root / name] if (root / name).is_file() else (root / name).rglob("*")
            wanted = {str(p): p.read_bytes().hex() for p in chosen if p.is_file()}
            assert arrived["content"] == wanted
            assert arrived["actions"] == 1, "only Copy is offered"
            assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before


def test_that_many_files_and_folders_of_any_name_arrive_together(tmp_path: Path, screen: dict[str, str]) -> None:
    root = tmp_path / "mlruns" / "0" / RUN / "artifacts"
    (root / "model" / "data").mkdir(parents=True)
    (root / "-rf").mkdir()
    names = ["-dash", "line\nbreak", "50% ä#1?.csv", "\u202egnp.exe", "CON", "x" * 255, os.fsdecode(b"bad\xff.txt")]
    names += [f"step_{number}.bin" for number in range(8)]
    for name in [*names, "model/MLmodel", "model/data/weights.bin", "-rf/inner"]:
        (root / name).write_bytes(os.urandom(3_000))
    (root / "out").symlink_to("/etc/hostname")
    here = Path(__file__).parent
    with ExitStack() as stack:
        target = Program([sys.executable, str(here / "drop_target.py")], screen)
        stack.callback(target.end)
        assert target.next_line() == {"ready": True}
        arguments = [str(here / "drag_source.py"), str(tmp_path / "mlflow.db"), f"./mlruns/0/{RUN}/artifacts", "--all"]
        source = Program([sys.executable, *arguments], screen)
        stack.callback(source.end)
        rows = source.next_line()["rows"]
        arrived = _dropped(target, screen, rows["model"])
    assert sorted(arrived["urls"]) == sorted((root / name).as_uri() for name in [*names, "model", "-rf"])
    wanted = {str(p): p.read_bytes().hex() for p in root.rglob("*") if p.is_file() and not p.is_symlink()}
    assert arrived["content"] == wanted


def _dropped(target: Program, screen: dict[str, str], start: list[int]) -> Any:
    """Drag until the drop arrives; a busy machine may miss the first presses."""
    limit = time.monotonic() + _LIMIT_S
    while True:
        _drag(screen, start, (600, 120))
        try:
            return target.next_line(3)
        except queue.Empty:
            assert time.monotonic() < limit, "nothing was dropped"
