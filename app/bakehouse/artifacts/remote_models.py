"""A model that lies on another machine: its few small files for the card, and its digest without keeping anything."""

from __future__ import annotations

import hashlib

from bakehouse.artifacts.digests import LEFT_OUT_AT_THE_ROOT, DigestedFile, FolderDigest, whole_digest
from bakehouse.artifacts.fetching import Fetched, fetch_for_preview
from bakehouse.artifacts.gathering import Item, Plan
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.remote import RemoteFolder, RemoteSource
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

MODEL_FILE = "MLmodel"
_CARD_FILES = frozenset({MODEL_FILE, "requirements.txt", "python_env.yaml", "input_example.json"})
_LARGEST_CARD_FILE = 2_000_000
_PIECE = 1 << 20


def fetch_card_files(folder: RemoteFolder, token: Token) -> Entry | None:
    """Fetch what a model's card needs; the MLmodel file here, None when there is none. Raises ArtifactError, Cancelled.

    A person must have agreed that the machine is asked.
    """
    fetched = Fetched()
    found = None
    for entry in folder.list("", token)[0]:
        if entry.name not in _CARD_FILES or entry.is_folder or entry.obstacle:
            continue
        if (entry.size or 0) > _LARGEST_CARD_FILE:
            continue
        fetch_for_preview(entry, fetched, token)
        if entry.name == MODEL_FILE:
            found = entry
    return found


def remote_digest(folder: RemoteFolder, token: Token) -> FolderDigest:
    """The digest of a folder on another machine by the rule of `folder_digest`; every byte is fetched, none is kept.

    Progress is reported in bytes. Raises ArtifactError, Cancelled.
    """
    plan = Plan()
    RemoteSource(folder, "", is_folder=True).gather("", plan, token)
    if plan.left_out:
        name, reason = plan.left_out[0]
        raise ArtifactError(f"{visible(name.lstrip('/'), 200)}: {reason} No digest can be made.")
    if not plan.files:
        raise ArtifactError(f"Nothing was found at {visible(folder.address, 300)}.")
    files: list[DigestedFile] = []
    done = 0
    for item in plan.files:
        relative = item.name.lstrip("/")
        if relative == LEFT_OUT_AT_THE_ROOT:
            continue
        file = _hashed(item, relative, done, plan.size, token)
        done += file.size
        files.append(file)
    return whole_digest(files)


def _hashed(item: Item, relative: str, done: int, total: int, token: Token) -> DigestedFile:
    hashing = hashlib.sha256()
    size = 0
    if item.opened is None:
        raise ArtifactError(f"{visible(relative, 200)} cannot be opened; no digest can be made.")
    with item.opened() as stream:
        while piece := stream.read(_PIECE):
            token.check()
            hashing.update(piece)
            size += len(piece)
            token.report(done + size, max(total, done + size), "bytes hashed")
    return DigestedFile(relative, size, hashing.hexdigest())
