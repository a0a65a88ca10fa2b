"""Figures over whole metric histories, one for each run: the least, the greatest, and the value at a step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey
from bakehouse.store.arrays import metric_values, whole_numbers
from bakehouse.store.keys import stored_keys
from bakehouse.store.metrics import history_pages
from bakehouse.store.positions import positions
from bakehouse.store.reading import MAX_PAGE_ROWS, Reader
from bakehouse.store.scanning import LOOK_UP, bound
from bakehouse.store.schema import quoted
from bakehouse.store.values import GREATEST, metric_expression

_ORDER = ("timestamp", "step", "run_uuid", "value", "is_nan")
"""How MLflow's primary key orders the points of one key; nothing else of a point is needed."""

# Seconds, measured; only their ratios matter.
_STATEMENT = 100e-6
_JUMPED_ROW = 2e-6
_PASSED_ROW = 0.8e-6
_PROBE = 5_000


class Figure(Protocol):
    """What is gathered of one figure; runs are given by their place among the wanted ones."""

    key: ColumnKey

    def add(self, places: npt.NDArray[np.int32], points: Points) -> None: ...
    def result(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]: ...


@dataclass(frozen=True)
class Points:
    """Some points of one metric: `steps`, `times_ms` int64[k] and `values` float64[k]."""

    steps: npt.NDArray[np.int64]
    times_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


def read_figures(
    reader: Reader, keys: Sequence[ColumnKey], row_of: Mapping[str, int], token: Token
) -> Iterator[tuple[ColumnKey, npt.NDArray[np.int32], npt.NDArray[np.float64]]]:
    """For each key (its `figure` is set) the rows int32[k] of the runs that have the figure, and float64[k].

    Least and greatest are those of the finite points; at a step the row with the greatest (timestamp, value) counts.
    Reads a metric's points once for all of its figures, in short pages. Raises StoreError kin.
    """
    place_of = {run_id: place for place, run_id in enumerate(row_of)}
    rows = np.fromiter(row_of.values(), np.int32, len(row_of))
    for name in dict.fromkeys(key.name for key in keys):
        figures = [_figure(key, len(rows)) for key in dict.fromkeys(keys) if key.name == name]
        if rows.size and reader.has("metrics"):
            for stored in stored_keys(reader, "metrics", name, token):
                _Reading(reader, stored, name, figures, place_of, token).read()
        for figure in figures:
            found, values = figure.result()
            yield figure.key, rows[found], values[found]


def _figure(key: ColumnKey, size: int) -> _Extreme | _AtStep:
    return _AtStep(key, size) if key.figure == "at" else _Extreme(key, size)


class _Extreme:
    """The least or the greatest finite value of each run."""

    def __init__(self, key: ColumnKey, size: int) -> None:
        self.key = key
        self._choose: np.ufunc = np.minimum if key.figure == "min" else np.maximum
        self._nothing = math.inf if key.figure == "min" else -math.inf
        self._values = np.full(size, self._nothing)

    def add(self, places: npt.NDArray[np.int32], points: Points) -> None:
        finite = np.isfinite(points.values)
        self._choose.at(self._values, places[finite], points.values[finite])

    def result(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        return np.isfinite(self._values), self._values


class _AtStep:
    """The value of the last point of each run at one step."""

    def __init__(self, key: ColumnKey, size: int) -> None:
        self.key = key
        self._found = np.zeros(size, np.bool_)
        self._times = np.zeros(size, np.int64)
        self._values = np.zeros(size)

    def add(self, places: npt.NDArray[np.int32], points: Points) -> None:
        there = points.steps == self.key.step
        places, times, values = places[there], points.times_ms[there], points.values[there]
        # The last of each run, then those that come after what is known of the run.
        order = np.lexsort((_stored(values), times, places))
        last = order[np.append(places[order][1:] != places[order][:-1], True)] if len(order) else order
        places, times, values = places[last], times[last], values[last]
        known = self._times[places]
        later = (times > known) | (times == known) & (_stored(values) >= _stored(self._values[places]))
        later |= ~self._found[places]
        chosen = places[later]
        self._found[chosen], self._times[chosen], self._values[chosen] = True, times[later], values[later]

    def result(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        return self._found, self._values


def _stored(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How MLflow orders values: it stores NaN as 0."""
    return np.where(np.isnan(values), 0.0, values)


class _Reading:
    """Reads the points of one stored key into figures, in the cheapest of three ways."""

    def __init__(
        self,
        reader: Reader,
        stored: bytes,
        name: str,
        figures: Sequence[Figure],
        place_of: Mapping[str, int],
        token: Token,
    ) -> None:
        self._reader, self._name, self._token = reader, name, token
        self._key = bound(reader, stored)
        self._figures, self._place_of = figures, place_of
        self._steps = sorted({figure.key.step for figure in figures if figure.key.figure == "at"})
        self._ranged = any(figure.key.figure != "at" for figure in figures)
        self._step = "step" if reader.has("metrics", "step") else "0"
        self._value = metric_expression("metrics", reader.has)
        self._by_key = reader.schema.index_over("metrics", "key", *_ORDER)
        self._by_step = reader.schema.index_over("metrics", "run_uuid", "key", "step")
        self._done = 0

    def read(self) -> None:
        if self._is_cheaper_by_run():
            self._read_runs()
        elif self._by_key is None or not self._read_key():
            self._read_table()

    def _is_cheaper_by_run(self) -> bool:
        """Whether fewer rows are passed run by run than along the key; judged by three of the runs."""
        ids = list(self._place_of)
        # A key that cannot be decoded is only found by its bytes.
        if self._reader.schema.index_over("metrics", "run_uuid") is None or "\ufffd" in self._name:
            return False
        newest = self._reader.first("SELECT max(rowid) FROM runs", token=self._token)
        runs = newest[0] if newest and isinstance(newest[0], int) else 0
        samples = list(dict.fromkeys((ids[0], ids[len(ids) // 2], ids[-1])))
        counts = [self._count(run_id) for run_id in samples]
        passed, points = (sum(column) / len(samples) for column in zip(*counts, strict=True))
        if self._by_step is not None and not self._ranged:
            passed = len(self._steps)
        statements = _STATEMENT if self._by_step is None else _STATEMENT / 10
        return bool(len(ids) * (statements + passed * _JUMPED_ROW) < runs * points * _PASSED_ROW)

    def _count(self, run_id: str) -> tuple[int, int]:
        """How many points of a run have to be passed, and how many of these are of the key; counted up to a page."""
        index = self._by_step or self._reader.schema.index_over("metrics", "run_uuid") or ""
        inner = f"SELECT key FROM metrics INDEXED BY {quoted(index)} WHERE run_uuid = ?"
        parameters: tuple[Any, ...] = (self._key, run_id)
        if self._by_step is not None:
            inner, parameters = f"{inner} AND key = CAST(? AS TEXT)", (*parameters, self._key)
        sql = f"SELECT count(*), total(key = CAST(? AS TEXT)) FROM ({inner} LIMIT {_PROBE})"
        row = self._reader.first(sql, parameters, token=self._token)
        return (int(row[0]), int(row[1])) if row else (0, 0)

    # Run by run

    def _read_runs(self) -> None:
        run_ids = list(self._place_of)
        if self._by_step is None:
            for run_id in run_ids:
                self._read_run(run_id)
            return
        first, several = 0, min(LOOK_UP, 16)
        while first < len(run_ids):
            some = run_ids[first : first + several]
            if self._read_together(some):
                first += len(some)
                several = min(LOOK_UP, several * 2)
            elif len(some) == 1:
                self._read_run(some[0])
                first += 1
            else:
                several = max(1, len(some) // 4)

    def _read_together(self, run_ids: Sequence[str]) -> bool:
        """Read the points of several runs in one statement; False when they are more than a page."""
        marks = ", ".join("?" * len(run_ids))
        where = f"run_uuid IN ({marks}) AND key = CAST(? AS TEXT)"
        parameters: list[Any] = [*run_ids, self._key]
        if not self._ranged:
            where += f" AND step IN ({', '.join('?' * len(self._steps))})"
            parameters += self._steps
        limit = min(MAX_PAGE_ROWS, self._reader.page_size("metrics of runs").rows)
        source = f"FROM metrics INDEXED BY {quoted(self._by_step or '')} WHERE {where} LIMIT ?"
        sql = f"SELECT run_uuid, {self._step}, timestamp, {self._value} {source}"
        found = self._reader.rows(sql, (*parameters, limit + 1), token=self._token)
        self._reader.page_size("metrics of runs").learn(len(found), self._reader.held_seconds)
        if len(found) > limit:
            return False
        if found:
            ids, steps, times, values = zip(*found, strict=True)
            self._add(positions(ids, self._place_of), steps, times, values)
        return True

    def _read_run(self, run_id: str) -> None:
        place = self._place_of[run_id]
        for page in history_pages(self._reader, run_id, self._name, self._token):
            steps, times, values = zip(*page, strict=True)
            self._add(np.full(len(page), place, np.int32), steps, times, values)

    # Along the key

    def _read_key(self) -> bool:
        """Along the primary key, which holds all there is to know; False when its order cannot be followed."""
        source = f"FROM metrics INDEXED BY {quoted(self._by_key or '')} WHERE key = CAST(? AS TEXT)"
        size = self._reader.page_size("metrics by key")
        columns = "timestamp, step, CAST(run_uuid AS BLOB), value, is_nan"
        lower, after = "", ()
        while True:
            rows = size.rows
            sql = f"SELECT {columns} {source}{lower} ORDER BY {', '.join(_ORDER)} LIMIT 1 OFFSET ?"
            end = self._reader.first(sql, (self._key, *after, rows - 1), token=self._token)
            if end is None:
                self._read_piece(f"{source}{lower}", (self._key, *after))
                return True
            if None in end:
                return False
            comparison, until = self._bound(end)
            held = self._read_piece(f"{source}{lower} AND {comparison.format('<=')}", (self._key, *after, *until))
            size.learn(rows, held)
            lower, after = f" AND {comparison.format('>')}", until

    def _bound(self, row: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """A comparison with a row of the index, to be formatted with its sign, and its parameters."""
        run_id = bound(self._reader, row[2]) if isinstance(row[2], bytes) else row[2]
        # Only a bare parameter lets SQLite go on inside the same (timestamp, step).
        mark = "?" if isinstance(run_id, str) else "CAST(? AS TEXT)"
        return f"({', '.join(_ORDER)}) {{}} (?, ?, {mark}, ?, ?)", (row[0], row[1], run_id, row[3], row[4])

    def _read_table(self) -> None:
        """From the first row to the last, where nothing leads along the key."""
        for first, last in self._reader.rowid_ranges("metrics", token=self._token):
            source = "FROM metrics WHERE rowid BETWEEN ? AND ? AND +key = CAST(? AS TEXT)"
            self._reader.held_seconds = self._read_piece(source, (first, last, self._key))

    def _read_piece(self, source: str, parameters: tuple[Any, ...]) -> float:
        """Read what a page of points says; the seconds that the longest statement took."""
        held = 0.0
        if self._ranged:
            held = self._read_ranges(source, parameters)
        if self._steps:
            marks = ", ".join("?" * len(self._steps))
            sql = f"SELECT run_uuid, {self._step}, timestamp, {self._value} {source} AND {self._step} IN ({marks})"
            found = self._reader.rows(sql, (*parameters, *self._steps), token=self._token)
            held = max(held, self._reader.held_seconds)
            if found:
                ids, steps, times, values = zip(*found, strict=True)
                self._add(positions(ids, self._place_of), steps, times, values, ranged=False)
        return held

    def _read_ranges(self, source: str, parameters: tuple[Any, ...]) -> float:
        """Grouped by SQLite: of a training run's thousand points one row arrives."""
        nan = "is_nan IS NOT 1 AND " if self._reader.has("metrics", "is_nan") else ""
        finite = f"CASE WHEN {nan}typeof(value) IN ('real', 'integer') AND abs(value) < {GREATEST!r} THEN value END"
        sql = f"SELECT run_uuid, min({finite}), max({finite}) {source} GROUP BY +run_uuid"
        found = self._reader.rows(sql, parameters, token=self._token)
        if found:
            ids, lows, highs = zip(*found, strict=True)
            places = positions(ids, self._place_of)
            for figure in self._figures:
                if figure.key.figure != "at":
                    ends = lows if figure.key.figure == "min" else highs
                    self._add_to([figure], places, (0,) * len(found), (0,) * len(found), ends)
        self._done += len(found)
        self._token.report(self._done, 0, "Reading histories")
        return self._reader.held_seconds

    def _add(
        self,
        places: npt.NDArray[np.int32],
        steps: Sequence[Any],
        times: Sequence[Any],
        values: Sequence[Any],
        *,
        ranged: bool = True,
    ) -> None:
        figures = [figure for figure in self._figures if ranged or figure.key.figure == "at"]
        self._add_to(figures, places, steps, times, values)
        self._done += len(values)
        self._token.report(self._done, 0, "Reading histories")

    def _add_to(
        self,
        figures: Sequence[Figure],
        places: npt.NDArray[np.int32],
        steps: Sequence[Any],
        times: Sequence[Any],
        values: Sequence[Any],
    ) -> None:
        numbers, known = metric_values(values)
        kept = places >= 0 if known is None else (places >= 0) & known
        points = Points(whole_numbers(steps)[kept], whole_numbers(times)[kept], numbers[kept])
        for figure in figures:
            figure.add(places[kept], points)
