"""How a read-only connection to a store file is made so that nothing on disk changes."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bakehouse.store.failures import damaged, os_failure, unfinished

BUSY_TIMEOUT_S = 0.004
"""SQLite's own wait for a lock; longer waits are loops of this, so that they can be cancelled.

It sleeps 1, 2, 5, 10 ... ms between its tries: only the first ones find the gaps of a writer that commits all the time.
"""

_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_CACHE_KIB = 16_384

_open_files: Counter[tuple[int, int]] = Counter()
_open_files_lock = threading.Lock()
_wal_headers: dict[tuple[int, int], bool] = {}

FileIdentity = tuple[int, int]
"""Device and inode."""


class FileAccess:
    """Decides, for one store file, how connections to it are made; shared by all of a store's threads.

    A rollback-journal store is read with `mode=ro`. A WAL store with a `-wal` beside it has a living writer and is
    read with `mode=ro` too. A WAL store at rest is read with `immutable=1`, because an ordinary read would leave
    `-wal` and `-shm` files behind; as SQLite then notices nothing, `generation` looks at the file before each
    statement and grows when a writer came, so that readers connect anew.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # SQLite follows links before it names the side files.
        self._real = os.path.realpath(path)
        self._lock = threading.Lock()
        self._generation = 0
        # SQLite takes a log beside any file, whatever its header says.
        self.has_wal_header = self._read_wal_header() or bool(side_file_size(self._real, "-wal"))
        self.immutable = self.has_wal_header and self._is_at_rest()
        self._seen = self._file_state() if self.immutable else None

    @property
    def generation(self) -> int:
        """Grows whenever existing connections no longer see the file as it is."""
        if self.immutable and self._file_state() != self._seen:
            with self._lock:
                state = self._file_state()
                if self.immutable and state != self._seen:
                    self.immutable = self._is_at_rest()
                    self._seen = state
                    self._generation += 1
        return self._generation

    def connect(self) -> sqlite3.Connection:
        """A new reading connection, usable from any thread but by one at a time. Raises sqlite3.Error."""
        mode = "immutable=1" if self.immutable else "mode=ro"
        connection = sqlite3.connect(
            f"{file_uri(self.path)}?{mode}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=128,
        )
        connection.text_factory = replacing
        for pragma in (
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "query_only=ON",
            "mmap_size=0",
            f"cache_size=-{_CACHE_KIB}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    def _read_wal_header(self) -> bool:
        """Whether the header asks for WAL mode. Raises StoreError kin."""
        try:
            identity = identity_of(self.path)
            if not is_open_here(identity):
                _wal_headers[identity] = _read_start(self._real, 20)[18:20] == b"\x02\x02"
            return _wal_headers.get(identity, False)
        except OSError as error:
            raise os_failure(error, self.path) from error

    def _is_at_rest(self) -> bool:
        """Whether nobody writes to this WAL store. Raises StoreUnfinished for the log of a dead writer."""
        if side_file_size(self._real, "-wal"):
            # Without its -shm nobody is at work on it, and reading it would have to make one.
            if side_file_size(self._real, "-shm") is None:
                raise unfinished(self.path)
            return False
        return not side_file_size(self._real, "-journal")

    def _file_state(self) -> tuple[int, ...] | None:
        try:
            found = Path(self._real).stat()
        except OSError:
            return None
        wal = side_file_size(self._real, "-wal")
        journal = side_file_size(self._real, "-journal")
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, wal or 0, journal or 0


def file_uri(path: Path) -> str:
    """`path` as SQLite takes it in a URI: `?`, `#`, `%`, blanks and other alphabets escaped."""
    uri = path.absolute().as_uri()
    # A Windows share comes with the server as authority, which SQLite refuses: https://www.sqlite.org/uri.html
    return uri if uri.startswith("file:///") else "file:////" + uri.removeprefix("file://")


def check_length(path: Path) -> None:
    """Compare the length that the header tells with the file's own. Raises StoreDamaged for a file cut short."""
    real = os.path.realpath(path)
    header = _read_start(real, 100)
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65_536 if page_size == 1 else page_size
    if page_size < 512 or page_size & (page_size - 1):
        raise damaged(path, "its header tells an impossible page size")
    # The count is valid only when both change counters agree: https://www.sqlite.org/fileformat2.html (1.3.7)
    pages = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 1
    size = Path(real).stat().st_size
    at_work = journal_is_left(real) or side_file_size(real, "-wal")
    if size < max(1, pages) * page_size and not at_work:
        raise damaged(path, f"it is cut short, {size:,} bytes are left of {max(1, pages) * page_size:,}")


def read_header(path: Path) -> bytes:
    """The first 100 bytes. Raises OSError. Only before the first connection, see `mark_open`."""
    return _read_start(os.path.realpath(path), 100)


def identity_of(path: Path) -> FileIdentity:
    """Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino


def is_open_here(identity: FileIdentity) -> bool:
    """Whether this process has connections to the file, so that Python must not open it.

    Closing any descriptor of a file drops all POSIX locks that the process holds on it:
    https://www.sqlite.org/howtocorrupt.html (2.2).
    """
    with _open_files_lock:
        return _open_files[identity] > 0


@contextlib.contextmanager
def marked_open(identity: FileIdentity) -> Iterator[None]:
    """While inside, the file counts as open in this process."""
    mark_open(identity)
    try:
        yield
    finally:
        mark_closed(identity)


def mark_open(identity: FileIdentity) -> None:
    with _open_files_lock:
        _open_files[identity] += 1


def mark_closed(identity: FileIdentity) -> None:
    with _open_files_lock:
        _open_files[identity] -= 1
        if _open_files[identity] <= 0:
            del _open_files[identity]
            _wal_headers.pop(identity, None)


def side_file_size(real: str | Path, ending: str) -> int | None:
    """Bytes of the `-wal`, `-shm` or `-journal` file beside the (link-free) path; None when there is none."""
    try:
        return Path(f"{real}{ending}").stat().st_size
    except OSError:
        return None


def journal_is_left(real: str | Path) -> bool:
    """Whether a rollback journal with content lies beside the file: of a writer at work, or of a dead one."""
    if not side_file_size(real, "-journal"):
        return False
    try:
        return _read_start(f"{real}-journal", 8) == _JOURNAL_MAGIC
    except OSError:
        return True


def _read_start(path: str, count: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        return os.read(descriptor, count)
    finally:
        os.close(descriptor)


def replacing(data: bytes) -> str:
    """A text factory that never fails."""
    return data.decode(errors="replace")
