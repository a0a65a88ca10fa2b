"""What a run hangs together with: its parent, its children, and the datasets that went into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bakehouse.domain.cancellation import Token
from bakehouse.domain.runs import DatasetInput, Lineage, RunReference
from bakehouse.store.reading import Reader
from bakehouse.store.values import as_text

PARENT_TAG = "mlflow.parentRunId"
CONTEXT_TAG = "mlflow.data.context"
_NAMED = 8
_LOOK_UP = 500


def read_lineage(reader: Reader, run_id: str, parent_id: str | None, token: Token) -> Lineage:
    """The relatives of one run, `parent_id` being its own tag. Raises StoreError kin.

    MLflow has no index over a tag's value, so the tag of all runs is gone through in pages.
    """
    ids = [child for page in _children(reader, run_id, token) for child in page]
    named: list[RunReference] = []
    statuses: Counter[str] = Counter()
    deleted = 0
    for first in range(0, len(ids), _LOOK_UP):
        found = references(reader, ids[first : first + _LOOK_UP], token)
        named += found[: max(0, _NAMED - len(named))]
        deleted += sum(one.is_deleted for one in found)
        statuses.update(one.status for one in found if not one.is_deleted)
    parent = None
    if parent_id:
        known = references(reader, [parent_id], token)
        parent = known[0] if known else RunReference(parent_id, "", "", is_known=False)
    return Lineage(parent, tuple(named), tuple(ids), tuple(sorted(statuses.items(), key=_rank)), deleted)


def _rank(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _children(reader: Reader, run_id: str, token: Token) -> Iterator[list[str]]:
    """Pages of the ids of the runs whose parent tag names `run_id`."""
    if not reader.has("tags"):
        return
    size = reader.page_size("tags.parent")
    after = ""
    while True:
        rows = size.rows
        following = "SELECT run_uuid FROM tags WHERE key = ? AND run_uuid > ? ORDER BY run_uuid LIMIT 1 OFFSET ?"
        bound = reader.first(following, (PARENT_TAG, after, rows - 1), token=token)
        last = "" if bound is None else as_text(bound[0])
        until = " AND run_uuid <= ?" if last else ""
        page = reader.rows(
            f"SELECT run_uuid FROM tags WHERE key = ? AND run_uuid > ?{until} AND value = ? ORDER BY run_uuid",
            (PARENT_TAG, after, *([last] if last else []), run_id),
            token=token,
        )
        yield [child for (child,) in page if isinstance(child, str) and child != run_id]
        if not last or last <= after:
            return
        size.learn(rows, reader.held_seconds)
        after = last


def references(reader: Reader, ids: list[str], token: Token) -> list[RunReference]:
    """Those of at most 500 runs that the store has, by their ids. Raises StoreError kin."""
    columns = ("run_uuid", "name", "status", "lifecycle_stage")
    chosen = ", ".join(name if reader.has("runs", name) else f"NULL AS {name}" for name in columns)
    marks = ", ".join("?" * len(ids))
    rows = reader.rows(f"SELECT {chosen} FROM runs WHERE run_uuid IN ({marks}) ORDER BY run_uuid", ids, token=token)
    return [
        RunReference(as_text(run_id), as_text(name), as_text(status), as_text(stage) == "deleted")
        for run_id, name, status, stage in rows
    ]


def datasets_of_run(reader: Reader, run_id: str, token: Token) -> tuple[DatasetInput, ...]:
    """The datasets that were logged as inputs of a run, by name and digest. Raises StoreError kin."""
    if not (reader.has("datasets") and reader.has("inputs")):
        return ()
    inputs = reader.rows(
        "SELECT input_uuid, source_id FROM inputs"
        " WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND destination_id = ?",
        (run_id,),
        token=token,
    )
    columns = ("name", "digest", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile")
    chosen = ", ".join(name if reader.has("datasets", name) else f"NULL AS {name}" for name in columns)
    found = []
    for input_id, dataset_id in inputs:
        row = reader.first(f"SELECT {chosen} FROM datasets WHERE dataset_uuid = ?", (dataset_id,), token=token)
        if row is None:
            continue
        context = None
        if reader.has("input_tags"):
            sql = f"SELECT value FROM input_tags WHERE input_uuid = ? AND name = '{CONTEXT_TAG}'"
            context = reader.first(sql, (input_id,), token=token)
        name, digest, source_type, source, schema, profile = map(as_text, row)
        said = None if context is None else as_text(context[0])
        found.append(DatasetInput(name, digest, source_type, said, source, schema, profile))
    return tuple(sorted(found, key=lambda dataset: (dataset.name, dataset.digest)))
