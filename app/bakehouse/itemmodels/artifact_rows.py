"""What a row of the artifact tree says of its entry: icon, words, tooltip, address."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QUrl

from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Location
from bakehouse.domain.text import counted, plain_tooltip, visible


class Kind(Enum):
    """What a row is."""

    ROOT = "root"
    ENTRY = "entry"
    NOTE = "note"
    """A sentence in place of contents."""
    MORE = "more"
    """Stands for entries that are known but not shown yet."""


def file_url(path: Path) -> QUrl:
    """The `file:` URL of a path, byte for byte also for names that are no valid text."""
    return QUrl.fromEncoded(path.as_uri().encode("ascii"))


_ICONS = {
    "file-image": {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp"},
    "sheet": {".csv", ".tsv", ".parquet", ".xlsx"},
    "file-json": {".json", ".jsonl"},
    "file-code": {".py", ".yaml", ".yml", ".toml", ".html", ".xml", ".sh", ".sql", ".ipynb"},
    "file-text": {".txt", ".md", ".log", ".rst"},
    "file-archive": {".zip", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".7z"},
}
_ICON_OF_ENDING = {ending: name for name, endings in _ICONS.items() for ending in endings}


def icon_name(kind: Kind, entry: Entry | None) -> str:
    """The icon in resources that stands for a row; empty for none."""
    if kind is Kind.ROOT:
        return "package"
    if entry is None:
        return "info" if kind is Kind.NOTE else ""
    if entry.obstacle:
        return "external-link" if entry.is_link else "lock"
    if entry.is_folder:
        return "folder"
    if entry.members:
        return "image"
    return _ICON_OF_ENDING.get(Path(entry.name).suffix.lower(), "file-code" if entry.name == "MLmodel" else "file")


def spoken_text(entry: Entry | None) -> str:
    """What a screen reader adds to name and size."""
    if entry is None:
        return ""
    return entry.obstacle or ("folder" if entry.is_folder else "")


def tooltip(title: str, entry: Entry | None, location: Location | None) -> str:
    """Path and obstacle of an entry; of a root its title and what the locator says of it."""
    lines = [title, location.notice if location is not None else ""]
    if entry is not None:
        where = visible(entry.relative, 1500)
        time = time_text(entry.modified_ms)
        lines = [where, f"Modified {time}" if time else "", entry.obstacle]
        if entry.members:
            lines = [f"{counted(len(entry.members), 'picture')} logged step by step, the first: {where}"]
    return plain_tooltip("\n".join(line for line in lines if line))


def time_text(modified_ms: int | None) -> str:
    """Local time to the minute; empty when unknown or beyond the calendar."""
    if modified_ms is None:
        return ""
    try:
        return datetime.fromtimestamp(modified_ms / 1000).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return ""
