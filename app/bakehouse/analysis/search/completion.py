"""What can stand at the cursor of a filter: names of columns, comparators, values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from bakehouse.analysis.search.expression import NUMBER_ATTRIBUTES, DatasetField, subject_text
from bakehouse.domain.columns import ColumnKey, ColumnKind

MOST = 50
"""How many are offered at once."""

_LOOKED_AT = 2_000
"""So many characters before the cursor are looked at: enough for what a person types, few for what is pasted."""

_KINDS = {"metrics": ColumnKind.METRIC, "params": ColumnKind.PARAM, "tags": ColumnKind.TAG}
_TEXT_ATTRIBUTES = ("status", "run_name", "run_id", "user_id", "artifact_uri", "note")
_ATTRIBUTES = ("status", "start_time", "end_time", "duration", *_TEXT_ATTRIBUTES[1:])
_STARTS = (
    "metrics.", "params.", "tags.", "status", "start_time", "end_time", "duration", "run_name", "user_id", "note",
    "dataset.", "min(metrics.", "max(metrics.", "at(metrics.", "attributes.", "NOT ", "(",
)  # fmt: skip
_AFTER_TERM = ("AND ", "OR ")
_TEXT_COMPARATORS = ("= ", "!= ", "LIKE ", "ILIKE ", "IN (", "NOT IN (", "IS NULL", "IS NOT NULL")
_NUMBER_COMPARATORS = ("> ", ">= ", "< ", "<= ", "= ", "!= ", "IN (", "NOT IN (", "IS NULL", "IS NOT NULL", "IS NAN")
_PARAM_COMPARATORS = ("= ", "!= ", "< ", "> ", *_TEXT_COMPARATORS[2:])
_NAME = r"(?:`[^`]*`|\"[^\"]*\"|[\w.]+)"
_ENTITY = r"metrics?|params?|parameters?|tags?|attributes?|attr|run|datasets?"
_FIGURE = r"(?:min|max|at)\s*\(\s*"
_SUBJECT = rf"(?:{_FIGURE}metrics?\.{_NAME}\s*(?:,\s*-?\d+\s*)?\)|(?:{_ENTITY})\.{_NAME}|\w+)"
_OPERATOR = r"(?:[<>]=?|!?=|(?:NOT\s+)?I?LIKE|(?:NOT\s+)?IN\s*\((?:[^()]*,)?)"
_VALUE = re.compile(rf"({_SUBJECT})\s*{_OPERATOR}\s*('[^']*|\"[^\"]*|)$", re.IGNORECASE)
_NAMING = re.compile(rf"(?:^|[\s(])(({_ENTITY})\.(`[^`]*|\"[^\"]*|[\w./-]*))$", re.IGNORECASE)
_IN_FIGURE = re.compile(r"(?:^|[\s(])(min|max|at)\s*\(\s*$", re.IGNORECASE)
_STEP = re.compile(rf"(?:^|[\s(])at\s*\(\s*metrics?\.{_NAME}\s*,\s*-?\d*$", re.IGNORECASE)
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
    skipped = max(0, cursor - _LOOKED_AT)
    found = _complete(text[skipped:cursor], text[cursor:].lstrip()[:1], keys, values)
    return Completions(found.start + skipped, found.end + skipped, found.texts)


def _complete(
    before: str, behind: str, keys: Sequence[ColumnKey], values: Callable[[ColumnKey], Sequence[str]]
) -> Completions:
    """`before` ends at the cursor, `behind` is the character that stands there."""
    cursor = len(before)
    if found := _VALUE.search(before):
        return _values(found, cursor, values)
    if found := _NAMING.search(before):
        return _names(found, cursor, behind, keys)
    if _STEP.search(before):
        return Completions(cursor, cursor)
    if (found := _COMPARING.search(before)) and (kind := _kind(found.group(1))) is not None:
        offered = {ColumnKind.METRIC: _NUMBER_COMPARATORS, ColumnKind.PARAM: _PARAM_COMPARATORS}
        return _matching(offered.get(kind, _TEXT_COMPARATORS), found.group(2), found.start(2), cursor)
    if found := _TERM_ENDS.search(before):
        return _matching(_AFTER_TERM, found.group(1), found.start(1), cursor)
    if (found := _WORD.search(before)) and (found.group(1) or before.strip()):
        return _matching(_STARTS, found.group(1), found.start(1), cursor)
    return Completions(cursor, cursor)


def _kind(subject: str) -> ColumnKind | None:
    """The group whose comparators suit a subject; metrics stand for all numbers."""
    entity, dot, name = subject.partition(".")
    if "(" in entity:
        return ColumnKind.METRIC
    group = _group(entity) if dot else "attributes"
    attribute = name if dot else subject
    if group == "attributes":
        if attribute in NUMBER_ATTRIBUTES:
            return ColumnKind.METRIC
        return ColumnKind.ATTRIBUTE if attribute in _TEXT_ATTRIBUTES else None
    return _KINDS.get(group, ColumnKind.ATTRIBUTE)


def _group(entity: str) -> str:
    """`metric` and `Metrics` are `metrics`; all names for the run's own facts are `attributes`."""
    plural = entity.lower().rstrip("s") + "s"
    plural = {"parameters": "params"}.get(plural, plural)
    return plural if plural in _KINDS or plural == "datasets" else "attributes"


def _matching(offered: Sequence[str], typed: str, start: int, cursor: int) -> Completions:
    lowered = typed.lower()
    fitting = tuple(text for text in offered if text.lower().startswith(lowered) and text.lower() != lowered)
    return Completions(start, cursor, fitting)


def _names(found: re.Match[str], cursor: int, behind: str, keys: Sequence[ColumnKey]) -> Completions:
    group, typed = _group(found.group(2)), found.group(3).strip('`"').lower()
    fixed = {"attributes": _ATTRIBUTES, "datasets": tuple(DatasetField)}.get(group)
    if fixed is not None:
        entity = found.group(1).partition(".")[0]
        return Completions(
            found.start(1), cursor, tuple(f"{entity}.{name} " for name in fixed if name.startswith(typed))
        )
    figure = _IN_FIGURE.search(found.string[: found.start(1)])
    after = " "
    if figure is not None:
        after = ", " if figure.group(1).lower() == "at" else ") "
        after = "" if behind in (")", ",") else after
    kind = _KINDS[group]
    fitting = (
        (key.name.lower().find(typed), key.name.lower(), key) for key in keys if key.kind is kind and not key.figure
    )
    best = nsmallest(MOST, (item for item in fitting if item[0] >= 0))
    return Completions(
        found.start(1), cursor, tuple(written + after for _, _, key in best if (written := _written(key)))
    )


def _written(key: ColumnKey) -> str:
    try:
        return subject_text(key)
    except ValueError:  # a name with all kinds of quotes, which the language cannot write
        return ""


def _values(found: re.Match[str], cursor: int, values: Callable[[ColumnKey], Sequence[str]]) -> Completions:
    subject, typed = found.group(1), found.group(2)
    entity, dot, name = subject.partition(".")
    group = _group(entity) if dot else "attributes"
    kind = _KINDS.get(group, ColumnKind.ATTRIBUTE)
    if kind is ColumnKind.METRIC or group == "datasets" or "(" in entity:
        return Completions(cursor, cursor)
    known = values(ColumnKey(kind, name.strip('`"') if dot else subject))
    lowered = typed[1:].lower()
    fitting = ((text.lower().find(lowered), text) for text in known if "'" not in text and not text.endswith("\\"))
    best = nsmallest(MOST, (item for item in fitting if item[0] >= 0))
    return Completions(found.start(2), cursor, tuple(f"'{text}'" for _, text in best))
