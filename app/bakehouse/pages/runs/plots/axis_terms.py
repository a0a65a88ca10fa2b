"""Which terms of the filter are brushes on the axes of a plot, and which runs the other terms let through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce

import numpy as np

from bakehouse.analysis.brush_terms import brushes_of
from bakehouse.analysis.columns import Ints
from bakehouse.domain.columns import ColumnKey
from bakehouse.pages.runs.visible_runs import TermMask
from bakehouse.plots.parallel_canvas import ShownBrush


def split_terms(
    terms: Sequence[TermMask], axes: Collection[ColumnKey], size: int
) -> tuple[dict[ColumnKey, ShownBrush], Ints]:
    """The brushes on `axes`, and int32[k]: the rows of `size` that all other terms let through."""
    found = brushes_of([term.expression for term in terms])
    brushes: dict[ColumnKey, ShownBrush] = {}
    taken: set[int] = set()
    for key in axes:
        if key in found:
            brush, places = found[key]
            brushes[key] = ShownBrush(brush, reduce(np.logical_and, (terms[place].mask for place in places)))
            taken.update(places)
    others = [term.mask for place, term in enumerate(terms) if place not in taken]
    if not others:
        return brushes, np.arange(size, dtype=np.int32)
    return brushes, np.flatnonzero(reduce(np.logical_and, others)).astype(np.int32)
