"""Notices what other processes do to the open store's file."""

from __future__ import annotations

import sqlite3

from bakehouse.domain.changes import FileChange
from bakehouse.store.connections import FileAccess, FileIdentity
from bakehouse.store.failures import SQLITE_FAILURES, failure, is_busy
from bakehouse.store.schema import Schema, read_schema


class Watcher:
    """Made by `Store.watcher`; `poll()` is called every second or so, always from one thread at a time.

    An idle poll is one stat and one `PRAGMA data_version`; nothing is read from tables.
    """

    def __init__(self, access: FileAccess, identity: FileIdentity, schema: Schema) -> None:
        self._access = access
        self._identity = identity
        self._schema = schema
        self._generation = access.generation
        self._connection: sqlite3.Connection | None = None
        self._data_version = -1
        self.is_blocked = False
        """Whether the last poll met a writer's lock, so that it could see nothing."""
        self._connect()

    def poll(self) -> FileChange:
        """What happened since the last call. While a writer holds its lock this answers NONE. Raises StoreError kin."""
        self.is_blocked = False
        try:
            found = self._access.path.stat()
        except FileNotFoundError:
            return FileChange.MISSING
        except OSError:
            # The folder cannot be reached at this moment (network, unplugged disk).
            return FileChange.MISSING
        if (found.st_dev, found.st_ino) != self._identity:
            return FileChange.REPLACED
        try:
            return self._poll_content()
        except SQLITE_FAILURES as error:
            if is_busy(error):
                self.is_blocked = True
                return FileChange.NONE
            told = failure(error, self._access.path)
            if told is None:
                raise
            raise told from error

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _poll_content(self) -> FileChange:
        generation = self._access.generation
        if generation != self._generation:
            # An immutable connection sees no change by itself: the file's state said so.
            self.close()
            self._connect()
            self._generation = generation
            return self._kind_of_change()
        if self._connection is None:
            self._connect()
        version = self._read_data_version()
        if version == self._data_version:
            return FileChange.NONE
        change = self._kind_of_change()
        self._data_version = version
        return change

    def _kind_of_change(self) -> FileChange:
        assert self._connection is not None
        schema = read_schema(self._connection)
        if (schema.head, schema.tables) == (self._schema.head, self._schema.tables):
            return FileChange.DATA
        self._schema = schema
        return FileChange.SCHEMA

    def _connect(self) -> None:
        self._connection = self._access.connect()
        self._data_version = self._read_data_version()

    def _read_data_version(self) -> int:
        assert self._connection is not None
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)
