"""Metric histories: every point of one key in one run, and the range of each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.arrays import metric_values, whole_numbers
from bakehouse.store.reading import Reader, Row
from bakehouse.store.schema import quoted
from bakehouse.store.values import GREATEST, as_text, metric_expression

_LOOK_UP = 500
GREATEST_ROWID = 2**63 - 1


@dataclass(frozen=True)
class History:
    """The points of one metric of one run by (step, timestamp, order of writing). Steps repeat and may be negative."""

    run_id: str
    key: str
    steps: npt.NDArray[np.int64]
    timestamps_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    """NaN for a logged NaN, infinities as such."""


@dataclass(frozen=True)
class MetricRange:
    """How many points a metric has in one run, and the range of the finite ones (None when there is none)."""

    points: int
    minimum: float | None
    maximum: float | None


def read_history(reader: Reader, run_id: str, key: str, token: Token, upto: int = GREATEST_ROWID) -> History:
    """All points of one metric (of rowid `upto` at most). Empty arrays without any. Raises StoreError kin."""
    return history_of(run_id, key, history_pages(reader, run_id, key, token, upto), token)


def history_of(run_id: str, key: str, pages: Iterable[list[Row]], token: Token) -> History:
    """The points of `pages` of (step, timestamp, value) as arrays in order; a value that is no number is left out."""
    steps: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    times: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    numbers: list[npt.NDArray[np.float64]] = [np.empty(0, np.float64)]
    done = 0
    for page in pages:
        page_steps, page_times, page_values = zip(*page, strict=True)
        values, known = metric_values(page_values)
        kept = slice(None) if known is None else known
        steps.append(whole_numbers(page_steps)[kept])
        times.append(whole_numbers(page_times)[kept])
        numbers.append(values[kept])
        done += len(page)
        token.report(done, 0, "Reading the history")
    return in_order(History(run_id, key, np.concatenate(steps), np.concatenate(times), np.concatenate(numbers)))


def in_order(history: History) -> History:
    """The same points by (step, timestamp), equal ones in the order they have."""
    order = _order(history.steps, history.timestamps_ms)
    if order is None:
        return history
    points = history.steps[order], history.timestamps_ms[order], history.values[order]
    return History(history.run_id, history.key, *points)


def metric_keys(reader: Reader, run_ids: Sequence[str], token: Token) -> list[str]:
    """The metric keys that any of these runs has, by name. Raises StoreError kin."""
    if not reader.has("latest_metrics"):
        return []
    keys: set[str] = set()
    for first in range(0, len(run_ids), _LOOK_UP):
        some = list(run_ids[first : first + _LOOK_UP])
        marks = ", ".join("?" * len(some))
        sql = f"SELECT DISTINCT key FROM latest_metrics WHERE run_uuid IN ({marks})"
        keys.update(as_text(row[0]) for row in reader.rows(sql, some, token=token))
    return sorted(keys)


def read_ranges(reader: Reader, run_id: str, token: Token) -> dict[str, MetricRange]:
    """Count and range of every metric of one run, over its whole history, in pages. Raises StoreError kin."""
    ranges: dict[str, MetricRange] = {}
    finite = f"CASE WHEN is_nan IS NOT 1 AND abs(value) < {GREATEST!r} THEN value END"
    if not reader.has("metrics", "is_nan"):
        finite = f"CASE WHEN abs(value) < {GREATEST!r} THEN value END"
    for first, last in run_ranges(reader, run_id, token):
        rows = reader.rows(
            f"SELECT key, count(*), min({finite}), max({finite}) FROM metrics{by_run(reader)}"
            " WHERE run_uuid = ? AND rowid BETWEEN ? AND ? GROUP BY key",
            (run_id, first, last),
            token=token,
        )
        for stored, count, low, high in rows:
            key = as_text(stored)
            known = ranges.get(key)
            bounds = [v for v in (low, high) if isinstance(v, (int, float))]
            if known is not None:
                count += known.points
                bounds += [v for v in (known.minimum, known.maximum) if v is not None]
            ranges[key] = MetricRange(count, min(bounds, default=None), max(bounds, default=None))
    return ranges


def history_pages(
    reader: Reader, run_id: str, key: str, token: Token, upto: int = GREATEST_ROWID
) -> Iterator[list[Row]]:
    """Non-empty pages of (step, timestamp, value), of points with rowid `upto` at most."""
    if reader.schema.index_over("metrics", "run_uuid", "key", "step") and reader.has("metrics", "step"):
        return pages_by_step(reader, run_id, key, token, upto)
    return _pages_by_rowid(reader, run_id, key, token, upto)


def pages_by_step(
    reader: Reader, run_id: str, key: str, token: Token, upto: int = GREATEST_ROWID
) -> Iterator[list[Row]]:
    """Along MLflow 3.17's index over (run_uuid, key, step), in that order."""
    size = reader.page_size("metrics.step")
    # The unary plus: the bound on rowids is to be looked at in the index, never to choose another way.
    source = f"FROM metrics WHERE +rowid <= {upto:d} AND run_uuid = ? AND key = ? AND step"
    step: Any = -(2**63)
    # A step that is no number sorts behind all numbers; nothing after it can be placed.
    while isinstance(step, (int, float)):
        limit = size.rows
        sql = f"SELECT {chosen_points(reader)} {source} >= ? ORDER BY step, rowid LIMIT ?"
        page = reader.rows(sql, (run_id, key, step, limit), token=token)
        size.learn(len(page), reader.held_seconds)
        if len(page) < limit:
            if page:
                yield page
            return
        # The last step may go on behind the page: it is left to the next one.
        whole = limit
        while whole and page[whole - 1][0] == page[-1][0]:
            whole -= 1
        if whole:
            yield page[:whole]
            step = page[-1][0]
            continue
        yield from _pages_of_step(reader, f"{source} = ?", (run_id, key, step), token)
        following = reader.first(f"SELECT min(step) {source} > ?", (run_id, key, step), token=token)
        step = following[0] if following else None


def _pages_of_step(reader: Reader, source: str, parameters: tuple[Any, ...], token: Token) -> Iterator[list[Row]]:
    """All points at one step, of which there are more than a page."""
    size = reader.page_size("metrics.one step")
    rowid = -(2**63)
    while True:
        limit = size.rows
        sql = f"SELECT {chosen_points(reader)}, rowid {source} AND rowid > ? ORDER BY rowid LIMIT ?"
        page = reader.rows(sql, (*parameters, rowid, limit), token=token)
        size.learn(len(page), reader.held_seconds)
        if page:
            rowid = page[-1][-1]
            yield [row[:-1] for row in page]
        if len(page) < limit:
            return


def _pages_by_rowid(reader: Reader, run_id: str, key: str, token: Token, upto: int) -> Iterator[list[Row]]:
    """Through all points of the run, in the order of writing: older stores index them by run only."""
    chosen = chosen_points(reader)
    for first, last in run_ranges(reader, run_id, token):
        page = reader.rows(
            f"SELECT {chosen} FROM metrics{by_run(reader)} WHERE run_uuid = ? AND rowid BETWEEN ? AND ? AND key = ?"
            " ORDER BY rowid",
            (run_id, first, min(last, upto), key),
            token=token,
        )
        if page:
            yield page


def run_ranges(reader: Reader, run_id: str, token: Token) -> Iterator[tuple[int, int]]:
    """Pieces of rowids that each hold at most a page of this run's points, see `Reader.rowid_ranges`."""
    size = reader.page_size("metrics.run")
    source = f"FROM metrics{by_run(reader)} WHERE run_uuid = ?"
    ends = f"SELECT (SELECT min(rowid) {source}), (SELECT max(rowid) {source})"
    found = reader.first(ends, (run_id, run_id), token=token)
    if found is None or found[0] is None:
        return
    first, last = found
    following = f"SELECT rowid {source} AND rowid >= ? ORDER BY rowid LIMIT 1 OFFSET ?"
    while first <= last:
        rows = size.rows
        bound = reader.first(following, (run_id, first, rows - 1), token=token)
        end = last if bound is None else bound[0]
        yield first, end
        if bound is not None:
            size.learn(rows, reader.held_seconds)
        first = end + 1


def by_run(reader: Reader) -> str:
    # The planner would otherwise walk (run_uuid, key, step) and sort, or the key of all runs.
    index = reader.schema.index_over("metrics", "run_uuid")
    return f" INDEXED BY {quoted(index)}" if index else ""


def chosen_points(reader: Reader) -> str:
    """The SQL of (step, timestamp, value) of a point."""
    step = "step" if reader.has("metrics", "step") else "0"
    return f"{step}, timestamp, {metric_expression('metrics', reader.has)}"


def _order(steps: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.intp] | None:
    """The stable order by (step, timestamp); None when they are in order already."""
    if len(steps) < 2:
        return None
    rising = (steps[1:] > steps[:-1]) | ((steps[1:] == steps[:-1]) & (times[1:] >= times[:-1]))
    return None if rising.all() else np.lexsort((times, steps))
