"""Which tables, columns and triggers a store has; every query asks here instead of guessing from a version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


def quoted(name: str) -> str:
    """A table's or column's name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Schema:
    """What a store's schema held when it was read.

    Only real tables count: views, virtual tables and tables without rowids (MLflow has none) are left out.
    """

    head: str | None
    """Alembic's version, None when there is none or more than one."""
    tables: Mapping[str, frozenset[str]]
    """Table name → its column names."""
    views: frozenset[str]
    triggers: Mapping[str, tuple[str, ...]]
    """Table name → names of the triggers on it."""
    indexes: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Table name → index name → its columns in order (primary keys and UNIQUE included)."""
    encoding: str
    """How text lies in the file, as Python names it: `utf-8`, `utf-16-le` or `utf-16-be`."""

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the real table exists, and the column in it."""
        columns = self.tables.get(table)
        return columns is not None and (column is None or column in columns)

    def index_over(self, table: str, *columns: str) -> str | None:
        """The name of an index that starts with exactly these columns, the shortest one first."""
        fitting = [
            (len(indexed), name)
            for name, indexed in self.indexes.get(table, {}).items()
            if indexed[: len(columns)] == columns
        ]
        return min(fitting)[1] if fitting else None


_ENCODINGS = {"UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}


def read_schema(connection: sqlite3.Connection) -> Schema:
    """Read the schema through an open connection, all of it as it was at one moment. Raises sqlite3.Error."""
    # One transaction takes the lock once: a writer that commits all the time leaves few gaps to take it in.
    connection.execute("BEGIN").close()
    try:
        return _read_schema(connection)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK").close()


def _read_schema(connection: sqlite3.Connection) -> Schema:

    def rows(sql: str) -> list[tuple[str, ...]]:
        return connection.execute(sql).fetchall()

    tables: dict[str, set[str]] = {}
    # A virtual table has no root page; pragma_table_info leaves hidden columns out.
    for table, column in rows(
        "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
        " WHERE m.type = 'table' AND m.rootpage > 0 AND m.sql NOT LIKE '%WITHOUT ROWID%'"
    ):
        # An undecodable name comes with replacement characters, and no query would find it.
        if "\ufffd" not in f"{table}{column}":
            tables.setdefault(str(table), set()).add(str(column))
    indexes: dict[str, dict[str, tuple[str, ...]]] = {}
    for table, index, column in rows(
        "SELECT m.tbl_name, m.name, c.name FROM sqlite_master AS m, pragma_index_info(m.name) AS c"
        # Partial ones and those over another collation serve some queries only.
        " WHERE m.type = 'index' AND c.name IS NOT NULL"
        " AND (m.sql IS NULL OR m.sql NOT LIKE '%WHERE%' AND m.sql NOT LIKE '%COLLATE%')"
        " ORDER BY m.name, c.seqno"
    ):
        of_table = indexes.setdefault(str(table), {})
        of_table[str(index)] = (*of_table.get(str(index), ()), str(column))
    triggers: dict[str, tuple[str, ...]] = {}
    for table, trigger in rows("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"):
        triggers[str(table)] = (*triggers.get(str(table), ()), str(trigger))
    views = frozenset(str(name) for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'view'"))
    head = None
    if "version_num" in tables.get("alembic_version", ()):
        heads = rows("SELECT version_num FROM alembic_version LIMIT 2")
        head = str(heads[0][0]) if len(heads) == 1 and heads[0][0] else None
    (encoding,) = rows("PRAGMA encoding")[0]
    return Schema(
        head=head,
        tables=MappingProxyType({name: frozenset(columns) for name, columns in tables.items()}),
        views=views,
        triggers=MappingProxyType(triggers),
        indexes=MappingProxyType(indexes),
        encoding=_ENCODINGS.get(encoding, "utf-8"),
    )
