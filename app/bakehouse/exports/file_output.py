"""One new file that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bakehouse.domain.errors import BakehouseError, DiskFull, ExportError
from bakehouse.store.failures import shown

# What lies beside a store and belongs to it.
_COMPANIONS = ("", "-journal", "-wal", "-shm", ".bakehouse")


def check_target(path: Path, store: Path) -> None:
    """Raises ExportError where `path` cannot be written to, or is the open store or a file that belongs to it.

    Looks at names and stat() only: opening and closing the store would drop SQLite's locks on it.
    """
    try:
        _check_target(path, store)
    except OSError as error:
        raise write_failure(error, path) from error
    except RuntimeError as error:
        raise ExportError(f"{shown(path)} is a link that leads to itself; export to another file.") from error


def _check_target(path: Path, store: Path) -> None:
    target = path.resolve()
    if not target.parent.is_dir():
        raise ExportError(f"There is no folder {shown(target.parent)} to write {shown(Path(path.name))} into.")
    # SQLite names its files after the store itself, also where a link leads to it.
    for own in (Path(f"{base}{end}") for base in (store, os.path.realpath(store)) for end in _COMPANIONS):
        if target == Path(os.path.realpath(own)) or (path.exists() and own.exists() and path.samefile(own)):
            raise ExportError(f"{shown(path)} is the store itself or belongs to it; export to another file.")
    if path.exists() and not path.is_file():
        raise ExportError(f"{shown(path)} is not a file that can be replaced; export to another one.")


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends well; else nothing of it remains.

    A link is followed, an existing file keeps its permissions. Raises DiskFull or ExportError for what the operating
    system refuses, in the block too.
    """
    target = path.resolve()
    temporary = target.with_name(f".bakehouse-{secrets.token_hex(6)}.part")
    try:
        with _placed(temporary, target) as file:
            yield file
    except OSError as error:
        raise write_failure(error, path) from error


@contextmanager
def _placed(temporary: Path, target: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - the descriptor is already open
            yield file
            file.flush()
            with suppress(FileNotFoundError):
                os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))  # noqa: PTH101
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last; some file systems cannot, and the file itself is already safe."""
    if os.name != "posix":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_failure(error: OSError, path: Path) -> BakehouseError:
    """What to tell a person when writing `path` failed."""
    name = shown(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(f"No space is left for {name}; nothing of it remains; make room and export again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ExportError(f"{name} may not be written; choose a folder of your own.")
    return ExportError(f"{name} could not be written: {error.strerror or error}.")
