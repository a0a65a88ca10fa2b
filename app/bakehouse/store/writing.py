"""The writer handle: one short transaction per act on MLflow's tables, refused rather than risked."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import Cancelled, StoreReadOnly, StoreReplaced, WriteRefused
from bakehouse.domain.text import visible
from bakehouse.store.connections import file_uri
from bakehouse.store.failures import SQLITE_FAILURES, SqliteFailure, failure, is_busy, os_failure, shown
from bakehouse.store.trail.tables import TrailTables

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bakehouse.store.handle import Store

BUSY_WAIT_MS = 20_000
"""How long MLflow itself waits for another writer (`PRAGMA busy_timeout` in mlflow/store/db/utils.py)."""

_UNLIMITED_TEXT = 100_000
"""MLflow's own limit for registry tags whose column is TEXT (mlflow/utils/validation.py)."""

# SQLite keeps no width, and MLflow checks these texts by other limits than their columns' (mlflow/utils/validation.py).
_MLFLOW_LIMITS = {("experiments", "name"): 500, ("experiments", "artifact_location"): 2048}
_TEXT_LIMITS = {("experiment_tags", "value"): 20_000}

# SQLite waits this long by itself; longer waits are loops of it, so that they can be stopped.
_TRY_MS = 50
# What is over sooner is not worth telling.
_TELL_AFTER_S = 0.3
_CACHE_KIB = 65_536
_LOOK_UP = 500
_TRAIL = "trail"
"""The name under which the trail's file is attached."""

_WIDTH = re.compile(r"\((\d+)\)")

Value = str | int | float | None


class Transaction:
    """The tables of one running transaction. Columns the store's schema lacks are left out of every statement.

    `insert`, `update`, `upsert` and `delete` refuse (WriteRefused) a table that is a view, that carries a trigger
    not named in `allow_triggers`, and text longer than its column.
    """

    def __init__(self, connection: sa.Connection, allow_triggers: frozenset[str]) -> None:
        self._connection = connection
        self._allowed = allow_triggers
        self._columns: dict[str, dict[str, int | None]] = {}
        self._checked: set[str] = set()

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the store has this real table (and column)."""
        columns = self._columns_of(table)
        return bool(columns) and (column is None or column in columns)

    def rows(self, table: str, columns: Sequence[str], where: Mapping[str, Value]) -> list[tuple[Any, ...]]:
        """The rows of `table` that equal `where`, as tuples of `columns` (None for a column the store lacks)."""
        import sqlalchemy as sa

        known = self._columns_of(table)
        source = self._table(table)
        wanted = [source.c[name] if name in known else sa.null().label(name) for name in columns]
        statement = sa.select(*wanted).where(*self._conditions(source, where))
        return [tuple(row) for row in self._connection.execute(statement)]

    def rows_among(
        self,
        table: str,
        columns: Sequence[str],
        among: str,
        values: Sequence[Value],
        where: Mapping[str, Value] | None = None,
    ) -> list[tuple[Any, ...]]:
        """As `rows`, of the rows whose column `among` holds one of `values`, however many these are."""
        import sqlalchemy as sa

        known = self._columns_of(table)
        source = self._table(table)
        wanted = [source.c[name] if name in known else sa.null().label(name) for name in columns]
        statement = sa.select(*wanted).where(*self._conditions(source, where or {}))
        found: list[tuple[Any, ...]] = []
        for first in range(0, len(values), _LOOK_UP):
            page = statement.where(source.c[among].in_(values[first : first + _LOOK_UP]))
            found += [tuple(row) for row in self._connection.execute(page)]
        return found

    def greatest(self, table: str, column: str, where: Mapping[str, Value]) -> int | None:
        """The greatest whole number in `column` among the rows that equal `where`."""
        import sqlalchemy as sa

        source = self._table(table)
        statement = sa.select(sa.func.max(source.c[column])).where(*self._conditions(source, where))
        found = self._connection.execute(statement).scalar()
        return None if found is None else int(found)

    def insert(self, table: str, values: Mapping[str, Value]) -> None:
        """Add one row."""
        target = self._writable(table)
        self._connection.execute(target.insert().values(self._kept(table, values)))

    def update(self, table: str, where: Mapping[str, Value], values: Mapping[str, Value]) -> int:
        """Change the rows that equal `where`; how many there were."""
        target = self._writable(table)
        statement = target.update().where(*self._conditions(target, where)).values(self._kept(table, values))
        return int(self._connection.execute(statement).rowcount)

    def upsert(self, table: str, key: Mapping[str, Value], values: Mapping[str, Value]) -> None:
        """Change the row with this key, or add it; an existing row keeps its rowid, as with MLflow's merge."""
        if self.update(table, key, values) == 0:
            self.insert(table, {**key, **values})

    def delete(self, table: str, where: Mapping[str, Value]) -> int:
        """Remove the rows that equal `where`; how many there were."""
        target = self._writable(table)
        return int(self._connection.execute(target.delete().where(*self._conditions(target, where))).rowcount)

    def insert_many(self, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
        """Add rows that name the same columns."""
        if rows:
            target = self._writable(table)
            self._connection.execute(target.insert(), [self._kept(table, row) for row in rows])

    def update_many(self, table: str, rows: Sequence[tuple[Mapping[str, Value], Mapping[str, Value]]]) -> None:
        """Change rows, each given as (key, values); all name the same columns."""
        import sqlalchemy as sa

        if not rows:
            return
        target = self._writable(table)
        # A bound name must not be a column's own: https://docs.sqlalchemy.org/en/20/core/dml.html (bindparam in WHERE)
        keys = [target.c[name] == sa.bindparam(f"key_{name}") for name in rows[0][0] if name in target.c]
        changed: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in rows[0][1] if name in target.c}
        given = [
            {f"key_{name}": value for name, value in key.items()}
            | {f"new_{name}": value for name, value in self._kept(table, values).items()}
            for key, values in rows
        ]
        self._connection.execute(target.update().where(*keys).values(changed), given)

    def delete_many(self, table: str, keys: Sequence[Mapping[str, Value]]) -> None:
        """Remove rows by keys that name the same columns."""
        import sqlalchemy as sa

        if keys:
            target = self._writable(table)
            conditions = [target.c[name] == sa.bindparam(f"key_{name}") for name in keys[0] if name in target.c]
            given = [{f"key_{name}": value for name, value in key.items()} for key in keys]
            self._connection.execute(target.delete().where(*conditions), given)

    def columns(self, table: str) -> tuple[str, ...]:
        """The names of a table's columns; none when there is no such real table."""
        return tuple(self._columns_of(table))

    def distinct(self, table: str, column: str) -> list[Any]:
        """The different values in a column, in order."""
        import sqlalchemy as sa

        source = self._table(table)
        statement = sa.select(source.c[column]).distinct().order_by(source.c[column])
        return [row[0] for row in self._connection.execute(statement)]

    @property
    def is_in_wal(self) -> bool:
        """Whether the store's journal is a write-ahead log now, so that no commit spans it and another file."""
        return self._connection.exec_driver_sql("PRAGMA main.journal_mode").scalar() == "wal"

    @property
    def trail(self) -> TrailTables:
        """The tables of the trail's file, for a writer made by `with_trail`."""

        handle: Any = self._connection.connection.driver_connection

        def execute(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
            found: list[tuple[Any, ...]] = handle.execute(statement, values).fetchall()
            return found

        return TrailTables(execute, _TRAIL)

    def _columns_of(self, table: str) -> dict[str, int | None]:
        """Column name → greatest text length (None: MLflow's own limit); empty when there is no such real table."""
        if table not in self._columns:
            kind = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?"
            real = self._connection.exec_driver_sql(kind, (table,)).first() is not None
            info = "SELECT name, type FROM pragma_table_info(?)"
            rows = self._connection.exec_driver_sql(info, (table,)).all() if real else []
            self._columns[table] = {name: _limit(table, name, str(kind)) for name, kind in rows}
        return self._columns[table]

    def _table(self, table: str) -> sa.TableClause:
        import sqlalchemy as sa

        columns = self._columns_of(table)
        if not columns:
            raise WriteRefused(f"This store has no table “{table}”, so this cannot be written to it.")
        return sa.table(table, *(sa.column(name) for name in columns))

    def _writable(self, table: str) -> sa.TableClause:
        target = self._table(table)
        if table not in self._checked:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE"
            names = [str(row[0]) for row in self._connection.exec_driver_sql(query, (table,))]
            foreign = [name for name in names if name not in self._allowed]
            if foreign:
                raise TriggerFound(table, tuple(foreign))
            self._checked.add(table)
        return target

    def _conditions(self, table: sa.TableClause, where: Mapping[str, Value]) -> list[Any]:
        return [table.c[name] == value for name, value in where.items() if name in table.c]

    def _kept(self, table: str, values: Mapping[str, Value]) -> dict[str, Value]:
        columns = self._columns_of(table)
        kept = {name: value for name, value in values.items() if name in columns}
        for name, value in kept.items():
            if isinstance(value, str):
                _check_text(name, value, columns[name])
        return kept


class TriggerFound(WriteRefused):
    """A trigger would run foreign statements with this write; `names` can be allowed after asking the person."""

    def __init__(self, table: str, names: tuple[str, ...]) -> None:
        shown = ", ".join(f"“{visible(name, 80)}”" for name in names)
        super().__init__(
            f"The table “{table}” carries the trigger {shown}, which would change more than was asked for; "
            "nothing was written."
        )
        self.table = table
        self.names = names


class Writer:
    """Makes the transactions of one open store; made per act on the WRITE lane's thread, holds nothing in between.

    Every transaction has a connection of its own, so that a write never meets a reader's `query_only`. Cancelling
    `token` ends the wait for another writer and takes back what is not committed.
    """

    def __init__(
        self,
        store: Store,
        *,
        allow_triggers: frozenset[str] = frozenset(),
        busy_wait_ms: int = BUSY_WAIT_MS,
        token: Token | None = None,
        trail: Path | None = None,
    ) -> None:
        self.store = store
        self._trail = trail
        self.token = token or Token()
        self._allowed = allow_triggers
        self._busy_wait_ms = busy_wait_ms
        self._engine: sa.Engine | None = None

    def with_trail(self, path: Path) -> Writer:
        """A writer whose transactions take in the trail's file at `path`, so that both change or neither."""
        return Writer(
            self.store,
            allow_triggers=self._allowed,
            busy_wait_ms=self._busy_wait_ms,
            token=self.token,
            trail=path,
        )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """BEGIN IMMEDIATE, the body, COMMIT; any exception rolls everything back.

        Raises StoreReadOnly, StoreLocked (after `busy_wait_ms`), Cancelled, StoreReplaced, WriteRefused and what
        `failures.failure` names; in every case nothing is written.
        """
        path = self.store.path
        if self.store.read_only:
            raise StoreReadOnly(
                f"{shown(path)} is open for reading only (asked for, or the file or its folder may not be written), "
                "so nothing was written."
            )
        self._check_same_file()
        if self._engine is None:
            self._engine = self._make_engine()
        import sqlalchemy.exc

        try:
            with self._engine.begin() as connection, self._stoppable(connection):
                self._check_same_file()
                yield Transaction(connection, self._allowed)
                # What the engine commits after this is nothing any more.
                self._insist(connection, "COMMIT")
        except (sqlalchemy.exc.DBAPIError, *SQLITE_FAILURES) as error:
            cause = _cause(error)
            said = _write_error(cause, path) if cause is not None else None
            if said is None:
                raise
            raise said from error

    def _make_engine(self) -> sa.Engine:
        import sqlalchemy as sa
        from sqlalchemy.pool import NullPool

        engine = sa.create_engine("sqlite://", creator=self._connect, poolclass=NullPool)

        # sqlite3 must not begin by itself: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            self._insist(connection, "BEGIN IMMEDIATE")
            # These read the schema, which needs the lock. Without spilling, readers are kept out only by the commit.
            for pragma in (f"cache_size = -{_CACHE_KIB}", "cache_spill = OFF"):
                connection.exec_driver_sql(f"PRAGMA {pragma}").close()

        return engine

    def _insist(self, connection: sa.Connection, statement: str) -> None:
        """Try again while another process holds the lock. Raises Cancelled between two tries."""
        import sqlalchemy.exc

        began = time.monotonic()
        while True:
            try:
                connection.exec_driver_sql(statement)
                return
            except sqlalchemy.exc.DBAPIError as error:
                waited = time.monotonic() - began
                cause = _cause(error)
                if cause is None or not is_busy(cause) or waited * 1000 >= self._busy_wait_ms:
                    raise
                if self.token.cancelled:
                    raise Cancelled from error
                if waited > _TELL_AFTER_S:
                    self.token.report(0, 0, f"Waiting for another writer, {waited:.0f} s")

    @contextmanager
    def _stoppable(self, connection: sa.Connection) -> Iterator[None]:
        """A cancelled token interrupts the statement that runs; the transaction is rolled back then."""
        handle: Any = connection.connection.driver_connection
        with self.token.interruptible(handle.interrupt):
            yield

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{file_uri(self.store.path)}?mode=rw",
            uri=True,
            timeout=min(_TRY_MS, self._busy_wait_ms) / 1000,
            isolation_level=None,
        )
        connection.text_factory = _decoded
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        if self._trail is not None:
            connection.execute(f"ATTACH ? AS {_TRAIL}", (f"{file_uri(self._trail)}?mode=rw",)).close()
        return connection

    def _check_same_file(self) -> None:
        """A file that was swapped under the open store must not receive what was decided on the old one."""
        path = self.store.path
        try:
            found = path.stat()
        except OSError as error:
            raise os_failure(error, path) from error
        if self.store.identity != (found.st_dev, found.st_ino):
            raise StoreReplaced(
                f"Another file lies at {shown(path)} since it was opened; nothing was written, so open it again."
            )


def prepare() -> None:
    """Load what the first write needs (SQLAlchemy, up to a second), while the person still answers a question."""
    import sqlalchemy.dialects.sqlite  # noqa: F401


def _limit(table: str, column: str, kind: str) -> int | None:
    """The greatest length of a text in a column of this type; None: MLflow's own limit."""
    width = _WIDTH.search(kind)
    of_column = int(width[1]) if width else _TEXT_LIMITS.get((table, column))
    return _MLFLOW_LIMITS.get((table, column), of_column)


def _cause(error: Exception) -> SqliteFailure | None:
    """SQLite's own error inside SQLAlchemy's, None for a bug of ours."""
    cause = getattr(error, "orig", error)
    return cause if isinstance(cause, SQLITE_FAILURES) else None


def _write_error(error: SqliteFailure, path: Path) -> Exception | None:
    """SQLite's error during a write as a sentence (nothing of the transaction stays); None for a bug of ours."""
    # Extended codes carry the primary one in their low byte.
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CONSTRAINT:
        reason = visible(str(error), 200)
        return WriteRefused(f"The store's own rules refuse this ({reason}); nothing was written.")
    return failure(error, path, writing=True)


def _check_text(column: str, value: str, width: int | None) -> None:
    word = column.replace("_", " ")
    limit = width or _UNLIMITED_TEXT
    if len(value) > limit:
        raise WriteRefused(
            f"The {word} has {len(value):,} characters, but this store takes at most {limit:,}; nothing was written."
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise WriteRefused(f"The {word} holds characters that cannot be stored; nothing was written.") from None


def _decoded(data: bytes) -> str:
    return data.decode(errors="replace")
