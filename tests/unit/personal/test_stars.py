"""Stars in the person's data folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bakehouse.domain.errors import PersonalFileError
from bakehouse.domain.runs import Experiment
from bakehouse.personal.stars import StarFile, store_identity
from bakehouse.places import data_directory

HERE, THERE = Path("/data/mlflow.db"), Path("/elsewhere/moved.db")
OLDEST = Experiment(0, "Default", "./mlruns/0", "active", 1_700_000_000_000, None, "default", 3, 0)


def test_that_a_moved_store_keeps_its_identity_and_another_store_has_its_own():
    other = replace(OLDEST, experiment_id=1, name="later", creation_time_ms=1_800_000_000_000)
    same = store_identity([other, replace(OLDEST, name="renamed", active_runs=9)], THERE)
    assert store_identity([OLDEST], HERE) == same
    assert store_identity([replace(OLDEST, creation_time_ms=1)], HERE) != same


def test_that_a_store_without_creation_times_is_known_by_its_path():
    old = replace(OLDEST, creation_time_ms=None)
    assert store_identity([old], HERE) == store_identity([], HERE) != store_identity([old], THERE)


def test_that_stars_are_given_taken_and_read_again():
    file = StarFile("a", HERE)
    assert file.read() == frozenset()
    assert file.change({"r1": True, "r2": True}) == {"r1", "r2"}
    assert file.change({"r1": False, "r3": True}) == {"r2", "r3"}
    assert StarFile("a", THERE).read() == {"r2", "r3"}
    assert [path.suffix for path in (data_directory() / "stars").iterdir()] == [".json"]


def test_that_two_windows_lose_nothing_of_each_other():
    one, other = StarFile("a", HERE), StarFile("a", HERE)
    one.change({"r1": True})
    other.change({"r2": True})
    assert one.change({"r3": True}) == {"r1", "r2", "r3"}


def test_that_a_store_whose_oldest_experiment_is_gone_finds_its_stars_by_its_place():
    StarFile("a", HERE).change({"r1": True})
    assert StarFile("b", HERE).read() == {"r1"}
    assert StarFile("b", THERE).read() == frozenset()


def test_that_a_damaged_file_is_said_and_not_overwritten():
    StarFile("a", HERE).change({"r1": True})
    path = data_directory() / "stars" / "a.json"
    path.write_text("{")
    with pytest.raises(PersonalFileError, match="no JSON"):
        StarFile("a", HERE).change({"r2": True})
    assert path.read_text() == "{"


@pytest.mark.parametrize("content", ["[]", '{"runs": 3}', '{"runs": [1, null, "r1"]}', '{"store": [], "runs": []}'])
def test_that_strange_content_is_no_star(content):
    StarFile("a", HERE).change({"x": True})
    (data_directory() / "stars" / "a.json").write_text(content)
    assert StarFile("a", HERE).read() <= {"r1"}
