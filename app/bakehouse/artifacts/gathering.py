"""What a copy will take: every file and folder at and below the chosen ones, and what has to be left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from bakehouse.artifacts.listing import folder_error
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, Identity, obstacle
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

_CHECK_EVERY = 500


class Stream(Protocol):
    """An open file of another machine. `read` raises ArtifactError."""

    def read(self, size: int, /) -> bytes: ...


class Item(NamedTuple):
    """One file to copy. `name` is its path below the target, with `/`; `source` where it lies.

    `identity` is what was found at `source` (None: a link inside its folder, or nothing to compare). `opened` opens a
    file of another machine; None means a file of this one.
    """

    name: str
    source: str
    size: int
    modified_ns: int | None = None
    identity: Identity | None = None
    opened: Callable[[], AbstractContextManager[Stream]] | None = None


@dataclass(slots=True)
class Plan:
    """Folders (parents first) and files to make, their size in bytes, and (name, reason) of what is left out."""

    folders: list[str] = field(default_factory=list)
    files: list[Item] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0


class Elsewhere(Protocol):
    """A file or folder that lies on another machine."""

    @property
    def name(self) -> str: ...

    def gather(self, name: str, plan: Plan, token: Token) -> None:
        """Add it and all below it to the plan, under `name`. Raises ArtifactError, Cancelled."""


Source = Path | Elsewhere


def gather(
    wanted: Sequence[tuple[Source, str]], roots: Sequence[Path] | None, guard: Guard | None, token: Token
) -> Plan:
    """The plan of copying each (source, new name); `roots` are the artifact folders of local ones.

    Links that lead out of their artifact folder, folders behind links, pipes and the open store are left out.
    Raises ArtifactError when a single file is all and must be left out, or something cannot be read; Cancelled.
    """
    plan = Plan()
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    for place, (source, name) in enumerate(wanted):
        if isinstance(source, Path):
            _gather_local(source, name, roots[place] if roots else source.parent, forbidden, plan, token)
        else:
            source.gather(name, plan, token)
    if len(plan.left_out) == 1 and not plan.files and not plan.folders:
        raise ArtifactError(f"{visible(plan.left_out[0][0], 80)}: {plan.left_out[0][1]}")
    return plan


def _gather_local(source: Path, name: str, top: Path, forbidden: frozenset[Identity], plan: Plan, token: Token) -> None:
    try:
        facts = source.lstat()
    except OSError as error:
        raise folder_error(source, error) from error
    waiting = _take(os.fspath(source), name, facts, top, forbidden, plan)
    seen = 0
    while waiting:
        path, below = waiting.pop()
        try:
            with os.scandir(path) as found:
                for item in found:
                    seen += 1
                    if seen % _CHECK_EVERY == 1:
                        token.check()
                        token.report(0, 0, f"{seen:,} entries found")
                    facts = item.stat(follow_symlinks=False)
                    waiting += _take(item.path, f"{below}/{item.name}", facts, top, forbidden, plan)
        except OSError as error:
            raise folder_error(Path(path), error) from error


def _take(
    path: str, name: str, facts: os.stat_result, top: Path, forbidden: frozenset[Identity], plan: Plan
) -> list[tuple[str, str]]:
    """Put one name into the plan; the answer is the folder to be entered, if it is one."""
    mode = facts.st_mode
    identity = (facts.st_dev, facts.st_ino)
    if stat.S_ISDIR(mode):
        plan.folders.append(name)
        return [(path, name)]
    if stat.S_ISREG(mode) and identity not in forbidden:
        plan.files.append(Item(name, path, facts.st_size, facts.st_mtime_ns, identity))
        plan.size += facts.st_size
        return []
    why = obstacle(Path(path), facts, top, forbidden)
    if why:
        plan.left_out.append((name, why))
        return []
    try:
        behind = os.stat(path)  # noqa: PTH116 - the path is text for speed
    except OSError as error:
        raise folder_error(Path(path), error) from error
    plan.files.append(Item(name, path, behind.st_size, behind.st_mtime_ns))
    plan.size += behind.st_size
    return []
