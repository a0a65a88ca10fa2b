"""Metric histories as tables: every point once, in order, in three shapes, from new and old stores."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from pyarrow import parquet

from bakehouse.__main__ import main
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import Cancelled
from bakehouse.exports.history_tables import HistoryTable, Shape
from bakehouse.exports.tables import cell_texts
from bakehouse.store.opening import open_store
from tests.stores import add_points, add_run, change_store, new_store

RUNS = [f"{number:032x}" for number in range(30)]


@pytest.fixture(params=["indexed", "by run only"])
def store(request, tmp_path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    for place, run_id in enumerate(RUNS):
        add_run(path, run_id, name=f"run {place % 20}")
        add_points(path, run_id, {"loss": [(step, place + step / 10) for step in (2, 0, 1)], "other": [(0, 1.0)]})
    add_points(path, RUNS[3], {"auc": [(-1, math.nan), (5, math.inf), (5, 0.5)]})
    if request.param != "indexed":
        change_store(path, "DROP INDEX IF EXISTS index_metrics_run_uuid_key_step")
    return path


def rows_of(path: Path, metrics: list[str], shape: Shape, runs: list[str] = RUNS):
    with open_store(path, read_only=True) as store:
        names = [f"run {RUNS.index(run) % 20}" for run in runs]
        table = HistoryTable(store.reader(), runs, names, metrics, shape, Token())
        rows = []
        for page in table.pages():
            rows += list(zip(*map(cell_texts, page.cells), strict=True))
    return table, rows


def test_that_the_long_table_holds_every_point_by_run_metric_and_step(store):
    table, rows = rows_of(store, ["loss", "auc"], Shape.LONG)
    assert table.names == ("run_id", "metric", "step", "timestamp", "value")
    expected = [
        (run, "loss", str(step), repr(place + step / 10)) for place, run in enumerate(RUNS) for step in range(3)
    ]
    at = 3 * 3 + 3
    expected[at:at] = [(RUNS[3], "auc", "-1", "NaN"), (RUNS[3], "auc", "5", "inf"), (RUNS[3], "auc", "5", "0.5")]
    assert [(*row[:3], row[4]) for row in rows] == expected
    assert rows[0][3] == "2023-11-14T22:13:20.000Z"
    assert (table.points, table.superseded) == (93, 0)


def test_that_steps_have_a_row_each_and_the_last_point_at_a_step_stands(store):
    table, rows = rows_of(store, ["auc", "loss"], Shape.STEPS, RUNS[2:5])
    assert table.names == ("run_id", "step", "metrics.auc", "metrics.loss")
    assert rows[3:8] == [
        (RUNS[3], "-1", "NaN", ""), (RUNS[3], "0", "", "3.0"), (RUNS[3], "1", "", "3.1"), (RUNS[3], "2", "", "3.2"),
        (RUNS[3], "5", "inf", ""),
    ]  # fmt: skip
    assert len(rows) == 11 and table.superseded == 1


def test_that_runs_have_a_column_each_under_their_name_where_it_is_theirs_alone(store):
    table, rows = rows_of(store, ["auc", "loss"], Shape.RUNS, [RUNS[3], RUNS[4], RUNS[24]])
    assert table.names == ("metric", "step", "run 3", RUNS[4], RUNS[24])
    assert rows == [
        ("auc", "-1", "NaN", "", ""), ("auc", "5", "inf", "", ""), ("loss", "0", "3.0", "4.0", "24.0"),
        ("loss", "1", "3.1", "4.1", "24.1"), ("loss", "2", "3.2", "4.2", "24.2"),
    ]  # fmt: skip


def test_that_a_history_longer_than_a_page_comes_whole_and_in_order(store):
    steps = [(step, float(step)) for step in range(12_000)]
    add_points(store, RUNS[7], {"long": steps[::-1]})
    table, rows = rows_of(store, ["long"], Shape.LONG)
    assert [(row[0], int(row[2]), float(row[4])) for row in rows] == [(RUNS[7], s, v) for s, v in steps]
    assert len(rows_of(store, ["long", "loss"], Shape.STEPS)[1]) == 12_000 + 3 * 29
    assert table.points == 12_000


def test_that_a_cancelled_reading_stops_between_pages(store):
    with open_store(store, read_only=True) as opened:
        token = Token()
        pages = HistoryTable(opened.reader(), RUNS, [""] * 30, ["loss"], Shape.LONG, token).pages()
        next(pages)
        token.cancel()
        with pytest.raises(Cancelled):
            list(pages)


def test_that_the_command_line_writes_histories_and_says_what_it_left_out(store, tmp_path, capsys):
    out = tmp_path / "h.parquet"
    assert main(["export", str(store), "--histories", "auc", "loss", "--output", str(out)]) == 0
    assert capsys.readouterr().out.startswith("93 points of 30 runs written to ")
    assert [str(field.type) for field in parquet.read_schema(out)] == [
        "string", "string", "int64", "timestamp[ms, tz=UTC]", "double",
    ]  # fmt: skip
    assert parquet.read_table(out).num_rows == 93
    csv_out = tmp_path / "h.csv"
    command = ["export", str(store), "--histories", "all", "--wide", "--json", "--output", str(csv_out)]
    assert main(command) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["runs"], facts["points"], facts["superseded"]) == (30, 122, 1)
    with csv_out.open(newline="") as file:
        assert next(csv.reader(file)) == ["run_id", "step", "metrics.auc", "metrics.loss", "metrics.other"]
    assert main(["export", str(store), "--histories", "nope", "--output", str(csv_out)]) == 2
    assert "No run has a metric nope; there are auc, loss, other." in capsys.readouterr().err
    assert main(["export", str(store), "--wide", "--output", str(csv_out)]) == 2


def test_that_the_command_line_takes_a_format_against_the_ending_and_defuses_on_request(tmp_path, capsys):
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, RUNS[0], params={"=cmd": "=1+1", "lr": "-0.5"})
    out = tmp_path / "out.txt"
    assert main(["export", str(path), "--format", "csv", "--safe-csv", "--output", str(out)]) == 0
    with out.open(newline="") as file:
        names, row = csv.reader(file)
    assert dict(zip(names, row, strict=True))["params.=cmd"] == "'=1+1"
    assert dict(zip(names, row, strict=True))["params.lr"] == "-0.5"
    assert main(["export", str(path), "--output", str(tmp_path / "out.tex")]) == 0
    assert "\\toprule" in (tmp_path / "out.tex").read_text()
    capsys.readouterr()
