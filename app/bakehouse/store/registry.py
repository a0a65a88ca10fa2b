"""The model registry as it is: models with versions, aliases and tags; and logged models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.runs import LoggedModel
from bakehouse.store.experiments import DEFAULT_WORKSPACE
from bakehouse.store.reading import Reader, Row
from bakehouse.store.values import as_int, as_optional_int, as_text

PROMPT_TAG = "mlflow.prompt.is_prompt"
DELETED_STAGE = "Deleted_Internal"

_Name = tuple[str, str]
"""Workspace and model name: from MLflow 3.17 on a name is unique only within its workspace."""


def list_models(reader: Reader, token: Token, only: str | None = None) -> list[RegisteredModel]:
    """All registered models by name, each with its versions newest first; without prompts and deleted versions.

    With `only` those of that name, at most one in each workspace. A model whose versions are all deleted is still one.
    Raises StoreError kin.
    """
    if not reader.has("registered_models"):
        return []
    model_tags: defaultdict[_Name, list[tuple[str, str]]] = defaultdict(list)
    for workspace, name, key, value in _pages(reader, "registered_model_tags", ("name", "key", "value"), token, only):
        model_tags[workspace, name].append((as_text(key), as_text(value)))
    versions: defaultdict[_Name, list[ModelVersion]] = defaultdict(list)
    for version in _list_versions(reader, token, only):
        versions[version.workspace, version.name].append(version)
    models = []
    columns = ("name", "description", "creation_time", "last_updated_time")
    for workspace, name, description, created, updated in _pages(reader, "registered_models", columns, token, only):
        tags = tuple(sorted(model_tags[workspace, name]))
        if _is_prompt(tags):
            continue
        models.append(
            RegisteredModel(
                name=name,
                description=as_text(description),
                creation_time_ms=as_optional_int(created),
                last_updated_time_ms=as_optional_int(updated),
                tags=tags,
                versions=tuple(sorted(versions[workspace, name], key=lambda v: v.version, reverse=True)),
                workspace=workspace,
            )
        )
    return sorted(models, key=lambda model: (model.name.casefold(), model.name, model.workspace))


def stages_of_versions(reader: Reader, token: Token) -> dict[tuple[str, str, int], str]:
    """(workspace, model, version) → stage as stored, of every version that is not deleted, prompts among them."""
    if not reader.has("model_versions", "current_stage"):
        return {}
    columns = ("name", "version", "current_stage")
    return {
        (workspace, name, as_int(version)): as_text(stage) or "None"
        for workspace, name, version, stage in _pages(reader, "model_versions", columns, token)
        if stage != DELETED_STAGE
    }


def tags_of_versions(reader: Reader, key: str, token: Token) -> dict[tuple[str, str, int], str]:
    """(workspace, model, version) → value of the tag `key`, of every version that has it, deleted ones among them."""
    if not reader.has("model_version_tags"):
        return {}
    columns = ("name", "version", "key", "value")
    return {
        (workspace, name, as_int(version)): as_text(value)
        for workspace, name, version, tag, value in _pages(reader, "model_version_tags", columns, token)
        if tag == key
    }


def versions_of_run(reader: Reader, run_id: str, token: Token) -> list[tuple[str, int, str]]:
    """(model name, version, stage) of every version registered from the run, by name and version; no deleted ones."""
    return [(name, version, stage) for name, version, stage, _ in sourced_versions_of_run(reader, run_id, token)]


def sourced_versions_of_run(reader: Reader, run_id: str, token: Token) -> list[tuple[str, int, str, str]]:
    """As `versions_of_run`, with the source of each: `models:/m-...` or an address."""
    if not reader.has("model_versions", "run_id"):
        return []
    source = "source" if reader.has("model_versions", "source") else "NULL"
    rows: list[tuple[str, int, str, str]] = []
    for first, last in reader.rowid_ranges("model_versions", token=token):
        found = reader.rows(
            f"SELECT name, version, current_stage, {source} FROM model_versions"
            " WHERE rowid BETWEEN ? AND ? AND run_id = ? AND current_stage IS NOT ?",
            (first, last, run_id, DELETED_STAGE),
            token=token,
        )
        rows += [
            (as_text(name), as_int(version), as_text(stage) or "None", as_text(where))
            for name, version, stage, where in found
        ]
    return sorted(rows)


def logged_models_of_run(reader: Reader, run_id: str, token: Token) -> list[LoggedModel]:
    """The models that the run logged (MLflow 3), oldest first. Raises StoreError kin."""
    if not reader.has("logged_models", "source_run_id"):
        return []
    found = []
    for first, last in reader.rowid_ranges("logged_models", token=token):
        found += reader.rows(
            f"SELECT {_logged_columns(reader)} FROM logged_models WHERE rowid BETWEEN ? AND ? AND source_run_id = ?"
            f"{_not_deleted(reader)}",
            (first, last, run_id),
            token=token,
        )
    return sorted((_logged(row) for row in found), key=lambda model: (model.creation_time_ms, model.model_id))


def logged_models_of_runs(reader: Reader, run_ids: Sequence[str], token: Token) -> dict[str, list[LoggedModel]]:
    """Run id → models that the run logged, oldest first; runs without one are not there. Raises StoreError kin."""
    if not run_ids or not reader.has("logged_models", "source_run_id"):
        return {}
    wanted = ", ".join("?" * len(run_ids))
    found: dict[str, list[LoggedModel]] = {}
    for first, last in reader.rowid_ranges("logged_models", token=token):
        rows = reader.rows(
            f"SELECT {_logged_columns(reader)} FROM logged_models WHERE rowid BETWEEN ? AND ?"
            f" AND source_run_id IN ({wanted}){_not_deleted(reader)}",
            (first, last, *run_ids),
            token=token,
        )
        for model in map(_logged, rows):
            found.setdefault(model.source_run_id or "", []).append(model)
    for models in found.values():
        models.sort(key=lambda model: (model.creation_time_ms, model.model_id))
    return found


def source_of_logged_model(reader: Reader, model_id: str, token: Token) -> LoggedModel | None:
    """The logged model with this id (`m-...`), None when the store has none. Raises StoreError kin."""
    if not reader.has("logged_models"):
        return None
    sql = f"SELECT {_logged_columns(reader)} FROM logged_models WHERE model_id = ?{_not_deleted(reader)}"
    row = reader.first(sql, (model_id,), token=token)
    return None if row is None else _logged(row)


def prompt_names(reader: Reader, token: Token) -> set[_Name]:
    """(workspace, name) of the registered models that are prompts."""
    columns = ("name", "key", "value")
    rows = _pages(reader, "registered_model_tags", columns, token)
    return {(w, name) for w, name, key, value in rows if _is_prompt([(as_text(key), as_text(value))])}


def _list_versions(reader: Reader, token: Token, only: str | None) -> list[ModelVersion]:
    tags: defaultdict[tuple[str, str, int], list[tuple[str, str]]] = defaultdict(list)
    for workspace, name, version, key, value in _pages(
        reader, "model_version_tags", ("name", "version", "key", "value"), token, only
    ):
        tags[workspace, name, as_int(version)].append((as_text(key), as_text(value)))
    aliases: defaultdict[tuple[str, str, int], list[str]] = defaultdict(list)
    for workspace, name, version, alias in _pages(
        reader, "registered_model_aliases", ("name", "version", "alias"), token, only
    ):
        aliases[workspace, name, as_int(version)].append(as_text(alias))
    columns = (
        "name", "version", "current_stage", "status", "source", "storage_location", "run_id", "description",
        "creation_time", "last_updated_time",
    )  # fmt: skip
    versions = []
    for row in _pages(reader, "model_versions", columns, token, only):
        workspace, name, number, stage, status, source, storage, run_id, description, created, updated = row
        if stage == DELETED_STAGE:
            continue
        key = workspace, name, as_int(number)
        versions.append(
            ModelVersion(
                name=name,
                version=as_int(number),
                stage=as_text(stage) or "None",
                status=as_text(status) or "READY",
                source=as_text(source),
                storage_location=as_text(storage) or None,
                run_id=as_text(run_id) or None,
                description=as_text(description),
                creation_time_ms=as_optional_int(created),
                last_updated_time_ms=as_optional_int(updated),
                aliases=tuple(sorted(aliases.get(key, ()))),
                tags=tuple(sorted(tags.get(key, ()))),
                workspace=workspace,
            )
        )
    return versions


def _pages(
    reader: Reader, table: str, columns: Sequence[str], token: Token, only: str | None = None
) -> list[tuple[Any, ...]]:
    """All rows of a registry table as (workspace, name, ...), with `only` those of that name; a column the store lacks
    is None, a missing table empty.

    A name is not unique across workspaces.
    """
    if not reader.has(table, "name"):
        return []
    chosen = [name if reader.has(table, name) else f"NULL AS {name}" for name in ("workspace", *columns)]
    rows: list[Row] = []
    named, values = ("", ()) if only is None else (" AND name = ?", (only,))
    for first, last in reader.rowid_ranges(table, token=token):
        sql = f"SELECT {', '.join(chosen)} FROM {table} WHERE rowid BETWEEN ? AND ?{named}"
        rows += reader.rows(sql, (first, last, *values), token=token)
    return [(as_text(row[0]) or DEFAULT_WORKSPACE, as_text(row[1]), *row[2:]) for row in rows]


def _is_prompt(tags: Sequence[tuple[str, str]]) -> bool:
    return any(key == PROMPT_TAG and value.lower() == "true" for key, value in tags)


def _logged_columns(reader: Reader) -> str:
    columns = (
        "model_id", "experiment_id", "name", "artifact_location", "status", "model_type", "source_run_id",
        "creation_timestamp_ms",
    )  # fmt: skip
    return ", ".join(name if reader.has("logged_models", name) else f"NULL AS {name}" for name in columns)


def _not_deleted(reader: Reader) -> str:
    return " AND lifecycle_stage IS NOT 'deleted'" if reader.has("logged_models", "lifecycle_stage") else ""


def _logged(row: Row) -> LoggedModel:
    model_id, experiment_id, name, location, status, model_type, run_id, created = row
    return LoggedModel(
        model_id=as_text(model_id),
        experiment_id=as_int(experiment_id, -1),
        name=as_text(name),
        artifact_location=as_text(location),
        status=as_int(status),
        model_type=as_text(model_type) or None,
        source_run_id=as_text(run_id) or None,
        creation_time_ms=as_int(created),
    )
