"""Keys and columns: every way through a table gives the same values, whatever lies in it."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, ColumnKey, ColumnKind, metric, param, tag
from bakehouse.domain.errors import Cancelled
from bakehouse.store import columns as columns_module
from bakehouse.store import keys as keys_module
from bakehouse.store.columns import Numbers, Texts, list_keys, read_column, read_columns
from bakehouse.store.opening import open_store
from bakehouse.store.reading import PageSize, Reader
from bakehouse.store.runs import read_headers
from tests.benchmarks.generated_store import make_store
from tests.stores import (
    SCHEMA_SQL,
    SHARED_NAMES,
    add_experiment,
    add_run,
    change_store,
    insert,
    new_store,
    shared_store,
)

TOKEN = Token()


def rows_of(reader: Reader, *experiments: int, deleted: bool = False) -> dict[str, int]:
    ids = read_headers(reader, experiments, TOKEN, deleted=deleted).run_ids
    return {run_id: row for row, run_id in enumerate(ids)}


def as_dict(column: Numbers | Texts) -> dict[int, float | str]:
    if isinstance(column, Numbers):
        return dict(zip(column.rows.tolist(), column.values.tolist(), strict=True))
    return {row: column.categories[code] for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True)}


def expected(path: Path, table: str, key: str, row_of: Mapping[str, int]) -> dict[int, float | str]:
    """The same by one plain statement and MLflow's meaning of the values."""
    with closing(sqlite3.connect(path)) as connection:
        is_nan = "is_nan" if table == "latest_metrics" else "0"
        found = connection.execute(f"SELECT run_uuid, value, {is_nan} FROM {table} WHERE key = ?", (key,)).fetchall()
    greatest = 1.7976931348623157e308
    infinite = {greatest: math.inf, -greatest: -math.inf}
    return {row_of[r]: math.nan if nan else infinite.get(v, v) for r, v, nan in found if r in row_of}


def same(found: dict[int, float | str], wanted: dict[int, float | str]) -> bool:
    return {k: repr(v) for k, v in found.items()} == {k: repr(v) for k, v in wanted.items()}


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_every_column_of_real_stores_equals_plain_sql(name: str) -> None:
    path = shared_store(name)
    tables = {ColumnKind.PARAM: "params", ColumnKind.METRIC: "latest_metrics", ColumnKind.TAG: "tags"}
    with open_store(path) as store:
        reader = store.reader()
        row_of = rows_of(reader, 0, 1, 2)
        keys = list_keys(reader, None, TOKEN)
        assert len(keys) > 40
        at_once = read_columns(reader, keys, row_of, TOKEN)
        for key in keys:
            wanted = expected(path, tables[key.kind], key.name, row_of)
            assert same(as_dict(read_column(reader, key, row_of, TOKEN)), wanted)
            assert same(as_dict(at_once[key]), wanted)
        values = as_dict(at_once[metric("loss")]).values()
    assert any(math.isnan(v) for v in values if isinstance(v, float)) or math.inf in values or -math.inf in values


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("generated") / "mlflow.db", runs=3_000, params=6, metrics=5, tags=4)


COSTS = {
    "key by key": {"_PASSED_ROW": 1.0},
    "one pass": {"_PASSED_ROW": 0.0, "_TAKEN_ROW": 0.0},
    "run by run": {"_PASSED_ROW": 1.0},
}


@pytest.mark.parametrize("way", COSTS)
def test_that_every_way_through_a_table_gives_the_same_columns(
    way: str, generated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in COSTS[way].items():
        monkeypatch.setattr(columns_module, name, value)
    with open_store(generated) as store:
        reader = store.reader()
        row_of = rows_of(reader, 1)
        if way == "run by run":
            row_of = {run_id: row for run_id, row in row_of.items() if row % 3 == 1}
        keys = list_keys(reader, [1], TOKEN)
        assert len(keys) == 15
        found = read_columns(reader, keys, row_of, TOKEN)
        tables = {ColumnKind.PARAM: "params", ColumnKind.METRIC: "latest_metrics", ColumnKind.TAG: "tags"}
        for key in keys:
            assert same(as_dict(found[key]), expected(generated, tables[key.kind], key.name, row_of)), key
            column = found[key]
            assert column.rows.dtype == np.int32 and len(set(column.rows.tolist())) == len(column.rows)


def test_that_categories_stand_in_the_order_in_which_they_were_seen(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    for number, value in enumerate(["z", "a", "z", "m"]):
        add_run(path, f"r{number}", params={"p": value, "q": value + "!"})
    with open_store(path) as store:
        reader = store.reader()
        for column in (read_columns(reader, [param("p"), param("q")], rows_of(reader, 0), TOKEN)).values():
            assert isinstance(column, Texts)
            assert column.codes.tolist() == [0, 1, 0, 2]
        assert column.categories == ["z!", "a!", "m!"]


def test_that_wrong_types_in_values_are_skipped_or_read_as_what_they_say(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    change_store(path, "DROP TABLE latest_metrics")
    change_store(path, "CREATE TABLE latest_metrics(key, value, timestamp, step, is_nan, run_uuid)")
    values = ["12.5", "words", None, b"\x01", 7, 2**70, float("inf"), "nan", "-inf"]
    for number, value in enumerate(values):
        add_run(path, f"r{number}", tags={"t": b"caf\xe9" if number == 0 else None})
        stored = float(value) if isinstance(value, int) else value
        insert(path, "latest_metrics", {"key": "m", "value": stored, "is_nan": 0, "run_uuid": f"r{number}"})
    with open_store(path) as store:
        reader = store.reader()
        row_of = rows_of(reader, 0)
        assert same(
            as_dict(read_column(reader, metric("m"), row_of, TOKEN)),
            {0: 12.5, 4: 7.0, 5: float(2**70), 6: math.inf, 7: math.nan, 8: -math.inf},
        )
        assert as_dict(read_column(reader, tag("t"), row_of, TOKEN)) == {0: "caf\ufffd"}


def test_that_undecodable_keys_and_run_ids_are_read_and_never_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageSize, "__init__", lambda self, greatest=10: self.__dict__.update(greatest=2, rows=2))
    path = new_store(tmp_path / "mlflow.db")
    for number in range(7):
        run_id = f"CAST(x'41{0xF8 + number:02x}{0x61 + number:02x}' AS TEXT)"
        change_store(
            path,
            f"INSERT INTO runs(run_uuid, experiment_id) VALUES ({run_id}, 0)",
            f"INSERT INTO tags(key, value, run_uuid) VALUES (CAST(x'6bff' AS TEXT), 'v{number}', {run_id})",
            f"INSERT INTO tags(key, value, run_uuid) VALUES (CAST(x'6bfe' AS TEXT), 'w{number}', {run_id})",
        )
    change_store(path, "INSERT INTO tags(key, value, run_uuid) VALUES (x'00', 'blob key', 'x'), ('k', 'v', x'01')")
    with open_store(path) as store:
        reader = store.reader()
        row_of = rows_of(reader, 0)
        assert len(row_of) == 7
        keys = list_keys(reader, None, TOKEN)
        assert keys == [tag("k"), tag("k\ufffd")]
        monkeypatch.setattr(columns_module, "LOOK_UP", 0)
        column = read_column(reader, tag("k\ufffd"), row_of, TOKEN)
        assert isinstance(column, Texts)
        assert set(column.rows.tolist()) == set(range(7))
        assert read_column(reader, tag("k"), row_of, TOKEN).rows.tolist() == []


def test_that_a_key_with_a_null_character_or_quotes_is_found(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    names = ["a\x00b", 'it\'s "x"', "数据", "‮rtl", "<b>", "k" * 250, ""]
    add_run(path, "a", params={name: name for name in names})
    with open_store(path) as store:
        reader = store.reader()
        assert list_keys(reader, [0], TOKEN) == [param(name) for name in sorted(names)]
        for name in names:
            assert as_dict(read_column(reader, param(name), {"a": 5}, TOKEN)) == {5: name}


def test_that_keys_of_experiments_are_exactly_those_of_their_active_runs(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "one")
    add_run(path, "a", params={"p": "1"}, metrics={"m": 1.0}, tags={"t": "1"})
    add_run(path, "b", experiment_id=1, params={"q": "1"})
    add_run(path, "gone", experiment_id=1, stage="deleted", params={"r": "1"})
    insert(path, "params", {"key": "dangling", "value": "1", "run_uuid": "nobody"})
    with open_store(path) as store:
        reader = store.reader()
        assert list_keys(reader, [0], TOKEN) == [param("p"), metric("m"), tag("t")]
        assert list_keys(reader, [1], TOKEN) == [param("q")]
        assert list_keys(reader, [1], TOKEN, deleted=True) == [param("q"), param("r")]
        assert list_keys(reader, [], TOKEN) == []
        assert [k.name for k in list_keys(reader, None, TOKEN)] == ["dangling", "p", "q", "r", "m", "t"]


def test_that_a_rare_key_is_found_among_many_runs(
    generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(generated.read_bytes())
    add_experiment(path, 2, "other")
    add_run(path, "elsewhere", experiment_id=2, params={"only elsewhere": "1"})
    with open_store(path) as store:
        last = read_headers(store.reader(), [1], TOKEN).run_ids[-1]
    insert(path, "params", {"key": "rare", "value": "1", "run_uuid": last})
    insert(path, "tags", *({"key": "wide", "value": "1", "run_uuid": f"nobody{i}"} for i in range(3_100)))
    insert(path, "tags", {"key": "wide too", "value": "1", "run_uuid": last})
    insert(path, "tags", *({"key": "wide too", "value": "1", "run_uuid": f"nobody{i}"} for i in range(3_100)))
    with open_store(path) as store:
        for counted in (50_000, 10):
            monkeypatch.setattr(keys_module, "_COUNTED", counted)
            names = [key.name for key in list_keys(store.reader(), [1], TOKEN)]
            assert "rare" in names and "wide too" in names
            assert "only elsewhere" not in names and "wide" not in names


def test_that_attributes_are_no_columns_of_the_store(tmp_path: Path) -> None:
    with open_store(new_store(tmp_path / "mlflow.db")) as store, pytest.raises(ValueError, match="attributes"):
        read_column(store.reader(), RUN_NAME, {}, TOKEN)


def test_that_a_key_nobody_has_gives_an_empty_column(tmp_path: Path) -> None:
    path = new_store(tmp_path / "mlflow.db")
    add_run(path, "a")
    with open_store(path) as store:
        for key in (param("x"), metric("x"), tag("x")):
            assert as_dict(read_column(store.reader(), key, {"a": 0}, TOKEN)) == {}


def test_that_reading_columns_stops_between_pages_when_cancelled(generated: Path) -> None:
    with open_store(generated) as store:
        reader = store.reader()
        row_of = rows_of(reader, 1)
        token = Token(progress=lambda done, total, text: token.cancel())
        with pytest.raises(Cancelled):
            read_columns(reader, [ColumnKey(ColumnKind.METRIC, "loss"), metric("val/auc")], row_of, token)


def test_that_a_utf_16_store_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA encoding='UTF-16le'")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript("BEGIN;" + SCHEMA_SQL.read_text(encoding="utf-8") + "COMMIT;")
    add_run(path, "a", params={"größe": "数"}, metrics={"m": 1.5})
    add_run(path, "b", params={"größe": "x"})
    with open_store(path) as store:
        reader = store.reader()
        assert list_keys(reader, None, TOKEN) == [param("größe"), metric("m")]
        row_of = rows_of(reader, 0)
        assert as_dict(read_column(reader, param("größe"), row_of, TOKEN)) == {0: "数", 1: "x"}
        assert as_dict(read_column(reader, metric("m"), row_of, TOKEN)) == {0: 1.5}
