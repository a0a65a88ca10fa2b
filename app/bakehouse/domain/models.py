"""The model registry as values: registered models, versions, stages, aliases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """MLflow's four stages in their canonical casing, in the order of the board."""

    NONE = "None"
    STAGING = "Staging"
    PRODUCTION = "Production"
    ARCHIVED = "Archived"


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One model version; `stage` is the stored text (a foreign client may have written any)."""

    name: str
    version: int
    stage: str
    status: str
    source: str
    storage_location: str | None
    run_id: str | None
    description: str
    creation_time_ms: int | None
    last_updated_time_ms: int | None
    aliases: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    workspace: str


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """One registered model with its versions, newest first; prompts and deleted versions are never among them."""

    name: str
    description: str
    creation_time_ms: int | None
    last_updated_time_ms: int | None
    tags: tuple[tuple[str, str], ...]
    versions: tuple[ModelVersion, ...]
    workspace: str
