"""Registering a run's model: which models a run has, what will be stored, and the act itself."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import visible
from bakehouse.registry.names import model_name_problem
from bakehouse.store.registrations import VersionRegistered, create_model_version
from bakehouse.store.writing import Writer

HISTORY_TAG = "mlflow.log-model.history"
"""Where clients before 3.0 note the models of a run (JSON list)."""

_READY = 2
_FAILED = 3


@dataclass(frozen=True, slots=True)
class ModelSource:
    """One model of a run that can be registered."""

    title: str
    """The logged model's name or the folder's path under the run's artifacts."""
    source: str
    """The address that MLflow stores: `models:/m-<id>` or the folder's."""
    location: str
    """The address of the folder itself."""
    run_id: str | None
    note: str = ""
    """What speaks against it, empty when nothing does."""


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """What the person decided: register `source` as the next version of `name`."""

    name: str
    new_model: bool
    source: ModelSource
    description: str = ""
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class RegistrationPlan:
    """What a request would do; `problem` says why it cannot be done, `sentence` what will be."""

    sentence: str
    problem: str
    new_model: bool

    @property
    def allowed(self) -> bool:
        return not self.problem


def models_of_run(details: RunDetails) -> list[ModelSource]:
    """The models of one run: logged models (MLflow 3), then those of its log-model history (before 3)."""
    sources = [source_of_model(model) for model in details.logged_models]
    for path in _history_paths(details.tag(HISTORY_TAG)):
        address = below(details.artifact_uri, path)
        sources.append(ModelSource(path or "artifacts", address, address, details.run_id))
    return sources


def below(uri: str, path: str) -> str:
    """The address of `path` under the folder `uri`, as MLflow's `append_to_uri_path` joins them (query kept)."""
    if not path:
        return uri
    parts = urllib.parse.urlsplit(uri)
    if len(parts.scheme) > 1 and (parts.query or parts.fragment):
        joined = f"{parts.path.rstrip('/')}/{path.lstrip('/')}"
        return urllib.parse.urlunsplit(parts._replace(path=joined))
    return f"{uri.rstrip('/')}/{path.lstrip('/')}"


def plan_registration(
    name: str,
    models: list[RegisteredModel],
    greatest_versions: Mapping[tuple[str, str], int],
    workspace: str = DEFAULT_WORKSPACE,
) -> RegistrationPlan:
    """What registering under `name` does. `greatest_versions`: (workspace, name) → number, deleted ones included."""
    existing = next((m for m in models if m.name == name and m.workspace == workspace), None)
    if existing is not None:
        number = greatest_versions.get((workspace, name), 0) + 1
        return RegistrationPlan(f"Becomes version {number} of {visible(name, 80)}.", "", False)
    problem = model_name_problem(name)
    if problem is None and (workspace, name) in greatest_versions:
        problem = f"“{visible(name, 80)}” is the name of a prompt in this store; choose another one."
    if problem is not None:
        return RegistrationPlan("", problem, True)
    return RegistrationPlan(f"Creates the registered model {visible(name, 80)} with this as version 1.", "", True)


def register(writer: Writer, request: RegisterRequest) -> VersionRegistered:
    """Write the request; raises what `create_model_version` raises."""
    return create_model_version(
        writer,
        request.name,
        request.source.source,
        run_id=request.source.run_id,
        description=request.description.strip() or None,
        new_model=request.new_model,
        workspace=request.workspace,
    )


def source_of_model(model: LoggedModel) -> ModelSource:
    """A logged model as what can be registered."""
    note = ""
    if model.status == _FAILED:
        note = "logging it failed"
    elif model.status != _READY:
        note = "it is still being logged"
    return ModelSource(model.name, f"models:/{model.model_id}", model.artifact_location, model.source_run_id, note)


def _history_paths(tag: str | None) -> list[str]:
    """Artifact paths in the order they were logged, each once; nothing for a tag that cannot be read."""
    try:
        entries = json.loads(tag) if tag else []
    except ValueError:
        return []
    if not isinstance(entries, list):
        return []
    paths = [entry.get("artifact_path") for entry in entries if isinstance(entry, dict)]
    return list(dict.fromkeys(path for path in paths if isinstance(path, str)))
