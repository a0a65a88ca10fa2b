"""Addresses and listings of MLflow servers, and who gets a person's credentials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.mlflow_server import (
    artifact_address,
    credentials,
    is_served,
    likely_server,
    served_entries,
    server_address,
)
from bakehouse.domain.errors import ArtifactError

RUN = "0123456789abcdef0123456789abcdef"
URI = f"mlflow-artifacts:/1/{RUN}/artifacts"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://host:5000", "http://host:5000"),
        (" HTTPS://host/mlflow/ ", "https://host/mlflow"),
        ("host:5000", "http://host:5000"),
        ("http://host:5000/#/experiments/1", "http://host:5000"),
        ("http://host/api/2.0/mlflow-artifacts/artifacts", "http://host"),
        ("http://[::1]:5000/?x=1", "http://[::1]:5000"),
    ],
)
def test_that_an_address_is_taken_as_a_person_copies_it(text: str, address: str) -> None:
    assert server_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "ftp://host", "http://", "two words", "http://host:port", "http://ada:secret@host", "/mlruns", "http://["],
)
def test_that_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ArtifactError, match=r"\.$"):
        server_address(text)


def test_that_the_likely_server_is_the_recorded_one_or_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert likely_server(URI) == ""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    assert likely_server(URI) == ""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://tracking/")
    assert likely_server(URI) == "https://tracking"
    assert likely_server("mlflow-artifacts://ada:secret@other:5000/1") == "http://other:5000"


def test_that_a_password_goes_to_its_own_server_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://tracking")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
    assert credentials("https://tracking:443/api") == {"headers": {"Authorization": "Bearer token"}}
    for other in (
        "http://tracking/x",
        "https://tracking:444/x",
        "https://tracking.evil/x",
        "https://evil/tracking",
        "http://[",
    ):
        assert credentials(other) == {}
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    assert credentials("https://tracking/x") == {"headers": {"Authorization": "Basic YWRhOnNlY3JldA=="}}
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert credentials("https://tracking/x") == {}


class Answering:
    """A file system that gives one answer and notes what it was asked for."""

    def __init__(self, answer: object) -> None:
        self.answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.asked: list[str] = []

    def cat_file(self, address: str) -> bytes:
        self.asked.append(address)
        return self.answer


def test_that_a_listing_keeps_every_name_inside_its_folder() -> None:
    names = ["a b.txt", "50% off", "../out", "x/y", "ä"]
    system = Answering({"files": [{"path": name, "is_dir": False, "file_size": "3"} for name in names]})
    address = artifact_address("http://host", ["1", RUN, "a b"])
    assert is_served(address) and not is_served("http://host/files")
    found = list(served_entries(system, address))
    assert system.asked == [f"http://host/api/2.0/mlflow-artifacts/artifacts?path=1%2F{RUN}%2Fa%20b"]
    assert [one["name"].removeprefix(address + "/") for one in found] == [
        "a%20b.txt", "50%25%20off", "..%2Fout", "x%2Fy", "%C3%A4",
    ]  # fmt: skip
    assert {one["size"] for one in found} == {3}


@pytest.mark.parametrize("answer", [b"<html>", [], {"files": [{"is_dir": True}]}, {"files": 3}, b"\xff\xfe"])
def test_that_another_answer_is_a_sentence(answer: object) -> None:
    with pytest.raises(ArtifactError, match="does not answer as an MLflow server"):
        list(served_entries(Answering(answer), artifact_address("http://host", [RUN])))


def test_that_a_named_server_serves_every_run_and_is_asked_only_after_agreeing(tmp_path: Path) -> None:
    locator = Locator(tmp_path / "mlflow.db")
    lost = locator.locate(URI)
    assert lost.needs_server and lost.path is None and not lost.host
    locator.name_server(URI, "http://host:5000")
    found = locator.locate(URI.replace("/1/", "/2/"))
    assert found.remote == f"http://host:5000/api/2.0/mlflow-artifacts/artifacts/2/{RUN}/artifacts"
    again = Locator(tmp_path / "mlflow.db", locator.taught).locate(URI)
    assert again.host == "http://host:5000" and not again.remote and "nothing has been asked" in again.reason
    other = locator.locate(f"mlflow-artifacts://elsewhere:1/1/{RUN}/artifacts")
    assert other.needs_server, "another server is another question"
