"""Shades by rank: how high each number stands among those of the visible runs."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import Column, Ints

Steps: TypeAlias = npt.NDArray[np.uint8]

STEPS = 12
"""How many shades there are above none at all."""


def rank_steps(column: Column, runs: Ints) -> Steps:
    """uint8[n + 1]: for each row of the frame its shade, 1 (least) to `STEPS` (greatest); 0 for a run that is not in
    `runs` or has no number there. The last element is 0, so that the row -1 (none) has no shade.

    Equal numbers share the middle of their ranks; where all are equal there is nothing to see, and no shade.
    Counting ranks instead of sorting the visible values: a few milliseconds for 100,000 runs.
    """
    steps = np.zeros(column.size + 1, np.uint8)
    runs = runs[~np.isnan(column.numbers()[runs])]
    if not len(runs):
        return steps
    ranks = column.directed_ranks(descending=False)[runs]
    counts = np.bincount(ranks)
    if np.count_nonzero(counts) < 2:
        return steps
    middle = np.cumsum(counts) - (counts + 1) / 2
    share = middle[ranks] / (len(runs) - 1)
    steps[runs] = 1 + np.minimum((share * STEPS).astype(np.uint8), STEPS - 1)
    return steps
