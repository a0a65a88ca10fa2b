"""Assessments that name a run as their source: from MLflow 3.17 on they go with the run when it is deleted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bakehouse.domain.changes import RowChanges
from bakehouse.store.writing import Transaction, Writer

_SOURCE = "mlflow.assessment.sourceRunId"
# As MLflow's own filter has it, the blank included (`_mark_run_deleted` in mlflow/store/tracking/sqlalchemy_store.py).
_NAMED = re.compile(rf'"{re.escape(_SOURCE)}": "([^"]*)"')


def find_assessments(writer: Writer, run_ids: Collection[str] | None) -> dict[str, list[str]]:
    """Ids of the assessments of these runs (None: of all) by run id; read before the lock is taken."""
    reader = writer.store.reader()
    if not reader.has("assessments", "assessment_metadata"):
        return {}
    # The schema gained this deletion together with these columns.
    if not reader.has("assessments", "trace_timestamp_ms"):
        return {}
    wanted = None if run_ids is None else set(run_ids)
    found: dict[str, list[str]] = {}
    for first, last in reader.rowid_ranges("assessments", token=writer.token):
        rows = reader.rows(
            "SELECT assessment_id, assessment_metadata FROM assessments"
            " WHERE rowid BETWEEN ? AND ? AND instr(assessment_metadata, ?)",
            (first, last, _SOURCE),
            token=writer.token,
        )
        for assessment_id, metadata in rows:
            for run_id in _NAMED.findall(str(metadata)):
                if wanted is None or run_id in wanted:
                    found.setdefault(run_id, []).append(str(assessment_id))
    return found


def delete_assessments(transaction: Transaction, ids: Sequence[str]) -> RowChanges:
    """Remove them; what they were is in the result."""
    columns = tuple(name for name in transaction.columns("assessments") if name != "assessment_id")
    rows = transaction.rows_among("assessments", ("assessment_id", *columns), "assessment_id", sorted(set(ids)))
    transaction.delete_many("assessments", [{"assessment_id": row[0]} for row in rows])
    return RowChanges("assessments", ("assessment_id",), columns, tuple(((row[0],), row[1:], None) for row in rows))
