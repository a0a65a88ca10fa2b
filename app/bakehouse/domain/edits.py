"""Edits of runs and experiments as values: what a page asks for, what `store.run_edits` and its kin carry out.

Any page asks by `edit_requested.emit(action_id, edit)`. A value of this module is complete: the window asks once for
editing mode, then it is written as it is, and `Changes` come back through `changed`. In-place editors emit these
directly, with the id of the command they stand for: "runs.rename", "runs.tags", "runs.note", "runs.delete",
"runs.restore", "experiments.create", "experiments.rename", "experiments.describe", "experiments.tags",
"experiments.delete", "experiments.restore". With another argument the command's dialog asks first.

Texts are taken literally; who checks them against the store's limits is the writer, inside the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

NOTE_TAG = "mlflow.note.content"
"""The tag that holds the Markdown note of a run, and the description of an experiment."""

RUN_NAME_TAG = "mlflow.runName"
"""The tag that repeats `runs.name`."""


@dataclass(frozen=True, slots=True)
class RenameRun:
    """Give one active run another name."""

    run_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SetTag:
    """Set one tag on active runs, whether or not they carry it."""

    run_ids: tuple[str, ...]
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class DeleteTag:
    """Remove one tag from active runs; runs without it stay as they are."""

    run_ids: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class SetNote:
    """Set the Markdown note of active runs; an empty text is an empty note, as in MLflow's own page."""

    run_ids: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class AddArtifacts:
    """Copy files into an active run's artifact folder ("runs.add_artifacts"); asked about first, the store stays.

    `address` is the run's artifact address, `below` a folder in it with `/` (empty: the top), `paths` what to copy.
    """

    run_id: str
    run_name: str
    address: str
    below: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeleteRuns:
    """Mark runs as deleted; their children stay. Runs that are deleted already stay as they are."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoreRuns:
    """Bring deleted runs back; runs that are active stay as they are."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateExperiment:
    """Add an experiment; an empty `artifact_location` asks for the place that MLflow would choose."""

    name: str
    artifact_location: str = ""
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RenameExperiment:
    """Give an active experiment another name."""

    experiment_id: int
    name: str


@dataclass(frozen=True, slots=True)
class DescribeExperiment:
    """Set the Markdown description of an active experiment."""

    experiment_id: int
    text: str


@dataclass(frozen=True, slots=True)
class SetExperimentTag:
    """Set one tag of an active experiment."""

    experiment_id: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class DeleteExperimentTag:
    """Remove one tag of an active experiment."""

    experiment_id: int
    key: str


@dataclass(frozen=True, slots=True)
class DeleteExperiment:
    """Mark an experiment and all its runs as deleted."""

    experiment_id: int


@dataclass(frozen=True, slots=True)
class RestoreExperiment:
    """Bring a deleted experiment back with all its runs, also those that were deleted before it."""

    experiment_id: int


RunEdit: TypeAlias = RenameRun | SetTag | DeleteTag | SetNote | DeleteRuns | RestoreRuns
ExperimentEdit: TypeAlias = (
    CreateExperiment
    | RenameExperiment
    | DescribeExperiment
    | SetExperimentTag
    | DeleteExperimentTag
    | DeleteExperiment
    | RestoreExperiment
)
Edit: TypeAlias = RunEdit | ExperimentEdit
