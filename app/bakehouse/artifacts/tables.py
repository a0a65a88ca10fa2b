"""First rows of table files: CSV, TSV, MLflow's logged tables and Parquet."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.natural import natural_key
from bakehouse.domain.text import visible

MOST_ROWS = 10_000
MOST_CELLS = 300_000
MOST_COLUMNS = 200
CELL_LIMIT = 500
_LARGEST_GROUP = 1 << 30
_LOGGED = re.compile(r'\s*\{\s*"columns"\s*:\s*\[')
_DATA = re.compile(r'\s*,\s*"data"\s*:\s*\[\s*')
_NEXT = re.compile(r"\s*,?\s*")


@dataclass(frozen=True, slots=True)
class TablePreview:
    """Rows of cell texts, as many in each row as there are columns. `is_number` says which columns align right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_number: tuple[bool, ...]
    notice: str = ""


def delimited_table(text: str, *, is_cut: bool, cut: str = "", tabbed: bool = False) -> TablePreview | None:
    """CSV or TSV whose first row names the columns; None when the text is none (an endless field, a single line cut).

    A cut text's last row is left out, for it may be half a row. `cut` is the words for what is missing.
    """
    lines = list(io.StringIO(text, newline=""))
    if is_cut:
        if len(lines) < 2:
            return None
        lines.pop()
    delimiter = "\t" if tabbed else _delimiter(lines[0] if lines else "")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                break
    except csv.Error:
        return None
    if not rows:
        return None
    has_more = len(rows) > MOST_ROWS + 1 or is_cut
    return _table(rows[0], rows[1 : MOST_ROWS + 1], has_more=has_more, total="", cut=cut)


def logged_table(content: object) -> TablePreview | None:
    """The JSON that `mlflow.log_table` writes (pandas' "split" form: columns, data); None when it is something else."""
    if not isinstance(content, dict):
        return None
    columns, data = content.get("columns"), content.get("data")
    if not isinstance(columns, list) or not isinstance(data, list) or not columns:
        return None
    if not all(isinstance(row, list) for row in data):
        return None
    most = _most_rows(len(columns))
    rows = [["" if cell is None else cell for cell in row] for row in data[:most]]
    has_more = len(data) > most
    return _table(columns, rows, has_more=has_more, total=f" of {len(data):,}")


def is_logged_table(text: str) -> bool:
    """Whether a JSON text begins as `mlflow.log_table` writes it."""
    return _LOGGED.match(text) is not None


def cut_logged_table(text: str, cut: str) -> TablePreview | None:
    """The whole rows at the beginning of such JSON that was cut; `cut` is the words for what is missing."""
    found = _LOGGED.match(text)
    if found is None:
        return None
    decoder = json.JSONDecoder()
    rows: list[list[object]] = []
    try:
        columns, place = decoder.raw_decode(text, found.end() - 1)
        begun = _DATA.match(text, place)
        if begun is None or not isinstance(columns, list) or not columns:
            return None
        place = begun.end()
        while len(rows) < _most_rows(len(columns)) and place < len(text) and text[place] == "[":
            row, place = decoder.raw_decode(text, place)
            rows.append(["" if cell is None else cell for cell in row])
            place = _NEXT.match(text, place).end()  # type: ignore[union-attr]
    except (ValueError, RecursionError):
        if not rows:
            return None
    return _table(columns, rows, has_more=True, total="", cut=cut)


def parquet_table(path: Path, token: Token) -> TablePreview:
    """First rows of a Parquet file. Raises ArtifactError when it is damaged or its first piece is too large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = visible(path.name, 100)
    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            facts = file.metadata
            names = list(file.schema_arrow.names)
            if facts.num_row_groups and facts.row_group(0).total_byte_size > _LARGEST_GROUP:
                raise ArtifactError(f"The first piece of {shown} is too large to be shown here.")
            token.check()
            wanted = names[:MOST_COLUMNS]
            chosen = wanted if len(names) > MOST_COLUMNS else None
            batch = next(file.iter_batches(batch_size=_most_rows(len(wanted)), columns=chosen, use_threads=False), None)
            token.check()
            columns = [] if batch is None else [_cells(column) for column in batch.columns]
            rows = list(zip(*columns, strict=True))
            total = facts.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ArtifactError(f"{shown} cannot be read as Parquet; it is damaged or cut short.") from error
    table = _table(wanted, rows, has_more=total > len(rows), total=f" of {total:,}")
    if len(names) > MOST_COLUMNS:
        notice = f"first {MOST_COLUMNS} of {len(names):,} columns"
        notice = f"{table.notice}, {notice}" if table.notice else notice
        return TablePreview(table.columns, table.rows, table.is_number, notice)
    return table


def sorted_places(table: TablePreview, column: int, is_falling: bool, token: Token) -> list[int]:
    """Places of the rows by the values of `column`, numbers by size, empty cells last; for a worker thread.

    10,000 long texts take half a second. A column that is none gives the file's own order. Raises Cancelled.
    """
    rows = table.rows
    if not 0 <= column < len(table.columns):
        return list(range(len(rows)))
    key: Callable[[str], Any] = _number_key if table.is_number[column] else natural_key
    keys: dict[int, Any] = {}
    for place, row in enumerate(rows):
        if place % 500 == 0:
            token.check()
        if row[column]:
            keys[place] = key(row[column])
    empty = [place for place, row in enumerate(rows) if not row[column]]
    return sorted(keys, key=keys.__getitem__, reverse=is_falling) + empty


def _number_key(text: str) -> tuple[bool, float]:
    """By size; NaN and words that are no numbers after all others."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    return (math.isnan(number), 0.0 if math.isnan(number) else number)


def _most_rows(columns: int) -> int:
    """As many rows as a person looks through, fewer where they are very wide."""
    return max(1, min(MOST_ROWS, MOST_CELLS // max(columns, 1)))


def _cells(column: Iterable[Any]) -> list[object]:
    """Arrow scalars as Python values; one that Python cannot hold (a year 300,000) as Arrow's own words."""
    values: list[object] = []
    for scalar in column:
        try:
            value = scalar.as_py()
        except (ValueError, OverflowError, NotImplementedError, KeyError):
            value = str(scalar)
        values.append("" if value is None else value)
    return values


def _table(
    columns: Sequence[object], rows: Sequence[Sequence[object]], *, has_more: bool, total: str, cut: str = ""
) -> TablePreview:
    widest = max([len(columns), *(len(row) for row in islice(rows, 100))], default=0)
    width = min(widest, MOST_COLUMNS)
    header = [_text(name) for name in islice(columns, width)]
    header += [""] * (width - len(header))
    texts = tuple(tuple(_text(cell) for cell in islice(row, width)) + ("",) * (width - len(row)) for row in rows)
    notices = []
    if has_more:
        notices.append(f"first {len(rows):,}{total} rows")
    if cut:
        notices.append(cut)
    if widest > width:
        notices.append(f"first {width} of {widest:,} columns")
    is_number = tuple(_is_number_column([row[i] for row in texts]) for i in range(width))
    return TablePreview(tuple(header), texts, is_number, ", ".join(notices))


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        cell = repr(cell[:CELL_LIMIT])
    return visible(cell if isinstance(cell, str) else str(cell), CELL_LIMIT)


def _is_number_column(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells[:200] if cell]
    return bool(filled) and all(_is_number(cell) for cell in filled)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _delimiter(line: str) -> str:
    counts = {mark: line.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","
