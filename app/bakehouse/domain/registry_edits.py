"""Edits of the registry as values: what a page asks for, what `registry.editing.carry_out` writes.

A page asks by `edit_requested.emit("models.edit", edit)`. A value of this module is complete; whether it needs a
question first, and what that says, is `registry.consequences`. Texts are taken literally, and the writer checks them
against MLflow's rules and the store's widths. Names of models are unique within their `workspace`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

DEFAULT_WORKSPACE = "default"
"""The workspace of every store older than MLflow 3.17."""


@dataclass(frozen=True, slots=True)
class CreateModel:
    """Add a registered model without versions."""

    name: str
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class RenameModel:
    """Give a model another name; only while none of its versions is outside None and Archived."""

    name: str
    new_name: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DescribeModel:
    """Set a model's Markdown description."""

    name: str
    text: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class SetModelTag:
    """Set one tag of a model, whether or not it carries it."""

    name: str
    key: str
    value: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DeleteModelTag:
    """Remove one tag of a model."""

    name: str
    key: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DeleteModel:
    """Delete a model with its versions, tags and aliases.

    `shown` holds the versions that the person was told of; with other ones in the store by then nothing is written.
    None asks for no such look.
    """

    name: str
    shown: frozenset[int] | None = None
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DescribeVersion:
    """Set a version's Markdown description."""

    name: str
    version: int
    text: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class SetVersionTag:
    """Set one tag of a version, whether or not it carries it."""

    name: str
    version: int
    key: str
    value: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DeleteVersionTag:
    """Remove one tag of a version."""

    name: str
    version: int
    key: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DeleteVersion:
    """Delete a version; its number is never given again, its aliases go.

    `shown_stage` is the stage that the person was told of; in another one by then, nothing is written. None asks for
    no such look.
    """

    name: str
    version: int
    shown_stage: str | None = None
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class SetAlias:
    """Point an alias at a version; it leaves the version it pointed at before."""

    name: str
    alias: str
    version: int
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class DeleteAlias:
    """Remove an alias of a model."""

    name: str
    alias: str
    workspace: str = DEFAULT_WORKSPACE


@dataclass(frozen=True, slots=True)
class RegisterFolder:
    """Register a model's folder among the artifacts of a run or a logged model ("runs.register"); asked about first.

    `owner` is `runs:/<id>` or `models:/m-...`, `path` the folder below its artifacts with `/` (empty: the top).
    """

    owner: str
    path: str


ModelEdit: TypeAlias = CreateModel | RenameModel | DescribeModel | SetModelTag | DeleteModelTag | DeleteModel
VersionEdit: TypeAlias = DescribeVersion | SetVersionTag | DeleteVersionTag | DeleteVersion | SetAlias | DeleteAlias
RegistryEdit: TypeAlias = ModelEdit | VersionEdit
