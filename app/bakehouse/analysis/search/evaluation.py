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
    DatasetField,
    Expression,
    conditions,
    is_number,
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


def evaluate(expression: Expression, source: ColumnSource) -> Mask:
    """bool[size]: the runs that MLflow 3.17's `search_runs` selects for the same text.

    A condition over a run without the value does not hold, whatever its comparator (except IS NULL); NaN differs from
    every number and fails every other comparison.
    """
    if isinstance(expression, Condition):
        return _holds(expression, source)
    mask = np.ones(source.size, np.bool_)
    for term in expression.terms:
        mask &= evaluate(term, source)
    return mask


def _column(subject: ColumnKey) -> ColumnKey:
    return RUN_NAME_TAG if subject == RUN_NAME else subject


def _holds(condition: Condition, source: ColumnSource) -> Mask:
    subject = condition.subject
    if isinstance(subject, DatasetField):
        return _dataset_holds(condition, subject, source)
    if is_number(subject):
        return _number_holds(condition, source.numbers(subject))
    column = source.texts(_column(subject))
    codes = column.codes()
    if condition.comparator is Comparator.IS_NULL:
        return codes < 0
    if condition.comparator is Comparator.IS_NOT_NULL:
        return codes >= 0
    test = _text_test(condition)
    # One place more than there are categories: code -1, a missing value, finds the False at the end.
    table = np.zeros(len(column.categories) + 1, np.bool_)
    table[:-1] = np.fromiter(map(test, column.categories), np.bool_, len(column.categories))
    return table[codes]


_NUMBER_TESTS: dict[Comparator, Callable[[npt.NDArray[np.float64], float], Mask]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.UNEQUAL: operator.ne,
    Comparator.LESS: operator.lt,
    Comparator.LESS_OR_EQUAL: operator.le,
    Comparator.GREATER: operator.gt,
    Comparator.GREATER_OR_EQUAL: operator.ge,
}


def _number_holds(condition: Condition, column: NumberValues) -> Mask:
    """MLflow stores an infinity as the greatest float, so it compares as that one."""
    if not isinstance(condition.value, float):
        raise TypeError(f"{condition.subject} is compared with a number, not {condition.value!r}")
    values = np.clip(column.numbers(), -sys.float_info.max, sys.float_info.max)
    return column.present() & _NUMBER_TESTS[condition.comparator](values, condition.value)


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


def _dataset_holds(condition: Condition, field: DatasetField, source: ColumnSource) -> Mask:
    """Some dataset of the run passes the comparison."""
    datasets = source.datasets()
    texts = {
        DatasetField.NAME: datasets.names,
        DatasetField.DIGEST: datasets.digests,
        DatasetField.CONTEXT: datasets.contexts,
    }[field]
    test = _text_test(condition)
    passed = np.fromiter((t is not None and test(t) for t in texts), np.bool_, len(texts))
    mask = np.zeros(source.size, np.bool_)
    mask[datasets.rows[passed]] = True
    return mask
