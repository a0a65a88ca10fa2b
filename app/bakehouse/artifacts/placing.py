"""How a finished copy gets its name in the target: by renames only, and never over what nobody agreed to replace."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from bakehouse.artifacts.protection import Identity
from bakehouse.domain.errors import ArtifactError, DiskFull
from bakehouse.domain.text import visible

_SPACE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT})


class Existing(Enum):
    """What to do with a name that the target already has."""

    ASK = "ask"
    """Copy nothing and raise NamesTaken, so that the person is asked once for all."""
    REPLACE = "replace"
    """A file is replaced; a folder is merged into, and only files of the same name are replaced."""
    SKIP = "skip"
    KEEP_BOTH = "keep both"
    """The copy gets a number: `model (2)`."""


class NamesTaken(ArtifactError):
    """The target already has these names; nothing was copied."""

    def __init__(self, names: Sequence[str], target: Path) -> None:
        self.names = tuple(names)
        shown = ", ".join(visible(name, 80) for name in self.names[:3])
        more = f" and {len(self.names) - 3} more" if len(self.names) > 3 else ""
        super().__init__(f"{visible(str(target), 200)} already has {shown}{more}.")


def refuse_conflict(made: Path, place: Path, forbidden: frozenset[Identity]) -> None:
    """Before anything is replaced: a file never takes a folder's place nor a folder a file's, nor the open store's."""
    try:
        facts = place.lstat()
    except OSError:
        return
    name = visible(place.name, 80)
    if (facts.st_dev, facts.st_ino) in forbidden:
        raise ArtifactError(f"{name} is part of the store that is open and cannot be replaced.")
    if made.is_dir() != stat.S_ISDIR(facts.st_mode):
        kinds = ("a folder", "a file") if stat.S_ISDIR(facts.st_mode) else ("no folder", "a folder")
        raise ArtifactError(f"{name} is {kinds[0]}; {kinds[1]} cannot take its place, so nothing was copied.")
    if made.is_dir():
        with os.scandir(made) as found:
            for item in found:
                refuse_conflict(made / item.name, place / item.name, forbidden)


def put(made: Path, target: Path, name: str, existing: Existing) -> Path:
    """Move what was made to its name; the answer is the place it got.

    Renames only, so a full disk can no longer interrupt it. A name that another program took meanwhile stays its own:
    ours gets a number then.
    """
    if existing is Existing.REPLACE:
        _merge(made, target / name)
        return target / name
    while True:
        place = target / free_name(name, lambda candidate: os.path.lexists(target / candidate))
        try:
            _rename_to_new(made, place)
        except FileExistsError:
            continue
        return place


def _rename_to_new(made: Path, place: Path) -> None:
    """Rename, or FileExistsError when the name is taken: a plain rename would replace a file without a word."""
    if made.is_dir():
        try:
            made.rename(place)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.ENOTDIR, errno.EEXIST):
                raise FileExistsError(error.errno, error.strerror, str(place)) from error
            raise
        return
    try:
        place.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:
        # No hard links there (FAT, some shares): the name is taken first, by an empty file.
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        made.replace(place)
    else:
        made.unlink()


def _merge(made: Path, place: Path) -> None:
    """Put `made` over `place`; a link at `place` is replaced itself, never written through."""
    if not os.path.lexists(place):
        made.rename(place)
    elif not made.is_dir():
        made.replace(place)
    else:
        with os.scandir(made) as found:
            names = [item.name for item in found]
        for name in names:
            _merge(made / name, place / name)


def free_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """`name`, or with the first number that makes it free: `model (2).pkl`. It never grows over 255 bytes."""
    if not is_taken(name):
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(os.fsencode(ending)) > 16:
        stem, dot, ending = name, "", ""
    number = 2
    while is_taken(candidate := f"{_shortened(stem, f' ({number}){dot}{ending}')} ({number}){dot}{ending}"):
        number += 1
    return candidate


def _shortened(stem: str, rest: str) -> str:
    while len(os.fsencode(stem)) + len(os.fsencode(rest)) > 255:
        stem = stem[:-1]
    return stem


@contextmanager
def world_errors(target: Path) -> Iterator[None]:
    """Turns what the target's file system says into DiskFull or ArtifactError."""
    try:
        yield
    except OSError as error:
        shown = visible(str(target), 200)
        if error.errno in _SPACE_ERRORS:
            sentence = f"The disk of {shown} is full; nothing was copied, so make room or choose another folder."
            raise DiskFull(sentence) from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise ArtifactError(f"{shown} may not be written to; choose another folder.") from error
        if error.errno == errno.EFBIG:
            sentence = f"A file is too large for the file system of {shown}; nothing was copied."
            raise ArtifactError(sentence) from error
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
            sentence = f"{shown} cannot hold a file of such a name; nothing was copied, try Save as zip."
            raise ArtifactError(sentence) from error
        sentence = f"Copying into {shown} failed: {error.strerror or error}; nothing was copied."
        raise ArtifactError(sentence) from error
