"""What the person has seen of a trail stays seen, until they accept another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.domain.errors import PersonalFileError
from bakehouse.domain.trail import Head
from bakehouse.personal.trail_memory import TrailMemory

FIRST, LATER, OTHER = Head("g", 3, "a"), Head("g", 5, "b"), Head("x", 2, "c")


def test_that_the_latest_head_is_kept_and_an_older_one_does_not_replace_it() -> None:
    memory = TrailMemory()
    assert memory.last_head("s") is None
    memory.remember("s", LATER)
    memory.remember("s", FIRST)
    assert memory.last_head("s") == LATER and memory.last_head("another") is None


def test_that_what_was_verified_is_kept_beside_what_was_seen() -> None:
    memory = TrailMemory()
    memory.remember("s", FIRST, verified=True)
    memory.remember("s", LATER)
    seen = memory.seen("s")
    assert seen is not None and (seen.verified, seen.head) == (FIRST, LATER)


@pytest.mark.parametrize("accepted", [FIRST, OTHER])
def test_that_an_accepted_head_takes_the_place_of_all_before(accepted: Head) -> None:
    memory = TrailMemory()
    memory.remember("s", LATER, verified=True)
    memory.accept("s", accepted)
    seen = memory.seen("s")
    assert seen is not None and (seen.verified, seen.head) == (None, accepted)


def test_that_a_file_that_cannot_be_read_is_one_sentence(own_home: Path) -> None:
    TrailMemory()
    (own_home / "data" / "trails.json").write_text("{", encoding="utf-8")
    with pytest.raises(PersonalFileError):
        TrailMemory().last_head("s")
