"""`bakehouse info` and `bakehouse export` from the command line's point of view."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.__main__ import main
from bakehouse.commands.arguments import ArgumentsError, parse_window
from bakehouse.places import choose_profile, data_directory
from tests.stores import add_experiment, add_points, add_run, insert, new_store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two active experiments and a deleted one, with NaN, infinities, missing values and a deleted run."""
    path = new_store(tmp_path / "mlflow.db")
    add_experiment(path, 1, "price")
    add_experiment(path, 2, "2024")
    add_experiment(path, 3, "old", stage="deleted")
    add_run(path, "a", experiment_id=1, start=1_000, params={"lr": "0.1"}, metrics={"auc": 0.5}, tags={"t": "x\ny"})
    add_run(path, "b", experiment_id=1, start=2_000, end=None, metrics={"auc": math.nan}, params={"lr": "=1+1"})
    add_run(path, "c", experiment_id=1, start=3_123, metrics={"auc": math.inf}, status="FAILED")
    add_run(path, "d", experiment_id=1, start=4_000, stage="deleted", params={"gone": "1"})
    add_run(path, "e", experiment_id=2, start=5_000, metrics={"auc": -math.inf})
    add_run(path, "f", experiment_id=3, start=6_000, stage="deleted")
    return path


def export(store: Path, *arguments: str) -> list[dict[str, str]]:
    output = store.with_name("out.csv")
    assert main(["export", str(store), "--output", str(output), *arguments]) == 0
    with output.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(rows: list[dict[str, str]]) -> str:
    return "".join(row["run_id"] for row in rows)


def test_that_info_counts_each_thing_by_its_own_lifecycle(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_points(store, "a", {"loss": [(0, 3.0), (1, 2.0), (2, 1.0)]})
    insert(store, "registered_models", {"name": "m"}, {"name": "p"})
    insert(store, "registered_model_tags", {"key": "mlflow.prompt.is_prompt", "value": "true", "name": "p"})
    for name, version, stage in (("m", 1, "None"), ("m", 2, "Deleted_Internal"), ("p", 1, "None")):
        insert(store, "model_versions", {"name": name, "version": version, "current_stage": stage})
    assert main(["info", str(store), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert list(facts) == [
        "schema_head",
        "size_bytes",
        "experiments",
        "runs",
        "params",
        "metric_points",
        "registered_models",
        "model_versions",
        "not_shown",
    ]
    assert facts["schema_head"] == "dc11669786a5"
    assert facts["size_bytes"] == store.stat().st_size
    assert facts["experiments"] == {"active": 3, "deleted": 1}
    assert facts["runs"] == {"active": 4, "deleted": 2}
    assert (facts["params"], facts["metric_points"]) == (3, 7)
    assert (facts["registered_models"], facts["model_versions"]) == (1, 1)
    assert facts["not_shown"] == {"prompts": 1}


def test_that_info_prints_a_table_for_people(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(store)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Runs               4 active, 2 deleted" in lines
    assert "Not shown          nothing" in lines


def test_that_an_export_is_what_search_runs_answers(store: Path) -> None:
    rows = export(store)
    assert list(rows[0]) == [
        *("run_id", "experiment_id", "status", "start_time", "end_time", "artifact_uri"),
        *("metrics.auc", "params.lr", "tags.t"),
    ]
    assert ids(rows) == "ecba"
    a, b, c, e = rows[3], rows[2], rows[1], rows[0]
    assert [row["metrics.auc"] for row in (a, b, c, e)] == ["0.5", "NaN", "inf", "-inf"]
    assert c["start_time"] == "1970-01-01T00:00:03.123Z"
    assert b["end_time"] == ""
    assert a["tags.t"] == "x\ny"
    assert (a["params.lr"], b["params.lr"], c["params.lr"]) == ("0.1", "=1+1", "")
    assert (c["status"], e["experiment_id"]) == ("FAILED", "2")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--experiment", "price"], "cba"),
        (["--experiment", "1", "2024"], "ecba"),
        (["--experiment", "price", "--experiment", "2"], "ecba"),
        (["--deleted"], "fedcba"),
        (["--experiment", "old", "--deleted"], "f"),
        (["--max", "2"], "ec"),
        (["--filter", "metrics.auc != 0.5"], "ecb"),
        (["--filter", "metrics.auc > 0 AND status = 'FINISHED'"], "a"),
        (["--order-by", "metrics.auc DESC"], "caeb"),
        (["--order-by", "params.lr", "--order-by", "start_time ASC"], "abce"),
        (["--filter", "params.lr = 'none'"], ""),
        (["--filter", "min(metrics.auc) = 0.5 AND MAX(metrics.auc) = 0.5"], "a"),
        (["--filter", "at(metrics.auc, 0) != 0.5"], "ecb"),
        (["--filter", "max(metrics.auc) IS NULL"], "ecb"),
        (["--order-by", "at(metrics.auc, 0) DESC"], "caeb"),
    ],
)
def test_that_runs_are_chosen_and_ordered(store: Path, arguments: list[str], expected: str) -> None:
    assert ids(export(store, *arguments)) == expected


def test_that_a_name_goes_before_an_id(store: Path) -> None:
    add_experiment(store, 7, "1")
    add_run(store, "g", experiment_id=7)
    assert ids(export(store, "--experiment", "1")) == "g"


def test_that_columns_without_a_value_among_the_runs_are_left_out(store: Path) -> None:
    assert "params.gone" in export(store, "--deleted")[0]
    assert "params.gone" not in export(store)[0]
    assert "params.lr" not in export(store, "--experiment", "2024")[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["info"], "required"),
        (["info", "{folder}/none.db"], "no file"),
        (["info", "{folder}"], "folder"),
        (["info", "{folder}/text.db"], "not an SQLite database"),
        (["info", "{store}", "--wrong"], "--wrong"),
        (["export", "{store}"], "--output"),
        (["export", "{store}", "--output", "{folder}/a.txt"], ".parquet"),
        (["export", "{store}", "--output", "{folder}/a.csv", "--experiment", "nope"], "price (1)"),
        (["export", "{store}", "--output", "{folder}/a.csv", "--experiment", "old"], "--deleted"),
        (["export", "{store}", "--output", "{folder}/a.csv", "--filter", "metrics.a >"], "(character 12)."),
        (["export", "{store}", "--output", "{folder}/a.csv", "--order-by", "metrics.a UP"], "ASC or DESC"),
        (["export", "{store}", "--output", "{folder}/a.csv", "--order-by", "status", "--order-by", "status"], "twice"),
        (["export", "{store}", "--output", "{folder}/a.csv", "--max", "0"], "--max"),
        (["export", "{store}", "--output", "{folder}/no/a.csv"], "no folder"),
        (["export", "{store}", "--output", "{folder}/folder.csv"], "not a file"),
        (["export", "{store}", "--output", "{folder}/loop.csv"], "leads to itself"),
        (["export", ".", "--output", "{folder}/a.csv"], "folder"),
        (["--wrong"], "--wrong"),
        (["--theme", "blue"], "--theme"),
        (["--sample", "{store}"], "not both"),
    ],
)
def test_that_what_cannot_be_done_is_one_sentence_and_exit_2(
    store: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = store.parent
    (folder / "text.db").write_text("no database, but long enough to hold a header" * 9)
    (folder / "folder.csv").mkdir()
    (folder / "loop.csv").symlink_to("loop.csv")
    before = sorted(folder.iterdir())
    filled = [text.format(store=store, folder=folder) for text in arguments]
    assert main(filled) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.endswith(".\n")
    assert words in said.err
    assert said.out == ""
    if arguments[0] in {"info", "export"}:
        assert main([*filled, "--json"]) == 2
        said = capsys.readouterr()
        assert json.loads(said.out) == {"error": said.err.strip()}
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", ".bakehouse"])
def test_that_an_export_never_replaces_the_store_or_what_belongs_to_it(
    store: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = store.with_name("mlflow.csv")
    store.rename(target)
    before = target.read_bytes()
    link = target.with_name("link.csv")
    link.symlink_to(target.name + suffix)
    hard = target.with_name("hard.csv")
    os.link(target, hard)
    outputs = [link, hard] if not suffix else [link]
    for output in [target, *outputs]:
        assert main(["export", str(target), "--output", str(output)]) == 2
        assert "the store itself" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_that_an_existing_file_is_replaced_and_keeps_its_permissions(store: Path) -> None:
    output = store.with_name("out.csv")
    output.write_text("old")
    output.chmod(0o640)
    link = store.with_name("link.csv")
    link.symlink_to(output)
    assert main(["export", str(store), "--output", str(link)]) == 0
    assert link.is_symlink()
    assert output.read_text().startswith("run_id,")
    assert output.stat().st_mode & 0o777 == 0o640


WITHOUT_QT = textwrap.dedent("""
    import sys

    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in {"PySide6", "shiboken6", "pyqtgraph"}:
                raise ImportError(f"{name} is blocked")

    sys.meta_path.insert(0, Blocked())
    from bakehouse.__main__ import main
    status = main(sys.argv[1:])
    heavy = {"pandas", "sqlalchemy", "pyarrow", "lark", "xlsxwriter", "PySide6"} & set(sys.modules)
    if sys.argv[1] == "info":
        heavy |= {"numpy"} & set(sys.modules)
    print("imported:", *sorted(heavy), file=sys.stderr)
    sys.exit(status)
""")


def without_qt(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_QT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_that_commands_run_without_qt_and_import_only_what_they_need(store: Path) -> None:
    done = without_qt("info", store, "--json")
    assert (done.returncode, done.stderr) == (0, "imported:\n")
    assert json.loads(done.stdout)["runs"] == {"active": 4, "deleted": 2}
    for ending, imported in (("csv", ""), ("md", ""), ("xlsx", " xlsxwriter"), ("parquet", " pyarrow")):
        done = without_qt("export", store, "--output", store.with_name(f"out.{ending}"))
        assert (done.returncode, done.stderr) == (0, f"imported:{imported}\n")
    done = without_qt("export", store, "--output", store.with_name("out.csv"), "--filter", "metrics.auc > 0")
    assert (done.returncode, done.stderr) == (0, "imported: lark\n")


def test_that_the_window_without_qt_is_one_sentence(store: Path) -> None:
    done = without_qt(store)
    assert done.returncode == 2
    assert done.stderr.startswith("The window needs Qt")
    assert done.stderr.count("\n") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="how X11 and Wayland are found")
@pytest.mark.parametrize("missing", ["display", "home"])
def test_that_a_window_that_cannot_be_shown_is_one_sentence(store: Path, missing: str) -> None:
    without = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"} if missing == "display" else set[str]()
    environment = {key: value for key, value in os.environ.items() if key not in without}
    if missing == "home":
        environment["BAKEHOUSE_HOME"] = "/proc/none"
    done = subprocess.run(
        [sys.executable, "-m", "bakehouse", str(store)],
        capture_output=True, text=True, timeout=120, check=False, env=environment,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert ("no display" if missing == "display" else "/proc/none") in done.stderr


def test_that_a_closed_pipe_ends_quietly(store: Path) -> None:
    command = f'"{sys.executable}" -m bakehouse info "{store}" | true'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", ">/dev/full"])
@pytest.mark.parametrize("arguments", ["info {store} --json", "info none.db --json"])
def test_that_an_answer_nobody_can_take_is_no_traceback(store: Path, arguments: str, closed: str) -> None:
    command = f'"{sys.executable}" -m bakehouse {arguments.format(store=store)} {closed}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == (0 if "none" not in arguments and "full" not in closed else 2)
    assert done.stderr.count("\n") == (done.returncode == 2 and "2>" not in closed)


def test_that_names_are_escaped_where_the_terminal_cannot_print_them(store: Path) -> None:
    named = store.rename(store.with_name("größe ☃.db"))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    commands = (["info", named], ["info", named, "--json"], ["export", named, "--output", named.with_suffix(".csv")])
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "bakehouse", *map(str, command)],
            capture_output=True, text=True, timeout=120, check=False, env=environment,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "\\u2603" in done.stdout or "--json" in command


def test_that_an_export_says_what_it_wrote_as_json(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = store.with_name("out.csv")
    assert main(["export", str(store), "--output", str(output), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"runs": 4, "columns": 9, "output": str(output)}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=8).filter(lambda text: "\0" not in text), max_size=4))
def test_that_hostile_arguments_never_end_in_a_traceback(words: list[str]) -> None:
    assert main(["info", *words]) in {0, 2} if not {"-h", "--help"} & set(words) else True


def test_that_a_profile_is_a_person_with_folders_of_their_own(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setenv("BAKEHOUSE_PROFILE", "")
    before = data_directory()
    choose_profile("reviewer")
    assert data_directory() == before / "profiles" / "reviewer"
    assert parse_window(["--profile", "reviewer"]).profile == "reviewer"
    with pytest.raises(ArgumentsError, match="no name of a profile"):
        parse_window(["--profile", "../x"])
