"""Columns of the run table: which keys there are, and one key's values for many runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.store.reading import Reader, Row
from bakehouse.store.runs import read_run_ids
from bakehouse.store.values import as_text, metric_values, positions

_TABLES = {ColumnKind.PARAM: "params", ColumnKind.METRIC: "latest_metrics", ColumnKind.TAG: "tags"}
_LOOK_UP = 500
_SAMPLE = 2_500


@dataclass(frozen=True)
class Numbers:
    """A metric's latest values: `rows[k]` (int32) holds `values[k]` (float64). NaN is a logged NaN; an absent row is missing."""

    rows: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Texts:
    """A param's or tag's values: `rows[k]` (int32) holds `categories[codes[k]]`. Categories come unsorted, first seen first."""

    rows: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]
    categories: list[str]


def list_keys(
    reader: Reader, experiment_ids: Sequence[int] | None, token: Token, *, deleted: bool = False
) -> list[ColumnKey]:
    """The keys of params, latest metrics and tags, by group and then by name.

    None: all keys in the store. Else exactly those that occur in an active run of these experiments (with `deleted`: in
    any run of them). Raises StoreError kin.
    """
    every = {kind: _distinct_keys(reader, table, token) for kind, table in _TABLES.items()}
    if experiment_ids is not None:
        every = _of_experiments(reader, every, experiment_ids, deleted, token)
    return [
        ColumnKey(kind, name) for kind, keys in every.items() for name in sorted({_decoded(reader, k) for k in keys})
    ]


def read_column(reader: Reader, key: ColumnKey, row_of: Mapping[str, int], token: Token) -> Numbers | Texts:
    """One key's values for the runs in `row_of` (run id → row). Raises StoreError kin, ValueError for an attribute.

    Scans the key in pages by run id when most runs of the store are asked for, else looks each run up.
    """
    if key.kind not in _TABLES:
        raise ValueError(f"{key.name} is an attribute of the run, not a column of its own table")
    table = _TABLES[key.kind]
    pages = _pages(reader, table, key.name, row_of, token)
    return _numbers(pages, row_of, token) if key.kind is ColumnKind.METRIC else _texts(pages, row_of, token)


def _numbers(pages: Iterator[list[Row]], row_of: Mapping[str, int], token: Token) -> Numbers:
    rows = [np.empty(0, np.int32)]
    numbers = [np.empty(0, np.float64)]
    for page in pages:
        ids, values, nans = zip(*page, strict=True)
        found, known = metric_values(values, nans)
        at = positions(ids, row_of, len(page))
        kept = known & (at >= 0)
        rows.append(at if kept.all() else at[kept])
        numbers.append(found if kept.all() else found[kept])
        token.report(sum(map(len, rows)), len(row_of), "")
    return Numbers(np.concatenate(rows), np.concatenate(numbers))


def _texts(pages: Iterator[list[Row]], row_of: Mapping[str, int], token: Token) -> Texts:
    rows = [np.empty(0, np.int32)]
    codes = [np.empty(0, np.int32)]
    index: dict[str, int] = {}
    for page in pages:
        ids, values = zip(*page, strict=True)
        at = positions(ids, row_of, len(page))
        coded = np.fromiter((_code(value, index) for value in values), np.int32, len(page))
        kept = (at >= 0) & (coded >= 0)
        rows.append(at if kept.all() else at[kept])
        codes.append(coded if kept.all() else coded[kept])
        token.report(sum(map(len, rows)), len(row_of), "")
    return Texts(np.concatenate(rows), np.concatenate(codes), list(index))


def _code(value: Any, index: dict[str, int]) -> int:
    if value is None:
        return -1
    return index.setdefault(value if isinstance(value, str) else as_text(value), len(index))


def _pages(reader: Reader, table: str, name: str, row_of: Mapping[str, int], token: Token) -> Iterator[list[Row]]:
    """Non-empty pages of (run id, value[, is_nan]) of one key; rows of other runs may be among them."""
    if not reader.has(table) or not row_of:
        return
    chosen = "run_uuid, value"
    if table == "latest_metrics":
        chosen += ", is_nan" if reader.has(table, "is_nan") else ", 0"
    total = reader.first("SELECT max(rowid) FROM runs", token=token)
    few = len(row_of) <= _LOOK_UP or len(row_of) * 2 < int((total or (0,))[0] or 0)
    for key in _stored_keys(reader, table, name, token):
        pages = (
            _looked_up(reader, table, chosen, key, row_of, token)
            if few
            else _scanned(reader, table, chosen, key, token)
        )
        yield from pages


def _looked_up(
    reader: Reader, table: str, chosen: str, key: bytes, row_of: Mapping[str, int], token: Token
) -> Iterator[list[Row]]:
    ids = list(row_of)
    for first in range(0, len(ids), _LOOK_UP):
        some = ids[first : first + _LOOK_UP]
        marks = ", ".join("?" * len(some))
        page = reader.rows(
            f"SELECT {chosen} FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid IN ({marks})",
            (key, *some),
            token=token,
        )
        if page:
            yield page


def _scanned(reader: Reader, table: str, chosen: str, key: bytes, token: Token) -> Iterator[list[Row]]:
    size = reader.page_size(f"{table}.key")
    where = "key = CAST(? AS TEXT) AND run_uuid > CAST(? AS TEXT)"
    after = b""
    while True:
        limit = size.rows
        page = reader.timed_rows(
            size,
            f"SELECT {chosen} FROM {table} WHERE {where} ORDER BY run_uuid LIMIT ?",
            (key, after, limit),
            token=token,
        )
        if page:
            yield page
        if len(page) < limit:
            return
        following = _stored_id(reader, f"FROM {table} WHERE {where}", (key, after), page, token)
        if following is None or following <= after:
            return
        after = following


def _stored_id(
    reader: Reader, where: str, parameters: tuple[bytes, ...], page: list[Row], token: Token
) -> bytes | None:
    """The last run id of a page as the store's own bytes; None when it is no text (those sort last and belong to no run)."""
    last = page[-1][0]
    if not isinstance(last, str):
        return None
    if "\ufffd" not in last:
        return last.encode(reader.schema.encoding)
    # The id was undecodable: compared as read, the next page could begin before it, for ever.
    found = reader.first(
        f"SELECT CAST(run_uuid AS BLOB) {where} ORDER BY run_uuid LIMIT 1 OFFSET ?",
        (*parameters, len(page) - 1),
        token=token,
    )
    return found[0] if found else None


def _distinct_keys(reader: Reader, table: str, token: Token) -> list[bytes]:
    """The distinct keys as the store's own bytes, by a skip scan: one index look-up a key."""
    if not reader.has(table):
        return []
    keys: list[bytes] = []
    found = reader.first(f"SELECT CAST(min(key) AS BLOB), typeof(min(key)) FROM {table}", token=token)
    while found and found[1] == "text" and (not keys or found[0] != keys[-1]):
        keys.append(found[0])
        found = reader.first(
            f"SELECT CAST(min(key) AS BLOB), typeof(min(key)) FROM {table} WHERE key > CAST(? AS TEXT)",
            (keys[-1],),
            token=token,
        )
    return keys


def _stored_keys(reader: Reader, table: str, name: str, token: Token) -> list[bytes]:
    """The stored spellings that read as `name`: itself, or all undecodable ones that look alike."""
    if "\ufffd" not in name:
        return [name.encode(reader.schema.encoding, "replace")]
    return [key for key in _distinct_keys(reader, table, token) if _decoded(reader, key) == name]


def _decoded(reader: Reader, key: bytes) -> str:
    return key.decode(reader.schema.encoding, "replace")


def _of_experiments(
    reader: Reader, every: dict[ColumnKind, list[bytes]], experiment_ids: Sequence[int], deleted: bool, token: Token
) -> dict[ColumnKind, list[bytes]]:
    """Most keys show up in the first runs; only for the others all runs are asked."""
    sample = read_run_ids(reader, experiment_ids, token, deleted=deleted, limit=_SAMPLE)
    found: dict[ColumnKind, set[bytes]] = {kind: set() for kind in every}
    for kind, keys in every.items():
        for first in range(0, len(sample), _LOOK_UP):
            if len(found[kind]) == len(keys):
                break
            found[kind] |= _keys_of_runs(reader, _TABLES[kind], sample[first : first + _LOOK_UP], token)
    doubtful = [(kind, key) for kind, keys in every.items() for key in keys if key not in found[kind]]
    if doubtful and len(sample) >= _SAMPLE:
        ids = read_run_ids(reader, experiment_ids, token, deleted=deleted)
        if len(ids) > len(sample):
            known = set(ids)
            for kind, key in doubtful:
                if _occurs(reader, _TABLES[kind], key, ids, known, token):
                    found[kind].add(key)
    return {kind: [key for key in keys if key in found[kind]] for kind, keys in every.items()}


def _keys_of_runs(reader: Reader, table: str, ids: list[str], token: Token) -> set[bytes]:
    marks = ", ".join("?" * len(ids))
    rows = reader.rows(f"SELECT DISTINCT CAST(key AS BLOB) FROM {table} WHERE run_uuid IN ({marks})", ids, token=token)
    return {row[0] for row in rows}


def _occurs(reader: Reader, table: str, key: bytes, ids: list[str], known: set[str], token: Token) -> bool:
    """Whether a run of `ids` has the key: through the key's own rows, or run by run when those are fewer."""
    looked_at = 0
    for page in _scanned(reader, table, "run_uuid", key, token):
        if any(run_id in known for (run_id,) in page):
            return True
        looked_at += len(page)
        if looked_at > len(ids):
            break
    else:
        return False
    for first in range(0, len(ids), _LOOK_UP):
        some = ids[first : first + _LOOK_UP]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT 1 FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid IN ({marks}) LIMIT 1"
        if reader.rows(sql, (key, *some), token=token):
            return True
    return False
