"""Zip files of artifacts: every name can be unpacked anywhere and nowhere else, whole or not at all."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.zipping import cleaned_names, zip_out
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, Cancelled


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "artifacts" / "model"
    (folder / "empty").mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors")
    (folder / "weights.bin").write_bytes(os.urandom(700_000))
    (folder / "plot.png").write_bytes(b"\x89PNG" * 5_000)
    return folder


def test_that_files_and_empty_folders_come_back_byte_for_byte(source: Path, tmp_path: Path) -> None:
    os.utime(source / "MLmodel", (1_600_000_000, 1_600_000_000))
    result = zip_out([source], tmp_path / "model.zip", Token())
    assert (result.paths, result.files, result.left_out) == ((tmp_path / "model.zip",), 3, ())
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert sorted(names) == ["model/", "model/MLmodel", "model/empty/", "model/plot.png", "model/weights.bin"]
        for name in names:
            if not name.endswith("/"):
                assert archive.read(name) == (source.parent / name).read_bytes()
        assert archive.getinfo("model/MLmodel").date_time[0] == 2020
        assert archive.getinfo("model/plot.png").compress_type == zipfile.ZIP_STORED
    assert sorted(p.name for p in tmp_path.iterdir()) == ["artifacts", "model.zip"]


def test_that_a_cancelled_zip_leaves_nothing_and_what_was_there(source: Path, tmp_path: Path) -> None:
    (tmp_path / "model.zip").write_text("mine")
    tokens: list[Token] = []

    def cancel(_done: int, total: int, _text: str) -> None:
        if total:
            tokens[0].cancel()

    tokens.append(Token(cancel))
    with pytest.raises(Cancelled):
        zip_out([source], tmp_path / "model.zip", tokens[0])
    assert (tmp_path / "model.zip").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["artifacts", "model.zip"]


def test_that_links_out_and_the_open_store_are_left_out_and_never_replaced(source: Path, tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    store.write_text("store")
    (source / "out").symlink_to("/etc/hostname")
    os.link(store, source / "copy.db")
    guard = Guard(store)
    result = zip_out([source], tmp_path / "model.zip", Token(), roots=[source.parent], guard=guard)
    assert sorted(name for name, _ in result.left_out) == ["model/copy.db", "model/out"]
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        assert "model/out" not in archive.namelist() and "model/copy.db" not in archive.namelist()
    with pytest.raises(ArtifactError, match="store that is open"):
        zip_out([source / "MLmodel"], store, Token(), guard=guard)
    with pytest.raises(ArtifactError, match="is a folder"):
        zip_out([source / "MLmodel"], source, Token())
    assert store.read_text() == "store"


def test_that_more_files_than_a_plain_zip_can_hold_fit(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(66_000):
        os.close(os.open(folder / str(number), os.O_CREAT))
    zip_out([folder], tmp_path / "many.zip", Token())
    with zipfile.ZipFile(tmp_path / "many.zip") as archive:
        assert len(archive.namelist()) == 66_001


_PARTS = st.one_of(
    st.sampled_from(["..", ".", "...", "CON", "nul.txt", "a", "A", "a ", "a.", "C:", "\\\\host\\share", "..\\..\\x"]),
    st.sampled_from(["-rf", "\u202egnp.exe", "bad\udcff", "x" * 300, "ä" * 200, "line\nbreak", "aux", "COM1.log"]),
    st.text(st.characters(blacklist_characters="/\0"), min_size=1, max_size=12),
)


@given(st.lists(st.lists(_PARTS, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6, unique=True))
def test_that_no_name_in_a_zip_leads_out_or_hides_another(names: list[str]) -> None:
    given_names, _ = cleaned_names(sorted(names, key=lambda name: name.count("/")))
    results = list(given_names.values())
    assert len({name.casefold() for name in results}) == len(results)
    for name in results:
        assert not PureWindowsPath(name).is_absolute() and not PureWindowsPath(name).drive
        assert not PurePosixPath(name).is_absolute()
        name.encode("utf-8")
        for part in name.split("/"):
            assert part not in ("", ".", "..") and "\\" not in part and part[-1] not in " ."
            assert len(part.encode()) <= 255 and not PureWindowsPath(part).is_reserved()
