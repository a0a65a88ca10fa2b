"""What can stand at the cursor of a filter: names of columns, comparators, values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from bakehouse.analysis.search.expression import NUMBER_ATTRIBUTES, subject_text
from bakehouse.domain.columns import ColumnKey, ColumnKind

MOST = 50
"""How many are offered at once."""

_KINDS = {"metrics": ColumnKind.METRIC, "params": ColumnKind.PARAM, "tags": ColumnKind.TAG}
_STARTS = ("metrics.", "params.", "tags.", "status", "start_time", "run_name", "user_id", "dataset.name", "NOT ", "(")
_AFTER_TERM = ("AND ", "OR ")
_TEXT_COMPARATORS = ("= ", "!= ", "LIKE ", "ILIKE ", "IN (", "NOT IN (", "IS NULL", "IS NOT NULL")
_NUMBER_COMPARATORS = ("> ", ">= ", "< ", "<= ", "= ", "!= ", "IS NULL", "IS NAN")
_PARAM_COMPARATORS = ("= ", "!= ", "< ", "> ", *_TEXT_COMPARATORS[2:])
_NAME = r"(?:`[^`]*`|\"[^\"]*\"|[\w.]+)"
_SUBJECT = rf"(?:(?:metrics?|params?|tags?)\.{_NAME}|dataset\.\w+|\w+)"
_OPERATOR = r"(?:[<>]=?|!?=|(?:NOT\s+)?I?LIKE|(?:NOT\s+)?IN\s*\((?:[^()]*,)?)"
_VALUE = re.compile(rf"({_SUBJECT})\s*{_OPERATOR}\s*('[^']*|\"[^\"]*|)$", re.IGNORECASE)
_NAMING = re.compile(r"(?:^|[\s(])((metrics|params|tags)\.(`[^`]*|\"[^\"]*|[\w./-]*))$", re.IGNORECASE)
_COMPARING = re.compile(rf"(?:^|[\s(])({_SUBJECT})\s+([<>=!]*|[a-z ]{{0,6}})$", re.IGNORECASE)
_WORD = re.compile(r"(?:^|[\s(])(\w*)$")
_TERM_ENDS = re.compile(r"(?:['\")\d]|\bNULL|\bNAN)\s+(\w*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Completions:
    """`texts` each of which may take the place of the characters from `start` to `end`."""

    start: int
    end: int
    texts: tuple[str, ...] = ()


def complete(
    text: str, cursor: int, keys: Sequence[ColumnKey], values: Callable[[ColumnKey], Sequence[str]]
) -> Completions:
    """What fits at `cursor`, best first, at most 50. `values` gives the texts that a column holds, known ones only."""
    before = text[:cursor]
    if found := _VALUE.search(before):
        return _values(found, cursor, values)
    if found := _NAMING.search(before):
        return _names(found, cursor, keys)
    if found := _TERM_ENDS.search(before):
        return _matching(_AFTER_TERM, found.group(1), found.start(1), cursor)
    if (found := _COMPARING.search(before)) and (kind := _kind(found.group(1))) is not None:
        offered = {ColumnKind.METRIC: _NUMBER_COMPARATORS, ColumnKind.PARAM: _PARAM_COMPARATORS}
        return _matching(offered.get(kind, _TEXT_COMPARATORS), found.group(2), found.start(2), cursor)
    if (found := _WORD.search(before)) and (found.group(1) or before.strip()):
        return _matching(_STARTS, found.group(1), found.start(1), cursor)
    return Completions(cursor, cursor)


def _kind(subject: str) -> ColumnKind | None:
    entity, dot, _ = subject.partition(".")
    if dot:
        return _KINDS.get(entity.lower().rstrip("s") + "s", ColumnKind.ATTRIBUTE)
    if subject in NUMBER_ATTRIBUTES:
        return ColumnKind.METRIC
    return ColumnKind.ATTRIBUTE if subject in _STARTS or subject in ("run_id", "artifact_uri") else None


def _matching(offered: Sequence[str], typed: str, start: int, cursor: int) -> Completions:
    lowered = typed.lower()
    fitting = tuple(text for text in offered if text.lower().startswith(lowered) and text.lower() != lowered)
    return Completions(start, cursor, fitting)


def _names(found: re.Match[str], cursor: int, keys: Sequence[ColumnKey]) -> Completions:
    kind, typed = _KINDS[found.group(2).lower()], found.group(3).strip('`"').lower()
    fitting = ((key.name.lower().find(typed), key.name.lower(), key) for key in keys if key.kind is kind)
    best = nsmallest(MOST, (item for item in fitting if item[0] >= 0))
    return Completions(found.start(1), cursor, tuple(_written(key) for _, _, key in best))


def _written(key: ColumnKey) -> str:
    try:
        return f"{subject_text(key)} "
    except ValueError:  # a name with all kinds of quotes, which the language cannot write
        return ""


def _values(found: re.Match[str], cursor: int, values: Callable[[ColumnKey], Sequence[str]]) -> Completions:
    subject, typed = found.group(1), found.group(2)
    entity, dot, name = subject.partition(".")
    kind = _KINDS.get(entity.lower()) if dot else ColumnKind.ATTRIBUTE
    if kind is None or kind is ColumnKind.METRIC:
        return Completions(cursor, cursor)
    known = values(ColumnKey(kind, name.strip('`"') if dot else subject))
    lowered = typed[1:].lower()
    fitting = ((text.lower().find(lowered), text) for text in known if "'" not in text and not text.endswith("\\"))
    best = nsmallest(MOST, (item for item in fitting if item[0] >= 0))
    return Completions(found.start(2), cursor, tuple(f"'{text}'" for _, text in best))
