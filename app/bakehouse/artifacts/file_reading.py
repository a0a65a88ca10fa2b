"""Reads a piece of one plain file; never a pipe, a device or more than was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible


def read_piece(path: Path, limit: int, offset: int = 0) -> tuple[bytes, int]:
    """At most `limit` bytes from `offset` on and the file's whole size. Never blocks on a pipe in the file's place.

    Raises OSError, ArtifactError when it is no plain file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise ArtifactError(f"{visible(str(path), 200)} is no plain file.")
        if offset:
            file.seek(offset)
        pieces = []
        left = limit
        while left and (piece := file.read(left)):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces), facts.st_size
