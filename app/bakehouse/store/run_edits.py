"""What MLflow writes when runs are renamed, tagged, annotated, deleted and restored, for one run or thousands."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bakehouse.domain.changes import Cells, EditDone, RowChanges, Undo
from bakehouse.domain.edits import (
    NOTE_TAG,
    RUN_NAME_TAG,
    DeleteRuns,
    DeleteTag,
    RenameRun,
    RestoreRuns,
    RunEdit,
    SetNote,
    SetTag,
)
from bakehouse.domain.errors import BakehouseError, Cancelled, WriteRefused
from bakehouse.domain.limits import run_name_problem, tag_key_problem
from bakehouse.domain.text import counted, visible
from bakehouse.store.assessments import delete_assessments, find_assessments
from bakehouse.store.paging import write_in_pages
from bakehouse.store.workspaces import only_workspace
from bakehouse.store.writing import Transaction, Writer

Change = tuple[Cells, Cells | None, Cells | None]

LIFECYCLE = ("lifecycle_stage", "deleted_time")
TAG_KEY = ("key", "run_uuid")
_SHOWN = 60


@dataclass
class Page:
    """What one transaction changed, by table."""

    tags: list[Change] = field(default_factory=list)
    names: list[Change] = field(default_factory=list)
    stages: list[Change] = field(default_factory=list)
    assessments: list[RowChanges] = field(default_factory=list)
    gone: int = 0
    """Runs asked for that are not there (any more) or deleted."""
    missing: int = 0
    """Those of `gone` that are not in the store at all."""
    same: int = 0
    """Runs that were already as asked for."""


Write = Callable[[Transaction, Sequence[str]], Page]


def edit_runs(writer: Writer, edit: RunEdit) -> EditDone:
    """Carry out one edit of runs.

    Runs that were deleted meanwhile are left as they are and counted in the sentence. Several hundred runs and more
    are written in several transactions (see `write_in_pages`); when one of them fails, what is written stays, and the
    result says what and holds the rest. Raises WriteRefused when nothing can be done, Cancelled, StoreError kin.
    """
    match edit:
        case RenameRun(run_id, name):
            return _edit(writer, edit, (run_id,), partial(_rename, name=name), "Renaming", "renamed")
        case SetTag(run_ids, key, name) if key == RUN_NAME_TAG:
            return _edit(writer, edit, run_ids, partial(_rename, name=name), "Renaming", "renamed")
        case SetTag(run_ids, key, value):
            _check_key(key)
            word = f"tag “{visible(key, _SHOWN)}” set on"
            return _edit(writer, edit, run_ids, partial(_set_tag, key=key, value=value), "Tagging", word)
        case DeleteTag(run_ids, key):
            word = f"tag “{visible(key, _SHOWN)}” removed from"
            return _edit(writer, edit, run_ids, partial(_delete_tag, key=key), "Removing the tag", word)
        case SetNote(run_ids, text):
            write = partial(_set_tag, key=NOTE_TAG, value=text)
            return _edit(writer, edit, run_ids, write, "Writing the note", "note written to")
        case DeleteRuns(run_ids):
            doomed = find_assessments(writer, run_ids)
            return _edit(writer, edit, run_ids, partial(_delete, doomed=doomed), "Deleting", "deleted")
        case RestoreRuns(run_ids):
            return _edit(writer, edit, run_ids, _restore, "Restoring", "restored")


def _edit(writer: Writer, edit: RunEdit, run_ids: Sequence[str], write: Write, doing: str, word: str) -> EditDone:
    # Neighbours in the tables' indexes go into the same transaction: it then touches a fraction of the pages.
    ids = sorted(set(run_ids))
    if not ids:
        raise WriteRefused("No run is selected; nothing was written.")
    paged = write_in_pages(writer, ids, partial(_checked, write), doing)
    pages = paged.results
    changed, undo = _undo_of(pages)
    gone, same = sum(page.gone for page in pages), sum(page.same for page in pages)
    if gone and not changed and not same:
        raise WriteRefused(_refusal(len(ids), sum(page.missing for page in pages)))
    sentence = _said(word, len(changed)) if changed or not same else "Nothing to change: it is as asked for already"
    if gone:
        were = (
            "was deleted meanwhile and stays as it is" if gone == 1 else "were deleted meanwhile and stay as they are"
        )
        sentence += f"; {counted(gone, 'run')} {were}"
    rest, problem = None, ""
    if paged.problem is not None:
        rest = _rest(edit, tuple(ids[paged.done :]))
        left = len(ids) - paged.done
        problem = f"{sentence}; {counted(left, 'run')} not reached: {_why(paged.problem)}"
    act = f"{doing[0].lower()}{doing[1:]} {counted(len(changed), 'run')}"
    return EditDone(
        problem or sentence,
        run_ids=frozenset(changed),
        undo=Undo(act, undo, frozenset(changed)) if changed else None,
        rest=rest,
        problem=problem,
    )


def _why(problem: BakehouseError | Cancelled) -> str:
    return "stopped as you asked." if isinstance(problem, Cancelled) else str(problem)


def _said(word: str, count: int) -> str:
    """`Tag “x” set on 3 runs`, `3 runs deleted`."""
    if word.endswith((" on", " to", " from")):
        return f"{word[0].upper()}{word[1:]} {counted(count, 'run')}"
    return f"{counted(count, 'run')} {word}"


def _refusal(count: int, missing: int) -> str:
    one = count == 1
    runs = "This run is" if one else f"All {count:,} runs are"
    if missing == count:
        return f"{runs} not in the store any more; nothing was written."
    return f"{runs} deleted; restore {'it' if one else 'them'} before changing {'it' if one else 'them'}."


def _rest(edit: RunEdit, run_ids: tuple[str, ...]) -> RunEdit | None:
    """The same edit for the runs that are left."""
    return None if isinstance(edit, RenameRun) else replace(edit, run_ids=run_ids)


def _undo_of(pages: Sequence[Page]) -> tuple[list[str], tuple[RowChanges, ...]]:
    """The ids of the runs that changed, and the way back."""
    tags = tuple(change for page in pages for change in page.tags)
    names = tuple(change for page in pages for change in page.names)
    stages = tuple(change for page in pages for change in page.stages)
    undo: list[RowChanges] = []
    if names:
        undo.append(RowChanges("runs", ("run_uuid",), ("name",), names, required=len(names) == 1))
    if tags:
        undo.append(RowChanges("tags", TAG_KEY, ("value",), tags, required=len(names) == 1))
    if stages:
        undo.append(RowChanges("runs", ("run_uuid",), LIFECYCLE, stages))
    undo += [rows for page in pages for rows in page.assessments]
    changed = {str(key[-1]) for changes in (tags, names, stages) for key, _, _ in changes}
    return sorted(changed), tuple(undo)


def _checked(write: Write, transaction: Transaction, ids: Sequence[str]) -> Page:
    only_workspace(transaction)
    return write(transaction, ids)


def active_runs(transaction: Transaction, ids: Sequence[str]) -> dict[str, str | None]:
    """Name by id of those runs that may be changed."""
    rows = transaction.rows_among("runs", ("run_uuid", "name", "lifecycle_stage"), "run_uuid", ids)
    return {run_id: name for run_id, name, stage in rows if stage != "deleted"}


def _active_of(transaction: Transaction, ids: Sequence[str], page: Page) -> dict[str, str | None]:
    rows = transaction.rows_among("runs", ("run_uuid", "name", "lifecycle_stage"), "run_uuid", ids)
    active = {run_id: name for run_id, name, stage in rows if stage != "deleted"}
    page.gone, page.missing = len(ids) - len(active), len(ids) - len(rows)
    return active


def _set_tag(transaction: Transaction, ids: Sequence[str], *, key: str, value: str) -> Page:
    page = Page()
    active = _active_of(transaction, ids, page)
    page.tags = _put_tag(transaction, list(active), key, value)
    page.same = len(active) - len(page.tags)
    return page


def _put_tag(transaction: Transaction, ids: Sequence[str], key: str, value: str) -> list[Change]:
    """Give the runs this tag; those that carry it with this value already stay as they are."""
    before = dict(transaction.rows_among("tags", ("run_uuid", "value"), "run_uuid", ids, {"key": key}))
    new = [run_id for run_id in ids if run_id not in before]
    other = [run_id for run_id in ids if run_id in before and before[run_id] != value]
    transaction.insert_many("tags", [{"key": key, "value": value, "run_uuid": run_id} for run_id in new])
    transaction.update_many("tags", [({"key": key, "run_uuid": run_id}, {"value": value}) for run_id in other])
    changes: list[Change] = [((key, run_id), None, (value,)) for run_id in new]
    return changes + [((key, run_id), (before[run_id],), (value,)) for run_id in other]


def _delete_tag(transaction: Transaction, ids: Sequence[str], *, key: str) -> Page:
    page = Page()
    active = _active_of(transaction, ids, page)
    present = transaction.rows_among("tags", ("run_uuid", "value"), "run_uuid", list(active), {"key": key})
    transaction.delete_many("tags", [{"key": key, "run_uuid": run_id} for run_id, _ in present])
    page.tags = [((key, run_id), (value,), None) for run_id, value in present]
    page.same = len(active) - len(present)
    return page


def _rename(transaction: Transaction, ids: Sequence[str], *, name: str) -> Page:
    problem = run_name_problem(name)
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")
    page = Page()
    active = _active_of(transaction, ids, page)
    other = [run_id for run_id, before in active.items() if before != name]
    if transaction.has("runs", "name"):
        transaction.update_many("runs", [({"run_uuid": run_id}, {"name": name}) for run_id in other])
        page.names = [((run_id,), (active[run_id],), (name,)) for run_id in other]
    page.tags = _put_tag(transaction, list(active), RUN_NAME_TAG, name)
    page.same = len(active) - len({key[-1] for key, _, _ in (*page.tags, *page.names)})
    return page


def _delete(transaction: Transaction, ids: Sequence[str], *, doomed: dict[str, list[str]]) -> Page:
    page = _move(transaction, ids, to="deleted", at_ms=int(time.time() * 1000))
    assessments = [one for (run_id,), _, _ in page.stages for one in doomed.get(str(run_id), ())]
    if assessments:
        page.assessments.append(delete_assessments(transaction, assessments))
    return page


def _restore(transaction: Transaction, ids: Sequence[str]) -> Page:
    return _move(transaction, ids, to="active", at_ms=None)


def _move(transaction: Transaction, ids: Sequence[str], *, to: str, at_ms: int | None) -> Page:
    rows = transaction.rows_among("runs", ("run_uuid", *LIFECYCLE), "run_uuid", ids)
    other = [row for row in rows if (row[1] == "deleted") != (to == "deleted")]
    after = {"lifecycle_stage": to, "deleted_time": at_ms}
    transaction.update_many("runs", [({"run_uuid": row[0]}, after) for row in other])
    kept_time = at_ms if transaction.has("runs", "deleted_time") else None
    return Page(
        stages=[((row[0],), (row[1], row[2]), (to, kept_time)) for row in other],
        gone=len(ids) - len(rows),
        missing=len(ids) - len(rows),
        same=len(rows) - len(other),
    )


def _check_key(key: str) -> None:
    problem = tag_key_problem(key)
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")
