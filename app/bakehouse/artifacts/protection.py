"""What of an artifact folder may be opened: never the open store, nothing outside, no pipes or devices."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_SIDE_FILES = ("", "-journal", "-wal", "-shm", ".bakehouse", ".bakehouse-journal", ".bakehouse-wal", ".bakehouse-shm")

Identity = tuple[int, int]
NOTHING_FORBIDDEN: frozenset[Identity] = frozenset()

LEADS_OUT = "This link leads out of the folder; it is shown, but not followed."
LINKED_FOLDER = "This link names a folder; it is shown, but not followed."
DANGLING = "This link leads nowhere."
THE_STORE = "This is the store that is open; it is not opened or copied as an artifact."
NO_FILE = "This is a pipe, a socket or a device, not a file; it is not opened here."


class Guard:
    """Knows the open store's files by identity, so links and other names of them are recognised; any thread.

    Why it matters: closing any descriptor of a file drops all POSIX locks the process holds on it, so a preview of the
    store could let a second writer in. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled
    """

    def __init__(self, store_path: Path) -> None:
        self._paths = [store_path.with_name(store_path.name + ending) for ending in _SIDE_FILES]

    def identities(self) -> frozenset[Identity]:
        """(device, inode) of every one of the store's files that lies on disk now."""
        found = set()
        for path in self._paths:
            try:
                facts = path.stat()
            except OSError:
                continue
            found.add((facts.st_dev, facts.st_ino))
        return frozenset(found)


def obstacle(path: Path, facts: os.stat_result, root: Path, forbidden: frozenset[Identity]) -> str:
    """Why `path` must not be opened, followed or copied: a sentence, or "" when nothing stands against it.

    `facts` are those of the name itself (lstat); `root` is the artifact folder: a link that names a file inside it is
    fine. `forbidden` comes from `Guard.identities`.
    """
    if stat.S_ISLNK(facts.st_mode):
        real_root = os.path.realpath(root)
        target = os.path.realpath(path)
        if not Path(target).is_relative_to(real_root):
            return LEADS_OUT
        try:
            facts = path.stat()
        except OSError:
            return DANGLING
        if stat.S_ISDIR(facts.st_mode):
            return LINKED_FOLDER
    if stat.S_ISDIR(facts.st_mode):
        return ""
    if not stat.S_ISREG(facts.st_mode):
        return NO_FILE
    if (facts.st_dev, facts.st_ino) in forbidden:
        return THE_STORE
    return ""
