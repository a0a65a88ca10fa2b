"""Which runs an expression holds for: one evaluator over columns, for the window and for `export`."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.search.expression import (
    Comparator,
    Condition,
    Conjunction,
    DatasetField,
    Expression,
    Negation,
    conditions,
    is_number,
    is_numeric,
)
from bakehouse.analysis.search.like import like
from bakehouse.domain.columns import RUN_NAME, ColumnKey, tag

Mask = npt.NDArray[np.bool_]

# What MLflow asks for a run's name; the column `runs.name` is empty in stores of clients before 1.30.
RUN_NAME_TAG = tag("mlflow.runName")


class NumberValues(Protocol):
    """A column of numbers (`analysis.columns.NumberColumn` is one)."""

    def numbers(self) -> npt.NDArray[np.float64]: ...
    def present(self) -> Mask: ...


class TextValues(Protocol):
    """A column of texts as codes into categories, -1 where missing (`analysis.columns.TextColumn` is one)."""

    @property
    def categories(self) -> Sequence[str]: ...
    def codes(self) -> npt.NDArray[np.int32]: ...
    def text_numbers(self) -> npt.NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class DatasetValues:
    """The datasets that went into the runs: `rows[i]` used a dataset with `names[i]`, `digests[i]`, `contexts[i]`.

    A run may occur several times or never; a missing text is None.
    """

    rows: npt.NDArray[np.int32]
    names: Sequence[str | None]
    digests: Sequence[str | None]
    contexts: Sequence[str | None]


class ColumnSource(Protocol):
    """Where the evaluator finds the values of `size` runs; every column has `size` rows."""

    @property
    def size(self) -> int: ...
    def numbers(self, key: ColumnKey) -> NumberValues: ...
    def texts(self, key: ColumnKey) -> TextValues: ...
    def datasets(self) -> DatasetValues: ...


def columns_of(expression: Expression) -> tuple[ColumnKey, ...]:
    """The columns that `evaluate` will ask its source for, each once; load them first."""
    keys = (_column(c.subject) for c in conditions(expression) if not isinstance(c.subject, DatasetField))
    return tuple(dict.fromkeys(keys))


def asks_datasets(expression: Expression) -> bool:
    """Whether `evaluate` will ask its source for the datasets."""
    return any(isinstance(c.subject, DatasetField) for c in conditions(expression))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Runs that a comparison with a number can say nothing of: they have the value, but it is no number."""

    key: ColumnKey
    runs: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a filter says of n runs: `mask` bool[n] of those it holds for, and whom its comparisons left out."""

    mask: Mask
    left_out: tuple[LeftOut, ...]


def evaluate(expression: Expression, source: ColumnSource) -> Outcome:
    """The runs that MLflow 3.17's `search_runs` selects for the same text; beyond its language SQL's logic holds.

    A comparison with a missing value is unknown, and so is NOT of it; only what is known to hold is selected. NaN
    differs from every number and fails every other comparison.
    """
    left_out: dict[ColumnKey, LeftOut] = {}
    holds, _ = _judge(expression, source, left_out)
    return Outcome(holds, tuple(left_out.values()))


def _judge(expression: Expression, source: ColumnSource, left_out: dict[ColumnKey, LeftOut]) -> tuple[Mask, Mask]:
    """bool[size] twice: where the expression holds, and where it does not; where neither, it is unknown."""
    if isinstance(expression, Condition):
        return _holds(expression, source, left_out)
    if isinstance(expression, Negation):
        holds, fails = _judge(expression.term, source, left_out)
        return fails, holds
    is_all = isinstance(expression, Conjunction)
    every, some = np.ones(source.size, np.bool_), np.zeros(source.size, np.bool_)
    for term in expression.terms:
        holds, fails = _judge(term, source, left_out)
        every &= holds if is_all else fails
        some |= fails if is_all else holds
    return (every, some) if is_all else (some, every)


def _column(subject: ColumnKey) -> ColumnKey:
    return RUN_NAME_TAG if subject == RUN_NAME else subject


def _holds(condition: Condition, source: ColumnSource, left_out: dict[ColumnKey, LeftOut]) -> tuple[Mask, Mask]:
    subject, comparator = condition.subject, condition.comparator
    if isinstance(subject, DatasetField):
        return _dataset_holds(condition, subject, source)
    if is_number(subject):
        numbers = source.numbers(subject)
        return _number_holds(condition, numbers.numbers(), numbers.present())
    column = source.texts(_column(subject))
    codes = column.codes()
    if comparator in (Comparator.IS_NULL, Comparator.IS_NOT_NULL):
        missing = codes < 0
        return (missing, ~missing) if comparator is Comparator.IS_NULL else (~missing, missing)
    if is_numeric(condition):
        figures = np.append(column.text_numbers(), np.nan)[codes]
        known = ~np.isnan(figures)
        strangers = int(np.count_nonzero((codes >= 0) & ~known))
        if strangers:
            left_out[subject] = LeftOut(subject, strangers)
        return _number_holds(condition, figures, known)
    test = _text_test(condition)
    # One place more than there are categories: code -1, a missing value, finds the False at the end.
    table = np.zeros(len(column.categories) + 1, np.bool_)
    table[:-1] = np.fromiter(map(test, column.categories), np.bool_, len(column.categories))
    holds = table[codes]
    return holds, ~holds & (codes >= 0)


_NUMBER_TESTS: dict[Comparator, Callable[[npt.NDArray[np.float64], float], Mask]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.UNEQUAL: operator.ne,
    Comparator.LESS: operator.lt,
    Comparator.LESS_OR_EQUAL: operator.le,
    Comparator.GREATER: operator.gt,
    Comparator.GREATER_OR_EQUAL: operator.ge,
}


def _number_holds(condition: Condition, numbers: npt.NDArray[np.float64], present: Mask) -> tuple[Mask, Mask]:
    """MLflow stores an infinity as the greatest float, so it compares as that one."""
    comparator, value = condition.comparator, condition.value
    if comparator is Comparator.IS_NULL:
        return ~present, present
    if comparator is Comparator.IS_NOT_NULL:
        return present, ~present
    values = np.clip(numbers, -sys.float_info.max, sys.float_info.max)
    if comparator in (Comparator.IS_NAN, Comparator.IS_NOT_NAN):
        holds = np.isnan(values) == (comparator is Comparator.IS_NAN)
    elif isinstance(value, tuple):
        holds = np.isin(values, np.array(value, np.float64)) == (comparator is Comparator.IN)
    elif isinstance(value, float):
        holds = _NUMBER_TESTS[comparator](values, value)
    else:
        raise TypeError(f"{condition.subject} is compared with a number, not {value!r}")
    return holds & present, ~holds & present


def _text_test(condition: Condition) -> Callable[[str], bool]:
    value, comparator = condition.value, condition.comparator
    if isinstance(value, tuple):
        wanted = frozenset(value)
        return wanted.__contains__ if comparator is Comparator.IN else lambda text: text not in wanted
    if not isinstance(value, str):
        raise TypeError(f"{condition.subject} is compared with a text, not {value!r}")
    if comparator in {Comparator.LIKE, Comparator.ILIKE}:
        return like(value, ignore_case=comparator is Comparator.ILIKE)
    return value.__eq__ if comparator is Comparator.EQUAL else value.__ne__


def _dataset_holds(condition: Condition, field: DatasetField, source: ColumnSource) -> tuple[Mask, Mask]:
    """Some dataset of the run passes the comparison; of a run without datasets it is unknown."""
    datasets = source.datasets()
    texts = {
        DatasetField.NAME: datasets.names,
        DatasetField.DIGEST: datasets.digests,
        DatasetField.CONTEXT: datasets.contexts,
    }[field]
    known = np.fromiter((text is not None for text in texts), np.bool_, len(texts))
    present, holds = np.zeros(source.size, np.bool_), np.zeros(source.size, np.bool_)
    present[datasets.rows[known]] = True
    if condition.comparator is Comparator.IS_NULL:
        return ~present, present
    if condition.comparator is Comparator.IS_NOT_NULL:
        return present, ~present
    test = _text_test(condition)
    passed = np.fromiter((text is not None and test(text) for text in texts), np.bool_, len(texts))
    holds[datasets.rows[passed]] = True
    return holds, ~holds & present
