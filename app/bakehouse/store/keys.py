"""Which keys the params, metrics and tags of a store, or of some experiments in it, have."""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.store.reading import Reader
from bakehouse.store.runs import read_run_ids
from bakehouse.store.scanning import LOOK_UP, Values, bound, scan_key

TABLES = {ColumnKind.PARAM: "params", ColumnKind.METRIC: "latest_metrics", ColumnKind.TAG: "tags"}

_SAMPLED = 200
_SAMPLE = 2_000
_COUNTED = 50_000

_Keys = dict[ColumnKind, list[bytes]]


def list_keys(
    reader: Reader, experiment_ids: Sequence[int] | None, token: Token, *, deleted: bool = False
) -> list[ColumnKey]:
    """The keys of params, latest metrics and tags, by group and then by name.

    None: all keys in the store. Else exactly those that occur in an active run of these experiments (with `deleted`:
    in any run of them). Raises StoreError kin.
    """
    every = {kind: distinct_keys(reader, table, token) for kind, table in TABLES.items()}
    if experiment_ids is not None:
        every = _of_experiments(reader, every, experiment_ids, deleted, token)
    encoding = reader.schema.encoding
    return [
        ColumnKey(kind, name)
        for kind, keys in every.items()
        for name in sorted({key.decode(encoding, "replace") for key in keys})
    ]


def has_key(reader: Reader, key: ColumnKey, token: Token) -> bool:
    """Whether any run of the store has this param, metric or tag: one look into its index. Raises StoreError kin."""
    table = TABLES[key.kind]
    if not reader.has(table):
        return False
    return reader.first(f"SELECT 1 FROM {table} WHERE key = ? LIMIT 1", (key.name,), token=token) is not None


def distinct_keys(reader: Reader, table: str, token: Token) -> list[bytes]:
    """The distinct keys as the store's own bytes, by a skip scan: one index look-up a key."""
    if not reader.has(table):
        return []
    keys: list[bytes] = []
    found = reader.first(f"SELECT CAST(min(key) AS BLOB), typeof(min(key)) FROM {table}", token=token)
    following = f"SELECT CAST(min(key) AS BLOB), typeof(min(key)) FROM {table} WHERE key > CAST(? AS TEXT)"
    # A key that is no text sorts behind all texts and has no name.
    while found and found[1] == "text" and (not keys or found[0] != keys[-1]):
        keys.append(found[0])
        found = reader.first(following, (bound(reader, keys[-1]),), token=token)
    return keys


def stored_keys(reader: Reader, table: str, name: str, token: Token) -> list[bytes]:
    """The stored spellings that read as `name`: itself, or all undecodable ones that look alike."""
    encoding = reader.schema.encoding
    if "\ufffd" not in name:
        return [name.encode(encoding, "replace")]
    return [key for key in distinct_keys(reader, table, token) if key.decode(encoding, "replace") == name]


def _of_experiments(reader: Reader, every: _Keys, experiment_ids: Sequence[int], deleted: bool, token: Token) -> _Keys:
    """Most keys show up in the first runs; only for the others all runs are asked."""
    sample = read_run_ids(reader, experiment_ids, token, deleted=deleted, limit=_SAMPLE)
    found: dict[ColumnKind, set[bytes]] = {kind: set() for kind in every}
    for kind, keys in every.items():
        for first in range(0, len(sample), _SAMPLED):
            if len(found[kind]) == len(keys):
                break
            found[kind] |= _keys_of_runs(reader, TABLES[kind], sample[first : first + _SAMPLED], token)
    doubtful = [(kind, key) for kind, keys in every.items() for key in keys if key not in found[kind]]
    if doubtful and len(sample) >= _SAMPLE:
        ids = read_run_ids(reader, experiment_ids, token, deleted=deleted)
        known = dict.fromkeys(ids, 0)
        for kind, key in doubtful:
            if _occurs(reader, TABLES[kind], key, ids, known, token):
                found[kind].add(key)
    return {kind: [key for key in keys if key in found[kind]] for kind, keys in every.items()}


def _keys_of_runs(reader: Reader, table: str, ids: list[str], token: Token) -> set[bytes]:
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT DISTINCT CAST(key AS BLOB) FROM {table} WHERE run_uuid IN ({marks})"
    return {row[0] for row in reader.rows(sql, ids, token=token)}


def _occurs(reader: Reader, table: str, key: bytes, ids: list[str], known: dict[str, int], token: Token) -> bool:
    """Whether a run of `ids` has the key: through the key's own rows, or run by run when those are fewer."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE key = CAST(? AS TEXT) LIMIT ?)"
    counted = reader.first(sql, (bound(reader, key), min(len(ids), _COUNTED)), token=token)
    if len(ids) > _COUNTED or counted is None or counted[0] < len(ids):
        pages = scan_key(reader, table, Values("NULL", is_text=True), key, token)
        return any((page.rows(known) >= 0).any() for page in pages)
    for first in range(0, len(ids), LOOK_UP):
        some = ids[first : first + LOOK_UP]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT 1 FROM {table} WHERE key = CAST(? AS TEXT) AND run_uuid IN ({marks}) LIMIT 1"
        if reader.rows(sql, (bound(reader, key), *some), token=token):
            return True
    return False
