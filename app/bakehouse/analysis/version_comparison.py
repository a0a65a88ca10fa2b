"""Versions of a registered model side by side: what the registry says, their runs, and what lies in their folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bakehouse.analysis.comparison import ComparedRow, Comparison, Section, dataset_words, metric_rows, text_rows
from bakehouse.analysis.figures import moment_text
from bakehouse.domain.comparison import ComparedRun
from bakehouse.domain.models import ModelVersion

_OWN_TAGS = ("mlflow.", "bakehouse.")
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.\-]*(?:\[[^\]]*\])?)\s*(.*)$")
_DIGEST_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One file of a version's folder; `size` as words, `sha256` empty until it was computed."""

    size: str
    sha256: str = ""

    @property
    def text(self) -> str:
        return f"{self.size} · {self.sha256[:_DIGEST_CHARACTERS]}" if self.sha256 else self.size


@dataclass(frozen=True, slots=True)
class ComparedVersion:
    """One version as read for a comparison; without its run or its folder these parts are empty."""

    version: ModelVersion
    run: ComparedRun | None
    flavors: tuple[tuple[str, str], ...] = ()
    """(name, what the flavor says)."""
    signature: tuple[tuple[str, str, str, str], ...] = ()
    """(inputs, outputs or params; name; type; more)."""
    requirements: tuple[str, ...] = ()
    files: Mapping[str, VersionFile] | None = None
    """By path; None where the folder cannot be looked into."""


def compare_versions(found: Sequence[ComparedVersion], check: Callable[[], None] = lambda: None) -> Comparison:
    """Lay the versions side by side; for a worker thread."""
    runs = [one.run for one in found]
    files = [{path: file.text for path, file in (one.files or {}).items()} for one in found]
    rows = [
        *_attributes(found),
        *text_rows(Section.PARAMS, [run.params if run is not None else {} for run in runs], check),
        *metric_rows([run.metrics if run is not None else {} for run in runs], check),
        *text_rows(Section.TAGS, [_tags(one.version) for one in found], check),
        *text_rows(Section.DATASETS, [dataset_words(run.datasets) if run is not None else {} for run in runs], check),
        *text_rows(Section.SIGNATURE, [_signature(one) for one in found], check),
        *text_rows(Section.REQUIREMENTS, [_requirements(one) for one in found], check),
        *text_rows(Section.FLAVORS, [{name: about or "yes" for name, about in one.flavors} for one in found], check),
        *text_rows(Section.FILES, files, check),
    ]
    return Comparison(
        tuple(version_id(one.version) for one in found),
        tuple(f"Version {one.version.version}" for one in found),
        tuple(one.version.storage_location or one.version.source for one in found),
        tuple(rows),
    )


def version_id(version: ModelVersion) -> str:
    """What tells a version from others in a comparison."""
    return f"{version.workspace}/{version.name}/{version.version}"


def _attributes(found: Sequence[ComparedVersion]) -> list[ComparedRow]:
    lines: dict[str, list[str | None]] = {
        "Stage": [one.version.stage for one in found],
        "Aliases": [", ".join(f"@{alias}" for alias in one.version.aliases) or None for one in found],
        "Status": [one.version.status.replace("_", " ").lower() or None for one in found],
        "Registered": [_moment(one.version.creation_time_ms) for one in found],
        "Changed": [_moment(one.version.last_updated_time_ms) for one in found],
        "Source run": [_run_words(one) for one in found],
        "Experiment": [one.run.experiment or None if one.run is not None else None for one in found],
        "Source": [one.version.source or None for one in found],
        "Description": [one.version.description.strip() or None for one in found],
    }
    rows = []
    for name, texts in lines.items():
        present = np.array([text is not None for text in texts])
        if present.any():
            rows.append(ComparedRow(Section.ATTRIBUTES, name, tuple(texts), None, present, len(set(texts)) > 1))
    return rows


def _moment(time_ms: int | None) -> str | None:
    return None if time_ms is None else moment_text(time_ms)


def _run_words(one: ComparedVersion) -> str | None:
    if one.run is not None:
        gone = " (deleted)" if one.run.lifecycle_stage == "deleted" else ""
        return f"{one.run.name or one.run.run_id}{gone}"
    return f"{one.version.run_id} (not in this store)" if one.version.run_id else None


def _tags(version: ModelVersion) -> dict[str, str]:
    return {key: value for key, value in version.tags if not key.startswith(_OWN_TAGS)}


def _signature(one: ComparedVersion) -> dict[str, str]:
    """`inputs: price` → `double`; several without a name are numbered."""
    lines: dict[str, str] = {}
    for kind, name, type_, more in one.signature:
        key, number = f"{kind}: {name}" if name else kind, 2
        while key in lines:
            key, number = f"{kind}: {name or 'value'} {number}", number + 1
        lines[key] = f"{type_}, {more}" if more else type_
    return lines


def _requirements(one: ComparedVersion) -> dict[str, str]:
    """`pandas==2.1` → pandas: `==2.1`; a line that names no package is its own name."""
    lines = {}
    for line in one.requirements:
        found = _REQUIREMENT.match(line)
        if found is not None:
            lines[found[1]] = found[2].strip() or "any"
        elif line.strip():
            lines[line.strip()] = "yes"
    return lines
