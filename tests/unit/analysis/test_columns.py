"""Columns of a run table in memory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bakehouse.analysis.columns import NumberColumn, TextColumn, text_number


def rows(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def text_column(values: list[str | None]) -> TextColumn:
    present = [i for i, v in enumerate(values) if v is not None]
    categories = list(dict.fromkeys(v for v in values if v is not None))
    codes = [categories.index(values[i] or "") for i in present]
    return TextColumn(rows(*present), rows(*codes), categories, len(values))


def test_that_a_missing_number_and_a_nan_are_told_apart():
    column = NumberColumn(rows(0, 2), np.array([1.5, np.nan]), 3)
    assert column.present().tolist() == [True, False, True]
    assert [column.text(i) for i in range(3)] == ["1.5", "", "NaN"]
    assert column.value(1) is None
    assert math.isnan(column.value(2) or 0)


def test_that_a_nearly_empty_column_is_kept_as_pairs_and_answers_the_same():
    sparse = NumberColumn(rows(50, 3), np.array([5.0, np.inf]), 100)
    assert sparse.is_sparse
    assert sparse.text(3) == "inf" and sparse.text(50) == "5.0" and sparse.text(99) == ""
    assert sparse.present().sum() == 2 and np.isnan(sparse.numbers()).sum() == 98
    texts = TextColumn(rows(9), rows(0), ["x"], 100)
    assert texts.is_sparse and texts.text(9) == "x" and texts.text(10) == ""
    assert texts.codes()[9] == 0 and (texts.codes() == -1).sum() == 99


def test_that_categories_are_sorted_numbers_by_value_and_then_texts():
    column = text_column(["10", "b", "9", "A", "1e-3", None, "nan"])
    assert column.categories == ("1e-3", "9", "10", "A", "b", "nan")
    assert [column.text(i) for i in range(7)] == ["10", "b", "9", "A", "1e-3", "", "nan"]
    assert not column.is_numeric
    assert text_column(["1", "2.5"]).is_numeric


def test_that_equal_numbers_written_differently_share_a_rank():
    ranks = text_column(["1.0", "1", "2", "x"]).directed_ranks(descending=False)
    assert ranks[0] == ranks[1] < ranks[2] < ranks[3]


def test_that_missing_has_the_last_rank_in_both_directions():
    for column in (
        text_column(["b", None, "2", "10"]),
        NumberColumn(rows(0, 2, 3), np.array([1.0, 2.0, np.nan]), 4),
    ):
        for descending in (False, True):
            ranks = column.directed_ranks(descending)
            assert ranks.argmax() == 1 and (ranks == ranks.max()).sum() == 1


def test_that_descending_keeps_numbers_before_texts():
    column = text_column(["b", "2", "a", "10"])
    assert np.argsort(column.directed_ranks(descending=True)).tolist() == [3, 1, 0, 2]


@pytest.mark.parametrize(
    ("text", "number"),
    [(" 5 ", 5.0), ("1e-3", 0.001), ("-0", 0.0), ("+2.", 2.0), ("nan", None), ("inf", None), ("Infinity", None),
     ("1_000", None), ("1e999", None), ("", None), ("0x10", None), ("12 px", None)],
)  # fmt: skip
def test_that_only_finite_plain_numbers_are_numbers(text, number):
    assert (math.isnan(text_number(text)) and number is None) or text_number(text) == number


def test_that_a_column_without_values_is_neither_numeric_nor_varied():
    assert not text_column([None, None]).is_numeric
    assert not text_column([None, None]).differs()
    assert not text_column(["a", "a"]).differs()
    assert text_column(["a", None]).differs() and not text_column(["a", None]).varies()
    assert text_column(["a", None, "b"]).varies()
    assert NumberColumn(rows(0, 1), np.array([np.nan, 1.0]), 2).differs()
    assert not NumberColumn(rows(0, 1), np.array([np.nan, np.nan]), 2).differs()


def test_that_an_empty_table_has_empty_columns():
    assert NumberColumn(rows(), np.empty(0), 0).directed_ranks(descending=True).tolist() == []
    assert TextColumn(rows(), rows(), [], 0).directed_ranks(descending=True).tolist() == []


def test_that_many_texts_sort_the_same_in_pieces_and_at_once():
    texts = [f"Run {i * 7919 % 50_000:05}" for i in range(50_000)]
    assert TextColumn.of_texts(texts).categories == tuple(sorted(texts))
