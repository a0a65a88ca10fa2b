"""What a person asks to have exported: judged before, shown in part, written whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bakehouse.artifacts.tables import TablePreview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.text import counted, visible
from bakehouse.exports.excel import limit_problem
from bakehouse.exports.file_output import check_target
from bakehouse.exports.formats import Format
from bakehouse.exports.history_tables import RUN_COLUMNS, HistoryTable, Shape
from bakehouse.exports.run_tables import MOST_CELLS, RunRows, run_table
from bakehouse.exports.table_files import write_table
from bakehouse.exports.tables import TableSource, cell_texts, is_number
from bakehouse.exports.text_tables import defused
from bakehouse.store.failures import shown
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader

PREVIEW_ROWS = 8
_PREVIEW_COLUMNS = 12
_PREVIEW_RUNS = 200
_PREVIEW_RUN_COLUMNS = 8
_PREVIEW_CHARACTERS = 200
_READABLE_ROWS = 1_000


@dataclass(frozen=True)
class ExportRequest:
    """Some runs, and either columns of theirs or the histories of metrics."""

    runs: RunRows
    keys: tuple[ColumnKey, ...]
    """The columns of the runs; not looked at where there are histories."""
    histories: bool
    metrics: tuple[str, ...]
    shape: Shape
    kind: Format
    safe: bool
    """Whether separated text is made safe for spreadsheets."""

    @property
    def columns(self) -> int:
        """How many columns the table will have."""
        if not self.histories:
            return len(self.keys)
        if self.shape is Shape.LONG:
            return 5
        return 2 + (len(self.metrics) if self.shape is Shape.STEPS else len(self.runs.rows))

    @property
    def problem(self) -> str:
        """Why it cannot be done, empty when it can (as far as that is known before reading)."""
        size = len(self.runs.rows)
        if not size:
            return "There are no such runs."
        if self.histories and not self.metrics:
            return "Choose one metric or more."
        if not self.histories and not self.keys:
            return "Choose one column or more."
        if self.histories and self.shape is Shape.RUNS and size > RUN_COLUMNS:
            return f"One column for each of {size:,} runs is too wide; {RUN_COLUMNS:,} fit. Choose fewer runs."
        if not self.histories and size * len(self.keys) > MOST_CELLS:
            return f"{size:,} runs with {len(self.keys):,} columns do not fit into one table; choose fewer of either."
        if self.kind is Format.EXCEL:
            return limit_problem(0 if self.histories else size, self.columns)
        return ""

    @property
    def warning(self) -> str:
        """What speaks against it though it can be done; empty when nothing does."""
        size = len(self.runs.rows)
        if self.kind.is_for_pages and (self.histories or size > _READABLE_ROWS):
            rows = "with a row for each point" if self.histories else f"of {size:,} rows"
            return f"A {self.kind.title} table {rows} is more than a document can show; CSV or Parquet suit it better."
        if self.kind is Format.EXCEL and self.histories and size * len(self.metrics) > _READABLE_ROWS:
            return "A sheet of Excel ends at 1,048,575 rows; histories with more points cannot be written to it."
        return ""

    @property
    def sentence(self) -> str:
        """What will be written."""
        runs = counted(len(self.runs.rows), "run")
        if not self.histories:
            return f"{runs} with {counted(len(self.keys), 'column')} as {self.kind.title}."
        what = {
            Shape.LONG: "one row for each point",
            Shape.STEPS: "one row for each run and step",
            Shape.RUNS: "one column for each run",
        }[self.shape]
        metrics = counted(len(self.metrics), "metric")
        return f"The histories of {metrics} of {runs}, {what}, as {self.kind.title}."

    def source(self, reader: Callable[[], Reader], token: Token) -> TableSource:
        """The table asked for; `reader` is called on the thread that takes its pages. Raises as the tables do."""
        if not self.histories:
            return run_table(self.runs, self.keys, reader, token)
        return HistoryTable(reader(), self.runs.chosen_ids(), self.runs.chosen_names(), self.metrics, self.shape, token)


def preview(store: Store, request: ExportRequest, token: Token) -> TablePreview:
    """The first rows and columns of what `request` would write, for a worker thread."""
    few = _PREVIEW_RUN_COLUMNS if request.shape is Shape.RUNS else _PREVIEW_RUNS
    runs = request.runs.first(few if request.histories else PREVIEW_ROWS)
    part = replace(request, runs=runs, keys=request.keys[:_PREVIEW_COLUMNS], metrics=request.metrics[:_PREVIEW_COLUMNS])
    source = part.source(store.reader, token)
    change = defused if request.safe and request.kind.is_separated else str
    rows: list[tuple[str, ...]] = []
    # Histories come in pages of their own sizes, some of them short.
    for page in source.pages():
        texts = (cell_texts(cells.part(0, PREVIEW_ROWS)) for cells in page.cells)
        rows += zip(*texts, strict=True)
        if len(rows) >= PREVIEW_ROWS:
            break
    cells = tuple(tuple(visible(change(text), _PREVIEW_CHARACTERS) for text in row) for row in rows[:PREVIEW_ROWS])
    names = tuple(visible(change(name), _PREVIEW_CHARACTERS) for name in source.names)
    return TablePreview(names, cells, tuple(is_number(kind) for kind in source.kinds))


@dataclass(frozen=True)
class Exported:
    """A file that was written, and what to say of it."""

    path: Path
    sentence: str


def write_request(store: Store, request: ExportRequest, path: Path, replace: bool, token: Token) -> Exported:
    """Write it to `path`, whole or not at all, for a worker thread.

    Raises NameTaken when a file is there and `replace` is false, other ExportErrors, DiskFull, StoreError kin,
    Cancelled.
    """
    check_target(path, store.path)
    source = request.source(store.reader, token)
    write_table(source, path, token, kind=request.kind, safe=request.safe, replace=replace)
    runs = counted(len(request.runs.rows), "run")
    if not isinstance(source, HistoryTable):
        return Exported(path, f"{runs} with {counted(len(request.keys), 'column')} exported to {shown(path)}.")
    written = counted(source.points - source.superseded, "point")
    left = f" ({counted(source.superseded, 'earlier point')} at the same steps left out)" if source.superseded else ""
    return Exported(path, f"{written} of {runs}{left} exported to {shown(path)}.")
