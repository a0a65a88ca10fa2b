"""One column of a run table in memory: numbers, or texts as codes into sorted categories."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int32]
Mask: TypeAlias = npt.NDArray[np.bool_]

# Below this share of filled rows a column keeps (row, value) pairs instead of a value for every row.
SPARSE_BELOW = 0.1

# One C call over many Python objects keeps every other thread waiting; lists are worked on in pieces of this size.
_PIECE = 20_000
_FIXED_WIDTH = 64


class NumberPairs(Protocol):
    """What the store hands over for a metric (`store.columns.Numbers`): `values[i]` belongs to row `rows[i]`."""

    @property
    def rows(self) -> Ints: ...
    @property
    def values(self) -> Floats: ...


@runtime_checkable
class TextPairs(Protocol):
    """What the store hands over for a param or tag (`store.columns.Texts`): codes into unsorted categories."""

    @property
    def rows(self) -> Ints: ...
    @property
    def codes(self) -> Ints: ...
    @property
    def categories(self) -> list[str]: ...


class NumberColumn:
    """Numbers by row; a row may be missing, and a present value may be NaN or infinite. Never changes once made."""

    kind: Literal["number"] = "number"
    is_numeric = True

    def __init__(self, rows: Ints, values: Floats, size: int) -> None:
        """`rows` int32[k] without repeats, each below `size`; `values` float64[k]."""
        self.size = size
        self.count = len(rows)
        """How many rows have a value (NaN counts as one)."""
        self._ranks: Ints | None = None
        self._distinct = 0
        self._rows: Ints | None = None
        self._values: Floats
        self._present: Mask | None = None
        if size and len(rows) < SPARSE_BELOW * size:
            order = np.argsort(rows, kind="stable")
            self._rows, self._values = (
                np.asarray(rows, np.int32)[order],
                np.asarray(values, np.float64)[order],
            )
            return
        self._values = np.full(size, np.nan)
        self._values[rows] = values
        if len(rows) < size:
            self._present = np.zeros(size, np.bool_)
            self._present[rows] = True

    @classmethod
    def whole(cls, values: Floats) -> NumberColumn:
        """A column from float64[n] in which NaN means missing (times, durations)."""
        rows = np.flatnonzero(~np.isnan(values)).astype(np.int32)
        return cls(rows, values[rows], len(values))

    @property
    def is_sparse(self) -> bool:
        return self._rows is not None

    def pairs(self) -> tuple[Ints, Floats]:
        """int32[count] rows, rising, and float64[count] their values; not to be written to."""
        if self._rows is not None:
            return self._rows, self._values
        if self._present is None:
            return np.arange(self.size, dtype=np.int32), self._values
        rows = np.flatnonzero(self._present).astype(np.int32)
        return rows, self._values[rows]

    def numbers(self) -> Floats:
        """float64[n], NaN where missing or NaN; not to be written to."""
        if self._rows is None:
            return self._values
        dense = np.full(self.size, np.nan)
        dense[self._rows] = self._values
        return dense

    def present(self) -> Mask:
        """bool[n]: which rows have a value; not to be written to."""
        if self._rows is not None:
            mask = np.zeros(self.size, np.bool_)
            mask[self._rows] = True
            return mask
        return np.ones(self.size, np.bool_) if self._present is None else self._present

    def present_numbers(self) -> Floats:
        """float64[count]: the values of the rows that have one, in row order."""
        if self._rows is not None or self._present is None:
            return self._values
        return self._values[self._present]

    def value(self, row: int) -> float | None:
        """The number of one row, None when missing."""
        if self._rows is not None:
            place = int(np.searchsorted(self._rows, row))
            if place == len(self._rows) or self._rows[place] != row:
                return None
            return float(self._values[place])
        if self._present is not None and not self._present[row]:
            return None
        return float(self._values[row])

    def text(self, row: int) -> str:
        """The number of one row in full (`repr`, `NaN`, `inf`, `-inf`); empty when missing."""
        value = self.value(row)
        if value is None:
            return ""
        return "NaN" if math.isnan(value) else repr(value)

    def differs(self) -> bool:
        """Whether two rows differ in it (a missing value differs from a present one)."""
        return 0 < self.count < self.size or self.varies()

    def varies(self) -> bool:
        """Whether two present values differ."""
        values = self.present_numbers()
        if not len(values):
            return False
        same = np.isnan(values) if math.isnan(values[0]) else values == values[0]
        return not bool(same.all())

    def directed_ranks(self, descending: bool) -> Ints:
        """int32[n], the smallest first; equal values share a rank, in either direction NaN follows the numbers and
        missing comes last.
        """
        if self._ranks is None:
            values, present = self.numbers(), self.present()
            comparable = present & ~np.isnan(values)
            inverse, distinct = dense_ranks(values[comparable])
            self._ranks = np.full(self.size, distinct + 1, np.int32)
            self._ranks[present] = distinct
            self._ranks[comparable] = inverse
            self._distinct = distinct
        ranks, last = self._ranks, self._distinct - 1
        return np.where(ranks <= last, last - ranks, ranks) if descending else ranks


class TextColumn:
    """Texts by row as codes into sorted categories. Never changes once made.

    Categories whose text is a number (see `text_number`) come first, by value; the others follow by text without
    regard to case.
    """

    kind: Literal["text"] = "text"

    def __init__(
        self,
        rows: Ints,
        codes: Ints,
        categories: Sequence[str],
        size: int,
        *,
        numeric: bool = True,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`rows` int32[k] without repeats; `codes` int32[k] into the distinct, unsorted `categories`.

        With `numeric` false no text is taken for a number (run ids). `check` is called every few milliseconds.
        """
        self.size = size
        self.count = len(rows)
        """How many rows have a value."""
        self._numeric = numeric
        order, numbers = _category_order(categories, numeric=numeric, check=check)
        sorted_categories: list[str] = []
        for start in range(0, len(order), _PIECE):
            check()
            sorted_categories += [categories[place] for place in order[start : start + _PIECE].tolist()]
        self.categories: tuple[str, ...] = tuple(sorted_categories)
        self.category_numbers: Floats = numbers
        """float64[c]: the number a category's text is, NaN when it is none."""
        self.numeric_categories = int(np.count_nonzero(~np.isnan(numbers)))
        """How many categories, from the first on, are numbers."""
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        self._place(rows, place[codes] if len(codes) else np.empty(0, np.int32))

    @classmethod
    def of_texts(cls, texts: Sequence[str], *, numeric: bool = True) -> TextColumn:
        """A column with a text for every row; the empty text means missing."""
        known = {text: code for code, text in enumerate(dict.fromkeys(texts))}
        codes = np.empty(len(texts), np.int32)
        for start in range(0, len(texts), _PIECE):
            piece = texts[start : start + _PIECE]
            codes[start : start + _PIECE] = np.fromiter(map(known.__getitem__, piece), np.int32, len(piece))
        if "" in known:
            rows = np.flatnonzero(codes != known[""]).astype(np.int32)
            return cls(rows, codes[rows], list(known), len(texts), numeric=numeric)
        return cls(np.arange(len(texts), dtype=np.int32), codes, list(known), len(texts), numeric=numeric)

    @classmethod
    def of_optional_texts(cls, texts: Sequence[str | None]) -> TextColumn:
        """A column in which only None is missing: the empty text is a value, as it is for MLflow; no text a number."""
        known = {text: code for code, text in enumerate(dict.fromkeys(text for text in texts if text is not None))}
        rows = np.fromiter((row for row, text in enumerate(texts) if text is not None), np.int32)
        codes = np.fromiter((known[text] for text in texts if text is not None), np.int32)
        return cls(rows, codes, list(known), len(texts), numeric=False)

    @classmethod
    def of_sorted(
        cls, rows: Ints, codes: Ints, categories: tuple[str, ...], numbers: Floats, size: int, *, numeric: bool
    ) -> TextColumn:
        """A column whose `categories` are in this class's order already, with their `numbers` float64[c]."""
        column = cls(rows[:0], codes[:0], (), 0, numeric=numeric)
        column.size, column.count = size, len(rows)
        column.categories, column.category_numbers = categories, numbers
        column.numeric_categories = int(np.count_nonzero(~np.isnan(numbers)))
        column._place(rows, codes)
        return column

    def _place(self, rows: Ints, codes: Ints) -> None:
        self._rows: Ints | None = None
        self._ranks: Ints | None = None
        if self.size and len(rows) < SPARSE_BELOW * self.size:
            by_row = np.argsort(rows, kind="stable")
            self._rows, self._codes = np.asarray(rows, np.int32)[by_row], codes[by_row]
        else:
            self._codes = np.full(self.size, -1, np.int32)
            self._codes[rows] = codes

    @property
    def is_sparse(self) -> bool:
        return self._rows is not None

    @property
    def reads_numbers(self) -> bool:
        """Whether texts that are numbers are taken for such."""
        return self._numeric

    def pairs(self) -> tuple[Ints, Ints]:
        """int32[count] rows, rising, and int32[count] their codes; not to be written to."""
        if self._rows is not None:
            return self._rows, self._codes
        rows = np.flatnonzero(self._codes >= 0).astype(np.int32)
        return rows, self._codes[rows]

    @property
    def is_numeric(self) -> bool:
        """Whether there is a value and every one is a number."""
        return 0 < len(self.categories) == self.numeric_categories

    def codes(self) -> Ints:
        """int32[n] into `categories`, -1 where missing; not to be written to."""
        if self._rows is None:
            return self._codes
        dense = np.full(self.size, -1, np.int32)
        dense[self._rows] = self._codes
        return dense

    def numbers(self) -> Floats:
        """float64[n]: the number of each row's text, NaN where missing or no number."""
        return np.append(self.category_numbers, np.nan)[self.codes()]

    def text_numbers(self) -> Floats:
        """float64[c]: the number that each category's text is, NaN when it is none; also of a column of texts only."""
        return self.category_numbers if self._numeric else text_numbers(self.categories)

    def present(self) -> Mask:
        """bool[n]: which rows have a value."""
        return self.codes() >= 0

    def present_numbers(self) -> Floats:
        """float64[count]: as `numbers`, of the rows that have a value, in row order."""
        return self.category_numbers[self._codes[self._codes >= 0]]

    def code(self, row: int) -> int:
        """The code of one row, -1 when missing."""
        if self._rows is None:
            return int(self._codes[row])
        place = int(np.searchsorted(self._rows, row))
        if place == len(self._rows) or self._rows[place] != row:
            return -1
        return int(self._codes[place])

    def value(self, row: int) -> float | None:
        """The number of one row's text; None when missing or no number."""
        code = self.code(row)
        return float(self.category_numbers[code]) if 0 <= code < self.numeric_categories else None

    def text(self, row: int) -> str:
        """The text of one row; empty when missing."""
        code = self.code(row)
        return self.categories[code] if code >= 0 else ""

    def differs(self) -> bool:
        """Whether two rows differ in it (a missing value differs from a present one)."""
        return 0 < self.count < self.size or self.varies()

    def varies(self) -> bool:
        """Whether two present values differ."""
        used = self._codes[self._codes >= 0]
        return len(used) > 0 and bool((used != used[0]).any())

    def directed_ranks(self, descending: bool) -> Ints:
        """int32[n], the smallest first; in either direction numbers precede other texts and missing comes last.

        "1" and "1.0" share a rank.
        """
        if self._ranks is None:
            per_category = np.arange(len(self.categories), dtype=np.int32)
            n = self.numeric_categories
            if n:
                rising = np.diff(self.category_numbers[:n]) > 0
                per_category[:n] = np.concatenate(([0], np.cumsum(rising)))
            self._ranks = np.append(per_category, np.int32(len(per_category)))
        ranks, n = self._ranks, self.numeric_categories
        if descending:
            ranks = ranks.copy()
            ranks[:n] = (ranks[n - 1] if n else 0) - ranks[:n]
            ranks[n:-1] = ranks[n:-1][::-1]
        return ranks[self.codes()]


Column: TypeAlias = NumberColumn | TextColumn


def build_column(pairs: NumberPairs | TextPairs, size: int, check: Callable[[], None] = lambda: None) -> Column:
    """The column of `size` rows from what the store read; for a worker thread (sorts the categories).

    `check` is called every few milliseconds and may raise.
    """
    if isinstance(pairs, TextPairs):
        return TextColumn(pairs.rows, pairs.codes, pairs.categories, size, check=check)
    return NumberColumn(pairs.rows, pairs.values, size)


def dense_ranks(values: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> tuple[Ints, int]:
    """int32[k] ranks from 0 on, equal values sharing one, and how many ranks there are; no NaN among `values`.

    What `numpy.unique` would answer, which imports a fifth of a second of modules when first called.
    """
    order = np.argsort(values, kind="stable")
    rises = np.empty(len(values), np.bool_)
    rises[:1] = False
    np.not_equal(values[order][1:], values[order][:-1], out=rises[1:])
    ranks = np.empty(len(values), np.int32)
    ranks[order] = np.cumsum(rises, dtype=np.int32)
    return ranks, int(np.count_nonzero(rises)) + 1 if len(values) else 0


def text_number(text: str) -> float:
    """The finite number that `text` is, NaN when it is none.

    Blanks around it, signs and exponents are read (`" 5 "`, `"1e-3"`); the words nan, inf and infinity, digits
    parted by underscores and numbers too large for a float are texts.
    """
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and "_" not in text else math.nan


def text_numbers(texts: Sequence[str]) -> Floats:
    """float64[k]: `text_number` of each; where all are plain numbers, as learning rates are, at a fifth of its cost."""
    if "_" not in "".join(texts):
        try:
            numbers = np.fromiter(map(float, texts), np.float64, len(texts))
        except ValueError:
            pass
        else:
            return np.where(np.isfinite(numbers), numbers, np.nan)
    return np.fromiter(map(text_number, texts), np.float64, len(texts))


def _category_order(
    categories: Sequence[str], *, numeric: bool, check: Callable[[], None]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """The places of `categories` in sorted order, and their numbers in that order."""
    size = len(categories)
    if numeric:
        numbers = np.empty(size, np.float64)
        for start in range(0, size, _PIECE):
            check()
            numbers[start : start + _PIECE] = text_numbers(categories[start : start + _PIECE])
    else:
        numbers = np.full(size, np.nan)
    is_text = np.isnan(numbers)
    figures = np.flatnonzero(~is_text)
    figures = figures[np.argsort(numbers[figures], kind="stable")]
    check()
    words = _sorted_places(categories, np.flatnonzero(is_text))
    check()
    order = np.concatenate((figures, words))
    return order, numbers[order]


def _sorted_places(categories: Sequence[str], places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """`places` sorted by their categories without regard to case, in steps that give other threads a turn."""
    folded = [categories[i].casefold() for i in places.tolist()]
    width = max(map(len, folded), default=0)
    if width <= _FIXED_WIDTH:
        # numpy sorts texts of a fixed width without holding the interpreter.
        array = np.empty(len(folded), f"<U{max(width, 1)}")
        for start in range(0, len(folded), _PIECE):
            array[start : start + _PIECE] = folded[start : start + _PIECE]
        return places[np.argsort(array, kind="stable")]
    pieces = []
    for start in range(0, len(places), _PIECE):
        piece = list(zip(folded[start : start + _PIECE], range(start, start + _PIECE), strict=False))
        piece.sort()
        pieces.append(piece)
    merged = np.fromiter((place for _, place in heapq.merge(*pieces)), np.int64, len(places))
    return places[merged]
