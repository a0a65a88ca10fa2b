"""Brushes as terms of a filter and back: what is dragged on an axis can be read, edited and taken away as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from bakehouse.analysis.brushes import GREATEST, Brush, Interval, merged
from bakehouse.analysis.search.expression import (
    Comparator,
    Condition,
    Conjunction,
    DatasetField,
    Disjunction,
    Expression,
    Value,
    conditions,
    filter_text,
    is_number,
    subject_text,
)
from bakehouse.analysis.search.parser import parse
from bakehouse.analysis.search.quick import with_term
from bakehouse.analysis.search.terms import replace_term, terms_of, without_term
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.errors import FilterError

LONGEST, LONGEST_FILTER = 4_000, 10_000
"""Characters that the text of one brush and that of a whole filter may have: longer ones nobody reads."""

_MOST_POINTS = 50


def brush_text(key: ColumnKey, brush: Brush) -> str:
    """The term that lets through what `brush` does on the column `key`; in parentheses when it has several parts.

    Raises ValueError, with a sentence, for what the language cannot say.
    """
    try:
        subject = subject_text(key)
        parts = [_interval_text(key, interval) for interval in brush.intervals]
        if brush.categories or brush.excluded:
            parts.append(_category_text(key, brush))
    except ValueError:
        raise ValueError(f"A filter cannot write the name {key.search_name}.") from None
    if brush.missing:
        parts.append(f"{subject} IS NULL")
    if brush.nan:
        parts.append(f"{subject} IS NAN")
    parts += [f"{subject} = {sign}inf" for sign, wanted in zip(("-", ""), brush.infinite, strict=True) if wanted]
    if len(parts) > 1:
        parts = [f"({' OR '.join(parts)})"]
    text = "".join(parts)
    if len(text) > LONGEST:
        count = f"{len(brush.categories):,} values" if brush.categories else f"{len(brush.intervals):,} parts"
        raise ValueError(f"This brush would be a filter over {count}, too long to be read: brush fewer.")
    try:
        parse(text)
    except FilterError as error:
        raise ValueError(f"No filter can ask for this: {error}") from None
    return text


def _interval_text(key: ColumnKey, interval: Interval) -> str:
    low, high = interval
    if low is None and high is None:
        low = -GREATEST  # every number, but not NaN
    if low is not None and low == high:
        return _condition_text(key, Comparator.EQUAL, low)
    ends = [(Comparator.GREATER_OR_EQUAL, low), (Comparator.LESS_OR_EQUAL, high)]
    found = [_condition_text(key, comparator, end) for comparator, end in ends if end is not None]
    return f"({' AND '.join(found)})" if len(found) == 2 else "".join(found)


def _condition_text(key: ColumnKey, comparator: Comparator, value: float) -> str:
    if abs(value) >= GREATEST:
        return f"{subject_text(key)} {comparator.value} {'-' if value < 0 else ''}inf"
    return filter_text(Condition(key, comparator, value))


def _category_text(key: ColumnKey, brush: Brush) -> str:
    names = tuple(sorted(brush.categories))
    if not names:
        return filter_text(Condition(key, Comparator.IS_NOT_NULL, None))
    if len(names) == 1:
        try:
            comparator = Comparator.UNEQUAL if brush.excluded else Comparator.EQUAL
            return filter_text(Condition(key, comparator, names[0]))
        except ValueError:
            pass  # quotes of both kinds: a list can write them
    return filter_text(Condition(key, Comparator.NOT_IN if brush.excluded else Comparator.IN, names))


def brush_of(expression: Expression) -> tuple[ColumnKey, Brush] | None:
    """The column and the brush that let through what `expression` does; None when no brush is like that."""
    found = list(conditions(expression))
    subjects = {condition.subject for condition in found}
    subject = found[0].subject if len(subjects) == 1 else None
    if subject is None or isinstance(subject, DatasetField):
        return None
    brush = _brush(expression)
    return None if brush is None else (subject, brush)


def _brush(expression: Expression) -> Brush | None:
    if isinstance(expression, Condition):
        return _condition_brush(expression)
    if not isinstance(expression, Conjunction | Disjunction):
        return None
    parts = [_brush(term) for term in expression.terms]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return None
    if isinstance(expression, Disjunction):
        return reduce(Brush.joined, known)
    return reduce(_both, known[1:], known[0]) if all(map(_is_interval, known)) else None


def _is_interval(brush: Brush) -> bool:
    return brush == Brush(brush.intervals) and len(brush.intervals) <= 1


def _both(first: Brush, second: Brush) -> Brush:
    """What two brushes of one interval at most both let through."""
    if not first.intervals or not second.intervals:
        return Brush()
    one, other = first.intervals[0], second.intervals[0]
    low = max((end for end in (one.low, other.low) if end is not None), default=None)
    high = min((end for end in (one.high, other.high) if end is not None), default=None)
    return Brush(merged([Interval(low, high)]))


def _condition_brush(condition: Condition) -> Brush | None:
    comparator, value = condition.comparator, condition.value
    if comparator is Comparator.IS_NULL:
        return Brush(missing=True)
    if comparator is Comparator.IS_NAN:
        return Brush(nan=True)
    if comparator is Comparator.IS_NOT_NULL and not is_number(condition.subject):
        return Brush(excluded=True)
    if isinstance(value, float):
        return _number_brush(comparator, value)
    if isinstance(value, tuple) and value and isinstance(value[0], float):
        if comparator is not Comparator.IN or len(value) > _MOST_POINTS:
            return None
        points = [_number_brush(Comparator.EQUAL, one) for one in value if isinstance(one, float)]
        return reduce(Brush.joined, [one for one in points if one is not None])
    return _text_brush(comparator, value)


def _text_brush(comparator: Comparator, value: Value) -> Brush | None:
    listed = value if isinstance(value, tuple) else (value,)
    names = frozenset(one for one in listed if isinstance(one, str))
    if comparator in (Comparator.EQUAL, Comparator.IN):
        return Brush(categories=names)
    if comparator in (Comparator.UNEQUAL, Comparator.NOT_IN):
        return Brush(categories=names, excluded=True)
    return None


def _number_brush(comparator: Comparator, value: float) -> Brush | None:
    """Of an open end the next number inside is the closed one."""
    if comparator is Comparator.EQUAL and abs(value) == GREATEST:
        return Brush(infinite=(value < 0, value > 0))
    intervals = {
        Comparator.EQUAL: Interval(value, value),
        Comparator.LESS: Interval(None, math.nextafter(value, -math.inf)),
        Comparator.LESS_OR_EQUAL: Interval(None, value),
        Comparator.GREATER: Interval(math.nextafter(value, math.inf), None),
        Comparator.GREATER_OR_EQUAL: Interval(value, None),
    }
    interval = intervals.get(comparator)
    return None if interval is None else Brush((interval,))


class BrushTerms(NamedTuple):
    """One column's brush and the places of the terms that it is written in."""

    brush: Brush
    places: tuple[int, ...]


def brushes_of(terms: Sequence[Expression | None]) -> dict[ColumnKey, BrushTerms]:
    """The brushes that the terms of a filter are; several terms of one interval each on a column are one brush."""
    found: dict[ColumnKey, BrushTerms] = {}
    for place, expression in enumerate(terms):
        read = None if expression is None else brush_of(expression)
        if read is None:
            continue
        key, brush = read
        before = found.get(key)
        if before is None:
            found[key] = BrushTerms(brush, (place,))
        elif _is_interval(before.brush) and _is_interval(brush):
            found[key] = BrushTerms(_both(before.brush, brush), (*before.places, place))
    return found


def with_brushes(text: str, brushes: Mapping[ColumnKey, Brush | None]) -> str:
    """The filter `text` with these brushes in place of what it says of their columns as such; None takes it away.

    Raises ValueError as `brush_text`.
    """
    for key, brush in brushes.items():
        text = text.strip()
        wanted = "" if brush is None or brush.is_empty else brush_text(key, brush)
        terms = terms_of(text)
        known = brushes_of([term.expression for term in terms]).get(key)
        places = list(known.places) if known is not None else []
        for place in reversed(places[1:] if wanted else places):
            text = without_term(text, terms[place])
        if wanted and places:
            text = replace_term(text, terms[places[0]], wanted)
        elif wanted:
            text = with_term(text, wanted)
    if len(text) > LONGEST_FILTER:
        raise ValueError("With this brush the filter would be too long to be read: brush fewer values.")
    return text
