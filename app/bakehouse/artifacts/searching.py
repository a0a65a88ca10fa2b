"""Files and folders found by words in their paths, everywhere below an artifact folder."""

from __future__ import annotations

import fnmatch
import os
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.artifacts.listing import Entry, scanned_entry
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard
from bakehouse.domain.cancellation import Token

MOST_FOUND = 5_000
_CHECK_EVERY = 500
_TELL_EVERY_S = 0.15

Tell = Callable[[list[Entry], int], None]
"""Called on the worker thread with what was found since the last call, and how many entries were looked at."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, how much was looked at, and which folders could not be read."""

    found: list[Entry]
    looked_at: int
    is_cut: bool = False
    unread: int = 0


def find_entries(root: Path, words: str, token: Token, tell: Tell, *, guard: Guard | None = None) -> Search:
    """Entries below `root` whose path holds every one of `words`, whatever its case; `*` and `?` stand for others.

    Links to folders are not followed. It stops at 5,000. Raises Cancelled.
    """
    matches = _matcher(words)
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    found: list[Entry] = []
    told = looked_at = unread = 0
    last = time.monotonic()
    waiting = deque([""])
    while waiting:
        below = waiting.popleft()
        token.check()
        try:
            with os.scandir(root / below) as items:
                for item in items:
                    looked_at += 1
                    if looked_at % _CHECK_EVERY == 0:
                        token.check()
                    if item.is_dir(follow_symlinks=False):
                        waiting.append(f"{below}{item.name}/")
                    if not matches(below + item.name):
                        continue
                    if len(found) >= MOST_FOUND:
                        return Search(found, looked_at, True, unread)
                    found.append(scanned_entry(item, below, root, forbidden))
                    now = time.monotonic()
                    if now - last > _TELL_EVERY_S:
                        last = now
                        tell(found[told:], looked_at)
                        told = len(found)
        except OSError:
            unread += 1
    return Search(found, looked_at, False, unread)


def _matcher(words: str) -> Callable[[str], bool]:
    patterns = [_pattern(word) for word in words.casefold().split()]

    def matches(path: str) -> bool:
        folded = path.casefold()
        return all(pattern.search(folded) is not None for pattern in patterns)

    return matches


def _pattern(word: str) -> re.Pattern[str]:
    if not any(mark in word for mark in "*?"):
        return re.compile(re.escape(word))
    # A pattern with stars is about the last part of the path.
    return re.compile(f"(?:^|/){fnmatch.translate(word)}")


def words_found(searches: Sequence[Search]) -> str:
    """What a person reads about finished searches."""
    count = sum(len(search.found) for search in searches)
    looked_at = sum(search.looked_at for search in searches)
    unread = sum(search.unread for search in searches)
    text = f"{count:,} of {looked_at:,} found" if count else f"Nothing among {looked_at:,} files and folders"
    if any(search.is_cut for search in searches):
        text = f"First {count:,} found"
    return f"{text}, {unread:,} folders could not be read" if unread else text
