"""What MLflow writes when a model version is described, tagged, deleted, and gets or loses an alias."""

from __future__ import annotations

from bakehouse.domain.changes import EditDone, RowChanges, Undo
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.registry_edits import (
    DeleteAlias,
    DeleteVersion,
    DeleteVersionTag,
    DescribeVersion,
    SetAlias,
    SetVersionTag,
    VersionEdit,
)
from bakehouse.domain.text import visible
from bakehouse.store.model_edits import put_tag
from bakehouse.store.registry import DELETED_STAGE
from bakehouse.store.registry_rows import (
    ALIASES,
    MODELS,
    VERSION_TAGS,
    VERSIONS,
    find_model,
    find_version,
    model_key,
    now_ms,
    row_changes,
    version_key,
)
from bakehouse.store.writing import Transaction, Value, Writer

_SHOWN = 60
_VERSION = ("workspace", "name", "version")
_TAG = ("workspace", "name", "version", "key")
_ALIAS = ("workspace", "name", "alias")

# What MLflow leaves of a deleted version (mlflow/store/model_registry/sqlalchemy_store.py, `delete_model_version`).
_ERASED: dict[str, Value] = {
    "current_stage": DELETED_STAGE,
    "description": None,
    "user_id": None,
    "source": "REDACTED-SOURCE-PATH",
    "run_id": "REDACTED-RUN-ID",
    "run_link": "REDACTED-RUN-LINK",
    "status_message": None,
}


def edit_version(writer: Writer, edit: VersionEdit) -> EditDone:
    """Carry out one edit of a version or an alias in one transaction. Raises WriteRefused, StoreError kin."""
    match edit:
        case DescribeVersion():
            return _describe(writer, edit)
        case SetVersionTag(name, version, key, value, workspace):
            return _put_tag(writer, name, version, key, value, workspace)
        case DeleteVersionTag(name, version, key, workspace):
            return _put_tag(writer, name, version, key, None, workspace)
        case DeleteVersion():
            return _delete(writer, edit)
        case SetAlias():
            return _set_alias(writer, edit)
        case DeleteAlias():
            return _delete_alias(writer, edit)


def point_alias(transaction: Transaction, name: str, alias: str, version: int, workspace: str) -> RowChanges:
    """Point an alias at a version within a transaction; what changed. Raises WriteRefused without a table for them."""
    if not transaction.has(ALIASES):
        raise WriteRefused(
            "The MLflow that made this store knows no aliases (it is older than 2.3); nothing was written."
        )
    row = model_key(name, workspace) | {"alias": alias}
    present = transaction.rows(ALIASES, ("version",), row)
    before, after = {"version": present[0][0]} if present else None, {"version": version}
    transaction.upsert(ALIASES, row, after)
    return row_changes(transaction, ALIASES, _ALIAS, ("version",), [(row, before, after)])


def _describe(writer: Writer, edit: DescribeVersion) -> EditDone:
    """That version's time only."""
    name, version, key = edit.name, edit.version, version_key(edit.name, edit.version, edit.workspace)
    with writer.transaction() as transaction:
        _, before = find_version(transaction, name, version, edit.workspace, ("description",))
        values: dict[str, Value] = {"description": edit.text, "last_updated_time": now_ms()}
        transaction.update(VERSIONS, key, values)
        change = (key, {"description": before}, {"description": edit.text})
        rows = row_changes(transaction, VERSIONS, _VERSION, ("description",), [change])
    return _done(f"Description of {_shown(name, version)} saved", "describing the version", name, rows)


def _put_tag(writer: Writer, name: str, version: int, key: str, value: str | None, workspace: str) -> EditDone:
    """Set a tag, or remove it (None); no time changes."""
    where = version_key(name, version, workspace) | {"key": key}
    with writer.transaction() as transaction:
        find_version(transaction, name, version, workspace)
        changed = put_tag(transaction, VERSION_TAGS, _TAG, where, value)
    word = "set on" if value is not None else "removed from"
    said = f"Tag “{visible(key, _SHOWN)}” {word} {_shown(name, version)}"
    return _done(said, "tagging the version", name, *changed)


def _set_alias(writer: Writer, edit: SetAlias) -> EditDone:
    """No time changes."""
    with writer.transaction() as transaction:
        find_version(transaction, edit.name, edit.version, edit.workspace)
        rows = point_alias(transaction, edit.name, edit.alias, edit.version, edit.workspace)
    said = f"Alias @{visible(edit.alias, _SHOWN)} points at {_shown(edit.name, edit.version)}"
    changed = () if rows.rows[0][1] == rows.rows[0][2] else (rows,)
    return _done(said, f"setting @{visible(edit.alias, _SHOWN)}", edit.name, *changed)


def _delete_alias(writer: Writer, edit: DeleteAlias) -> EditDone:
    """No time changes."""
    row = model_key(edit.name, edit.workspace) | {"alias": edit.alias}
    shown = visible(edit.alias, _SHOWN)
    with writer.transaction() as transaction:
        find_model(transaction, edit.name, edit.workspace)
        present = transaction.rows(ALIASES, ("version",), row) if transaction.has(ALIASES) else []
        if not present:
            raise WriteRefused(f"{visible(edit.name, _SHOWN)} has no alias @{shown} any more; nothing was written.")
        transaction.delete(ALIASES, row)
        rows = row_changes(transaction, ALIASES, _ALIAS, ("version",), [(row, {"version": present[0][0]}, None)])
    said = f"Alias @{shown} removed from {_shown(edit.name, int(present[0][0]))}"
    return _done(said, f"removing @{shown}", edit.name, rows)


def _delete(writer: Writer, edit: DeleteVersion) -> EditDone:
    """The row stays, so that its number is not given again; it forgets where it came from, and its aliases go."""
    name, workspace, now = edit.name, edit.workspace, now_ms()
    key = version_key(name, edit.version, workspace)
    with writer.transaction() as transaction:
        stage, *values = find_version(transaction, name, edit.version, workspace, tuple(_ERASED))
        if edit.shown_stage is not None and stage != edit.shown_stage:
            raise WriteRefused(f"{_shown(name, edit.version)} is in {visible(stage, 20)} by now; nothing was written.")
        before = dict(zip(_ERASED, values, strict=True))
        changes = [row_changes(transaction, VERSIONS, _VERSION, tuple(_ERASED), [(key, before, _ERASED)])]
        transaction.update(MODELS, model_key(name, workspace), {"last_updated_time": now})
        if transaction.has(ALIASES):
            held = [(key | {"alias": alias}) for (alias,) in transaction.rows(ALIASES, ("alias",), key)]
            if held:
                changes.append(
                    row_changes(transaction, ALIASES, _ALIAS, ("version",), [(row, row, None) for row in held])
                )
                transaction.delete(ALIASES, key)
        transaction.update(VERSIONS, key, _ERASED | {"last_updated_time": now})
    return _done(f"{_shown(name, edit.version)} deleted", f"deleting {_shown(name, edit.version)}", name, *changes)


def _shown(name: str, version: int) -> str:
    return f"{visible(name, _SHOWN)} version {version}"


def _done(said: str, act: str, name: str, *changes: RowChanges) -> EditDone:
    names = frozenset({name})
    undo = Undo(act, changes, in_pages=False, model_names=names) if changes else None
    return EditDone(said, model_names=names, undo=undo)
