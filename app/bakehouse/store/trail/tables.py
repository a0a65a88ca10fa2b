"""The trail's tables through any connection that has them: entries in order, rows of the projection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from bakehouse.domain.trail import Head
from bakehouse.store.trail.schema import PROJECTED

Row = tuple[Any, ...]
Execute = Callable[[str, Sequence[Any]], list[Row]]
"""Runs one statement with parameters and fetches all it gives."""

_PAGE = 1_000


class TrailTables:
    """Reads and appends. Whoever made the connection owns transactions and says what SQLite's errors mean."""

    def __init__(self, execute: Execute, schema: str) -> None:
        """`schema` is the name under which the file is attached: "main" or "trail"."""
        self._execute = execute
        self._schema = schema

    def head(self) -> Head | None:
        """Where the trail ends; None for a file without an entry."""
        found = self._execute(f"SELECT sequence, hash FROM {self._schema}.entries ORDER BY sequence DESC LIMIT 1", ())
        if not found:
            return None
        first = self._execute(f"SELECT hash FROM {self._schema}.entries ORDER BY sequence LIMIT 1", ())
        return Head(str(first[0][0]), int(found[0][0]) + 1, str(found[0][1]))

    def entries(self, first: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """(sequence, hash, envelope) as stored, from sequence number `first` on, read in short statements."""
        after = first - 1
        while True:
            page = self._execute(
                f"SELECT sequence, hash, envelope FROM {self._schema}.entries WHERE sequence > ?"
                " ORDER BY sequence LIMIT ?",
                (after, _PAGE),
            )
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def first(self) -> str | None:
        """The stored text of the first entry."""
        found = self._execute(f"SELECT envelope FROM {self._schema}.entries ORDER BY sequence LIMIT 1", ())
        return str(found[0][0]) if found else None

    def continues(self, seen: Head) -> bool:
        """Whether this is the trail that once ended with `seen`, or is there still."""
        head = self.head()
        statement = f"SELECT hash FROM {self._schema}.entries WHERE sequence = ?"
        found = self._execute(statement, (seen.length - 1,))
        return head is not None and head.genesis == seen.genesis and bool(found) and found[0][0] == seen.hash

    def envelope(self, entry_hash: str) -> str | None:
        """The stored text of one entry."""
        found = self._execute(f"SELECT envelope FROM {self._schema}.entries WHERE hash = ?", (entry_hash,))
        return str(found[0][0]) if found else None

    def rows(self, table: str, where: str = "", values: Sequence[Any] = ()) -> list[Row]:
        """Rows of a table of the projection, in the order of its primary key. `where` is SQL of ours."""
        known = PROJECTED[table]
        order = ", ".join(known.columns[: known.keys])
        condition = f" WHERE {where}" if where else ""
        columns = ", ".join(known.columns)
        return self._execute(f"SELECT {columns} FROM {self._schema}.{table}{condition} ORDER BY {order}", values)

    def append(self, sequence: int, entry_hash: str, envelope: str) -> None:
        """Add one entry; there is no way to change or remove one."""
        self._execute(
            f"INSERT INTO {self._schema}.entries (sequence, hash, envelope) VALUES (?, ?, ?)",
            (sequence, entry_hash, envelope),
        )

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside belongs together; until it ends nobody can write to the trail."""
        self._execute("BEGIN", ())
        try:
            yield
        except BaseException:
            # Some errors of SQLite have ended it already.
            with suppress(sqlite3.Error):
                self._execute("ROLLBACK", ())
            raise
        self._execute("COMMIT", ())

    def put(self, table: str, row: Row) -> None:
        """Add or replace a row of the projection."""
        columns = PROJECTED[table].columns
        marks = ", ".join("?" * len(columns))
        self._execute(f"INSERT OR REPLACE INTO {self._schema}.{table} ({', '.join(columns)}) VALUES ({marks})", row)

    def clear(self, table: str) -> None:
        """Remove every row of a table of the projection."""
        self._execute(f"DELETE FROM {self._schema}.{table}", ())

    def remove(self, table: str, key: Row) -> None:
        """Remove a row of the projection, if it is there."""
        known = PROJECTED[table]
        where = " AND ".join(f"{column} = ?" for column in known.columns[: known.keys])
        self._execute(f"DELETE FROM {self._schema}.{table} WHERE {where}", key)
