"""Carrying out an edit of the registry, whoever asked for it."""

from __future__ import annotations

from bakehouse.domain.changes import EditDone
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.limits import tag_key_problem
from bakehouse.domain.registry_edits import (
    CreateModel,
    DeleteModel,
    DeleteModelTag,
    DescribeModel,
    RegistryEdit,
    RenameModel,
    SetAlias,
    SetModelTag,
    SetVersionTag,
)
from bakehouse.registry.names import alias_problem, model_name_problem, prompt_tag_problem
from bakehouse.store.model_edits import edit_model
from bakehouse.store.version_edits import edit_version
from bakehouse.store.writing import Writer


def carry_out(writer: Writer, edit: RegistryEdit) -> EditDone:
    """Write one edit in one transaction, as MLflow writes it. WRITE lane.

    The result holds the way back where there is one: descriptions, tags, aliases and deletions; not for a new model or
    name. Raises WriteRefused (with one sentence why; nothing is written then), Cancelled, StoreError kin.
    """
    _check(edit)
    match edit:
        case CreateModel() | RenameModel() | DescribeModel() | SetModelTag() | DeleteModelTag() | DeleteModel():
            return edit_model(writer, edit)
        case _:
            return edit_version(writer, edit)


def _check(edit: RegistryEdit) -> None:
    """MLflow's rules for names. Raises WriteRefused."""
    problem: str | None = None
    match edit:
        case CreateModel(name=name, tags=tags):
            keys = (tag_key_problem(key) or prompt_tag_problem(key) for key, _ in tags)
            problem = model_name_problem(name) or next(filter(None, keys), None)
        case RenameModel(new_name=name):
            problem = model_name_problem(name)
        case SetModelTag(key=key) | SetVersionTag(key=key):
            problem = tag_key_problem(key) or prompt_tag_problem(key)
        case SetAlias(alias=alias):
            problem = alias_problem(alias)
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")
