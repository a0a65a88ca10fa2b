"""Puts runs on the clipboard: as tables, ids, addresses or a program that loads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from bakehouse.analysis.columns import Ints
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import RunDetails
from bakehouse.domain.text import counted, visible
from bakehouse.exports.formats import Format
from bakehouse.exports.run_tables import RunRows, run_table, search_name
from bakehouse.exports.snippets import model_addresses, python_snippet, run_address
from bakehouse.exports.table_files import table_text
from bakehouse.itemmodels.run_table import column_title
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.run_table_view import RunTableView

_SLOT = "runs.copy"


def copied_text(store: Store, runs: RunRows, keys: Sequence[ColumnKey], kind: Format, token: Token) -> str:
    """The table as text: for spreadsheets and documents under the titles on screen, as CSV under search names."""
    titles = [column_title(key) for key in keys]
    is_clear = len(set(titles)) == len(titles) and kind is not Format.CSV
    table = run_table(
        runs,
        keys,
        store.reader,
        token,
        title=column_title if is_clear else search_name,
        local_times=kind is Format.TSV,
    )
    return table_text(table, kind, token)


class RunCopying(QObject):
    """Owned by the runs page; tables are written in a task, since there may be 100,000 runs. GUI thread."""

    said = Signal(str)
    """What was copied, or why not."""

    def __init__(
        self, tasks: TaskRunner, table: RunTableView, details: Callable[[], RunDetails | None], page: QObject
    ) -> None:
        """`details` answers what the inspector shows."""
        super().__init__(page)
        self._tasks = tasks
        self._table = table
        self._model = table.table
        self._details = details
        self._store: Store | None = None

    def open(self, store: Store | None) -> None:
        """Copy from this store from now on; None for none."""
        self._tasks.cancel(_SLOT)
        self._store = store

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands answered here."""
        return {
            "runs.copy": partial(self.copy_rows, Format.TSV),
            "runs.copy_csv": partial(self.copy_rows, Format.CSV),
            "runs.copy_markdown": partial(self.copy_rows, Format.MARKDOWN),
            "runs.copy_latex": partial(self.copy_rows, Format.LATEX),
            "runs.copy_cell": self.copy_cell,
            "runs.copy_id": self.copy_ids,
            "runs.copy_address": self.copy_addresses,
            "runs.copy_python": self.copy_python,
        }

    def selected_rows(self) -> Ints:
        """int32[k]: the selected visible runs in the order of the table, as rows of its frame."""
        ordered = self._model.arranged.ordered_runs()
        return ordered[self._table.runs.mask[ordered]]

    def copy_rows(self, kind: Format) -> None:
        """Copy the selected visible runs with the columns shown."""
        rows = self.selected_rows()
        if self._store is None or not len(rows):
            return
        keys = list(self._model.columns)
        runs = RunRows.of_frame(self._model.frame, rows, keys)
        self._tasks.start(
            _SLOT,
            partial(copied_text, self._store, runs, keys, kind),
            done=partial(self._copied, counted(len(rows), "row"), kind),
            failed=self._failed,
            lane=Lane.EXPORT,
            title=f"Copying {counted(len(rows), 'row')}",
        )

    def copy_cell(self) -> None:
        """Copy the value of the current cell in full."""
        index = self._table.currentIndex()
        if index.isValid():
            text = self._model.full_text_at(index.row(), index.column())
            _put(text)
            self.said.emit(f"Copied {visible(text, 80)}" if text else "Copied an empty cell")

    def copy_ids(self) -> None:
        """Copy the ids of the selected visible runs, one a line."""
        ids = self._selected_ids()
        self._put_lines(ids, "run ID")

    def copy_addresses(self) -> None:
        """Copy the `runs:/` addresses of the selected visible runs, one a line."""
        self._put_lines([run_address(run_id) for run_id in self._selected_ids()], "address")

    def copy_python(self) -> None:
        """Copy a program that loads the selected visible runs, and the model of a single one."""
        ids = self._selected_ids()
        if self._store is None or not ids:
            return
        details = self._details()
        known = details is not None and ids == [details.run_id]
        models = model_addresses(details) if known and details is not None else []
        _put(python_snippet(self._store.path, ids, models))
        self.said.emit("Copied Python that loads " + ("the run and its model" if models else counted(len(ids), "run")))

    def _selected_ids(self) -> list[str]:
        run_ids = self._model.frame.run_ids
        return [run_ids[row] for row in np.asarray(self.selected_rows()).tolist()]

    def _put_lines(self, lines: Sequence[str], noun: str) -> None:
        if lines:
            _put("\n".join(lines))
            plural = f"{len(lines):,} {noun}es" if noun.endswith("s") and len(lines) > 1 else counted(len(lines), noun)
            self.said.emit(f"Copied {plural}")

    def _copied(self, rows: str, kind: Format, text: str) -> None:
        _put(text)
        self.said.emit(f"Copied {rows}" + ("" if kind is Format.TSV else f" as {kind.title}"))

    def _failed(self, error: BakehouseError) -> None:
        self.said.emit(str(error))


def _put(text: str) -> None:
    """On the clipboard, without what no text can hold (half a surrogate pair)."""
    QGuiApplication.clipboard().setText(text.encode(errors="replace").decode())
