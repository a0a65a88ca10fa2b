"""What a write or a look at the file says has changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bakehouse.domain.edits import Edit

Cells = tuple[str | int | float | None, ...]
"""Values of some columns of one row."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write changed; one signal carries it to every open page. `sentence` is shown in the status bar."""

    sentence: str
    run_ids: frozenset[str] = frozenset()
    experiment_ids: frozenset[int] = frozenset()
    model_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows of one table as they were before an edit and as the edit left them."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cells, Cells | None, Cells | None], ...]
    """(values of `key`, `columns` before, `columns` after); None where there is no such row."""
    required: bool = False
    """Whether the whole undo is refused when one of these rows was changed by someone else since."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What it takes to take an edit back, as long as nobody else changed the same rows."""

    act: str
    """The edit as words after “Undo”: `tagging 12 runs`."""
    changes: tuple[RowChanges, ...]
    run_ids: frozenset[str] = frozenset()
    experiment_ids: frozenset[int] = frozenset()
    in_pages: bool = True
    """Whether it may be written in several transactions, as the edit was."""
    model_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EditDone(Changes):
    """The changes of an edit with the way back; `rest` is what of the edit is not written yet, and `problem` why."""

    undo: Undo | None = None
    rest: Edit | None = None
    problem: str = ""


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


class Sight(Enum):
    """Whether what others write to the open store is seen; the value says so in the status line."""

    LIVE = "live"
    LOCKED = "paused: the store is locked"
    """A writer has held its lock for some seconds; nothing can be read until it lets go."""
    UNREADABLE = "paused: the store cannot be read"
    MIGRATED = "paused: its tables were changed"
    REPLACED = "paused: another file lies there"
    GONE = "gone"
