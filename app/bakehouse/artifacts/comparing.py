"""The artifacts of several runs by their paths, and one of them as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bakehouse.artifacts.fetching import Fetched, fetch_for_preview
from bakehouse.artifacts.file_reading import read_piece
from bakehouse.artifacts.listing import Entry, folder_error, list_folder, size_text
from bakehouse.artifacts.locator import Location, Locator
from bakehouse.artifacts.previews import TEXT_LIMIT
from bakehouse.artifacts.protection import Guard, obstacle
from bakehouse.artifacts.remote import RemoteFolder
from bakehouse.artifacts.series import FOLDER, with_series
from bakehouse.artifacts.texts import decoded, text_preview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

FILES_AT_MOST = 2_000
"""So many files of a run are looked at."""


@dataclass(frozen=True)
class Place:
    """An artifact address, and the path that its files are compared under: empty for the run's own artifacts."""

    uri: str
    below: str = ""


@dataclass(frozen=True)
class RunFiles:
    """A run's files by their paths; a series of pictures is one."""

    files: dict[str, Entry]
    notices: tuple[str, ...] = ()
    """What is missing, and why."""
    lost: tuple[Location, ...] = ()
    """Addresses that a person may help with: by agreeing to ask another machine, or by saying where they lie."""


@dataclass
class _Found:
    files: dict[str, Entry] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    lost: list[Location] = field(default_factory=list)


def model_places(models: Sequence[tuple[str, str]]) -> list[Place]:
    """Where the files of logged models stand: (name, address) of each in their order.

    Models of one name in several runs are compared with each other; of several in one run the first with the first.
    """
    seen: dict[str, int] = {}
    places = []
    for name, address in models:
        seen[name] = seen.get(name, 0) + 1
        own = name.replace("/", "_") or "model"
        places.append(Place(address, f"models/{own}" + (f" {seen[name]}" if seen[name] > 1 else "")))
    return places


def run_files(locator: Locator, guard: Guard, places: Sequence[Place], token: Token) -> RunFiles:
    """Find the files of one run at all of its places; for a worker thread. Raises Cancelled.

    Other machines are asked only where the locator says that a person agreed to it.
    """
    found = _Found()
    for place in places:
        _look(locator, guard, place, found, token)
    return RunFiles(found.files, tuple(found.notices), tuple(found.lost))


def _look(locator: Locator, guard: Guard, place: Place, found: _Found, token: Token) -> None:
    location = locator.locate(place.uri)
    if location.path is None:
        # A run without artifacts of its own whose model has some lacks nothing.
        if not location.is_empty:
            # Of many runs on one machine the same is said, so that it is said once.
            on = f"artifacts are kept on {visible(location.host, 100)}; nothing has been asked of it yet"
            found.notices.append(on if location.host else location.reason)
        if location.is_lost:
            found.lost.append(location)
        return
    root = location.path
    remote = RemoteFolder(location.remote, root) if location.remote else None
    waiting = [""]
    try:
        while waiting:
            below = waiting.pop()
            for entry in _listed(root, remote, below, guard, token):
                if entry.obstacle:
                    continue
                if entry.is_folder:
                    waiting.append(entry.relative)
                elif len(found.files) >= FILES_AT_MOST:
                    found.notices.append(f"only the first {FILES_AT_MOST:,} files are compared")
                    return
                else:
                    relative = f"{FOLDER}/{entry.name}" if entry.members else entry.relative
                    found.files[f"{place.below}/{relative}" if place.below else relative] = entry
    except ArtifactError as error:
        found.notices.append(str(error))


def _listed(root: Path, remote: RemoteFolder | None, below: str, guard: Guard, token: Token) -> Sequence[Entry]:
    entries: Sequence[Entry]
    if remote is None:
        entries = list_folder(root / below if below else root, token, root=root, guard=guard)
    else:
        entries, _ = remote.list(below, token)
    return with_series(entries) if below == FOLDER else entries


def bring_here(entry: Entry, fetched: Fetched, token: Token) -> None:
    """Fetch a file that lies on another machine; one of this machine is here. Raises ArtifactError, Cancelled."""
    if entry.remote:
        fetch_for_preview(entry, fetched, token)


def read_text(entry: Entry, guard: Guard, token: Token) -> tuple[str | None, str]:
    """A file's first megabyte as text (None: it is none) and what is to be said of it. Raises ArtifactError."""
    token.check()
    try:
        why = obstacle(entry.path, entry.path.lstat(), entry.root, guard.identities())
        if why:
            return None, why
        head, size = read_piece(entry.path, TEXT_LIMIT)
    except OSError as error:
        raise folder_error(entry.path, error) from error
    text = decoded(head)
    if text is None:
        return None, "This file is no text."
    cut = f"first {size_text(len(head))} of {size_text(size)}" if size > len(head) else ""
    shown = text_preview(text, cut)
    return shown.text, shown.notice
