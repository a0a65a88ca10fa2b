"""The store's experiments with the number of their runs."""

from __future__ import annotations

from collections import Counter

from bakehouse.domain.cancellation import Token
from bakehouse.domain.runs import Experiment
from bakehouse.store.reading import Reader
from bakehouse.store.values import as_int, as_optional_int, as_text

DEFAULT_WORKSPACE = "default"


def list_experiments(
    reader: Reader, token: Token, counts: tuple[Counter[int], Counter[int]] | None = None
) -> list[Experiment]:
    """All experiments, deleted ones too, in the order of their ids. Raises StoreError kin.

    `counts` are those of `count_runs` where they are known already.
    """
    active, deleted = count_runs(reader, token) if counts is None else counts
    columns = ["experiment_id", "name", "lifecycle_stage"]
    optional = ("artifact_location", "creation_time", "last_update_time", "workspace")
    columns += [name if reader.has("experiments", name) else f"NULL AS {name}" for name in optional]
    found = []
    for first, last in reader.rowid_ranges("experiments", token=token):
        found += reader.rows(
            f"SELECT {', '.join(columns)} FROM experiments WHERE rowid BETWEEN ? AND ?", (first, last), token=token
        )
    experiments = {}
    for key, name, stage, location, created, updated, workspace in found:
        number = as_optional_int(key)
        if number is None:
            continue
        experiments[number] = Experiment(
            experiment_id=number,
            name=as_text(name),
            artifact_location=as_text(location),
            lifecycle_stage=as_text(stage) or "active",
            creation_time_ms=as_optional_int(created),
            last_update_time_ms=as_optional_int(updated),
            workspace=as_text(workspace) or DEFAULT_WORKSPACE,
            active_runs=active[number],
            deleted_runs=deleted[number],
        )
    return [experiments[number] for number in sorted(experiments)]


def count_runs(reader: Reader, token: Token) -> tuple[Counter[int], Counter[int]]:
    """Active and deleted runs per experiment id; a run without a readable experiment counts under -1."""
    active: Counter[int] = Counter()
    deleted: Counter[int] = Counter()
    for first, last in reader.rowid_ranges("runs", token=token):
        rows = reader.rows(
            "SELECT experiment_id, lifecycle_stage = 'deleted', count(*) FROM runs WHERE rowid BETWEEN ? AND ?"
            " GROUP BY 1, 2",
            (first, last),
            token=token,
        )
        for key, is_deleted, count in rows:
            (deleted if is_deleted else active)[as_int(key, -1)] += count
    return active, deleted
