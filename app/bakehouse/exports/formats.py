"""The formats of a table: how each is called, and which the name of a file asks for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from bakehouse.domain.errors import ExportError
from bakehouse.store.failures import shown


class Format(Enum):
    """One way to write a table; the value is its name on the command line."""

    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    EXCEL = "xlsx"
    MARKDOWN = "md"
    LATEX = "tex"

    @property
    def ending(self) -> str:
        """What its files end in."""
        return f".{self.value}"

    @property
    def title(self) -> str:
        """How it is called in a sentence."""
        return _TITLES[self]

    @property
    def is_separated(self) -> bool:
        """Whether a spreadsheet reads its cells as if they were typed in."""
        return self in (Format.CSV, Format.TSV)

    @property
    def is_for_pages(self) -> bool:
        """Whether it is set in a document, where few rows are read."""
        return self in (Format.MARKDOWN, Format.LATEX)


_TITLES = {
    Format.CSV: "CSV",
    Format.TSV: "Tab-separated text",
    Format.PARQUET: "Parquet",
    Format.EXCEL: "Excel",
    Format.MARKDOWN: "Markdown",
    Format.LATEX: "LaTeX",
}


def format_of(path: Path) -> Format:
    """The format that the ending of `path` names. Raises ExportError when no table is written to such files."""
    ending = path.suffix.lower()
    for one in Format:
        if one.ending == ending:
            return one
    known = ", ".join(one.ending for one in Format)
    raise ExportError(f"{shown(path)} ends in none of {known}; the ending says what is written.")
