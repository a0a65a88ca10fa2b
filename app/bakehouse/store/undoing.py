"""Taking an edit back row by row, only where the rows still are as the edit left them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bakehouse.domain.changes import Cells, EditDone, RowChanges, Undo
from bakehouse.domain.errors import Cancelled, WriteRefused
from bakehouse.domain.text import counted
from bakehouse.store.paging import write_in_pages
from bakehouse.store.registry import DELETED_STAGE
from bakehouse.store.registry_rows import ALIASES, VERSION_TAGS, VERSIONS
from bakehouse.store.run_edits import active_runs
from bakehouse.store.writing import Transaction, Value, Writer

Change = tuple[Cells, Cells | None, Cells | None]

_CHANGED = "Someone else changed it since; nothing was taken back."
_GONE = "What it belongs to was deleted since; nothing was taken back."


def put_back(writer: Writer, undo: Undo) -> EditDone:
    """Put every row back that nobody changed since; the sentence counts the others.

    Raises WriteRefused when a required row was changed, and what `Writer.transaction` raises.
    """
    done = kept = 0
    problem = ""
    if undo.in_pages:
        work = [(rows, change) for rows in undo.changes for change in rows.rows]
        # A rename and its tag, or an experiment and its name, are few: they share one page and so one transaction.
        paged = write_in_pages(writer, work, partial(_put_page), "Taking back")
        done = sum(paged.results)
        kept = paged.done - done
        if paged.problem is not None:
            why = "Stopped" if isinstance(paged.problem, Cancelled) else str(paged.problem)
            problem = f"{why} {counted(done, 'row')} taken back, {len(work) - paged.done:,} not."
    else:
        with writer.transaction() as transaction:
            for rows in undo.changes:
                put = _put(transaction, rows, rows.rows)
                done, kept = done + put, kept + len(rows.rows) - put
    if kept and not done and not problem:
        raise WriteRefused("Everything was changed by someone else since; nothing was taken back.")
    sentence = problem or f"Took back {undo.act}"
    if kept:
        words = "was changed by someone else since and stays" if kept == 1 else "were changed since and stay"
        sentence += f"; {counted(kept, 'value')} {words}"
    return EditDone(
        sentence,
        run_ids=undo.run_ids,
        experiment_ids=undo.experiment_ids,
        model_names=undo.model_names,
        problem=problem,
    )


def _put_page(transaction: Transaction, page: Sequence[tuple[RowChanges, Change]]) -> int:
    put, first = 0, 0
    while first < len(page):
        rows = page[first][0]
        last = next((at for at in range(first, len(page)) if page[at][0] is not rows), len(page))
        put += _put(transaction, rows, [change for _, change in page[first:last]])
        first = last
    return put


def _put(transaction: Transaction, rows: RowChanges, changes: Sequence[Change]) -> int:
    """Put these rows back where they still are as the edit left them; how many."""
    now = _present(transaction, rows, changes)
    fitting = [change for change in changes if now.get(change[0]) == change[2]]
    if rows.required and len(fitting) < len(changes):
        raise WriteRefused(_CHANGED)
    fitting = _possible(transaction, rows, fitting)
    if rows.required and len(fitting) < len(changes):
        raise WriteRefused(_GONE)
    named = partial(zip, strict=True)
    inserted = [
        dict(named(rows.key, key)) | dict(named(rows.columns, before))
        for key, before, after in fitting
        if after is None and before is not None
    ]
    updated = [
        (dict(named(rows.key, key)), dict(named(rows.columns, before)))
        for key, before, after in fitting
        if after is not None and before is not None
    ]
    transaction.insert_many(rows.table, inserted)
    transaction.update_many(rows.table, updated)
    transaction.delete_many(rows.table, [dict(named(rows.key, key)) for key, before, _ in fitting if before is None])
    return len(fitting)


def _present(transaction: Transaction, rows: RowChanges, changes: Sequence[Change]) -> dict[Cells, Cells]:
    """The rows as they are now, by key; the last part of the key tells them apart, the others are few."""
    found: dict[Cells, Cells] = {}
    among = rows.key[-1]
    for start in sorted({change[0][:-1] for change in changes}, key=repr):
        where = dict(zip(rows.key[:-1], start, strict=True))
        values = [change[0][-1] for change in changes if change[0][:-1] == start]
        wanted = (*rows.key, *rows.columns)
        for row in transaction.rows_among(rows.table, wanted, among, values, where):
            found[row[: len(rows.key)]] = row[len(rows.key) :]
    return found


def _possible(transaction: Transaction, rows: RowChanges, changes: list[Change]) -> list[Change]:
    """Without what belongs to runs, traces and model versions that were deleted meanwhile."""
    if rows.table in (ALIASES, VERSION_TAGS):
        return _of_versions_that_are_there(transaction, rows, changes)
    if rows.table == "tags":
        active = active_runs(transaction, [str(key[-1]) for key, _, _ in changes])
        return [change for change in changes if change[0][-1] in active]
    if rows.table == "assessments" and "trace_id" in rows.columns and transaction.has("trace_info"):
        place = rows.columns.index("trace_id")
        wanted = sorted({str(before[place]) for _, before, _ in changes if before is not None})
        there = {row[0] for row in transaction.rows_among("trace_info", ("request_id",), "request_id", wanted)}
        return [change for change in changes if change[1] is not None and change[1][place] in there]
    return changes


def _of_versions_that_are_there(transaction: Transaction, rows: RowChanges, changes: list[Change]) -> list[Change]:
    """Those whose version is there, and those that are only taken away, which need none.

    A deleted version keeps its tags, unseen, but no alias points at it.
    """
    stages: dict[tuple[tuple[str, Value], ...], dict[Value, Value]] = {}
    kept = []
    for change in changes:
        key, before, _ = change
        if before is None:
            kept.append(change)
            continue
        row = dict(zip((*rows.key, *rows.columns), (*key, *before), strict=True))
        model = tuple((name, row[name]) for name in ("workspace", "name") if name in row)
        if model not in stages:
            stages[model] = dict(transaction.rows(VERSIONS, ("version", "current_stage"), dict(model)))
        number, there = row["version"], stages[model]
        if number in there and (rows.table == VERSION_TAGS or there[number] != DELETED_STAGE):
            kept.append(change)
    return kept
