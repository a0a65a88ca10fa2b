"""The plain filter over names and values."""

from __future__ import annotations

import numpy as np
import pytest

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.text_filter import TextFilter
from bakehouse.domain.columns import RUN_ID, RUN_NAME, START_TIME, metric, param, tag

NAMES = ["gbm-depth6", "GBM-wide", "forest-1", "linear"]


def number_column(*values: float) -> NumberColumn:
    return NumberColumn(np.arange(len(values), dtype=np.int32), np.array(values), 4)


COLUMNS = {
    RUN_NAME: TextColumn.of_texts(NAMES),
    RUN_ID: TextColumn.of_texts(["aa01", "aa02", "bb03", "cc04"], numeric=False),
    START_TIME: number_column(1.7e12, 1.7e12, 1.7e12, 1.7e12),
    param("learning_rate"): TextColumn.of_texts(["0.01", "0.1", "auto", ""]),
    metric("rmse"): number_column(3.912, 0.12428, -7.0),
    metric("bad"): number_column(float("nan"), float("-inf"), float("inf")),
    tag("Team"): TextColumn.of_texts(["Pricing", "", "", "retail"]),
}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("   ", [0, 1, 2, 3]),
        ("gbm", [0, 1]),
        ("GBM wide", [1]),
        ("gbm forest", []),
        ("bb0", [2]),
        ("learning", [0, 1, 2]),
        ("rate=0.0", [0]),
        ("learning_rate=auto", [2]),
        ("0.01", [0]),
        ("pricing", [0]),
        ("team=ret", [3]),
        ("rmse=3.9", [0]),
        ("3.912", [0]),
        ("0.1243", [1]),
        ("0.124", [1]),
        ("0.125", []),
        ("-7", [2]),
        ("nan", [0]),
        ("bad=-inf", [1]),
        ("1700000000000", []),
        ("(", []),
        ("*", []),
    ],
)
def test_that_words_find_the_runs_they_occur_in(text, rows):
    assert np.flatnonzero(TextFilter().mask(COLUMNS, 4, text)).tolist() == rows


def test_that_typing_on_and_going_back_answer_as_if_asked_anew():
    texts = TextFilter()
    for text in ("g", "gb", "gbm", "gbm-", "gbm-w", "gbm", "g", "0", "0.0", "0.", "team=p", "team=", "x", ""):
        assert texts.mask(COLUMNS, 4, text).tolist() == TextFilter().mask(COLUMNS, 4, text).tolist(), text


def test_that_a_check_may_stop_the_search():
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        TextFilter().mask(COLUMNS, 4, "gbm", stop)
