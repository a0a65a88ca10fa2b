"""Columns made from earlier ones: rows moved, values replaced, at no more than a pass over arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from bakehouse.analysis.columns import Column, Floats, Ints, NumberColumn, TextColumn, text_numbers

_NO_ROWS = np.empty(0, np.int32)
_FEW = 2_000
"""So many categories are numbered anew quicker than they are searched."""


def moved(column: Column, places: Ints) -> Column:
    """The column over other rows: row `i` of the answer is row `places[i]` of `column`, a new one where that is -1."""
    now = np.full(column.size, -1, np.int32)
    kept = places >= 0
    now[places[kept]] = np.flatnonzero(kept)
    if isinstance(column, NumberColumn):
        rows, values = column.pairs()
        rows = now[rows]
        stayed = rows >= 0
        return NumberColumn(rows[stayed], values[stayed], len(places))
    rows, codes = column.pairs()
    rows = now[rows]
    stayed = rows >= 0
    return _text_column(column, rows[stayed], codes[stayed], column.categories, column.category_numbers, len(places))


def appended(column: Column, size: int, rows: Ints, values: Floats | Sequence[str]) -> Column:
    """The column with new rows behind its own: `size` in all, `values` in `rows` (int32[k], all of them new)."""
    if isinstance(column, NumberColumn):
        old_rows, old_values = column.pairs()
        numbers = np.asarray(values, np.float64)
        return NumberColumn(np.concatenate((old_rows, rows)), np.concatenate((old_values, numbers)), size)
    texts = [str(text) for text in values]
    old_rows, codes = column.pairs()
    categories, known, shift, code_of = _with_categories(column, texts)
    new = np.fromiter(map(code_of.__getitem__, texts), np.int32, len(texts))
    old = codes if categories is column.categories else shift[codes]
    every, all_codes = np.concatenate((old_rows, rows)), np.concatenate((old, new))
    return TextColumn.of_sorted(every, all_codes, categories, known, size, numeric=column.reads_numbers)


def patched_numbers(column: NumberColumn, rows: Ints, values: Floats, gone: Ints = _NO_ROWS) -> NumberColumn:
    """`column` with `values` in `rows` (int32[k], no repeats) and nothing in the rows of `gone` that are not in `rows`.

    The very same column when that changes nothing.
    """
    present, numbers = column.present(), column.numbers()
    mine = numbers[rows]
    same = present[rows] & ((mine == values) | (np.isnan(mine) & np.isnan(values)))
    lost = _only_in_first(gone, rows, column.size)
    lost = lost[present[lost]]
    if same.all() and not len(lost):
        return column
    rows, values = rows[~same], values[~same]
    kept_rows, kept_values = column.pairs()
    replaced = np.zeros(column.size, np.bool_)
    replaced[rows] = replaced[lost] = True
    kept = ~replaced[kept_rows]
    return NumberColumn(
        np.concatenate((kept_rows[kept], rows)), np.concatenate((kept_values[kept], values)), column.size
    )


def patched_texts(column: TextColumn, rows: Ints, texts: Sequence[str], gone: Ints = _NO_ROWS) -> TextColumn:
    """As `patched_numbers` with a text for each of `rows`; categories that no row has any more are dropped."""
    codes = column.codes()
    categories = column.categories
    before = codes[rows].tolist()
    differs = np.fromiter(
        (code < 0 or categories[code] != text for code, text in zip(before, texts, strict=True)), np.bool_, len(before)
    )
    lost = _only_in_first(gone, rows, column.size)
    lost = lost[codes[lost] >= 0]
    if not differs.any() and not len(lost):
        return column
    rows = rows[differs]
    texts = [text for text, new in zip(texts, differs.tolist(), strict=True) if new]
    kept_rows, kept_codes = column.pairs()
    replaced = np.zeros(column.size, np.bool_)
    replaced[rows] = replaced[lost] = True
    kept = ~replaced[kept_rows]
    categories, numbers, shift, code_of = _with_categories(column, texts)
    new_codes = np.fromiter(map(code_of.__getitem__, texts), np.int32, len(texts))
    all_codes = np.concatenate((shift[kept_codes[kept]], new_codes))
    return _text_column(column, np.concatenate((kept_rows[kept], rows)), all_codes, categories, numbers, column.size)


def equal(one: Column, other: Column) -> bool:
    """Whether two columns hold the same in every row."""
    if one is other:
        return True
    if (one.size, one.count) != (other.size, other.count):
        return False
    if isinstance(one, NumberColumn) and isinstance(other, NumberColumn):
        (rows, values), (other_rows, other_values) = one.pairs(), other.pairs()
        return np.array_equal(rows, other_rows) and np.array_equal(values, other_values, equal_nan=True)
    if not (isinstance(one, TextColumn) and isinstance(other, TextColumn)):
        return False
    (rows, codes), (other_rows, other_codes) = one.pairs(), other.pairs()
    if not np.array_equal(rows, other_rows):
        return False
    if one.categories == other.categories:
        return np.array_equal(codes, other_codes)
    # Categories that stand level may have changed places.
    code_of = {text: code for code, text in enumerate(one.categories)}
    place = np.fromiter((code_of.get(text, -1) for text in other.categories), np.int32, len(other.categories))
    return np.array_equal(codes, place[other_codes])


def _text_column(
    like: TextColumn, rows: Ints, codes: Ints, categories: tuple[str, ...], numbers: Floats, size: int
) -> TextColumn:
    """Without categories that no row has."""
    used = np.zeros(len(categories), np.bool_)
    used[codes] = True
    if not used.all():
        place = (np.cumsum(used) - 1).astype(np.int32)
        codes, numbers = place[codes], numbers[used]
        categories = tuple(category for category, kept in zip(categories, used.tolist(), strict=True) if kept)
    return TextColumn.of_sorted(rows, codes, categories, numbers, size, numeric=like.reads_numbers)


def _with_categories(column: TextColumn, texts: Sequence[str]) -> tuple[tuple[str, ...], Floats, Ints, dict[str, int]]:
    """Categories and numbers with those of `texts` among them, where each old code went, and the code of each text."""
    known = column.categories
    wanted = list(dict.fromkeys(texts))
    if len(known) <= _FEW:
        code_of = {text: code for code, text in enumerate(known)}
        if all(text in code_of for text in wanted):
            return known, column.category_numbers, np.arange(len(known), dtype=np.int32), code_of
    places, numbers, codes = _places(column, wanted)
    fresh = [
        (place, number, text)
        for place, number, text, code in zip(places, numbers, wanted, codes, strict=True)
        if code < 0
    ]
    # Of those that go to one place numbers stand by value, and behind them words without regard to case.
    fresh.sort(key=lambda one: (one[0], one[1] != one[1], one[1] if one[1] == one[1] else 0.0, one[2].casefold()))
    inserted = [place for place, _, _ in fresh]
    before = np.cumsum(np.bincount(np.array(inserted, np.int64), minlength=len(known) + 1))[: len(known)]
    shift = (np.arange(len(known)) + before).astype(np.int32)
    merged: list[str] = []
    start = 0
    for place, _, text in fresh:
        merged += known[start:place]
        merged.append(text)
        start = place
    merged += known[start:]
    code_of = {text: int(shift[code]) for text, code in zip(wanted, codes, strict=True) if code >= 0}
    code_of.update((text, place + count) for count, (place, _, text) in enumerate(fresh))
    all_numbers = np.insert(column.category_numbers, inserted, [number for _, number, _ in fresh])
    return tuple(merged), all_numbers, shift, code_of


def _places(column: TextColumn, texts: Sequence[str]) -> tuple[list[int], list[float], list[int]]:
    """Of each text where it belongs among the categories, the number that it is (NaN), and its code (-1: a new one)."""
    figures, known = column.numeric_categories, column.categories
    numbers = text_numbers(texts) if column.reads_numbers else np.full(len(texts), np.nan)
    lows = np.searchsorted(column.category_numbers[:figures], numbers, side="left").tolist()
    highs = np.searchsorted(column.category_numbers[:figures], numbers, side="right").tolist()
    codes = []
    for place, (text, number) in enumerate(zip(texts, numbers.tolist(), strict=True)):
        if number != number:
            folded = text.casefold()
            lows[place] = bisect_left(known, folded, figures, key=str.casefold)
            highs[place] = bisect_right(known, folded, lows[place], key=str.casefold)
        low, high = lows[place], highs[place]
        # Most new numbers equal none that is known.
        codes.append(-1 if low == high else next((code for code in range(low, high) if known[code] == text), -1))
    return highs, numbers.tolist(), codes


def _only_in_first(first: Ints, second: Ints, size: int) -> Ints:
    """The rows of `first` that `second` lacks."""
    if not len(first):
        return first
    among = np.zeros(size, np.bool_)
    among[second] = True
    return first[~among[first]]
