"""What the world can do to us: every error carries one sentence for a person (what, where, what to do)."""

from __future__ import annotations


class BakehouseError(Exception):
    """A condition of the world, not a bug. `str(error)` is one sentence that can be shown as it is."""


class Cancelled(Exception):
    """The task was cancelled; nothing is shown for it."""


class StoreError(BakehouseError):
    """Something about a store file."""


class StoreMissing(StoreError):
    """No file at that place."""


class NotAStore(StoreError):
    """A file or folder that is no MLflow store."""


class StoreDamaged(StoreError):
    """SQLite finds the file malformed or cut short."""


class StoreDenied(StoreError):
    """The file or its folder may not be read (or written, when writing was asked for)."""


class StoreLocked(StoreError):
    """Another process holds the store longer than we wait."""


class StoreUnfinished(StoreError):
    """A writer was killed in mid-commit: a hot journal lies beside the file and only a writable open repairs it."""


class StoreReplaced(StoreError):
    """The file at the path is no longer the one that was opened, or its schema changed."""


class StoreReadOnly(StoreError):
    """An edit was asked for while the store is open for reading only."""


class WriteRefused(StoreError):
    """MLflow's own rules or the store's content do not allow this edit (name taken, version gone, trigger present)."""


class WriteStopped(StoreError):
    """The person stopped a write before anything of it was in the store."""


class TrailError(StoreError):
    """Something about the trail's file beside the store."""


class TrailUnfinished(TrailError):
    """A writer was killed in mid-commit: the trail's file is repaired by the next one who may write to it."""


class TrailDoubted(WriteRefused):
    """The trail is missing, another store's, or not what the person has seen; they may go on all the same."""


class DiskFull(BakehouseError):
    """No space left at the target; nothing half-written remains."""


class ArtifactError(BakehouseError):
    """An artifact is missing, unreadable, or its address has a scheme that cannot be read here."""


class ExportError(BakehouseError):
    """An export cannot be done as asked."""


class FilterError(BakehouseError):
    """A filter text that cannot be read; `position` is the 0-based character where reading stopped."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class PersonalFileError(BakehouseError):
    """A file of the person's own (stars, saved views) cannot be read or written."""
