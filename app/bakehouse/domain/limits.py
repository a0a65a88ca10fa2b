"""MLflow's rules for names and keys, said as sentences (mlflow/utils/validation.py)."""

from __future__ import annotations

import posixpath
import re

KEY_LIMIT = 250
EXPERIMENT_NAME_LIMIT = 500
RUN_NAME_LIMIT = 250

_KEY = re.compile(r"[/\w.\- :]*")


def tag_key_problem(key: str) -> str:
    """Why `key` cannot name a tag; empty when it can."""
    if not key:
        return "A tag needs a key."
    if len(key) > KEY_LIMIT:
        return f"A tag's key takes at most {KEY_LIMIT} characters; this one has {len(key):,}."
    if not _KEY.fullmatch(key):
        return "A tag's key takes letters, digits, underscores, dashes, periods, blanks, colons and slashes."
    # MLflow keeps keys usable as paths of files.
    plain = posixpath.normpath(key)
    if plain != key or plain == "." or plain.startswith(("..", "/")):
        return "A tag's key must not read as a path that leads elsewhere, such as “..”, “/a” or “a//b”."
    return ""


def experiment_name_problem(name: str) -> str:
    """Why an experiment cannot be called `name`; empty when it can."""
    if not name.strip():
        return "An experiment needs a name."
    if len(name) > EXPERIMENT_NAME_LIMIT:
        return f"An experiment's name takes at most {EXPERIMENT_NAME_LIMIT} characters; this one has {len(name):,}."
    return ""


def run_name_problem(name: str) -> str:
    """Why a run cannot be called `name`; empty when it can."""
    if not name.strip():
        return "A run needs a name."
    if len(name) > RUN_NAME_LIMIT:
        return f"A run's name takes at most {RUN_NAME_LIMIT} characters; this one has {len(name):,}."
    return ""
