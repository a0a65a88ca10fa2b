"""The three ways through a table of (key, run, value): along one key, run by run, or from its first row to its last."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from json import JSONDecodeError
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.packing import cannot_pack, packed, unpacked
from bakehouse.store.positions import packed_positions, positions
from bakehouse.store.reading import MAX_PAGE_ROWS, Reader
from bakehouse.store.values import as_text

LOOK_UP = 500
"""How many runs one statement looks up."""

_PICKED = 8
"""Of how many keys a statement still picks the rows; with more it is cheaper to do so afterwards."""
_FEW_FLOATS = 2
"""For so many keys the rows are too few to look at the table twice for what can be packed."""


@dataclass(frozen=True)
class Values:
    """What is read beside the run ids: the expression of the value, and whether it is text or a float."""

    expression: str
    is_text: bool


@dataclass(frozen=True)
class Page:
    """Some rows of a table, column by column."""

    ids: list[Any] | str
    """The run ids, or all of them packed."""
    values: Sequence[Any]
    keys: list[Any] | None
    """None where all rows are of one key."""

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, row_of: Mapping[str, int]) -> npt.NDArray[np.int32]:
        """The row of each run, -1 where `row_of` knows none."""
        if isinstance(self.ids, str):
            return packed_positions(self.ids, len(self), row_of)
        return positions(self.ids, row_of)

    def last_id(self) -> Any:
        """The run id of the last row."""
        return (unpacked(self.ids, len(self)) if isinstance(self.ids, str) else self.ids)[-1]


def bound(reader: Reader, stored: bytes) -> str | bytes:
    """A stored text as a parameter of `CAST(? AS TEXT)`: as text where it can be decoded, else as its bytes."""
    try:
        return stored.decode(reader.schema.encoding)
    except UnicodeDecodeError:
        return stored


def scan_key(reader: Reader, table: str, values: Values, key: bytes, token: Token) -> Iterator[Page]:
    """Non-empty pages of one key's rows in the order of run ids. `key` is the store's own bytes."""
    size = reader.page_size(f"{table} by key")
    where = f"FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid > CAST(? AS TEXT)"
    after = b""
    while True:
        limit = size.rows
        source = f"FROM (SELECT run_uuid, {values.expression} AS v {where} ORDER BY run_uuid LIMIT ?)"
        parameters = (bound(reader, key), bound(reader, after), limit)
        page = _fetch(reader, Values("v", values.is_text), source, parameters, token)
        size.learn(len(page), reader.held_seconds)
        if len(page):
            yield page
        if len(page) < limit:
            return
        following = _stored_id(reader, where, (bound(reader, key), bound(reader, after)), page, token)
        if following is None or following <= after:
            return
        after = following


def look_up_runs(
    reader: Reader, table: str, values: Values, key: bytes, run_ids: Sequence[str], token: Token
) -> Iterator[Page]:
    """Non-empty pages of one key's rows for these runs."""
    for first in range(0, len(run_ids), LOOK_UP):
        some = run_ids[first : first + LOOK_UP]
        marks = ", ".join("?" * len(some))
        source = f"FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid IN ({marks})"
        page = _fetch(reader, values, source, (bound(reader, key), *some), token)
        if len(page):
            yield page


def scan_table(reader: Reader, table: str, values: Values, keys: Sequence[bytes], token: Token) -> Iterator[Page]:
    """Non-empty pages of the rows of these keys in the order of writing, rows of other keys may be among them.

    No jumps: each page of the file is read once, so this is also the fast way from a cold disk.
    """
    # The plus sign keeps the planner from using the index over the key.
    picked = len(keys) if len(keys) <= _PICKED else 0
    bounds = [bound(reader, key) for key in keys[:picked]]
    chosen = " OR ".join(f"+key = CAST(?{number} AS TEXT)" for number in range(3, 3 + picked))
    source = f"FROM {table} WHERE rowid BETWEEN ?1 AND ?2" + (f" AND ({chosen})" if chosen else "")
    # Rows of other keys cost little: a page may pass over many of them.
    greatest = MAX_PAGE_ROWS * (max(1, 8 // picked) if picked else 1)
    for first, last in reader.rowid_ranges(table, token=token, greatest=greatest):
        page = _fetch(reader, values, source, (first, last, *bounds), token, with_keys=True)
        if len(page):
            yield page


def _fetch(
    reader: Reader, values: Values, source: str, parameters: Sequence[Any], token: Token, *, with_keys: bool = False
) -> Page:
    """One page: packed where the store holds what it should, else row by row."""
    try:
        if values.is_text:
            return _packed_texts(reader, values, source, parameters, token, with_keys=with_keys)
        if with_keys and not 2 < len(parameters) <= 2 + _FEW_FLOATS:
            return _packed_floats(reader, values, source, parameters, token)
    except (sqlite3.OperationalError, JSONDecodeError) as error:
        if not cannot_pack(error):
            raise
    chosen = f"run_uuid, {values.expression}" + (", key" if with_keys else "")
    found = reader.rows(f"SELECT {chosen} {source}", parameters, token=token)
    columns = [list(column) for column in zip(*found, strict=True)] if found else [[], [], []]
    read = [None if value is None else as_text(value) for value in columns[1]] if values.is_text else columns[1]
    return Page(columns[0], read, columns[2] if with_keys else None)


def _packed_texts(
    reader: Reader, values: Values, source: str, parameters: Sequence[Any], token: Token, *, with_keys: bool
) -> Page:
    names = ["run_uuid", values.expression, *(["key"] if with_keys else [])]
    (row,) = reader.rows(f"SELECT {packed(names)} {source}", parameters, token=token)
    count = row[-1]
    return Page(row[0], unpacked(row[1], count), unpacked(row[2], count) if with_keys else None)


def _packed_floats(reader: Reader, values: Values, source: str, parameters: Sequence[Any], token: Token) -> Page:
    """Floats only arrive whole as rows; ids and keys come packed behind them, in the same look at the table.

    Needs numbered parameters, since `source` stands in it twice.
    """
    # JSON holds no line break of its own.
    rest = f"SELECT json_group_array(run_uuid) || char(10) || json_group_array(key) {source}"
    *found, (ids_and_keys,) = reader.rows(
        f"SELECT {values.expression} {source} UNION ALL {rest}", parameters, token=token
    )
    ids, _, keys = ids_and_keys.partition("\n")
    return Page(ids, list(chain.from_iterable(found)), unpacked(keys, len(found)))


def _stored_id(
    reader: Reader, where: str, parameters: tuple[str | bytes, ...], page: Page, token: Token
) -> bytes | None:
    """A page's last run id as the store's own bytes; None when it is no text (those sort last and belong to no run)."""
    last = page.last_id()
    if not isinstance(last, str):
        return None
    if "\ufffd" not in last:
        return last.encode(reader.schema.encoding)
    # The id was undecodable: compared as it was read, the next page could begin before it, for ever.
    sql = f"SELECT CAST(run_uuid AS BLOB) {where} ORDER BY run_uuid LIMIT 1 OFFSET ?"
    found = reader.first(sql, (*parameters, len(page) - 1), token=token)
    return found[0] if found else None
