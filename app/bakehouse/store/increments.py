"""What other processes have written since the last look, at the cost of what is new and not of what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKind
from bakehouse.domain.runs import Experiment
from bakehouse.store.experiments import list_experiments
from bakehouse.store.keys import TABLES
from bakehouse.store.reading import Reader
from bakehouse.store.runs import RunHeaders, read_headers
from bakehouse.store.values import as_int, as_text, metric_expression, metric_value

BLOCK_ROWS = 4_096
"""Rowids of `runs` that share a fingerprint: a changed one has its rows read again."""

_WATCHED_TABLES = ("runs", "params", "tags", "metrics")
_MANY_ROWS = 400_000
"""So many new rows are read quicker as whole columns."""
_LOOK_UP = 500

# Rows of runs that differ in status, end or name add up to different sums, also when they swap what they have.
_FINGERPRINT = (
    "sum((rowid % 1009 + 1) * (ifnull({end_time} % 1000003, 1) + 1009 * ifnull(unicode({status}), 1)"
    " + 9173 * ifnull(length({status}), 1) + 31 * ifnull(length({name}), 1)))"
)

Blocks = Mapping[int, tuple[tuple[Any, ...], ...]]
"""Block number → rows of (experiment, is deleted, count, fingerprint)."""


@dataclass(frozen=True)
class Seen:
    """How far a store has been read. Made by `look` before anything else is read, and by each `read_increment`."""

    marks: Mapping[str, int]
    """Table → its greatest rowid."""
    blocks: Blocks = field(default_factory=dict)
    """Empty before the first increment, which therefore compares the rows of all runs."""


@dataclass(frozen=True)
class Cells:
    """Values by run and key, three lists of equal length; of a cell that comes twice the last one counts."""

    run_ids: list[str]
    keys: list[str]
    values: list[Any]
    """Texts, or floats of metrics."""


@dataclass(frozen=True)
class Increment:
    """What is new in a store since an earlier look; values of runs that are not shown are left out."""

    seen: Seen
    experiments: list[Experiment]
    headers: RunHeaders
    """The runs that stand now in the rows that were read again."""
    ranges: tuple[tuple[int, int], ...]
    rowids: tuple[int, ...]
    """Those rows: pieces (first, last) of rowids, and single ones. A shown run in them that `headers` lacks is gone."""
    cells: Mapping[ColumnKind, Cells]
    whole: frozenset[str]
    """Runs whose tags are all in `cells`: what is not there is gone."""
    pointed: frozenset[tuple[str, str]]
    """(run, metric) of every new point."""

    @property
    def touched(self) -> frozenset[str]:
        """Runs of which something came that is not among the attributes."""
        return frozenset().union(*(cells.run_ids for cells in self.cells.values()), (run for run, _ in self.pointed))


def look(reader: Reader, token: Token) -> Seen:
    """Where the store ends at this moment: all that is read later holds at least so much. Raises StoreError kin."""
    tables = [table for table in _WATCHED_TABLES if reader.has(table)]
    greatest = ", ".join(f"(SELECT max(rowid) FROM {table})" for table in tables)
    found = reader.first(f"SELECT {greatest}", token=token) or ()
    return Seen({table: as_int(rowid) for table, rowid in zip(tables, found, strict=True)})


def read_increment(
    reader: Reader,
    seen: Seen,
    experiment_ids: Sequence[int],
    known: Mapping[str, int],
    watched: Mapping[str, int],
    token: Token,
) -> Increment | None:
    """What came after `seen` for the runs of these experiments. Raises StoreError kin.

    `known` are the runs that are shown. Of the `watched` ones (run id → rowid) the attributes and tags are read in any
    case, since an overwritten value leaves no trace. None: rows vanished or too many came, so load anew.
    """
    now = look(reader, token)
    if now.marks.keys() != seen.marks.keys() or any(now.marks[table] < seen.marks[table] for table in now.marks):
        return None
    if sum(now.marks.values()) - sum(seen.marks.values()) > _MANY_ROWS:
        return None
    blocks = _fingerprints(reader, token)
    changed = {block for block in blocks.keys() | seen.blocks.keys() if blocks.get(block) != seen.blocks.get(block)}
    ranges = [(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS - 1) for block in sorted(changed)]
    rowids = [rowid for rowid in sorted(watched.values()) if rowid // BLOCK_ROWS not in changed]
    headers = read_headers(reader, experiment_ids, token, ranges=ranges, rowids=rowids)
    rowid_of = dict(zip(headers.run_ids, headers.rowids.tolist(), strict=True))
    fresh = [run for run in rowid_of if run not in known]
    returned = [run for run in fresh if rowid_of[run] <= seen.marks["runs"]]
    shown = known.keys() | rowid_of.keys()
    # SQLite gives the rowid of a deleted last tag to the next one: what new runs have is asked for by run.
    whole = [*(run for run in watched if run in known), *fresh]
    pointed = set(_new_points(reader, seen, now, shown, token))
    cells = {
        ColumnKind.PARAM: _joined(
            _new_texts(reader, "params", seen, now, shown, token), _of_runs(reader, "params", returned, token)
        ),
        ColumnKind.TAG: _joined(
            _new_texts(reader, "tags", seen, now, known, token), _of_runs(reader, "tags", whole, token)
        ),
        ColumnKind.METRIC: _latest(reader, pointed, returned, token),
    }
    return Increment(
        seen=Seen(now.marks, blocks),
        experiments=list_experiments(reader, token, _counted(blocks)),
        headers=headers,
        ranges=tuple(ranges),
        rowids=tuple(rowids),
        cells=cells,
        whole=frozenset(whole),
        pointed=frozenset(pointed),
    )


def _fingerprints(reader: Reader, token: Token) -> Blocks:
    columns = {name: name if reader.has("runs", name) else "NULL" for name in ("end_time", "status", "name")}
    sql = (
        f"SELECT experiment_id, lifecycle_stage IS 'deleted', count(*), {_FINGERPRINT.format(**columns)}"
        " FROM runs WHERE rowid BETWEEN ? AND ? GROUP BY 1, 2"
    )
    blocks: dict[int, tuple[tuple[Any, ...], ...]] = {}
    start = reader.first("SELECT min(rowid) FROM runs", token=token)
    while start and isinstance(start[0], int):
        block = start[0] // BLOCK_ROWS
        first, after = block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS
        blocks[block] = tuple(reader.rows(sql, (first, after - 1), token=token))
        start = reader.first("SELECT min(rowid) FROM runs WHERE rowid >= ?", (after,), token=token)
    return blocks


def _counted(blocks: Blocks) -> tuple[Counter[int], Counter[int]]:
    active: Counter[int] = Counter()
    deleted: Counter[int] = Counter()
    for rows in blocks.values():
        for experiment, is_deleted, count, _ in rows:
            (deleted if is_deleted else active)[as_int(experiment, -1)] += count
    return active, deleted


def _new_ranges(reader: Reader, table: str, seen: Seen, now: Seen) -> Iterator[tuple[int, int]]:
    size = reader.page_size(f"new {table}")
    first, last = seen.marks.get(table, 0) + 1, now.marks.get(table, 0)
    while first <= last:
        end = min(last, first + size.rows - 1)
        yield first, end
        size.learn(end - first + 1, reader.held_seconds)
        first = end + 1


def _new_texts(reader: Reader, table: str, seen: Seen, now: Seen, shown: Any, token: Token) -> Cells:
    found = Cells([], [], [])
    for first, last in _new_ranges(reader, table, seen, now):
        source = f"FROM {table} WHERE rowid BETWEEN ? AND ? AND value IS NOT NULL"
        _add(found, reader.columns(["run_uuid", "key", "value"], source, (first, last), token=token), shown)
    return found


def _new_points(reader: Reader, seen: Seen, now: Seen, shown: Any, token: Token) -> Iterator[tuple[str, str]]:
    for first, last in _new_ranges(reader, "metrics", seen, now):
        sql = "SELECT DISTINCT run_uuid, key FROM metrics WHERE rowid BETWEEN ? AND ?"
        for run_id, key in reader.rows(sql, (first, last), token=token):
            if run_id in shown:
                yield run_id, as_text(key)


def _of_runs(reader: Reader, table: str, run_ids: Sequence[str], token: Token) -> Cells:
    found = Cells([], [], [])
    for marks, some in _pieces(run_ids):
        source = f"FROM {table} WHERE run_uuid IN ({marks}) AND value IS NOT NULL"
        _add(found, reader.columns(["run_uuid", "key", "value"], source, some, token=token), None)
    return found


def _latest(reader: Reader, pointed: set[tuple[str, str]], returned: Sequence[str], token: Token) -> Cells:
    """The latest values of these (run, metric), and all of the runs in `returned`."""
    found = Cells([], [], [])
    table = TABLES[ColumnKind.METRIC]
    if not reader.has(table):
        return found
    every = set(returned)
    expression = metric_expression(table, reader.has)
    for marks, some in _pieces([*dict.fromkeys(run for run, _ in pointed), *returned]):
        sql = f"SELECT run_uuid, key, {expression} FROM {table} WHERE run_uuid IN ({marks})"
        for run_id, stored, value in reader.rows(sql, some, token=token):
            key, number = as_text(stored), metric_value(value, 0)
            if number is not None and (run_id in every or (run_id, key) in pointed):
                found.run_ids.append(run_id)
                found.keys.append(key)
                found.values.append(number)
    return found


def _pieces(run_ids: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    for start in range(0, len(run_ids), _LOOK_UP):
        some = run_ids[start : start + _LOOK_UP]
        yield ", ".join("?" * len(some)), some


def _add(cells: Cells, page: list[list[Any]], shown: Any) -> None:
    for run_id, key, value in zip(*page, strict=True):
        if shown is None or run_id in shown:
            cells.run_ids.append(run_id)
            cells.keys.append(as_text(key))
            cells.values.append(as_text(value))


def _joined(first: Cells, second: Cells) -> Cells:
    return Cells(first.run_ids + second.run_ids, first.keys + second.keys, first.values + second.values)
