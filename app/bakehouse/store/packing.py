"""Columns that SQLite packs into one JSON text each, and how they are unpacked at the least cost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any


def packed(expressions: Sequence[str]) -> str:
    """What to select so that `unpacked` can be called with each column, and the number of rows as the last one."""
    return ", ".join([*(f"json_group_array({expression})" for expression in expressions), "count(*)"])


def unpacked(text: str, count: int) -> list[Any]:
    """The `count` values of a packed column. Raises JSONDecodeError for an infinity where a whole number belongs."""
    # Without a backslash no text holds a quote, and the separator stands between two texts only. Splitting takes a
    # seventh of the time in which JSON is read.
    if text.startswith('["') and text.endswith('"]') and "\\" not in text:
        texts = text[2:-2].split('","')
        if len(texts) == count:
            return texts
    values: list[Any] = json.loads(text)
    return values


def cannot_pack(error: Exception) -> bool:
    """Whether a foreign store holds a blob or an infinity where text belongs, or an old SQLite lacks the function."""
    if isinstance(error, sqlite3.OperationalError):
        return str(error).startswith(("JSON cannot hold", "no such function"))
    return isinstance(error, json.JSONDecodeError)
