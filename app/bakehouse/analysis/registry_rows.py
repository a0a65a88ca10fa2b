"""Registered models as lines of an overview: what stands in which stage, aliases, the description's first line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bakehouse.analysis.registry_search import Searchable, searchable
from bakehouse.domain.models import RegisteredModel, Stage
from bakehouse.domain.text import visible

_LINE_CHARACTERS = 300
_SHOWN_NUMBERS = 3
_CHECK_EACH = 500
_MARKS = re.compile(r"^[#>\s]+|^[-*+]\s+|\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One registered model with what the overview shows of it; version numbers descend."""

    model: RegisteredModel
    latest: int | None
    staging: tuple[int, ...]
    production: tuple[int, ...]
    aliases: tuple[tuple[str, int], ...]
    """(alias, version) by alias."""
    changed_ms: int | None
    first_line: str
    tags: str
    search: Searchable


def summarize(models: Iterable[RegisteredModel], check: Callable[[], None] = lambda: None) -> list[ModelRow]:
    """The rows of these models in their order; for a worker thread, which `check` may stop."""
    rows = []
    for place, model in enumerate(models):
        if place % _CHECK_EACH == 0:
            check()
        rows.append(_row(model))
    return rows


def numbers_text(numbers: tuple[int, ...]) -> str:
    """`12`, `12, 9`, `12, 9, 4 and 5 more`; empty for none."""
    shown = ", ".join(map(str, numbers[:_SHOWN_NUMBERS]))
    more = len(numbers) - _SHOWN_NUMBERS
    return f"{shown} and {more:,} more" if more > 0 else shown


def first_line(markdown: str) -> str:
    """The first line of a description as plain words."""
    line = markdown.strip().partition("\n")[0][: 2 * _LINE_CHARACTERS]
    return visible(_MARKS.sub("", line).strip(), _LINE_CHARACTERS)


def _row(model: RegisteredModel) -> ModelRow:
    in_stage: defaultdict[str, list[int]] = defaultdict(list)
    aliases: list[tuple[str, int]] = []
    for version in model.versions:
        in_stage[version.stage].append(version.version)
        aliases += [(alias, version.version) for alias in version.aliases]
    aliases.sort(key=lambda one: (one[0].casefold(), one[0]))
    return ModelRow(
        model=model,
        latest=model.versions[0].version if model.versions else None,
        staging=tuple(in_stage.get(Stage.STAGING.value, ())),
        production=tuple(in_stage.get(Stage.PRODUCTION.value, ())),
        aliases=tuple(aliases),
        changed_ms=model.last_updated_time_ms,
        first_line=first_line(model.description),
        tags=", ".join(f"{key}: {value}" if value else key for key, value in model.tags),
        search=searchable(
            (model.name, model.description, model.workspace),
            tuple(in_stage),
            [alias for alias, _ in aliases],
            model.tags,
        ),
    )
