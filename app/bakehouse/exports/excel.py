"""Tables as Excel workbooks."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from typing_extensions import override

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ExportError
from bakehouse.domain.text import visible
from bakehouse.exports.tables import (
    Cells,
    NumberCells,
    Table,
    TableSource,
    TextCells,
    WholeCells,
    cell_texts,
    number_text,
)

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# https://support.microsoft.com/office/excel-specifications-and-limits
ROWS, COLUMNS, _CHARACTERS = 1_048_575, 16_384, 32_767
"""How many rows below the line of names and how many columns a sheet has."""

_ADVICE = "export to a file that ends in .csv or .parquet"
_EXACT = 2**53


def limit_problem(rows: int, columns: int) -> str:
    """Why a sheet cannot hold so many rows and columns; empty when it can."""
    if rows > ROWS:
        return f"A sheet of Excel has {ROWS:,} rows, not {rows:,}; {_ADVICE}."
    if columns > COLUMNS:
        return f"A sheet of Excel has {COLUMNS:,} columns, not {columns:,}; {_ADVICE}."
    return ""


def write_xlsx(source: TableSource, file: BinaryIO, path: Path, token: Token) -> None:
    """Texts are written as texts and numbers as numbers, so that nothing becomes a formula or a link."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    problem = limit_problem(source.size or 0, len(source.names))
    if problem:
        raise ExportError(problem)
    for name in source.names:
        _check_texts(name, [name])
    if isinstance(source, Table):
        for name, cells in zip(source.names, source.cells, strict=True):
            if isinstance(cells, TextCells):
                _check_texts(name, cells.categories)
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
            _fill_sheet(sheet, source, token)
            workbook.close()
        except FileCreateError as error:
            raise error.args[0] from error
        finally:
            # Left open by xlsxwriter when writing stops early; Windows would not remove it.
            sheet.row_data_fh.close()


def _check_texts(name: str, texts: Sequence[str]) -> None:
    for text in texts:
        if 2 * len(text) > _CHARACTERS and len(text.encode("utf-16-le", "replace")) // 2 > _CHARACTERS:
            limit = f"the {_CHARACTERS:,} characters of a cell in Excel"
            raise ExportError(f"A value of {visible(name, 60)} is longer than {limit}; {_ADVICE}.")


class _Exact(float):
    """A number that xlsxwriter writes in full: it formats with `.16G`, which loses the last digit of some."""

    @override
    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def _excel_cells(cells: Cells) -> list[str | float]:
    """Texts, and numbers where Excel has them: it knows neither NaN nor infinities. What is missing is empty."""
    if isinstance(cells, WholeCells):
        return [_Exact(v) if abs(v) <= _EXACT else str(v) for v in cells.values.tolist()]
    if not isinstance(cells, NumberCells):
        return list[str | float](cell_texts(cells))
    pairs = zip(cells.values.tolist(), cells.present.tolist(), strict=True)
    return [(_Exact(v) if math.isfinite(v) else number_text(v)) if present else "" for v, present in pairs]


def _fill_sheet(sheet: Worksheet, source: TableSource, token: Token) -> None:
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(source.names):
        sheet.write_string(0, column, name)
    done = 0
    for page in source.pages():
        token.check()
        if done + page.size > ROWS:
            raise ExportError(f"A sheet of Excel has {ROWS:,} rows, and there are more; {_ADVICE}.")
        columns = [_excel_cells(cells) for cells in page.cells]
        for row, values in enumerate(zip(*columns, strict=True), done + 1):
            for column, value in enumerate(values):
                if isinstance(value, float):
                    sheet.write_number(row, column, value)
                elif value and sheet.write_string(row, column, value) < 0:
                    _check_texts(source.names[column], [value])
        done += page.size
        if source.size is not None:
            token.report(done, source.size)
