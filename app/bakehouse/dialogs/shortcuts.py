"""The sheet of all shortcuts, written from the table of commands."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from bakehouse.actions import ACTIONS, KEYS, MENUS


def shortcut_sheet() -> str:
    """Markdown: a table for each menu, then the keys that work in one part of the window only."""
    rows = {row.id: row for row in ACTIONS}
    listed: set[str] = set()
    parts = ["# Keyboard shortcuts", "", "Everything works without a mouse; **F6** goes from one part to the next."]
    for title, ids in MENUS:
        found = [rows[entry] for entry in ids if entry in rows and rows[entry].shortcut]
        listed.update(row.id for row in found)
        parts += _table(title.replace("&", ""), [(row.shortcut, row.text) for row in found])
    others = [row for row in ACTIONS if row.shortcut and row.id not in listed]
    parts += _table("More", [(row.shortcut, row.text) for row in others])
    for where in dict.fromkeys(where for where, _, _ in KEYS):
        parts += _table(where, [(keys, what) for place, keys, what in KEYS if place == where])
    return "\n".join(parts)


def _table(title: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = [f"| **{_shown(keys)}** | {what.replace('&', '').rstrip('…')} |" for keys, what in rows]
    return ["", f"## {title}", "", "| Keys | |", "|---|---|", *lines]


def _shown(keys: str) -> str:
    """As the platform writes them; words that are no key sequence stay."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return native.replace("|", "\\|") or keys
