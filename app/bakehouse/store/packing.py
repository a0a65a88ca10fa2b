"""Columns that SQLite packs into one JSON text each, and how they are unpacked at the least cost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

# An id as MLflow makes it, with its quotes and the comma behind it.
_ID = 32
_PACKED_ID = np.dtype({"names": ["id"], "formats": [f"S{_ID}"], "offsets": [1], "itemsize": _ID + 3})


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


def packed_positions(text: str, count: int, row_of: Mapping[str, int]) -> npt.NDArray[np.int32]:
    """The row of each of the `count` packed run ids, -1 where `row_of` knows none.

    The rows of one run lie side by side in a table that a client wrote: each run is looked up once.
    """
    width = _ID + 3
    if not count or len(text) != count * width + 1 or not text.isascii() or "\\" in text:
        return positions(unpacked(text, count), row_of)
    raw = np.frombuffer((text[1:-1] + ",").encode("ascii"), np.uint8).reshape(count, width)
    if (raw[:, 0] != ord('"')).any() or (raw[:, -2] != ord('"')).any() or (raw[:, -1] != ord(",")).any():
        return positions(unpacked(text, count), row_of)
    ids = raw.reshape(-1).view(_PACKED_ID)["id"]
    starts = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
    runs = [text[start : start + _ID] for start in (starts * width + 2).tolist()]
    return np.repeat(positions(runs, row_of), np.diff(starts, append=count))


def positions(ids: Sequence[Any], row_of: Mapping[str, int]) -> npt.NDArray[np.int32]:
    """The row of each id, -1 where `row_of` knows none."""
    return np.fromiter(map(row_of.get, ids, repeat(-1)), np.int32, len(ids))
