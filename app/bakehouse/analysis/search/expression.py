"""A filter as a tree of frozen values, and its text in MLflow's search language."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bakehouse.domain.columns import ColumnKey, ColumnKind


class Comparator(StrEnum):
    """The comparators of the language, written as the canonical text writes them."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    IN = "IN"
    NOT_IN = "NOT IN"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"
    IS_NAN = "IS NAN"
    IS_NOT_NAN = "IS NOT NAN"


class DatasetField(StrEnum):
    """What a filter can ask of the datasets that went into a run."""

    NAME = "name"
    DIGEST = "digest"
    CONTEXT = "context"


Subject: TypeAlias = ColumnKey | DatasetField
Value: TypeAlias = str | float | tuple[str, ...] | tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `value` is a text, a number, a list of either (IN, NOT IN) or None (IS NULL and its like).

    A number against a column of texts compares the texts that are numbers.

    `start` and `end` are the characters it came from (0-based, `end` exclusive); they do not count for equality.
    """

    subject: Subject
    comparator: Comparator
    value: Value
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All of `terms` hold; without terms it holds for every run."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """One of `terms` holds."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`term` does not hold; of what is unknown that is unknown too."""

    term: Expression


Expression: TypeAlias = Condition | Conjunction | Disjunction | Negation

NUMBER_ATTRIBUTES = frozenset({"start_time", "end_time", "duration"})
EVERYTHING = Conjunction(())


def conditions(expression: Expression) -> Iterator[Condition]:
    """Every comparison of `expression`, in the order of its text."""
    if isinstance(expression, Condition):
        yield expression
    elif isinstance(expression, Negation):
        yield from conditions(expression.term)
    else:
        for term in expression.terms:
            yield from conditions(term)


def is_number(subject: Subject) -> bool:
    """Whether the subject is compared as a number: metrics, the two times and the duration, all in milliseconds."""
    if isinstance(subject, DatasetField):
        return False
    return subject.kind is ColumnKind.METRIC or (
        subject.kind is ColumnKind.ATTRIBUTE and subject.name in NUMBER_ATTRIBUTES
    )


def is_numeric(condition: Condition) -> bool:
    """Whether numbers stand on the right side."""
    value = condition.value
    return isinstance(value, float) or (isinstance(value, tuple) and bool(value) and isinstance(value[0], float))


_ENTITY = {ColumnKind.PARAM: "params", ColumnKind.METRIC: "metrics", ColumnKind.TAG: "tags"}
_PLAIN_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
# Words that MLflow's lexer takes for keywords even behind the dot.
_RESERVED = frozenset({"case", "in", "values", "using", "from", "as"})


def filter_text(expression: Expression) -> str:
    """The canonical text of `expression`; what MLflow's own language can say, its client reads the same way.

    Raises ValueError for a name or value that the language cannot write (it has no escapes for quotes).
    """
    if isinstance(expression, Condition):
        return _condition_text(expression)
    if isinstance(expression, Negation):
        return f"NOT {_inner_text(expression.term)}"
    joint = " AND " if isinstance(expression, Conjunction) else " OR "
    return joint.join(_inner_text(term) for term in expression.terms)


def _inner_text(term: Expression) -> str:
    text = filter_text(term)
    return text if isinstance(term, Condition) else f"({text})"


def _condition_text(condition: Condition) -> str:
    parts = [subject_text(condition.subject), condition.comparator.value]
    value = condition.value
    if isinstance(value, tuple):
        items = (_list_text(item) if isinstance(item, str) else _number_text(item) for item in value)
        parts.append("(" + ", ".join(items) + ")")
    elif isinstance(value, str):
        parts.append(_quoted(value))
    elif value is not None:
        parts.append(_number_text(value))
    return " ".join(parts)


def subject_text(subject: Subject) -> str:
    """`metrics.auc`, ``params.`learning rate` ``, `at(metrics.auc, 100)`, `dataset.name`, `status`.

    Raises ValueError as `filter_text`.
    """
    if isinstance(subject, DatasetField):
        return f"dataset.{subject.value}"
    if subject.kind is ColumnKind.ATTRIBUTE:
        return subject.name
    name = f"{_ENTITY[subject.kind]}.{_name_text(subject.name)}"
    if not subject.figure:
        return name
    return f"at({name}, {subject.step})" if subject.figure == "at" else f"{subject.figure}({name})"


def _name_text(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name) and not _RESERVED.intersection(name.lower().split(".")):
        return name
    if "`" not in name and not _is_quoted(name):
        return f"`{name}`"
    if '"' not in name and not name.endswith("\\") and not (name.startswith("`") and name.endswith("`")):
        return f'"{name}"'
    raise ValueError(f"MLflow's search language cannot write the name {name!r}")


def _is_quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] == text[-1] and text[0] in "'\""


def _quoted(value: str) -> str:
    """A quoted value; a backslash before the closing quote would reach for a later quote, so it is refused."""
    if not value.endswith("\\"):
        for quote in "'\"":
            if quote not in value:
                return f"{quote}{value}{quote}"
    raise ValueError(f"MLflow's search language cannot write the value {value!r}")


def _list_text(item: str) -> str:
    """Inside a list MLflow reads Python string literals, so here everything can be written."""
    escaped = "".join(f"\\x{ord(c):02x}" if c in "\\'" or ord(c) < 32 else c for c in item)
    return f"'{escaped}'"


def _number_text(value: float) -> str:
    if math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if value.is_integer() and abs(value) < 1e15:
        return "-0.0" if value == 0 and math.copysign(1, value) < 0 else str(int(value))
    return repr(value).replace("e+", "e")
