"""A table as a file or a text, in whichever format is asked for."""

from __future__ import annotations

import io
from pathlib import Path

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ExportError
from bakehouse.exports.excel import write_xlsx
from bakehouse.exports.file_output import new_file
from bakehouse.exports.formats import Format, format_of
from bakehouse.exports.parquet import write_parquet
from bakehouse.exports.tables import TableSource
from bakehouse.exports.text_tables import write_latex, write_markdown, write_separated
from bakehouse.store.failures import shown


class NameTaken(ExportError):
    """A file of that name is there, and replacing it was not asked for."""


def write_table(
    source: TableSource,
    path: Path,
    token: Token,
    *,
    kind: Format | None = None,
    safe: bool = False,
    replace: bool = True,
) -> None:
    """Write `source` to `path`, in the format `kind` or else that of its ending, so that it is there whole or not.

    With `safe` no spreadsheet runs a cell of separated text as a formula. Raises ExportError (unknown ending, limits
    of the format, not allowed, NameTaken without `replace`), DiskFull, Cancelled.
    """
    kind = kind or format_of(path)
    if not replace and path.exists():
        raise NameTaken(f"{shown(path)} is there already.")
    with new_file(path) as file:
        if kind is Format.PARQUET:
            write_parquet(source, file, token)
        elif kind is Format.EXCEL:
            write_xlsx(source, file, path, token)
        elif kind is Format.MARKDOWN:
            write_markdown(source, file, token)
        elif kind is Format.LATEX:
            write_latex(source, file, token)
        else:
            write_separated(source, file, token, comma=_comma(kind), safe=safe)
        # The last moment to stop: at the end of this block the file takes its name.
        token.check()


def table_text(source: TableSource, kind: Format, token: Token) -> str:
    """`source` as one text, in a format that is text. Raises Cancelled."""
    file = io.BytesIO()
    if kind is Format.MARKDOWN:
        write_markdown(source, file, token)
    elif kind is Format.LATEX:
        write_latex(source, file, token)
    elif kind.is_separated:
        write_separated(source, file, token, comma=_comma(kind))
    else:
        raise ValueError(kind)
    return file.getvalue().decode()


def _comma(kind: Format) -> str:
    return "\t" if kind is Format.TSV else ","
