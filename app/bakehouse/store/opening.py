"""Opens a store file after looking at what it is, and repairs one that a killed writer left."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import time
from pathlib import Path

from bakehouse.domain.errors import NotAStore, StoreError
from bakehouse.store.connections import (
    FileAccess,
    check_length,
    file_uri,
    identity_of,
    is_open_here,
    marked_open,
    read_header,
    side_file_size,
)
from bakehouse.store.failures import SQLITE_FAILURES, damaged, failure, is_busy, missing, os_failure, shown
from bakehouse.store.handle import Store
from bakehouse.store.reading import BUSY_PATIENCE_S
from bakehouse.store.schema import Schema, read_schema

_MAGIC = b"SQLite format 3\x00"
_SIDE_FILES = ("-journal", "-wal")
_REPAIR_WAIT_S = 5.0

# What every MLflow from 0.9 on has; everything else is asked for where it is needed.
_REQUIRED = {
    "experiments": {"experiment_id", "name", "lifecycle_stage"},
    "runs": {"run_uuid", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage"},
    "metrics": {"key", "value", "timestamp", "run_uuid"},
    "params": {"key", "value", "run_uuid"},
    "tags": {"key", "value", "run_uuid"},
}


def sniff(path: Path) -> None:
    """Look at the file's first 100 bytes and its length before any connection is made.

    Raises StoreMissing, NotAStore, StoreDamaged, StoreDenied. A file that this process already has open is not
    touched (that would drop SQLite's locks); SQLite itself then finds what is wrong with it.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise NotAStore(f"{shown(path)} is a folder; choose the MLflow database file in it (often mlflow.db).")
        if not stat.S_ISREG(found.st_mode):
            raise NotAStore(f"{shown(path)} is not a file.")
        if is_open_here((found.st_dev, found.st_ino)):
            return
        header = read_header(path)
        if not header:
            raise NotAStore(f"{shown(path)} is empty (zero bytes); an MLflow store was never written to it.")
        if not header.startswith(_MAGIC):
            raise NotAStore(f"{shown(path)} is not an SQLite database, so it is no MLflow store.")
        if len(header) < 100:
            raise damaged(path, f"it is cut short, only {len(header)} bytes are left")
        check_length(path)
    except OSError as error:
        raise os_failure(error, path) from error
    except ValueError as error:
        # A path with a null character.
        raise missing(path) from error


def open_store(path: Path, *, read_only: bool = False) -> Store:
    """Open an MLflow store for reading. Changes no byte and leaves no file that was not there.

    Raises StoreMissing, NotAStore, StoreDamaged, StoreDenied, StoreLocked (after a minute) and StoreUnfinished
    when a killed writer's journal lies beside it (see `repair` and `repaired_copy`).
    """
    path = path.absolute()
    sniff(path)
    try:
        identity = identity_of(path)
    except OSError as error:
        raise os_failure(error, path) from error
    access = FileAccess(path)
    with marked_open(identity):
        schema = _read_schema(access)
        _check_is_mlflow(path, schema)
        return Store(access, schema, identity, read_only=read_only or not _is_writable(path))


def repair(path: Path) -> None:
    """Let SQLite finish or take back the interrupted commit, in the file itself. Raises StoreError kin."""
    path = path.absolute()
    sniff(path)
    try:
        identity = identity_of(path)
    except OSError as error:
        raise os_failure(error, path) from error
    with marked_open(identity):
        _open_writable_once(path)


def repaired_copy(path: Path, target: Path) -> None:
    """Copy the store with its journal to `target` and repair the copy; the original is not touched.

    `target` must not exist. Raises StoreError kin and DiskFull; then nothing stays at `target`.
    """
    path, target = path.absolute(), target.absolute()
    sniff(path)
    real = Path(os.path.realpath(path))
    if target.exists():
        raise StoreError(f"{shown(target)} exists already; choose another name for the repaired copy.")
    working = target.with_name(f".{target.name}.{os.getpid()}.copying")
    try:
        try:
            if is_open_here(identity_of(path)):
                raise StoreError(f"{shown(path)} is open; close it before a repaired copy is made.")
            for ending in ("", *_SIDE_FILES):
                if not ending or side_file_size(real, ending) is not None:
                    shutil.copyfile(f"{real}{ending}", f"{working}{ending}")
        except OSError as error:
            raise os_failure(error, target) from error
        _open_writable_once(working)
        try:
            working.replace(target)
        except OSError as error:
            raise os_failure(error, target) from error
    finally:
        for ending in ("", *_SIDE_FILES, "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{working}{ending}").unlink()


def _read_schema(access: FileAccess) -> Schema:
    deadline = time.monotonic() + BUSY_PATIENCE_S
    while True:
        try:
            with contextlib.closing(access.connect()) as connection:
                return read_schema(connection)
        except SQLITE_FAILURES as error:
            if is_busy(error) and time.monotonic() < deadline:
                continue
            told = failure(error, access.path)
            if told is None:
                raise
            raise told from error


def _check_is_mlflow(path: Path, schema: Schema) -> None:
    name = shown(path)
    views = sorted(schema.views & _REQUIRED.keys())
    if views:
        raise NotAStore(
            f"{name} defines “{views[0]}” as a view instead of a table; MLflow never does, so it is not opened."
        )
    absent = sorted(_REQUIRED.keys() - schema.tables.keys())
    if len(absent) == len(_REQUIRED):
        raise NotAStore(f"{name} is an SQLite database, but it holds no MLflow tables.")
    if absent:
        raise NotAStore(f"{name} is no complete MLflow store: the table “{absent[0]}” is missing.")
    for table, columns in _REQUIRED.items():
        lacking = sorted(columns - schema.tables[table])
        if lacking:
            raise NotAStore(f"{name} is no MLflow store: its table “{table}” has no column “{lacking[0]}”.")


def _open_writable_once(path: Path) -> None:
    """Any read through a writable connection rolls a hot journal back or takes a log over."""
    try:
        connection = sqlite3.connect(
            f"{file_uri(path)}?mode=rw", uri=True, timeout=_REPAIR_WAIT_S, isolation_level=None
        )
        with contextlib.closing(connection):
            connection.execute("PRAGMA trusted_schema=OFF").close()
            connection.execute("BEGIN IMMEDIATE").close()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            connection.execute("COMMIT").close()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except SQLITE_FAILURES as error:
        told = failure(error, path, writing=True)
        if told is None:
            raise
        raise told from error


def _is_writable(path: Path) -> bool:
    # SQLite makes its journal in the folder.
    return os.access(path, os.W_OK) and os.access(Path(os.path.realpath(path)).parent, os.W_OK)
