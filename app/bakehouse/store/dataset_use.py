"""What came of a dataset: the runs that had it as input, and the versions that were registered from them."""

from __future__ import annotations

from bakehouse.domain.cancellation import Token
from bakehouse.domain.lineage import DatasetUse, VersionUse
from bakehouse.store.experiments import DEFAULT_WORKSPACE
from bakehouse.store.lineage import references
from bakehouse.store.reading import MAX_PAGE_ROWS, Reader
from bakehouse.store.registry import DELETED_STAGE, prompt_names
from bakehouse.store.values import as_int, as_text

NAMED_RUNS = 200
"""So many runs are looked up by name; of the others only the ids are read."""
_LOOK_UP = 500
_LOGGED_SOURCE = "models:/m-"


def use_of_dataset(reader: Reader, name: str, digest: str, token: Token) -> DatasetUse:
    """The runs and versions behind which the dataset `name` with `digest` stands. Raises StoreError kin, Cancelled.

    MLflow keeps a row for it in each experiment: all of them are followed, each by its key.
    """
    run_ids = _runs(reader, _dataset_ids(reader, name, digest, token), token)
    versions = _versions(reader, set(run_ids), token)
    leading = dict.fromkeys(one.run_id for one in versions)
    wanted = list(dict.fromkeys([*leading, *run_ids]))[:NAMED_RUNS]
    place_of = {run_id: place for place, run_id in enumerate(wanted)}
    runs = [
        one
        for first in range(0, len(wanted), _LOOK_UP)
        for one in references(reader, wanted[first : first + _LOOK_UP], token)
    ]
    return DatasetUse(tuple(run_ids), tuple(sorted(runs, key=lambda one: place_of.get(one.run_id, 0))), tuple(versions))


def _dataset_ids(reader: Reader, name: str, digest: str, token: Token) -> list[str]:
    if not (reader.has("datasets") and reader.has("inputs")):
        return []
    experiments = [number for (number,) in reader.rows("SELECT experiment_id FROM experiments", token=token)]
    found: list[str] = []
    for first in range(0, len(experiments), _LOOK_UP):
        some = experiments[first : first + _LOOK_UP]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT dataset_uuid FROM datasets WHERE experiment_id IN ({marks}) AND name = ? AND digest = ?"
        found += [as_text(one) for (one,) in reader.rows(sql, (*some, name, digest), token=token)]
    return found


def _runs(reader: Reader, dataset_ids: list[str], token: Token) -> list[str]:
    """Run ids, each once, in pages along the key of `inputs`."""
    sql = (
        "SELECT destination_id FROM inputs WHERE source_type = 'DATASET' AND source_id = ?"
        f" AND destination_type = 'RUN' AND destination_id > ? ORDER BY destination_id LIMIT {MAX_PAGE_ROWS}"
    )
    found: dict[str, None] = {}
    for dataset_id in dataset_ids:
        after = ""
        while True:
            page = [as_text(run_id) for (run_id,) in reader.rows(sql, (dataset_id, after), token=token)]
            found.update(dict.fromkeys(page))
            if len(page) < MAX_PAGE_ROWS or page[-1] <= after:
                break
            after = page[-1]
    return list(found)


def _versions(reader: Reader, run_ids: set[str], token: Token) -> list[VersionUse]:
    """The versions of these runs; registered from a logged model without naming its run, by the logged model's."""
    if not run_ids or not reader.has("model_versions", "run_id"):
        return []
    workspace = "workspace" if reader.has("model_versions", "workspace") else "NULL"
    chosen = f"{workspace}, name, version, current_stage, run_id, source"
    prompts = prompt_names(reader, token)
    found = []
    for first, last in reader.rowid_ranges("model_versions", token=token):
        rows = reader.rows(
            f"SELECT {chosen} FROM model_versions WHERE rowid BETWEEN ? AND ? AND current_stage IS NOT ?",
            (first, last, DELETED_STAGE),
            token=token,
        )
        for where, name, version, stage, run_id, source in rows:
            if (as_text(where) or DEFAULT_WORKSPACE, as_text(name)) in prompts:
                continue
            source_run = as_text(run_id) or _run_of_model(reader, as_text(source), token)
            if source_run in run_ids:
                found.append(VersionUse(as_text(name), as_int(version), as_text(stage) or "None", source_run))
    return sorted(found, key=lambda one: (one.name.casefold(), one.name, one.version))


def _run_of_model(reader: Reader, source: str, token: Token) -> str:
    if not source.startswith(_LOGGED_SOURCE) or not reader.has("logged_models", "source_run_id"):
        return ""
    sql = "SELECT source_run_id FROM logged_models WHERE model_id = ?"
    row = reader.first(sql, (source.removeprefix("models:/"),), token=token)
    return "" if row is None else as_text(row[0])
