"""`bakehouse export`: the runs of a store as one table in a file, as MLflow's search_runs would answer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.search.evaluation import columns_of, evaluate
from bakehouse.analysis.search.ordering import check_order, run_order
from bakehouse.analysis.search.parser import parse, parse_order
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import ExportError
from bakehouse.domain.runs import Experiment
from bakehouse.domain.text import counted, visible
from bakehouse.exports.file_output import check_target
from bakehouse.exports.formats import Format, format_of
from bakehouse.exports.history_tables import HistoryTable, Shape
from bakehouse.exports.run_source import StoredRuns
from bakehouse.exports.table_files import write_table
from bakehouse.exports.tables import Cells, Table, TimeCells
from bakehouse.store.columns import list_keys
from bakehouse.store.experiments import list_experiments
from bakehouse.store.failures import shown
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_headers

_ACTIVE = "active"
_NAMED = 10
_EVERY = "all"


def export(chosen: argparse.Namespace) -> str:
    """Do what `arguments.parse_export` read; a sentence (or JSON) that says what was written.

    Raises FilterError, ExportError, DiskFull, StoreError.
    """
    output: Path = chosen.output
    kind = Format(chosen.format) if chosen.format else format_of(output)
    check_target(output, chosen.store)
    expression = parse(chosen.filter)
    order = [parse_order(text) for text in chosen.order_by]
    check_order(order)
    token = Token()
    store = open_store(chosen.store, read_only=True)
    try:
        reader = store.reader()
        experiments = chosen_experiments(list_experiments(reader, token), chosen.experiment, deleted=chosen.deleted)
        ids = [experiment.experiment_id for experiment in experiments]
        headers = read_headers(reader, ids, token, deleted=chosen.deleted)
        source = StoredRuns(reader, headers, token)
        source.load([*columns_of(expression), *(sort.key for sort in order)])
        mask = evaluate(expression, source).mask
        rows = run_order(order, source)
        rows = rows[mask[rows]][: chosen.max]
        keys = list_keys(reader, ids, token, deleted=chosen.deleted)
        if chosen.histories:
            metrics = _metrics(chosen.histories, keys)
            shape = Shape(chosen.wide or "long")
            run_ids, names = ([texts[row] for row in rows.tolist()] for texts in (headers.run_ids, headers.names))
            history = HistoryTable(reader, run_ids, names, metrics, shape, token)
            write_table(history, output, token, kind=kind, safe=chosen.safe_csv)
            return _said_of_histories(chosen, history, len(rows))
        times = headers.start_times_ms[rows], headers.end_times_ms[rows]
        table = _table(source, keys, rows, times)
    finally:
        store.close()
    write_table(table, output, token, kind=kind, safe=chosen.safe_csv)
    if chosen.json:
        return json.dumps({"runs": table.size, "columns": len(table.names), "output": shown(output)})
    return f"{counted(table.size, 'run')} with {len(table.names):,} columns written to {shown(output)}."


def _said_of_histories(chosen: argparse.Namespace, history: HistoryTable, runs: int) -> str:
    written = history.points - history.superseded
    if chosen.json:
        facts = {"runs": runs, "points": written, "superseded": history.superseded, "output": shown(chosen.output)}
        return json.dumps(facts)
    left = f" ({counted(history.superseded, 'earlier point')} at the same steps left out)" if history.superseded else ""
    return f"{counted(written, 'point')} of {counted(runs, 'run')}{left} written to {shown(chosen.output)}."


def _metrics(wanted: Sequence[str], keys: Sequence[ColumnKey]) -> list[str]:
    """The metrics `wanted` by name, or with `all` every one. Raises ExportError for one that no run has."""
    known = sorted(key.name for key in keys if key.kind is ColumnKind.METRIC)
    chosen: list[str] = []
    for text in wanted:
        if text in known:
            chosen.append(text)
        elif text == _EVERY:
            chosen += known
        else:
            some = ", ".join(visible(name, 40) for name in known[:_NAMED])
            more = f" and {len(known) - _NAMED:,} more" if len(known) > _NAMED else ""
            raise ExportError(f"No run has a metric {visible(text, 80)}; there are {some or 'none'}{more}.")
    return chosen


def chosen_experiments(known: Sequence[Experiment], wanted: Sequence[str], *, deleted: bool) -> list[Experiment]:
    """The experiments called (or, where none is called so, numbered) as in `wanted`; without any all active ones.

    Deleted ones only where `deleted` asks for them too. Raises ExportError for a name that says nothing or too much.
    """
    if not wanted:
        return [e for e in known if deleted or e.lifecycle_stage == _ACTIVE]
    chosen: dict[int, Experiment] = {}
    for text in wanted:
        found = [e for e in known if e.name == text] or [e for e in known if str(e.experiment_id) == text]
        name = visible(text, 80)
        if not found:
            raise ExportError(f"There is no experiment named or numbered {name}; there are {_list_of(known)}.")
        if len(found) > 1:
            ids = " and ".join(str(e.experiment_id) for e in found)
            raise ExportError(f"Several experiments are named {name}; choose one by its id: {ids}.")
        (experiment,) = found
        if experiment.lifecycle_stage != _ACTIVE and not deleted:
            raise ExportError(f"The experiment {name} is deleted; add --deleted to export deleted runs too.")
        chosen[experiment.experiment_id] = experiment
    return list(chosen.values())


def _list_of(experiments: Sequence[Experiment]) -> str:
    names = [f"{visible(e.name, 40)} ({e.experiment_id})" for e in experiments[:_NAMED]]
    if len(experiments) > _NAMED:
        names.append(f"{len(experiments) - _NAMED:,} more")
    return ", ".join(names) or "none"


def _table(
    source: StoredRuns,
    keys: Sequence[ColumnKey],
    rows: npt.NDArray[np.intp],
    times_ms: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> Table:
    """The fixed columns, then every metric, param and tag that one of the runs at `rows` has, by name."""
    start, end = times_ms
    columns: list[tuple[str, Cells]] = [
        ("run_id", source.attribute_cells("run_id", rows)),
        ("experiment_id", source.attribute_cells("experiment_id", rows)),
        ("status", source.attribute_cells("status", rows)),
        ("start_time", TimeCells(start)),
        ("end_time", TimeCells(end)),
        ("artifact_uri", source.attribute_cells("artifact_uri", rows)),
    ]
    cells = source.cells(keys, rows) if len(rows) else {}
    columns.extend((key.search_name, cells[key]) for key in sorted(cells, key=lambda key: key.search_name))
    names, values = zip(*columns, strict=True)
    return Table(names, values, len(rows))
