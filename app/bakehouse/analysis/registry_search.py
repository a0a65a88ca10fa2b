"""How registered models and versions are searched: words, and stage:, alias:, tag:, run: to narrow by one thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TERM = re.compile(r'(-?)(?:(stage|alias|tag|run):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Searchable:
    """What of one thing is searched; all texts casefolded once."""

    text: str
    """Everything that a plain word may stand in."""
    stages: frozenset[str]
    aliases: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    run: str = ""


def searchable(
    texts: Sequence[str],
    stages: Sequence[str],
    aliases: Sequence[str],
    tags: Sequence[tuple[str, str]],
    run: str = "",
) -> Searchable:
    """`texts` are what plain words are looked for in beside aliases, tags and the run."""
    whole = [*texts, run]
    if aliases:
        whole += [f"@{alias}" for alias in aliases]
    if tags:
        whole += [f"{key}: {value}" for key, value in tags]
    return Searchable(
        "\n".join(whole).casefold(),
        frozenset([stage.casefold() for stage in stages]),
        tuple([alias.casefold() for alias in aliases]) if aliases else (),
        tuple([(key.casefold(), value.casefold()) for key, value in tags]) if tags else (),
        run.casefold(),
    )


@dataclass(frozen=True, slots=True)
class _Term:
    kind: str
    value: str
    is_negative: bool


class RegistrySearch:
    """A search as typed: every term must hold, one behind a minus must not. An unfinished term (`stage:`) holds."""

    def __init__(self, text: str) -> None:
        self._terms = []
        for minus, kind, quoted, plain in _TERM.findall(text):
            value = (quoted or plain).casefold()
            if value and not (not kind and value in ("stage:", "alias:", "tag:", "run:")):
                self._terms.append(_Term(kind.casefold(), value, bool(minus)))

    @property
    def is_empty(self) -> bool:
        return not self._terms

    def matches(self, one: Searchable) -> bool:
        """Whether `one` is among what is looked for."""
        return all(_holds(term, one) != term.is_negative for term in self._terms)


def term_of(kind: str, value: str) -> str:
    """A term as it is typed: `tag:"two words"`."""
    return f'{kind}:"{value}"' if " " in value or not value else f"{kind}:{value}"


def _holds(term: _Term, one: Searchable) -> bool:
    match term.kind:
        case "stage":
            return any(stage.startswith(term.value) for stage in one.stages)
        case "alias":
            wanted = term.value.removeprefix("@")
            return bool(one.aliases) if wanted == "*" else any(wanted in alias for alias in one.aliases)
        case "tag":
            key, equals, value = term.value.partition("=")
            if equals:
                return any(known == key and value in held for known, held in one.tags)
            return any(key in known for known, _ in one.tags)
        case "run":
            return term.value in one.run
    return term.value in one.text
