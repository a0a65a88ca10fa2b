"""The trail's file beside the store: where it lies, how it is made, read and written by itself."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from bakehouse.domain.errors import BakehouseError, StoreReadOnly, TrailError, TrailUnfinished
from bakehouse.store.connections import file_uri
from bakehouse.store.failures import SQLITE_FAILURES, SqliteFailure, failure, os_failure, shown
from bakehouse.store.trail.schema import APPLICATION_ID, VERSION, statements
from bakehouse.store.trail.tables import Row, TrailTables

ENDING = ".bakehouse"
_READONLY_ROLLBACK = 776
_WAIT_S = 20.0


def trail_path(store_path: Path) -> Path:
    """Where the trail of the store at `store_path` lies, whether there is one or not.

    Beside the file itself, not beside a link to it, so that everybody finds the same one.
    """
    real = Path(os.path.realpath(store_path))
    return real.with_name(real.name + ENDING)


@contextmanager
def reading(store_path: Path) -> Iterator[TrailTables | None]:
    """The tables of a store's trail for a look; None when it has none. Changes nothing on disk.

    Raises TrailUnfinished, TrailError and other StoreError kin.
    """
    path = trail_path(store_path)
    if not is_there(path):
        yield None
        return
    with _said(path), closing(_connect(path, "mode=ro")) as connection:
        connection.execute("PRAGMA query_only=ON").close()
        _check_schema(connection, path)
        yield TrailTables(_executor(connection), "main")


@contextmanager
def writing(store_path: Path) -> Iterator[TrailTables]:
    """One transaction on the trail's file alone, which must be there; any exception takes it back."""
    path = trail_path(store_path)
    with _said(path, writing=True), closing(_connect(path, "mode=rw")) as connection:
        _check_schema(connection, path)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield TrailTables(_executor(connection), "main")
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def ensure(store_path: Path) -> Path:
    """Make the trail's file, empty, with the store's own group and mode, unless it is there. The path.

    It is put in place whole, so that nobody meets a half-made one. Raises StoreError kin, DiskFull.
    """
    path = trail_path(store_path)
    if is_there(path):
        _make_ready(path)
        return path
    try:
        facts = store_path.stat()
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}-", suffix=".part")
        os.close(handle)
        part = Path(name)
        try:
            with _said(path, writing=True), closing(sqlite3.connect(part, isolation_level=None)) as connection:
                for statement in ("PRAGMA journal_mode = DELETE", "BEGIN", *statements(), "COMMIT"):
                    connection.execute(statement).close()
            part.chmod(facts.st_mode & 0o777)
            if hasattr(os, "chown"):
                with contextlib.suppress(PermissionError):
                    os.chown(part, -1, facts.st_gid)
            _put_in_place(part, path)
        finally:
            part.unlink(missing_ok=True)
    except PermissionError as error:
        raise StoreReadOnly(
            f"The trail of {shown(store_path)} lies beside it, but its folder may not be written; ask for that right."
        ) from error
    except OSError as error:
        raise os_failure(error, path) from error
    return path


def is_there(path: Path) -> bool:
    """Whether something lies where the trail would. Never opens it: closing a file drops SQLite's locks on it."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise os_failure(error, path) from error
    return True


def _make_ready(path: Path) -> None:
    """Let SQLite take back what a killed writer left, and leave WAL mode, in which no commit spans two files."""
    with _said(path, writing=True), closing(_connect(path, "mode=rw")) as connection:
        _check_schema(connection, path)
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()


def _put_in_place(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without links; a rename would replace one that was made meanwhile only there.
        if not path.exists():
            part.rename(path)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file_uri(path)}?{mode}", uri=True, timeout=_WAIT_S, isolation_level=None)
    connection.text_factory = _decoded
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def _decoded(data: bytes) -> str:
    """What is no UTF-8 was not written by us; it stays visible as such, instead of failing the whole statement."""
    return data.decode(errors="surrogateescape")


def _executor(connection: sqlite3.Connection) -> Any:
    def execute(statement: str, values: Sequence[Any]) -> list[Row]:
        return connection.execute(statement, values).fetchall()

    return execute


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise _foreign(path) from error
        raise
    if application != APPLICATION_ID:
        raise _foreign(path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise TrailError(
            f"The trail {shown(path)} was written by a newer Bakehouse (tables of version {version}, this one knows"
            f" {VERSION}); use that one."
        )
    if version < VERSION:
        raise TrailError(f"The trail {shown(path)} has tables that no Bakehouse made; restore it from a backup.")
    if _schema_of(connection) != _schema_made():
        raise _altered(path)


def _schema_of(connection: sqlite3.Connection) -> frozenset[Row]:
    """Also what others may have added: a trigger or a view there would speak for us."""
    return frozenset(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


@cache
def _schema_made() -> frozenset[Row]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in statements():
            connection.execute(statement).close()
        return _schema_of(connection)


@contextmanager
def _said(path: Path, *, writing: bool = False) -> Iterator[None]:
    try:
        yield
    except SQLITE_FAILURES as error:
        raise trail_failure(error, path, writing=writing) from error


def trail_failure(error: SqliteFailure, path: Path, *, writing: bool = False) -> BakehouseError | Exception:
    """SQLite's error about the trail's file as a sentence."""
    if getattr(error, "sqlite_errorcode", 0) == _READONLY_ROLLBACK:
        return TrailUnfinished(
            f"The last program that wrote to {shown(path)} was stopped in the middle of it; switch to editing, which "
            "repairs it, or run verify with the right to write to it."
        )
    if isinstance(error, UnicodeDecodeError) or str(error).startswith(("no such table", "no such column")):
        return _altered(path)
    return failure(error, path, writing=writing) or error


def _altered(path: Path) -> TrailError:
    return TrailError(
        f"The trail {shown(path)} is damaged: its tables are not as they were made; restore it from a backup."
    )


def _foreign(path: Path) -> TrailError:
    return TrailError(
        f"{shown(path)} is no trail of Bakehouse or is damaged from its first bytes; restore it from a backup."
    )
