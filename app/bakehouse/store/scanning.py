"""The three ways through a table of (key, run, value): along one key, run by run, or from its first row to its last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.store.reading import MAX_PAGE_ROWS, Reader

LOOK_UP = 500
"""How many runs one statement looks up."""

_PICKED = 4

Columns = list[list[Any]]
"""A page: one list for each expression asked for, all of the same length."""


def bound(reader: Reader, stored: bytes) -> str | bytes:
    """A stored text as a parameter of `CAST(? AS TEXT)`: as text where it can be decoded, else as its bytes."""
    try:
        return stored.decode(reader.schema.encoding)
    except UnicodeDecodeError:
        return stored


def scan_key(
    reader: Reader, table: str, expressions: Sequence[str], key: bytes, token: Token, *, packed: bool
) -> Iterator[Columns]:
    """Non-empty pages of one key's rows in the order of run ids; the first expression must be `run_uuid`.

    `key` is the store's own bytes. `packed` as in `Reader.columns`: only without floats.
    """
    size = reader.page_size(f"{table} by key")
    where = f"FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid > CAST(? AS TEXT)"
    named = ", ".join(f"{expression} AS c{i}" for i, expression in enumerate(expressions))
    names = [f"c{i}" for i in range(len(expressions))]
    after = b""
    while True:
        limit = size.rows
        source = f"FROM (SELECT {named} {where} ORDER BY run_uuid LIMIT ?)"
        page = _fetch(reader, names, source, (bound(reader, key), bound(reader, after), limit), token, packed=packed)
        size.learn(len(page[0]), reader.held_seconds)
        if page[0]:
            yield page
        if len(page[0]) < limit:
            return
        following = _stored_id(reader, where, (bound(reader, key), bound(reader, after)), page[0], token)
        if following is None or following <= after:
            return
        after = following


def look_up_runs(
    reader: Reader,
    table: str,
    expressions: Sequence[str],
    key: bytes,
    run_ids: Sequence[str],
    token: Token,
    *,
    packed: bool,
) -> Iterator[Columns]:
    """Non-empty pages of one key's rows for these runs."""
    for first in range(0, len(run_ids), LOOK_UP):
        some = run_ids[first : first + LOOK_UP]
        marks = ", ".join("?" * len(some))
        source = f"FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid IN ({marks})"
        page = _fetch(reader, expressions, source, (bound(reader, key), *some), token, packed=packed)
        if page[0]:
            yield page


def scan_table(
    reader: Reader, table: str, expressions: Sequence[str], keys: Sequence[bytes], token: Token, *, packed: bool
) -> Iterator[Columns]:
    """Non-empty pages of the rows of these keys in the order of writing, rows of other keys may be among them.

    No jumps: each page of the file is read once, so this is also the fast way from a cold disk.
    """
    # The plus sign keeps the planner from using the index over the key. Many keys are cheaper to pick out afterwards.
    picked = len(keys) if len(keys) <= _PICKED else 0
    where = f" AND ({' OR '.join(['+key = CAST(? AS TEXT)'] * picked)})" if picked else ""
    bounds = [bound(reader, key) for key in keys[:picked]]
    source = f"FROM {table} WHERE rowid BETWEEN ? AND ?{where}"
    # Rows of other keys cost little: a page may pass over many of them.
    greatest = MAX_PAGE_ROWS * (8 // picked if picked else 1)
    for first, last in reader.rowid_ranges(table, token=token, greatest=greatest):
        page = _fetch(reader, expressions, source, (first, last, *bounds), token, packed=packed)
        if page[0]:
            yield page


def _fetch(
    reader: Reader, expressions: Sequence[str], source: str, parameters: Sequence[Any], token: Token, *, packed: bool
) -> Columns:
    if packed:
        return reader.columns(expressions, source, parameters, token=token)
    rows = reader.rows(f"SELECT {', '.join(expressions)} {source}", parameters, token=token)
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in expressions]


def _stored_id(
    reader: Reader, where: str, parameters: tuple[str | bytes, ...], ids: list[Any], token: Token
) -> bytes | None:
    """A page's last run id as the store's own bytes; None when it is no text (those sort last and belong to no run)."""
    last = ids[-1]
    if not isinstance(last, str):
        return None
    if "\ufffd" not in last:
        return last.encode(reader.schema.encoding)
    # The id was undecodable: compared as it was read, the next page could begin before it, for ever.
    sql = f"SELECT CAST(run_uuid AS BLOB) {where} ORDER BY run_uuid LIMIT 1 OFFSET ?"
    found = reader.first(sql, (*parameters, len(ids) - 1), token=token)
    return found[0] if found else None
