"""Tables as CSV, Markdown, Excel and Parquet files."""

from __future__ import annotations

import csv
import io
import math
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from bakehouse.commands.file_output import new_file
from bakehouse.commands.tables import Cells, NumberCells, Table, TextCells, TimeCells, cell_texts, number_text
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ExportError
from bakehouse.domain.text import visible
from bakehouse.store.failures import shown

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# https://support.microsoft.com/office/excel-specifications-and-limits
_EXCEL_ROWS, _EXCEL_COLUMNS, _EXCEL_CHARACTERS = 1_048_576, 16_384, 32_767

_PARQUET_ROW_GROUP = 50_000


def check_ending(path: Path) -> None:
    """Raises ExportError when no table is written to files that end like `path`."""
    if path.suffix.lower() not in _WRITERS:
        raise ExportError(f"{shown(path)} ends in none of {', '.join(_WRITERS)}; the ending says what is written.")


def write_table(table: Table, path: Path, token: Token) -> None:
    """Write `table` to `path`, in the format of its ending, so that it is there whole or not at all.

    Raises ExportError (unknown ending, limits of the format, not allowed), DiskFull, Cancelled.
    """
    check_ending(path)
    with new_file(path) as file:
        _WRITERS[path.suffix.lower()](table, file, path, token)


class _LineFeeds:
    """Ends each row with a line feed alone; `csv` quotes a carriage return only if its own rows end with one."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file

    def write(self, row: str) -> None:
        self._file.write(row.removesuffix("\r\n") + "\n")


def _write_csv(table: Table, file: BinaryIO, _path: Path, token: Token) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    writer = csv.writer(_LineFeeds(text), lineterminator="\r\n")
    writer.writerow(table.names)
    for start, stop in table.pages():
        token.check()
        writer.writerows(zip(*(cell_texts(cells, start, stop) for cells in table.cells), strict=True))
        token.report(stop, table.size)
    text.flush()
    text.detach()


_MARKDOWN_SPECIAL = {"\\": "\\\\", "|": "\\|", "<": "&lt;", "&": "&amp;"}
_MARKDOWN_PATTERN = re.compile(r"\r\n|[\\|<&\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def _markdown(text: str) -> str:
    """One cell: every line break becomes `<br>`, and nothing in it ends the cell or becomes HTML."""
    return _MARKDOWN_PATTERN.sub(lambda found: _MARKDOWN_SPECIAL.get(found[0], "<br>"), text)


def _write_markdown(table: Table, file: BinaryIO, _path: Path, token: Token) -> None:
    def line(cells: tuple[str, ...]) -> bytes:
        return ("| " + " | ".join(map(_markdown, cells)) + " |\n").encode(errors="replace")

    file.write(line(table.names))
    rules = ("---:" if isinstance(cells, NumberCells) else "---" for cells in table.cells)
    file.write(f"| {' | '.join(rules)} |\n".encode())
    for start, stop in table.pages():
        token.check()
        rows = zip(*(cell_texts(cells, start, stop) for cells in table.cells), strict=True)
        file.write(b"".join(map(line, rows)))
        token.report(stop, table.size)


def _write_parquet(table: Table, file: BinaryIO, _path: Path, token: Token) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    moment = pa.timestamp("ms", tz="UTC")

    # `pa.array` imports pandas to ask whether its argument is a Series (0.5 s and 60 MB); buffers do not.
    def filled(kind: pa.DataType, valid: npt.NDArray[np.bool_], *data: Any) -> pa.Array:
        bits = np.packbits(valid, bitorder="little")
        return pa.Array.from_buffers(kind, len(valid), [pa.py_buffer(part) for part in (bits, *data)])

    def array(cells: Cells, start: int, stop: int) -> pa.Array:
        if isinstance(cells, TextCells):
            codes = cells.codes[start:stop]
            texts = [text.encode(errors="replace") for text in cell_texts(cells, start, stop)]
            offsets = np.zeros(len(texts) + 1, np.int32)
            np.cumsum([len(text) for text in texts], out=offsets[1:])
            return filled(pa.string(), codes >= 0, offsets, b"".join(texts))
        if isinstance(cells, NumberCells):
            return filled(pa.float64(), cells.present[start:stop], np.ascontiguousarray(cells.values[start:stop]))
        times = cells.times_ms[start:stop]
        # Beyond this no whole number of milliseconds has room; no calendar reaches there either.
        known = np.abs(times) < 2.0**63
        return filled(moment, known, np.where(known, times, 0).astype(np.int64))

    kinds = {TextCells: pa.string(), NumberCells: pa.float64(), TimeCells: moment}
    schema = pa.schema([(name, kinds[type(cells)]) for name, cells in zip(table.names, table.cells, strict=True)])
    with parquet.ParquetWriter(file, schema) as writer:
        for start in range(0, table.size, _PARQUET_ROW_GROUP):
            token.check()
            stop = min(start + _PARQUET_ROW_GROUP, table.size)
            arrays = [array(cells, start, stop) for cells in table.cells]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            token.report(stop, table.size)


def _check_excel_limits(table: Table) -> None:
    advice = "export to a file that ends in .csv or .parquet"
    if table.size >= _EXCEL_ROWS:
        raise ExportError(f"A sheet of Excel has {_EXCEL_ROWS - 1:,} rows for {table.size:,} runs; {advice}.")
    if len(table.names) > _EXCEL_COLUMNS:
        raise ExportError(f"A sheet of Excel has {_EXCEL_COLUMNS:,} columns, not {len(table.names):,}; {advice}.")
    for name, cells in zip(table.names, table.cells, strict=True):
        for text in (name, *(cells.categories if isinstance(cells, TextCells) else ())):
            if 2 * len(text) > _EXCEL_CHARACTERS and len(text.encode("utf-16-le", "replace")) // 2 > _EXCEL_CHARACTERS:
                limit = f"the {_EXCEL_CHARACTERS:,} characters of a cell in Excel"
                raise ExportError(f"A value of {visible(name, 60)} is longer than {limit}; {advice}.")


class _Exact(float):
    """A number that xlsxwriter writes in full: it formats with `.16G`, which loses the last digit of some."""

    @override
    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def _excel_cells(cells: Cells, start: int, stop: int) -> list[str | float]:
    """Texts, and numbers where Excel has them: it knows neither NaN nor infinities. What is missing is empty."""
    if not isinstance(cells, NumberCells):
        return list[str | float](cell_texts(cells, start, stop))
    pairs = zip(cells.values[start:stop].tolist(), cells.present[start:stop].tolist(), strict=True)
    return [(_Exact(v) if math.isfinite(v) else number_text(v)) if present else "" for v, present in pairs]


def _write_xlsx(table: Table, file: BinaryIO, path: Path, token: Token) -> None:
    """Texts are written as texts and numbers as numbers, so that nothing becomes a formula or a link."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    _check_excel_limits(table)
    # Rows leave the memory as they are written; what xlsxwriter keeps meanwhile lies on the same disk as the result.
    with tempfile.TemporaryDirectory(
        prefix=".bakehouse-", dir=path.resolve().parent, ignore_cleanup_errors=True
    ) as folder:
        workbook = Workbook(
            file,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        workbook.use_zip64()
        sheet = workbook.add_worksheet("runs")
        try:
            _fill_sheet(sheet, table, token)
            workbook.close()
        except FileCreateError as error:
            raise error.args[0] from error
        finally:
            # Left open by xlsxwriter when writing stops early; Windows would not remove it.
            sheet.row_data_fh.close()


def _fill_sheet(sheet: Worksheet, table: Table, token: Token) -> None:
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(table.names):
        sheet.write_string(0, column, name)
    for start, stop in table.pages():
        token.check()
        columns = [_excel_cells(cells, start, stop) for cells in table.cells]
        for row, values in enumerate(zip(*columns, strict=True), start + 1):
            for column, value in enumerate(values):
                if isinstance(value, float):
                    sheet.write_number(row, column, value)
                elif value:
                    sheet.write_string(row, column, value)
        token.report(stop, table.size)


_WRITERS: dict[str, Callable[[Table, BinaryIO, Path, Token], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
    ".md": _write_markdown,
}
