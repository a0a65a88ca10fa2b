"""The entries of an artifact folder, one level at a time."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, Identity, obstacle
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

_CHECK_EVERY = 1000
_DIGITS = re.compile(r"([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder as found. `relative` is its path below `root`, with `/` on every system.

    `obstacle` is a sentence that says why it is only shown (a link that leads out, the open store, a pipe); such an
    entry is never opened, followed, dragged or copied. `modified_ms` is milliseconds since 1970, UTC.
    """

    name: str
    path: Path
    relative: str
    root: Path
    is_folder: bool
    size: int | None
    modified_ms: int | None
    is_link: bool
    obstacle: str = ""


def list_folder(path: Path, token: Token, *, root: Path | None = None, guard: Guard | None = None) -> list[Entry]:
    """Entries of `path`, folders first, in natural order (`step2` before `step10`).

    `root` is the artifact folder `path` lies in (default: `path` itself). 100,000 entries take about a second.
    Raises ArtifactError when the folder cannot be read, Cancelled.
    """
    root = path if root is None else root
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    below = "" if path == root else path.relative_to(root).as_posix() + "/"
    entries: list[Entry] = []
    try:
        with os.scandir(path) as found:
            for number, item in enumerate(found):
                if number % _CHECK_EVERY == 0:
                    token.check()
                    token.report(number, 0, "entries read")
                entries.append(_entry(item, path, below, root, forbidden))
    except OSError as error:
        raise folder_error(path, error) from error
    entries.sort(key=_order)
    token.check()
    return entries


def single_file(path: Path, *, guard: Guard | None = None) -> Entry:
    """An address that names one file, as an entry of its own. Raises ArtifactError."""
    try:
        facts = path.stat()
    except OSError as error:
        raise folder_error(path, error) from error
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    return Entry(
        name=path.name,
        path=path,
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


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorts digits by value and letters without case; total, so equal keys mean equal names but for case."""
    pieces = _DIGITS.split(name.casefold())
    return [(0, int(p), "") if i % 2 else (1, 0, p) for i, p in enumerate(pieces) if p or i % 2]


def _order(entry: Entry) -> tuple[bool, list[tuple[int, int, str]], str]:
    return (not entry.is_folder, natural_key(entry.name), entry.name)


def _entry(item: os.DirEntry[str], parent: Path, below: str, root: Path, forbidden: frozenset[Identity]) -> Entry:
    path = parent / item.name
    try:
        facts = item.stat(follow_symlinks=False)
        why = obstacle(path, facts, root, forbidden)
        is_link = stat.S_ISLNK(facts.st_mode)
        if is_link and not why:
            facts = path.stat()
    except OSError as error:
        why = str(folder_error(path, error))
        return Entry(item.name, path, below + item.name, root, False, None, None, item.is_symlink(), why)
    is_folder = stat.S_ISDIR(facts.st_mode)
    return Entry(
        name=item.name,
        path=path,
        relative=below + item.name,
        root=root,
        is_folder=is_folder,
        size=facts.st_size if stat.S_ISREG(facts.st_mode) else None,
        modified_ms=facts.st_mtime_ns // 1_000_000,
        is_link=is_link,
        obstacle=why,
    )
