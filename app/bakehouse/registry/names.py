"""MLflow's rules for names of registered models, aliases and stages, as sentences for the person typing."""

from __future__ import annotations

import posixpath
import re

from bakehouse.domain.models import Stage
from bakehouse.domain.text import visible
from bakehouse.store.registry import PROMPT_TAG

NAME_LIMIT = 256
"""Width of `registered_models.name` in every schema from 1.30 on."""

ALIAS_LIMIT = 255

_ALIAS = re.compile(r"[\w-]*")
_VERSION_ALIAS = re.compile(r"[vV]\d+")


def model_name_problem(name: str) -> str | None:
    """Why `name` cannot be a new registered model's, or None (mlflow/utils/validation.py, `_validate_model_name`).

    Stricter than MLflow in one point: invisible characters, which nobody means, are refused.
    """
    if not name.strip():
        return "A registered model needs a name."
    for forbidden in "/:":
        if forbidden in name:
            return f"A model's name cannot contain “{forbidden}”: addresses like models:/Name/1 use it."
    if posixpath.normpath(name) != name or name == "." or name.startswith(".."):
        return "A model's name cannot be “.” or begin with “..”: MLflow reads it as part of a path."
    if len(name) > NAME_LIMIT:
        return f"The name has {len(name):,} characters; MLflow takes at most {NAME_LIMIT}."
    if visible(name) != name:
        return "The name holds an invisible character; type it again instead of pasting it."
    return None


def alias_problem(alias: str) -> str | None:
    """Why `alias` cannot be given to a version, or None (mlflow/utils/validation.py, `_validate_model_alias_name`)."""
    if not alias:
        return "An alias needs at least one character."
    if not _ALIAS.fullmatch(alias):
        return "An alias holds letters, digits, “_” and “-” only."
    if len(alias) > ALIAS_LIMIT:
        return f"The alias has {len(alias):,} characters; MLflow takes at most {ALIAS_LIMIT}."
    if alias.lower() == "latest":
        return "“latest” always means the newest version, so it cannot be an alias."
    if _VERSION_ALIAS.fullmatch(alias):
        return f"“{alias}” reads like a version number, so it cannot be an alias."
    return None


def prompt_tag_problem(key: str) -> str:
    """Why nobody may set this tag on a model; empty for all others."""
    if key == PROMPT_TAG:
        return "This tag would turn the model into a prompt, which MLflow shows nowhere among the models."
    return ""


def canonical_stage(text: str) -> Stage | None:
    """The stage that MLflow understands by `text` in any casing; None for anything else."""
    return next((stage for stage in Stage if stage.value.lower() == text.lower()), None)
