"""What a link leads to, once a person agreed to follow it: that and nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bakehouse.artifacts.listing import Entry, folder_error
from bakehouse.artifacts.protection import LEADS_OUT, LINKED_FOLDER, NOTHING_FORBIDDEN, Guard, obstacle
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError

_FOLLOWED = frozenset({LEADS_OUT, LINKED_FOLDER})


def can_follow(entry: Entry) -> bool:
    """Whether this is a link that is followed only after asking."""
    return entry.is_link and entry.obstacle in _FOLLOWED


def followed(entry: Entry, guard: Guard | None, _token: Token) -> Entry:
    """The file or folder a link leads to now, an entry in a folder of its own. For a worker thread.

    Raises ArtifactError when it leads nowhere, to a pipe or device, or to the open store.
    """
    path = Path(os.path.realpath(entry.path))
    try:
        facts = path.lstat()
    except OSError as error:
        raise folder_error(path, error) from error
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    why = obstacle(path, facts, path.parent, forbidden)
    if why:
        raise ArtifactError(why)
    is_folder = stat.S_ISDIR(facts.st_mode)
    size = None if is_folder else facts.st_size
    return Entry(path.name, path.name, path.parent, is_folder, size, facts.st_mtime_ns // 1_000_000, False)
