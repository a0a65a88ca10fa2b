"""Ways to read an address that a store records: as a path of this system, of another one, or of another machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_IDENTITY = re.compile(r"(m-)?[0-9a-f]{32}")
_DRIVE = re.compile(r"/?([A-Za-z]:)[\\/]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_THIS_MACHINE = frozenset({"", ".", "localhost", "127.0.0.1"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an address: `anchor` + `parts` as recorded, and the path here if this system can hold it."""

    anchor: str
    parts: tuple[str, ...]
    path: Path | None

    @property
    def identity(self) -> int | None:
        """Position of the run id or logged model id, which makes a folder unmistakable."""
        found = [i for i, part in enumerate(self.parts) if _IDENTITY.fullmatch(part)]
        return found[-1] if found else None

    @property
    def experiment(self) -> tuple[str, ...]:
        """The parts of the experiment's own folder, when the address carries an id below it."""
        place = self.identity
        if place is None:
            return ()
        parts = self.parts[:place]
        return parts[:-1] if parts and parts[-1] == "models" else parts


def local_texts(uri: str) -> list[tuple[str, str]]:
    """The readings of a local address as (anchor, path text), the one of MLflow's client first.

    The client decodes per cent signs in plain paths too (mlflow.utils.file_utils.local_file_uri_to_path ends in
    urllib.request.url2pathname for both); a folder that really carries the sign is the second reading.
    """
    if uri[:5].lower() == "file:":
        rest = uri[5:]
        host = ""
        if rest.startswith("//"):
            host, slash, rest = rest[2:].partition("/")
            rest = slash + rest
        cut = rest
        try:
            cut = urlsplit(uri).path
        except ValueError:
            cut = rest
        texts = [decoded_path(cut), decoded_path(rest), rest]
        if host.lower() not in _THIS_MACHINE:
            return [(f"//{host}", text) for text in dict.fromkeys(texts)]
    elif uri.startswith("\\\\"):
        host, _, rest = uri[2:].partition("\\")
        return [(f"//{host}", rest)]
    else:
        texts = [decoded_path(uri), uri]
    readings = []
    for text in dict.fromkeys(texts):
        drive = _DRIVE.match(text)
        if drive:
            readings.append((drive[1], text[drive.end() :]))
        else:
            readings.append(("/" if text.startswith("/") else "", text))
    return readings


def remote_readings(uri: str) -> list[Reading]:
    """An address of another machine as anchor and parts, so that a copy of it here can be learned."""
    if not foreign_scheme(uri):
        return []
    scheme, _, rest = uri.partition(":")
    host, _, path = rest.removeprefix("//").partition("/") if rest.startswith("//") else ("", "", rest)
    parts = tuple(p for p in path.split("/") if p not in ("", "."))
    if ".." in parts:
        return []
    return [Reading(f"{scheme.lower()}://{host}", parts, None)]


def is_meant(reading: Reading, start: int, there: Path) -> bool:
    """Whether a place can be that of the address: it carries its id, or without one at least its last name."""
    if reading.identity is not None:
        return reading.parts[reading.identity] in there.parts
    return start < len(reading.parts) or (bool(reading.parts) and there.name == reading.parts[-1])


def joined(anchor: str, parts: Sequence[str]) -> str:
    joint = "/" if anchor not in ("", "/") else ""
    return f"{anchor}{joint}{'/'.join(parts)}"


def foreign_scheme(uri: str) -> str:
    found = _SCHEME.match(uri)
    scheme = found[1].lower() if found else ""
    return "" if scheme == "file" else scheme


def decoded_path(text: str) -> str:
    return unquote(text, errors="surrogateescape")
