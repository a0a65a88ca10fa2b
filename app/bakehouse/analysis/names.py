"""Finding things by what a person types of their names: the best matches first, among any number of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from bakehouse.analysis.columns import Ints

_CHUNK = 5_000
_SEPARATORS = " _-/.:"
_LEAST_SCATTERED = 3


class Tier(IntEnum):
    """How well a name matches, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    """A word of the name begins so."""
    INSIDE = 3
    WORDS = 4
    """Every typed word occurs, in whatever order."""
    SCATTERED = 5
    """The typed letters occur in their order, the first at a word's beginning."""


@dataclass(frozen=True)
class Query:
    """What was typed, without regard to case and surplus blanks."""

    text: str

    @cached_property
    def phrase(self) -> str:
        return " ".join(self.words)

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.casefold().split())

    @cached_property
    def scattered(self) -> re.Pattern[str] | None:
        """Finds the letters in their order within a line; None for texts too short to mean anything by that."""
        letters = self.phrase.replace(" ", "")
        if len(letters) < _LEAST_SCATTERED:
            return None
        # No letter is passed over twice, so the time stays in proportion to the text.
        between = (f"[^{re.escape(letter)}\n]*{re.escape(letter)}" for letter in letters[1:])
        # The first letter begins a word: in the midst of one it says little.
        return re.compile(rf"(?<![^\W_]){re.escape(letters[0])}" + "".join(between))


def tier_of(name: str, query: Query) -> Tier | None:
    """How well one name matches, None when it does not; everything matches an empty query."""
    folded, phrase = name.casefold().replace("\n", " "), query.phrase
    if folded == phrase:
        return Tier.EXACT
    if folded.startswith(phrase):
        return Tier.PREFIX
    if phrase in folded:
        return Tier.WORD if any(mark + phrase in folded for mark in _SEPARATORS) else Tier.INSIDE
    if all(word in folded for word in query.words):
        return Tier.WORDS
    return Tier.SCATTERED if query.scattered is not None and query.scattered.search(folded) else None


def matched_spans(name: str, query: Query) -> list[tuple[int, int]]:
    """(start, end) of the pieces of `name` to be marked: the phrase, else the words; none for scattered letters."""
    folded = name.casefold()
    if len(folded) != len(name) or not query.phrase:
        return []
    at = folded.find(query.phrase)
    if at >= 0:
        marks = [folded.find(mark + query.phrase) for mark in _SEPARATORS]
        word = min((place + 1 for place in marks if place >= 0), default=at)
        start = at if at == 0 else word
        return [(start, start + len(query.phrase))]
    found = sorted((folded.find(word), word) for word in query.words)
    return [(place, place + len(word)) for place, word in found] if found and found[0][0] >= 0 else []


class NameIndex:
    """Many names (a hundred thousand and more) made ready to be searched. Immutable; used in tasks.

    The names lie one a line in texts of 5,000 lines, so that each search is a few scans at the speed of C, none of
    which keeps the interpreter for more than some milliseconds.
    """

    def __init__(self, names: Sequence[str], check: Callable[[], None] = lambda: None) -> None:
        """`check` is called between pieces of the work and may raise."""
        self.size = len(names)
        self._texts: list[str] = []
        self._starts: list[Ints] = []
        for first in range(0, len(names), _CHUNK):
            check()
            lines = [name.casefold().replace("\n", " ") for name in names[first : first + _CHUNK]]
            self._texts.append("\n" + "\n".join(lines) + "\n")
            ends = np.cumsum(np.fromiter((len(line) + 1 for line in lines), np.int32, len(lines)), dtype=np.int32)
            self._starts.append(np.concatenate((np.ones(1, np.int32), ends + 1)).astype(np.int32))

    def find(
        self, query: Query, limit: int, check: Callable[[], None] = lambda: None, worst: Tier = Tier.SCATTERED
    ) -> list[tuple[Tier, int]]:
        """The best `limit` matches no worse than `worst` as (tier, place in the names), equal ones by their place."""
        if not query.phrase:
            return [(Tier.PREFIX, row) for row in range(min(limit, self.size))]
        found: dict[int, Tier] = {}
        for tier in Tier:
            if tier > worst or len(found) >= limit:
                break
            for row in self._matches(tier, query, check):
                if found.setdefault(row, tier) is tier and len(found) >= limit:
                    break
        return [(tier, row) for row, tier in found.items()]

    def _matches(self, tier: Tier, query: Query, check: Callable[[], None]) -> Iterator[int]:
        """The rows that match as well as `tier` says or better, ascending."""
        for chunk, (text, starts) in enumerate(zip(self._texts, self._starts, strict=True)):
            check()
            for row in _matches_in(text, starts, tier, query):
                yield chunk * _CHUNK + row


def _matches_in(text: str, starts: Ints, tier: Tier, query: Query) -> Iterator[int]:
    phrase = query.phrase
    if tier is Tier.EXACT:
        yield from _lines_with(text, starts, f"\n{phrase}\n", 1)
    elif tier is Tier.PREFIX:
        yield from _lines_with(text, starts, f"\n{phrase}", 1)
    elif tier is Tier.WORD:
        yield from sorted({row for mark in _SEPARATORS for row in _lines_with(text, starts, mark + phrase, 0)})
    elif tier is Tier.INSIDE:
        yield from _lines_with(text, starts, phrase, 0)
    elif tier is Tier.WORDS:
        if len(query.words) > 1:
            for row in _lines_with(text, starts, max(query.words, key=len), 0):
                line = text[starts[row] : starts[row + 1]]
                if all(word in line for word in query.words):
                    yield row
    elif query.scattered is not None:
        at = 0
        while (match := query.scattered.search(text, at)) is not None:
            row = int(np.searchsorted(starts, match.start(), "right")) - 1
            yield row
            at = int(starts[row + 1]) - 1


def _lines_with(text: str, starts: Ints, needle: str, shift: int) -> Iterator[int]:
    """The lines in which `needle` occurs; its name begins `shift` characters after the place found."""
    at = text.find(needle)
    while at >= 0:
        row = int(np.searchsorted(starts, at + shift, "right")) - 1
        yield row
        at = text.find(needle, int(starts[row + 1]) - 1)
