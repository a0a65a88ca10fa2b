"""Tables as files: every format keeps every value, and a file is there whole or not at all."""

from __future__ import annotations

import csv
import errno
import math
import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import Cancelled, DiskFull, ExportError
from bakehouse.exports.file_output import new_file, write_failure
from bakehouse.exports.table_files import write_table
from bakehouse.exports.tables import NumberCells, Table, TextCells, TimeCells, number_text, time_text

NASTY = [
    "plain",
    "",
    "=1+1",
    "https://example.org",
    "@cmd",
    'quote " and, comma',
    "line\nbreak\r\nand\ttab",
    "a | b \\| c",
    "<img src=x>",
    "\x00\x01\x1b control",
    "_x0001_ literal",
    "\u202eright to left",
    "00123",
    "🙂" * 20,
    "\ufffe\uffff",
]
NUMBERS = [0.1 + 0.2, -0.0, 1e-300, 123456789.123456789, 1e22, math.nan, math.inf, -math.inf]


def table_of(texts: list[str | None], numbers: list[float | None], times: list[float]) -> Table:
    categories = list(dict.fromkeys(text for text in texts if text is not None))
    codes = np.array([-1 if text is None else categories.index(text) for text in texts], np.int32)
    values = np.array([math.nan if n is None else n for n in numbers])
    present = np.array([n is not None for n in numbers], np.bool_)
    cells = (TextCells(codes, categories), NumberCells(values, present), TimeCells(np.array(times, np.float64)))
    return Table(("params.t", "metrics.m", "start_time"), cells, len(texts))


@pytest.fixture
def table() -> Table:
    texts = [*NASTY, None]
    numbers: list[float | None] = [*NUMBERS, *[None] * (len(texts) - len(NUMBERS))]
    times = [1_700_000_000_123.0, math.nan, -1.0, *[0.0] * (len(texts) - 3)]
    return table_of(texts, numbers, times)


def test_that_csv_gives_every_text_and_number_back(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_table(table, path, Token())
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    assert names == list(table.names)
    assert [row[0] for row in rows] == [*NASTY, ""]
    assert [row[1] for row in rows[:8]] == [
        *("0.30000000000000004", "-0.0", "1e-300", "123456789.12345679", "1e+22", "NaN", "inf", "-inf")
    ]
    assert {row[1] for row in rows[8:]} == {""}
    assert [row[2] for row in rows[:3]] == ["2023-11-14T22:13:20.123Z", "", "1969-12-31T23:59:59.999Z"]


def test_that_parquet_keeps_null_and_nan_apart(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(table, path, Token())
    read = parquet.read_table(path)
    read.validate(full=True)
    assert [str(field.type) for field in read.schema] == ["string", "double", "timestamp[ms, tz=UTC]"]
    assert read["params.t"].to_pylist() == [*NASTY, None]
    numbers = read["metrics.m"].to_pylist()
    assert repr(numbers[:8]) == repr(NUMBERS)
    assert set(numbers[8:]) == {None}
    assert read["start_time"].to_pylist()[:2] == [datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC), None]


def test_that_excel_gets_texts_as_texts_and_numbers_in_full(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_table(table, path, Token())
    sheet = openpyxl.load_workbook(path)["runs"]
    rows = list(sheet.iter_rows(min_row=2))
    unescape = openpyxl.utils.escape.unescape
    for row, text in zip(rows, NASTY, strict=False):
        cell = row[0]
        if text:
            assert cell.data_type == "s"
            assert unescape(cell.value).replace("\r\n", "\n") == text.replace("\r\n", "\n")
        assert cell.hyperlink is None
    assert [row[1].value for row in rows[:8]] == [*NUMBERS[:5], "NaN", "inf", "-inf"]
    assert rows[8][1].value is None
    assert rows[0][2].value == "2023-11-14T22:13:20.123Z"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.xlsx"]


def test_that_markdown_has_one_line_for_each_run(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "t.md"
    write_table(table, path, Token())
    lines = path.read_text(encoding="utf-8").split("\n")
    assert len(lines) == 2 + table.size + 1
    assert lines[:2] == ["| params.t | metrics.m | start_time |", "| --- | ---: | --- |"]
    assert lines[2 + NASTY.index("a | b \\| c")].startswith("| a \\| b \\\\\\| c | ")
    assert lines[2 + 6].startswith("| line<br>break<br>and\ttab | ")
    assert "<img" not in "".join(lines)
    assert all(line.count(" | ") == 2 for line in lines[2:-1])


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "md"])
def test_that_a_table_without_runs_is_written(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending.upper()}"
    write_table(table_of([], [], []), path, Token())
    assert path.stat().st_size > 0


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.floats()), max_size=8))
def test_that_any_values_survive_csv_and_parquet(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str | None, float | None]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    texts, numbers = [t for t, _ in pairs], [n for _, n in pairs]
    table = table_of(texts, numbers, [0.0] * len(pairs))
    write_table(table, folder / "t.csv", Token())
    with (folder / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[:2] for row in rows] == [[t or "", "" if n is None else number_text(n)] for t, n in pairs]
    write_table(table, folder / "t.parquet", Token())
    read = parquet.read_table(folder / "t.parquet")
    assert read["params.t"].to_pylist() == texts
    assert repr(read["metrics.m"].to_pylist()) == repr(numbers)


def test_that_the_limits_of_excel_are_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    long = table_of(["x" * 32_768], [1.0], [0.0])
    many = table_of(["x"], [1.0], [0.0])
    wide = Table(tuple(f"c{i}" for i in range(16_385)), (many.cells[1],) * 16_385, 1)
    rows = NumberCells(np.zeros(1_048_576), np.ones(1_048_576, np.bool_))
    tall = Table(("a",), (rows,), 1_048_576)
    for table, words in ((long, "params.t"), (wide, "16,384 columns"), (tall, "1,048,575 rows")):
        with pytest.raises(ExportError, match=words):
            write_table(table, path, Token())
    write_table(table_of(["x" * 32_767], [1.0], [0.0]), path, Token())
    assert [p.name for p in tmp_path.iterdir()] == ["t.xlsx"]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "md"])
def test_that_a_cancelled_export_leaves_the_old_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    path.write_text("old")
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        write_table(table_of(["x"], [1.0], [0.0]), path, token)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# A limit of the process on the size of a file stands for a full disk: the write fails in the middle, as there.
FULL_DISK = textwrap.dedent("""
    import resource, signal, sys
    from pathlib import Path
    import numpy as np
    from bakehouse.exports.table_files import write_table
    from bakehouse.exports.tables import Table, TextCells
    from bakehouse.domain.cancellation import Token
    from bakehouse.domain.errors import DiskFull

    generator = np.random.default_rng(1)
    texts = ["".join(map(chr, generator.integers(32, 1000, 200))) for _ in range(5000)]
    table = Table(("t",), (TextCells(np.arange(5000, dtype=np.int32), texts),), 5000)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        write_table(table, Path(sys.argv[1]), Token())
    except DiskFull as error:
        print(error)
""")


@pytest.mark.skipif(os.name != "posix", reason="limits of file size are POSIX")
@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "md"])
def test_that_a_disk_that_fills_leaves_no_partial_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No space is left")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


TERMINATED = textwrap.dedent("""
    import signal
    import sys
    from pathlib import Path
    from bakehouse.commands import dispatch
    from bakehouse.exports.file_output import new_file

    def slow(_name, _arguments):
        with new_file(Path(sys.argv[1])) as file:
            file.write(b"half")
            print("writing", flush=True)
            while True:
                file.seek(0)

    # A test run in a shell's background inherits an ignored Ctrl+C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    dispatch._run = slow
    sys.exit(dispatch.run_command("export", []))
""")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_that_an_interrupted_export_leaves_nothing(number: signal.Signals, status: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", TERMINATED, str(tmp_path / "t.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.send_signal(number)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, errors) == (status, "")
    assert list(tmp_path.iterdir()) == []


def test_that_a_name_of_greatest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".csv")
    with new_file(path) as file:
        file.write(b"x")
    assert path.read_bytes() == b"x"


def test_that_what_the_system_refuses_is_a_sentence() -> None:
    full = write_failure(OSError(errno.ENOSPC, "No space left on device"), Path("a.csv"))
    assert isinstance(full, DiskFull)
    for number in (errno.EACCES, errno.EROFS, errno.EIO):
        error = write_failure(OSError(number, os.strerror(number)), Path("a.csv"))
        assert isinstance(error, ExportError)
        assert str(error).startswith("a.csv ")


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.0, "1970-01-01T00:00:00.000Z"), (-62135596800000.0, "0001-01-01T00:00:00.000Z"), (1e18, "1000000000000000000")],
)
def test_that_times_are_iso_8601_where_a_calendar_reaches(ms: float, text: str) -> None:
    assert time_text(ms) == text


def test_that_a_moment_beyond_every_calendar_is_missing_in_parquet_only(tmp_path: Path) -> None:
    table = table_of(["a", "b"], [1.0, 2.0], [2.0**63, -(2.0**64)])
    write_table(table, tmp_path / "t.parquet", Token())
    assert parquet.read_table(tmp_path / "t.parquet")["start_time"].to_pylist() == [None, None]
    write_table(table, tmp_path / "t.csv", Token())
    assert "9223372036854775808" in (tmp_path / "t.csv").read_text()
