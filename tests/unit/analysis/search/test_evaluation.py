"""What a filter selects and how runs are ordered, over columns in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.search.evaluation import (
    RUN_NAME_TAG,
    DatasetValues,
    asks_datasets,
    columns_of,
    evaluate,
)
from bakehouse.analysis.search.like import like
from bakehouse.analysis.search.ordering import check_order, run_order
from bakehouse.analysis.search.parser import parse, parse_order
from bakehouse.domain.columns import END_TIME, RUN_ID, START_TIME, STATUS, ColumnKey, metric, param
from bakehouse.domain.errors import FilterError

NAN, INF = math.nan, math.inf


class Runs:
    """A source over plain lists; None is a missing value."""

    def __init__(self, size: int, columns: dict[ColumnKey, Sequence[float | str | None]]) -> None:
        self.size = size
        self.columns = columns

    def numbers(self, key: ColumnKey) -> NumberColumn:
        pairs = [(i, v) for i, v in enumerate(self.columns.get(key, ())) if isinstance(v, float | int)]
        rows = np.array([i for i, _ in pairs], np.int32)
        return NumberColumn(rows, np.array([v for _, v in pairs], np.float64), self.size)

    def texts(self, key: ColumnKey) -> TextColumn:
        pairs = [(i, v) for i, v in enumerate(self.columns.get(key, ())) if isinstance(v, str)]
        categories = list(dict.fromkeys(v for _, v in pairs))
        codes = np.array([categories.index(v) for _, v in pairs], np.int32)
        return TextColumn(np.array([i for i, _ in pairs], np.int32), codes, categories, self.size)

    def datasets(self) -> DatasetValues:
        rows = np.array([0, 0, 2], np.int32)
        return DatasetValues(rows, ["iris", "wine", "iris"], ["d1", "d2", "d3"], ["train", None, "eval"])


RUNS = Runs(
    6,
    {
        metric("auc"): [0.5, NAN, INF, -INF, None, 0.0],
        param("lr"): ["0.1", "0.10", None, "", "ABC", "abc"],
        RUN_ID: ["a", "b", "c", "d", "e", "f"],
        STATUS: ["FINISHED", "FAILED", "FINISHED", "RUNNING", "FINISHED", "FINISHED"],
        START_TIME: [5, 4, 3, 2, 1, 1],
        END_TIME: [6, None, 4, 3, 2, None],
        RUN_NAME_TAG: ["x", None, "y", "x", "x", "x"],
    },
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("metrics.auc > 0", [0, 2]),
        ("metrics.auc != 0", [0, 1, 2, 3]),
        ("metrics.auc = 0", [5]),
        ("metrics.auc <= 0.5", [0, 3, 5]),
        ("metrics.auc >= 1.7976931348623157e308", [2]),
        ("metrics.auc < 1e400", [0, 2, 3, 5]),
        ("metrics.unknown != 1", []),
        ("params.lr = '0.1'", [0]),
        ("params.lr != '0.1'", [1, 3, 4, 5]),
        ("params.lr = ''", [3]),
        ("params.lr IS NULL", [2]),
        ("params.lr IS NOT NULL", [0, 1, 3, 4, 5]),
        ("params.lr LIKE 'a%'", [5]),
        ("params.lr ILIKE 'a%'", [4, 5]),
        ("params.lr LIKE '0.1_'", [1]),
        ("params.unknown IS NULL AND status = 'FAILED'", [1]),
        ("start_time >= 3 AND end_time != 4", [0]),
        ("run_name = 'x'", [0, 3, 4, 5]),
        ("run_name != 'x'", [2]),
        ("run_id IN ('a', 'f', 'z')", [0, 5]),
        ("run_id NOT IN ('a', 'f', 'z')", [1, 2, 3, 4]),
        ("dataset.name = 'iris'", [0, 2]),
        ("dataset.name != 'iris'", [0]),
        ("dataset.name = 'wine' AND dataset.context = 'train'", [0]),
        ("dataset.context != 'train'", [2]),
        ("dataset.digest NOT IN ('d1', 'd2')", [2]),
    ],
)
def test_that_a_filter_selects_what_mlflow_selects(text: str, rows: list[int]) -> None:
    assert np.flatnonzero(evaluate(parse(text), RUNS).mask).tolist() == rows


def test_that_an_expression_names_what_it_needs() -> None:
    expression = parse("run_name = 'x' AND metrics.a > 1 AND metrics.a < 2 AND dataset.name = 'y'")
    assert columns_of(expression) == (RUN_NAME_TAG, metric("a"))
    assert asks_datasets(expression)
    assert not asks_datasets(parse("metrics.a > 1"))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("a_c", "abc", True),
        ("a_c", "ac", False),
        ("%", "", True),
        ("a%a", "a", False),
        ("a%a", "aa", True),
        ("%b%c", "abbcc", True),
        ("_%_", "x", False),
        ("a%b", "a\nb", True),
        (".*", "ab", False),
        ("100%", "100%", True),
        ("_", "🙂", True),
    ],
)
def test_that_like_matches_as_sqlite_does(pattern: str, text: str, matches: bool) -> None:
    assert like(pattern, ignore_case=False)(text) is matches


def test_that_ilike_folds_ascii_letters_only() -> None:
    assert like("abc", ignore_case=True)("ABC")
    assert not like("ä", ignore_case=True)("Ä")


def naive_like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(naive_like(pattern[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in {"_", text[0]} and naive_like(pattern[1:], text[1:])


@settings(deadline=None)
@given(st.text("ab%_", max_size=7), st.text("ab%", max_size=8))
def test_that_like_agrees_with_its_definition(pattern: str, text: str) -> None:
    assert like(pattern, ignore_case=False)(text) is naive_like(pattern, text)


def test_that_a_malicious_pattern_ends() -> None:
    started = time.process_time()
    assert not like("%a" * 4000 + "%b", ignore_case=False)("a" * 8000)
    assert time.process_time() - started < 10


def order(*texts: str) -> list[int]:
    return run_order([parse_order(text) for text in texts], RUNS).tolist()


def test_that_runs_without_an_order_stand_newest_first_then_by_id() -> None:
    assert order() == [0, 1, 2, 3, 4, 5]


def test_that_nan_follows_the_numbers_and_missing_comes_last_in_both_directions() -> None:
    assert order("metrics.auc") == [3, 5, 0, 2, 1, 4]
    assert order("metrics.auc DESC") == [2, 0, 5, 3, 1, 4]


def test_that_params_are_ordered_as_text() -> None:
    assert order("params.lr") == [3, 0, 1, 4, 5, 2]
    assert order("params.lr DESC") == [5, 4, 1, 0, 3, 2]


def test_that_equal_values_fall_back_to_the_next_column() -> None:
    assert order("status", "start_time ASC") == [1, 4, 5, 2, 0, 3]
    assert order("end_time DESC") == [0, 2, 3, 4, 1, 5]


def test_that_a_column_named_twice_is_refused() -> None:
    with pytest.raises(FilterError, match="twice"):
        check_order([parse_order("start_time"), parse_order("created DESC")])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("NOT metrics.auc > 0", "metrics.auc <= 0 OR metrics.auc IS NAN"),
        ("NOT params.lr = 'abc'", "params.lr != 'abc'"),
        ("params.lr NOT LIKE 'a%'", "NOT params.lr LIKE 'a%'"),
        ("NOT (metrics.auc > 0 OR params.lr = 'abc')", "NOT metrics.auc > 0 AND NOT params.lr = 'abc'"),
        ("NOT (metrics.auc > 0 AND params.lr = 'abc')", "NOT metrics.auc > 0 OR NOT params.lr = 'abc'"),
        ("metrics.auc NOT IN (1, 2)", "metrics.auc != 1 AND metrics.auc != 2"),
        ("metrics.auc IN (1, 2)", "metrics.auc = 1 OR metrics.auc = 2"),
        ("params.lr IN ('abc', 'ABC')", "params.lr = 'abc' OR params.lr = 'ABC'"),
        ("NOT metrics.auc IS NULL", "metrics.auc IS NOT NULL"),
        ("NOT dataset.name = 'iris'", "dataset.name IS NOT NULL AND NOT dataset.name = 'iris'"),
        (
            "(metrics.auc > 0 metrics.auc < 2) OR AND status = 'FINISHED'",
            "status = 'FINISHED' OR metrics.auc > 0 AND metrics.auc < 2",
        ),
    ],
)
def test_that_the_laws_of_logic_hold_with_missing_values(text: str, same: str) -> None:
    assert evaluate(parse(text), RUNS).mask.tolist() == evaluate(parse(same), RUNS).mask.tolist()


class Numbered(Runs):
    """One param of five runs: three numbers, a word, nothing."""

    @override
    def texts(self, key: ColumnKey) -> TextColumn:
        rows = np.arange(4, dtype=np.int32)
        return TextColumn(rows, rows, ["0.05", "auto", "1e-3", "5"], 5)


@pytest.mark.parametrize(
    ("text", "rows", "left_out"),
    [
        ("params.lr < 0.1", [0, 2], 1),
        ("NOT params.lr < 0.1", [3], 1),
        ("params.lr = 5", [3], 1),
        ("params.lr = '5'", [3], 0),
        ("params.lr IN (5, 0.001)", [2, 3], 1),
        ("params.lr != 5", [0, 2], 1),
        ("params.lr < 0.1 OR params.lr = 'auto'", [0, 1, 2], 1),
        ("params.lr IS NULL", [4], 0),
    ],
)
def test_that_a_number_compares_the_params_that_are_numbers_and_counts_the_others(
    text: str, rows: list[int], left_out: int
) -> None:
    outcome = evaluate(parse(text), Numbered(5, {}))
    assert np.flatnonzero(outcome.mask).tolist() == rows
    assert [(left.key, left.runs) for left in outcome.left_out] == ([(param("lr"), 1)] if left_out else [])
