"""What an artifact folder shows, and what it only shows."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.artifacts.listing import list_folder, single_file, size_text
from bakehouse.artifacts.protection import DANGLING, LEADS_OUT, LINKED_FOLDER, NO_FILE, THE_STORE, Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, Cancelled
from bakehouse.domain.natural import natural_key


def test_that_folders_come_first_and_numbers_count(tmp_path: Path) -> None:
    for name in ("step10.txt", "step2.txt", "Alpha.txt", "beta.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "zeta").mkdir()
    entries = list_folder(tmp_path, Token())
    assert [e.name for e in entries] == ["zeta", "Alpha.txt", "beta.txt", "step2.txt", "step10.txt"]
    assert [e.is_folder for e in entries] == [True, False, False, False, False]
    assert entries[1].size == len("Alpha.txt") and entries[0].size is None
    assert entries[1].modified_ms == (tmp_path / "Alpha.txt").stat().st_mtime_ns // 1_000_000


def test_that_a_folder_below_names_its_entries_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c%20.txt").write_text("")
    entry = list_folder(tmp_path / "a" / "b", Token(), root=tmp_path)[0]
    assert entry.relative == "a/b/c%20.txt" and entry.root == tmp_path


def test_that_links_are_shown_and_those_that_lead_out_are_marked(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "file.txt").write_text("inside")
    (tmp_path / "secret.txt").write_text("outside")
    (root / "inside").symlink_to("file.txt")
    (root / "out").symlink_to(tmp_path / "secret.txt")
    (root / "up").symlink_to("..")
    (root / "folder-link").symlink_to("folder")
    (root / "loop").symlink_to("loop")
    (root / "nowhere").symlink_to("absent")
    found = {e.name: e for e in list_folder(root, Token())}
    assert {n: e.obstacle for n, e in found.items() if e.is_link} == {
        "inside": "",
        "out": LEADS_OUT,
        "up": LEADS_OUT,
        "folder-link": LINKED_FOLDER,
        "loop": DANGLING,
        "nowhere": DANGLING,
    }
    assert found["inside"].size == len("inside")
    assert not any(e.is_folder for e in found.values() if e.is_link)


def test_that_the_open_store_and_its_side_files_are_marked_under_any_name(tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    for ending in ("", "-wal", "-journal", ".bakehouse"):
        store.with_name(store.name + ending).write_bytes(b"x")
    os.link(store, tmp_path / "innocent.txt")
    (tmp_path / "link.txt").symlink_to("mlflow.db")
    (tmp_path / "other.db").write_bytes(b"x")
    found = {e.name: e.obstacle for e in list_folder(tmp_path, Token(), guard=Guard(store))}
    assert found.pop("other.db") == ""
    assert set(found.values()) == {THE_STORE}


def test_that_pipes_and_sockets_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert {e.obstacle for e in list_folder(tmp_path, Token())} == {NO_FILE}


def test_that_hostile_names_are_listed_as_they_are(tmp_path: Path) -> None:
    names = [
        "line\nbreak",
        "‮gpj.exe",
        "-rf",
        "%2e%2e",
        "..hidden",
        "CON",
        b"bad\xff".decode("utf-8", "surrogateescape"),
    ]
    for name in names:
        (tmp_path / name).write_text("")
    (tmp_path / ("x" * 255)).write_text("")
    found = list_folder(tmp_path, Token())
    assert {e.name for e in found} == {*names, "x" * 255}
    assert all(e.path.exists() for e in found)


def test_that_errors_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match="not there any more"):
        list_folder(tmp_path / "gone", Token())
    with pytest.raises(ArtifactError, match="a file, not a folder"):
        list_folder(tmp_path / "file", Token())
    with pytest.raises(ArtifactError, match="not there any more"):
        single_file(tmp_path / "gone")
    assert single_file(tmp_path / "file").name == "file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_that_a_forbidden_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(ArtifactError, match="may not be read"):
        list_folder(tmp_path / "closed", Token())


def test_that_a_long_listing_can_be_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        list_folder(tmp_path, token)


@given(st.lists(st.text(max_size=8), unique=True))
def test_that_natural_order_does_not_depend_on_the_order_found(names: list[str]) -> None:
    def key(name: str) -> object:
        return (natural_key(name), name)

    backwards = names[::-1]
    assert sorted(backwards, key=key) == sorted(names, key=key)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (38_400, "38 kB"),
        (999_600, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (10**10, "10 GB"),
    ],
)
def test_that_sizes_are_short(size: int | None, text: str) -> None:
    assert size_text(size) == text
