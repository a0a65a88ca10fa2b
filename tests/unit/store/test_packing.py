"""Packed columns: unpacked they are what was packed, whatever lies in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.store.packing import packed, unpacked
from bakehouse.store.positions import packed_positions

RUN = "0123456789abcdef0123456789abcde"


def through_sqlite(values: list[object]) -> tuple[str, int]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t(v)")
        connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        text, count = connection.execute(f"SELECT {packed(['v'])} FROM t").fetchone()
    return text, count


TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('",\\[]nul\x00\n'), max_size=8)


@settings(deadline=None)
@given(st.lists(TEXT | st.none() | st.integers(-(2**63), 2**63 - 1), max_size=12))
def test_that_unpacked_values_are_those_that_were_packed(values: list[object]) -> None:
    assert unpacked(*through_sqlite(values)) == values


@pytest.mark.parametrize(
    "values",
    [["a", None, "b"], [None], ["null"], ['","'], ['a","b', "c"], [""], [], ["a", 1], [1, "a"], ["\\"], ["数", "‮"]],
)
def test_that_what_looks_like_a_separator_parts_nothing(values: list[object]) -> None:
    assert unpacked(*through_sqlite(values)) == values


@pytest.mark.parametrize(
    "ids",
    [
        [RUN + "a"] * 3 + [RUN + "b"] * 2 + [RUN + "a"],
        [RUN + "a"],
        [RUN, RUN + "ab", RUN + "b"],
        [RUN + "b", None, RUN + "a"],
        [RUN + '"', RUN + "a"],
        [RUN + "ä", RUN + "a"],
        [RUN + "\x00", RUN + "a"],
        ["short", ""],
        [],
    ],
)
def test_that_every_id_finds_its_row_whatever_stands_beside_it(ids: list[str | None]) -> None:
    row_of = {run_id: row for row, run_id in enumerate(dict.fromkeys(filter(None, ids))) if run_id != RUN + "b"}
    found = packed_positions(*through_sqlite(list(ids)), row_of)
    assert found.tolist() == [row_of.get(run_id or "", -1) for run_id in ids]


@settings(deadline=None)
@given(st.lists(st.text('ab,"', min_size=31, max_size=33), max_size=6))
def test_that_ids_of_other_lengths_are_never_mixed_up(ids: list[str]) -> None:
    row_of = {run_id: row for row, run_id in enumerate(dict.fromkeys(ids))}
    assert packed_positions(*through_sqlite(list(ids)), row_of).tolist() == [row_of[run_id] for run_id in ids]
