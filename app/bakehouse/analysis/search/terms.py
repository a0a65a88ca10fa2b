"""The terms of a filter as pieces of its text: which there are, the text without one, or with another in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bakehouse.analysis.search.expression import EVERYTHING, Disjunction, Expression
from bakehouse.analysis.search.intent import search_start, words_before
from bakehouse.analysis.search.parser import parse, parse_terms
from bakehouse.analysis.search.words import words
from bakehouse.domain.errors import FilterError

_TRIED = 8
_AND_BEFORE = re.compile(r"\b(?:AND\s+)*AND\s*$", re.IGNORECASE)
_AND_BEHIND = re.compile(r"(?:\s*AND\b)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """One of the terms that the outermost AND joins: the characters from `start` to `end` of a filter.

    Plain words before the language are a term too, whose expression is EVERYTHING.
    """

    start: int
    end: int
    text: str
    expression: Expression


def terms_of(text: str) -> tuple[Term, ...]:
    """The terms of a search, those before the place that cannot be read where there is one; none of plain words."""
    start = search_start(text)
    if start is None:
        return ()
    words_in_front = words_before(text, start)
    found = _readable_terms(text[start:])
    moved = tuple(Term(one.start + start, one.end + start, one.text, one.expression) for one in found)
    if not words_in_front:
        return moved
    begin = len(text) - len(text.lstrip())
    return (Term(begin, begin + len(words_in_front), words_in_front, EVERYTHING), *moved)


def _readable_terms(text: str) -> tuple[Term, ...]:
    try:
        return _terms(text)
    except FilterError as error:
        position = error.position
    joints = [word for word in words(text) if word.kind == "keyword" and text[word.start : word.end].upper() == "AND"]
    before = [word for word in joints if word.end <= position]
    for word in before[: -_TRIED - 1 : -1]:
        try:
            return _terms(text[: word.start])
        except FilterError:
            continue  # this one stands inside parentheses that are still open
    return ()


def _terms(text: str) -> tuple[Term, ...]:
    return tuple(Term(start, end, text[start:end], expression) for start, end, expression in parse_terms(text))


def read_filter(text: str) -> tuple[str, tuple[Expression, ...]]:
    """The plain words of a filter and the terms behind them, all of which must hold. Raises FilterError."""
    start = search_start(text)
    if start is None:
        return text.strip(), ()
    try:
        terms = tuple(expression for _, _, expression in parse_terms(text[start:]))
    except FilterError as error:
        raise FilterError(str(error), error.position + start) from None
    return words_before(text, start), terms


def without_term(text: str, term: Term) -> str:
    """`text` without `term` and the AND that joined it; what else stands there stays as it is written."""
    before, behind = text[: term.start], text[term.end :]
    if (joined := _AND_BEHIND.match(behind)) and (not before.strip() or _AND_BEFORE.search(before)):
        behind = behind[joined.end() :]
    elif not behind.strip():
        before = _AND_BEFORE.sub("", before)
    return f"{before.rstrip()} {behind.lstrip()}".strip()


def replace_term(text: str, term: Term, new: str) -> str:
    """`text` with the filter `new` in the place of `term`; alternatives among other terms get parentheses.

    Raises FilterError when `new` cannot be read.
    """
    is_alone = not text[: term.start].strip() and not text[term.end :].strip()
    if isinstance(parse(new), Disjunction) and not is_alone:
        new = f"({new})"
    return text[: term.start] + new + text[term.end :]
