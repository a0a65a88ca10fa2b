"""What was fetched from other machines, kept for a while in the person's cache folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bakehouse.artifacts.copying import copy_out
from bakehouse.artifacts.listing import Entry, size_text
from bakehouse.artifacts.placing import Existing, world_errors
from bakehouse.artifacts.remote import RemoteFolder, RemoteSource, is_file_name
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible
from bakehouse.places import cache_directory

LARGEST_PREVIEWED = 256_000_000
"""Bytes of a remote file that is fetched only to be looked at."""
_MOST_KEPT = 4_000_000_000
_READY_S = 600.0
_KEPT_S = 3600.0
"""Another program may still be reading what was dragged into it."""


def cache_of(address: str) -> Path:
    """The folder for what is fetched from below an address; it need not exist.

    It is called as it is there: a drag of the whole takes that name along.
    """
    key = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    name = address.rstrip("/").rpartition("/")[2]
    return cache_directory() / "artifacts" / key / (name if is_file_name(name) else "artifacts")


class Fetched:
    """Knows what was fetched in the last minutes, so that a drag can begin at once. Any thread."""

    def __init__(self) -> None:
        self._times: dict[Path, float] = {}
        self._lock = threading.Lock()

    def has(self, place: Path) -> bool:
        """Whether the file or folder that lies at `place` was fetched whole a short time ago; looks at no disk."""
        now = time.monotonic()
        with self._lock:
            return any(now - self._times.get(one, -_READY_S) < _READY_S for one in (place, *place.parents))

    def note(self, place: Path) -> None:
        """It is there."""
        with self._lock:
            self._times[place] = time.monotonic()

    def forget(self) -> None:
        """What was fetched may have changed since."""
        with self._lock:
            self._times.clear()


def remote_source(entry: Entry) -> RemoteSource:
    """What to fetch or copy for an entry that lies elsewhere."""
    folder = RemoteFolder(entry.remote, entry.root)
    return RemoteSource(folder, entry.relative, entry.is_folder, entry.size, entry.modified_ms)


def fetch_for_preview(entry: Entry, fetched: Fetched, token: Token) -> None:
    """Make an entry's file lie at its path. Raises ArtifactError also when it is too large only to be looked at."""
    if entry.obstacle:
        raise ArtifactError(entry.obstacle)
    if entry.size is not None and entry.size > LARGEST_PREVIEWED:
        raise ArtifactError(
            f"{visible(entry.name, 80)} has {size_text(entry.size)} and lies elsewhere; it is not fetched only to be "
            "looked at. Save as fetches it."
        )
    fetch([remote_source(entry)], fetched, token)


def fetch(sources: Sequence[RemoteSource], fetched: Fetched, token: Token) -> None:
    """Make every source lie at its `place`, whole; what is there and unchanged is not fetched again.

    Raises DiskFull, ArtifactError, Cancelled.
    """
    _make_room()
    for source in sources:
        place = source.place
        if fetched.has(place) or _is_same(source):
            fetched.note(place)
            continue
        with world_errors(place.parent):
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
        copy_out([source], place.parent, token, existing=Existing.REPLACE, name=place.name)
        fetched.note(place)


def _is_same(source: RemoteSource) -> bool:
    """Whether the file here has the size and time of that there. A folder is never known to be the same."""
    if source.is_folder or source.size is None or source.modified_ms is None:
        return False
    try:
        facts = os.lstat(source.place)
    except OSError:
        return False
    return facts.st_size == source.size and facts.st_mtime_ns // 1_000_000 == source.modified_ms


def _make_room() -> None:
    """Remove what was fetched longest ago until the rest is small enough; never what another program may read now."""
    home = cache_directory() / "artifacts"
    found: list[tuple[float, int, Path]] = []
    try:
        folders = list(home.iterdir())
    except OSError:
        return
    for folder in folders:
        size, last = 0, 0.0
        for above, _, names in os.walk(folder):
            for name in names:
                try:
                    facts = os.lstat(os.path.join(above, name))  # noqa: PTH118 - texts for speed
                except OSError:
                    continue
                size += facts.st_size
                last = max(last, facts.st_ctime)
        found.append((last, size, folder))
    total = sum(size for _, size, _ in found)
    for last, size, folder in sorted(found):
        if total <= _MOST_KEPT or time.time() - last < _KEPT_S:
            return
        shutil.rmtree(folder, ignore_errors=True)
        total -= size
