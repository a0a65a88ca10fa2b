"""Files and folders as one zip file that every system can unpack: streamed, whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path, PurePosixPath

from bakehouse.artifacts.copying import CopyResult
from bakehouse.artifacts.gathering import Item, Source, Stream, gather
from bakehouse.artifacts.listing import folder_error
from bakehouse.artifacts.placing import free_name, world_errors
from bakehouse.artifacts.progress import Progress
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

_CHUNK = 1 << 18
_ZIP64_FROM = 1 << 30
_UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST_NAME = 255
# Compressed already: to deflate them again costs time and gains nothing.
_PACKED = frozenset(
    {".7z", ".bz2", ".gif", ".gz", ".jpeg", ".jpg", ".mp3", ".mp4", ".npz", ".ogg", ".parquet", ".pdf", ".png", ".tgz"}
    | {".webp", ".xlsx", ".xz", ".zip", ".zst"}
)


def zip_out(
    sources: Sequence[Source],
    file: Path,
    token: Token,
    *,
    roots: Sequence[Path] = (),
    guard: Guard | None = None,
) -> CopyResult:
    """Write files and folders into the zip file `file`, which is replaced if it is there.

    Names are cleaned so that they can be unpacked everywhere and never outside the folder they are unpacked into;
    links and the open store as in `copy_out`. Files over 4 GB and more than 65,535 of them are fine (zip64). The
    result's `left_out` also names what was called otherwise.

    Raises DiskFull, ArtifactError, Cancelled.
    """
    plan = gather([(source, source.name) for source in sources], roots or None, guard, token)
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    _refuse_place(file, forbidden)
    names, renamed = cleaned_names([*plan.folders, *(item.name for item in plan.files)])
    progress = Progress(plan.size, token)
    temporary = file.with_name(f".bakehouse-zip-{secrets.token_hex(8)}")
    with world_errors(file.parent):
        made = temporary.open("xb")
    try:
        with world_errors(file.parent):
            with made as stream, zipfile.ZipFile(stream, "w") as archive:
                for folder in plan.folders:
                    archive.mkdir(names[folder])
                for item in plan.files:
                    _add(archive, names[item.name], item, progress)
            token.check()
            temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    notes = [*plan.left_out, *((name, f"It is called {names[name]} in the zip file.") for name in renamed)]
    return CopyResult((file,), len(plan.files), plan.size, tuple(notes))


def cleaned_names(names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Each path (`/` between parts, parents before children) with the one it gets in the zip, and those that differ.

    Signs and names that Windows refuses are replaced, `..` cannot stay, and what would be one name where letters have
    no case gets a number.
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    changed = []
    for name in names:
        above, _, last = name.rpartition("/")
        # Only what was chosen itself has no parent here.
        below = given.get(above, "/".join(map(_cleaned, above.split("/"))) if above else "")
        prefix = f"{below}/" if below else ""
        new = free_name(_cleaned(last), lambda candidate, p=prefix: (p + candidate).casefold() in taken)  # type: ignore[misc]
        given[name] = prefix + new
        taken.add(given[name].casefold())
        if given[name] != name:
            changed.append(name)
    return given, changed


def _cleaned(part: str) -> str:
    clean = _UNSAFE.sub("_", part)
    if clean[-1:] in (" ", "."):
        clean = clean[:-1] + "_"
    if not clean or _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    while len(clean.encode("utf-8")) > _LONGEST_NAME:
        clean = clean[:-1]
    return clean


def _refuse_place(file: Path, forbidden: frozenset[tuple[int, int]]) -> None:
    try:
        facts = file.lstat()
    except OSError:
        return
    name = visible(file.name, 80)
    if (facts.st_dev, facts.st_ino) in forbidden:
        raise ArtifactError(f"{name} is part of the store that is open and cannot be replaced.")
    if stat.S_ISDIR(facts.st_mode):
        raise ArtifactError(f"{name} is a folder; choose another name.")


def _add(archive: zipfile.ZipFile, name: str, item: Item, progress: Progress) -> None:
    info = zipfile.ZipInfo(name, _dos_time(item.modified_ns))
    packed = PurePosixPath(name).suffix.lower() in _PACKED
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    info.file_size = item.size
    with _opened(item) as source, archive.open(info, "w", force_zip64=item.size >= _ZIP64_FROM) as entry:
        try:
            while data := source.read(_CHUNK):
                entry.write(data)
                progress.add(len(data), item.name)
        except (zlib.error, RuntimeError) as error:
            shown = visible(item.name, 80)
            raise ArtifactError(f"{shown} grew while it was packed; nothing was saved, try again.") from error


@contextmanager
def _opened(item: Item) -> Iterator[Stream]:
    if item.opened is not None:
        with item.opened() as stream:
            yield stream
        return
    path = Path(item.source)
    try:
        source = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise folder_error(path, error) from error
    with os.fdopen(source, "rb", buffering=0) as file:
        facts = os.fstat(source)
        is_other = item.identity is not None and (facts.st_dev, facts.st_ino) != item.identity
        if is_other or not stat.S_ISREG(facts.st_mode):
            name = visible(path.name, 80)
            raise ArtifactError(f"{name} was exchanged while it was packed; nothing was saved, try again.")
        yield _LocalStream(file, path)


class _LocalStream:
    """A file of this machine whose reading errors name it."""

    def __init__(self, file: FileIO, path: Path) -> None:
        self._file = file
        self._path = path

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size) or b""
        except OSError as error:
            raise folder_error(self._path, error) from error


def _dos_time(modified_ns: int | None) -> tuple[int, int, int, int, int, int]:
    """Local time as zip files hold it: from 1980 to 2107, or their first day where it is unknown or beyond that."""
    try:
        there = time.localtime((modified_ns or 0) / 1e9)
    except (OverflowError, OSError, ValueError):
        return (1980, 1, 1, 0, 0, 0)
    if not 1980 <= there.tm_year <= 2107:
        return (1980, 1, 1, 0, 0, 0)
    return (there.tm_year, there.tm_mon, there.tm_mday, there.tm_hour, there.tm_min, there.tm_sec)
