"""A frame that followed a store step by step equals the one loaded anew, whatever was written in between."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.growing import carry_over, grow
from bakehouse.analysis.patching import moved, patched_numbers, patched_texts
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import STATUS, ColumnKind, metric, tag
from bakehouse.store.increments import Seen, read_increment
from bakehouse.store.opening import open_store
from bakehouse.store.reading import Reader
from tests import followed as followed_frames
from tests.followed import assert_same
from tests.stores import add_experiment, add_points, add_run, change_store, insert, new_store

TOKEN = Token()
NAMES = {0: "Default", 1: "one"}
TEXTS = ["1", "2.0", "2", "10", "abc", "ABC", "x", "", "é", "-3", "1e-3", "nan"]


def loaded(reader: Reader) -> tuple[RunFrame, Seen]:
    """Experiments 0 and 1 with every column."""
    return followed_frames.loaded(reader, [0, 1], NAMES)


def followed(reader: Reader, frame: RunFrame, seen: Seen, watched: list[str]) -> tuple[RunFrame, Seen]:
    rowid_of = dict(zip(frame.run_ids, frame.rowids.tolist(), strict=True))
    increment = read_increment(
        reader, seen, [0, 1], frame.row_of, {run: rowid_of[run] for run in watched if run in rowid_of}, TOKEN
    )
    if increment is None:
        return loaded(reader)
    # Every other column waits until the frame is shown, as those do that nobody looks at.
    grown = grow(frame, dict(frame.columns), increment, NAMES, wanted=frozenset(list(frame.columns)[::2]))
    for key, column in carry_over(grown, frame).items():
        grown.frame.put(key, grown.step.column(key, column))
    return grown.frame, increment.seen


def runs() -> st.SearchStrategy[str]:
    return st.sampled_from([f"run{i}" for i in range(8)])


ACTS = st.one_of(
    st.tuples(st.just("add"), runs(), st.sampled_from([0, 1, 2]), st.sampled_from(TEXTS)),
    st.tuples(st.just("param"), runs(), st.sampled_from(["lr", "new"]), st.sampled_from(TEXTS)),
    st.tuples(st.just("tag"), runs(), st.sampled_from(["team", "late"]), st.sampled_from(TEXTS)),
    st.tuples(st.just("untag"), runs(), st.sampled_from(["team", "late"]), st.none()),
    st.tuples(
        st.just("metric"),
        runs(),
        st.sampled_from(["auc", "loss"]),
        st.floats(allow_subnormal=False, min_value=-9, max_value=9) | st.sampled_from([float("nan"), float("inf")]),
    ),
    st.tuples(st.just("end"), runs(), st.sampled_from(["FINISHED", "FAILED", "RUNNING"]), st.integers(1, 10**6)),
    st.tuples(st.just("rename"), runs(), st.sampled_from(TEXTS), st.none()),
    st.tuples(st.just("stage"), runs(), st.sampled_from(["active", "deleted"]), st.none()),
)


def perform(path: Path, act: tuple[str, str, object, object], step: int) -> None:
    """What a client would write for one of ACTS; acts on runs that do not exist write nothing a client would not."""
    kind, run, first, second = act
    with closing(sqlite3.connect(path)) as connection:
        exists = connection.execute("SELECT count(*) FROM runs WHERE run_uuid = ?", (run,)).fetchone()[0]
    if kind == "add":
        if not exists:
            add_run(
                path, run, experiment_id=int(str(first)), name=str(second), status="RUNNING", end=None,
                params={"lr": second}, metrics={"auc": 0.5}, tags={"team": second},
            )  # fmt: skip
        return
    if not exists:
        return
    if kind in ("param", "tag"):
        table = f"{kind}s"
        verb = "INSERT OR IGNORE" if kind == "param" else "INSERT"
        upsert = "" if kind == "param" else " ON CONFLICT DO UPDATE SET value = excluded.value"
        change_store(
            path, (f"{verb} INTO {table} (key, value, run_uuid) VALUES (?, ?, ?){upsert}", (first, second, run))
        )
    elif kind == "untag":
        change_store(path, ("DELETE FROM tags WHERE key = ? AND run_uuid = ?", (first, run)))
    elif kind == "metric":
        change_store(path, ("DELETE FROM latest_metrics WHERE key = ? AND run_uuid = ?", (first, run)))
        add_points(path, run, {str(first): [(step + 1, float(str(second)))]})
    elif kind == "end":
        change_store(path, ("UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?", (first, second, run)))
    elif kind == "rename":
        change_store(path, ("UPDATE runs SET name = ? WHERE run_uuid = ?", (first, run)))
    else:
        change_store(path, ("UPDATE runs SET lifecycle_stage = ? WHERE run_uuid = ?", (first, run)))


@settings(max_examples=40)
@given(st.lists(st.lists(ACTS, min_size=1, max_size=6), min_size=1, max_size=5))
def test_that_a_followed_frame_equals_one_loaded_anew(batches: list[list[tuple[str, str, object, object]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = new_store(Path(folder) / "mlflow.db")
        for number, name in ((1, "one"), (2, "elsewhere")):
            add_experiment(path, number, name)
        for number in range(3):
            add_run(path, f"run{number}", params={"lr": "0.1"}, tags={"team": f"t{number}"})
        with open_store(path) as store:
            reader = store.reader()
            frame, seen = loaded(reader)
            step = 0
            for batch in batches:
                for act in batch:
                    step += 1
                    perform(path, act, step)
                # Overwritten tags and names of equal length leave no trace: every run is watched here.
                frame, seen = followed(reader, frame, seen, frame.run_ids)
                assert_same(frame, loaded(reader)[0])


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "one")
    for number in range(5):
        add_run(path, f"r{number}", params={"lr": "0.1"}, metrics={"auc": number}, tags={"team": "a"})
    return path


def test_that_nothing_new_changes_no_column(store_path: Path) -> None:
    with open_store(store_path) as store:
        frame, seen = loaded(store.reader())
        increment = read_increment(store.reader(), seen, [0, 1], frame.row_of, {}, TOKEN)
        assert increment is not None
        grown = grow(frame, dict(frame.columns), increment, NAMES)
        assert grown.step.places is None
        assert grown.changed == frozenset()
        assert all(grown.frame.columns[key] is column for key, column in frame.columns.items())


def test_that_unseen_status_changes_of_any_run_are_found_and_other_columns_are_shared(store_path: Path) -> None:
    with open_store(store_path) as store:
        frame, seen = loaded(store.reader())
        frame, seen = followed(store.reader(), frame, seen, [])
        change_store(store_path, "UPDATE runs SET status = 'KILLED' WHERE run_uuid = 'r3'")
        after, _ = followed(store.reader(), frame, seen, [])
        assert after.columns[STATUS].text(3) == "KILLED"
        assert after.columns[metric("auc")] is frame.columns[metric("auc")]


def test_that_an_overwritten_tag_of_a_run_nobody_watches_waits_for_the_sweep(store_path: Path) -> None:
    with open_store(store_path) as store:
        frame, seen = loaded(store.reader())
        change_store(store_path, "UPDATE tags SET value = 'b' WHERE run_uuid = 'r1'")
        after, seen = followed(store.reader(), frame, seen, ["r0"])
        assert after.columns[tag("team")].text(1) == "a"
        after, _ = followed(store.reader(), after, seen, ["r1"])
        assert after.columns[tag("team")].text(1) == "b"


def test_that_counts_of_experiments_follow(store_path: Path) -> None:
    with open_store(store_path) as store:
        frame, seen = loaded(store.reader())
        add_run(store_path, "other", experiment_id=1)
        change_store(store_path, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'r0'")
        increment = read_increment(store.reader(), seen, [0], frame.row_of, {}, TOKEN)
        assert increment is not None
        assert [(one.active_runs, one.deleted_runs) for one in increment.experiments] == [(4, 1), (1, 0)]


def test_that_vanished_rows_ask_for_a_load_anew(store_path: Path) -> None:
    with open_store(store_path) as store:
        frame, seen = loaded(store.reader())
        change_store(store_path, "DELETE FROM runs WHERE run_uuid = 'r4'")
        assert read_increment(store.reader(), seen, [0], frame.row_of, {}, TOKEN) is None


def test_that_values_of_runs_elsewhere_are_left_out(store_path: Path) -> None:
    with open_store(store_path) as store:
        frame, seen = loaded(store.reader())
        add_run(store_path, "other", experiment_id=1, params={"p": "1"}, metrics={"m": 1.0}, tags={"t": "1"})
        insert(store_path, "params", {"key": "p", "value": "7", "run_uuid": "r0"})
        increment = read_increment(store.reader(), seen, [0], frame.row_of, {}, TOKEN)
        assert increment is not None
        assert increment.cells[ColumnKind.PARAM].run_ids == ["r0"]
        assert increment.touched == {"r0"}


def pairs(make: Callable[[], st.SearchStrategy[object]], size: int) -> st.SearchStrategy[dict[int, object]]:
    return st.dictionaries(st.integers(0, size - 1), make(), max_size=size)


@given(pairs(lambda: st.sampled_from(TEXTS), 30), pairs(lambda: st.sampled_from([*TEXTS, "3", "b"]), 30), st.data())
def test_that_a_patched_text_column_equals_one_made_at_once(before, patch, data) -> None:
    def column(values: dict[int, str]) -> TextColumn:
        known = {text: code for code, text in enumerate(dict.fromkeys(values.values()))}
        rows = np.array(list(values), np.int32)
        return TextColumn(rows, np.array([known[v] for v in values.values()], np.int32), list(known), 30)

    gone = data.draw(st.sets(st.integers(0, 29)))
    rows = np.array(list(patch), np.int32)
    found = patched_texts(column(before), rows, list(patch.values()), np.array(sorted(gone), np.int32))
    wanted = column({row: v for row, v in before.items() if row not in gone} | patch)
    assert [found.text(row) for row in range(30)] == [wanted.text(row) for row in range(30)]
    assert found.count == wanted.count
    assert np.array_equal(found.category_numbers, wanted.category_numbers, equal_nan=True)
    assert [t.casefold() for t in found.categories[found.numeric_categories :]] == [
        t.casefold() for t in wanted.categories[wanted.numeric_categories :]
    ]


@given(pairs(st.floats, 30), pairs(st.floats, 30), st.sets(st.integers(0, 29)))
def test_that_a_patched_number_column_equals_one_made_at_once(before, patch, gone) -> None:
    def column(values: dict[int, float]) -> NumberColumn:
        return NumberColumn(np.array(list(values), np.int32), np.array(list(values.values()), np.float64), 30)

    found = patched_numbers(
        column(before),
        np.array(list(patch), np.int32),
        np.array(list(patch.values()), np.float64),
        np.array(sorted(gone), np.int32),
    )
    wanted = column({row: v for row, v in before.items() if row not in gone} | patch)
    assert np.array_equal(found.present(), wanted.present())
    assert np.array_equal(found.numbers(), wanted.numbers(), equal_nan=True)


@given(st.lists(st.integers(-1, 29), unique=True, max_size=40))
def test_that_moved_rows_keep_their_values(places) -> None:
    places = np.array([*places, -1, -1], np.int32)
    numbers = NumberColumn(np.arange(0, 30, 2, dtype=np.int32), np.arange(15.0), 30)
    texts = TextColumn.of_texts(["" if i % 3 else f"text {i}" for i in range(30)])
    for column in (numbers, texts):
        after = moved(column, places)
        wanted = [column.text(place) if place >= 0 else "" for place in places.tolist()]
        assert [after.text(row) for row in range(len(places))] == wanted
