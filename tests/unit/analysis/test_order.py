"""The order of a table's rows."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.analysis.columns import NumberColumn, TextColumn, text_number
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.order import SortKey, sort_rows
from bakehouse.domain.columns import metric, param

A, B = metric("a"), param("b")


def frame_with(numbers: list[float | None], texts: list[str | None]) -> RunFrame:
    frame = RunFrame([f"run{i}" for i in range(len(numbers))])
    kept = np.array([i for i, v in enumerate(numbers) if v is not None], np.int32)
    frame.put(A, NumberColumn(kept, np.array([v for v in numbers if v is not None], np.float64), frame.size))
    present = [i for i, t in enumerate(texts) if t is not None]
    categories = list(dict.fromkeys(t for t in texts if t is not None))
    codes = np.array([categories.index(texts[i] or "") for i in present], np.int32)
    frame.put(B, TextColumn(np.array(present, np.int32), codes, categories, frame.size))
    return frame


def all_rows(frame: RunFrame) -> np.ndarray:
    return np.arange(frame.size, dtype=np.int32)


def test_that_missing_comes_last_and_nan_before_it_in_both_directions():
    frame = frame_with([2.0, None, math.nan, 1.0, math.inf], [None] * 5)
    assert sort_rows(frame, [SortKey(A)], all_rows(frame)).tolist() == [3, 0, 4, 2, 1]
    assert sort_rows(frame, [SortKey(A, True)], all_rows(frame)).tolist() == [4, 0, 3, 2, 1]


def test_that_numbers_kept_as_text_sort_by_value():
    frame = frame_with([None] * 5, ["10", "9", "x", None, "1e1"])
    assert sort_rows(frame, [SortKey(B)], all_rows(frame)).tolist() == [1, 0, 4, 2, 3]
    assert sort_rows(frame, [SortKey(B, True)], all_rows(frame)).tolist() == [0, 4, 1, 2, 3]


def test_that_equal_rows_keep_their_order_in_both_directions():
    frame = frame_with([1.0] * 4, [None] * 4)
    rows = np.array([2, 0, 3, 1], np.int32)
    for descending in (False, True):
        assert sort_rows(frame, [SortKey(A, descending)], rows).tolist() == rows.tolist()


def test_that_a_second_key_orders_within_the_first():
    frame = frame_with([1.0, 2.0, 1.0, 2.0], ["b", "b", "a", "a"])
    assert sort_rows(frame, [SortKey(A), SortKey(B)], all_rows(frame)).tolist() == [2, 0, 3, 1]


def test_that_a_column_not_loaded_leaves_the_order_alone():
    frame = frame_with([1.0, 0.0], ["a", "b"])
    assert sort_rows(frame, [SortKey(metric("other"))], all_rows(frame)).tolist() == [0, 1]


def expected(numbers: list[float | None], descending: bool) -> list[int]:
    sign = -1 if descending else 1

    def place(row: int) -> tuple[int, float]:
        value = numbers[row]
        return (2, 0) if value is None else (1, 0) if math.isnan(value) else (0, sign * value)

    return sorted(range(len(numbers)), key=place)


@settings(deadline=None)
@given(st.lists(st.none() | st.floats() | st.integers(-3, 3).map(float), max_size=40), st.booleans())
def test_that_any_numbers_sort_as_a_stable_sort_would(numbers, descending):
    frame = frame_with(numbers, [None] * len(numbers))
    assert sort_rows(frame, [SortKey(A, descending)], all_rows(frame)).tolist() == expected(numbers, descending)


@settings(deadline=None)
@given(st.lists(st.none() | st.sampled_from(["1", "1.0", "-2", "10", "x", "Y", "y", "", " 3 "]), max_size=60))
def test_that_any_texts_sort_numbers_first_then_texts(texts):
    frame = frame_with([None] * len(texts), texts)

    def place(row: int) -> tuple[int, float, str, str]:
        text = texts[row]
        if text is None:
            return (2, 0, "", "")
        number = text_number(text)
        order = {c: f"{i:04}" for i, c in enumerate(frame.column(B).categories)}
        return (1, 0, text.casefold(), order[text]) if math.isnan(number) else (0, number, "", "")

    wanted = sorted(range(len(texts)), key=place)
    assert sort_rows(frame, [SortKey(B)], all_rows(frame)).tolist() == wanted
