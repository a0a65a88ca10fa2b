"""What a person chose among artifacts, kept as it was found: paths of 100,000 files are made where nobody waits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes

from bakehouse.artifacts.fetching import Fetched, fetch, remote_source
from bakehouse.artifacts.gathering import Source
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.remote import RemoteSource
from bakehouse.domain.cancellation import Token

_CHECK_EVERY = 5_000

Given = tuple[Source, Path]
"""(file or folder, artifact folder it belongs to)"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Files and folders to be copied or dragged. `given` are whole addresses and what a link leads to."""

    entries: tuple[Entry, ...] = ()
    given: tuple[Given, ...] = ()

    def __len__(self) -> int:
        """How many were chosen, those inside chosen folders too."""
        return len(self.entries) + len(self.given)

    @property
    def first_name(self) -> str:
        return self.entries[0].name if self.entries else self.given[0][0].name


@dataclass(frozen=True, slots=True)
class Carried:
    """The same files for a drag or the clipboard: as `text/uri-list`, as a path a line, and how many."""

    uri_list: bytes
    text: str
    count: int


def places(choice: Choice, token: Token | None = None) -> list[tuple[Path, Path]]:
    """(path here, artifact folder) of what was chosen; what lies in a chosen folder counts once. Raises Cancelled."""
    chosen: dict[Path, Path] = {}
    folders: set[Path] = set()
    for number, entry in enumerate(choice.entries):
        if token is not None and number % _CHECK_EVERY == 0:
            token.check()
        path = entry.path
        chosen[path] = entry.root
        if entry.is_folder:
            folders.add(path)
    for source, root in choice.given:
        path = source if isinstance(source, Path) else _place(source)
        chosen[path] = root
        folders.add(path)
    if not folders:
        return list(chosen.items())
    return [(path, root) for path, root in chosen.items() if not folders.intersection(path.parents)]


def sources(choice: Choice, token: Token | None = None) -> list[Given]:
    """What to copy, each with its artifact folder; what lies in a chosen folder counts once. Raises Cancelled."""
    elsewhere: dict[Path, Source] = {entry.path: remote_source(entry) for entry in choice.entries if entry.remote}
    elsewhere |= {_place(source): source for source, _ in choice.given if not isinstance(source, Path)}
    return [(elsewhere.get(path, path), root) for path, root in places(choice, token)]


def missing(choice: Choice, fetched: Fetched) -> list[RemoteSource]:
    """What of it lies on another machine and was not fetched a short time ago."""
    found = [remote_source(entry) for entry in choice.entries if entry.remote]
    found += [source for source, _ in choice.given if isinstance(source, RemoteSource)]
    return [source for source in found if not fetched.has(source.place)]


def carried(choice: Choice, token: Token) -> Carried:
    """For a drag or the clipboard; all of it lies here. For a worker thread when it is much. Raises Cancelled."""
    if not choice.given and not any(entry.is_folder for entry in choice.entries):
        return _carried_files(choice.entries, token)
    paths = [path for path, _ in places(choice, token)]
    urls = []
    for number, path in enumerate(paths):
        if number % _CHECK_EVERY == 0:
            token.check()
        urls.append(path.as_uri())
    return Carried("".join(f"{url}\r\n" for url in urls).encode("ascii"), "\n".join(map(str, paths)), len(paths))


def _carried_files(entries: Sequence[Entry], token: Token) -> Carried:
    """The same for files alone, from texts: the collector goes through 100,000 paths while the window waits."""
    found: dict[str, str] = {}
    roots: dict[Path, tuple[str, str]] = {}
    for number, entry in enumerate(entries):
        if number % _CHECK_EVERY == 0:
            token.check()
        if entry.root not in roots:
            roots[entry.root] = (entry.root.as_uri().rstrip("/"), os.path.join(entry.root, ""))  # noqa: PTH118
        url, above = roots[entry.root]
        found[f"{url}/{quote_from_bytes(os.fsencode(entry.relative))}\r\n"] = above + entry.relative
    return Carried("".join(found).encode("ascii"), "\n".join(found.values()), len(found))


def brought_here(choice: Choice, fetched: Fetched, token: Token) -> Carried:
    """Fetch what lies elsewhere; then what a drag takes. Raises DiskFull, ArtifactError, Cancelled."""
    fetch(missing(choice, fetched), fetched, token)
    return carried(choice, token)


def _place(source: object) -> Path:
    assert isinstance(source, RemoteSource)
    return source.place


def of_paths(given: Sequence[tuple[Path, Path]]) -> Choice:
    """A choice of files and folders of this machine."""
    return Choice((), tuple(given))
