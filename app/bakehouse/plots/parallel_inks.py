"""The colours that runs of a parallel-coordinates plot have of their own, and their sums along each pair of bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bakehouse.analysis.density import BINS, pair_histogram
from bakehouse.plots.point_colours import NO_COLOUR

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RunInks:
    """None; or `shares` float32[n] from 0 to 1 along the ordered map (NaN: no colour); or `slots` uint8[n], rows of
    `table` float32[c, 3] of red, green and blue from 0 to 1 (NO_COLOUR: none).
    """

    shares: NDArray[np.float32] | None = None
    slots: NDArray[np.uint8] | None = None
    table: NDArray[np.float32] | None = None

    def __bool__(self) -> bool:
        """Whether runs have colours at all."""
        return self.shares is not None or self.slots is not None

    def known(self) -> NDArray[np.bool_]:
        """bool[n]: which runs have one."""
        if self.slots is not None:
            known: NDArray[np.bool_] = self.slots != NO_COLOUR
            return known
        assert self.shares is not None
        return np.isfinite(self.shares)

    def channels(self, chosen: NDArray[np.intp] | None) -> tuple[NDArray[np.float32], ...]:
        """One float32[k], or three of red, green and blue, of the runs `chosen` (None: all); NaN: no colour."""
        if self.shares is not None:
            return (self.shares if chosen is None else self.shares.take(chosen),)
        if self.slots is None or self.table is None:
            return ()
        slots = np.minimum(self.slots if chosen is None else self.slots.take(chosen), np.uint8(len(self.table)))
        return tuple(np.append(column, np.float32(np.nan)).take(slots) for column in self.table.T)

    def sums(
        self, pairs: NDArray[np.int32], chosen: NDArray[np.intp] | None
    ) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
        """float64[BINS * BINS]: how many of the runs `chosen`, with these `pairs`, go along each pair, and the sum of
        each of their channels there; all of them have a colour.
        """
        if self.slots is None or self.table is None:
            return pair_histogram(pairs), [pair_histogram(pairs, one) for one in self.channels(chosen)]
        # Few colours: the runs are counted once by pair and colour instead of summed up once for each channel.
        slots = self.slots if chosen is None else self.slots.take(chosen)
        places = slots.astype(np.int64)
        places *= BINS * BINS
        places += pairs
        counts = np.bincount(places, minlength=len(self.table) * BINS * BINS).astype(np.float64)
        by_colour = counts.reshape(len(self.table), BINS * BINS)
        return by_colour.sum(axis=0), list(self.table.T.astype(np.float64) @ by_colour)


NO_INKS = RunInks()
