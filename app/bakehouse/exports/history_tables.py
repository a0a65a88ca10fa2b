"""Metric histories as tables: a row for each point, for each step of a run, or for each step with a column per run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ExportError
from bakehouse.exports.tables import (
    PAGE,
    CellKind,
    NumberCells,
    Table,
    TextCells,
    TimeCells,
    WholeCells,
)
from bakehouse.store.history_pages import HistoryPage, read_history_pages
from bakehouse.store.reading import Reader

RUN_COLUMNS = 10_000
"""The most runs that a table with a column for each run takes."""
_DENSE_CELLS = 2_000_000


class Shape(Enum):
    """How histories lie in a table; the value is its name on the command line."""

    LONG = "long"
    STEPS = "steps"
    RUNS = "runs"


class HistoryTable:
    """Taken once, page by page, on the thread of `reader`. Never holds more than a page, or where columns of several
    metrics meet the chosen histories of one run, or where columns of runs meet one metric of the runs.
    """

    size: int | None = None

    def __init__(
        self,
        reader: Reader,
        run_ids: Sequence[str],
        run_names: Sequence[str],
        metrics: Sequence[str],
        shape: Shape,
        token: Token,
    ) -> None:
        """`run_names` are the runs' names, empty where there is none. Raises ExportError for too many columns."""
        self._reader = reader
        self._run_ids = list(dict.fromkeys(run_ids))
        self._metrics = list(dict.fromkeys(metrics))
        self._shape = shape
        self._token = token
        self.points = 0
        """Points read so far."""
        self.superseded = 0
        """Points left out so far, since a later one of the same metric stands at the same step."""
        if shape is Shape.LONG:
            names: tuple[str, ...] = ("run_id", "metric", "step", "timestamp", "value")
            self.kinds: tuple[CellKind, ...] = (TextCells, TextCells, WholeCells, TimeCells, NumberCells)
        elif shape is Shape.STEPS:
            names = ("run_id", "step", *(f"metrics.{metric}" for metric in self._metrics))
            self.kinds = (TextCells, WholeCells, *(NumberCells for _ in self._metrics))
        else:
            if len(self._run_ids) > RUN_COLUMNS:
                raise ExportError(
                    f"A column for each of {len(self._run_ids):,} runs is more than the {RUN_COLUMNS:,} that one table "
                    "takes; choose fewer runs or another shape."
                )
            names = ("metric", "step", *_titles(self._run_ids, run_names))
            self.kinds = (TextCells, WholeCells, *(NumberCells for _ in self._run_ids))
        self.names = names

    def pages(self) -> Iterator[Table]:
        """The rows in tables of about a page. Raises Cancelled, StoreError kin."""
        if self._shape is Shape.LONG:
            return self._long()
        return self._by_step() if self._shape is Shape.STEPS else self._by_run()

    def _read(self, metrics: Sequence[str]) -> Iterator[HistoryPage]:
        for page in read_history_pages(self._reader, self._run_ids, metrics, self._token):
            self.points += len(page.runs)
            if len(page.runs):
                yield page

    def _long(self) -> Iterator[Table]:
        for page in self._read(self._metrics):
            present = np.ones(len(page.runs), np.bool_)
            whole = (
                TextCells(page.runs, self._run_ids),
                TextCells(page.keys, self._metrics),
                WholeCells(page.steps),
                TimeCells(page.timestamps_ms.astype(np.float64)),
                NumberCells(page.values, present),
            )
            yield from Table(self.names, whole, len(page.runs)).pages()

    def _by_step(self) -> Iterator[Table]:
        waiting: list[HistoryPage] = []
        for page in self._read(self._metrics):
            if waiting and page.runs[0] != waiting[-1].runs[-1]:
                yield from self._steps_of(waiting)
                waiting = []
            waiting.append(page)
        if waiting:
            yield from self._steps_of(waiting)

    def _steps_of(self, pages: Sequence[HistoryPage]) -> Iterator[Table]:
        """The rows of whole runs; of several points of a metric at one step the last (as MLflow tells it) stands."""
        points = _joined(pages)
        order = np.lexsort((_stored(points.values), points.timestamps_ms, points.steps, points.runs))
        runs, keys, steps, values = points.runs[order], points.keys[order], points.steps[order], points.values[order]
        new = np.append(True, (runs[1:] != runs[:-1]) | (steps[1:] != steps[:-1]))
        row = np.cumsum(new) - 1
        run_codes, row_steps = runs[new], steps[new]
        part = max(1, min(PAGE, _DENSE_CELLS // len(self._metrics)))
        for first in range(0, len(row_steps), part):
            some = slice(*np.searchsorted(row, (first, first + part)))
            rows, count = row[some] - first, min(part, len(row_steps) - first)
            cells = self._dense(rows, keys[some], values[some], count, len(self._metrics))
            run = TextCells(run_codes[first : first + count], self._run_ids)
            yield Table(self.names, (run, WholeCells(row_steps[first : first + count]), *cells), count)

    def _by_run(self) -> Iterator[Table]:
        for place, metric in enumerate(self._metrics):
            pages = list(self._read([metric]))
            self._token.report(place + 1, len(self._metrics), "Reading histories")
            if not pages:
                continue
            points = _joined(pages)
            order = np.lexsort((_stored(points.values), points.timestamps_ms, points.steps))
            runs, steps, values = points.runs[order], points.steps[order], points.values[order]
            new = np.append(True, steps[1:] != steps[:-1])
            row, row_steps = np.cumsum(new) - 1, steps[new]
            part = max(1, min(PAGE, _DENSE_CELLS // len(self._run_ids)))
            for first in range(0, len(row_steps), part):
                some = slice(*np.searchsorted(row, (first, first + part)))
                count = min(part, len(row_steps) - first)
                cells = self._dense(row[some] - first, runs[some], values[some], count, len(self._run_ids))
                name = TextCells(np.zeros(count, np.int32), [metric])
                yield Table(self.names, (name, WholeCells(row_steps[first : first + count]), *cells), count)

    def _dense(
        self,
        rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int32],
        values: npt.NDArray[np.float64],
        height: int,
        width: int,
    ) -> list[NumberCells]:
        """`width` columns of `height` numbers; where several values meet the last one stands."""
        dense = np.full((width, height), np.nan)
        present = np.zeros((width, height), np.bool_)
        dense[columns, rows] = values
        present[columns, rows] = True
        self.superseded += len(rows) - int(np.count_nonzero(present))
        return [NumberCells(dense[column], present[column]) for column in range(width)]


def _joined(pages: Sequence[HistoryPage]) -> HistoryPage:
    return HistoryPage(
        np.concatenate([page.runs for page in pages]),
        np.concatenate([page.keys for page in pages]),
        np.concatenate([page.steps for page in pages]),
        np.concatenate([page.timestamps_ms for page in pages]),
        np.concatenate([page.values for page in pages]),
    )


def _stored(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How MLflow orders values to tell the last of several at one moment: it stores NaN as 0."""
    return np.where(np.isnan(values), 0.0, values)


def _titles(run_ids: Sequence[str], names: Sequence[str]) -> list[str]:
    """A run's name where no other column is called so, else its id."""
    count = Counter([*names, *run_ids, "metric", "step"])
    return [name if name and count[name] == 1 else run_id for run_id, name in zip(run_ids, names, strict=True)]
