"""Separated text that no spreadsheet runs, LaTeX in which nothing is a command, and what both keep."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.cancellation import Token
from bakehouse.exports.formats import Format
from bakehouse.exports.table_files import table_text, write_table
from bakehouse.exports.tables import NumberCells, Table, WholeCells, coded
from bakehouse.exports.text_tables import defused, latex_cell, markdown_cell

HOSTILE = st.text() | st.builds(
    "".join, st.lists(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " ", "1", "cmd|'/c'!A0", '"', ",", "＝"]))
)


def table_of(texts: list[str], name: str = "params.t") -> Table:
    numbers = NumberCells(np.full(len(texts), -0.5), np.ones(len(texts), np.bool_))
    return Table((name, "metrics.m"), (coded(texts), numbers), len(texts))


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-cmd", "@sum", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "-inf", "-1-1"]
)
def test_that_what_a_spreadsheet_could_run_gets_an_apostrophe(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-0.5", "+1e-3", "-1.", ".5", "", "a=1", "1-2", " padded", "'=1", "2024-01-01"])
def test_that_numbers_and_harmless_texts_stay(text):
    assert defused(text) == text


@given(st.lists(HOSTILE, max_size=8), HOSTILE)
def test_that_no_cell_of_a_safe_file_begins_like_a_formula(tmp_path_factory, texts, name):
    path = tmp_path_factory.mktemp("safe") / "t.csv"
    write_table(table_of(texts, name), path, Token(), safe=True)
    (first, second), *rows = csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))
    expected = [(text.encode(errors="replace").decode()) for text in (name, *texts)]
    for cell, text in zip([first, *(row[0] for row in rows)], expected, strict=True):
        assert cell in (text, f"'{text}")
        harmless = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", cell, re.ASCII | re.IGNORECASE)
        assert harmless or cell.strip()[:1] not in set("=+-@") or not cell.strip()
        assert cell[:1] not in ("\t", "\r")
    assert second == "metrics.m" and {row[1] for row in rows} <= {"-0.5"}


@given(st.lists(HOSTILE, max_size=6))
def test_that_a_workbook_never_holds_a_formula_and_gives_texts_back(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("xlsx") / "t.xlsx"
    write_table(table_of(texts), path, Token())
    unescape = openpyxl.utils.escape.unescape
    rows = list(openpyxl.load_workbook(path)["runs"].iter_rows(min_row=2))
    for row, text in zip(rows, texts, strict=True):
        assert row[0].data_type in "sn" and row[0].data_type != "f"
        if text.isprintable() and "_x" not in text:
            assert unescape(row[0].value or "") == text
        assert row[1].value == -0.5


COMMANDS = re.compile(
    r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textasciigrave)\{\}"
)


@given(st.text())
def test_that_nothing_in_a_latex_cell_is_a_command(text):
    cell = latex_cell(text)
    assert "\n" not in cell and "\r" not in cell
    bare = re.sub(r"\\[{}$&#%_]", "", COMMANDS.sub("", cell))
    bare = re.sub(r"^\{[\[*]\}", "", bare.replace("-{}", "-"))
    assert not set(bare) & set("\\{}$&#%_~^<>|`")
    assert "--" not in cell
    assert cell[:1] not in ("[", "*")


def test_that_a_latex_table_has_booktabs_rules_and_a_line_for_each_run():
    text = table_text(table_of(["50% & more", "[a]", "two\nlines", "--flag_x"]), Format.LATEX, Token())
    assert text.splitlines() == [
        "% Needs \\usepackage{booktabs}",
        "\\begin{tabular}{lr}",
        "\\toprule",
        "params.t & metrics.m \\\\",
        "\\midrule",
        "50\\% \\& more & -0.5 \\\\",
        "{[}a] & -0.5 \\\\",
        "two lines & -0.5 \\\\",
        "-{}-flag\\_x & -0.5 \\\\",
        "\\bottomrule",
        "\\end{tabular}",
    ]


@given(st.text())
def test_that_a_markdown_cell_is_one_line_and_ends_only_where_it_ends(text):
    cell = markdown_cell(text)
    assert len(cell.splitlines()) <= 1
    assert "|" not in re.sub(r"\\.", "", cell) and "<" not in cell.replace("<br>", "")


def test_that_whole_numbers_stay_whole_in_every_format(tmp_path):
    table = Table(("step",), (WholeCells(np.array([2**62 + 1, -3, 0])),), 3)
    assert table_text(table, Format.TSV, Token()) == f"step\n{2**62 + 1}\n-3\n0\n"
    write_table(table, tmp_path / "t.xlsx", Token())
    rows = openpyxl.load_workbook(tmp_path / "t.xlsx")["runs"].iter_rows(min_row=2, values_only=True)
    assert [value for (value,) in rows] == [str(2**62 + 1), -3, 0]
