"""`bakehouse verify` without a window: exit codes, sentences, JSON, exported trails and heads to trust."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bakehouse.__main__ import main
from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import Stage
from bakehouse.personal.trail_memory import TrailMemory
from bakehouse.registry.reviewing import approve
from bakehouse.registry.trail_check import check_since, export_trail
from bakehouse.store.opening import open_store
from tests.stores import change_store
from tests.unit.registry.trails import DIGEST, Office, office
from tests.unit.test_commands import without_qt


@pytest.fixture
def at(tmp_path: Path) -> Office:
    made = office(tmp_path)
    asked = made.request("Ada", 1, Stage.STAGING)
    with made.desk("Bo") as desk:
        approve(desk, asked, "good", DIGEST)
    return made


def told(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    code = main(["verify", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_that_a_store_without_a_trail_is_no_failure_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office(tmp_path).path
    before = path.read_bytes()
    assert told(capsys, path) == (0, {"trail": None})
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["mlflow.db"]


def test_that_a_trail_that_holds_says_where_it_ends_and_what_that_does_not_prove(
    at: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(at.path)]) == 0
    said = capsys.readouterr().out
    assert "holds: 4 entries by 2 keys" in said and "only against a head kept elsewhere" in said


def test_that_a_stage_set_behind_its_back_ends_with_one(at: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(at.path)) as connection:
        connection.execute("UPDATE model_versions SET current_stage = 'Production' WHERE version = 1")
        connection.commit()
    code, report = told(capsys, at.path)
    assert (code, report["holds"]) == (1, False)
    assert "is in Production in MLflow's table, in Staging in the trail" in report["findings"][0]["sentence"]


def test_that_an_exported_trail_is_checked_without_the_store(
    at: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(at.path) as store:
        content = export_trail(store, Token())
    file = tmp_path / "trail.json"
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    assert told(capsys, file)[0] == 0
    content["entries"].pop()
    file.write_text(json.dumps(content), encoding="utf-8")
    code, report = told(capsys, file)
    assert code == 1 and "missing at its end" in report["findings"][0]["sentence"]


def test_that_an_older_copy_is_found_against_a_trusted_head_and_against_what_was_seen(
    at: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    for one in at.path.parent.glob("mlflow.db*"):
        shutil.copy(one, older / one.name)
    at.request("Ada", 2, Stage.STAGING)
    with open_store(at.path) as store:
        head = export_trail(store, Token())["head"]
    trust = tmp_path / "head.json"
    trust.write_text(json.dumps(head), encoding="utf-8")
    assert told(capsys, older / "mlflow.db")[0] == 0
    assert told(capsys, older / "mlflow.db", "--trust", trust)[0] == 1
    assert told(capsys, at.path, "--trust", trust)[0] == 0
    ((store_id, seen),) = at.remembered.items()
    TrailMemory().remember(store_id, seen)
    assert told(capsys, older / "mlflow.db")[0] == 1


def test_that_a_trail_taken_away_is_missed(at: Office, capsys: pytest.CaptureFixture[str]) -> None:
    at.path.with_name("mlflow.db.bakehouse").unlink()
    code, report = told(capsys, at.path)
    assert code == 1 and "it was removed" in report["findings"][0]["sentence"]


def test_that_a_trail_of_another_store_is_told_apart(
    at: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = office(folder)
    other.request("Eve", 1, Stage.STAGING)
    shutil.copy(at.path.with_name("mlflow.db.bakehouse"), other.path.with_name("mlflow.db.bakehouse"))
    code, report = told(capsys, other.path)
    assert code == 1 and "another id" in report["findings"][0]["sentence"]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [("PRAGMA user_version = 9", "newer Bakehouse"), ("PRAGMA application_id = 1", "no trail of Bakehouse")],
)
def test_that_a_newer_or_foreign_file_is_one_sentence(
    at: Office, capsys: pytest.CaptureFixture[str], statement: str, sentence: str
) -> None:
    with closing(sqlite3.connect(at.path.with_name("mlflow.db.bakehouse"))) as connection:
        connection.execute(statement)
    code, report = told(capsys, at.path)
    assert code == 2 and sentence in report["error"]


def test_that_what_came_after_a_verified_head_is_checked_alone(at: Office) -> None:
    ((_, head),) = at.remembered.items()
    at.request("Ada", 2, Stage.STAGING)
    with open_store(at.path) as store:
        done = check_since(store, head, Token())
        assert done is not None and done.holds and done.head is not None and done.head.length == head.length + 1


def test_that_edited_tables_are_made_anew_from_entries_that_hold(
    at: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    trail = at.path.with_name("mlflow.db.bakehouse")
    change_store(trail, "UPDATE requests SET comment = 'edited'", "DELETE FROM activities", "DELETE FROM people")
    assert told(capsys, at.path)[0] == 1
    assert told(capsys, at.path, "--rebuild")[0] == 0
    assert told(capsys, at.path)[0] == 0
    at.request("Ada", 2, Stage.STAGING)
    assert told(capsys, at.path)[0] == 0


def test_that_nothing_is_made_from_entries_that_do_not_hold(at: Office, capsys: pytest.CaptureFixture[str]) -> None:
    trail = at.path.with_name("mlflow.db.bakehouse")
    change_store(trail, "DELETE FROM people", "DELETE FROM entries WHERE sequence = 1")
    before = trail.read_bytes()
    code, report = told(capsys, at.path, "--rebuild")
    assert code == 2 and "do not hold" in report["error"]
    assert trail.read_bytes() == before


def test_that_a_trail_is_verified_without_qt_and_without_what_only_the_window_needs(at: Office) -> None:
    done = without_qt("verify", at.path)
    assert done.returncode == 0 and "holds: 4 entries" in done.stdout
    assert done.stderr == "imported:\n"
