"""What a write or a look at the file says has changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write changed; one signal carries it to every open page. `sentence` is shown in the status bar."""

    sentence: str
    run_ids: frozenset[str] = frozenset()
    experiment_ids: frozenset[int] = frozenset()
    model_names: frozenset[str] = frozenset()


class FileChange(Enum):
    """What a poll of the open store found since the last one."""

    NONE = "none"
    DATA = "data"
    """Some process committed."""
    SCHEMA = "schema"
    """The alembic head or the set of tables changed: load anew."""
    REPLACED = "replaced"
    """Another file lies at the path: load anew."""
    MISSING = "missing"
    """No file lies at the path any more."""
