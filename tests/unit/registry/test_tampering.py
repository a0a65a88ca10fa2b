"""Whatever is changed in a trail's file is found, or has no effect on any answer."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import StoreError
from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope
from bakehouse.registry.reviewing import add_comment, approve, set_policy, set_role
from bakehouse.registry.trail_rows import all_rows
from bakehouse.registry.verifying import Verification, verify_tables
from bakehouse.store.trail.file import reading
from bakehouse.store.trail.schema import PROJECTED
from tests.unit.registry.trails import DIGEST, office, signer


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a trail of ten entries of most kinds."""
    at = office(tmp_path_factory.mktemp("trail"))
    with at.desk("Ada") as desk:
        set_policy(desk, Scope(stage="Production"), Policy())
        set_role(desk, signer("Bo").actor.key, "Bo", Role.REVIEWER)
    first = at.request("Ada", 1, Stage.PRODUCTION)
    with at.desk("Bo") as desk:
        add_comment(desk, first, "looks good")
        approve(desk, first, "yes", DIGEST)
    second = at.request("Ada", 2, Stage.PRODUCTION)
    with at.desk("Bo") as desk:
        approve(desk, second, "better", DIGEST)
    return at.path


@pytest.fixture
def copy(trail: Path, tmp_path: Path) -> Path:
    for name in ("mlflow.db", "mlflow.db.bakehouse"):
        shutil.copy(trail.with_name(name), tmp_path / name)
    return tmp_path / "mlflow.db"


def check(store: Path) -> Verification:
    with reading(store) as tables:
        assert tables is not None
        return verify_tables(tables, Token())


def run(store: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(store.with_name("mlflow.db.bakehouse"))) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(statement, values)
        connection.commit()


def entries(store: Path) -> list[tuple[int, str, str]]:
    with closing(sqlite3.connect(store.with_name("mlflow.db.bakehouse"))) as connection:
        return connection.execute("SELECT sequence, hash, envelope FROM entries ORDER BY sequence").fetchall()


def test_that_the_untouched_trail_holds(copy: Path) -> None:
    done = check(copy)
    assert done.holds and done.head is not None and done.head.length == len(entries(copy)) > 8


@given(data=st.data())
@settings(max_examples=150)
def test_that_any_changed_byte_of_any_entry_is_found(
    trail: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    for name in ("mlflow.db", "mlflow.db.bakehouse"):
        shutil.copy(trail.with_name(name), folder / name)
    store = folder / "mlflow.db"
    sequence, _, envelope = data.draw(st.sampled_from(entries(store)))
    place = data.draw(st.integers(0, len(envelope) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda one: one != envelope[place]))
    changed = envelope[:place] + letter + envelope[place + 1 :]
    run(store, "UPDATE entries SET envelope = ? WHERE sequence = ?", changed, sequence)
    found = check(store)
    shutil.rmtree(folder)
    assert any(one.sequence == sequence for one in found.findings)


@pytest.mark.parametrize("column", ["hash", "envelope"])
def test_that_two_entries_changed_for_each_other_are_found(copy: Path, column: str) -> None:
    every = entries(copy)
    place = 1 if column == "hash" else 2
    run(copy, f"UPDATE entries SET {column} = 'x' WHERE sequence = 3")
    run(copy, f"UPDATE entries SET {column} = ? WHERE sequence = 4", every[3][place])
    run(copy, f"UPDATE entries SET {column} = ? WHERE sequence = 3", every[4][place])
    assert {one.sequence for one in check(copy).findings} >= {3, 4}


def test_that_entries_taken_out_and_put_elsewhere_are_found(copy: Path) -> None:
    run(copy, "UPDATE entries SET sequence = 1000 WHERE sequence = 2")
    assert not check(copy).holds


@pytest.mark.parametrize("sequence", [0, 1, 5])
def test_that_a_dropped_entry_is_found(copy: Path, sequence: int) -> None:
    run(copy, "DELETE FROM entries WHERE sequence = ?", sequence)
    assert f"Entry {sequence} is missing" in check(copy).findings[0].sentence


def test_that_a_repeated_entry_is_found(copy: Path) -> None:
    _, _, envelope = entries(copy)[4]
    run(copy, "INSERT INTO entries VALUES (?, 'another', ?)", len(entries(copy)), envelope)
    assert not check(copy).holds


def test_that_without_its_last_entry_the_tables_no_longer_fit(copy: Path) -> None:
    run(copy, "DELETE FROM entries WHERE sequence = (SELECT max(sequence) FROM entries)")
    assert not check(copy).holds


def test_that_every_edited_cell_of_the_projection_is_found(copy: Path) -> None:
    good = all_rows(check(copy).projection)
    for table, known in PROJECTED.items():
        for row in good[table]:
            where = " AND ".join(f"{column} = ?" for column in known.columns[: known.keys])
            for place, column in enumerate(known.columns):
                for other in ("edited", 7, None):
                    if other == row[place]:
                        continue
                    try:
                        run(copy, f"UPDATE {table} SET {column} = ? WHERE {where}", other, *row[: known.keys])
                    except sqlite3.IntegrityError:
                        continue  # SQLite itself refuses
                    found = check(copy)
                    assert not found.holds, (table, column, other)
                    run(copy, f"DELETE FROM {table}")
                    for back in good[table]:
                        run(copy, f"INSERT INTO {table} VALUES ({', '.join('?' * len(back))})", *back)
    assert check(copy).holds


@given(place=st.integers(0, 200_000), bit=st.integers(0, 7))
@settings(max_examples=300)
def test_that_a_flipped_bit_of_the_file_is_found_or_changes_no_answer(
    trail: Path, tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    content = bytearray(trail.with_name("mlflow.db.bakehouse").read_bytes())
    content[place % len(content)] ^= 1 << bit
    (folder / "mlflow.db.bakehouse").write_bytes(content)
    good = check(trail)
    try:
        found = check(folder / "mlflow.db")
    except StoreError:
        return
    finally:
        shutil.rmtree(folder)
    if found.holds:
        assert (found.hashes, all_rows(found.projection)) == (good.hashes, all_rows(good.projection))
