"""Reads what is compared of several runs: a few short statements for each, in pages."""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.domain.cancellation import Token
from bakehouse.domain.comparison import ComparedRun
from bakehouse.store.latest_points import latest_points
from bakehouse.store.lineage import datasets_of_run
from bakehouse.store.reading import Reader
from bakehouse.store.runs import NAME_TAG, USER_TAG
from bakehouse.store.values import as_optional_int, as_text


def read_compared(reader: Reader, run_ids: Sequence[str], token: Token) -> list[ComparedRun]:
    """These runs in this order, without those that the store has no more. Raises Cancelled, StoreError kin.

    No histories are looked at, which is what makes the inspector's reading of a run slow.
    """
    experiments: dict[object, str] = {}
    found = []
    for place, run_id in enumerate(run_ids):
        run = _read_run(reader, run_id, experiments, token)
        if run is not None:
            found.append(run)
        token.report(place + 1, len(run_ids), "Reading runs")
    return found


def _read_run(reader: Reader, run_id: str, experiments: dict[object, str], token: Token) -> ComparedRun | None:
    columns = (
        "experiment_id", "name", "status", "lifecycle_stage", "start_time", "end_time", "user_id", "artifact_uri",
    )  # fmt: skip
    chosen = ", ".join(name if reader.has("runs", name) else f"NULL AS {name}" for name in columns)
    row = reader.first(f"SELECT {chosen} FROM runs WHERE run_uuid = ?", (run_id,), token=token)
    if row is None:
        return None
    experiment, name, status, stage, start, end, user, artifact_uri = row
    if experiment not in experiments:
        named = reader.first("SELECT name FROM experiments WHERE experiment_id = ?", (experiment,), token=token)
        experiments[experiment] = "" if named is None else as_text(named[0])
    tags = _texts(reader, "tags", run_id, token)
    return ComparedRun(
        run_id=run_id,
        name=as_text(name) or tags.get(NAME_TAG, ""),
        status=as_text(status),
        lifecycle_stage=as_text(stage) or "active",
        user=as_text(user) or tags.get(USER_TAG, ""),
        experiment=experiments[experiment],
        start_time_ms=as_optional_int(start),
        end_time_ms=as_optional_int(end),
        artifact_uri=as_text(artifact_uri),
        params=_texts(reader, "params", run_id, token),
        metrics={key: value for key, (value, _) in latest_points(reader, run_id, token).items()},
        tags=tags,
        datasets=datasets_of_run(reader, run_id, token),
    )


def _texts(reader: Reader, table: str, run_id: str, token: Token) -> dict[str, str]:
    if not reader.has(table):
        return {}
    rows = reader.rows(f"SELECT key, value FROM {table} WHERE run_uuid = ?", (run_id,), token=token)
    return {as_text(key): as_text(value) for key, value in rows}
