"""The open store: who may read it, from which thread, and until when."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from bakehouse.store.connections import FileAccess, FileIdentity, mark_closed, mark_open
from bakehouse.store.failures import SQLITE_FAILURES, failure, shown
from bakehouse.store.reading import ClosedStore, Reader
from bakehouse.store.schema import Schema, read_schema
from bakehouse.store.watching import Watcher


class Store:
    """One open store file. Made by `opening.open_store`; any thread may ask for its own reader; close() ends them all.

    `read_only` says that no edit is possible: asked for, or the file or its folder may not be written. `locking` is
    `rollback`, `wal` (a writer is at work in WAL mode) or `immutable` (a WAL store at rest).
    """

    def __init__(self, access: FileAccess, schema: Schema, identity: FileIdentity, *, read_only: bool) -> None:
        self.path: Path = access.path
        self.identity = identity
        self.read_only = read_only
        self.locks_work = False
        """Whether somebody has seen that a lock on this file keeps other processes out; set before the first write."""
        self.on_statement: Callable[[float], None] | None = None
        self._access = access
        self._schema = schema
        self._local = threading.local()
        self._lock = threading.Lock()
        self._readers: list[Reader] = []
        self._watchers: list[Watcher] = []
        self._closed = False
        mark_open(identity)

    @property
    def schema(self) -> Schema:
        """Tables and columns as they were at opening, or when `read_schema_again` last looked."""
        return self._schema

    @property
    def locking(self) -> str:
        if self._access.immutable:
            return "immutable"
        return "rollback" if not self._access.has_wal_header else "wal"

    def reader(self) -> Reader:
        """The calling thread's own reader, made on first use. Raises StoreError after close()."""
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            with self._lock:
                self._check_open()
                reader = Reader(self._access, lambda: self._schema, self._statement_took)
                self._readers.append(reader)
            self._local.reader = reader
        elif self._closed:
            self._check_open()
        return reader

    def watcher(self) -> Watcher:
        """A watcher with a connection of its own; close() ends it too. Its poll belongs to one thread at a time."""
        with self._lock:
            self._check_open()
            watcher = Watcher(self._access, self.identity, self._schema)
            self._watchers.append(watcher)
        return watcher

    def read_schema_again(self) -> Schema:
        """Look at the schema anew, after a FileChange.SCHEMA. Raises StoreError kin."""
        try:
            with contextlib.closing(self._access.connect()) as connection:
                self._schema = read_schema(connection)
        except SQLITE_FAILURES as error:
            told = failure(error, self.path)
            if told is None:
                raise
            raise told from error
        return self._schema

    def close(self) -> None:
        """Close every reader and watcher; the store cannot be used after this. Running work must have ended."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for reader in self._readers:
                reader.close()
            for watcher in self._watchers:
                watcher.close()
            self._readers.clear()
            self._watchers.clear()
        mark_closed(self.identity)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedStore(f"{shown(self.path)} has been closed.")

    def _statement_took(self, seconds: float) -> None:
        if self.on_statement is not None:
            self.on_statement(seconds)
