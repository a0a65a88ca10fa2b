"""Copies of artifacts into a folder of the person's choice: whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.artifacts.gathering import Item, Source, gather
from bakehouse.artifacts.listing import folder_error, size_text
from bakehouse.artifacts.placing import Existing, NamesTaken, free_name, put, refuse_conflict, world_errors
from bakehouse.artifacts.progress import Progress
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, DiskFull
from bakehouse.domain.text import visible

__all__ = ["CopyResult", "Existing", "NamesTaken", "copy_out"]

_SMALL = 1 << 16
_PIECE = 1 << 23
_CHUNK = 1 << 20
_TEMPORARY_PREFIX = ".bakehouse-copy-"
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_MAKE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_BY_DESCRIPTOR = os.utime in os.supports_fd
# What copy_file_range answers where it cannot work: then bytes go through this process.
_NOT_IN_KERNEL = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM})


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What a copy did: the new top-level paths, files and bytes written, and what was left out with the reason."""

    paths: tuple[Path, ...]
    files: int
    size: int
    left_out: tuple[tuple[str, str], ...]


def copy_out(
    sources: Sequence[Source],
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
    failed copy leaves nothing. Links that lead out of the source's artifact folder (`roots`, one for each source; by
    default the folder it lies in), folders behind links, pipes and the open store are left out and named in the
    result. Content and modification time are copied, owner and mode are not.

    Raises NamesTaken, DiskFull, ArtifactError, Cancelled.
    """
    names = _names(sources, name)
    _refuse_inner_target(sources, target)
    taken = [n for n in names if os.path.lexists(target / n)]
    if taken and existing is Existing.ASK:
        raise NamesTaken(taken, target)
    tops = roots or [source.parent if isinstance(source, Path) else target for source in sources]
    wanted = [
        (source, n, top)
        for source, n, top in zip(sources, names, tops, strict=True)
        if not (existing is Existing.SKIP and n in taken)
    ]
    plan = gather([(source, n) for source, n, _ in wanted], [top for _, _, top in wanted], guard, token)
    _require_space(plan.size, target)
    with world_errors(target):
        temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX, dir=target))
    try:
        with world_errors(target):
            for folder in plan.folders:
                (temporary / folder).mkdir()
        copier = _Copier(temporary, Progress(plan.size, token), token)
        with world_errors(target):
            for item in plan.files:
                copier.copy(item)
        token.check()
        forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
        if existing is Existing.REPLACE:
            for _, n, _ in wanted:
                refuse_conflict(temporary / n, target / n, forbidden)
        with world_errors(target):
            paths = [put(temporary / n, target, n, existing) for _, n, _ in wanted if os.path.lexists(temporary / n)]
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return CopyResult(tuple(paths), len(plan.files), plan.size, tuple(plan.left_out))


def _names(sources: Sequence[Source], name: str | None) -> list[str]:
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
        names[place] = free_name(n, lambda candidate: candidate in given)
        given.add(names[place])
    return names


def _refuse_inner_target(sources: Sequence[Source], target: Path) -> None:
    real = Path(os.path.realpath(target))
    if not os.path.isdir(real):  # noqa: PTH112 - says no where Path.is_dir raises
        raise ArtifactError(f"{visible(str(target), 200)} is not a folder that is there.")
    for source in sources:
        if not isinstance(source, Path):
            continue
        if os.path.isdir(source) and real.is_relative_to(os.path.realpath(source)):  # noqa: PTH112
            shown = visible(source.name, 80)
            raise ArtifactError(f"{shown} cannot be copied into itself; choose a folder outside it.")


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
    """Copies file after file into the temporary folder; small ones at one read, large ones inside the kernel."""

    def __init__(self, temporary: Path, progress: Progress, token: Token) -> None:
        self._temporary = os.fspath(temporary)
        self._progress = progress
        self._token = token
        self._in_kernel = hasattr(os, "copy_file_range")

    def copy(self, item: Item) -> None:
        """Content and modification time of one file, which must not exist below the temporary folder.

        Raises what the target's file system says as OSError.
        """
        place = f"{self._temporary}/{item.name}"
        if item.opened is not None:
            self._copy_stream(item, place)
            return
        try:
            source = os.open(item.source, _READ_FLAGS)
        except OSError as error:
            raise folder_error(Path(item.source), error) from error
        try:
            facts = os.fstat(source)
            is_other = item.identity is not None and (facts.st_dev, facts.st_ino) != item.identity
            if is_other or not stat.S_ISREG(facts.st_mode):
                name = visible(Path(item.source).name, 80)
                raise ArtifactError(f"{name} was exchanged while it was copied; nothing was copied, try again.")
            copy = os.open(place, _MAKE_FLAGS, 0o666)
            try:
                self._pour(source, copy, facts.st_size, item)
                os.utime(copy if _BY_DESCRIPTOR else place, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            finally:
                os.close(copy)
        finally:
            os.close(source)

    def _pour(self, source: int, copy: int, size: int, item: Item) -> None:
        if size > _SMALL and self._in_kernel and self._pour_in_kernel(source, copy, item):
            return
        # One byte more than is expected tells the end of a small file without another call.
        piece = size + 1 if size < _SMALL else _CHUNK
        while data := self._read(source, piece, item):
            self._write(copy, data)
            self._progress.add(len(data), item.name)
            if len(data) < piece and len(data) == size:
                return

    def _pour_in_kernel(self, source: int, copy: int, item: Item) -> bool:
        """Let the kernel copy; False when it cannot, and nothing was copied then."""
        done = 0
        while True:
            try:
                count = os.copy_file_range(source, copy, _PIECE)
            except OSError as error:
                if done == 0 and error.errno in _NOT_IN_KERNEL:
                    self._in_kernel = False
                    return False
                raise
            if not count:
                return done > 0
            done += count
            self._progress.add(count, item.name)

    def _copy_stream(self, item: Item, place: str) -> None:
        assert item.opened is not None
        with item.opened() as stream:
            copy = os.open(place, _MAKE_FLAGS, 0o666)
            try:
                while data := stream.read(_CHUNK):
                    self._token.check()
                    self._write(copy, data)
                    self._progress.add(len(data), item.name)
            finally:
                os.close(copy)
            if item.modified_ns is not None:
                os.utime(place, ns=(item.modified_ns, item.modified_ns))

    @staticmethod
    def _read(source: int, size: int, item: Item) -> bytes:
        try:
            return os.read(source, size)
        except OSError as error:
            raise folder_error(Path(item.source), error) from error

    @staticmethod
    def _write(copy: int, data: bytes) -> None:
        count = os.write(copy, data)
        if count < len(data):  # a write may take only a part, most of all on a nearly full disk
            rest = memoryview(data)[count:]
            while rest:
                rest = rest[os.write(copy, rest) :]
