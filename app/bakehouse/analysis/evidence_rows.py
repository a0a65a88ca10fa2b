"""Evidence as rows side by side: what the incumbent had, what the candidate has, and how far apart they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from bakehouse.analysis.comparison import change_texts, verdict
from bakehouse.analysis.directions import guessed_direction
from bakehouse.analysis.figures import number_style
from bakehouse.domain.comparison import Direction
from bakehouse.domain.evidence import DigestSeen, Evidence, VersionSeen


class Kind(IntEnum):
    """The groups of rows, in their order on screen."""

    METRIC = 0
    PARAM = 1
    DATASET = 2
    MODEL = 3
    ENVIRONMENT = 4

    @property
    def title(self) -> str:
        return ("Metrics", "Params", "Datasets", "Model", "Environment")[self]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row; a text is "" where that side has no such value. `exact` are the values in full, with metrics' steps.

    `change` says how they differ ("" where that says nothing); `verdict` is 1 for better, -1 for worse, 0 for neither.
    """

    kind: Kind
    name: str
    incumbent: str
    candidate: str
    exact: tuple[str, str]
    differs: bool
    change: str = ""
    verdict: int = 0
    direction: Direction | None = None


def evidence_rows(evidence: Evidence, directions: Mapping[str, Direction]) -> list[EvidenceRow]:
    """All rows by kind and name; `directions` are the person's own, where they are silent a metric's name is asked."""
    old, new = evidence.incumbent, evidence.candidate
    return [
        *_metrics(old, new, directions),
        *_texts(Kind.PARAM, dict(old.params) if old else {}, dict(new.params), has_old=old is not None),
        *_datasets(old, new),
        _digest(old, new),
        *_texts(Kind.ENVIRONMENT, dict(old.environment) if old else {}, dict(new.environment), has_old=old is not None),
    ]


def short_digest(text: str) -> str:
    """`d3c2…9e` of a long digest; a short one as it is."""
    return text if len(text) <= 12 else f"{text[:4]}…{text[-2:]}"


def _metrics(old: VersionSeen | None, new: VersionSeen, directions: Mapping[str, Direction]) -> list[EvidenceRow]:
    before = {one.key: one for one in old.metrics} if old else {}
    after = {one.key: one for one in new.metrics}
    rows = []
    for key in _names(before, after):
        pair = before.get(key), after.get(key)
        values = [one.value for one in pair if one is not None]
        style = number_style(np.array(values))
        direction = directions.get(key) or guessed_direction(key)
        change, judged, differs = "", 0, old is not None
        if pair[0] is not None and pair[1] is not None:
            base, value = pair[0].value, pair[1].value
            differs = base != value and not (math.isnan(base) and math.isnan(value))
            absolute, share = change_texts(value, base, style)
            change = (share or absolute) if differs else ""
            judged = verdict(value, base, direction)
        shown = ["" if one is None else style.text(one.value) for one in pair]
        exact = ["" if one is None else f"{one.value!r} at step {one.step}" for one in pair]
        rows.append(
            EvidenceRow(Kind.METRIC, key, shown[0], shown[1], (exact[0], exact[1]), differs, change, judged, direction)
        )
    return rows


def _texts(kind: Kind, before: Mapping[str, str], after: Mapping[str, str], *, has_old: bool) -> list[EvidenceRow]:
    rows = []
    for name in _names(before, after):
        old, new = before.get(name, ""), after.get(name, "")
        differs = has_old and (old != new or (name in before) != (name in after))
        rows.append(EvidenceRow(kind, name, old, new, (old, new), differs))
    return rows


def _datasets(old: VersionSeen | None, new: VersionSeen) -> list[EvidenceRow]:
    before, after = (_by_dataset(one) if one is not None else {} for one in (old, new))
    rows = []
    for name in _names(before, after):
        first, second = before.get(name, ""), after.get(name, "")
        differs = old is not None and first != second
        change = "" if not differs else "new data" if second else "not used any more"
        rows.append(
            EvidenceRow(Kind.DATASET, name, _shortened(first), _shortened(second), (first, second), differs, change)
        )
    return rows


def _digest(old: VersionSeen | None, new: VersionSeen) -> EvidenceRow:
    before, after = (one.digest if one is not None else DigestSeen() for one in (old, new))
    texts = [short_digest(one.sha256) if one.sha256 else one.reason for one in (before, after)]
    same = old is not None and before.sha256 == after.sha256 != ""
    exact = [f"sha256:{one.sha256}" if one.sha256 else one.reason for one in (before, after)]
    change = "the same files" if same else ""
    return EvidenceRow(
        Kind.MODEL, "model digest", texts[0], texts[1], (exact[0], exact[1]), old is not None and not same, change
    )


def _by_dataset(seen: VersionSeen) -> dict[str, str]:
    """Name (and context) → digests."""
    found: dict[str, list[str]] = {}
    for one in seen.datasets:
        found.setdefault(f"{one.name} ({one.context})" if one.context else one.name, []).append(one.digest)
    return {name: ", ".join(sorted(digests)) for name, digests in found.items()}


def _shortened(digests: str) -> str:
    return ", ".join(map(short_digest, digests.split(", "))) if digests else ""


def _names(before: Mapping[str, object], after: Mapping[str, object]) -> Sequence[str]:
    return sorted({*before, *after}, key=lambda name: (name.casefold(), name))
