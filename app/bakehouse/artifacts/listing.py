"""The entries of an artifact folder, one level at a time."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bakehouse.artifacts.ordering import BY_NAME, Order, in_order
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, Identity, obstacle
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

_CHECK_EVERY = 1000
_GLIMPSE_AT = 1_000
_GLIMPSE_AFTER_S = 0.12


class Entry(NamedTuple):
    """One file or folder as found. `relative` is its path below `root`, with `/` on every system.

    `obstacle` is a sentence that says why it is only shown (a link that leads out, the open store, a pipe); such an
    entry is never opened, followed, dragged or copied. `modified_ms` is milliseconds since 1970, UTC. `remote` is the
    address `relative` lies below when that is another machine; then `root` is where what is fetched of it lies here.
    """

    name: str
    relative: str
    root: Path
    is_folder: bool
    size: int | None
    modified_ms: int | None
    is_link: bool
    obstacle: str = ""
    members: tuple[Entry, ...] = ()
    """The pictures of a series that this entry stands for, by step; `relative` is the first one's."""
    remote: str = ""

    @property
    def path(self) -> Path:
        """Where it lies. Not kept: 100,000 paths would cost half the time of a listing."""
        return self.root / self.relative


def list_folder(
    path: Path,
    token: Token,
    *,
    root: Path | None = None,
    guard: Guard | None = None,
    order: Order = BY_NAME,
    glimpse: Callable[[list[Entry]], None] | None = None,
) -> list[Entry]:
    """Entries of `path`, folders first, in `order` (by default natural: `step2` before `step10`).

    `root` is the artifact folder `path` lies in (default: `path` itself). 100,000 entries take one to four seconds, so
    `glimpse` is called once, on this thread, with the first that were found where there are many or the disk is slow.
    Raises ArtifactError when the folder cannot be read, Cancelled.
    """
    root = path if root is None else root
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    below = "" if path == root else path.relative_to(root).as_posix() + "/"
    entries: list[Entry] = []
    begun = time.monotonic()
    try:
        with os.scandir(path) as found:
            for number, item in enumerate(found):
                if number % _CHECK_EVERY == 0:
                    token.check()
                    token.report(number, 0, "entries read")
                entries.append(scanned_entry(item, below, root, forbidden))
                if glimpse is not None and _is_time(number, begun):
                    glimpse(in_order(entries, order, token))
                    glimpse = None
    except OSError as error:
        raise folder_error(path, error) from error
    return in_order(entries, order, token)


def _is_time(number: int, begun: float) -> bool:
    return number >= _GLIMPSE_AT or (number % 50 == 49 and time.monotonic() - begun > _GLIMPSE_AFTER_S)


def single_file(path: Path, *, guard: Guard | None = None) -> Entry:
    """An address that names one file, as an entry of its own. Raises ArtifactError."""
    try:
        facts = path.stat()
    except OSError as error:
        raise folder_error(path, error) from error
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    return Entry(
        name=path.name,
        relative=path.name,
        root=path.parent,
        is_folder=stat.S_ISDIR(facts.st_mode),
        size=facts.st_size,
        modified_ms=facts.st_mtime_ns // 1_000_000,
        is_link=False,
        obstacle=obstacle(path, facts, path.parent, forbidden),
    )


def folder_error(path: Path, error: OSError) -> ArtifactError:
    """What stands in the way of reading `path`, as a sentence."""
    shown = visible(str(path), 300)
    if isinstance(error, FileNotFoundError):
        return ArtifactError(f"{shown} is not there any more; refresh to see what is.")
    if isinstance(error, PermissionError):
        return ArtifactError(f"{shown} may not be read; ask its owner for access.")
    if isinstance(error, NotADirectoryError):
        return ArtifactError(f"{shown} is a file, not a folder.")
    return ArtifactError(f"{shown} cannot be read: {error.strerror or error}.")


def size_text(size: int | None) -> str:
    """Bytes for the eye in decimal units: `38 kB`, `1.2 MB`; empty when unknown."""
    if size is None:
        return ""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        if value < 999.5 or unit == "PB":
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def scanned_entry(item: os.DirEntry[str], below: str, root: Path, forbidden: frozenset[Identity]) -> Entry:
    """What was scanned as an entry; `below` is the path of its folder from `root`, ended by `/` or empty."""
    relative = below + item.name
    try:
        facts = item.stat(follow_symlinks=False)
        mode = facts.st_mode
        is_link = stat.S_ISLNK(mode)
        is_plain = stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and (facts.st_dev, facts.st_ino) not in forbidden)
        why = "" if is_plain else obstacle(root / relative, facts, root, forbidden)
        if is_link and not why:
            facts = item.stat()
    except OSError as error:
        why = str(folder_error(root / relative, error))
        return Entry(item.name, relative, root, False, None, None, item.is_symlink(), why)
    size = facts.st_size if stat.S_ISREG(facts.st_mode) else None
    modified_ms = facts.st_mtime_ns // 1_000_000
    return Entry(item.name, relative, root, stat.S_ISDIR(facts.st_mode), size, modified_ms, is_link, why)
