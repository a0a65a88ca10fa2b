"""Copies out of an artifact folder: whole or not at all, never outside the target."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bakehouse.artifacts.copying import Existing, NamesTaken, copy_out
from bakehouse.artifacts.progress import Progress
from bakehouse.artifacts.protection import LEADS_OUT, THE_STORE, Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, Cancelled, DiskFull


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "artifacts" / "model"
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "MLmodel").write_text("flavors")
    (folder / "data" / "big.bin").write_bytes(os.urandom(3_000_000))
    (folder / "data" / "deep" / "x%20.txt").write_text("deep")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def test_that_files_and_folders_arrive_byte_for_byte_with_their_times(source: Path, target: Path) -> None:
    os.utime(source / "MLmodel", (1_600_000_000, 1_600_000_000))
    done: list[tuple[int, int, str]] = []
    result = copy_out([source, source / "MLmodel"], target, Token(lambda *step: done.append(step)))
    assert result.paths == (target / "model", target / "MLmodel")
    assert (result.files, result.left_out) == (4, ())
    assert content(target / "model") == content(source)
    assert (target / "MLmodel").stat().st_mtime == 1_600_000_000
    assert names_in(target) == ["MLmodel", "model"]
    assert done


def test_that_one_source_can_get_another_name(source: Path, target: Path) -> None:
    result = copy_out([source / "MLmodel"], target, Token(), name="recipe.yaml")
    assert result.paths == (target / "recipe.yaml",)
    for bad in ("..", "a/b", "", "a\0b"):
        with pytest.raises(ArtifactError):
            copy_out([source / "MLmodel"], target, Token(), name=bad)


def test_that_a_taken_name_asks_before_anything_is_written(source: Path, target: Path) -> None:
    (target / "MLmodel").write_text("mine")
    with pytest.raises(NamesTaken) as caught:
        copy_out([source, source / "MLmodel"], target, Token())
    assert caught.value.names == ("MLmodel",)
    assert content(target) == {"MLmodel": b"mine"}


def test_that_the_answer_to_a_taken_name_is_kept(source: Path, target: Path) -> None:
    mine = target / "MLmodel"
    mine.write_text("mine")
    copy_out([source / "MLmodel"], target, Token(), existing=Existing.SKIP)
    assert mine.read_text() == "mine"
    copy_out([source / "MLmodel"], target, Token(), existing=Existing.KEEP_BOTH)
    assert (mine.read_text(), (target / "MLmodel (2)").read_text()) == ("mine", "flavors")
    copy_out([source / "MLmodel"], target, Token(), existing=Existing.REPLACE)
    assert mine.read_text() == "flavors"


def test_that_replacing_a_folder_keeps_the_files_it_does_not_name(source: Path, target: Path) -> None:
    (target / "model").mkdir()
    (target / "model" / "my notes.txt").write_text("mine")
    (target / "model" / "MLmodel").write_text("old")
    copy_out([source], target, Token(), existing=Existing.REPLACE)
    assert content(target / "model") == content(source) | {"my notes.txt": b"mine"}


def test_that_a_file_and_a_folder_never_take_each_others_place(source: Path, target: Path) -> None:
    (target / "model" / "MLmodel").mkdir(parents=True)
    (target / "model" / "data").mkdir()
    (target / "model" / "data" / "big.bin").write_text("old")
    before = content(target)
    with pytest.raises(ArtifactError, match="MLmodel is a folder"):
        copy_out([source], target, Token(), existing=Existing.REPLACE)
    assert content(target) == before


def test_that_a_link_in_the_target_is_never_written_through(source: Path, target: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "big.bin").write_text("theirs")
    (target / "model").mkdir()
    (target / "model" / "data").symlink_to(outside)
    (target / "model" / "MLmodel").symlink_to(outside / "big.bin")
    with pytest.raises(ArtifactError, match="data is no folder"):
        copy_out([source], target, Token(), existing=Existing.REPLACE)
    (target / "model" / "data").unlink()
    copy_out([source], target, Token(), existing=Existing.REPLACE)
    assert content(outside) == {"big.bin": b"theirs"}
    assert not (target / "model" / "MLmodel").is_symlink()


def test_that_links_that_lead_out_are_left_out_and_named(source: Path, target: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (source / "out").symlink_to(tmp_path / "secret")
    (source / "inside").symlink_to("MLmodel")
    (source / "round").symlink_to(".")
    result = copy_out([source], target, Token(), roots=[source])
    assert ("model/out", LEADS_OUT) in result.left_out and len(result.left_out) == 2
    assert (target / "model" / "inside").read_text() == "flavors"
    assert not (target / "model" / "inside").is_symlink()
    assert not (target / "model" / "out").exists()
    with pytest.raises(ArtifactError, match="leads out"):
        copy_out([source / "out"], target, Token(), roots=[source])


def test_that_the_open_store_is_neither_copied_nor_replaced(tmp_path: Path, target: Path) -> None:
    store = target / "mlflow.db"
    store.write_bytes(b"store")
    inner = tmp_path / "folder"
    inner.mkdir()
    os.link(store, inner / "copy.db")
    (inner / "mlflow.db").write_text("other")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    result = copy_out([inner], elsewhere, Token(), guard=Guard(store))
    assert result.left_out == (("folder/copy.db", THE_STORE),)
    with pytest.raises(ArtifactError, match="store that is open"):
        copy_out([inner / "mlflow.db"], target, Token(), guard=Guard(store), existing=Existing.REPLACE)
    assert store.read_bytes() == b"store"


def test_that_a_cancelled_copy_leaves_nothing(source: Path, target: Path) -> None:
    token = Token()

    def cancel_late(done: int, total: int, text: str) -> None:
        if total:
            token.cancel()

    token = Token(cancel_late)
    with pytest.raises(Cancelled):
        copy_out([source], target, token)
    assert names_in(target) == []


def test_that_a_folder_is_not_copied_into_itself(source: Path) -> None:
    with pytest.raises(ArtifactError, match="into itself"):
        copy_out([source], source / "data", Token())
    assert not (source / "data" / "model").exists()


def test_that_a_missing_target_or_source_is_a_sentence(source: Path, target: Path) -> None:
    with pytest.raises(ArtifactError, match="not a folder"):
        copy_out([source], target / "absent", Token())
    with pytest.raises(ArtifactError, match="not there any more"):
        copy_out([source / "absent"], target, Token())
    assert names_in(target) == []


def test_that_two_sources_of_one_name_both_arrive(source: Path, target: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "MLmodel").write_text("second")
    result = copy_out([source / "MLmodel", other / "MLmodel"], target, Token())
    assert [p.name for p in result.paths] == ["MLmodel", "MLmodel (2)"]


def test_that_more_than_fits_is_refused_beforehand(source: Path, target: Path) -> None:
    huge = source / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(shutil.disk_usage(target).free + 1_000_000_000_000)
    with pytest.raises(DiskFull, match="do not fit"):
        copy_out([huge], target, Token())
    assert names_in(target) == []


_FULL_DISK = """
import ctypes, os, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
if os.geteuid():
    sys.exit(77)
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18
folder = sys.argv[2].encode()
if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
    sys.exit(77)
if libc.mount(b"tmpfs", folder, b"tmpfs", 0, b"size=2m"):
    sys.exit(77)
from bakehouse.artifacts import copying
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import DiskFull
copying._require_space = lambda size, target: None  # as when others fill the disk meanwhile
try:
    copying.copy_out([Path(sys.argv[1])], Path(sys.argv[2]), Token())
except DiskFull as error:
    print(error)
print(os.listdir(sys.argv[2]))
"""


def test_that_a_disk_that_fills_up_leaves_nothing(source: Path, target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(source), str(target)], capture_output=True, text=True, check=False
    )
    if done.returncode == 77:
        pytest.skip("a small file system cannot be mounted here")
    assert done.returncode == 0, done.stderr
    sentence, left = done.stdout.splitlines()
    assert "is full; nothing was copied" in sentence and left == "[]"


def test_that_two_copies_to_one_name_at_once_both_arrive(source: Path, target: Path) -> None:
    """Another program takes the name between our look and our rename."""

    def take(_done: int, total: int, _text: str) -> None:
        if total and not (target / "MLmodel").exists():
            (target / "MLmodel").write_text("of another")

    result = copy_out([source / "MLmodel"], target, Token(take), existing=Existing.ASK)
    assert result.paths == (target / "MLmodel (2)",)
    assert (target / "MLmodel").read_text() == "of another" and names_in(target) == ["MLmodel", "MLmodel (2)"]


def test_that_a_share_that_vanishes_is_a_sentence_and_leaves_nothing(source: Path, target: Path) -> None:
    def vanish(_done: int, total: int, _text: str) -> None:
        if total and source.exists():
            source.rename(source.with_name("gone"))

    with pytest.raises(ArtifactError, match="not there any more"):
        copy_out([source], target, Token(vanish))
    assert names_in(target) == []


def test_that_progress_of_more_than_32_bits_can_be_told(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    progress = Progress(5_000_000_000, Token(lambda *step: told.append(step)))
    progress.add(2_500_000_000, "model.bin")
    assert told == [(500, 1000, "model.bin · 2.5 GB of 5.0 GB")]


_HOSTILE = st.sampled_from(
    ["-rf", "--target-directory=x", "..x", "...", "~", "a\\b", "line\nbreak", "CON", "nul.txt", "C:x", " "]
)
_ODD = st.sampled_from(
    [
        "x" * 255,
        "ä" * 127,
        b"bad\xff\xfe".decode("utf-8", "surrogateescape"),
        "\u202egnp.exe",
        ".bakehouse-copy-x",
        "%2e%2f",
    ]
)
_NAMES = st.one_of(
    _HOSTILE,
    _ODD,
    st.text(st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=20),
).filter(lambda n: n not in (".", "..") and len(os.fsencode(n)) <= 255)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(_NAMES, min_size=1, max_size=5, unique=True))
def test_that_no_name_leads_a_copy_out_of_the_target(tmp_path: Path, names: list[str]) -> None:
    base = tmp_path / "base"
    source, target = base / "source", base / "t" / "target"
    source.mkdir(parents=True)
    target.mkdir(parents=True)
    try:
        for name in names:
            (source / name).write_bytes(os.fsencode(name))
        chosen = [source / name for name in names]
        copy_out(chosen, target, Token())
        assert {os.fsencode(n) for n in names_in(target)} == {os.fsencode(n) for n in names}
        again = copy_out(chosen, target, Token(), existing=Existing.KEEP_BOTH)
        assert all(path.parent == target for path in again.paths) and len(names_in(target)) == 2 * len(names)
        copy_out([source], target, Token(), existing=Existing.REPLACE)
        assert {os.fsencode(n) for n in names_in(target / "source")} == {os.fsencode(n) for n in names}
        assert names_in(base / "t") == ["target"] and names_in(base) == ["source", "t"]
    finally:
        shutil.rmtree(base)
