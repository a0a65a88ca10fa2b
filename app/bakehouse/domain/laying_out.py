"""How much of a Markdown text a window lays out at once without holding anybody up."""

from __future__ import annotations

# What laying out costs, in milliseconds on the two-core machine it was measured on: tables by their cells most of all.
_BUDGET_MS = 30.0
_CHARACTER_MS = 0.0005
_LINE_MS = 0.03
_LONG_LINE = 2_000
_LONG_CHARACTER_MS = 0.005
_CELL_MS = 0.09
_MARK_MS = 0.012
_MARKS = "`*_[]~"


def laid_out_extent(text: str) -> int:
    """The characters from the beginning that are laid out: all of them, or whole lines up to a budget of time.

    At least one line, and never more of that than the budget allows by its length.
    """
    spent, end = 0.0, 0
    while end < len(text):
        stop = text.find("\n", end) + 1 or len(text)
        line = text[end:stop]
        cells = line.count("|") * _CELL_MS
        spent += _LINE_MS + len(line) * _CHARACTER_MS + max(0, len(line) - _LONG_LINE) * _LONG_CHARACTER_MS
        spent += cells + sum(map(line.count, _MARKS)) * _MARK_MS
        if spent > _BUDGET_MS:
            return end or min(stop, int(_BUDGET_MS / (_CELL_MS if cells else _MARK_MS)))
        end = stop
    return end
