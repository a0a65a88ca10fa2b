"""Logged models of MLflow 3: all of some experiments as columns, and one with everything it carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.arrays import times_ms
from bakehouse.store.reading import Reader, Row
from bakehouse.store.values import GREATEST, as_int, as_optional_int, as_text

STATUSES = {1: "PENDING", 2: "READY", 3: "FAILED"}
_LOOK_UP = 500
_DELETED_STAGE = "Deleted_Internal"


@dataclass(frozen=True)
class ModelTexts:
    """One param: row `rows[k]` (int32) has `categories[codes[k]]`."""

    rows: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]
    categories: list[str]


@dataclass(frozen=True)
class ModelNumbers:
    """One metric's latest value by (step, timestamp, value): row `rows[k]` has `values[k]`; NaN and ±inf as such."""

    rows: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class LoggedModelColumns:
    """n logged models that are not deleted, as columns, in the order of writing."""

    model_ids: list[str]
    names: list[str]
    statuses: list[str]
    types: list[str]
    created_ms: npt.NDArray[np.float64]
    run_ids: list[str]
    """The source run, empty where there is none."""
    run_names: list[str]
    registered: list[str]
    """`churn 3, churn 4`: the versions registered from it."""
    params: dict[str, ModelTexts]
    metrics: dict[str, ModelNumbers]


@dataclass(frozen=True)
class LoggedModelMetric:
    """One metric's latest value, and the dataset it was measured on (empty where none is named)."""

    key: str
    value: float
    step: int
    run_id: str
    dataset: str


@dataclass(frozen=True)
class LoggedModelDetails:
    """All that a store says of one logged model."""

    model_id: str
    experiment_id: int
    name: str
    status: str
    status_message: str
    model_type: str
    artifact_location: str
    created_ms: int | None
    updated_ms: int | None
    run_id: str
    run_name: str
    params: tuple[tuple[str, str], ...]
    metrics: tuple[LoggedModelMetric, ...]
    tags: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, int, str], ...]
    """(registered model, version, stage)."""


def read_logged_models(reader: Reader, experiment_ids: Sequence[int], token: Token) -> LoggedModelColumns:
    """The logged models of these experiments with params, metrics and registrations. Raises StoreError kin."""
    found = _rows_of(reader, "logged_models", _header_columns(reader), experiment_ids, token)
    rows = [row for row in found if isinstance(row[0], str)]
    ids = [row[0] for row in rows]
    row_of = {model_id: place for place, model_id in enumerate(ids)}
    run_ids = [as_text(row[4]) for row in rows]
    names = _run_names(reader, sorted(set(run_ids) - {""}), token)
    versions = _versions(reader, token)
    said = {
        model_id: ", ".join(f"{name} {version}" for name, version, _ in found) for model_id, found in versions.items()
    }
    return LoggedModelColumns(
        model_ids=ids,
        names=[as_text(row[1]) for row in rows],
        statuses=[STATUSES.get(as_int(row[2]), "") for row in rows],
        types=[as_text(row[3]) for row in rows],
        created_ms=times_ms([row[5] for row in rows]),
        run_ids=run_ids,
        run_names=[names.get(run_id, "") or run_id for run_id in run_ids],
        registered=[said.get(model_id, "") for model_id in ids],
        params=_params(reader, experiment_ids, row_of, token),
        metrics=_metrics(reader, experiment_ids, row_of, token),
    )


def read_logged_model(reader: Reader, model_id: str, token: Token) -> LoggedModelDetails | None:
    """One logged model, None when the store has no such one (any more). Raises StoreError kin."""
    if not reader.has("logged_models"):
        return None
    columns = ("experiment_id", "status_message", "artifact_location", "last_updated_timestamp_ms")
    chosen = [*_header_columns(reader), *_chosen(reader, "logged_models", columns)]
    gone = " AND lifecycle_stage IS NOT 'deleted'" if reader.has("logged_models", "lifecycle_stage") else ""
    row = reader.first(
        f"SELECT {', '.join(chosen)} FROM logged_models WHERE model_id = ?{gone}", (model_id,), token=token
    )
    if row is None:
        return None
    run_id = as_text(row[4])
    return LoggedModelDetails(
        model_id=as_text(row[0]),
        name=as_text(row[1]),
        status=STATUSES.get(as_int(row[2]), ""),
        model_type=as_text(row[3]),
        run_id=run_id,
        run_name=_run_names(reader, [run_id], token).get(run_id, ""),
        created_ms=as_optional_int(row[5]),
        experiment_id=as_int(row[6], -1),
        status_message=as_text(row[7]),
        artifact_location=as_text(row[8]),
        updated_ms=as_optional_int(row[9]),
        params=_pairs(reader, "logged_model_params", "param", model_id, token),
        tags=_pairs(reader, "logged_model_tags", "tag", model_id, token),
        metrics=_metrics_of(reader, model_id, token),
        versions=tuple(_versions(reader, token).get(model_id, ())),
    )


def _chosen(reader: Reader, table: str, columns: Sequence[str]) -> list[str]:
    return [name if reader.has(table, name) else f"NULL AS {name}" for name in columns]


def _header_columns(reader: Reader) -> list[str]:
    columns = ("model_id", "name", "status", "model_type", "source_run_id", "creation_timestamp_ms")
    return _chosen(reader, "logged_models", columns)


def _rows_of(
    reader: Reader, table: str, chosen: Sequence[str], experiment_ids: Sequence[int], token: Token
) -> Iterator[Row]:
    """The rows of the experiments, read in pages; none when there is no such table."""
    if not reader.has(table, "experiment_id"):
        return
    listed = ", ".join(str(int(number)) for number in experiment_ids)
    gone = " AND lifecycle_stage IS NOT 'deleted'" if reader.has(table, "lifecycle_stage") else ""
    for first, last in reader.rowid_ranges(table, token=token):
        sql = (
            f"SELECT {', '.join(chosen)} FROM {table} WHERE rowid BETWEEN ? AND ? AND experiment_id IN ({listed}){gone}"
        )
        yield from reader.rows(sql, (first, last), token=token)


def _run_names(reader: Reader, run_ids: Sequence[str], token: Token) -> dict[str, str]:
    names: dict[str, str] = {}
    if reader.has("runs", "name"):
        for first in range(0, len(run_ids), _LOOK_UP):
            some = run_ids[first : first + _LOOK_UP]
            sql = f"SELECT run_uuid, name FROM runs WHERE run_uuid IN ({', '.join('?' * len(some))})"
            names.update((as_text(run_id), as_text(name)) for run_id, name in reader.rows(sql, some, token=token))
    return names


def _versions(reader: Reader, token: Token) -> dict[str, list[tuple[str, int, str]]]:
    """Logged model id → (registered model, version, stage) by name and version."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    if not reader.has("model_versions", "source"):
        return found
    for first, last in reader.rowid_ranges("model_versions", token=token):
        rows = reader.rows(
            "SELECT source, name, version, current_stage FROM model_versions"
            " WHERE rowid BETWEEN ? AND ? AND source LIKE 'models:/m-%' AND current_stage IS NOT ?",
            (first, last, _DELETED_STAGE),
            token=token,
        )
        for source, name, version, stage in rows:
            model_id = as_text(source).removeprefix("models:/")
            found.setdefault(model_id, []).append((as_text(name), as_int(version), as_text(stage) or "None"))
    for versions in found.values():
        versions.sort()
    return found


def _params(
    reader: Reader, experiment_ids: Sequence[int], row_of: dict[str, int], token: Token
) -> dict[str, ModelTexts]:
    rows = _rows_of(reader, "logged_model_params", ("model_id", "param_key", "param_value"), experiment_ids, token)
    places: dict[str, tuple[list[int], list[int], dict[str, int]]] = {}
    for model_id, key, value in rows:
        place = row_of.get(model_id)
        if place is not None:
            at, codes, known = places.setdefault(as_text(key), ([], [], {}))
            at.append(place)
            codes.append(known.setdefault(as_text(value), len(known)))
    return {
        key: ModelTexts(np.array(at, np.int32), np.array(codes, np.int32), list(known))
        for key, (at, codes, known) in places.items()
    }


def _metrics(
    reader: Reader, experiment_ids: Sequence[int], row_of: dict[str, int], token: Token
) -> dict[str, ModelNumbers]:
    chosen = ("model_id", "metric_name", "metric_value", "metric_step", "metric_timestamp_ms")
    latest: dict[str, dict[int, tuple[int, int, float]]] = {}
    for model_id, key, value, step, moment in _rows_of(reader, "logged_model_metrics", chosen, experiment_ids, token):
        place = row_of.get(model_id)
        if place is None:
            continue
        of_key = latest.setdefault(as_text(key), {})
        one = (as_int(step), as_int(moment), _number(value))
        known = of_key.get(place)
        if known is None or _is_later(one, known):
            of_key[place] = one
    return {
        key: ModelNumbers(
            np.fromiter(of_key, np.int32, len(of_key)),
            np.fromiter((value for _, _, value in of_key.values()), np.float64, len(of_key)),
        )
        for key, of_key in latest.items()
    }


def _is_later(one: tuple[int, int, float], other: tuple[int, int, float]) -> bool:
    """By step, then time, then value; a NaN gives way to a number of the same moment."""
    if one[:2] != other[:2]:
        return one[:2] > other[:2]
    return one[2] > other[2] or other[2] != other[2]


def _metrics_of(reader: Reader, model_id: str, token: Token) -> tuple[LoggedModelMetric, ...]:
    if not reader.has("logged_model_metrics"):
        return ()
    columns = ("metric_name", "metric_value", "metric_step", "metric_timestamp_ms", "run_id", "dataset_name")
    chosen = ", ".join(_chosen(reader, "logged_model_metrics", columns))
    rows = reader.rows(f"SELECT {chosen} FROM logged_model_metrics WHERE model_id = ?", (model_id,), token=token)
    latest: dict[str, tuple[tuple[int, int, float], LoggedModelMetric]] = {}
    for key, value, step, moment, run_id, dataset in rows:
        one = (as_int(step), as_int(moment), _number(value))
        name = as_text(key)
        if name not in latest or _is_later(one, latest[name][0]):
            latest[name] = one, LoggedModelMetric(name, one[2], one[0], as_text(run_id), as_text(dataset))
    return tuple(metric for _, (_, metric) in sorted(latest.items()))


def _pairs(reader: Reader, table: str, kind: str, model_id: str, token: Token) -> tuple[tuple[str, str], ...]:
    if not reader.has(table):
        return ()
    sql = f"SELECT {kind}_key, {kind}_value FROM {table} WHERE model_id = ?"
    return tuple(sorted((as_text(key), as_text(value)) for key, value in reader.rows(sql, (model_id,), token=token)))


def _number(value: Any) -> float:
    """NULL is what SQLite makes of NaN; the greatest floats stand for infinities."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return float("nan")
    return float("inf") if number >= GREATEST else float("-inf") if number <= -GREATEST else number
