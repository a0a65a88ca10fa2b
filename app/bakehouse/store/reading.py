"""The reading connection of one thread: short statements, fetched whole, that wait, stop and fail politely."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import StoreError
from bakehouse.store.connections import FileAccess, replacing
from bakehouse.store.failures import SQLITE_FAILURES, failure, is_busy, is_interrupt, os_failure
from bakehouse.store.packing import cannot_pack, packed, unpacked
from bakehouse.store.schema import Schema, quoted

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

    def __init__(self, greatest: int = MAX_PAGE_ROWS) -> None:
        self.greatest = greatest
        self.rows = min(_FIRST_PAGE_ROWS, greatest)

    def learn(self, rows: int, seconds: float) -> None:
        """Take in how long a statement over `rows` rows held its lock."""
        if rows < _MIN_PAGE_ROWS // 2:
            return
        fitting = int(rows * _PAGE_AIM_S / max(seconds, 1e-6))
        # A page that came late (another process had the processor) shrinks the next one at once; growth is twofold.
        self.rows = max(_MIN_PAGE_ROWS, min(self.greatest, fitting, self.rows * 2))


class Reader:
    """Owned by a Store, used by the one thread that asked for it. Never hands out a cursor.

    `on_statement` is called with the seconds each statement took from start to last row (while it held its lock);
    `held_seconds` is that of the last one.
    """

    held_seconds = 0.0

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
        self._replaces = False

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

        Waits while a writer commits (up to a minute) and stops when `token` is cancelled. Undecodable text comes
        with replacement characters. Raises Cancelled, StoreLocked, StoreDamaged, StoreUnfinished, StoreReplaced,
        StoreMissing, StoreDenied, StoreError.
        """
        deadline: float | None = None
        while True:
            token.check()
            try:
                return self._fetch(sql, parameters, token)
            except SQLITE_FAILURES as error:
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

    def columns(
        self, expressions: Sequence[str], source: str, parameters: Sequence[Any] = (), *, token: Token
    ) -> list[list[Any]]:
        """One list for each expression over all rows of `source` (the statement from FROM on, without LIMIT).

        Only for text and whole numbers: SQLite hands the lists over as JSON, which has too few digits for floats. It
        builds them in one step, so a busy thread of ours cannot stretch the time the lock is held, as between rows.
        """
        try:
            (row,) = self.rows(f"SELECT {packed(expressions)} {source}", parameters, token=token)
            return [unpacked(text, row[-1]) for text in row[:-1]]
        except (sqlite3.OperationalError, JSONDecodeError) as error:
            if not cannot_pack(error):
                raise
        rows = self.rows(f"SELECT {', '.join(expressions)} {source}", parameters, token=token)
        return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in expressions]

    def page_size(self, subject: str, greatest: int = MAX_PAGE_ROWS) -> PageSize:
        """The page size learnt so far for statements of one kind."""
        return self._page_sizes.setdefault(subject, PageSize(greatest))

    def rowid_ranges(self, table: str, *, token: Token, greatest: int = MAX_PAGE_ROWS) -> Iterator[tuple[int, int]]:
        """Pieces (first, last) of the table's rowids in order, each over at most a page of rows.

        The caller reads `rowid BETWEEN first AND last` in its next statement; the time that one takes sets the size of
        the following piece. Rows that are added while this runs are left out.
        """
        size = self.page_size(f"{table} {greatest}", greatest)
        following = f"SELECT rowid FROM {quoted(table)} WHERE rowid >= ? ORDER BY rowid LIMIT 1"
        last = self.first(f"SELECT max(rowid) FROM {quoted(table)}", token=token)
        first = self.first(f"SELECT min(rowid) FROM {quoted(table)}", token=token)
        # NULL in an empty table; a foreign table may have a column of its own that is called rowid.
        while first and last and isinstance(first[0], int) and isinstance(last[0], int):
            # So many numbers hold at most so many rows; fewer where rows were deleted.
            end = min(last[0], first[0] + size.rows - 1)
            yield first[0], end
            size.learn(end - first[0] + 1, self.held_seconds)
            first = self.first(following, (end + 1,), token=token) if end < last[0] else None

    def close(self) -> None:
        """Drop the connection; a statement in another thread ends with an error first."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _fetch(self, sql: str, parameters: Sequence[Any], token: Token) -> list[Row]:
        connection = self._connected()
        self._token = token
        cursor = connection.cursor()
        began = time.perf_counter()
        try:
            with token.interruptible(connection.interrupt):
                return cursor.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if not str(error).startswith("Could not decode to UTF-8"):
                raise
            # Python's own decoder is faster than a replacing one; the first undecodable text changes that for good.
            self._replaces = True
            connection.text_factory = replacing
            return cursor.execute(sql, parameters).fetchall()
        finally:
            self.held_seconds = time.perf_counter() - began
            cursor.close()
            self._token = None
            if self._on_statement is not None:
                self._on_statement(self.held_seconds)

    def _connected(self) -> sqlite3.Connection:
        generation = self._access.generation
        if self._connection is None or generation != self._generation:
            self.close()
            self._check_present()
            self._generation = generation
            self._connection = self._access.connect()
            if not self._replaces:
                self._connection.text_factory = str
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
