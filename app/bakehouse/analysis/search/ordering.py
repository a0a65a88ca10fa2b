"""The order of `search_runs`: by the asked columns, then the newest start first, then by run id."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.search.evaluation import ColumnSource, TextValues
from bakehouse.analysis.search.expression import is_number
from bakehouse.analysis.search.parser import OrderKey
from bakehouse.domain.columns import RUN_ID, START_TIME
from bakehouse.domain.errors import FilterError


def check_order(keys: Sequence[OrderKey]) -> None:
    """Raises FilterError when a column is named twice, as MLflow does."""
    seen = set()
    for order in keys:
        if order.key in seen:
            raise FilterError(f"The order names {order.key.search_name} twice.", 0)
        seen.add(order.key)


def run_order(keys: Sequence[OrderKey], source: ColumnSource) -> npt.NDArray[np.intp]:
    """intp[size]: the rows in the order MLflow 3.17 returns them in (`_get_orderby_clauses` of its SQL store).

    In both directions numbers come first, then NaN, then missing values; texts, those of params too, go by code point.
    """
    complete = list(keys)
    if not any(order.key == START_TIME for order in keys):
        complete.append(OrderKey(START_TIME, descending=True))
    columns: list[npt.NDArray[np.float64]] = []
    for order in complete:
        columns.extend(_sort_columns(order, source))
    columns.extend(_sort_columns(OrderKey(RUN_ID, descending=False), source))
    return np.lexsort(columns[::-1])


def _sort_columns(order: OrderKey, source: ColumnSource) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(class, value) as float64[size], smaller first: class 0 has a value, 1 is NaN, 2 is missing."""
    if is_number(order.key):
        column = source.numbers(order.key)
        values = np.clip(column.numbers(), -sys.float_info.max, sys.float_info.max)
        unordered = np.isnan(values)
        classes = np.where(column.present(), np.where(unordered, 1.0, 0.0), 2.0)
        values = np.where(unordered, 0.0, values)
    else:
        texts = source.texts(order.key)
        codes = texts.codes()
        classes = np.where(codes < 0, 2.0, 0.0)
        values = np.append(_ranks(texts), 0.0)[codes]
    return classes, -values if order.descending else values


def _ranks(column: TextValues) -> npt.NDArray[np.float64]:
    """float64[c]: each category's place when they are sorted by code point."""
    categories = column.categories
    ranks = np.empty(len(categories))
    ranks[sorted(range(len(categories)), key=categories.__getitem__)] = np.arange(len(categories))
    return ranks
