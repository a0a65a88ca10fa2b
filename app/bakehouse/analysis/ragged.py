"""Looking up one place in many sorted pieces at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Pieces of values behind each other, each ascending: piece i is `values[starts[i]:ends[i]]`, float64."""

    values: NDArray[np.float64]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    @staticmethod
    def of(pieces: Sequence[NDArray[np.float64]]) -> Ragged:
        """The pieces copied behind each other."""
        lengths = np.array([len(piece) for piece in pieces], np.intp)
        ends = np.cumsum(lengths, dtype=np.intp)
        return Ragged(np.concatenate(pieces) if pieces else np.empty(0), ends - lengths, ends)

    def first(self, sought: NDArray[np.float64] | float, *, beyond: bool = False) -> NDArray[np.intp]:
        """intp[n]: in each piece the place of the first value not below `sought` (`beyond`: above it), else its end.

        As `numpy.searchsorted`, of all pieces in as many steps as the longest of them needs.
        """
        low, high = self.starts.copy(), self.ends.copy()
        if not len(self.values):
            return low
        targets = np.broadcast_to(np.asarray(sought, np.float64), low.shape)
        for _ in range(int((high - low).max()).bit_length()):
            middle = np.minimum((low + high) >> 1, len(self.values) - 1)
            at = self.values[middle]
            is_before = ((at <= targets) if beyond else (at < targets)) & (low < high)
            high = np.where(is_before, high, np.where(low < high, middle, high))
            low = np.where(is_before, middle + 1, low)
        return low
