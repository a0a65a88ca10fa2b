"""What MLflow writes when a version is registered and moved from stage to stage."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.models import Stage
from bakehouse.domain.registry_edits import DEFAULT_WORKSPACE
from bakehouse.domain.text import visible
from bakehouse.store.model_edits import add_model
from bakehouse.store.registry import DELETED_STAGE
from bakehouse.store.registry_rows import find_model, find_version, model_key, now_ms, version_key
from bakehouse.store.version_edits import point_alias
from bakehouse.store.writing import Transaction, Value, Writer

if TYPE_CHECKING:
    from bakehouse.store.reading import Reader

TRANSITION_COMMENT_TAG = "bakehouse.transition_comment"
"""The version tag that keeps the comment of the version's last transition."""

_LOGGED_MODEL_VERSIONS_TAG = "mlflow.modelVersions"
_ACTIVE_STAGES = (Stage.STAGING, Stage.PRODUCTION)


@dataclass(frozen=True, slots=True)
class VersionRegistered(Changes):
    """The changes of a registration with the version number it got."""

    name: str = ""
    version: int = 0
    workspace: str = DEFAULT_WORKSPACE


def create_model_version(
    writer: Writer,
    name: str,
    source: str,
    *,
    run_id: str | None = None,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    aliases: Sequence[str] = (),
    new_model: bool = False,
    known_run: bool = False,
    workspace: str = DEFAULT_WORKSPACE,
) -> VersionRegistered:
    """Add the next version of a registered model (with `new_model`, the model too, in the same transaction).

    `source` is an artifact address, `models:/m-<id>` (a logged model, which is told of its version) or
    `models:/<name>/<version>`. The version number counts deleted versions, as MLflow's does; `aliases` leave the
    versions they pointed at. Raises WriteRefused when the model is missing (or taken, with `new_model`), the source
    does not exist, or, with `known_run`, the run.
    """
    with writer.transaction() as transaction:
        now = now_ms()
        if new_model:
            add_model(transaction, name, "", {}, workspace, now)
        else:
            find_model(transaction, name, workspace)
        location, source_run = _resolve(transaction, source, workspace)
        run_id = run_id or source_run
        if known_run and run_id and not transaction.rows("runs", ("run_uuid",), {"run_uuid": run_id}):
            raise WriteRefused("The run of this model is not in the store any more; nothing was written.")
        transaction.update("registered_models", model_key(name, workspace), {"last_updated_time": now})
        version = (transaction.greatest("model_versions", "version", model_key(name, workspace)) or 0) + 1
        key = version_key(name, version, workspace)
        transaction.insert(
            "model_versions",
            key
            | {
                "creation_time": now,
                "last_updated_time": now,
                "description": description or None,
                "user_id": None,
                "current_stage": Stage.NONE.value,
                "source": source,
                "storage_location": location,
                "run_id": run_id,
                "run_link": None,
                "status": "READY",
                "status_message": None,
            },
        )
        for tag, value in (tags or {}).items():
            transaction.insert("model_version_tags", key | {"key": tag, "value": value})
        for alias in aliases:
            point_alias(transaction, name, alias, version, workspace)
        model_id = logged_model_id(source)
        if model_id is not None:
            _tell_logged_model(transaction, model_id, name, version)
    sentence = f"{visible(name, 80)} version {version} registered"
    runs = frozenset({run_id}) if run_id else frozenset[str]()
    return VersionRegistered(sentence, runs, frozenset(), frozenset({name}), name, version, workspace)


def transition_stage(
    writer: Writer,
    name: str,
    version: int,
    stage: Stage,
    *,
    archive_existing: bool = False,
    comment: str = "",
    expected_stage: str | None = None,
    expected_archived: frozenset[int] | None = None,
    workspace: str = DEFAULT_WORKSPACE,
) -> Changes:
    """Move a version to `stage`; with `archive_existing` every other version in that stage goes to Archived.

    The comment becomes the version's tag; without one the tag of an earlier transition goes, since it would speak
    of another move. `expected_*` is what the person was told; WriteRefused when the store says otherwise by now,
    when the version is gone, or when archiving is asked for a stage other than Staging and Production.
    """
    with writer.transaction() as transaction:
        archived = move_version(
            transaction,
            name,
            version,
            stage,
            archive_existing=archive_existing,
            comment=comment,
            expected_stage=expected_stage,
            expected_archived=expected_archived,
            workspace=workspace,
        )
    sentence = f"{visible(name, 80)} version {version} moved to {stage}"
    if archived:
        sentence += f", {len(archived)} archived"
    return Changes(sentence, model_names=frozenset({name}))


def exchange_stages(
    writer: Writer,
    name: str,
    first: tuple[int, Stage],
    second: tuple[int, Stage],
    *,
    comment: str = "",
    workspace: str = DEFAULT_WORKSPACE,
) -> Changes:
    """Let two versions, each given with the stage it is in, take each other's place in one transaction.

    What is written is what two transitions of MLflow write; the comment becomes both versions' tag. Raises
    WriteRefused when one of them is gone or in another stage by now.
    """
    with writer.transaction() as transaction:
        for (version, stage), (_, target) in ((first, second), (second, first)):
            move_version(
                transaction,
                name,
                version,
                target,
                archive_existing=False,
                comment=comment,
                expected_stage=stage.value,
                expected_archived=None,
                workspace=workspace,
            )
    sentence = f"{visible(name, 80)} version {first[0]} moved to {second[1]}, version {second[0]} to {first[1]}"
    return Changes(sentence, model_names=frozenset({name}))


def move_version(
    transaction: Transaction,
    name: str,
    version: int,
    stage: Stage,
    *,
    archive_existing: bool,
    comment: str,
    expected_stage: str | None,
    expected_archived: frozenset[int] | None,
    workspace: str,
) -> frozenset[int]:
    """What `transition_stage` writes, within a transaction; the versions that were archived. Raises WriteRefused."""
    if archive_existing and stage not in _ACTIVE_STAGES:
        raise WriteRefused("Only a move to Staging or Production can archive the versions it replaces.")
    now = now_ms()
    found, *_ = find_version(transaction, name, version, workspace)
    if expected_stage is not None and found != expected_stage:
        raise WriteRefused(
            f"{visible(name, 80)} version {version} is in {visible(found, 20)} by now; nothing was written, "
            "so look at it again."
        )
    archived = _others_in(transaction, name, version, stage, workspace) if archive_existing else frozenset()
    if expected_archived is not None and archived != expected_archived:
        raise WriteRefused(
            f"Other versions are in {stage} by now than were shown; nothing was written, so look at them again."
        )
    to_archive: dict[str, Value] = {"current_stage": Stage.ARCHIVED.value, "last_updated_time": now}
    others: list[tuple[dict[str, Value], dict[str, Value]]] = [
        ({**version_key(name, other, workspace)}, to_archive) for other in sorted(archived)
    ]
    transaction.update_many("model_versions", others)
    key = version_key(name, version, workspace)
    transaction.update("model_versions", key, {"current_stage": stage.value, "last_updated_time": now})
    transaction.update("registered_models", model_key(name, workspace), {"last_updated_time": now})
    _keep_comment(transaction, key, comment)
    return archived


def stages_of_model(transaction: Transaction, name: str, workspace: str) -> dict[int, str]:
    """Version → stage as stored, of every version of a model that is not deleted; empty for a model that is gone."""
    rows = transaction.rows("model_versions", ("version", "current_stage"), model_key(name, workspace))
    return {int(version): str(stage or Stage.NONE) for version, stage in rows if stage != DELETED_STAGE}


def mark_version(transaction: Transaction, name: str, version: int, tags: Mapping[str, str], workspace: str) -> None:
    """Set tags of a version within a transaction; an empty value removes the tag."""
    for key, value in tags.items():
        row = version_key(name, version, workspace) | {"key": key}
        if value:
            transaction.upsert("model_version_tags", row, {"value": value})
        else:
            transaction.delete("model_version_tags", row)


def version_tag(transaction: Transaction, name: str, version: int, key: str, workspace: str) -> str:
    """The value of a version's tag, empty where it has none."""
    row = version_key(name, version, workspace) | {"key": key}
    found = transaction.rows("model_version_tags", ("value",), row)
    return str(found[0][0] or "") if found else ""


def greatest_versions(reader: Reader, token: Token) -> dict[tuple[str, str], int]:
    """(workspace, name) → greatest version number ever given, deleted ones included; 0 for a name without any.

    Names of prompts are among them: they share the table, so they are taken too.
    """
    if not reader.has("registered_models"):
        return {}
    workspace = "m.workspace" if reader.has("registered_models", "workspace") else f"'{DEFAULT_WORKSPACE}'"
    same = " AND v.workspace = m.workspace" if reader.has("model_versions", "workspace") else ""
    rows = reader.rows(
        f"SELECT {workspace}, m.name, coalesce(max(v.version), 0) FROM registered_models m "
        f"LEFT JOIN model_versions v ON v.name = m.name{same} GROUP BY 1, 2",
        token=token,
    )
    return {(str(place), str(name)): int(version) for place, name, version in rows}


def logged_model_id(source: str) -> str | None:
    """The id in `models:/<id>`; None for any other address (as mlflow/store/artifact/utils/models.py parses)."""
    parts = _models_path(source)
    return parts[0] if parts is not None and len(parts) == 1 and "@" not in parts[0] else None


def _models_path(source: str) -> list[str] | None:
    parsed = urllib.parse.urlparse(source, allow_fragments=False)
    if parsed.scheme != "models" or not parsed.path.startswith("/"):
        return None
    return parsed.path.lstrip("/").split("/")


def _resolve(transaction: Transaction, source: str, workspace: str) -> tuple[str, str | None]:
    """(storage location, source run) of an address."""
    if urllib.parse.urlparse(source).scheme != "models":
        return source, None
    shown = visible(source, 200)
    model_id = logged_model_id(source)
    if model_id is not None:
        if not transaction.has("logged_models"):
            raise WriteRefused(f"This store's MLflow knows no logged models, so {shown} cannot be registered.")
        columns = ("artifact_location", "source_run_id", "lifecycle_stage")
        found = transaction.rows("logged_models", columns, {"model_id": model_id})
        if not found or found[0][2] == "deleted":
            raise WriteRefused(f"The logged model {shown} is not in this store any more.")
        return found[0][0], found[0][1]
    parts = _models_path(source)
    if parts is None or len(parts) != 2 or not parts[1].isdecimal():
        raise WriteRefused(f"{shown} does not name one version of a model.")
    name, version = parts[0], int(parts[1])
    find_version(transaction, name, version, workspace)
    key = version_key(name, version, workspace)
    location, origin = transaction.rows("model_versions", ("storage_location", "source"), key)[0]
    return location or origin, None


def _others_in(transaction: Transaction, name: str, version: int, stage: Stage, workspace: str) -> frozenset[int]:
    where = model_key(name, workspace) | {"current_stage": stage.value}
    return frozenset(int(row[0]) for row in transaction.rows("model_versions", ("version",), where)) - {version}


def _keep_comment(transaction: Transaction, key: Mapping[str, str | int], comment: str) -> None:
    row = {**key, "key": TRANSITION_COMMENT_TAG}
    if comment.strip():
        transaction.upsert("model_version_tags", row, {"value": comment.strip()})
    elif transaction.rows("model_version_tags", ("key",), row):
        transaction.delete("model_version_tags", row)


def _tell_logged_model(transaction: Transaction, model_id: str, name: str, version: int) -> None:
    """Append to the logged model's list of versions; a list that cannot be read is left as it is."""
    key: dict[str, str | int | None] = {"model_id": model_id, "tag_key": _LOGGED_MODEL_VERSIONS_TAG}
    present = transaction.rows("logged_model_tags", ("tag_value",), key)
    try:
        versions = json.loads(present[0][0]) if present and present[0][0] else []
    except ValueError:
        return
    if not isinstance(versions, list):
        return
    value = json.dumps([*versions, {"name": name, "version": version}])
    if present:
        transaction.update("logged_model_tags", key, {"tag_value": value})
        return
    experiment = transaction.rows("logged_models", ("experiment_id",), {"model_id": model_id})[0][0]
    transaction.insert("logged_model_tags", {**key, "experiment_id": experiment, "tag_value": value})
