"""What the writes to the registry share: keys of its rows, and looking them up inside the transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bakehouse.domain.changes import Cells, RowChanges
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.text import visible
from bakehouse.store.registry import DELETED_STAGE, PROMPT_TAG
from bakehouse.store.writing import Transaction, Value

MODELS = "registered_models"
MODEL_TAGS = "registered_model_tags"
ALIASES = "registered_model_aliases"
VERSIONS = "model_versions"
VERSION_TAGS = "model_version_tags"

_SHOWN = 80


def model_key(name: str, workspace: str) -> dict[str, str]:
    """The row of a model, and the part of the key that all its other rows begin with."""
    return {"workspace": workspace, "name": name}


def version_key(name: str, version: int, workspace: str) -> dict[str, str | int]:
    return {"workspace": workspace, "name": name, "version": version}


def now_ms() -> int:
    return int(time.time() * 1000)


def find_model(transaction: Transaction, name: str, workspace: str, columns: Sequence[str] = ()) -> tuple[Any, ...]:
    """These columns of a model's row. Raises WriteRefused for a model that is gone and for a prompt."""
    if not transaction.has(MODELS):
        raise WriteRefused("This store has no model registry, so nothing was written.")
    found = transaction.rows(MODELS, ("name", *columns), model_key(name, workspace))
    if not found:
        raise WriteRefused(f"The registered model {visible(name, _SHOWN)} is not in this store any more.")
    refuse_prompt(transaction, name, workspace)
    return tuple(found[0][1:])


def refuse_prompt(transaction: Transaction, name: str, workspace: str) -> None:
    """Raises WriteRefused when the name is that of a prompt: these share the table and are not touched."""
    if not transaction.has(MODEL_TAGS):
        return
    marks = transaction.rows(MODEL_TAGS, ("value",), {**model_key(name, workspace), "key": PROMPT_TAG})
    if any(str(value).lower() == "true" for (value,) in marks):
        shown = visible(name, _SHOWN)
        raise WriteRefused(f"{shown} is the name of a prompt in this store, not of a model; nothing was written.")


def refuse_taken(transaction: Transaction, name: str, workspace: str) -> None:
    """Raises WriteRefused when a model or a prompt has this name."""
    if transaction.rows(MODELS, ("name",), model_key(name, workspace)):
        refuse_prompt(transaction, name, workspace)
        raise WriteRefused(
            f"A registered model {visible(name, _SHOWN)} is there by now; nothing was written; choose it from the list."
        )


def find_version(
    transaction: Transaction, name: str, version: int, workspace: str, columns: Sequence[str] = ()
) -> tuple[Any, ...]:
    """(stage as stored, *these columns) of a version. Raises WriteRefused for one that is gone, and for a prompt's."""
    if not transaction.has(VERSIONS):
        raise WriteRefused("This store has no model registry, so nothing was written.")
    found = transaction.rows(VERSIONS, ("current_stage", *columns), version_key(name, version, workspace))
    if not found or found[0][0] == DELETED_STAGE:
        raise WriteRefused(f"{visible(name, _SHOWN)} version {version} is not in this store any more.")
    refuse_prompt(transaction, name, workspace)
    return (str(found[0][0]), *found[0][1:])


def row_changes(
    transaction: Transaction,
    table: str,
    key: Sequence[str],
    columns: Sequence[str],
    changes: Sequence[tuple[Mapping[str, Value], Mapping[str, Value] | None, Mapping[str, Value] | None]],
) -> RowChanges:
    """Changes of rows as an undo takes them, each (key, before, after), without columns that the store lacks.

    The undo is refused as a whole where one of the rows was changed since.
    """
    there = [name for name in key if transaction.has(table, name)]
    kept = [name for name in columns if transaction.has(table, name)]

    def cells(row: Mapping[str, Value], names: Sequence[str]) -> Cells:
        return tuple(row[name] for name in names)

    rows = tuple(
        (
            cells(where, there),
            None if before is None else cells(before, kept),
            None if after is None else cells(after, kept),
        )
        for where, before, after in changes
    )
    return RowChanges(table, tuple(there), tuple(kept), rows, required=True)
