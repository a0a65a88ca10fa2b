"""Where a person says artifacts lie, and addresses of other machines before anybody agreed to ask them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.artifacts import remote
from bakehouse.artifacts.gathering import Plan
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.remote import BAD_NAME, RemoteFolder, is_file_name, missing_extra
from bakehouse.domain.cancellation import Token
from bakehouse.personal.relocations import RelocationFile

RUN, OTHER = "a" * 32, "b" * 32


@pytest.mark.parametrize("chosen", ["", "1", f"1/{RUN}", f"1/{RUN}/artifacts"])
@pytest.mark.parametrize("recorded", ["/gone/ml/runs", "file:///gone/ml/runs", "C:\\ml\\runs", "s3://bucket/ml/runs"])
def test_that_any_folder_on_the_way_teaches_the_place_of_every_run(tmp_path: Path, chosen: str, recorded: str) -> None:
    for run in (RUN, OTHER):
        (tmp_path / "disk" / "kept" / "1" / run / "artifacts").mkdir(parents=True)
    locator = Locator(tmp_path / "mlflow.db")
    lesson = locator.lesson(f"{recorded}/1/{RUN}/artifacts", tmp_path / "disk" / "kept" / chosen)
    assert lesson is not None
    locator.learn(dict([lesson]))
    found = locator.locate(f"{recorded}/1/{OTHER}/artifacts")
    assert found.path == tmp_path / "disk" / "kept" / "1" / OTHER / "artifacts" and found.moved


def test_that_a_folder_of_another_run_teaches_nothing(tmp_path: Path) -> None:
    (tmp_path / "1" / OTHER / "artifacts").mkdir(parents=True)
    locator = Locator(tmp_path / "mlflow.db")
    assert locator.lesson(f"/gone/1/{RUN}/artifacts", tmp_path / "1" / OTHER) is None
    assert locator.lesson(f"/gone/1/{RUN}/artifacts", tmp_path / "absent") is None


def test_that_what_was_learned_is_kept_and_forgotten(tmp_path: Path) -> None:
    file = RelocationFile("x", tmp_path / "mlflow.db")
    assert file.read() == {}
    file.change({"/gone/a": "/here/a"})
    assert file.change({"/gone/b": "/here/b"}) == {"/gone/a": "/here/a", "/gone/b": "/here/b"}
    assert RelocationFile("x", tmp_path / "moved.db").read() == {"/gone/a": "/here/a", "/gone/b": "/here/b"}
    assert file.change({"/gone/a": None}) == {"/gone/b": "/here/b"}


def test_that_nothing_is_asked_before_a_person_agrees_and_no_password_is_shown(tmp_path: Path) -> None:
    locator = Locator(tmp_path / "mlflow.db")
    address = "https://ada:secret@host/1/artifacts"
    found = locator.locate(address)
    assert found.path is None and found.host == "https://host" and "secret" not in found.reason
    locator.agree(found.host)
    assert locator.locate(address).remote == address


def test_that_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(remote, "find_spec", lambda _name: None)
    for address, extra in (("s3://b/x", "s3"), ("gs://b/x", "gs"), ("abfss://c@a/x", "azure"), ("https://h/x", "http")):
        assert f"bakehouse[{extra}]" in missing_extra(address)
        found = Locator(tmp_path / "mlflow.db").locate(address)
        assert found.path is None and f"bakehouse[{extra}]" in found.reason and not found.host


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "..\\x", "a\0b", "x" * 256, "\ud800"])
def test_that_names_no_file_can_have_are_never_fetched(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_file_name(name)
    folder = RemoteFolder("s3://bucket/1", tmp_path / "cache")
    entry = Entry(name, name, tmp_path / "cache", False, 1, None, False, BAD_NAME, remote="s3://bucket/1")
    monkeypatch.setattr(RemoteFolder, "list", lambda *_arguments: ([entry], False))
    plan = Plan()
    remote.RemoteSource(folder, "", True).gather("artifacts", plan, Token())
    assert not plan.files and plan.left_out == [(f"artifacts/{name}", BAD_NAME)]


def test_that_a_server_kept_address_names_its_server(tmp_path: Path) -> None:
    locator = Locator(tmp_path / "mlflow.db")
    assert "MLflow server at host:5000" in locator.locate("mlflow-artifacts://ada:secret@host:5000/1/x").reason
    assert "MLFLOW_TRACKING_URI" in locator.locate("mlflow-artifacts:/1/x").reason
