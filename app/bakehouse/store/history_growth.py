"""Histories of a run that grow: later only the points that were written since are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bakehouse.domain.cancellation import Token
from bakehouse.store.metrics import History, by_run, chosen_points, history_of, in_order, read_history
from bakehouse.store.reading import Reader, Row
from bakehouse.store.values import as_int, as_text


@dataclass(frozen=True)
class RunHistories:
    """Metrics of one run as far as rowid `mark`; a metric that the run does not have is missing."""

    run_id: str
    histories: Mapping[str, History]
    mark: int


def read_run_histories(reader: Reader, run_id: str, keys: Sequence[str], token: Token) -> RunHistories:
    """All points of these metrics of the run. Raises StoreError kin."""
    mark = _mark(reader, run_id, token)
    histories = {key: read_history(reader, run_id, key, token, mark) for key in keys}
    return RunHistories(run_id, {key: history for key, history in histories.items() if len(history.values)}, mark)


def read_growth(reader: Reader, known: RunHistories, keys: Sequence[str], token: Token) -> RunHistories:
    """The same metrics with the points written since, `known` itself when there are none. Raises StoreError kin.

    A run's later points have greater rowids than its earlier ones, whatever their step; the index over runs leads
    to them, so that this costs what is new. A run whose points have vanished or are counted anew is read as a whole.
    """
    mark = _mark(reader, known.run_id, token)
    if mark == known.mark:
        return known
    if mark < known.mark:
        return read_run_histories(reader, known.run_id, keys, token)
    new: dict[str, list[list[Row]]] = {}
    size = reader.page_size("metrics.growth")
    after = known.mark
    while after < mark:
        limit = size.rows
        page = reader.rows(
            f"SELECT {chosen_points(reader)}, key, rowid FROM metrics{by_run(reader)}"
            " WHERE run_uuid = ? AND rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?",
            (known.run_id, after, mark, limit),
            token=token,
        )
        size.learn(len(page), reader.held_seconds)
        pieces: dict[str, list[Row]] = {}
        for row in page:
            pieces.setdefault(as_text(row[3]), []).append(row[:3])
        for key, rows in pieces.items():
            new.setdefault(key, []).append(rows)
        if len(page) < limit:
            break
        after = page[-1][4]
    histories = dict(known.histories)
    for key in keys:
        if key in new:
            more = history_of(known.run_id, key, new[key], token)
            histories[key] = _joined(histories[key], more) if key in histories else more
    return RunHistories(known.run_id, {key: history for key, history in histories.items() if len(history.values)}, mark)


def _joined(first: History, second: History) -> History:
    return in_order(
        History(
            first.run_id,
            first.key,
            np.concatenate([first.steps, second.steps]),
            np.concatenate([first.timestamps_ms, second.timestamps_ms]),
            np.concatenate([first.values, second.values]),
        )
    )


def _mark(reader: Reader, run_id: str, token: Token) -> int:
    """The greatest rowid of the run's points, 0 without any."""
    if not reader.has("metrics"):
        return 0
    found = reader.first(f"SELECT max(rowid) FROM metrics{by_run(reader)} WHERE run_uuid = ?", (run_id,), token=token)
    return as_int(found[0]) if found and found[0] is not None else 0
