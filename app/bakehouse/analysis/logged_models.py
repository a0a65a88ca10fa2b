"""Logged models as the columns of a frame, so that order and plain words work on them as on runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bakehouse.analysis.columns import Ints, Mask, NumberColumn, TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.columns import RUN_ID, RUN_NAME, START_TIME, STATUS, ColumnKey, ColumnKind, metric, param
from bakehouse.store.logged_models import LoggedModelColumns

NAME, MODEL_ID, CREATED, STATE = RUN_NAME, RUN_ID, START_TIME, STATUS
TYPE = ColumnKey(ColumnKind.ATTRIBUTE, "type")
SOURCE_RUN = ColumnKey(ColumnKind.ATTRIBUTE, "source_run")
SOURCE_RUN_ID = ColumnKey(ColumnKind.ATTRIBUTE, "source_run_id")
REGISTERED = ColumnKey(ColumnKind.ATTRIBUTE, "registered")

_PARAMS_AT_MOST, _METRICS_AT_MOST = 8, 12


def frame_of_models(models: LoggedModelColumns, check: Callable[[], None] = lambda: None) -> RunFrame:
    """A frame whose rows are logged models (ids and names in the places of runs'); for a worker thread."""
    frame = RunFrame(models.model_ids, models.names)
    texts = (
        (NAME, models.names), (MODEL_ID, models.model_ids), (STATE, models.statuses), (TYPE, models.types),
        (SOURCE_RUN, models.run_names),
        (SOURCE_RUN_ID, models.run_ids), (REGISTERED, models.registered),
    )  # fmt: skip
    for key, values in texts:
        check()
        frame.put(key, TextColumn.of_texts(values, numeric=False))
    frame.put(CREATED, NumberColumn.whole(models.created_ms))
    for name, found in models.params.items():
        check()
        frame.put(param(name), TextColumn(found.rows, found.codes, found.categories, frame.size))
    for name, numbers in models.metrics.items():
        check()
        frame.put(metric(name), NumberColumn(numbers.rows, numbers.values, frame.size))
    # Sorted by when the table first shows: ranked here, not while it waits.
    frame.columns[CREATED].directed_ranks(descending=True)
    return frame


def shown_columns(frame: RunFrame) -> list[ColumnKey]:
    """What a table of these models shows: the attributes, the fullest metrics, the fullest params that differ."""
    shown = [NAME, STATE, CREATED]
    shown += [key for key in (TYPE, SOURCE_RUN, REGISTERED) if frame.columns[key].count]
    metrics = _fullest(frame, ColumnKind.METRIC)[:_METRICS_AT_MOST]
    params = _fullest(frame, ColumnKind.PARAM)
    differing = [key for key in params if frame.columns[key].varies()] or params
    return [*shown, *metrics, *differing[:_PARAMS_AT_MOST]]


def _fullest(frame: RunFrame, kind: ColumnKind) -> list[ColumnKey]:
    keys = [key for key in frame.columns if key.kind is kind]
    return sorted(keys, key=lambda key: (-frame.columns[key].count, key.name))


def matching_rows(frame: RunFrame, mask: Mask | None) -> Ints:
    """int32[k]: the rows that `mask` lets through, all of them for None."""
    rows = np.arange(frame.size, dtype=np.int32)
    return rows if mask is None else rows[mask]
