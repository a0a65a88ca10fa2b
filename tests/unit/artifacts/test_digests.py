"""Digests: the rule as it is written, and what it refuses."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bakehouse.artifacts.digests import RULE, FolderDigest, file_digest, folder_digest
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, Cancelled


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {}\n")
    (folder / "data" / "x.bin").write_bytes(b"\0" * 3_000_000)
    return folder


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_that_the_rule_is_what_its_words_say(model: Path) -> None:
    (model / "link").symlink_to("data/x.bin")
    lines = [
        b"\0".join((b"file", b"MLmodel", b"12", sha(b"flavors: {}\n").encode())),
        b"\0".join((b"file", b"data/x.bin", b"3000000", sha(b"\0" * 3_000_000).encode())),
        b"\0".join((b"link", b"link", b"0", sha(b"data/x.bin").encode())),
    ]
    whole = b"bakehouse folder digest 1\n" + b"".join(line + b"\n" for line in lines)
    found = folder_digest(model, Token())
    assert (RULE, found.rule, found.sha256, found.size) == (1, 1, sha(whole), 3_000_012)
    assert str(found) == f"sha256:{sha(whole)}"


def test_that_only_the_content_counts_and_what_mlflow_writes_on_loading_does_not(model: Path, tmp_path: Path) -> None:
    before = folder_digest(model, Token()).sha256
    (model / "registered_model_meta").write_text("model_name: x\n")
    (model / "empty").mkdir()
    os.utime(model / "MLmodel", (1, 1))
    moved = tmp_path / "elsewhere"
    shutil.copytree(model, moved)
    assert folder_digest(model, Token()).sha256 == folder_digest(moved, Token()).sha256 == before
    (model / "data" / "registered_model_meta").write_text("only at the root is it left out")
    assert folder_digest(model, Token()).sha256 != before


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_that_every_change_of_a_name_or_a_byte_changes_the_digest(tmp_path: Path, data: st.DataObject) -> None:
    names = st.binary(min_size=1, max_size=30).filter(
        lambda n: b"/" not in n and b"\0" not in n and n not in (b".", b"..")
    )
    files = data.draw(st.dictionaries(names, st.binary(max_size=20), min_size=1, max_size=4))
    folder = tmp_path / "f"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()

    def digest() -> FolderDigest:
        return folder_digest(folder, Token())

    for name, content in files.items():
        (folder / os.fsdecode(name)).write_bytes(content)
    first = digest()
    assert first == digest() and len(first.files) == len([n for n in files if n != b"registered_model_meta"])
    chosen = folder / os.fsdecode(data.draw(st.sampled_from(sorted(files))))
    if chosen.name != "registered_model_meta":
        chosen.write_bytes(chosen.read_bytes() + b"x")
        assert digest().sha256 != first.sha256


def test_that_pipes_the_store_and_missing_folders_are_sentences(model: Path, tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    store.write_bytes(b"SQLite format 3\0")
    os.link(store, model / "copy.db")
    with pytest.raises(ArtifactError, match="the store that is open"):
        folder_digest(model, Token(), guard=Guard(store))
    (model / "copy.db").unlink()
    os.mkfifo(model / "pipe")
    with pytest.raises(ArtifactError, match="pipe"):
        folder_digest(model, Token())
    with pytest.raises(ArtifactError, match="not there any more"):
        folder_digest(tmp_path / "gone", Token())


def test_that_a_digest_can_be_stopped_and_tells_how_far_it_is(model: Path) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int, _text: str) -> None:
        told.append((done, total))
        if done >= 1_000_000:
            token.cancel()

    token = Token(progress=tell)
    with pytest.raises(Cancelled):
        folder_digest(model, token)
    assert told and told[-1][1] == 3_000_012 and told[-1][0] < 3_000_012


def test_that_a_file_that_changes_meanwhile_has_no_digest(model: Path) -> None:
    path = model / "data" / "x.bin"

    def grow(_done: int, _total: int, _text: str) -> None:
        with path.open("ab") as file:
            file.write(b"x")

    with pytest.raises(ArtifactError, match="changed while"):
        file_digest(path, Token(progress=grow))
    assert file_digest(model / "MLmodel", Token()) == sha(b"flavors: {}\n")
