"""Digests of a file and of a model's folder, by a rule with a version so that records stay comparable."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.artifacts.listing import folder_error
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, Identity
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

RULE = 1
"""The rule that `folder_digest` follows; it stands in every record beside the digest."""
LEFT_OUT_AT_THE_ROOT = "registered_model_meta"
"""MLflow's client writes this file into a model each time it loads it through its registered name."""

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class DigestedFile:
    """One line of the rule: `path` is relative with `/`, undecodable bytes as surrogates; `sha256` in hexadecimal.

    A link is listed by the SHA-256 of where it points, with the size 0; it is not followed.
    """

    path: str
    size: int
    sha256: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class FolderDigest:
    """The digest of a folder under rule `rule`, and what it was made of, sorted."""

    sha256: str
    files: tuple[DigestedFile, ...]
    rule: int = RULE

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def __str__(self) -> str:
        return f"sha256:{self.sha256}"


def folder_digest(folder: Path, token: Token, *, guard: Guard | None = None) -> FolderDigest:
    """SHA-256 over the sorted lines of every file and link below `folder`. Raises ArtifactError, Cancelled.

    Rule 1: a line is `file` or `link`, the relative path with `/`, the size in decimal and the SHA-256 of the content
    (of a link: of its target) in hexadecimal, joined by NUL and ended by a line break; lines are sorted by the bytes of
    the path (UTF-8); the file `registered_model_meta` at the root is left out; empty folders do not count. What is
    hashed is the line `bakehouse folder digest 1` and then those lines. Progress is reported in bytes.
    """
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    found = _walk(folder, token)
    total = sum(facts.st_size for _, facts in found if stat.S_ISREG(facts.st_mode))
    done = 0
    files = []
    for relative, facts in found:
        token.check()
        if stat.S_ISLNK(facts.st_mode):
            files.append(_link(folder, relative))
            continue
        sha256, size = _hashed(folder / relative, token, forbidden, done, total)
        done += size
        files.append(DigestedFile(relative, size, sha256))
    return whole_digest(files)


def whole_digest(found: Sequence[DigestedFile]) -> FolderDigest:
    """What the rule makes of the files and links of a folder, `registered_model_meta` at its root left out already."""
    files = sorted(found, key=lambda file: _bytes(file.path))
    whole = hashlib.sha256(b"bakehouse folder digest %d\n" % RULE)
    for file in files:
        line = (b"link" if file.is_link else b"file", _bytes(file.path), b"%d" % file.size, file.sha256.encode())
        whole.update(b"\0".join(line) + b"\n")
    return FolderDigest(whole.hexdigest(), tuple(files))


def file_digest(path: Path, token: Token, *, guard: Guard | None = None) -> str:
    """SHA-256 of a file's content in hexadecimal. Raises ArtifactError, Cancelled."""
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    try:
        total = path.stat().st_size
    except OSError as error:
        raise folder_error(path, error) from error
    return _hashed(path, token, forbidden, 0, total)[0]


def _walk(folder: Path, token: Token) -> list[tuple[str, os.stat_result]]:
    """(relative path, facts of the name itself) of every file and link below `folder`."""
    found: list[tuple[str, os.stat_result]] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        token.check()
        here = folder / below
        try:
            with os.scandir(here) as items:
                for item in items:
                    relative = below + item.name
                    facts = item.stat(follow_symlinks=False)
                    if stat.S_ISDIR(facts.st_mode):
                        waiting.append(relative + "/")
                    elif relative == LEFT_OUT_AT_THE_ROOT and not stat.S_ISLNK(facts.st_mode):
                        continue
                    elif stat.S_ISREG(facts.st_mode) or stat.S_ISLNK(facts.st_mode):
                        found.append((relative, facts))
                    else:
                        shown = visible(str(folder / relative), 200)
                        raise ArtifactError(f"{shown} is a pipe, a socket or a device; no digest can be made.")
        except OSError as error:
            raise folder_error(here, error) from error
    return found


def _link(folder: Path, relative: str) -> DigestedFile:
    try:
        target = os.readlink(folder / relative)  # noqa: PTH115 - Path.readlink loses a trailing part of odd targets
    except OSError as error:
        raise folder_error(folder / relative, error) from error
    return DigestedFile(relative, 0, hashlib.sha256(_bytes(target)).hexdigest(), is_link=True)


def _hashed(path: Path, token: Token, forbidden: frozenset[Identity], done: int, total: int) -> tuple[str, int]:
    """(SHA-256, bytes read) of one file, which must not change meanwhile."""
    shown = visible(str(path), 200)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ArtifactError(f"{shown} is no plain file; no digest can be made.")
        if (facts.st_dev, facts.st_ino) in forbidden:
            raise ArtifactError(f"{shown} is the store that is open; no digest can be made of it.")
        hashing = hashlib.sha256()
        size = 0
        with path.open("rb", buffering=0) as file:
            while size <= facts.st_size and (piece := file.read(_PIECE)):
                hashing.update(piece)
                size += len(piece)
                token.check()
                token.report(done + size, total, "bytes hashed")
            after = os.fstat(file.fileno())
    except OSError as error:
        raise folder_error(path, error) from error
    if (after.st_size, after.st_mtime_ns, after.st_ino) != (facts.st_size, facts.st_mtime_ns, facts.st_ino):
        raise ArtifactError(f"{shown} changed while its digest was made; try again when nothing writes to it.")
    return hashing.hexdigest(), size


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
