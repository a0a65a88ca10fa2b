"""What MLflow writes when a registered model is created, renamed, described, tagged and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bakehouse.domain.changes import EditDone, RowChanges, Undo
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.models import Stage
from bakehouse.domain.registry_edits import (
    CreateModel,
    DeleteModel,
    DeleteModelTag,
    DescribeModel,
    ModelEdit,
    RenameModel,
    SetModelTag,
)
from bakehouse.domain.text import counted, visible
from bakehouse.store.registry import DELETED_STAGE
from bakehouse.store.registry_rows import (
    ALIASES,
    MODEL_TAGS,
    MODELS,
    VERSION_TAGS,
    VERSIONS,
    find_model,
    model_key,
    now_ms,
    refuse_taken,
    row_changes,
)
from bakehouse.store.writing import Transaction, Value, Writer

_SHOWN = 60
_AT_REST = (Stage.NONE.value, Stage.ARCHIVED.value, DELETED_STAGE)

# Children before their parents, as foreign keys want it.
_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (ALIASES, ("workspace", "name", "alias")),
    (VERSION_TAGS, ("workspace", "name", "key", "version")),
    (VERSIONS, ("workspace", "name", "version")),
    (MODEL_TAGS, ("workspace", "name", "key")),
    (MODELS, ("workspace", "name")),
)


def edit_model(writer: Writer, edit: ModelEdit) -> EditDone:
    """Carry out one edit of a model in one transaction. Raises WriteRefused, Cancelled, StoreError kin."""
    match edit:
        case CreateModel():
            return _create(writer, edit)
        case RenameModel():
            return _rename(writer, edit)
        case DescribeModel():
            return _describe(writer, edit)
        case SetModelTag(name, key, value, workspace):
            return _put_tag(writer, name, key, value, workspace)
        case DeleteModelTag(name, key, workspace):
            return _put_tag(writer, name, key, None, workspace)
        case DeleteModel():
            return _delete(writer, edit)


def add_model(
    transaction: Transaction, name: str, description: str, tags: Mapping[str, str], workspace: str, at_ms: int
) -> None:
    """Add a model's rows within a transaction. Raises WriteRefused when the name is taken."""
    refuse_taken(transaction, name, workspace)
    key = model_key(name, workspace)
    times = {"creation_time": at_ms, "last_updated_time": at_ms}
    transaction.insert(MODELS, key | times | {"description": description or None})
    for tag, value in tags.items():
        transaction.insert(MODEL_TAGS, key | {"key": tag, "value": value})


def _create(writer: Writer, edit: CreateModel) -> EditDone:
    with writer.transaction() as transaction:
        add_model(transaction, edit.name, edit.description, dict(edit.tags), edit.workspace, now_ms())
    return EditDone(f"Registered model {visible(edit.name, _SHOWN)} created", model_names=frozenset({edit.name}))


def _rename(writer: Writer, edit: RenameModel) -> EditDone:
    """As MLflow: the model and every version, deleted ones too, get the name and the time; tags and aliases follow."""
    now = now_ms()
    with writer.transaction() as transaction:
        find_model(transaction, edit.name, edit.workspace)
        if edit.new_name == edit.name:
            return EditDone("The model has this name already")
        refuse_taken(transaction, edit.new_name, edit.workspace)
        old, new = model_key(edit.name, edit.workspace), {"name": edit.new_name}
        stages = transaction.rows(VERSIONS, ("version", "current_stage"), old)
        in_the_way = [int(version) for version, stage in stages if (stage or Stage.NONE.value) not in _AT_REST]
        if in_the_way:
            raise WriteRefused(
                f"{counted(len(in_the_way), 'version')} of {visible(edit.name, _SHOWN)} "
                f"{'is' if len(in_the_way) == 1 else 'are'} in Staging or Production by now, so it cannot be renamed; "
                "nothing was written."
            )
        transaction.update(MODELS, old, new | {"last_updated_time": now})
        # The store's keys carry the name along to these; where they do not, these do.
        for table, _ in reversed(_ROWS[:-1]):
            if transaction.has(table):
                transaction.update(table, old, new)
        transaction.update(VERSIONS, model_key(edit.new_name, edit.workspace), {"last_updated_time": now})
    said = f"Registered model {visible(edit.name, _SHOWN)} is {visible(edit.new_name, _SHOWN)} now"
    return EditDone(said, model_names=frozenset({edit.name, edit.new_name}))


def _describe(writer: Writer, edit: DescribeModel) -> EditDone:
    name, workspace = edit.name, edit.workspace
    with writer.transaction() as transaction:
        (before,) = find_model(transaction, name, workspace, ("description",))
        values: dict[str, Value] = {"description": edit.text, "last_updated_time": now_ms()}
        transaction.update(MODELS, model_key(name, workspace), values)
        change = (model_key(name, workspace), {"description": before}, {"description": edit.text})
        rows = row_changes(transaction, MODELS, ("workspace", "name"), ("description",), [change])
    return _done(f"Description of {visible(name, _SHOWN)} saved", "describing the model", name, rows)


def _put_tag(writer: Writer, name: str, key: str, value: str | None, workspace: str) -> EditDone:
    """Set a tag, or remove it (None); no time changes."""
    where = model_key(name, workspace) | {"key": key}
    with writer.transaction() as transaction:
        find_model(transaction, name, workspace)
        changed = put_tag(transaction, MODEL_TAGS, ("workspace", "name", "key"), where, value)
    word = "set on" if value is not None else "removed from"
    said = f"Tag “{visible(key, _SHOWN)}” {word} {visible(name, _SHOWN)}"
    return _done(said, "tagging the model", name, *changed)


def put_tag(
    transaction: Transaction, table: str, key: Sequence[str], where: Mapping[str, Value], value: str | None
) -> tuple[RowChanges, ...]:
    """Set one tag in a table of tags, or remove it (None); what changed, nothing when it was so already.

    Raises WriteRefused when the tag to remove is not there any more.
    """
    present = transaction.rows(table, ("value",), where)
    before = {"value": present[0][0]} if present else None
    after = None if value is None else {"value": value}
    if after is not None:
        transaction.upsert(table, where, after)
    elif before is not None:
        transaction.delete(table, where)
    else:
        raise WriteRefused(
            f"The tag “{visible(str(where['key']), _SHOWN)}” is not there any more; nothing was written."
        )
    return () if before == after else (row_changes(transaction, table, key, ("value",), [(where, before, after)]),)


def _delete(writer: Writer, edit: DeleteModel) -> EditDone:
    name, key = edit.name, model_key(edit.name, edit.workspace)
    gone: list[RowChanges] = []
    with writer.transaction() as transaction:
        find_model(transaction, name, edit.workspace)
        stages = transaction.rows(VERSIONS, ("version", "current_stage"), key)
        versions = frozenset(int(version) for version, stage in stages if stage != DELETED_STAGE)
        if edit.shown is not None and versions != edit.shown:
            raise WriteRefused(
                f"{visible(name, _SHOWN)} has other versions by now than were shown; nothing was written."
            )
        for table, columns in _ROWS:
            if transaction.has(table):
                gone.append(_rows_of(transaction, table, columns, key))
                transaction.delete(table, key)
    said = f"Registered model {visible(name, _SHOWN)} deleted"
    if versions:
        said += f" with {counted(len(versions), 'version')}"
    return _done(said, f"deleting {visible(name, _SHOWN)}", name, *reversed([rows for rows in gone if rows.rows]))


def _rows_of(transaction: Transaction, table: str, key: Sequence[str], where: Mapping[str, Value]) -> RowChanges:
    """All rows of a model in one table, as what their removal changes."""
    columns = transaction.columns(table)
    values = [name for name in columns if name not in key]
    found = [dict(zip(columns, row, strict=True)) for row in transaction.rows(table, columns, where)]
    return row_changes(transaction, table, key, values, [(row, row, None) for row in found])


def _done(said: str, act: str, name: str, *changes: RowChanges) -> EditDone:
    names = frozenset({name})
    undo = Undo(act, changes, in_pages=False, model_names=names) if changes else None
    return EditDone(said, model_names=names, undo=undo)
