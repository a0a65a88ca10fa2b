"""Whether a lock on a store's file keeps other processes out: on some network shares it does not."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bakehouse.domain.errors import StoreError
from bakehouse.store.connections import file_uri
from bakehouse.store.failures import SQLITE_FAILURES, failure, is_busy, shown

HELD, FREE, UNKNOWN = "held", "free", "unknown"
_WAIT_S = 5.0
_MOUNTS = Path("/proc/self/mountinfo")
# Their locks are the kernel's own; everything else is tried.
_LOCAL = frozenset({
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "hfsplus", "jfs", "msdos", "nilfs2", "ntfs", "ntfs3",
    "overlay", "ramfs", "reiserfs", "tmpfs", "vfat", "xfs", "zfs",
})  # fmt: skip


class LocksUseless(StoreError):
    """Two processes got the store's write lock at once."""


def check_locks(path: Path, second: Sequence[str]) -> None:
    """Take the store's write lock and let a second process try; writes nothing. Raises LocksUseless, StoreError kin.

    `second` is the command that runs `try_lock` on what follows it. Where it cannot be started nothing is said. Not
    for the GUI thread: about 0.3 s, of which the lock is held for the last milliseconds only.
    """
    answer = UNKNOWN
    with _second(second, path) as process:
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            return
        try:
            with closing(_connect(path, _WAIT_S)) as connection:
                connection.execute("BEGIN IMMEDIATE").close()
                process.stdin.write("go\n")
                process.stdin.flush()
                answer = process.stdout.readline().strip()
                connection.execute("ROLLBACK").close()
        except SQLITE_FAILURES as error:
            # Somebody else holds the lock for long, and it keeps us out.
            if is_busy(error):
                return
            raise failure(error, path, writing=True) or error from error
    if answer == FREE:
        raise LocksUseless(
            f"Locks do not work where {shown(path)} lies (a network share?): two programs could write to it at once "
            "and damage it, so it is not edited there; copy it to a disk of this computer."
        )


def try_lock(path: Path) -> str:
    """The second process: says when it is ready, waits for a line, and tells whether it got the lock too."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        return UNKNOWN
    answer = FREE
    try:
        with closing(_connect(path, 0)) as connection:
            connection.execute("BEGIN IMMEDIATE").close()
            connection.execute("ROLLBACK").close()
    except SQLITE_FAILURES as error:
        answer = HELD if is_busy(error) else UNKNOWN
    return answer


def is_on_local_disk(path: Path) -> bool:
    """Whether the file lies on a file system whose locks are this kernel's own; False where that cannot be told."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    real = os.path.realpath(path)
    found = ("", "")
    for line in mounts.splitlines():
        # https://www.kernel.org/doc/html/latest/filesystems/proc.html (3.5): the type follows the lone dash.
        fields, _, rest = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), fields.split(" ")[4])
        if len(point) >= len(found[0]) and (real + "/").startswith(point.rstrip("/") + "/"):
            found = point, rest.split(" ")[0]
    return found[1] in _LOCAL


def _connect(path: Path, wait_s: float) -> sqlite3.Connection:
    return sqlite3.connect(f"{file_uri(path)}?mode=rw", uri=True, timeout=wait_s, isolation_level=None)


@contextmanager
def _second(command: Sequence[str], path: Path) -> Iterator[subprocess.Popen[str] | None]:
    words = [*command, str(path)]
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    except OSError:
        yield None
        return
    with process:
        yield process
