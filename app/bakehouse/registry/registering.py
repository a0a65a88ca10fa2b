"""Registering a run's model: which models a run has, what will be stored, and the act itself."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.limits import tag_key_problem
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import visible
from bakehouse.registry.names import alias_problem, model_name_problem, prompt_tag_problem
from bakehouse.store.registrations import VersionRegistered, create_model_version
from bakehouse.store.writing import Writer

DIGEST_TAG = "bakehouse.digest"
"""The version tag in which a digest made at registration is noted: `sha256:<hex> rule <number>`."""

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
    tags: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    digest: str = ""
    """Of the model's folder, as its tag says it; empty where none was made."""


@dataclass(frozen=True, slots=True)
class RegistrationPlan:
    """What a request would do; `problem` says why it cannot be done, `sentence` what will be."""

    sentence: str
    problem: str
    new_model: bool
    remarks: tuple[str, ...] = ()
    """What else the person should know before."""

    @property
    def allowed(self) -> bool:
        return not self.problem


def digest_words(sha256: str, rule: int) -> str:
    """The value of the version's tag for a digest in hexadecimal."""
    return f"sha256:{sha256} rule {rule}"


def folder_of_run(uri: str, path: str, run_id: str) -> ModelSource:
    """The folder `path` of a run's artifacts at `uri`, with the source that MLflow stores for `runs:/<id>/<path>`."""
    address = below(uri, path)
    return ModelSource(path or "artifacts", address, address, run_id)


def folder_of_model(model: LoggedModel, path: str) -> ModelSource:
    """The folder `path` of a logged model's artifacts; at the top it is the logged model itself."""
    if not path:
        return source_of_model(model)
    address = below(model.artifact_location, path)
    return ModelSource(path, address, address, model.source_run_id)


def models_of_run(details: RunDetails) -> list[ModelSource]:
    """The models of one run: logged models (MLflow 3), then those of its log-model history (before 3)."""
    sources = [source_of_model(model) for model in details.logged_models]
    paths = _history_paths(details.tag(HISTORY_TAG))
    return sources + [folder_of_run(details.artifact_uri, path, details.run_id) for path in paths]


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
    *,
    tags: Sequence[tuple[str, str]] = (),
    aliases: Sequence[str] = (),
) -> RegistrationPlan:
    """What registering under `name` does. `greatest_versions`: (workspace, name) → number, deleted ones included."""
    existing = next((m for m in models if m.name == name and m.workspace == workspace), None)
    shown = visible(name, 80)
    problem: str | None = ""
    if existing is None:
        problem = model_name_problem(name)
        if problem is None and (workspace, name) in greatest_versions:
            problem = f"“{shown}” is the name of a prompt in this store; choose another one."
    problem = problem or _tags_problem(tags) or next(filter(None, map(alias_problem, aliases)), "")
    if problem:
        return RegistrationPlan("", problem, existing is None)
    if existing is not None:
        number = greatest_versions.get((workspace, name), 0) + 1
        moves = tuple(_alias_moves(existing, aliases))
        return RegistrationPlan(f"Becomes version {number} of {shown}.", "", False, moves)
    alike = [m.name for m in models if m.workspace == workspace and m.name.casefold() == name.casefold()]
    remarks = tuple(f"There is {visible(other, 80)} already, written otherwise." for other in alike[:1])
    return RegistrationPlan(f"Creates the registered model {shown} with this as version 1.", "", True, remarks)


def tags_in(text: str) -> tuple[tuple[str, str], ...]:
    """Tags written one a line as `key: value` or `key=value`; a line without either is a key alone."""
    tags = []
    for line in filter(None, map(str.strip, text.splitlines())):
        cut = min((place for place in (line.find(": "), line.find("=")) if place >= 0), default=-1)
        ends = line.endswith(":") and cut < 0
        key, value = (line[:-1], "") if ends else (line, "") if cut < 0 else (line[:cut], line[cut + 1 :])
        tags.append((key.strip(), value.strip()))
    return tuple(tags)


def aliases_in(text: str) -> tuple[str, ...]:
    """Aliases written with blanks or commas between them, each once; a leading `@` is not part of one."""
    words = text.replace(",", " ").split()
    return tuple(dict.fromkeys(word.removeprefix("@") for word in words))


def register(writer: Writer, request: RegisterRequest) -> VersionRegistered:
    """Write the request in one transaction. Raises WriteRefused when names or the store do not allow it."""
    problem = model_name_problem(request.name) if request.new_model else None
    problem = problem or _tags_problem(request.tags) or next(filter(None, map(alias_problem, request.aliases)), None)
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")
    noted = {DIGEST_TAG: request.digest} if request.digest else {}
    return create_model_version(
        writer,
        request.name,
        request.source.source,
        run_id=request.source.run_id,
        description=request.description.strip() or None,
        tags=dict(request.tags) | noted,
        aliases=request.aliases,
        new_model=request.new_model,
        known_run=True,
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


def _tags_problem(tags: Sequence[tuple[str, str]]) -> str:
    keys = [key for key, _ in tags]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        return f"The tag “{visible(twice, 60)}” is there twice."
    return next(filter(None, (tag_key_problem(key) or prompt_tag_problem(key) for key in keys)), "")


def _alias_moves(model: RegisteredModel, aliases: Sequence[str]) -> Iterator[str]:
    for alias in aliases:
        held_by = next((one.version for one in model.versions if alias in one.aliases), None)
        if held_by is not None:
            yield f"The alias @{visible(alias, 40)} moves from version {held_by}."


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
