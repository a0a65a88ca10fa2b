"""The rows in a table of runs that run ids stand for, also while a page of ids is packed as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.store.packing import unpacked

# An id as MLflow makes it, with its quotes and the comma behind it.
_ID = 32
_PACKED_ID = np.dtype({"names": ["id"], "formats": [f"S{_ID}"], "offsets": [1], "itemsize": _ID + 3})


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
