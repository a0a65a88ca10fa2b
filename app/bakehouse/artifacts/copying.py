"""Copies of artifacts into a folder of the person's choice: whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from io import FileIO
from pathlib import Path

from bakehouse.artifacts.listing import folder_error, size_text
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, Identity, obstacle
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, DiskFull
from bakehouse.domain.text import visible

_CHUNK = 1 << 20
_TELL_EVERY_S = 0.05
_SPACE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT})
_TEMPORARY_PREFIX = ".bakehouse-copy-"


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


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What a copy did: the new top-level paths, files and bytes written, and what was left out with the reason."""

    paths: tuple[Path, ...]
    files: int
    size: int
    left_out: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Item:
    source: Path
    facts: os.stat_result
    name: str
    """Path below the temporary folder."""

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.facts.st_mode)


@dataclass(slots=True)
class _Plan:
    folders: list[str] = field(default_factory=list)
    files: list[_Item] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0


def copy_out(
    sources: Sequence[Path],
    target: Path,
    token: Token,
    *,
    roots: Sequence[Path] = (),
    guard: Guard | None = None,
    existing: Existing = Existing.ASK,
    name: str | None = None,
) -> CopyResult:
    """Copy files and folders into the folder `target`; `name` renames a single source.

    Everything is first written to a temporary folder inside `target` and renamed when complete, so a cancelled or
    failed copy leaves nothing. Links that lead out of the
    source's artifact folder (`roots`, one for each source; by default the folder it lies in), folders behind links,
    pipes and the open store are left out and named in the result. Content and modification time are copied, owner and
    mode are not. Progress is in bytes.

    Raises NamesTaken, DiskFull, ArtifactError, Cancelled.
    """
    names = _names(sources, name)
    _refuse_inner_target(sources, target)
    taken = [n for n in names if os.path.lexists(target / n)]
    if taken and existing is Existing.ASK:
        raise NamesTaken(taken, target)
    tops = roots or [source.parent for source in sources]
    wanted = [
        (source, n, top)
        for source, n, top in zip(sources, names, tops, strict=True)
        if not (existing is Existing.SKIP and n in taken)
    ]
    plan = _plan(wanted, guard, token)
    _require_space(plan.size, target)
    with _world_errors(target):
        temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX, dir=target))
    try:
        with _world_errors(target):
            for folder in plan.folders:
                (temporary / folder).mkdir()
        copier = _Copier(target, plan.size, token)
        for item in plan.files:
            copier.copy(item, temporary / item.name)
        token.check()
        forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
        if existing is Existing.REPLACE:
            for _, n, _ in wanted:
                _refuse_conflict(temporary / n, target / n, forbidden)
        with _world_errors(target):
            paths = [_put(temporary / n, target, n, existing) for _, n, _ in wanted if os.path.lexists(temporary / n)]
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return CopyResult(tuple(paths), len(plan.files), plan.size, tuple(plan.left_out))


def _names(sources: Sequence[Path], name: str | None) -> list[str]:
    if name is not None:
        if len(sources) != 1:
            raise ValueError("one name needs exactly one source")
        if name in ("", ".", "..") or "/" in name or "\0" in name or (os.sep != "/" and os.sep in name):
            raise ArtifactError(f"{visible(name, 80)!r} cannot be the name of a file.")
        return [name]
    names = [source.name for source in sources]
    doubled = {n for n in names if names.count(n) > 1} if len(set(names)) < len(names) else set()
    if not doubled:
        return names
    given: set[str] = set()
    for place, n in enumerate(names):
        names[place] = _free_name(n, lambda candidate: candidate in given)
        given.add(names[place])
    return names


def _refuse_inner_target(sources: Sequence[Path], target: Path) -> None:
    real = Path(os.path.realpath(target))
    if not os.path.isdir(real):  # noqa: PTH112 - says no where Path.is_dir raises
        raise ArtifactError(f"{visible(str(target), 200)} is not a folder that is there.")
    for source in sources:
        if os.path.isdir(source) and real.is_relative_to(os.path.realpath(source)):  # noqa: PTH112
            shown = visible(source.name, 80)
            raise ArtifactError(f"{shown} cannot be copied into itself; choose a folder outside it.")


def _plan(wanted: Sequence[tuple[Path, str, Path]], guard: Guard | None, token: Token) -> _Plan:
    plan = _Plan()
    for source, name, top in wanted:
        forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
        for path, below, facts in _walk(source, name, token):
            why = obstacle(path, facts, top, forbidden)
            if why:
                plan.left_out.append((below, why))
            elif stat.S_ISDIR(facts.st_mode):
                plan.folders.append(below)
            else:
                plan.files.append(_Item(path, facts, below))
                plan.size += _size_behind(path, facts)
    if len(plan.left_out) == 1 and not plan.files and not plan.folders:
        raise ArtifactError(f"{visible(plan.left_out[0][0], 80)}: {plan.left_out[0][1]}")
    return plan


def _size_behind(path: Path, facts: os.stat_result) -> int:
    try:
        return path.stat().st_size if stat.S_ISLNK(facts.st_mode) else facts.st_size
    except OSError as error:
        raise folder_error(path, error) from error


def _walk(source: Path, name: str, token: Token) -> Iterator[tuple[Path, str, os.stat_result]]:
    """Every name at and below `source`, parents first; links are never entered. Raises ArtifactError."""
    waiting = [(source, name)]
    seen = 0
    while waiting:
        path, below = waiting.pop()
        seen += 1
        if seen % 500 == 1:
            token.check()
            token.report(0, 0, f"{seen:,} entries found")
        try:
            facts = path.lstat()
            yield path, below, facts
            if stat.S_ISDIR(facts.st_mode):
                with os.scandir(path) as found:
                    waiting.extend((path / item.name, f"{below}/{item.name}") for item in found)
        except OSError as error:
            raise folder_error(path, error) from error


def _require_space(size: int, target: Path) -> None:
    try:
        free = shutil.disk_usage(target).free
    except OSError:
        return
    if size > free:
        shown = visible(str(target), 200)
        sentence = f"{size_text(size)} do not fit into {shown}, which has {size_text(free)} left; nothing was copied."
        raise DiskFull(sentence)


class _Copier:
    """Copies file after file with one buffer, and tells how far it is a few times a second."""

    def __init__(self, target: Path, total: int, token: Token) -> None:
        self._target = target
        self._total = total
        self._token = token
        self._done = 0
        self._told = 0.0
        self._buffer = memoryview(bytearray(_CHUNK))

    def copy(self, item: _Item, place: Path) -> None:
        """Content and modification time of one file. `place` must not exist."""
        self._tell(item.source.name)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(item.source, flags)
        except OSError as error:
            raise folder_error(item.source, error) from error
        with os.fdopen(descriptor, "rb", buffering=0) as source, _world_errors(self._target):
            facts = os.fstat(source.fileno())
            is_other = not item.is_link and not os.path.samestat(facts, item.facts)
            if is_other or not stat.S_ISREG(facts.st_mode):
                name = visible(item.source.name, 80)
                raise ArtifactError(f"{name} was exchanged while it was copied; nothing was copied, try again.")
            with place.open("xb", buffering=0) as copy:
                while count := self._read(source, item.source):
                    data = self._buffer[:count]
                    while data:  # an unbuffered write may take only a part, most of all on a nearly full disk
                        data = data[copy.write(data) :]
                    self._done += count
                    self._tell(item.source.name)
            os.utime(place, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    def _read(self, source: FileIO, path: Path) -> int:
        self._token.check()
        try:
            return source.readinto(self._buffer) or 0
        except OSError as error:
            raise folder_error(path, error) from error

    def _tell(self, name: str) -> None:
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY_S:
            self._told = now
            self._token.report(self._done, max(self._done, self._total), visible(name, 60))


def _refuse_conflict(made: Path, place: Path, forbidden: frozenset[Identity]) -> None:
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
                _refuse_conflict(made / item.name, place / item.name, forbidden)


def _put(made: Path, target: Path, name: str, existing: Existing) -> Path:
    """Move what was made to its name. Renames only, so a full disk can no longer interrupt it."""
    place = target / name
    if not os.path.lexists(place):
        made.rename(place)
        return place
    if existing is Existing.REPLACE:
        _merge(made, place)
        return place
    free = _free_name(name, lambda candidate: os.path.lexists(target / candidate))
    made.rename(target / free)
    return target / free


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


def _free_name(name: str, is_taken: Callable[[str], bool]) -> str:
    if not is_taken(name):
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    number = 2
    while is_taken(candidate := f"{stem} ({number}){dot}{ending}"):
        number += 1
    return candidate


@contextmanager
def _world_errors(target: Path) -> Iterator[None]:
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
        sentence = f"Copying into {shown} failed: {error.strerror or error}; nothing was copied."
        raise ArtifactError(sentence) from error
