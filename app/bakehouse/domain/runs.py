"""Experiments, runs and what hangs on them, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment with the number of its runs (each counted by its own lifecycle_stage)."""

    experiment_id: int
    name: str
    artifact_location: str
    lifecycle_stage: str
    creation_time_ms: int | None
    last_update_time_ms: int | None
    workspace: str
    active_runs: int
    deleted_runs: int


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One metric of one run: the latest row by (step, timestamp, value) and the range of its finite points."""

    key: str
    value: float
    step: int
    timestamp_ms: int
    minimum: float | None
    maximum: float | None
    points: int


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """A dataset that went into a run; `context` is the input tag `mlflow.data.context`."""

    name: str
    digest: str
    source_type: str
    context: str | None
    source: str = ""
    schema: str = ""
    profile: str = ""
    """Source, schema and profile are JSON as MLflow wrote it; empty where it wrote none."""


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A model logged by an MLflow 3 client. `status` is 1 pending, 2 ready, 3 failed."""

    model_id: str
    experiment_id: int
    name: str
    artifact_location: str
    status: int
    model_type: str | None
    source_run_id: str | None
    creation_time_ms: int


@dataclass(frozen=True, slots=True)
class RunReference:
    """Another run as far as a link to it needs; an empty `status` with `is_known` False: not in the store."""

    run_id: str
    name: str
    status: str
    is_deleted: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a run stands among its relatives by the tag `mlflow.parentRunId`."""

    parent: RunReference | None
    children: tuple[RunReference, ...]
    """The first few, in the order of their ids; deleted ones among them."""
    child_ids: tuple[str, ...]
    """All of them."""
    statuses: tuple[tuple[str, int], ...]
    """(status, number) of the children that are not deleted, the most frequent first."""
    deleted: int
    """How many of the children are deleted."""


@dataclass(frozen=True, slots=True)
class RunDetails:
    """All that the inspector shows of one run, read in a few short statements."""

    run_id: str
    experiment_id: int
    experiment_name: str
    name: str
    status: str
    lifecycle_stage: str
    start_time_ms: int | None
    end_time_ms: int | None
    user: str
    artifact_uri: str
    params: tuple[tuple[str, str], ...]
    metrics: tuple[MetricSummary, ...]
    tags: tuple[tuple[str, str], ...]
    datasets: tuple[DatasetInput, ...]
    logged_models: tuple[LoggedModel, ...]
    registered_versions: tuple[tuple[str, int, str], ...]
    """(model name, version, stage) of every version registered from this run."""
    version_sources: tuple[str, ...] = ()
    """The source of each of `registered_versions`: `models:/m-...` or an address; empty where it was not read."""
    tag_characters: int = 8000
    """How long the value of a tag may be in this store."""

    def tag(self, key: str) -> str | None:
        return next((value for name, value in self.tags if name == key), None)

    @property
    def note(self) -> str:
        return self.tag("mlflow.note.content") or ""

    @property
    def parent_run_id(self) -> str | None:
        return self.tag("mlflow.parentRunId")
