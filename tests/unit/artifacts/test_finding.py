"""Finding files below a folder, and their order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.artifacts.listing import Entry, list_folder
from bakehouse.artifacts.ordering import BY_NAME, Order, OrderBy, in_order
from bakehouse.artifacts.protection import LEADS_OUT
from bakehouse.artifacts.searching import Search, find_entries, words_found
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import Cancelled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plots" / "deep").mkdir(parents=True)
    for name in ("plots/roc.PNG", "plots/deep/roc curve.png", "plots/notes.txt", "model.pkl"):
        (tmp_path / name).write_text("x")
    (tmp_path / "plots" / "up").symlink_to(tmp_path)
    (tmp_path / "out.png").symlink_to("/etc/hostname")
    return tmp_path


def found(folder: Path, words: str) -> list[str]:
    search = find_entries(folder, words, Token(), lambda _entries, _count: None)
    return sorted(entry.relative for entry in search.found)


def test_that_every_word_has_to_be_in_the_path(folder: Path) -> None:
    assert found(folder, "png") == ["out.png", "plots/deep/roc curve.png", "plots/roc.PNG"]
    assert found(folder, "ROC deep") == ["plots/deep/roc curve.png"]
    assert found(folder, "*.p?l") == ["model.pkl"]
    assert found(folder, "roc*") == ["plots/deep/roc curve.png", "plots/roc.PNG"]
    assert found(folder, "nothing like it") == []


def test_that_links_are_not_followed_and_say_where_they_lead(folder: Path) -> None:
    search = find_entries(folder, "o", Token(), lambda _entries, _count: None)
    assert not any(entry.relative.startswith("plots/up/") for entry in search.found)
    assert next(entry for entry in search.found if entry.name == "out.png").obstacle == LEADS_OUT


def test_that_a_search_tells_stops_and_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1_200):
        (tmp_path / f"f{number}").touch()
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        find_entries(tmp_path, "f", token, lambda _entries, _count: None)
    monkeypatch.setattr("bakehouse.artifacts.searching.MOST_FOUND", 100)
    search = find_entries(tmp_path, "f", Token(), lambda _entries, _count: None)
    assert len(search.found) == 100 and words_found([search]) == "First 100 found"
    assert words_found([Search([], 7), Search([], 5, unread=1)]).startswith(
        "Nothing among 12 files and folders, 1 folders"
    )


def test_that_the_first_of_a_large_folder_are_told_at_once(tmp_path: Path) -> None:
    for number in range(1_500):
        (tmp_path / f"step{number}.txt").touch()
    told: list[list[Entry]] = []
    whole = list_folder(tmp_path, Token(), glimpse=told.append)
    assert len(told) == 1 and len(told[0]) == 1_001 and len(whole) == 1_500
    assert told[0] == in_order(told[0], BY_NAME, Token()) and set(told[0]) <= set(whole)


ENTRIES = st.lists(
    st.builds(
        Entry,
        name=st.text(st.sampled_from("ab12"), min_size=1, max_size=3),
        relative=st.uuids().map(str),
        root=st.just(Path("/x")),
        is_folder=st.booleans(),
        size=st.none() | st.integers(0, 3),
        modified_ms=st.none() | st.integers(0, 3),
        is_link=st.just(False),
        obstacle=st.just(""),
        members=st.just(()),
        remote=st.just(""),
    ),
    max_size=30,
)


@given(ENTRIES, st.builds(Order, st.sampled_from(OrderBy), st.booleans()))
def test_that_every_order_keeps_all_entries_and_puts_folders_first(entries: list[Entry], order: Order) -> None:
    ordered = in_order(entries, order, Token())
    assert sorted(e.relative for e in ordered) == sorted(e.relative for e in entries)
    assert [e.is_folder for e in ordered] == sorted((e.is_folder for e in entries), reverse=True)
    files = [e for e in ordered if not e.is_folder]
    if order.by is not OrderBy.NAME:
        values = [-1 if e.size is None else e.size for e in files]
        if order.by is OrderBy.TIME:
            values = [e.modified_ms or 0 for e in files]
        assert values == sorted(values, reverse=order.is_falling)


def test_that_a_merged_order_is_the_order_of_the_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"f{number}").write_bytes(os.urandom(number % 7))
    whole = list_folder(tmp_path, Token(), order=Order(OrderBy.SIZE, True))
    monkeypatch.setattr("bakehouse.artifacts.ordering._PIECE", 7)
    assert list_folder(tmp_path, Token(), order=Order(OrderBy.SIZE, True)) == whole
