"""Captures what a reviewer will judge: the candidate and the version it would replace, as they are now."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bakehouse.artifacts.digests import folder_digest
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.preview_kinds import ModelCard
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.evidence import DatasetSeen, DigestSeen, Evidence, MetricSeen, VersionSeen
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.registry.transitions import ACTIVE_STAGES
from bakehouse.store.comparison import read_compared
from bakehouse.store.latest_points import latest_points
from bakehouse.store.reading import Reader

MOST_VALUES = 2_000
"""How many params and how many metrics of one version a record takes; a trail is no second store."""

_MACHINE = "system/"
_MODEL_FILE = "MLmodel"
_PINNED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?)\s*==\s*([^\s;#]+)\s*")


def incumbent_of(model: RegisteredModel, version: ModelVersion, stage: Stage) -> ModelVersion | None:
    """The newest other version in `stage`, which a move there replaces; None for stages that replace nothing."""
    if stage not in ACTIVE_STAGES:
        return None
    others = [one for one in model.versions if one.stage == stage.value and one.version != version.version]
    return max(others, key=lambda one: one.version, default=None)


def capture(
    reader: Reader, locator: Locator, model: RegisteredModel, version: ModelVersion, stage: Stage, token: Token
) -> Evidence:
    """Read and hash all of it; for a worker thread, as long as hashing the two folders takes. Raises StoreError kin.

    Whatever cannot be read of the artifacts is said in the record instead of raised. Raises Cancelled.
    """
    captured_ms = time.time_ns() // 1_000_000
    incumbent = incumbent_of(model, version, stage)
    see = partial(see_version, reader, locator, token)
    return Evidence(captured_ms, see(version), None if incumbent is None else see(incumbent))


def digest_of(locator: Locator, version: ModelVersion, token: Token) -> DigestSeen:
    """The digest of a version's folder by the rule, or why there is none. Raises Cancelled."""
    location = locator.locate(version.storage_location or version.source)
    if location.remote or location.host:
        return DigestSeen(reason="not digested: the files are on another machine")
    if location.path is None:
        return DigestSeen(reason=f"not digested: {location.reason}")
    try:
        found = folder_digest(location.path, token, guard=Guard(locator.store_path))
    except ArtifactError as error:
        return DigestSeen(reason=f"not digested: {error}")
    return DigestSeen(found.sha256, found.rule, found.size, len(found.files))


def environment_of(folder: Path, guard: Guard, token: Token) -> tuple[tuple[str, str], ...]:
    """(name, version) of Python, MLflow and every requirement that a model's folder states, by name; pins as versions.

    Empty where there is no MLmodel file that can be read. Raises Cancelled.
    """
    try:
        facts = (folder / _MODEL_FILE).stat()
        entry = Entry(_MODEL_FILE, _MODEL_FILE, folder, False, facts.st_size, None, is_link=False)
        card = read_preview(entry, token, guard=guard)
    except (ArtifactError, OSError):
        return ()
    if not isinstance(card, ModelCard):
        return ()
    stated, wanted = dict(card.facts), dict(_requirements(card))
    if "MLflow" in stated:
        # Under the name that requirements give it, of which it is usually one.
        wanted.setdefault("mlflow", stated["MLflow"])
    python = [("Python", stated["Python"])] if "Python" in stated else []
    return (*python, *sorted(wanted.items(), key=lambda pair: pair[0].casefold()))


def _requirements(card: ModelCard) -> Iterator[tuple[str, str]]:
    for line in card.requirements:
        pinned = _PINNED.fullmatch(line)
        yield (pinned[1], pinned[2]) if pinned else (line, "as stated")


def see_version(reader: Reader, locator: Locator, token: Token, version: ModelVersion) -> VersionSeen:
    """One version with what its run recorded, as both are now. Raises StoreError kin, Cancelled."""
    runs = read_compared(reader, [version.run_id], token) if version.run_id else []
    run = runs[0] if runs else None
    points = latest_points(reader, run.run_id, token) if run is not None else {}
    metrics = [MetricSeen(key, *points[key]) for key in sorted(points) if not key.startswith(_MACHINE)]
    params = sorted(run.params.items()) if run is not None else []
    datasets = run.datasets if run is not None else ()
    location = locator.locate(version.storage_location or version.source)
    folder = None if location.remote else location.path
    return VersionSeen(
        version=version.version,
        stage=version.stage,
        source=version.source,
        run_id=version.run_id or "",
        run_name=run.name if run is not None else "",
        params=tuple(params[:MOST_VALUES]),
        metrics=tuple(metrics[:MOST_VALUES]),
        datasets=tuple(sorted((DatasetSeen(one.name, one.digest, one.context or "") for one in datasets), key=repr)),
        environment=environment_of(folder, Guard(locator.store_path), token) if folder is not None else (),
        digest=digest_of(locator, version, token),
        left_out=len(points) - len(metrics[:MOST_VALUES]) + len(params) - len(params[:MOST_VALUES]),
    )
