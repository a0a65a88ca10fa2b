"""Runs: the headers that every table row needs, and all that the inspector shows of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.domain.runs import MetricSummary, RunDetails
from bakehouse.store.arrays import times_ms, whole_numbers
from bakehouse.store.lineage import datasets_of_run
from bakehouse.store.metrics import MetricRange, read_ranges
from bakehouse.store.reading import Reader
from bakehouse.store.registry import logged_models_of_run, sourced_versions_of_run
from bakehouse.store.values import Words, as_int, as_optional_int, as_text, metric_value, texts

NAME_TAG = "mlflow.runName"
USER_TAG = "mlflow.user"
_LOOK_UP = 500
_TAG_CHARACTERS = 8000


@dataclass(frozen=True)
class RunHeaders:
    """Runs as columns of equal length n, in the order in which they were written to the store."""

    run_ids: list[str]
    experiment_ids: npt.NDArray[np.int64]
    """-1 where the store holds no number."""
    names: list[str]
    statuses: list[str]
    users: list[str]
    start_times_ms: npt.NDArray[np.float64]
    """UTC; NaN where missing."""
    end_times_ms: npt.NDArray[np.float64]
    lifecycle_deleted: npt.NDArray[np.bool_]
    rowids: npt.NDArray[np.int64]
    """Where the store keeps each row."""


def read_headers(
    reader: Reader,
    experiment_ids: Sequence[int],
    token: Token,
    *,
    deleted: bool = False,
    only_deleted: bool = False,
    ranges: Iterable[tuple[int, int]] | None = None,
    rowids: Sequence[int] = (),
) -> RunHeaders:
    """The active runs of these experiments, with `deleted` also the deleted ones; or the deleted ones alone.

    Raises StoreError kin.

    Reports (rows looked at, 0 or more in all) to `token`. A run is active unless its lifecycle_stage is `deleted`.
    With `ranges` only the rows in these pieces (first, last) of the table, and then those with these `rowids`.
    """
    where = _of_experiments(experiment_ids, deleted=deleted or only_deleted)
    where += " AND lifecycle_stage IS 'deleted'" if only_deleted else ""
    deleted = deleted or only_deleted
    columns = ("run_uuid", "name", "status", "user_id", "start_time", "end_time")
    chosen = [*(name if reader.has("runs", name) else "NULL" for name in columns), "rowid"]
    # What the condition says already is not fetched.
    chosen += ["experiment_id"] if len(experiment_ids) != 1 or deleted else []
    chosen += ["lifecycle_stage IS 'deleted'"] if deleted else []
    seen: set[str] = set()
    words = Words()
    ids: list[str] = []
    names: list[str] = []
    statuses: list[str] = []
    users: list[str] = []
    experiments: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    starts: list[npt.NDArray[np.float64]] = [np.empty(0, np.float64)]
    ends: list[npt.NDArray[np.float64]] = [np.empty(0, np.float64)]
    gone: list[npt.NDArray[np.bool_]] = [np.empty(0, np.bool_)]
    places: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    for piece, numbers in _pieces(reader.rowid_ranges("runs", token=token) if ranges is None else ranges, rowids):
        page = reader.columns(chosen, f"FROM runs WHERE {piece} AND {where}", numbers, token=token)
        page = new_ones(page, seen)
        ids += page[0]
        names += texts(page[1])
        statuses += map(words.__getitem__, page[2])
        users += map(words.__getitem__, page[3])
        starts.append(times_ms(page[4]))
        ends.append(times_ms(page[5]))
        places.append(whole_numbers(page[6]))
        experiments.append(
            whole_numbers(page[7], -1) if len(page) > 7 else np.full(len(page[0]), experiment_ids[0], np.int64)
        )
        gone.append(np.array(page[8], np.bool_) if deleted else np.zeros(len(page[0]), np.bool_))
        token.report(len(ids), 0, "Reading runs")
    fill_from_tag(reader, NAME_TAG, ids, names, token)
    fill_from_tag(reader, USER_TAG, ids, users, token)
    return RunHeaders(
        run_ids=ids,
        experiment_ids=np.concatenate(experiments),
        names=names,
        statuses=statuses,
        users=users,
        start_times_ms=np.concatenate(starts),
        end_times_ms=np.concatenate(ends),
        lifecycle_deleted=np.concatenate(gone),
        rowids=np.concatenate(places),
    )


def _pieces(ranges: Iterable[tuple[int, int]], rowids: Sequence[int]) -> Iterator[tuple[str, Sequence[int]]]:
    for ends in ranges:
        yield "rowid BETWEEN ? AND ?", ends
    for first in range(0, len(rowids), _LOOK_UP):
        some = rowids[first : first + _LOOK_UP]
        yield f"rowid IN ({', '.join('?' * len(some))})", some


def read_run_ids(
    reader: Reader, experiment_ids: Sequence[int], token: Token, *, deleted: bool = False, limit: int = 0
) -> list[str]:
    """The ids alone, in the order of `read_headers`; with `limit` it stops after the page that reaches it."""
    where = _of_experiments(experiment_ids, deleted=deleted)
    seen: set[str] = set()
    ids: list[str] = []
    for first, last in reader.rowid_ranges("runs", token=token):
        source = f"FROM runs WHERE rowid BETWEEN ? AND ? AND {where}"
        page = reader.columns(["run_uuid"], source, (first, last), token=token)
        ids += new_ones(page, seen)[0]
        if limit and len(ids) >= limit:
            break
    return ids


def _of_experiments(experiment_ids: Sequence[int], *, deleted: bool) -> str:
    # Whole numbers of ours, written out: a store may hold more experiments than a statement takes parameters.
    listed = ", ".join(str(int(number)) for number in experiment_ids)
    where = f"experiment_id IN ({listed})"
    return where if deleted else f"{where} AND lifecycle_stage IS NOT 'deleted'"


def new_ones(page: list[list[Any]], seen: set[str]) -> list[list[Any]]:
    """The columns of `page` at readable ids that did not come before (two undecodable ids may read alike)."""
    ids = page[0]
    new = set(ids)
    if len(new) == len(ids) and seen.isdisjoint(new) and set(map(type, ids)) <= {str}:
        seen |= new
        return page
    kept = []
    for row, run_id in enumerate(ids):
        if isinstance(run_id, str) and run_id not in seen:
            seen.add(run_id)
            kept.append(row)
    return [[column[row] for row in kept] for column in page]


def fill_from_tag(reader: Reader, tag: str, ids: list[str], values: list[str], token: Token) -> None:
    """Clients before 1.30 and some 3.x ones keep name or user only as a tag."""
    empty = [row for row, value in enumerate(values) if not value]
    for first in range(0, len(empty), _LOOK_UP):
        rows = {ids[row]: row for row in empty[first : first + _LOOK_UP]}
        marks = ", ".join("?" * len(rows))
        found = reader.rows(
            f"SELECT run_uuid, value FROM tags WHERE key = ? AND run_uuid IN ({marks})", (tag, *rows), token=token
        )
        for run_id, value in found:
            if run_id in rows:
                values[rows[run_id]] = as_text(value)


def read_details(reader: Reader, run_id: str, token: Token) -> RunDetails | None:
    """All that the inspector shows of one run, None when the store has no such run. Raises StoreError kin."""
    columns = (
        "experiment_id", "name", "status", "lifecycle_stage", "start_time", "end_time", "user_id", "artifact_uri",
    )  # fmt: skip
    chosen = ", ".join(name if reader.has("runs", name) else f"NULL AS {name}" for name in columns)
    row = reader.first(f"SELECT {chosen} FROM runs WHERE run_uuid = ?", (run_id,), token=token)
    if row is None:
        return None
    experiment, name, status, stage, start, end, user, artifact_uri = row
    tags = _pairs(reader, "tags", run_id, token)
    tag_of = dict(tags)
    versions = sourced_versions_of_run(reader, run_id, token)
    return RunDetails(
        run_id=run_id,
        experiment_id=as_int(experiment, -1),
        experiment_name=_experiment_name(reader, experiment, token),
        name=as_text(name) or tag_of.get(NAME_TAG, ""),
        status=as_text(status),
        lifecycle_stage=as_text(stage) or "active",
        start_time_ms=as_optional_int(start),
        end_time_ms=as_optional_int(end),
        user=as_text(user) or tag_of.get(USER_TAG, ""),
        artifact_uri=as_text(artifact_uri),
        params=_pairs(reader, "params", run_id, token),
        metrics=_metric_summaries(reader, run_id, token),
        tags=tags,
        datasets=datasets_of_run(reader, run_id, token),
        logged_models=tuple(logged_models_of_run(reader, run_id, token)),
        registered_versions=tuple((name, number, stage) for name, number, stage, _ in versions),
        version_sources=tuple(source for *_, source in versions),
        tag_characters=_tag_characters(reader, token),
    )


def _tag_characters(reader: Reader, token: Token) -> int:
    """The width MLflow gave the column, by which it checks a value: 5000 up to 2.9, then 8000."""
    row = reader.first("SELECT type FROM pragma_table_info('tags') WHERE name = 'value'", token=token)
    found = re.search(r"\((\d{1,9})\)", as_text(row[0])) if row else None
    return int(found[1]) if found else _TAG_CHARACTERS


def _pairs(reader: Reader, table: str, run_id: str, token: Token) -> tuple[tuple[str, str], ...]:
    if not reader.has(table):
        return ()
    rows = reader.rows(f"SELECT key, value FROM {table} WHERE run_uuid = ?", (run_id,), token=token)
    return tuple(sorted((as_text(key), as_text(value)) for key, value in rows))


def _experiment_name(reader: Reader, experiment: object, token: Token) -> str:
    row = reader.first("SELECT name FROM experiments WHERE experiment_id = ?", (experiment,), token=token)
    return "" if row is None else as_text(row[0])


def _metric_summaries(reader: Reader, run_id: str, token: Token) -> tuple[MetricSummary, ...]:
    if not reader.has("latest_metrics"):
        return ()
    columns = ("key", "value", "is_nan", "step", "timestamp")
    chosen = ", ".join(name if reader.has("latest_metrics", name) else f"0 AS {name}" for name in columns)
    rows = reader.rows(f"SELECT {chosen} FROM latest_metrics WHERE run_uuid = ?", (run_id,), token=token)
    ranges = read_ranges(reader, run_id, token) if rows else {}
    summaries = []
    for stored, value, is_nan, step, timestamp in rows:
        number = metric_value(value, is_nan)
        if number is None:
            continue
        key = as_text(stored)
        known = ranges.get(key, MetricRange(0, None, None))
        summaries.append(
            MetricSummary(
                key=key,
                value=number,
                step=as_int(step),
                timestamp_ms=as_int(timestamp),
                minimum=known.minimum,
                maximum=known.maximum,
                points=known.points,
            )
        )
    return tuple(sorted(summaries, key=lambda summary: summary.key))
