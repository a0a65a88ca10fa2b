"""Two texts line by line beside each other: what is alike, changed, only here or only there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

LINES_AT_MOST = 4_000
"""More lines of a text are not compared: the matching takes time by the square of them."""
_AROUND = 3


class Change(Enum):
    """What happened to a line from the left text to the right one."""

    ALIKE = "alike"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """Numbers count from 1, None where that side has no line. A skipped one stands for lines alike; `left` says so."""

    change: Change
    left_number: int | None
    left: str
    right_number: int | None
    right: str


@dataclass(frozen=True)
class Difference:
    """`notice` says what was not looked at."""

    lines: tuple[DiffLine, ...]
    changed: int
    notice: str = ""


def text_difference(left: str, right: str, check: Callable[[], None] = lambda: None) -> Difference:
    """Compare the first LINES_AT_MOST lines of both; long stretches alike are folded. For a worker thread."""
    a, b = left.splitlines(), right.splitlines()
    is_cut = len(a) > LINES_AT_MOST or len(b) > LINES_AT_MOST
    a, b = a[:LINES_AT_MOST], b[:LINES_AT_MOST]
    lines: list[DiffLine] = []
    check()
    codes = SequenceMatcher(None, a, b).get_opcodes()
    check()
    for place, (tag, a_from, a_to, b_from, b_to) in enumerate(codes):
        if tag == "equal":
            pairs = list(zip(range(a_from, a_to), range(b_from, b_to), strict=True))
            if len(codes) == 1:  # nothing differs: there is no change to stay close to
                lines += [_line(Change.ALIKE, one, other, a, None) for one, other in pairs]
            else:
                lines += _folded(pairs, a, is_first=place == 0, is_last=place == len(codes) - 1)
            continue
        for offset in range(max(a_to - a_from, b_to - b_from)):
            one = a_from + offset if a_from + offset < a_to else None
            other = b_from + offset if b_from + offset < b_to else None
            change = Change.ADDED if one is None else Change.REMOVED if other is None else Change.CHANGED
            lines.append(_line(change, one, other, a, b))
    changed = sum(line.change not in (Change.ALIKE, Change.SKIPPED) for line in lines)
    return Difference(tuple(lines), changed, f"only the first {LINES_AT_MOST:,} lines" if is_cut else "")


def _folded(pairs: list[tuple[int, int]], a: list[str], *, is_first: bool, is_last: bool) -> list[DiffLine]:
    """Lines alike with those far from any change folded into one."""
    before = 0 if is_first else _AROUND
    behind = 0 if is_last else _AROUND
    hidden = len(pairs) - before - behind
    if hidden <= 2:
        return [_line(Change.ALIKE, one, other, a, None) for one, other in pairs]
    head, tail = pairs[:before], pairs[len(pairs) - behind :]
    return [
        *(_line(Change.ALIKE, one, other, a, None) for one, other in head),
        DiffLine(Change.SKIPPED, None, f"{hidden:,} lines alike", None, ""),
        *(_line(Change.ALIKE, one, other, a, None) for one, other in tail),
    ]


def _line(change: Change, one: int | None, other: int | None, a: list[str], b: list[str] | None) -> DiffLine:
    left = a[one] if one is not None else ""
    right = left if b is None else b[other] if other is not None else ""
    return DiffLine(change, None if one is None else one + 1, left, None if other is None else other + 1, right)


def unified(lines: Sequence[DiffLine]) -> tuple[DiffLine, ...]:
    """The same difference as one column: what was removed in a place stands before what was added there."""
    result: list[DiffLine] = []
    added: list[DiffLine] = []
    for line in lines:
        if line.change in (Change.ALIKE, Change.SKIPPED):
            result += [*added, line]
            added.clear()
            continue
        if line.left_number is not None:
            result.append(DiffLine(Change.REMOVED, line.left_number, line.left, None, ""))
        if line.right_number is not None:
            added.append(DiffLine(Change.ADDED, None, "", line.right_number, line.right))
    return (*result, *added)
