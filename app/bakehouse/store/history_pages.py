"""The histories of some metrics of many runs, run after run, in pages that never hold more than they must."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.arrays import metric_values, whole_numbers
from bakehouse.store.metrics import chosen_points, pages_by_step, run_ranges
from bakehouse.store.reading import Reader, Row
from bakehouse.store.schema import quoted
from bakehouse.store.values import as_text

_FEW_RUNS, _MANY_RUNS = 8, 400
_KEYS_A_STATEMENT = 400


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Points as columns of equal length, by run and key, then by (step, timestamp, order of writing).

    `runs` int32[n] and `keys` int32[n] are places in what was asked for. A long history goes on in the next page.
    """

    runs: npt.NDArray[np.int32]
    keys: npt.NDArray[np.int32]
    steps: npt.NDArray[np.int64]
    timestamps_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


def read_history_pages(
    reader: Reader, run_ids: Sequence[str], keys: Sequence[str], token: Token
) -> Iterator[HistoryPage]:
    """Every point of `keys` (distinct) in `run_ids` (distinct), in the order of both.

    In a store with MLflow 3.17's index over (run, key, step) pages of about 10,000 points, in an older one all
    chosen points of one run at a time. Reports (runs done, runs in all). Raises Cancelled, StoreError kin.
    """
    if not reader.has("metrics") or not keys:
        return
    pages = _Pages(reader, run_ids, keys, token)
    if reader.has("metrics", "step") and reader.schema.index_over("metrics", "run_uuid", "key", "step"):
        yield from pages.by_step()
    else:
        yield from pages.by_run()


class _Pages:
    """One reading; its generators are taken once, on the reader's thread."""

    def __init__(self, reader: Reader, run_ids: Sequence[str], keys: Sequence[str], token: Token) -> None:
        self._reader = reader
        self._run_ids = run_ids
        self._keys = keys
        self._token = token
        self._place_of = {key: place for place, key in enumerate(keys)}
        self._chosen = chosen_points(reader)

    def by_step(self) -> Iterator[HistoryPage]:
        """Short histories for many runs in one statement, long ones series by series along the index."""
        size = self._reader.page_size("metrics.several runs")
        first, many = 0, _FEW_RUNS if len(self._keys) <= _KEYS_A_STATEMENT else 1
        while first < len(self._run_ids):
            some = self._run_ids[first : first + many]
            limit = size.rows
            rows = self._look_up(some, limit)
            size.learn(len(rows), self._reader.held_seconds)
            if len(rows) < limit:
                yield self._page(rows, {run_id: first + place for place, run_id in enumerate(some)})
                first += len(some)
                many = min(many * 2, _MANY_RUNS) if len(rows) * 3 < limit else many
            elif len(some) > 1:
                many = max(1, many // 4)
                continue
            else:
                yield from self._series(first)
                first += 1
            self._token.report(first, len(self._run_ids), "Reading histories")

    def by_run(self) -> Iterator[HistoryPage]:
        """All points of a run in short pieces, of which the chosen ones are kept and put in order."""
        index = self._reader.schema.index_over("metrics", "run_uuid")
        by = f" INDEXED BY {quoted(index)}" if index else ""
        for place, run_id in enumerate(self._run_ids):
            rows: list[Row] = []
            for first, last in run_ranges(self._reader, run_id, self._token):
                page = self._reader.rows(
                    f"SELECT run_uuid, key, {self._chosen} FROM metrics{by}"
                    " WHERE run_uuid = ? AND rowid BETWEEN ? AND ? ORDER BY rowid",
                    (run_id, first, last),
                    token=self._token,
                )
                rows += [row for row in page if as_text(row[1]) in self._place_of]
            yield self._page(rows, {run_id: place})
            self._token.report(place + 1, len(self._run_ids), "Reading histories")

    def _look_up(self, run_ids: Sequence[str], limit: int) -> list[Row]:
        marks = ", ".join("?" * len(run_ids))
        where, parameters = f"run_uuid IN ({marks})", list[object](run_ids)
        if len(self._keys) <= _KEYS_A_STATEMENT:
            where += f" AND key IN ({', '.join('?' * len(self._keys))})"
            parameters += self._keys
        # The planner would otherwise walk the key of all runs.
        index = self._reader.schema.index_over("metrics", "run_uuid", "key", "step")
        by = f" INDEXED BY {quoted(index)}" if index else ""
        sql = f"SELECT run_uuid, key, {self._chosen} FROM metrics{by} WHERE {where} LIMIT ?"
        return self._reader.rows(sql, (*parameters, limit), token=self._token)

    def _series(self, run: int) -> Iterator[HistoryPage]:
        for place, key in enumerate(self._keys):
            for page in pages_by_step(self._reader, self._run_ids[run], key, self._token):
                yield self._ordered([run] * len(page), [place] * len(page), page)

    def _page(self, rows: list[Row], run_of: dict[str, int]) -> HistoryPage:
        runs = [run_of.get(row[0], -1) for row in rows]
        keys = [self._place_of.get(as_text(row[1]), -1) for row in rows]
        return self._ordered(runs, keys, [row[2:] for row in rows])

    def _ordered(self, runs: list[int], keys: list[int], points: list[Row]) -> HistoryPage:
        run, key = np.array(runs, np.int32), np.array(keys, np.int32)
        columns = list(zip(*points, strict=True)) or [(), (), ()]
        steps, times = whole_numbers(columns[0]), whole_numbers(columns[1])
        values, known = metric_values(columns[2])
        order = np.lexsort((times, steps, key, run))
        keep = (run >= 0) & (key >= 0)
        if known is not None:
            keep &= known
        order = order[keep[order]]
        return HistoryPage(run[order], key[order], steps[order], times[order], values[order])
