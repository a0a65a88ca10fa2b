"""How fast artifacts are copied out, beside `cp -r` of the same files in the same run."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.artifacts.copying import copy_out
from bakehouse.domain.cancellation import Token

pytestmark = pytest.mark.benchmark

LARGE_BYTES = int(os.environ.get("BAKEHOUSE_BENCH_COPY_BYTES", "200_000_000"))
SMALL_FILES = int(os.environ.get("BAKEHOUSE_BENCH_COPY_FILES", "2_000"))
_ROUNDS = 5


def processor_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measured(who: int, act: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor, and by the clock."""
    before, begun = processor_s(who), time.perf_counter()
    act()
    return processor_s(who) - before, time.perf_counter() - begun


@pytest.mark.parametrize("kind", ["one large file", "small files"])
def test_copying_beside_cp(tmp_path: Path, kind: str) -> None:
    if shutil.which("cp") is None:
        pytest.skip("there is no cp here")
    source = tmp_path / "source"
    source.mkdir()
    if kind == "one large file":
        with (source / "model.bin").open("wb") as file:
            for _ in range(LARGE_BYTES // 1_000_000):
                file.write(os.urandom(1_000_000))
    else:
        for number in range(SMALL_FILES):
            folder = source / f"part_{number // 100}"
            folder.mkdir(exist_ok=True)
            (folder / f"{number}.json").write_bytes(b"x" * 2_000)
    by_cp, by_us = [], []
    for number in range(_ROUNDS):
        place = tmp_path / f"round_{number}"
        place.mkdir()
        # In turns, so that what the file system does meanwhile meets both.
        command = ["cp", "-r", str(source), str(place / "cp")]
        by_cp.append(measured(resource.RUSAGE_CHILDREN, lambda c=command: subprocess.run(c, check=True)))  # type: ignore[misc]
        by_us.append(measured(resource.RUSAGE_SELF, lambda p=place: copy_out([source], p, Token())))  # type: ignore[misc]
        shutil.rmtree(place)
    (theirs, their_clock), (ours, our_clock) = (tuple(map(min, zip(*by, strict=True))) for by in (by_cp, by_us))
    size = f"{LARGE_BYTES / 1e6:,.0f} MB" if kind == "one large file" else f"{SMALL_FILES:,} files"
    print(
        f"{kind}, {size}: cp -r {theirs:.3f} s, ours {ours:.3f} s of processor time: {theirs / ours:.2f} of its speed; "
        f"by the clock {their_clock:.3f} and {our_clock:.3f} s: {their_clock / our_clock:.2f}"
    )
