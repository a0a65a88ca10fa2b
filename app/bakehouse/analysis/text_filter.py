"""The plain filter: words that occur in a run's name, id or values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

import numpy as np

from bakehouse.analysis.columns import Column, Floats, Mask, NumberColumn, TextColumn, text_number
from bakehouse.domain.columns import DURATION, END_TIME, RUN_ID, RUN_NAME, START_TIME, ColumnKey

_NUMBER = re.compile(r"[+-]?(\d+)(?:\.(\d*))?(?:e[+-]?\d+)?|[+-]?\.(\d+)(?:e[+-]?\d+)?")
_NUMBERS_ARE_MADE_OF = frozenset("0123456789.+-e_ \t")

# Numbers no person reads as numbers in the table: they are shown as times.
_SHOWN_AS_TIMES = (START_TIME, END_TIME, DURATION)


class TextFilter:
    """Answers which runs match a text, remembering per column what the words of the last text found.

    One word matches a run when, without regard to case, it occurs in `name=value` of any of its texts (the run's
    name and id: in the value alone). Of a number it must be how the number begins or what it rounds to at the
    word's decimals: `0.124` finds 0.1243 and 0.1239, `rmse=3.9` finds 3.912. Every word must match.

    Owned by one thread at a time.
    """

    def __init__(self) -> None:
        self._folded: WeakKeyDictionary[TextColumn, list[str]] = WeakKeyDictionary()
        self._found: WeakKeyDictionary[TextColumn, tuple[str, np.ndarray[tuple[int], np.dtype[np.int64]]]] = (
            WeakKeyDictionary()
        )

    def mask(
        self, columns: Mapping[ColumnKey, Column], size: int, text: str, check: Callable[[], None] = lambda: None
    ) -> Mask:
        """bool[size]: the runs that every blank-separated word of `text` matches; all of them for a blank text.

        `check` is called between columns and may raise.
        """
        matched = np.ones(size, np.bool_)
        for word in text.casefold().split():
            matched &= self._word_mask(columns, size, word, check)
        return matched

    def _word_mask(self, columns: Mapping[ColumnKey, Column], size: int, word: str, check: Callable[[], None]) -> Mask:
        matched = np.zeros(size, np.bool_)
        # Names first, then from few categories to many: a common word is often answered before the long columns.
        for key, column in sorted(columns.items(), key=_effort):
            if key in _SHOWN_AS_TIMES:
                continue
            check()
            if matched.all():
                break
            name = "" if key in (RUN_NAME, RUN_ID) else key.name.casefold()
            if name and word in f"{name}=":
                matched |= column.present()
                continue
            if isinstance(column, TextColumn):
                self._match_texts(column, name, word, matched)
            else:
                _match_numbers(column, name, word, matched)
        return matched

    def _match_texts(self, column: TextColumn, name: str, word: str, matched: Mask) -> None:
        texts = self._folded.get(column)
        if texts is None:
            texts = self._folded[column] = [_folded(text) for text in column.categories]
        value, must_begin = _value_part(name, word)
        if must_begin is not None:
            hits = [i for i, text in enumerate(texts) if text.startswith(must_begin)]
            _mark(column, np.array(hits, np.int64), matched)
        places = self._candidates(column, texts, value)
        open_rows = np.flatnonzero(~matched)
        partly = 2 * len(open_rows) < len(places)
        if partly:
            wanted = np.zeros(len(texts) + 1, np.bool_)  # the last one serves code -1
            wanted[column.codes()[open_rows]] = True
            places = places[wanted[places]]
        found = np.array([i for i in places.tolist() if value in texts[i]], np.int64)
        if not partly:
            self._found[column] = (value, found)
        _mark(column, found, matched)

    def _candidates(
        self, column: TextColumn, texts: list[str], value: str
    ) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The categories worth looking into: what a shorter word found, without numbers when it has a letter."""
        last = self._found.get(column)
        if last is not None and last[0] and last[0] in value:
            return last[1]
        first = 0 if _NUMBERS_ARE_MADE_OF.issuperset(value) else column.numeric_categories
        return np.arange(first, len(texts), dtype=np.int64)


def _effort(item: tuple[ColumnKey, Column]) -> int:
    key, column = item
    if key == RUN_NAME:
        return -1
    return len(column.categories) if isinstance(column, TextColumn) else 0


def _folded(text: str) -> str:
    folded = text.casefold()
    return text if folded == text else folded


def _value_part(name: str, word: str) -> tuple[str, str | None]:
    """What to look for inside a value, and with what a value must begin when the word spans `name=value`."""
    front, equals, rest = word.partition("=")
    return word, rest if equals and rest and name and name.endswith(front) else None


def _mark(column: TextColumn, categories: np.ndarray[tuple[int], np.dtype[np.int64]], matched: Mask) -> None:
    if len(categories):
        wanted = np.zeros(len(column.categories) + 1, np.bool_)
        wanted[categories] = True
        np.logical_or(matched, wanted[column.codes()], out=matched)


def _match_numbers(column: NumberColumn, name: str, word: str, matched: Mask) -> None:
    _, begin = _value_part(name, word)
    value = word if begin is None else begin
    numbers = column.numbers()
    if value == "nan":
        matched |= column.present() & np.isnan(numbers)
    elif value in ("inf", "+inf", "-inf"):
        matched |= numbers == float(value)
    else:
        _match_digits(numbers, value, matched)


def _match_digits(numbers: Floats, word: str, matched: Mask) -> None:
    shape = _NUMBER.fullmatch(word)
    number = text_number(word)
    if shape is None or math.isnan(number):
        return
    if "e" in word:
        matched |= np.isclose(numbers, number, rtol=1e-12, atol=0)
        return
    unit = 10.0 ** -len(shape.group(2) or shape.group(3) or "")
    # A tiny margin: 0.1243 is stored a little below itself, and must still begin with 0.1243.
    low, high = abs(number) - unit / 2 - unit * 1e-9, abs(number) + unit - unit * 1e-9
    sizes = np.abs(numbers)
    with np.errstate(invalid="ignore"):
        inside = (sizes >= low) & (sizes < high)
        if word[0] == "-":
            inside &= numbers < 0
    matched |= inside
