"""Tables as separated text, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible
from bakehouse.exports.tables import Table, TableSource, TextCells, cell_texts, is_number

Texts = tuple[str, ...]


def text_rows(source: TableSource, token: Token, change: Callable[[str], str] | None = None) -> Iterator[list[Texts]]:
    """The rows of each page as texts, every cell after `change`; tells `token` how far it is."""
    done = 0
    for page in source.pages():
        token.check()
        yield list(zip(*(_column(page, place, change) for place in range(len(page.cells))), strict=True))
        done += page.size
        if source.size is not None:
            token.report(done, source.size)


def _column(page: Table, place: int, change: Callable[[str], str] | None) -> Iterable[str]:
    cells = page.cells[place]
    if change is None:
        return cell_texts(cells)
    if isinstance(cells, TextCells) and len(cells.categories) < page.size:
        return cell_texts(TextCells(cells.codes, [change(text) for text in cells.categories]))
    return map(change, cell_texts(cells))


# Separated text

# What makes a spreadsheet take a cell for a formula, also in the wide forms of East Asian input:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = frozenset("=+-@＝＋－＠")
_BREAKS = frozenset("\t\r\n")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def defused(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet could run it as a formula; plain numbers stay."""
    if not text:
        return text
    first = text[0]
    if first not in _BREAKS and first not in _FORMULA:
        if not first.isspace():
            return text
        # Blanks in front are dropped by some before they look.
        if text.lstrip()[:1] not in _FORMULA:
            return text
    return text if _PLAIN_NUMBER.fullmatch(text) else f"'{text}"


class _LineFeeds:
    """Ends each row with a line feed alone; `csv` quotes a carriage return only if its own rows end with one."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file

    def write(self, row: str) -> None:
        self._file.write(row.removesuffix("\r\n") + "\n")


def write_separated(source: TableSource, file: BinaryIO, token: Token, *, comma: str = ",", safe: bool = False) -> None:
    """Cells parted by `comma`; with `safe` no spreadsheet runs one as a formula (`defused`)."""
    change = defused if safe else None
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    writer = csv.writer(_LineFeeds(text), delimiter=comma, lineterminator="\r\n")
    writer.writerow(map(defused, source.names) if safe else source.names)
    for rows in text_rows(source, token, change):
        writer.writerows(rows)
    text.flush()
    text.detach()


# Markdown

_MARKDOWN_SPECIAL = {"\\": "\\\\", "|": "\\|", "<": "&lt;", "&": "&amp;"}
_MARKDOWN_PATTERN = re.compile(r"\r\n|[\\|<&\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def markdown_cell(text: str) -> str:
    """One cell: every line break becomes `<br>`, and nothing in it ends the cell or becomes HTML."""
    return _MARKDOWN_PATTERN.sub(lambda found: _MARKDOWN_SPECIAL.get(found[0], "<br>"), text)


def write_markdown(source: TableSource, file: BinaryIO, token: Token) -> None:
    """A table of GitHub's Markdown, numbers at the right."""

    def line(cells: Iterable[str]) -> bytes:
        return f"| {' | '.join(cells)} |\n".encode(errors="replace")

    file.write(line(map(markdown_cell, source.names)))
    file.write(line("---:" if is_number(kind) else "---" for kind in source.kinds))
    for rows in text_rows(source, token, markdown_cell):
        file.write(b"".join(map(line, rows)))


# LaTeX

_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "`": r"\textasciigrave{}",
}  # fmt: skip
_LATEX_PATTERN = re.compile(r"-(?=-)|[\\{}$&#%_~^<>|`]")
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029\t]")


def latex_cell(text: str) -> str:
    """One cell on one line, in which no character is a command; what cannot be set is shown as an escape."""
    if text.isalnum() and text.isascii():
        return text
    whole = visible(_LINE_BREAKS.sub(" ", text))
    # Two hyphens in a row would be set as a dash.
    escaped = _LATEX_PATTERN.sub(lambda found: _LATEX_SPECIAL.get(found[0], "-{}"), whole)
    # Behind the end of a row a bracket would be its height and a star a command's.
    return f"{{{escaped[0]}}}{escaped[1:]}" if escaped[:1] in ("[", "*") else escaped


def write_latex(source: TableSource, file: BinaryIO, token: Token) -> None:
    """A `tabular` with the rules of the booktabs package, numbers at the right."""

    def line(cells: Iterable[str]) -> bytes:
        return f"{' & '.join(cells)} \\\\\n".encode(errors="replace")

    sides = "".join("r" if is_number(kind) else "l" for kind in source.kinds)
    file.write(f"% Needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{sides}}}\n\\toprule\n".encode())
    file.write(line(map(latex_cell, source.names)) + b"\\midrule\n")
    for rows in text_rows(source, token, latex_cell):
        file.write(b"".join(map(line, rows)))
    file.write(b"\\bottomrule\n\\end{tabular}\n")
