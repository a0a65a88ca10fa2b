"""Which columns are the same in all runs, found without reading them: a few runs first, then what looks alike there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.store.keys import TABLES, stored_keys
from bakehouse.store.reading import Reader
from bakehouse.store.scanning import bound
from bakehouse.store.values import metric_expression

_SAMPLE = 120
_PICKED = 400
"""Of so many keys a statement picks the rows; with more it groups all rows of its page."""

_Spread = tuple[int, Any, Any]
"""How many runs have a value, the least and the greatest of them."""


def same_columns(
    reader: Reader, keys: Sequence[ColumnKey], experiment_ids: Sequence[int], run_ids: Sequence[str], token: Token
) -> frozenset[ColumnKey]:
    """Those of `keys` (params, latest metrics, tags) of which every run has the same value; the others differ.

    `run_ids` are the active runs of the experiments. A missing value differs from a present one. Most columns differ
    already in the first runs; of the others each table is gone through once, in pages, until all are known to differ
    or the table ends. Reports (rows read, 0) to `token`. Raises StoreError kin.
    """
    found: set[ColumnKey] = set()
    step = max(1, len(run_ids) // _SAMPLE)
    # An id that could not be decoded cannot be asked for.
    sample = [run_id for run_id in run_ids[::step][:_SAMPLE] if "\ufffd" not in run_id]
    for kind, table in TABLES.items():
        wanted = [key for key in keys if key.kind is kind and not key.figure]
        if not wanted or not reader.has(table):
            continue
        spellings = {stored: key for key in wanted for stored in stored_keys(reader, table, key.name, token)[:1]}
        value = metric_expression(table, reader.has) if kind is ColumnKind.METRIC else "value"
        alike = {stored: spellings[stored] for stored in _alike_in(reader, table, value, spellings, sample, token)}
        if alike and len(sample) < len(run_ids):
            alike = _alike_everywhere(reader, table, value, alike, experiment_ids, len(run_ids), token)
        found.update(alike.values())
    return frozenset(found)


def _alike_in(
    reader: Reader, table: str, value: str, wanted: Mapping[bytes, ColumnKey], runs: Sequence[str], token: Token
) -> list[bytes]:
    """The keys of which each of these few runs has the same value."""
    marks = ", ".join("?" * len(runs))
    sql = f"SELECT {_GROUPED.format(value=value)} FROM {table} WHERE run_uuid IN ({marks}) GROUP BY +key"
    rows = reader.rows(sql, runs, token=token)
    return [key for key, count, low, high in rows if key in wanted and count == len(runs) and low == high]


_GROUPED = "CAST(key AS BLOB), count({value}), min({value}), max({value})"


def _alike_everywhere(
    reader: Reader,
    table: str,
    value: str,
    alike: dict[bytes, ColumnKey],
    experiment_ids: Sequence[int],
    runs: int,
    token: Token,
) -> dict[bytes, ColumnKey]:
    """Those of `alike` of which all `runs` have the same value."""
    kept = dict(alike)
    counts = dict.fromkeys(kept, 0)
    values: dict[bytes, Any] = {}
    of_runs = _of_chosen_runs(reader, experiment_ids, runs, token)
    done = 0
    for first, last in reader.rowid_ranges(table, token=token):
        picked = list(kept) if len(kept) <= _PICKED else []
        chosen = f" AND +t.key IN ({', '.join('CAST(? AS TEXT)' for _ in picked)})" if picked else ""
        sql = (
            f"SELECT {_GROUPED.format(value=value)} FROM {table} AS t"
            f" WHERE t.rowid BETWEEN ? AND ?{chosen}{of_runs} GROUP BY +t.key"
        )
        for key, count, low, high in reader.rows(
            sql, (first, last, *(bound(reader, key) for key in picked)), token=token
        ):
            if key not in kept or not count:
                continue
            counts[key] += count
            if low != high or values.setdefault(key, low) != low:
                del kept[key]
        done += last - first + 1
        token.report(done, 0, "Comparing columns")
        if not kept:
            break
    return {key: column for key, column in kept.items() if counts[key] == runs}


def _of_chosen_runs(reader: Reader, experiment_ids: Sequence[int], runs: int, token: Token) -> str:
    """What leaves out rows of other runs; empty where there are none, since asking costs as much as all the rest."""
    row = reader.first("SELECT count(*) FROM runs", token=token)
    if row is not None and row[0] == runs:
        return ""
    # Whole numbers of ours, written out: a store may hold more experiments than a statement takes parameters.
    listed = ", ".join(str(int(number)) for number in experiment_ids)
    return (
        " AND EXISTS (SELECT 1 FROM runs AS r WHERE r.run_uuid = t.run_uuid"
        f" AND r.experiment_id IN ({listed}) AND r.lifecycle_stage IS NOT 'deleted')"
    )
