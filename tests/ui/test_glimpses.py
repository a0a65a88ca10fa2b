"""First values of the rows on screen, before whole columns are there."""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import QObject

from bakehouse.analysis.columns import NumberColumn
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, metric, param
from bakehouse.itemmodels.run_table import WAITING, RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.pages.runs.glimpses import Glimpser
from bakehouse.pages.runs.loading import read_frame
from bakehouse.store.columns import read_column
from bakehouse.store.opening import open_store
from bakehouse.tasks import TaskRunner
from bakehouse.theme import LIGHT
from bakehouse.widgets.run_table_view import RunTableView
from tests.benchmarks.generated_store import make_store


def test_that_rows_on_screen_show_their_values_before_the_column_is_there(tmp_path, qtbot):
    path = make_store(tmp_path / "mlflow.db", runs=300, params=3, metrics=3, tags=1)
    keys = [metric("loss"), param("max_depth")]
    with open_store(path) as store, closing(TaskRunner()) as tasks:
        frame = read_frame(store, [1], {1: "generated"}, Token())
        frame.know(keys)
        model, owner = RunTableModel(), QObject()
        table = RunTableView(model, RunSelection(owner), LIGHT)
        qtbot.addWidget(table)
        table.resize(600, 300)
        table.show()
        model.show_frame(frame, [RUN_NAME, *keys])
        model.show_waiting(True)
        glimpser = Glimpser(tasks, table, model, owner)
        glimpser.open(store)
        glimpser.look()
        qtbot.waitUntil(lambda: len(frame.glimpses) == 2)
        first, last = table.shown_rows()
        whole = NumberColumn(*_parts(store, keys[0], frame), frame.size)
        for row in range(first, last + 1):
            run = int(model.rows[row])
            assert (whole.value(run) is None) == (model.text_at(row, 1) in ("", "–", "—")), model.text_at(row, 1)
            assert model.text_at(row, 2) != WAITING
        assert model.text_at(299, 1) == WAITING

        table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
        qtbot.waitUntil(lambda: model.text_at(299, 1) != WAITING)

        frame.put(keys[0], whole)
        model.column_changed(keys[0])
        assert keys[0] not in frame.glimpses
        assert model.text_at(150, 1) != WAITING


def _parts(store, key, frame):
    found = read_column(store.reader(), key, frame.row_of, Token())
    return found.rows, found.values
