"""The artifacts of several runs by their paths, and one of them as text."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.artifacts.file_reading import read_piece
from bakehouse.artifacts.listing import Entry, folder_error, list_folder, size_text
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.previews import TEXT_LIMIT
from bakehouse.artifacts.protection import Guard, obstacle
from bakehouse.artifacts.series import FOLDER, with_series
from bakehouse.artifacts.texts import decoded, text_preview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError

FILES_AT_MOST = 2_000
"""So many files of a run are looked at."""


@dataclass(frozen=True)
class RunFiles:
    """A run's files by their paths in its artifact folder; a series of pictures is one. `notice`: what is missing."""

    files: dict[str, Entry]
    notice: str = ""


def run_files(locator: Locator, guard: Guard, uri: str, token: Token) -> RunFiles:
    """Find the files of one run on this machine; for a worker thread. Raises Cancelled."""
    location = locator.locate(uri)
    if location.path is None:
        return RunFiles({}, location.reason)
    if location.remote:
        return RunFiles({}, "These artifacts lie on another machine; only files on this one are compared.")
    files: dict[str, Entry] = {}
    waiting = [location.path]
    try:
        while waiting:
            folder = waiting.pop()
            entries = list_folder(folder, token, root=location.path, guard=guard)
            if folder == location.path / FOLDER:
                entries = [
                    entry._replace(relative=f"{FOLDER}/{entry.name}") if entry.members else entry
                    for entry in with_series(entries)
                ]
            for entry in entries:
                if entry.obstacle:
                    continue
                if entry.is_folder:
                    waiting.append(entry.path)
                elif len(files) >= FILES_AT_MOST:
                    return RunFiles(files, f"only the first {FILES_AT_MOST:,} files are compared")
                else:
                    files[entry.relative] = entry
    except ArtifactError as error:
        return RunFiles(files, str(error))
    return RunFiles(files)


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
