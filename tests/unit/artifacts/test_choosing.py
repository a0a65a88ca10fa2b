"""What a drag and the clipboard get of what was chosen."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.artifacts.choosing import Choice, carried, of_paths, places
from bakehouse.artifacts.listing import Entry, list_folder
from bakehouse.domain.cancellation import Token

_NAMES = st.binary(min_size=1, max_size=40).filter(lambda name: b"/" not in name and b"\0" not in name)


@given(st.lists(_NAMES.filter(lambda name: name not in (b".", b"..")), max_size=20))
def test_that_files_are_carried_as_paths_would_be(names: list[bytes]) -> None:
    root = Path("/data/50% off ä/artifacts")
    relatives = [f"sub/{os.fsdecode(name)}" for name in names]
    entries = tuple(Entry(name.rpartition("/")[2], name, root, False, 1, 0, False) for name in relatives)
    ready = carried(Choice(entries), Token())
    paths = [path for path, _ in places(Choice(entries))]
    assert ready.uri_list.decode("ascii").splitlines() == [path.as_uri() for path in paths]
    assert ready.text == "\n".join(map(str, paths)) and ready.count == len(paths)


def test_that_what_lies_in_a_chosen_folder_counts_once(tmp_path: Path) -> None:
    (tmp_path / "model" / "data").mkdir(parents=True)
    (tmp_path / "model" / "MLmodel").touch()
    (tmp_path / "note.txt").touch()
    top = list_folder(tmp_path, Token())
    inner = list_folder(tmp_path / "model", Token(), root=tmp_path)
    choice = Choice((*top, *inner))
    assert [path for path, _ in places(choice)] == [tmp_path / "model", tmp_path / "note.txt"]
    assert carried(choice, Token()).count == 2
    whole = of_paths([(tmp_path, tmp_path)])
    assert [path for path, _ in places(Choice(choice.entries, whole.given))] == [tmp_path]
