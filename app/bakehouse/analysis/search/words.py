"""The words of a filter and their kinds, for colouring; also of one that cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_WORDS = re.compile(
    r"(?P<text>'[^']*'?|\"[^\"]*\"?)"
    r"|(?P<keyword>\b(?:AND|OR|NOT|IN|LIKE|ILIKE|IS|NULL|NAN|INF)\b|\b(?:min|max|at)(?=\s*\())"
    r"|(?P<entity>\b(?:metrics?|param(?:eter)?s?|tags?|attributes?|attr|run|datasets?)(?=\.))"
    r"|(?P<name>\.?`[^`]*`?|\.?[^\W\d][\w.]*)"
    r"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)"
    r"|(?P<sign>[^\s\w])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """The characters from `start` to `end`."""

    start: int
    end: int
    kind: Literal["text", "keyword", "entity", "name", "number", "sign"]


def words(text: str) -> list[Word]:
    """Every word of `text` in order; blanks belong to none."""
    return [Word(found.start(), found.end(), found.lastgroup) for found in _WORDS.finditer(text)]  # type: ignore[arg-type]
