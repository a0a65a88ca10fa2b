"""Small JSON files of the person's own: read whole, written beside and put in place at once."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path

from bakehouse.domain.errors import PersonalFileError
from bakehouse.domain.text import visible
from bakehouse.personal.view_format import Json, json_of

BYTES_AT_MOST = 8_000_000


def read_text(path: Path) -> str:
    """The text of a file. Raises PersonalFileError with one sentence."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise PersonalFileError(f"{said(path)} is no file.")
        if facts.st_size > BYTES_AT_MOST:
            raise PersonalFileError(f"{said(path)} is too large for a file of views ({facts.st_size:,} bytes).")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PersonalFileError(f"{said(path)} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise PersonalFileError(f"{said(path)} cannot be read: it is no text.") from error


def read_json(path: Path) -> Json:
    """What a file says, None when there is none. Raises PersonalFileError with one sentence."""
    if not path.exists():
        return None
    text = read_text(path)
    try:
        return json_of(text)
    except PersonalFileError as error:
        raise PersonalFileError(f"{said(path)} cannot be read: {error}.") from error


def write_json(path: Path, value: Json) -> None:
    """Put `value` in the file's place. Raises PersonalFileError with one sentence."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Put `text` in the file's place, whole or not at all. Raises PersonalFileError with one sentence."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as target:
                target.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PersonalFileError(f"{said(path)} cannot be written: {error.strerror or error}.") from error


def said(path: Path) -> str:
    """The path as a sentence names it."""
    return visible(str(path), 200)
