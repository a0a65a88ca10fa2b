"""What the status line says of groups, kept parents and folded rows."""

from __future__ import annotations

import numpy as np

from bakehouse.itemmodels.run_table import RunTableModel


def arrangement_words(model: RunTableModel) -> str:
    """` in 8 groups, 3 parents kept, 40 folded away`: what the count of runs does not say; empty for a flat table."""
    arranged = model.arranged
    words = ""
    if arranged.grouping is not None:
        groups = arranged.grouping.count
        words = f" in {groups:,} {'group' if groups == 1 else 'groups'}"
    if arranged.kept is not None:
        kept = int(np.count_nonzero(arranged.kept))
        words += f", {kept:,} {'parent' if kept == 1 else 'parents'} kept"
    folded = len(arranged.ordered_runs()) - int(np.count_nonzero(model.rows >= 0))
    if folded:
        words += f", {folded:,} folded away"
    return words
