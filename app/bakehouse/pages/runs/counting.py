"""What the status line says of the runs: shown, grouped, kept, folded, selected."""

from __future__ import annotations

import numpy as np

from bakehouse.analysis.columns import Mask
from bakehouse.itemmodels.run_table import RunTableModel


def counted(model: RunTableModel, selected: Mask) -> list[str]:
    """The counts as parts of a sentence; `selected` bool[runs]."""
    parts, chosen = [shown_words(model)], int(np.count_nonzero(selected))
    if chosen:
        hidden = chosen - int(np.count_nonzero(selected[model.arranged.ordered_runs()]))
        parts.append(f"{chosen:,} selected" + (f", {hidden:,} of them not shown" if hidden else ""))
    return parts


def shown_words(model: RunTableModel) -> str:
    """How many runs are shown. Runs folded away are shown runs: folding hides rows."""
    shown, size = len(model.visible_runs()), model.frame.size
    words = f"{size:,} {'run' if size == 1 else 'runs'}" if shown == size else f"{shown:,} of {size:,} runs"
    return words + _arranged(model)


def _arranged(model: RunTableModel) -> str:
    """` in 3 groups with 12 inside, 3 parents kept, 40 folded away`; empty for a flat table."""
    arranged = model.arranged
    words = ""
    if arranged.grouping is not None:
        levels = [len(level.starts) for level in arranged.grouping.levels]
        words = f" in {levels[0]:,} {'group' if levels[0] == 1 else 'groups'}"
        words += "".join(f" with {inside:,} inside" for inside in levels[1:])
    if arranged.kept is not None:
        kept = int(np.count_nonzero(arranged.kept))
        words += f", {kept:,} {'parent' if kept == 1 else 'parents'} kept"
    folded = len(arranged.ordered_runs()) - int(np.count_nonzero(model.rows >= 0))
    if folded:
        words += f", {folded:,} folded away"
    return words
