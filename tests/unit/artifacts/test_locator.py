"""Addresses as stores record them, and where they lead on this machine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.artifacts.locator import Locator
from tests.stores import SHARED_NAMES, shared_store

RUN = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
MODEL = "m-" + RUN


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder / "mlflow.db"


def made(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "file.txt").write_text("x")
    return path


@pytest.mark.parametrize(
    "text", ["./mlruns/0/{run}/artifacts", "mlruns/0/{run}/artifacts", "file:mlruns/0/{run}/artifacts"]
)
def test_that_relative_addresses_start_at_the_folder_of_the_store(store: Path, text: str) -> None:
    place = made(store.parent / "mlruns" / "0" / RUN / "artifacts")
    found = Locator(store).locate(text.format(run=RUN))
    assert (found.path, found.moved, found.notice) == (place, False, "")


@pytest.mark.parametrize("form", ["{}", "file://{}", "file://localhost{}", "FILE://{}", "file:{}"])
def test_that_absolute_and_file_addresses_are_taken_as_they_are(store: Path, tmp_path: Path, form: str) -> None:
    place = made(tmp_path / "elsewhere" / RUN / "artifacts")
    found = Locator(store).locate(form.format(place))
    assert (found.path, found.moved) == (place, False)


@pytest.mark.parametrize(
    ("recorded", "folder"),
    [
        ("{}/p%20q", "p q"),
        ("{}/100%", "100%"),
        ("{}/50%25", "50%"),
        ("file://{}/f%20g", "f g"),
        ("file://{}/b%C3%A4", "bä"),
        ("file://{}/h#i", "h"),
        ("{}/q?z", "q?z"),
        ("{}/ä ö", "ä ö"),
        ("file://{}/latin%E4", "latin\udce4"),
    ],
)
def test_that_signs_are_decoded_as_mlflow_decodes_them(store: Path, tmp_path: Path, recorded: str, folder: str) -> None:
    place = made(tmp_path / "signs" / folder)
    assert Locator(store).locate(recorded.format(tmp_path / "signs")).path == place


def test_that_a_folder_that_really_carries_the_sign_is_found_too(store: Path, tmp_path: Path) -> None:
    place = made(tmp_path / "p%20q")
    assert Locator(store).locate(str(place)).path == place
    sharp = made(tmp_path / "a#b")
    assert Locator(store).locate(f"file://{sharp}").path == sharp


@pytest.mark.parametrize(
    "recorded",
    [
        f"/data/ml/project/artifacts/churn/{RUN}/artifacts",
        f"file:///data/ml/project/artifacts/churn/{RUN}/artifacts",
        f"C:\\data\\ml\\project\\artifacts\\churn\\{RUN}\\artifacts",
        f"file:///C:/data/ml/project/artifacts/churn/{RUN}/artifacts",
        f"\\\\server\\share\\project\\artifacts\\churn\\{RUN}\\artifacts",
        f"file://server/share/project/artifacts/churn/{RUN}/artifacts",
        f"../../ml/project/artifacts/churn/{RUN}/artifacts",
    ],
)
def test_that_a_moved_store_finds_its_artifacts_beside_it_and_says_so(store: Path, recorded: str) -> None:
    place = made(store.parent / "artifacts" / "churn" / RUN / "artifacts")
    found = Locator(store).locate(recorded)
    assert (found.path, found.moved) == (place, True)
    assert found.notice.startswith("Artifacts found beside the store (recorded at ")


def test_that_the_recorded_place_wins_while_it_exists(store: Path, tmp_path: Path) -> None:
    original = made(tmp_path / "origin" / "mlruns" / "0" / RUN / "artifacts")
    made(store.parent / "mlruns" / "0" / RUN / "artifacts")
    assert Locator(store).locate(str(original)).path == original


def test_that_the_longest_matching_end_wins(store: Path) -> None:
    made(store.parent / RUN / "artifacts")
    place = made(store.parent / "mlruns" / "7" / RUN / "artifacts")
    assert Locator(store).locate(f"/gone/mlruns/7/{RUN}/artifacts").path == place


def test_that_another_runs_folder_is_never_taken_for_this_one(store: Path) -> None:
    made(store.parent / "artifacts")
    made(store.parent / "mlruns" / "0" / OTHER / "artifacts")
    found = Locator(store).locate(f"/gone/mlruns/0/{RUN}/artifacts")
    assert found.path is None


def test_that_an_address_without_an_id_needs_two_matching_parts(store: Path) -> None:
    made(store.parent / "artifacts")
    assert Locator(store).locate("/gone/models/artifacts").path is None
    place = made(store.parent / "models" / "price")
    assert Locator(store).locate("/gone/models/price").path == place


def test_that_a_logged_model_is_found_by_its_own_id(store: Path) -> None:
    place = made(store.parent / "mlruns" / "1" / "models" / MODEL / "artifacts")
    found = Locator(store).locate(f"/gone/ml/mlruns/1/models/{MODEL}/artifacts")
    assert found.path == place and found.moved


def test_that_a_prefix_is_learned_and_can_be_taught(store: Path, tmp_path: Path) -> None:
    made(store.parent / "mlruns" / "0" / RUN / "artifacts")
    locator = Locator(store)
    locator.locate(f"/gone/ml/mlruns/0/{RUN}/artifacts")
    assert locator.learned == {"/gone/ml": str(store.parent)}

    place = made(tmp_path / "other disk" / "exp" / OTHER / "artifacts")
    taught = Locator(store, {"/bucket": str(tmp_path / "other disk")})
    found = taught.locate(f"/bucket/exp/{OTHER}/artifacts")
    assert found.path == place
    assert found.notice.startswith(f"Artifacts found in {place}")


def test_that_the_order_of_asking_changes_no_answer(store: Path) -> None:
    made(store.parent / "a" / RUN / "artifacts")
    made(store.parent / "b" / "mlruns" / "0" / OTHER / "artifacts")
    addresses = [f"/gone/a/{RUN}/artifacts", f"/gone/b/mlruns/0/{OTHER}/artifacts"]
    forwards = Locator(store)
    backwards = Locator(store)
    first = [forwards.locate(a).path for a in addresses]
    second = [backwards.locate(a).path for a in reversed(addresses)][::-1]
    assert first == second and None not in first


def test_that_nothing_logged_is_told_from_artifacts_that_stayed_elsewhere(store: Path) -> None:
    unmoved = Locator(store).locate(f"./mlruns/0/{RUN}/artifacts")
    assert unmoved.is_empty and unmoved.reason == "No artifacts were logged."

    away = Locator(store).locate(f"/gone/mlruns/0/{RUN}/artifacts")
    assert not away.is_empty
    assert away.reason.startswith(f"Artifacts are not here: recorded at /gone/mlruns/0/{RUN}/artifacts")

    made(store.parent / "mlruns" / "0" / OTHER / "artifacts")
    moved = Locator(store).locate(f"/gone/mlruns/0/{RUN}/artifacts")
    assert moved.is_empty and moved.expected == store.parent / "mlruns" / "0" / RUN / "artifacts"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://bucket/1/x/artifacts", "in an S3 bucket"),
        ("gs://bucket/x", "in Google Cloud Storage"),
        ("https://host/x", "on a web server"),
        ("dbfs:/x", "Databricks"),
        ("mlflow-artifacts:/0/x/artifacts", "MLflow server"),
        ("models:/m-123", "names a model"),
        ("runs:/abc/model", "names a run"),
        ("weird+thing:/x", "cannot be read here"),
        ("REDACTED-SOURCE-PATH", "not here"),
        ("", "records no place"),
    ],
)
def test_that_other_addresses_give_a_reason(store: Path, address: str, words: str) -> None:
    found = Locator(store).locate(address)
    if address == "REDACTED-SOURCE-PATH":
        assert found.path is None
        return
    assert found.path is None and words in found.reason and found.reason.endswith(".")


def test_that_what_a_server_kept_beside_the_store_is_found(store: Path) -> None:
    place = made(store.parent / "mlartifacts" / "3" / RUN / "artifacts")
    for address in (f"mlflow-artifacts:/3/{RUN}/artifacts", f"mlflow-artifacts://host:5000/3/{RUN}/artifacts"):
        assert Locator(store).locate(address).path == place
    assert Locator(store).locate("mlflow-artifacts:/../..").path is None


@pytest.mark.parametrize(
    "address",
    [
        "\0",
        "file://[::1",
        "file:",
        "/",
        "\\\\",
        "C:",
        "C:\\",
        "x" * 300_000,
        "file:///%00",
        "//",
        "..",
        "file:///a\nb",
        "‮/x",
    ],
)
def test_that_no_address_can_break_the_locator(store: Path, address: str) -> None:
    found = Locator(store).locate(address)
    assert found.path is not None or found.reason
    assert "\0" not in found.reason and "\n" not in found.reason and "‮" not in found.reason


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_that_everything_in_a_real_moved_store_is_found(name: str) -> None:
    path = shared_store(name)
    locator = Locator(path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT run_uuid, artifact_uri FROM runs").fetchall()
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if "logged_models" in tables:
            rows += connection.execute("SELECT model_id, artifact_location FROM logged_models").fetchall()
    folders = {p.parent.name: p for p in (path.parent / "artifacts").glob("**/artifacts") if p.is_dir()}
    assert folders
    found = {identity: locator.locate(uri) for identity, uri in rows}
    assert {i: f.path for i, f in found.items() if f.path} == {i: p for i, p in folders.items() if i in found}
    assert set(folders) <= set(found)
    assert all(f.moved for f in found.values() if f.path)
    assert all(f.is_empty or "scratch-to-delete" in f.uri for f in found.values() if not f.path)
