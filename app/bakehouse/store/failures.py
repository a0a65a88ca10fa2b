"""What SQLite and the operating system report, said as the domain's errors with a sentence for a person."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import TypeAlias

from bakehouse.domain.errors import (
    BakehouseError,
    Cancelled,
    DiskFull,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreReplaced,
    StoreUnfinished,
)
from bakehouse.domain.text import visible

# Result codes: https://www.sqlite.org/rescode.html. The low byte is the primary code.
_BUSY, _LOCKED, _READONLY, _INTERRUPT, _IOERR, _CORRUPT, _FULL, _CANTOPEN = 5, 6, 8, 9, 10, 11, 13, 14
_PERM, _AUTH, _NOTADB, _ERROR, _SCHEMA, _NOMEM = 3, 23, 26, 1, 17, 7
_READONLY_ROLLBACK = 776
_IOERR_SHORT_READ = 522


SQLITE_FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What a statement may raise: Python decodes SQLite's message strictly, and it may name bytes of a damaged schema."""

SqliteFailure: TypeAlias = sqlite3.Error | UnicodeDecodeError


def is_busy(error: SqliteFailure) -> bool:
    """Whether another process holds the lock at this moment, so that waiting helps."""
    return _code(error) & 0xFF in (_BUSY, _LOCKED)


def is_interrupt(error: SqliteFailure) -> bool:
    """Whether the statement was stopped by `interrupt()` or the progress handler."""
    return _code(error) & 0xFF == _INTERRUPT


def failure(error: SqliteFailure, path: Path, *, writing: bool = False) -> BakehouseError | Cancelled | None:
    """The domain's error for what SQLite reported about the store at `path`; None when it is a bug of ours.

    `writing` says whether an edit was under way, for the sentence only. Raise the result `from` the given error.
    """
    if isinstance(error, UnicodeDecodeError):
        return damaged(path)
    code = _code(error)
    primary = code & 0xFF
    name = shown(path)
    if primary == _INTERRUPT:
        return Cancelled()
    if primary in (_BUSY, _LOCKED):
        return StoreLocked(f"{name} is locked by another process; wait until it has finished and try again.")
    if code == _READONLY_ROLLBACK:
        return unfinished(path)
    if primary == _READONLY:
        return StoreReadOnly(f"{name} cannot be written: the file or its folder is read-only.")
    if primary == _FULL:
        return DiskFull(f"No space is left on the disk of {name}; nothing was written; make room and try again.")
    if primary in (_CORRUPT, _NOTADB) or code == _IOERR_SHORT_READ:
        return damaged(path)
    if primary == _ERROR and str(error) == "unsupported file format":
        return damaged(path, "its header tells a format that SQLite does not know")
    if primary == _CANTOPEN:
        return _cannot_open(path)
    if primary in (_PERM, _AUTH):
        return StoreDenied(f"{name} may not be {'written' if writing else 'read'}; check the permissions of the file.")
    if primary == _IOERR:
        act = "written to" if writing else "read"
        return StoreError(f"{name} could not be {act}: the disk or the network reported an error ({error}).")
    if primary == _NOMEM:
        return StoreError(f"There is not enough memory to read {name}.")
    if primary == _SCHEMA or (primary == _ERROR and _names_something_gone(error)):
        return StoreReplaced(f"The tables of {name} changed while it was open (a newer MLflow?); open it again.")
    return None


def os_failure(error: OSError, path: Path) -> BakehouseError:
    """The domain's error for what the operating system reported about the store at `path`."""
    name = shown(path)
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return missing(path)
    if isinstance(error, PermissionError):
        return StoreDenied(f"{name} may not be read; check the permissions of the file and its folder.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"No space is left on the disk of {name}; nothing was written; make room and try again.")
    return StoreError(f"{name} could not be read: {error.strerror or error}.")


def missing(path: Path) -> StoreMissing:
    return StoreMissing(f"There is no file at {shown(path)}; it may have been moved or deleted.")


def damaged(path: Path, detail: str = "pages of it are malformed") -> StoreDamaged:
    return StoreDamaged(
        f"{shown(path)} is damaged: {detail}; restore it from a backup, or rescue what is left with"
        " SQLite's own “.recover” command."
    )


def unfinished(path: Path) -> StoreUnfinished:
    return StoreUnfinished(
        f"The last program that wrote to {shown(path)} was stopped in the middle of it: repair the store,"
        " or open a repaired copy and leave this file as it is."
    )


def shown(path: Path) -> str:
    """A path for a sentence: whole, undecodable bytes and control characters as escapes."""
    return visible(os.fsencode(path).decode(errors="backslashreplace"))


def _cannot_open(path: Path) -> BakehouseError:
    try:
        path.stat()
    except OSError as error:
        return os_failure(error, path)
    return StoreDenied(f"{shown(path)} or the folder it lies in may not be opened; check the permissions of both.")


def _names_something_gone(error: sqlite3.Error) -> bool:
    text = str(error)
    return text.startswith(("no such table", "no such column"))


def _code(error: SqliteFailure) -> int:
    # Errors that Python's module raises by itself (a closed connection, for example) carry no code.
    code = getattr(error, "sqlite_errorcode", None)
    return code if isinstance(code, int) else 0
