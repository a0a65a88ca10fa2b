"""The names in a folder as a table, for the preview of a folder that a link led to."""

from __future__ import annotations

from datetime import datetime

from bakehouse.artifacts.listing import Entry, list_folder, size_text
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.tables import MOST_ROWS, TablePreview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible


def folder_table(entry: Entry, guard: Guard | None, token: Token) -> TablePreview:
    """Names, sizes and times one level below a folder. Raises ArtifactError, Cancelled."""
    found = list_folder(entry.path, token, guard=guard)
    rows = tuple(
        (visible(one.name, 300) + ("/" if one.is_folder else ""), size_text(one.size), _time(one.modified_ms))
        for one in found[:MOST_ROWS]
    )
    notice = f"first {MOST_ROWS:,} of {len(found):,} names" if len(found) > MOST_ROWS else f"{len(found):,} names"
    return TablePreview(("Name", "Size", "Modified"), rows, (False, False, False), f"A folder, {notice}")


def _time(modified_ms: int | None) -> str:
    if modified_ms is None:
        return ""
    try:
        return datetime.fromtimestamp(modified_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return ""
