"""The reading connection of one thread: short statements, fetched whole, that wait, stop and fail politely."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import StoreError
from bakehouse.store.connections import FileAccess
from bakehouse.store.failures import failure, is_busy, is_interrupt, os_failure
from bakehouse.store.schema import Schema

BUSY_PATIENCE_S = 60.0
"""How long a read waits for a writer's lock before it gives up with StoreLocked."""

MAX_PAGE_ROWS = 10_000
_MIN_PAGE_ROWS = 500
_FIRST_PAGE_ROWS = 2_500
_PAGE_AIM_S = 0.012
_PROGRESS_STEPS = 20_000

Row = tuple[Any, ...]


class PageSize:
    """How many rows one statement reads so that it holds its lock for about 12 ms on this machine and disk."""

    def __init__(self) -> None:
        self.rows = _FIRST_PAGE_ROWS

    def learn(self, rows: int, seconds: float) -> None:
        """Take in how long a page of `rows` rows took."""
        if rows < _MIN_PAGE_ROWS // 2:
            return
        fitting = int(rows * _PAGE_AIM_S / max(seconds, 1e-6))
        # One slow page (another process had the processor) shrinks at once; growth is at most twofold a page.
        self.rows = max(_MIN_PAGE_ROWS, min(MAX_PAGE_ROWS, fitting, self.rows * 2))


class Reader:
    """Owned by a Store, used by the one thread that asked for it. Never hands out a cursor.

    `on_statement` is called with the seconds each statement took from start to last row (while it held its lock).
    """

    def __init__(
        self, access: FileAccess, schema: Callable[[], Schema], on_statement: Callable[[float], None] | None
    ) -> None:
        self._access = access
        self._schema = schema
        self._on_statement = on_statement
        self._generation = access.generation
        self._token: Token | None = None
        self._connection: sqlite3.Connection | None = None
        self._page_sizes: dict[str, PageSize] = {}

    @property
    def path(self) -> Path:
        return self._access.path

    @property
    def schema(self) -> Schema:
        """The schema as last read by its store."""
        return self._schema()

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the store has this real table (and column)."""
        return self._schema().has(table, column)

    def rows(self, sql: str, parameters: Sequence[Any] = (), *, token: Token) -> list[Row]:
        """All rows of one short statement.

        Waits while a writer commits (up to a minute) and stops when `token` is cancelled. Raises Cancelled, StoreLocked,
        StoreDamaged, StoreUnfinished, StoreReplaced, StoreMissing, StoreDenied, StoreError.
        """
        deadline: float | None = None
        while True:
            token.check()
            try:
                return self._fetch(sql, parameters, token)
            except sqlite3.Error as error:
                if is_interrupt(error):
                    token.check()
                    continue
                now = time.monotonic()
                deadline = deadline or now + BUSY_PATIENCE_S
                if is_busy(error) and now < deadline:
                    continue
                told = failure(error, self.path)
                if told is None:
                    raise
                raise told from error

    def first(self, sql: str, parameters: Sequence[Any] = (), *, token: Token) -> Row | None:
        """The first row of a statement that yields few, or None."""
        rows = self.rows(sql, parameters, token=token)
        return rows[0] if rows else None

    def timed_rows(self, size: PageSize, sql: str, parameters: Sequence[Any], *, token: Token) -> list[Row]:
        """Like `rows`, and lets `size` learn from the time it took."""
        began = time.perf_counter()
        rows = self.rows(sql, parameters, token=token)
        size.learn(len(rows), time.perf_counter() - began)
        return rows

    def page_size(self, subject: str) -> PageSize:
        """The page size learnt so far for statements of one kind."""
        return self._page_sizes.setdefault(subject, PageSize())

    def rowid_ranges(self, table: str, *, token: Token) -> Iterator[tuple[int, int, PageSize]]:
        """Pieces (first, last, size) of the table's rowids, each holding at most a page of rows, in rowid order.

        The caller reads `rowid BETWEEN first AND last` and may let `size` learn from it. Rows added while this runs
        come in the last piece.
        """
        size = self.page_size(f"{table}.rowid")
        found = self.first(f'SELECT min(rowid), max(rowid) FROM "{table}"', token=token)
        if found is None or found[0] is None:
            return
        first, last = found
        while first <= last:
            bound = self.first(
                f'SELECT rowid FROM "{table}" WHERE rowid >= ? ORDER BY rowid LIMIT 1 OFFSET ?',
                (first, size.rows - 1),
                token=token,
            )
            end = last if bound is None else min(last, bound[0])
            yield first, end, size
            first = end + 1

    def close(self) -> None:
        """Drop the connection; a statement in another thread ends with an error first."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _fetch(self, sql: str, parameters: Sequence[Any], token: Token) -> list[Row]:
        connection = self._connected()
        self._token = token
        began = time.perf_counter()
        cursor = connection.cursor()
        try:
            with token.interruptible(connection.interrupt):
                return cursor.execute(sql, parameters).fetchall()
        finally:
            cursor.close()
            self._token = None
            if self._on_statement is not None:
                self._on_statement(time.perf_counter() - began)

    def _connected(self) -> sqlite3.Connection:
        generation = self._access.generation
        if self._connection is None or generation != self._generation:
            self.close()
            self._check_present()
            self._generation = generation
            self._connection = self._access.connect()
            self._connection.set_progress_handler(self._should_stop, _PROGRESS_STEPS)
        return self._connection

    def _check_present(self) -> None:
        try:
            self.path.stat()
        except OSError as error:
            raise os_failure(error, self.path) from error

    def _should_stop(self) -> bool:
        return self._token is not None and self._token.cancelled


class ClosedStore(StoreError):
    """A read was asked of a store that has been closed."""
