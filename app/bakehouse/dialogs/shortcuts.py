"""The sheet of all shortcuts, written from the table of commands."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from bakehouse.actions import ACTIONS, KEYS, MENUS


def shortcut_sheet() -> str:
    """Markdown: a table by menus, then the keys that work in one part of the window only."""
    rows = {row.id: row for row in ACTIONS}
    listed: set[str] = set()
    lines = ["# Keyboard shortcuts", "", "F6 goes from one part of a page to the next.", ""]
    parts: list[tuple[str, list[tuple[str, str]]]] = []
    for title, ids in MENUS:
        found = [rows[entry] for entry in ids if entry in rows and rows[entry].shortcut]
        listed.update(row.id for row in found)
        parts.append((title.replace("&", ""), [(row.shortcut, row.text) for row in found]))
    others = [row for row in ACTIONS if row.shortcut and row.id not in listed]
    parts.append(("More", [(row.shortcut, row.text) for row in others]))
    for where in dict.fromkeys(where for where, _, _ in KEYS):
        parts.append((where, [(keys, what) for place, keys, what in KEYS if place == where]))
    # One table, so that the keys stand in one column; the first part's title is its head.
    for place, (title, pairs) in enumerate(part for part in parts if part[1]):
        lines += ["| | |", "|---|---|"] if not place else ["| | |"]
        lines.append(f"| **{title}** | |")
        lines += [f"| {_shown(keys)} | {what.replace('&', '').rstrip('…')} |" for keys, what in pairs]
    return "\n".join(lines)


def _shown(keys: str) -> str:
    """As the platform writes them; words that are no key sequence stay."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return native.replace("|", "\\|") or keys
