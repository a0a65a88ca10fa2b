"""What MLflow writes when experiments are created, renamed, described, tagged, deleted and restored."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path, PurePath

from bakehouse.domain.changes import EditDone, RowChanges, Undo
from bakehouse.domain.edits import (
    NOTE_TAG,
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    DescribeExperiment,
    ExperimentEdit,
    RenameExperiment,
    RestoreExperiment,
    SetExperimentTag,
)
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.limits import experiment_name_problem, tag_key_problem
from bakehouse.domain.text import counted, visible
from bakehouse.store.assessments import delete_assessments, find_assessments
from bakehouse.store.run_edits import LIFECYCLE
from bakehouse.store.workspaces import only_workspace
from bakehouse.store.writing import Transaction, Value, Writer

_SHOWN = 60
_TAG_KEY = ("key", "experiment_id")
_STAGE = ("lifecycle_stage", "last_update_time")


def edit_experiments(writer: Writer, edit: ExperimentEdit) -> EditDone:
    """Carry out one edit of an experiment in one transaction. Raises WriteRefused, Cancelled, StoreError kin."""
    match edit:
        case CreateExperiment():
            return _create(writer, edit)
        case RenameExperiment(experiment_id, name):
            return _rename(writer, experiment_id, name)
        case DescribeExperiment(experiment_id, text):
            return _set_tag(writer, experiment_id, NOTE_TAG, text, "Description written")
        case SetExperimentTag(experiment_id, key, value):
            _check_key(key)
            return _set_tag(writer, experiment_id, key, value, f"Tag “{visible(key, _SHOWN)}” set")
        case DeleteExperimentTag(experiment_id, key):
            return _set_tag(writer, experiment_id, key, None, f"Tag “{visible(key, _SHOWN)}” removed")
        case DeleteExperiment(experiment_id):
            return _move(writer, experiment_id, to="deleted")
        case RestoreExperiment(experiment_id):
            return _move(writer, experiment_id, to="active")


def _create(writer: Writer, edit: CreateExperiment) -> EditDone:
    location = edit.artifact_location.strip()
    _check_name(edit.name)
    _check_location(location)
    for key, _ in edit.tags:
        _check_key(key)
    with writer.transaction() as transaction:
        workspace = only_workspace(transaction)
        _check_free(transaction, edit.name, workspace)
        number = (transaction.greatest("experiments", "experiment_id", {}) or 0) + 1
        now = _now_ms()
        transaction.insert(
            "experiments",
            {
                "experiment_id": number,
                "name": edit.name,
                "artifact_location": location or f"{_artifact_root(transaction, writer.store.path)}/{number}",
                "lifecycle_stage": "active",
                "creation_time": now,
                "last_update_time": now,
                "workspace": workspace,
            },
        )
        for key, value in edit.tags:
            transaction.insert("experiment_tags", {"key": key, "value": value, "experiment_id": number})
    said = f"Experiment {visible(edit.name, _SHOWN)} created"
    return EditDone(said, experiment_ids=frozenset({number}))


def _artifact_root(transaction: Transaction, store: Path) -> str:
    """Where MLflow put the artifacts of this store's other experiments: `<root>/<id>`, the newest first.

    A store without such an experiment gets the folder that a client working beside it would take.
    """
    rows = transaction.rows("experiments", ("experiment_id", "artifact_location"), {})
    for number, location in sorted(rows, key=lambda row: -int(row[0])):
        root, _, last = str(location or "").rpartition("/")
        if root and last == str(number):
            return root
    return str(store.parent / "mlruns")


def _rename(writer: Writer, experiment_id: int, name: str) -> EditDone:
    _check_name(name)
    with writer.transaction() as transaction:
        workspace = only_workspace(transaction)
        before = _active(transaction, experiment_id, ("name", "last_update_time"))
        if before[0] == name:
            return EditDone("The experiment has this name already")
        _check_free(transaction, name, workspace)
        now = _now_ms()
        transaction.update("experiments", _key(experiment_id), {"name": name, "last_update_time": now})
        after = (name, now if transaction.has("experiments", "last_update_time") else None)
    row = RowChanges(
        "experiments", ("experiment_id",), ("name", "last_update_time"), (((experiment_id,), before, after),), True
    )
    return _done(f"Experiment {visible(str(before[0]), _SHOWN)} is {visible(name, _SHOWN)} now", "renaming", row)


def _set_tag(writer: Writer, experiment_id: int, key: str, value: str | None, said: str) -> EditDone:
    with writer.transaction() as transaction:
        only_workspace(transaction)
        (name,) = _active(transaction, experiment_id, ("name",))
        where: dict[str, Value] = {"key": key, "experiment_id": experiment_id}
        present = transaction.rows("experiment_tags", ("value",), where)
        before = present[0] if present else None
        if value is not None:
            transaction.upsert("experiment_tags", where, {"value": value})
        elif present:
            transaction.delete("experiment_tags", where)
    after = None if value is None else (value,)
    said = f"{said} on experiment {visible(str(name), _SHOWN)}"
    if before == after:
        return EditDone(said, experiment_ids=frozenset({experiment_id}))
    row = RowChanges("experiment_tags", _TAG_KEY, ("value",), (((key, experiment_id), before, after),), True)
    return _done(said, "editing the experiment", row)


def _move(writer: Writer, experiment_id: int, *, to: str) -> EditDone:
    """The experiment and all its runs in one transaction, as MLflow does: never half an experiment."""
    doomed = find_assessments(writer, None) if to == "deleted" else {}
    changes: list[RowChanges] = []
    with writer.transaction() as transaction:
        only_workspace(transaction)
        name, *before = _experiment(transaction, experiment_id, ("name", *_STAGE))
        if (before[0] == "deleted") == (to == "deleted"):
            raise WriteRefused(f"The experiment {visible(str(name), _SHOWN)} is {to} already; nothing was written.")
        now = _now_ms()
        transaction.update("experiments", _key(experiment_id), {"lifecycle_stage": to, "last_update_time": now})
        after = (to, now if transaction.has("experiments", "last_update_time") else None)
        changes.append(
            RowChanges("experiments", ("experiment_id",), _STAGE, (((experiment_id,), tuple(before), after),), True)
        )
        runs = transaction.rows("runs", ("run_uuid", *LIFECYCLE), {"experiment_id": experiment_id})
        deleted_time = now if to == "deleted" else None
        transaction.update(
            "runs", {"experiment_id": experiment_id}, {"lifecycle_stage": to, "deleted_time": deleted_time}
        )
        kept = deleted_time if transaction.has("runs", "deleted_time") else None
        moved = tuple(((row[0],), row[1:], (to, kept)) for row in runs)
        changes.append(RowChanges("runs", ("run_uuid",), LIFECYCLE, moved))
        assessments = [one for row in runs for one in doomed.get(row[0], ())]
        if assessments:
            changes.append(delete_assessments(transaction, assessments))
    word = "deleted" if to == "deleted" else "restored"
    said = f"Experiment {visible(str(name), _SHOWN)} with {counted(len(runs), 'run')} {word}"
    act = "deleting" if to == "deleted" else "restoring"
    return _done(said, f"{act} experiment {visible(str(name), _SHOWN)}", *changes)


def _done(said: str, act: str, *changes: RowChanges) -> EditDone:
    number = changes[0].rows[0][0][-1]
    ids = frozenset({int(number)}) if isinstance(number, int) else frozenset[int]()
    return EditDone(said, experiment_ids=ids, undo=Undo(act, changes, experiment_ids=ids, in_pages=False))


def _experiment(transaction: Transaction, experiment_id: int, columns: tuple[str, ...]) -> tuple[Value, ...]:
    rows = transaction.rows("experiments", columns, _key(experiment_id))
    if not rows:
        raise WriteRefused("This experiment is not in the store any more; nothing was written.")
    return tuple(rows[0])


def _active(transaction: Transaction, experiment_id: int, columns: tuple[str, ...]) -> tuple[Value, ...]:
    stage, *rest = _experiment(transaction, experiment_id, ("lifecycle_stage", *columns))
    if stage == "deleted":
        raise WriteRefused("This experiment is deleted; restore it before changing it.")
    return tuple(rest)


def _check_free(transaction: Transaction, name: str, workspace: str) -> None:
    rows = transaction.rows("experiments", ("lifecycle_stage",), {"name": name, "workspace": workspace})
    if rows:
        there = "A deleted experiment" if rows[0][0] == "deleted" else "An experiment"
        raise WriteRefused(
            f"{there} is called {visible(name, _SHOWN)}, and MLflow keeps names unique, the deleted ones too; "
            "choose another name."
        )


def _check_name(name: str) -> None:
    problem = experiment_name_problem(name)
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")


def _check_key(key: str) -> None:
    problem = tag_key_problem(key)
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")


def _check_location(location: str) -> None:
    if location.startswith("runs:"):
        raise WriteRefused("An experiment's artifacts cannot lie at a runs:/ address; nothing was written.")
    if location and ":" not in location and not PurePath(location).is_absolute():
        raise WriteRefused("Give the folder of the artifacts as a full path or an address; nothing was written.")


def _key(experiment_id: int) -> Mapping[str, Value]:
    return {"experiment_id": experiment_id}


def _now_ms() -> int:
    return int(time.time() * 1000)
