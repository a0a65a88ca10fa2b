"""Filters made of one cell: what a person asks for by pointing instead of typing."""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.analysis.columns import Column
from bakehouse.analysis.search.expression import (
    Comparator,
    Condition,
    Disjunction,
    Value,
    filter_text,
    is_number,
)
from bakehouse.analysis.search.intent import search_start
from bakehouse.analysis.search.parser import parse
from bakehouse.domain.columns import END_TIME, RUN_ID, RUN_NAME, START_TIME, STATUS, USER, ColumnKey, ColumnKind
from bakehouse.domain.errors import FilterError

_SEARCHED = (RUN_NAME, RUN_ID, STATUS, USER, START_TIME, END_TIME)


def cell_terms(key: ColumnKey, column: Column, row: int) -> Iterator[str]:
    """The terms that the value of one run suggests, the most likely first; none for what filters cannot ask."""
    if key.kind is ColumnKind.ATTRIBUTE and key not in _SEARCHED:
        return
    number, text = column.value(row), column.text(row)
    wanted: list[tuple[Comparator, Value]] = []
    if number is None and not text:
        wanted += [(Comparator.IS_NULL, None), (Comparator.IS_NOT_NULL, None)]
    elif is_number(key) and number is not None and number != number:
        wanted += [(Comparator.IS_NAN, None), (Comparator.IS_NOT_NAN, None)]
    else:
        exact: Value = number if is_number(key) else text
        wanted += [(Comparator.EQUAL, exact), (Comparator.UNEQUAL, exact)]
        if number is not None and key.kind is not ColumnKind.TAG and key not in (RUN_NAME, RUN_ID):
            wanted += [(Comparator.LESS_OR_EQUAL, number), (Comparator.GREATER_OR_EQUAL, number)]
    for comparator, value in wanted:
        try:
            yield filter_text(Condition(key, comparator, value))
        except ValueError:  # quotes of both kinds, which the language cannot write
            continue


def with_term(text: str, term: str) -> str:
    """`text` narrowed by one more term; what cannot be read makes room for it."""
    if not text.strip():
        return term
    start = search_start(text)
    if start is None:
        joined = f"{text} AND {term}"
        return joined if search_start(joined) is not None else term
    try:
        expression = parse(text[start:])
    except FilterError:
        return term
    if isinstance(expression, Disjunction) and not _is_enclosed(text[start:].strip()):
        text = f"{text[:start]}({text[start:]})"
    return f"{text} AND {term}"


def _is_enclosed(text: str) -> bool:
    """Whether parentheses stand around the whole of a filter; `(a) OR (b)` without its ends cannot be read."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    try:
        parse(text[1:-1])
    except FilterError:
        return False
    return True
